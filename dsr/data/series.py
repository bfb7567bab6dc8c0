"""The one convention for data: what a series is, how one is built, and what is checked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dsr.checks import positive
from dsr.data.time.axis import TimeAxis, spacing, uneven_message
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

DIMS = ("trajectory", "time", "variable")
FIELD_DIMS = ("trajectory", "time", "channel", "y", "x")

# Squares of larger numbers leave the range of float64, and with them every variance.
LARGEST = 1e150


def make_series(
    values: Any,
    *,
    dt: float | None = None,
    time_unit: str | None = None,
    variables: Sequence[str] | None = None,
    like: xr.DataArray | None = None,
    start: float = 0.0,
    trajectory: Any = None,
    split: Sequence[str] | None = None,
    source: str = "",
    notes: Sequence[str] = (),
    space: Mapping[str, Any] | None = None,
) -> xr.DataArray:
    """Label arrays as a series; values are not checked, so that a failed model's run fits too.

    Parameters
    ----------
    values : array (K, T, N) or (T, N), or list of arrays (T_i, N)
        Trajectories; unequal lengths are padded with NaN and counted in the ``length`` coordinate.
        Arrays (K, T, C, Y, X) make a field.
    dt : float, optional
        Sampling step; that of `like`, or 1.
    time_unit : str, optional
        Unit of `dt`; that of `like`, or ``"s"``.
    variables : list of str, optional
        Names; those of `like`, or ``x0, x1, ...``.
    like : DataArray, optional
        Series whose names, units, step and origin are copied.
    start : float
        First value of the time axis.
    trajectory, split : sequences of length K, optional
        Labels, and ``"train"`` or ``"test"`` for each trajectory.
    source : str
        File or system it came from.
    notes : sequence of str
        Sentences for the user.
    space : mapping, optional
        Coordinates of a field on ``y`` and ``x``, each ``(dims, values, attrs)``; those of `like`.

    Returns
    -------
    xarray.DataArray, (trajectory, time, variable), float64
        ``attrs``: ``dt``, ``time_unit``, ``time_origin``, ``calendar``, ``source``,
        ``variable_units``, ``notes``; of `like`, where the names are the same, ``circular`` and
        ``circular_turns`` (which variables are angles) too.

    Raises
    ------
    InputError
        If shapes or numbers of names do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> series = make_series([np.zeros((5, 2)), np.ones((3, 2))], dt=0.5)
    >>> dict(series.sizes), series.length.values
    ({'trajectory': 2, 'time': 5, 'variable': 2}, array([5, 3]))
    """
    import xarray as xr

    block, sizes = _block(values)
    field = block.ndim == 5
    count, samples, width = block.shape[:3]
    attrs: dict[str, Any] = {"time_origin": "", "calendar": "", "variable_units": [""] * width}
    label = "channel" if field else "variable"
    step, unit = 1.0, "s"
    if like is not None:
        kept = ("time_origin", "calendar", "variable_units")
        attrs.update({key: like.attrs[key] for key in kept if key in like.attrs})
        step, unit = float(like.attrs.get("dt", step)), str(like.attrs.get("time_unit", unit))
        if variables is None and label in like.coords and like.sizes[label] == width:
            variables = [str(v) for v in like[label].values]
        if len(attrs["variable_units"]) != width:
            attrs["variable_units"] = [""] * width
    step = positive("dt", step if dt is None else dt)
    unit = unit if time_unit is None else time_unit
    attrs.update(dt=step, time_unit=unit, source=source, notes=list(notes))
    names = [f"x{i}" for i in range(width)] if variables is None else [str(v) for v in variables]
    if len(names) != width:
        raise InputError(f"{len(names)} names were given for {width} variables")
    if like is not None and label in like.coords and names == [str(v) for v in like[label].values]:
        angles = ("circular", "circular_turns")
        attrs.update({key: like.attrs[key] for key in angles if key in like.attrs})
    labels = np.arange(count) if trajectory is None else np.asarray(trajectory)
    coords: dict[str, Any] = {
        "trajectory": labels,
        "time": ("time", start + step * np.arange(samples), {"units": unit}),
        label: names,
    }
    if (sizes != samples).any():
        coords["length"] = ("trajectory", sizes)
    if split is not None:
        coords["split"] = ("trajectory", [str(s) for s in split])
    if field:
        if space is None and like is not None and like.shape[3:] == block.shape[3:]:
            space = plane_coords(like)
        coords |= space or {}
    dims = FIELD_DIMS if field else DIMS
    return xr.DataArray(block, dims=dims, coords=coords, attrs=attrs, name="series")


def lengths(series: xr.DataArray) -> NDArray[np.int64]:
    """Number of valid samples of each trajectory; the rest is padding.

    Parameters
    ----------
    series : DataArray
        A series or field.

    Returns
    -------
    ndarray of int (K,)

    Examples
    --------
    >>> import numpy as np
    >>> lengths(make_series([np.zeros((5, 2)), np.ones((3, 2))]))
    array([5, 3])
    """
    if "length" in series.coords:
        stored = np.atleast_1d(np.asarray(series["length"].values, dtype=np.int64))
        return np.clip(stored, 0, series.sizes["time"])
    return np.full(series.sizes["trajectory"], series.sizes["time"], dtype=np.int64)


def trajectories(series: xr.DataArray) -> list[Floats]:
    """Valid samples ``(T_i, N)`` of each trajectory of a checked series.

    `dsr.data.trajectories` takes anything that is a series; this is the ground below that door.
    """
    values = series.values
    return [
        np.ascontiguousarray(values[k, :n], dtype=np.float64) for k, n in enumerate(lengths(series))
    ]


def plane_coords(field: xr.DataArray) -> dict[str, Any]:
    """Coordinates of a field that lie in its plane, as `make_series` takes them.

    Examples
    --------
    >>> import numpy as np
    >>> field = make_series(np.zeros((1, 3, 1, 2, 2)), space={"y": ("y", [40.0, 50.0])})
    >>> plane_coords(field)["y"][1]
    array([40., 50.])
    """
    return {
        str(name): (coord.dims, coord.values, dict(coord.attrs))
        for name, coord in field.coords.items()
        if coord.dims and set(coord.dims) <= {"y", "x"}
    }


def axis_of(series: xr.DataArray) -> TimeAxis:
    """Time axis of a series, with unit and origin; counted with its step where it has none."""
    attrs, count = series.attrs, series.sizes["time"]
    times = series["time"].values if "time" in series.coords else attrs["dt"] * np.arange(count)
    numbers = np.asarray(times, dtype=np.float64)
    return TimeAxis(
        numbers,
        str(attrs.get("time_unit", "step")),
        str(attrs.get("time_origin", "")),
        str(attrs.get("calendar", "")),
        float(np.finfo(np.float64).eps * np.abs(numbers).max(initial=0.0)),
        bare=attrs.get("time_unit", "step") in ("step", "time unit"),
    )


def select(series: xr.DataArray, columns: Sequence[int]) -> xr.DataArray:
    """Variables or channels of a series by their numbers, with their units."""
    label = str(series.dims[2])
    units = list(series.attrs.get("variable_units", []))
    part = series.isel({label: list(columns)})
    if len(units) == series.sizes[label]:
        part = part.assign_attrs(variable_units=[units[k] for k in columns])
    return part.copy(data=np.ascontiguousarray(part.values))


def is_settled(obj: Any) -> bool:
    """Whether an object has the layout of a series or a field, and a step."""
    return getattr(obj, "dims", None) in (DIMS, FIELD_DIMS) and "dt" in getattr(obj, "attrs", ())


def checked(
    series: xr.DataArray, *, minimum: int | None = None, name: str = "series", finite: bool = True
) -> xr.DataArray:
    """Mend what slicing, casting or saving does to a series; refuse what cannot be used.

    `minimum`, `name` and `finite` are those of `dsr.data.as_series`. The series itself comes back,
    not a copy, where there is nothing to mend.
    """
    series = _settled(series, name)
    if finite:
        _refuse_unusable(series, name)
    if minimum is not None and (count := int(lengths(series).sum())) < minimum:
        raise InputError(
            f"the {name} has {count} samples and at least {minimum} are needed; "
            "give a longer stretch"
        )
    return series


def _block(values: Any) -> tuple[Floats, NDArray[np.int64]]:
    """Stack trajectories into one array, padded with NaN; and their lengths."""
    if isinstance(values, list | tuple):
        parts = [np.asarray(part, dtype=np.float64) for part in values]
        parts = [part[:, None] if part.ndim == 1 else part for part in parts]
        if not parts or len({part.shape[1:] for part in parts}) != 1:
            shapes = [part.shape for part in parts][:4]
            raise InputError(f"trajectories must be arrays (time, variable) alike, not {shapes}")
        sizes = np.array([len(part) for part in parts], dtype=np.int64)
        if (sizes == sizes[0]).all():
            return np.ascontiguousarray(np.stack(parts)), sizes
        block = np.full((len(parts), int(sizes.max()), *parts[0].shape[1:]), np.nan)
        for k, part in enumerate(parts):
            block[k, : len(part)] = part
        return block, sizes
    block = np.ascontiguousarray(values, dtype=np.float64)
    block = block[None] if block.ndim == 2 else block
    if block.ndim not in (3, 5):
        raise InputError(
            f"values must have shape (trajectory, time, variable), not {np.shape(values)}"
        )
    return block, np.full(len(block), block.shape[1], dtype=np.int64)


def _settled(series: xr.DataArray, name: str) -> xr.DataArray:
    if 0 in series.shape:
        raise InputError(f"the {name} is empty: shape {series.shape}")
    if series.dtype.kind not in "iuf":
        raise InputError(f"the {name} must hold real numbers, not {series.dtype}")
    if series.dtype != np.float64 or not series.values.flags.c_contiguous:
        series = series.copy(data=np.ascontiguousarray(series.values, dtype=np.float64))
    dt = positive(f"the step dt of the {name}", series.attrs["dt"])
    if series.sizes["time"] > 1 and series["time"].dtype.kind in "iuf":
        axis = axis_of(series)
        found = spacing(axis)
        if found.first is not None:
            raise InputError(uneven_message(axis, found, f" of the {name}"))
        if "time" in series.coords and abs(found.step - dt) > 1e-6 * dt + 8.0 * axis.resolution:
            series = series.assign_attrs(dt=found.step)
    if len(series.attrs.get("variable_units", [])) not in (0, series.shape[2]):
        # A selection of variables; which of the units are theirs is not known any more.
        series = series.assign_attrs(variable_units=[""] * series.shape[2])
    return _recounted(series) if "length" in series.coords else series


def _recounted(series: xr.DataArray) -> xr.DataArray:
    """Count valid samples again where a slice along time has made ``length`` stale."""
    values, stored = series.values, lengths(series)
    shorter = [
        n if n == 0 or np.isfinite(values[k, n - 1]).any() else last_valid(values[k, :n])
        for k, n in enumerate(stored)
    ]
    if np.array_equal(shorter, stored):
        return series
    return series.assign_coords(length=("trajectory", np.array(shorter, dtype=np.int64)))


def last_valid(values: Floats) -> int:
    """Number of samples up to the last that holds any value."""
    rows = np.flatnonzero(np.isfinite(values).any(axis=tuple(range(1, values.ndim))))
    return int(rows[-1]) + 1 if rows.size else 0


def _refuse_unusable(series: xr.DataArray, name: str) -> None:
    """Refuse NaN, infinities and numbers whose squares overflow, within the valid samples."""
    field = series.dims == FIELD_DIMS
    if field:
        _refuse_moving_gaps(series, name)
    for k, n in enumerate(lengths(series)):
        part = series.values[k, :n]
        if not part.size or not (field or np.isfinite(part).all()):
            raise InputError(_missing_message(series, k, n, name))
        # Cells of land are NaN, which these two pass over.
        if (
            max(float(np.fmax.reduce(part, axis=None)), -float(np.fmin.reduce(part, axis=None)))
            > LARGEST
        ):
            raise InputError(
                f"the {name} holds values beyond {LARGEST:g}, whose variance cannot be "
                "computed; rescale it, or declare such numbers as missing in the file"
            )


def _missing_message(series: xr.DataArray, k: int, n: int, name: str) -> str:
    """Sentence on the missing values of one trajectory: first time, share, and the cure."""
    bad = ~np.isfinite(series.values[k, :n])
    if not bad.size:
        return f"trajectory {series['trajectory'].values[k]} of the {name} has no valid samples"
    row = int(np.argmax(bad.any(axis=1)))
    column = int(np.argmax(bad[row]))
    where = axis_of(series).label(row).strip()
    several = series.sizes["trajectory"] > 1
    trajectory = f" of trajectory {series['trajectory'].values[k]}" if several else ""
    return (
        f"the {name} has missing values (NaN or inf): first at {where}{trajectory} in variable "
        f"{str(series['variable'].values[column])[:60]!r}, {bad.mean():.2%} of the values; "
        'pass fill="linear" when loading, or select a part without gaps'
    )


def _refuse_moving_gaps(series: xr.DataArray, name: str) -> None:
    """A field may have cells that are never valid (land), but none that come and go."""
    missing = [~np.isfinite(series.values[k, :n]) for k, n in enumerate(lengths(series)) if n]
    always = np.logical_and.reduce([bad.all(axis=0) for bad in missing])
    sometimes = np.logical_or.reduce([bad.any(axis=0) for bad in missing]) & ~always
    if always.all():
        raise InputError(f"the {name} has no valid values in any cell of its grid")
    if sometimes.any():
        share = sum(float(bad[:, ~always].sum()) for bad in missing)
        share /= sum(len(bad) for bad in missing) * int((~always).sum())
        rows = [(k, int(np.argmax(rows))) for k, bad in enumerate(missing)
                if (rows := (bad & sometimes).any(axis=(1, 2, 3))).any()]  # fmt: skip
        raise InputError(
            f"the {name} has {int(sometimes.sum())} grid cells whose values are missing at some "
            f"times only, first at {axis_of(series).label(rows[0][1])} ({share:.2%} of the values "
            'off land); pass fill="linear" when loading, or leave those cells out'
        )

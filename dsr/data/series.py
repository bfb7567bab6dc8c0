"""The one convention for data: what a series is, how one is built, and the single door to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

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
        ``variable_units``, ``notes``.

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
    step, unit = (step if dt is None else float(dt)), (unit if time_unit is None else time_unit)
    if not (np.isfinite(step) and step > 0):
        raise InputError(f"dt must be a positive number, not {step}")
    attrs.update(dt=step, time_unit=unit, source=source, notes=list(notes))
    names = [f"x{i}" for i in range(width)] if variables is None else [str(v) for v in variables]
    if len(names) != width:
        raise InputError(f"{len(names)} names were given for {width} variables")
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
        coords |= _space_coords(block.shape[3:], space, like)
    dims = FIELD_DIMS if field else DIMS
    return xr.DataArray(block, dims=dims, coords=coords, attrs=attrs, name="series")


def _space_coords(
    shape: tuple[int, ...], space: Mapping[str, Any] | None, like: xr.DataArray | None
) -> dict[str, Any]:
    """Coordinates of the plane, those of a field like this one if none are given."""
    if space is None and like is not None and [like.sizes.get(d) for d in ("y", "x")] == [*shape]:
        return {str(k): v for k, v in like.coords.items() if v.dims and set(v.dims) <= {"y", "x"}}
    return dict(space or {})


def lengths(series: xr.DataArray) -> NDArray[np.int64]:
    """Number of valid samples of each trajectory; the rest is padding.

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


def trajectories(series: Any) -> list[Floats]:
    """Valid samples of each trajectory, as contiguous arrays ``(T_i, N)``, padding left out.

    Examples
    --------
    >>> import numpy as np
    >>> [part.shape for part in trajectories([np.zeros((5, 2)), np.ones((3, 2))])]
    [(5, 2), (3, 2)]
    """
    series = as_series(series)
    values = series.values
    return [
        np.ascontiguousarray(values[k, :n], dtype=np.float64) for k, n in enumerate(lengths(series))
    ]


def as_series(
    obj: Any,
    *,
    dt: float | None = None,
    time_unit: str | None = None,
    minimum: int | None = None,
    name: str = "series",
    finite: bool = True,
) -> xr.DataArray:
    """Make a checked series of whatever is given: the single door of the package.

    Parameters
    ----------
    obj : DataArray, Dataset, array, list of arrays, DataFrame or path
        A series as it is; a labelled array with a time dimension; a bare array ``(time,)``,
        ``(time, variable)`` or ``(trajectory, time, variable)``; a list of arrays
        ``(time, variable)`` of any lengths, one per trajectory; or what `dsr.load` reads.
    dt, time_unit : optional
        Step and unit where `obj` has no time axis.
    minimum : int, optional
        Least number of samples, over all trajectories.
    name : str
        What to call it in messages.
    finite : bool
        Refuse NaN and infinities within the trajectories.

    Returns
    -------
    xarray.DataArray, (trajectory, time, variable), float64, C-contiguous
        `obj` itself, not a copy, where it is a sound series already.

    Raises
    ------
    InputError
        If it cannot be used; the message says what, where and what to do.

    Examples
    --------
    >>> import numpy as np
    >>> series = as_series(np.zeros((100, 3)), dt=0.1)
    >>> series.dims, series.attrs["dt"]
    (('trajectory', 'time', 'variable'), 0.1)
    """
    import xarray as xr

    if isinstance(obj, str | PathLike):
        from dsr.data.doors import load

        series = load(obj, dt=dt, time_unit=time_unit)
    elif isinstance(obj, xr.DataArray) and obj.dims in (DIMS, FIELD_DIMS) and "dt" in obj.attrs:
        series = _settled(obj, name)
    else:
        from dsr.data.readers.objects import object_table
        from dsr.data.table import assemble

        table = object_table(obj, name=name, time_unit=time_unit)
        series = assemble(table, dt=dt, time_unit=time_unit)
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
    """Mend what slicing, casting or saving does to a series; most often there is nothing to do."""
    from dsr.data.time.axis import TimeAxis, spacing, uneven_message

    if 0 in series.shape:
        raise InputError(f"the {name} is empty: shape {series.shape}")
    if series.dtype.kind not in "iuf":
        raise InputError(f"the {name} must hold real numbers, not {series.dtype}")
    if series.dtype != np.float64 or not series.values.flags.c_contiguous:
        series = series.copy(data=np.ascontiguousarray(series.values, dtype=np.float64))
    dt = float(series.attrs["dt"])
    if not (np.isfinite(dt) and dt > 0):
        raise InputError(f"the step dt of the {name} is {dt}; it must be positive")
    if "time" in series.coords and series.sizes["time"] > 1:
        times = np.asarray(series["time"].values)
        if times.dtype.kind in "iuf":
            eps = np.finfo(np.float64).eps * float(np.abs(times).max())
            axis = TimeAxis(
                times.astype(np.float64), str(series.attrs.get("time_unit", "")), resolution=eps
            )
            found = spacing(axis)
            if found.first is not None:
                raise InputError(uneven_message(axis, found, f" of the {name}"))
            if abs(found.step - dt) > 1e-6 * dt + 8.0 * eps:
                series = series.assign_attrs(dt=found.step)
    if "length" in series.coords:
        series = _recounted(series)
    return series


def _recounted(series: xr.DataArray) -> xr.DataArray:
    """Count valid samples again where a slice along time has made ``length`` stale."""
    values, stored = series.values, lengths(series)
    shorter = [
        n if n == 0 or np.isfinite(values[k, n - 1]).any() else _last_valid(values[k, :n])
        for k, n in enumerate(stored)
    ]
    if np.array_equal(shorter, stored):
        return series
    return series.assign_coords(length=("trajectory", np.array(shorter, dtype=np.int64)))


def _last_valid(values: Floats) -> int:
    rows = np.flatnonzero(np.isfinite(values).any(axis=tuple(range(1, values.ndim))))
    return int(rows[-1]) + 1 if rows.size else 0


def _refuse_unusable(series: xr.DataArray, name: str) -> None:
    """Refuse NaN, infinities and numbers whose squares overflow, within the valid samples."""
    if series.dims == FIELD_DIMS:
        _refuse_moving_gaps(series, name)
        return
    values = series.values
    for k, n in enumerate(lengths(series)):
        part = values[k, :n]
        if part.size and np.isfinite(part).all():
            if max(float(part.max()), -float(part.min())) > LARGEST:
                raise InputError(
                    f"the {name} holds values beyond {LARGEST:g}, whose variance cannot be "
                    "computed; rescale it, or declare such numbers as missing in the file"
                )
            continue
        raise InputError(missing_message(series, k, n, name))


def missing_message(series: xr.DataArray, k: int, n: int, name: str) -> str:
    """Sentence on the missing values of one trajectory: first time, share, and the cure."""
    bad = ~np.isfinite(series.values[k, :n])
    if not bad.size:
        return f"trajectory {series['trajectory'].values[k]} of the {name} has no valid samples"
    row = int(np.argmax(bad.any(axis=1)))
    column = int(np.argmax(bad[row]))
    where = _time_of(series, row)
    several = series.sizes["trajectory"] > 1
    trajectory = f" of trajectory {series['trajectory'].values[k]}" if several else ""
    return (
        f"the {name} has missing values (NaN or inf): first at {where}{trajectory} in variable "
        f"{str(series['variable'].values[column])[:60]!r}, {bad.mean():.2%} of the values; "
        'pass fill="linear" when loading, or select a part without gaps'
    )


def _time_of(series: xr.DataArray, row: int) -> str:
    """Time of a sample for people: a date where the series has an origin."""
    from dsr.data.time.axis import TimeAxis

    if "time" not in series.coords:
        return f"sample {row}"
    attrs = series.attrs
    axis = TimeAxis(
        np.asarray(series["time"].values, dtype=np.float64),
        str(attrs.get("time_unit", "")),
        str(attrs.get("time_origin", "")),
        str(attrs.get("calendar", "")),
    )
    return axis.label(row).strip()


def _refuse_moving_gaps(series: xr.DataArray, name: str) -> None:
    """A field may have cells that are never valid (land), but none that come and go."""
    bad = ~np.isfinite(series.values)
    sometimes = bad.any(axis=1) & ~bad.all(axis=1)
    if sometimes.any() or bad.all():
        raise InputError(
            f"the {name} has {int(sometimes.sum())} grid cells that are missing at some times only "
            f"({bad.mean():.2%} of all values are missing); fill them before loading"
        )

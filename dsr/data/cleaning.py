"""Cures a user asks for: filling gaps, resampling an uneven axis, dropping constant variables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsr.data.doubts import with_doubts
from dsr.data.labelled.picks import listed
from dsr.data.readers.objects import object_table
from dsr.data.series import checked, lengths, select, trajectories
from dsr.data.table import Table, assemble, settle_axes, trim_padding
from dsr.data.time.axis import spacing
from dsr.data.time.units import parse_step
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

FILLS = ("linear", "nearest", "previous", "mean")

# More values than this after resampling are taken for a mistaken unit.
_MOST_VALUES = 200_000_000


def clean(
    obj: Any,
    *,
    dt: float | None = None,
    time_unit: str | None = None,
    resample: str | float | None = None,
    fill: str | None = None,
    drop_constant: bool = False,
    name: str = "series",
) -> xr.DataArray:
    """Make a sound series of a series that has gaps or constant variables.

    Parameters
    ----------
    obj : series
        Anything `dsr.data.as_series` takes; NaN and infinities are missing values.
    dt, time_unit : optional
        Step and unit where `obj` has no time axis.
    resample : str or float, optional
        New step in the unit of the time axis (``0.1``), with a unit (``"0.1s"``), or ``"auto"``
        for the usual one. Values are interpolated linearly; nothing is filtered.
    fill : {"linear", "nearest", "previous", "mean"}, optional
        How missing values are replaced, along time. Before the first and after the last valid
        value, that value is repeated.
    drop_constant : bool
        Leave out variables that do not vary within any trajectory.
    name : str
        What to call it in messages.

    Returns
    -------
    DataArray, (trajectory, time, variable)
        ``attrs["notes"]`` say what was done.

    Raises
    ------
    InputError
        If something remains that needs another option; the message names it.

    Examples
    --------
    >>> import numpy as np
    >>> clean(np.array([0.0, 1.0, np.nan, 3.0]), fill="linear").values.ravel()
    array([0., 1., 2., 3.])
    """
    table = object_table(obj, name=name, time_unit=time_unit)
    return finish(table, Cures(dt, time_unit, resample, fill, drop_constant), name=name)


class Cures(NamedTuple):
    """What is asked for, as `clean` and `dsr.load` explain it."""

    dt: float | None = None
    time_unit: str | None = None
    resample: str | float | None = None
    fill: str | None = None
    drop_constant: bool = False


def finish(table: Table, cures: Cures, *, name: str) -> xr.DataArray:
    """Apply the cures asked for, assemble, and refuse what still needs one."""
    fill = cures.fill
    if fill is not None and fill not in FILLS:
        raise InputError(f"fill={str(fill)[:40]!r} is not known; use one of {', '.join(FILLS)}")
    table = trim_padding(settle_axes(with_doubts(table), dt=cures.dt, time_unit=cures.time_unit))
    if any(0 in part.shape for part in table.values):
        raise InputError(f"the {name} is empty: it has no samples")
    if any(np.isinf(part).any() for part in table.values):  # they mark what is missing
        table = replace(table, values=[np.where(np.isinf(p), np.nan, p) for p in table.values])
    if fill is not None:
        table = _filled(table, fill)
    if cures.resample is not None:
        table = _resampled(table, cures.resample)
    return judged(assemble(table), drop_constant=cures.drop_constant, name=name)


def judged(series: xr.DataArray, *, drop_constant: bool = False, name: str) -> xr.DataArray:
    """Refuse what still needs a cure; leave out constant variables where that is wanted."""
    if int(lengths(series).max(initial=0)) < 2:
        raise InputError(
            f"the {name} has one sample, and there is no time to follow it through; transpose it "
            "if its columns are the times"
        )
    return _varying(checked(series, name=name), drop_constant, name)


def constant_variables(series: xr.DataArray) -> list[int]:
    """Indices of the variables that do not vary within any trajectory.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.data import make_series
    >>> constant_variables(make_series(np.array([[0.0, 2.0], [1.0, 2.0]])))
    [1]
    """
    constant = np.ones(series.sizes["variable"], dtype=bool)
    for part in trajectories(series):
        low, high = np.fmin.reduce(part, axis=0), np.fmax.reduce(part, axis=0)
        constant &= ~(high - low > 1e-14 * np.maximum(np.abs(low), np.abs(high)))
    return [int(i) for i in np.flatnonzero(constant)]


def _varying(series: xr.DataArray, drop: bool, name: str) -> xr.DataArray:
    if "variable" not in series.dims:
        return series
    constant = constant_variables(series)
    if not constant:
        return series
    shown = listed([repr(str(series["variable"].values[i])) for i in constant], 5)
    total = series.sizes["variable"]
    if len(constant) == total:
        only = "its only variable is constant" if total == 1 else f"all {total} are constant"
        raise InputError(f"the {name} does not vary: {only}; there is nothing to reconstruct")
    if not drop:
        start = float(series["time"].values[0])
        raise InputError(
            f"{len(constant)} of {total} variables of the {name} do not vary ({shown}, constant "
            f"from {start:.6g} {series.attrs['time_unit']} on, 100% of the samples); pass "
            "drop_constant=True, or choose others with variables="
        )
    kept = [i for i in range(total) if i not in constant]
    notes = [*series.attrs.get("notes", []), f"constant variables were left out: {shown}"]
    return select(series, kept).assign_attrs(notes=notes)


def _filled(table: Table, method: str) -> Table:
    count = sum(int(np.isnan(part).sum()) for part in table.values)
    if not count:
        return table
    total = sum(part.size for part in table.values)
    values = []
    for k, (part, axis) in enumerate(zip(table.values, table.axes or [], strict=True)):
        flat = part.reshape(len(part), -1).copy()
        for j in np.flatnonzero(np.isnan(flat).any(axis=0)):
            good = np.isfinite(flat[:, j])
            if good.any():
                flat[:, j] = _fill_column(flat[:, j], good, axis.numbers, method)
            elif not table.is_field:  # a cell without any value is land
                column = table.names[j] if table.names else str(j)
                raise InputError(
                    f"variable {column[:60]!r} has no valid value in trajectory {k}; "
                    "leave it out with variables="
                )
        values.append(flat.reshape(part.shape))
    count -= sum(int(np.isnan(part).sum()) for part in values)
    note = f"{count} missing values ({count / total:.2%}) were filled ({method})"
    return replace(table, values=values).with_notes(note)


def _fill_column(column: Floats, good: NDArray[np.bool_], t: Floats, method: str) -> Floats:
    if method == "mean":
        return np.where(good, column, column[good].mean())
    if method == "linear":
        return np.where(good, column, np.interp(t, t[good], column[good]))
    at = np.flatnonzero(good)
    right = np.clip(np.searchsorted(at, np.arange(len(column))), 0, len(at) - 1)
    left = np.clip(np.searchsorted(at, np.arange(len(column)), side="right") - 1, 0, len(at) - 1)
    if method == "previous":
        return np.asarray(column[at[left]])
    nearer = np.abs(t - t[at[left]]) <= np.abs(t[at[right]] - t)
    return np.asarray(column[np.where(nearer, at[left], at[right])])


def _resampled(table: Table, wanted: str | float) -> Table:
    axes = table.axes or []
    unit = axes[0].unit
    longest = max(axes, key=lambda axis: axis.numbers.size)
    usual = spacing(longest).step
    step = usual if wanted == "auto" else parse_step(wanted, unit)
    if wanted == "auto":
        step = float(f"{step:.6g}")
    size = sum(float(axis.numbers[-1] - axis.numbers[0]) / step + 1 for axis in axes)
    if size * table.values[0][0].size > _MOST_VALUES:
        raise InputError(
            f"resample={step:g} {unit} would make {size:.3g} samples out of "
            f"{sum(len(v) for v in table.values)}; give a larger step"
        )
    values, even = [], []
    for part, axis in zip(table.values, axes, strict=True):
        spacing(axis)
        start, end = float(axis.numbers[0]), float(axis.numbers[-1])
        count = int(np.floor((end - start) / step * (1 + 1e-12) + 1e-9)) + 1
        t: Floats = np.asarray(start + step * np.arange(count), dtype=np.float64)
        flat = part.reshape(len(part), -1)
        out = np.column_stack([np.interp(t, axis.numbers, column) for column in flat.T])
        values.append(out.reshape(count, *part.shape[1:]))
        rounding = np.finfo(np.float64).eps * float(np.abs(t).max())
        even.append(axis._replace(numbers=t, resolution=rounding))
    if max(len(v) for v in values) < 2:
        raise InputError(
            f"resample={step:g} {unit} is longer than the series; give a step well below its length"
        )
    note = f"resampled to a step of {step:g} {unit} by linear interpolation, without a filter"
    return replace(table, values=values, axes=even).with_notes(note)

"""Which dimension of a dataset is time, which holds trajectories, and what the time axes are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dsr.data.labelled.clues import (
    TRAJECTORY_NAMES,
    find_ramp,
    is_time_name,
    looks_like_time,
)
from dsr.data.labelled.picks import Picks, no_such
from dsr.data.series import last_valid
from dsr.data.time.axis import TimeAxis, decode_time
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

# A dimension this many times longer than any other is taken for time where nothing says so.
_CLEARLY_LONGER = 5


def find_time(
    dataset: xr.Dataset, names: list[str], picks: Picks, notes: list[str]
) -> tuple[str, str | None]:
    """Time dimension, and the variable with its values if there is one."""
    dims = list(dict.fromkeys(str(d) for n in names for d in dataset[n].dims))
    if picks.axis is not None:
        known = list(dict.fromkeys([*dims, *map(str, dataset.coords)]))
        if picks.axis not in dataset.variables and picks.axis not in dims:
            raise no_such(picks.axis, known, "time axis")
        if picks.axis not in dataset.variables:
            return picks.axis, None
        if not dataset[picks.axis].ndim or str(dataset[picks.axis].dims[-1]) not in dims:
            raise InputError(f"{picks.axis[:60]!r} is no axis of the variables; name another")
        return str(dataset[picks.axis].dims[-1]), picks.axis
    found = [
        str(n)
        for n, v in dataset.variables.items()
        if v.ndim in (1, 2) and str(v.dims[-1]) in dims and looks_like_time(v, str(n))
        and n not in (picks.names or [])
    ]  # fmt: skip
    if found:
        # Index coordinates before auxiliary ones, and the one most variables have.
        def rank(name: str) -> tuple[int, bool, bool]:
            dim = dataset[name].dims[-1]
            users = sum(dim in dataset[n].dims for n in names)
            return users, dataset[name].ndim == 1, name == dim

        best = max(found, key=rank)
        return str(dataset[best].dims[-1]), None if picks.untimed else best
    named = [d for d in dims if is_time_name(d)]
    if named:
        return named[0], _ramp(dataset, names, picks, named[0], notes)
    shared = [d for d in dims if all(d in dataset[n].dims for n in names)]
    sizes = sorted(((dataset.sizes[d], d) for d in shared), reverse=True)
    if sizes and (len(sizes) == 1 or sizes[0][0] >= _CLEARLY_LONGER * sizes[1][0]):
        dim = sizes[0][1]
        notes.append(f"dimension {dim!r} was taken for time; name another with time=")
        own = dim in dataset.variables and dataset[dim].dtype.kind in "iufM"
        return dim, dim if own and not picks.untimed else _ramp(dataset, names, picks, dim, notes)
    listed = ", ".join(f"{d} ({dataset.sizes[d]})" for d in dims[:8])
    raise InputError(f"no dimension is clearly time (there are: {listed}); name it with time=")


def _ramp(
    dataset: xr.Dataset, names: list[str], picks: Picks, dim: str, notes: list[str]
) -> str | None:
    """Variable along a dimension that increases evenly, where there are others beside it."""
    if picks.untimed or len(names) < 2:
        return None
    columns = {n: dataset[n].values for n in names if dataset[n].dims == (dim,)}
    units = {n: str(dataset[n].attrs.get("units", "")) for n in columns}
    return find_ramp(columns, notes, wanted=picks.names, units=units)


def find_trajectory(
    dataset: xr.Dataset, names: list[str], picks: Picks, time_dim: str
) -> str | None:
    """Dimension of the trajectories: the one picked, CF's ``cf_role``, or a common name."""
    dims = list(dict.fromkeys(str(d) for n in names for d in dataset[n].dims if d != time_dim))
    if picks.trajectory is not None:
        if picks.trajectory in dims:
            return picks.trajectory
        if picks.trajectory in dataset.variables and dataset[picks.trajectory].ndim == 1:
            owner = str(dataset[picks.trajectory].dims[0])
            if owner in dims:
                return owner
        raise no_such(picks.trajectory, dims, "trajectory dimension")
    for variable in dataset.variables.values():
        role = str(variable.attrs.get("cf_role", ""))
        if role in ("timeseries_id", "trajectory_id") and variable.ndim >= 1:
            owner = str(variable.dims[0])
            if owner in dims:
                return owner
    return next((d for d in dims if d.lower() in TRAJECTORY_NAMES), None)


def read_axes(
    dataset: xr.Dataset,
    coordinate: str | None,
    trajectory: str | None,
    values: list[Floats],
    time_unit: str | None,
) -> list[TimeAxis] | None:
    """Time axis of each trajectory, from a coordinate shared by all or with a row for each."""
    if coordinate is None:
        return None
    variable = dataset[coordinate]
    attrs = {**variable.encoding, **variable.attrs}
    if variable.ndim == 1:
        axis = decode_time(variable.values, attrs, name=coordinate, time_unit=time_unit)
        return [axis.upto(len(v)) for v in values]
    if variable.dims[0] != trajectory or variable.shape[0] != len(values):
        raise InputError(
            f"the time axis {coordinate!r} has dimensions {variable.dims}, which fit no trajectory"
        )
    return [
        decode_time(row[: len(v)], attrs, name=coordinate, time_unit=time_unit)
        for row, v in zip(_without_gaps(variable.values, values), values, strict=True)
    ]


def _without_gaps(times: NDArray[Any], values: list[Floats]) -> list[NDArray[Any]]:
    """Rows of a two-dimensional time axis, which may be padded where the values are."""
    rows = []
    for row, part in zip(times, values, strict=True):
        end = last_valid(part) or len(part)
        missing = np.isnat(row) if row.dtype.kind in "Mm" else ~np.isfinite(row)
        padded = row.copy()
        if missing[end:].any() and end >= 2:
            # Padding is cut with the values; until then the axis goes on with its last step.
            last = padded[end - 1]
            padded[end:] = last + (last - padded[end - 2]) * np.arange(1, len(row) - end + 1)
        rows.append(padded)
    return rows


def without_padding(dataset: xr.Dataset, values: list[Floats]) -> list[Floats]:
    """Leave out the padding that a ``length`` variable marks."""
    if "length" not in dataset.variables or dataset["length"].size != len(values):
        return values
    ends = dataset["length"].values.astype(int)
    if (ends < 1).any() or (ends > len(values[0])).any():
        raise InputError("the variable 'length' does not fit the time axis; correct it")
    return [part[:end] for part, end in zip(values, ends, strict=True)]

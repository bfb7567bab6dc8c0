"""Delay coordinates of a series."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dsr.data.doors import as_series
from dsr.data.series import make_series, trajectories
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr


def delay_embed(series: Any, dimension: int, delay: int) -> xr.DataArray:
    """Delay coordinates ``x(t), x(t - delay), ..., x(t - (dimension - 1) delay)``.

    Parameters
    ----------
    series : series
        Of one variable; trajectories stay apart, each loses its first samples.
    dimension, delay : int
        Number of coordinates, and samples between them.

    Returns
    -------
    xarray.DataArray, (trajectory, time, variable)
        Time is that of the undelayed coordinate.

    Raises
    ------
    InputError
        For several variables, or trajectories shorter than the embedding window.

    Examples
    --------
    >>> import numpy as np
    >>> delay_embed(np.arange(6.0), 2, 3).values[0]
    array([[3., 0.],
           [4., 1.],
           [5., 2.]])
    """
    series = as_series(series)
    if series.sizes.get("variable") != 1:
        raise InputError(
            f"delay coordinates need a series of one variable, and this one has "
            f"{series.sizes.get('variable')}; select one with variables="
        )
    if dimension < 1 or delay < 1 or dimension != int(dimension) or delay != int(delay):
        raise InputError(
            f"dimension and delay must be whole numbers from 1 on, not {dimension} and {delay}"
        )
    result = delay_columns(series, [(0, k * delay) for k in range(dimension)])
    result.attrs["notes"] = [
        *series.attrs.get("notes", []),
        f"embedded in {dimension} delay coordinates, {delay} samples apart",
    ]
    result.attrs["embedding"] = json.dumps({"dimension": dimension, "delay": delay})
    return result


def delay_columns(series: xr.DataArray, pairs: Sequence[tuple[int, int]]) -> xr.DataArray:
    """Coordinates ``x_c(t - delay)`` for pairs of a column c and a delay, in their order.

    Time is that of the undelayed coordinate; trajectories stay apart, each loses its first samples.

    Examples
    --------
    >>> series = as_series(np.arange(10.0).reshape(5, 2))
    >>> delay_columns(series, [(0, 0), (1, 2)])["variable"].values.tolist()
    ['x0', 'x1(t-2)']
    """
    window = max(delay for _, delay in pairs)
    parts = trajectories(series)
    shortest = min(len(part) for part in parts)
    if shortest < window + 2:
        raise InputError(
            f"{len(pairs)} delay coordinates span {window + 1} samples, and a trajectory has only "
            f"{shortest}; use fewer or closer ones"
        )
    blocks = [
        np.stack([x[window - d : len(x) - d, column] for column, d in pairs], axis=1) for x in parts
    ]
    names = [str(v) for v in series["variable"].values]
    split = series["split"].values.tolist() if "split" in series.coords else None
    result = make_series(
        blocks,
        like=series,
        variables=[names[column] + (f"(t-{d})" if d else "") for column, d in pairs],
        start=float(series["time"].values[0]) + window * float(series.attrs["dt"]),
        trajectory=series["trajectory"].values,
        split=split,
        source=str(series.attrs.get("source", "")),
    )
    if units := list(series.attrs.get("variable_units", [])):
        result.attrs["variable_units"] = [units[column] for column, _ in pairs]
    return result

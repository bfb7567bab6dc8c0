"""Series and fields that Dask holds, taken one chunk at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr

from dsr.errors import InputError
from dsr.metrics.doors import Floats


def is_chunked(*arrays: Any) -> bool:
    """Whether one of them is a labelled array in chunks, which has not been computed yet."""
    return any(isinstance(a, xr.DataArray) and a.chunks is not None for a in arrays)


def labelled(obj: Any, name: str) -> xr.DataArray:
    """A series with all three dims, its values not looked at.

    Raises
    ------
    InputError
        If it has other dims, or trajectories of unequal lengths.
    """
    from dsr.data import as_series

    if not isinstance(obj, xr.DataArray):
        obj = as_series(obj, name=name)
    dims = ("trajectory", "time", "variable")
    if "time" not in obj.dims or set(obj.dims) - set(dims):
        raise InputError(
            f"the {name} in chunks has dims {tuple(obj.dims)}; they must be time, variable and "
            "perhaps trajectory"
        )
    if "length" in obj.coords:
        raise InputError(
            f"the {name} in chunks has trajectories of unequal lengths; call .compute() on it"
        )
    series: xr.DataArray = obj.expand_dims([d for d in dims if d not in obj.dims])
    return series.transpose(*dims)


def time_slices(array: xr.DataArray) -> Iterator[slice]:
    """The chunks along time; one for all where there are none."""
    sizes = array.chunksizes.get("time", (array.sizes["time"],))
    start = 0
    for size in sizes:
        yield slice(start, start + size)
        start += size


def blocks(trajectory: xr.DataArray) -> Iterator[Floats]:
    """Arrays (T_i, N) of a trajectory (time, variable), computed one after the other."""
    for part in time_slices(trajectory):
        yield np.ascontiguousarray(trajectory.isel(time=part).values, dtype=np.float64)


def ranges(trajectory: xr.DataArray) -> tuple[Floats, Floats, Floats]:
    """Least and largest value and standard deviation (ddof=1) of a reference, in one pass.

    Raises
    ------
    InputError
        If a value is not finite, or a variable does not vary.
    """
    low = high = mean = squares = np.zeros(0)
    count = 0
    for block in blocks(trajectory):
        if not np.isfinite(block).all():
            raise InputError("the reference holds NaN or infinities; fill or cut them first")
        least, most, middle = block.min(axis=0), block.max(axis=0), block.mean(axis=0)
        spread = ((block - middle) ** 2).sum(axis=0)
        if count == 0:
            low, high, mean, squares, count = least, most, middle, spread, len(block)
            continue
        # Means and squares of two parts together (Chan, Golub & LeVeque 1983).
        total, shift = count + len(block), middle - mean
        squares = squares + spread + shift**2 * (count * len(block) / total)
        mean = mean + shift * (len(block) / total)
        low, high, count = np.minimum(low, least), np.maximum(high, most), total
    if count < 2 or not (high > low).all():
        raise InputError("a variable of the reference does not vary; drop it before scoring")
    return low, high, np.sqrt(squares / (count - 1))

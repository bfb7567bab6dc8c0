"""The door of fields: what a field is, and two of them side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.errors import InputError

Array = NDArray[np.float64]

DIMS = ("trajectory", "time", "channel", "y", "x")


def as_field(obj: Any, *, name: str, strict: bool = True) -> xr.DataArray:
    """Give a field with dims (trajectory, time, channel, y, x).

    Parameters
    ----------
    obj : DataArray or array
        Arrays: (time, y, x), (time, channel, y, x) or (trajectory, time, channel, y, x).
    name : str
        What to call it in errors.
    strict : bool
        Refuse values that are not finite.
    """
    if isinstance(obj, xr.DataArray):
        unknown = [str(d) for d in obj.dims if d not in DIMS]
        if unknown or not {"time", "y", "x"} <= set(obj.dims):
            raise InputError(
                f"the {name} has dims {tuple(obj.dims)}; a field has time, y and x, and may have "
                "trajectory and channel; rename them with .rename(...)"
            )
        field = obj.expand_dims([d for d in DIMS if d not in obj.dims]).transpose(*DIMS)
    else:
        values = np.asarray(obj)
        if values.ndim not in (3, 4, 5) or values.dtype.kind not in "fiub":
            raise InputError(
                f"the {name} has shape {values.shape} and type {values.dtype}; a field is an array "
                "of numbers (time, y, x), (time, channel, y, x) or with trajectories before"
            )
        while values.ndim < 5:
            values = values[np.newaxis] if values.ndim == 4 else values[:, np.newaxis]
        field = xr.DataArray(values, dims=DIMS)
    if field.dtype.kind not in "fiub" or 0 in field.shape:
        raise InputError(f"the {name} is empty or does not hold real numbers")
    field = field.astype(np.float64)
    if strict and not np.isfinite(field.values).all():
        raise InputError(
            f"the {name} holds values that are not finite; fill or cut them before scoring"
        )
    return field


def check_grid(first: xr.DataArray, second: xr.DataArray) -> None:
    """Refuse a generated field on another grid than its reference."""
    if first.shape[2:] != second.shape[2:]:
        raise InputError(
            f"the reference grid is {first.shape[2:]} and the generated one {second.shape[2:]} "
            "(channel, y, x); interpolate one to the other"
        )


def pair(reference: Any, generated: Any) -> tuple[xr.DataArray, Array]:
    first = as_field(reference, name="reference field")
    second = as_field(generated, name="generated field", strict=False)
    if first.shape != second.shape:
        raise InputError(
            f"the reference field has shape {first.shape} and the generated one {second.shape} "
            "(trajectory, time, channel, y, x); select the same times and grid"
        )
    return first, second.values

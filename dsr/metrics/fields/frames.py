"""The door of fields: what a field is, which of its cells count, and two of them side by side.

Cells of the reference that are never finite (land) are left out of every score; where a frame must
be whole (structural similarity, radial spectra) they hold the mean of its other cells.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.data.series import lengths
from dsr.errors import InputError
from dsr.metrics.doors import Floats

DIMS = ("trajectory", "time", "channel", "y", "x")


def is_field(obj: Any) -> bool:
    """Whether something is a labelled field, or an array with too many axes for a series."""
    if isinstance(obj, xr.DataArray):
        return {"y", "x"} <= set(obj.dims)
    return isinstance(obj, np.ndarray) and obj.ndim in (4, 5)


def as_field(obj: Any, *, name: str, strict: bool = True) -> xr.DataArray:
    """Give a field with dims (trajectory, time, channel, y, x).

    Parameters
    ----------
    obj : DataArray or array
        Arrays: (time, y, x), (time, channel, y, x) or (trajectory, time, channel, y, x).
    name : str
        What to call it in errors.
    strict : bool
        Refuse values that are not finite, but in cells that never are.
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
    field = field.astype(np.float64, copy=False)
    if strict:
        _refuse_gaps(field, name)
    return field


def valid_cells(field: xr.DataArray) -> NDArray[np.bool_]:
    """Cells ``(channel, y, x)`` that are finite at some time."""
    return np.asarray(np.isfinite(field.values).any(axis=(0, 1)))


def _refuse_gaps(field: xr.DataArray, name: str) -> None:
    if np.isfinite(field.values).all():
        return
    valid = valid_cells(field)
    bad = any(
        not np.isfinite(values[:n]).all(axis=0)[valid].all()
        for values, n in zip(field.values, lengths(field), strict=True)
    )
    if bad or not valid.any(axis=(1, 2)).all():
        raise InputError(
            f"the {name} holds values that are not finite, and not the same cells at all times; "
            "fill or cut them before scoring"
        )


def later(field: xr.DataArray, first: int, count: int | None = None) -> xr.DataArray:
    """Frames of a field from one on, its lengths corrected."""
    part = field.isel(time=slice(first, None if count is None else first + count))
    if "length" in field.coords:
        rest = np.clip(lengths(field) - first, 0, part.sizes["time"])
        part = part.assign_coords(length=("trajectory", rest))
    return part


def check_grid(first: xr.DataArray, second: xr.DataArray) -> None:
    """Refuse a generated field on another grid than its reference."""
    if first.shape[2:] != second.shape[2:]:
        raise InputError(
            f"the reference grid is {first.shape[2:]} and the generated one {second.shape[2:]} "
            "(channel, y, x); interpolate one to the other"
        )


class Frames(NamedTuple):
    """A reference and a generated field of equal shape.

    Attributes
    ----------
    field : DataArray
        The reference, for its labels.
    u, v : arrays (trajectory, time, channel, y, x)
        Reference and generated values; 0 on land and in padding.
    valid : array of bool (channel, y, x)
    there : array of bool (trajectory, time)
        Frames that are no padding.
    """

    field: xr.DataArray
    u: Floats
    v: Floats
    valid: NDArray[np.bool_]
    there: NDArray[np.bool_]

    def mean(self, values: Floats) -> Floats:
        """Mean of each frame over valid cells, of values that are 0 elsewhere."""
        return np.asarray(values.sum(axis=(3, 4)) / self.valid.sum(axis=(1, 2)))

    def centred(self, values: Floats) -> Floats:
        """Values less the mean of their frame; 0 on land."""
        with np.errstate(all="ignore"):
            result = values - self.mean(values)[..., None, None]
        return result if self.valid.all() else np.where(self.valid, result, 0.0)

    def labelled(self, scores: Floats, name: str, **attrs: Any) -> xr.DataArray:
        """Scores (trajectory, time, channel); one trajectory or channel is dropped."""
        if not self.there.all():
            scores = np.where(self.there[:, :, None], scores, np.nan)
        coords = {d: self.field.coords[d].values for d in DIMS[:3] if d in self.field.coords}
        result = xr.DataArray(scores, dims=DIMS[:3], coords=coords, name=name, attrs=attrs)
        lone = [d for d in ("trajectory", "channel") if result.sizes[d] == 1]
        return result.squeeze(lone, drop=True)


def pair(reference: Any, generated: Any) -> Frames:
    """Check two fields and put them side by side.

    Raises
    ------
    InputError
        If shapes differ, or the reference is not finite in cells that are at other times.
    """
    first = as_field(reference, name="reference field")
    second = as_field(generated, name="generated field", strict=False)
    if first.shape != second.shape:
        raise InputError(
            f"the reference field has shape {first.shape} and the generated one {second.shape} "
            "(trajectory, time, channel, y, x); select the same times and grid"
        )
    valid = valid_cells(first)
    there = np.arange(first.shape[1]) < lengths(first)[:, None]
    u, v = first.values, second.values
    if not (valid.all() and there.all()):
        keep = there[:, :, None, None, None] & valid
        u, v = np.where(keep, u, 0.0), np.where(keep, v, 0.0)
    return Frames(first, u, v, valid, there)


def filled(values: Floats, valid: NDArray[np.bool_]) -> Floats:
    """Whole frames ``(..., channel, y, x)``: land holds the mean of the frame's valid cells."""
    if valid.all():
        return values
    known = np.where(valid, values, 0.0)
    mean = known.sum(axis=(-2, -1), keepdims=True) / valid.sum(axis=(-2, -1), keepdims=True)
    return np.where(valid, known, mean)

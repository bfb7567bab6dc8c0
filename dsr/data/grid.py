"""The grid of a field: its frames as rows of valid cells, and rows as frames again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dsr.data.scaler import Scaler
from dsr.data.series import plane_coords as plane_coords
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Grid:
    """Where the cells of a field are.

    Cells that are never observed (land) are left out of rows, and are NaN in frames.

    Attributes
    ----------
    valid : ndarray of bool (C, Y, X)
        Cells that hold values.
    coords : dict
        Coordinates of the plane by name, each ``(dims, values, attrs)``, as xarray takes them.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.data import make_series
    >>> values = np.arange(24.0).reshape(1, 3, 1, 2, 4)
    >>> values[..., 0, 0] = np.nan
    >>> grid = Grid.of(make_series(values))
    >>> grid.cells, grid.rows(values[0]).shape, grid.frames(grid.rows(values[0])).shape
    (7, (3, 7), (3, 1, 2, 4))
    """

    valid: NDArray[np.bool_]
    coords: dict[str, Any]

    @classmethod
    def of(cls, field: xr.DataArray) -> Grid:
        """Grid of a checked field ``(trajectory, time, channel, y, x)``."""
        valid = np.isfinite(field.values).any(axis=(0, 1))
        return cls(valid, plane_coords(field))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, rows and columns."""
        channels, rows, columns = self.valid.shape
        return channels, rows, columns

    @property
    def cells(self) -> int:
        """Number of valid cells over all channels: the length of a row."""
        return int(self.valid.sum())

    @property
    def channel(self) -> NDArray[np.int64]:
        """Channel of each entry of a row."""
        return np.nonzero(self.valid)[0]

    def rows(self, frames: Any) -> Floats:
        """Valid cells of frames ``(..., C, Y, X)`` as rows ``(..., cells)``."""
        frames = np.asarray(frames, dtype=np.float64)
        if frames.shape[-3:] != self.valid.shape:
            raise InputError(
                f"frames must have shape (channel, y, x) = {self.shape}, not {frames.shape[-3:]}"
            )
        # Many times faster than the mask itself.
        flat = frames.reshape(*frames.shape[:-3], self.valid.size)
        return np.asarray(flat.take(np.flatnonzero(self.valid), axis=-1))

    def frames(self, rows: Any) -> Floats:
        """Frames ``(..., C, Y, X)`` of rows ``(..., cells)``; cells without values are NaN."""
        rows = np.asarray(rows, dtype=np.float64)
        result = np.full((*rows.shape[:-1], *self.valid.shape), np.nan)
        result[..., self.valid] = rows
        return result

    def spread(self, scaler: Scaler) -> Scaler:
        """Scaler of rows from one of channels."""
        return Scaler(scaler.mean[self.channel], scaler.std[self.channel])

    def check(self, field: xr.DataArray, name: str) -> None:
        """Refuse a field on another grid, or with values missing where this grid has them."""
        shape = tuple(field.sizes[d] for d in ("channel", "y", "x"))
        if shape != self.shape:
            raise InputError(
                f"the {name} has a grid (channel, y, x) of {shape} and the model one of "
                f"{self.shape}; use the same grid"
            )
        missing = int((~np.isfinite(field.values)[..., self.valid]).any(axis=(0, 1)).sum())
        if missing:
            raise InputError(
                f"the {name} has no values in {missing} grid cells that the model was trained on; "
                "use a field with the same mask"
            )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Arrays to store, by name."""
        numeric = {
            f"coord.{name}": np.asarray(values)
            for name, (_, values, _) in self.coords.items()
            if np.asarray(values).dtype.kind in "iuf"
        }
        return {"valid": self.valid.astype(np.uint8), **numeric}

    def to_dict(self) -> dict[str, Any]:
        """Dimensions and attributes of the coordinates that `to_arrays` holds."""
        return {
            name: {"dims": list(dims), "attrs": {k: _plain(v) for k, v in attrs.items()}}
            for name, (dims, values, attrs) in self.coords.items()
            if np.asarray(values).dtype.kind in "iuf"
        }

    @classmethod
    def from_stored(cls, document: Mapping[str, Any], arrays: Mapping[str, Any]) -> Grid:
        """Grid from what `to_dict` and `to_arrays` gave."""
        coords = {
            name: (tuple(entry["dims"]), np.asarray(arrays[f"coord.{name}"]), dict(entry["attrs"]))
            for name, entry in document.items()
        }
        return cls(np.asarray(arrays["valid"]).astype(bool), coords)


def _plain(value: Any) -> Any:
    """Attribute as JSON holds it: texts and numbers as they are, anything else as text."""
    value = value.item() if isinstance(value, np.generic) else value
    return value if isinstance(value, str | int | float) else str(value)

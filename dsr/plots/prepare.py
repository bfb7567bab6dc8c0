"""What figures need of a series: plain arrays of bounded size, names, units and a time axis.

A figure must draw whatever a bad model made, so nothing here refuses NaN, infinities or short runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsr.data import as_series, lengths
from dsr.errors import InputError
from dsr.plots.theme import label, with_unit

Floats = NDArray[np.float64]

MOST_POINTS = 5_000
"""Points of one trace; more would not be seen, and the page must stay small."""


@dataclass(frozen=True)
class Drawable:
    """A series, ready to be drawn.

    Attributes
    ----------
    parts : list of ndarray (T_i, N)
        Trajectories, with whatever values they have.
    names, units : list of str
        Names of the variables, escaped, and their units, not yet escaped.
    start, dt : float
    time_unit : str
    """

    parts: list[Floats]
    names: list[str]
    units: list[str]
    start: float
    dt: float
    time_unit: str

    @property
    def width(self) -> int:
        """Number of variables."""
        return int(self.parts[0].shape[1])

    def title(self, index: int) -> str:
        """Name of a variable with its unit, for an axis."""
        return with_unit(self.names[index], self.units[index] if self.units else "")

    def times(self, first: int, count: int, step: int = 1) -> Floats:
        """Time of ``count`` samples from index ``first`` on."""
        return self.start + self.dt * (first + step * np.arange(count, dtype=np.float64))


def drawable(series: Any, *, name: str = "series", like: Drawable | None = None) -> Drawable:
    """Take a series of any quality apart.

    Raises
    ------
    InputError
        If it is not a series of numbers, is empty, or has other variables than ``like``.
    """
    if isinstance(series, str | Path):
        series = as_series(series, name=name)
    attrs, start = getattr(series, "attrs", {}), 0.0
    names: list[str] = []
    ends = None
    if hasattr(series, "dims"):
        order = [d for d in ("trajectory", "time", "variable") if d in series.dims]
        if len(order) != series.ndim or "time" not in order:
            raise InputError(
                f"the {name} has dims {tuple(series.dims)}; a figure needs (trajectory, time, "
                "variable) or (time, variable), so select points or modes of a field first"
            )
        series = series.transpose(*order)
        if "length" in series.coords and "trajectory" in order:
            ends = lengths(series)
        if "variable" in series.coords:
            names = [label(v) for v in np.atleast_1d(series["variable"].values)]
        if "time" in series.coords and series.sizes["time"]:
            start = number(series["time"].values[0], 0.0)
        values = np.asarray(series.values)
        if "variable" not in order:
            values = values[..., None]
    else:
        values = np.asarray(series)
        values = values[:, None] if values.ndim == 1 else values
    if values.dtype.kind not in "fiub" or values.ndim not in (2, 3) or 0 in values.shape:
        raise InputError(
            f"the {name} must be numbers (time, variable) or (trajectory, time, variable) and not "
            f"empty, not {values.dtype} of shape {values.shape}"
        )
    block = values.astype(np.float64).reshape((-1, *values.shape[-2:]))
    if like is not None and block.shape[2] != like.width:
        raise InputError(
            f"the {name} has {block.shape[2]} variables and the data has {like.width}; pass the "
            "same variables in the same order"
        )
    stops = [block.shape[1]] * len(block) if ends is None else ends
    parts = [part[: max(1, int(stop))] for part, stop in zip(block, stops, strict=True)]
    if like is not None:
        names = like.names
    units = attrs.get("variable_units", like.units if like else [])
    units = [units] if isinstance(units, str) else units
    units = [str(u) for u in units]
    return Drawable(
        parts,
        names if len(names) == block.shape[2] else [f"x{i}" for i in range(block.shape[2])],
        units if len(units) == block.shape[2] else [],
        start,
        number(attrs.get("dt"), like.dt if like else 1.0) or 1.0,
        str(attrs.get("time_unit") or (like.time_unit if like else "step")),
    )


def number(value: Any, otherwise: float) -> float:
    """Make a finite float of anything."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return otherwise
    return found if np.isfinite(found) else otherwise


def float32(values: Any) -> NDArray[np.float32]:
    """Halve the size of numbers; whatever is not finite becomes a gap."""
    array = np.array(values, dtype=np.float64)
    array[~(np.abs(array) < 1e30)] = np.nan
    small: NDArray[np.float32] = array.astype(np.float32)
    return small


def clipped(values: Floats, low: Floats | float, high: Floats | float, spans: float = 3) -> Floats:
    """Replace what lies more than ``spans`` widths outside ``[low, high]`` by gaps."""
    margin = spans * (np.asarray(high) - np.asarray(low))
    with np.errstate(invalid="ignore"):
        outside = ~((values >= low - margin) & (values <= high + margin))
    return np.where(outside, np.nan, values)


def extent(parts: list[Floats]) -> tuple[Floats, Floats]:
    """Smallest and largest finite value of each variable, never equal."""
    pooled = np.concatenate(parts)
    pooled = np.where(np.isfinite(pooled), pooled, np.nan)
    empty = np.isnan(pooled).all(axis=0)
    pooled[:, empty] = 0.0
    low, high = np.nanmin(pooled, axis=0), np.nanmax(pooled, axis=0)
    flat = high - low <= 1e-12 * np.maximum(np.abs(high), 1e-300)
    half = np.where(flat, np.maximum(np.abs(high), 1.0) * 0.5, 0.0)
    return low - half, high + half


def min_max(values: Floats, most: int = MOST_POINTS) -> NDArray[np.intp]:
    """Indices that keep the outline of a curve: the extremes of each of ``most // 2`` pieces.

    Examples
    --------
    >>> import numpy as np
    >>> spike = np.zeros(1000)
    >>> spike[321] = 1.0
    >>> 321 in min_max(spike, 20)
    True
    """
    count = len(values)
    if count <= most:
        return np.arange(count)
    pieces = np.array_split(np.arange(count), most // 2)
    filled = np.where(np.isfinite(values), values, 0.0)
    kept = [
        sorted((p[0] + int(filled[p].argmin()), p[0] + int(filled[p].argmax()))) for p in pieces
    ]
    return np.unique(np.array(kept).ravel())

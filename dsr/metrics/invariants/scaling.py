"""Scaling regions: where a curve in logarithmic axes is straight, chosen by a stated rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsr.errors import InputError
from dsr.metrics.doors import Floats
from dsr.metrics.spectra.timescales import theiler_window

__all__ = [
    "SCALES", "ScalingRegion", "find_region", "local_slopes", "scaled", "window_or_default",
    "window_slopes",
]  # fmt: skip

SCALES = ("deviation", "none")


@dataclass(frozen=True)
class ScalingRegion:
    """A chosen window of a curve and the slope in it.

    Attributes
    ----------
    slope : float
        Least-squares slope over the window.
    start, stop : int
        The window, as a slice of the curve.
    straight : bool
        True if every local slope in it is within the tolerance of ``slope``.
    rivals : (n,) array
        Slopes of the windows that are nearly as straight (score within 1.5 times the best).
    rival_windows : (n, 2) array of int
        Those windows.
    """

    slope: float
    start: int
    stop: int
    straight: bool
    rivals: Floats
    rival_windows: NDArray[np.int64]


def local_slopes(x: Floats, y: Floats) -> Floats:
    """Slope of ``y`` over ``x`` at each point, by central differences of second order."""
    return np.asarray(np.gradient(y, x))


def window_slopes(x: Floats, y: Floats, windows: NDArray[np.int64]) -> Floats:
    """Least-squares slopes of ``y`` (..., R) in each window (n, 2); shape (..., n)."""
    columns = []
    for start, stop in windows:
        centred = x[start:stop] - x[start:stop].mean()
        columns.append(y[..., start:stop] @ centred / (centred @ centred))
    return np.stack(columns, axis=-1)


def find_region(
    x: Floats, y: Floats, *, span: float, tolerance: float = 0.1, rival_factor: float = 1.5
) -> ScalingRegion | None:
    """Choose the straightest window: smallest sd of local slopes over the root of their number.

    Parameters
    ----------
    x, y : (R,) arrays, ``x`` rising
    span : float
        Least width of a window, in units of ``x``.
    tolerance : float
        Allowed deviation of local slopes from the slope, relative.
    rival_factor : float
        Windows whose sd of local slopes is within this factor of the best one's count as rivals.

    Returns
    -------
    ScalingRegion or None
        None if the curve is shorter than ``span``.
    """
    slopes = local_slopes(x, y) if x.size >= 3 else np.empty(0)
    windows, scores, spreads = [], [], []
    for start in range(x.size):
        first = int(np.searchsorted(x, x[start] + span * (1 - 1e-9)))
        for stop in range(first + 1, x.size + 1):
            inside = slopes[start:stop]
            spread = float(inside.std(ddof=1))
            windows.append((start, stop))
            spreads.append(spread)
            scores.append(spread / np.sqrt(inside.size))
    if not windows:
        return None
    best = int(np.argmin(scores))
    start, stop = windows[best]
    near = np.flatnonzero(np.asarray(spreads) <= rival_factor * spreads[best] + 1e-12)
    rival_windows = np.asarray(windows, dtype=np.int64)[near]
    slope = float(window_slopes(x, y, np.array([[start, stop]]))[0])
    straight = bool(np.all(np.abs(slopes[start:stop] - slope) <= tolerance * abs(slope)))
    return ScalingRegion(
        slope, start, stop, straight, window_slopes(x, y, rival_windows), rival_windows
    )


def scaled(points: Floats, scale: str) -> Floats:
    """Points with variables of equal deviation, or as they are (``scale="none"``).

    The deviation all variables get is the root of their mean variance: where they were alike
    already nothing changes, and a distance keeps the units of the data as far as it has any.
    """
    if scale == "none":
        return points
    deviation = points.std(axis=0)
    return np.ascontiguousarray(points * (np.sqrt((deviation**2).mean()) / deviation))


def window_or_default(points: Floats, theiler: int | None) -> tuple[int, bool]:
    """Theiler window as given or by its rule; whether the series is too short for the rule."""
    if theiler is None:
        return theiler_window(points)
    if not 0 <= theiler < points.shape[0] // 2:
        raise InputError(
            f"theiler must be from 0 to below half the length ({points.shape[0] // 2}), "
            f"not {theiler}"
        )
    return int(theiler), False

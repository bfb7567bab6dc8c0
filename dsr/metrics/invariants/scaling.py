"""Scaling regions: where a curve in logarithmic axes is straight, chosen by a stated rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsr.errors import InputError
from dsr.metrics.doors import Floats
from dsr.metrics.spectra.timescales import theiler_window

__all__ = [
    "SCALES",
    "RegionFit",
    "ScalingRegion",
    "find_region",
    "fit_region",
    "local_slopes",
    "scaled",
    "window_or_default",
    "window_slopes",
]

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


@dataclass(frozen=True)
class RegionFit:
    """Slope in a scaling region, with what a choice of the region and resampling make of it.

    Attributes
    ----------
    slope, low, high : float
        Slope in the straightest window (or over the whole curve), and the interval.
    window : (2,) tuple of int
        That window, as a slice of the curve.
    limit : float
        Slope extrapolated to x at minus infinity.
    bootstrap : (2,) tuple of float
        Interval of the slope in the window alone.
    """

    slope: float
    low: float
    high: float
    window: tuple[int, int]
    limit: float
    bootstrap: tuple[float, float]


def fit_region(
    x: Floats,
    y: Floats,
    resampled: Floats,
    region: ScalingRegion | None,
    confidence: float,
    factor: float = 2.0,
) -> RegionFit:
    """Slope of a curve with an interval over resamples, windows, ends and the limit of small x.

    Parameters
    ----------
    x, y : (R,) arrays of logarithms, ``x`` rising
    resampled : (B, R) array
        Bootstrap resamples of ``y`` by reference points.
    region : ScalingRegion or None
        From `find_region`; without one the whole curve is the window.
    confidence : float
    factor : float
        By which deviations of the bootstrap are multiplied: a reference point carries half of the
        fluctuation of a pair, and the q-th part of that of q points.

    Returns
    -------
    RegionFit
        The interval joins the windows nearly as straight as the best, the whole curve, its lower
        half, and the extrapolated slope, with the spread of the bootstrap added.
    """
    ends = [[0, x.size], [0, max(3, x.size // 2 + 1)]]
    if region is None:
        windows = np.array(ends)
    else:
        windows = np.vstack([[region.start, region.stop], region.rival_windows, ends])
    slopes = window_slopes(x, y, windows)
    # d y / d x = D + c exp(x): the edge of a set (and any smooth bend) is linear in r at first.
    projector = np.linalg.pinv(np.stack([np.ones_like(x), x, np.exp(x - x[-1])], axis=1))[1]
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    spread = factor * np.quantile(window_slopes(x, resampled, windows[:1])[:, 0] - slopes[0], tails)
    limit = float(projector @ y)
    limit_spread = factor * np.quantile(resampled @ projector - limit, tails)
    return RegionFit(
        slope=float(slopes[0]),
        low=float(min(slopes.min() + spread[0], limit + limit_spread[0])),
        high=float(max(slopes.max() + spread[1], limit + limit_spread[1])),
        window=(int(windows[0][0]), int(windows[0][1])),
        limit=limit,
        bootstrap=(float(slopes[0] + spread[0]), float(slopes[0] + spread[1])),
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

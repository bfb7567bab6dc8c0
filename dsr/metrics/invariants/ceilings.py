"""What a measured dimension must stay clear of: noise with the same spectrum, and the space."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsr.kernels.correlation_sum import pair_counts
from dsr.metrics.doors import Floats
from dsr.metrics.surrogates import iaaft_like, matched_ends

__all__ = ["ceiling_reason", "delays_of", "of_a_flow", "smooth_flow", "surrogate_reason"]

STRETCH = 4096
ITERATIONS = 40
FEWEST_COUNTS = 2000
LARGEST_SUM = 0.2
NEAR_CEILING = 0.95


def ceiling_reason(dimension: float, high: float, variables: int, total: int) -> str:
    """Why a dimension cannot be told from the largest one that could be measured ("" if it can).

    Two ceilings: the number of variables, and the points: ``D`` of them hold at most
    ``2 log10 T - 2`` (Eckmann and Ruelle, Physica D 56, 185 (1992), with a decade of radii).
    """
    if high >= variables or dimension > NEAR_CEILING * variables:
        return (
            f"{variables} {'variable holds' if variables == 1 else 'variables hold'} no more than "
            f"dimension {variables}, so the points may as well be noise that fills the space"
        )
    if total < 10 ** (high / 2 + 1):
        return f"{total} points are too few for a dimension near {high:.1f}"
    return ""


def smooth_flow(points: Floats) -> bool:
    """Whether increments are positively correlated, as in a flow sampled finely."""
    step = np.diff(points, axis=0)
    step = step - step.mean(axis=0)
    correlation = (step[1:] * step[:-1]).mean(axis=0) / np.maximum(step.var(axis=0), 1e-300)
    return bool(np.median(correlation) > 0.5)


def of_a_flow(low: float, high: float) -> tuple[float, str]:
    """Upper end of the interval of a smooth flow, and why its dimension cannot lie in it ("").

    A flow has dimension 1 or at least 2. What an interval holds below 2 measures the error of
    finite scales, of either sign: it is made to reach as far above.
    """
    if 1.02 < low < 2.0 < high:
        return max(high, 4.0 - low), ""
    if high < 0.98 or 1.02 < low < high < 2.0:
        return high, (
            "a smooth flow has dimension 1 or at least 2, so the scales reached are too coarse"
        )
    return high, ""


def surrogate_reason(
    points: Floats, radii: tuple[float, float], window: int, count: int, rng: np.random.Generator
) -> tuple[str, float, Floats]:
    """Compare slopes between two radii with those of IAAFT surrogates (Schreiber and Schmitz).

    Parameters
    ----------
    points : (T, N) array; delay coordinates are undone first and made anew
    radii : (2,) ends of the scaling region
    window : int
        Theiler window.
    count : int
        Number of surrogates; with none, or a single variable whose values they would keep, there
        is no comparison.
    rng : numpy.random.Generator

    Returns
    -------
    reason : str
        "" if the slope lies at least 5 % and three deviations below the surrogates' mean.
    slope : float
        Slope of a stretch of at most 4,096 samples, at larger radii if it needs them.
    surrogates : (count,) array
        Slopes of its surrogates; empty without comparison.
    """
    nothing = np.empty(0)
    if points.shape[1] == 1:
        return "", np.nan, nothing
    if count == 0:
        return "no surrogates were compared", np.nan, nothing
    lags = delays_of(points)
    start = max(0, (points.shape[0] - STRETCH) // 2)
    stretch = points[start : start + STRETCH]
    window = min(window, stretch.shape[0] // 4)
    source = stretch if lags is None else _undone(stretch, lags)
    source = source[matched_ends(source)]
    own = source if lags is None else _embedded(source, lags)
    ends = _ends(own, radii, window)
    slope = _slope(own, ends, window)
    found = []
    for _ in range(count):
        one = iaaft_like(source, rng, ITERATIONS)
        found.append(_slope(one if lags is None else _embedded(one, lags), ends, window))
    slopes = np.asarray(found)
    deviation = slopes.std(ddof=1) if count > 1 else 0.0
    bound = slopes.mean() - max(3.0 * deviation, 0.05 * slopes.mean())
    if slope < bound:
        return "", slope, slopes
    return (
        "noise with the same spectrum and values (IAAFT surrogates) has "
        f"about the same slope: {slopes.mean():.2f} +- {deviation:.2f} against {slope:.2f}",
        slope,
        slopes,
    )


def _ends(points: Floats, radii: tuple[float, float], window: int) -> Floats:
    """The region, moved up to where a stretch of fewer points has pairs enough for a slope."""
    wide = np.geomspace(radii[0], 20.0 * radii[1], 40)
    counts = pair_counts(points, wide, window).sum(axis=0)
    last = int(np.searchsorted(counts, LARGEST_SUM * points.shape[0] ** 2))
    first = int(np.searchsorted(counts, FEWEST_COUNTS))
    low = wide[min(first, max(0, last - 8), wide.size - 8)]
    high = min(low * radii[1] / radii[0], wide[min(max(last, 8), wide.size - 1)])
    return np.array([low, max(high, 1.5 * low)])


def delays_of(points: Floats) -> NDArray[np.int64] | None:
    """Lags by which every column repeats the first one, later or earlier; None if one does not."""
    head = min(200, points.shape[0] // 4)
    lags = [0]
    for column in points.T[1:]:
        for lag in _candidates(points[:, 0], column, head):
            if np.array_equal(_shifted(points[:, 0], lag), _shifted(column, -lag)):
                lags.append(int(lag))
                break
        else:
            return None
    return np.asarray(lags) if len(set(lags)) == len(lags) > 1 else None


def _candidates(first: Floats, column: Floats, head: int) -> list[int]:
    """Lags at which single values of a column are found in the first one."""
    half = first.size // 4
    later = np.flatnonzero(first[: half + head] == column[half]) - half
    earlier = half - np.flatnonzero(column[: half + head] == first[half])
    both = np.concatenate([later, earlier])
    return [int(lag) for lag in both[np.abs(both) <= half][:50]]


def _shifted(x: Floats, lag: int) -> Floats:
    """Values from ``lag`` on, or up to ``-lag`` before the end."""
    return x[lag:] if lag >= 0 else x[:lag]


def _undone(points: Floats, lags: NDArray[np.int64]) -> Floats:
    """The one variable behind delay coordinates, from its earliest to its latest value."""
    total, low, high = points.shape[0], int(lags.min()), int(lags.max())
    before = points[:-low, int(lags.argmin())] if low < 0 else np.empty(0)
    after = points[total - high :, int(lags.argmax())] if high > 0 else np.empty(0)
    return np.concatenate([before, points[:, 0], after])[:, np.newaxis]


def _embedded(source: Floats, lags: NDArray[np.int64]) -> Floats:
    shifts = lags - lags.min()
    total = source.shape[0] - int(shifts.max())
    return np.stack([source[s : s + total, 0] for s in shifts], axis=1)


def _slope(points: Floats, radii: Floats, window: int) -> float:
    counts = pair_counts(points, radii, window).sum(axis=0)
    low, high = np.log(np.maximum(counts, 1.0))
    return float((high - low) / np.log(radii[1] / radii[0]))

"""How a run moves where it is: one regression of the steps for all, and how each segment differs.

The steps of reference and run together are regressed on features of the state (a vector field, or
a map, whatever the system is). In each segment, what is the slope of its own steps on the fitted
ones, and how far are they off? A deterministic flow has hardly any spread in these, so that a clock
or a parameter a little wrong is seen in few segments, where averages over the attractor see none.

All segments enter the regression alike, so that they remain exchangeable under the null.
"""

from __future__ import annotations

import numpy as np

from dsr.metrics.doors import Floats
from dsr.metrics.judging.features import AMPLITUDE, CLOCK, Battery

_MOST_POINTS = 40_000
_LEAST_POINTS = 12
_RIDGE = 1e-6
_SIXTHS = 0.5


def flow_features(battery: Battery, cut: list[Floats], period: float) -> list[Floats]:
    """Slope and residual of each variable over one step and a twelfth of a period.

    Parameters
    ----------
    battery : Battery
    cut : list of arrays, (segments, samples, N)
        Standardised segments of every series, the run included.
    period : float
        Mean period in samples.

    Returns
    -------
    list of arrays, (segments, 4 N) or (segments, 2 N)
        For every series: slopes, then mean squared residuals, of each lag.
    """
    shortest = min(w.shape[1] for w in cut)
    lags = sorted({1, max(1, min(round(period * _SIXTHS / 6), shortest // 2))})
    found = [_of_lag(battery, cut, lag) for lag in lags]
    return [np.concatenate(parts, axis=1) for parts in zip(*found, strict=True)]


def flow_margins(features: Floats) -> Floats:
    """Differences that count as none: of clock in a slope, of 2 % of noise in a residual."""
    lags = features.shape[1]
    variables = lags // 4 if lags % 4 == 0 else lags // 2
    residual = np.maximum(2.0 * AMPLITUDE**2, 2.0 * AMPLITUDE * features.mean(axis=0))
    is_slope = (np.arange(lags) // variables) % 2 == 0
    return np.where(is_slope, CLOCK, residual)


def _of_lag(battery: Battery, cut: list[Floats], lag: int) -> list[Floats]:
    total = sum(len(w) * (w.shape[1] - lag) for w in cut)
    stride = max(1, total // _MOST_POINTS)
    pairs = []
    for w in cut:
        some = max(1, min(stride, (w.shape[1] - lag) // _LEAST_POINTS))
        before = w[:, : w.shape[1] - lag : some]
        pairs.append((battery.points(before), w[:, lag::some][:, : before.shape[1]] - before))
    width, count = pairs[0][0].shape[2], pairs[0][1].shape[2]
    gram, right = np.zeros((width + 1, width + 1)), np.zeros((width + 1, count))
    flat = []
    for points, steps in pairs:
        one = np.ones((*points.shape[:2], 1))
        rows = np.concatenate([points, one], axis=2)
        table = rows.reshape(-1, width + 1)
        gram += table.T @ table
        right += table.T @ steps.reshape(-1, count)
        flat.append(rows)
    gram += _RIDGE * np.trace(gram) / (width + 1) * np.eye(width + 1)
    weights = np.linalg.solve(gram, right)
    found = []
    for rows, (_, steps) in zip(flat, pairs, strict=True):
        fitted = rows @ weights
        size = np.square(fitted).sum(axis=1)
        slope = (steps * fitted).sum(axis=1) / (size + 1e-9 * steps.shape[1])
        found.append(np.concatenate([slope, np.square(steps - fitted).mean(axis=1)], axis=1))
    return found

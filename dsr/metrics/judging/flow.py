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
from dsr.metrics.judging.features import AMPLITUDE, CLOCK, Battery, taper

_MOST_POINTS = 30_000
_LEAST_POINTS = 12
_RIDGE = 1e-6
_TWELFTH = 1.0 / 12.0


class Flow:
    """Slopes and residuals of every variable, over one step and over a twelfth of a period.

    Parameters
    ----------
    battery : Battery
    reference : list of arrays, (segments, samples, N)
        Standardised segments, which are compared again and again: their features are kept.
    period : float
        Mean period in samples.
    """

    def __init__(self, battery: Battery, reference: list[Floats], period: float) -> None:
        self._battery = battery
        shortest = min((w.shape[1] for w in reference), default=2)
        self._lags = sorted({1, max(1, min(round(period * _TWELFTH), shortest // 2))})
        total = sum(len(w) * w.shape[1] for w in reference)
        self._stride = max(1, total // _MOST_POINTS)
        self._ramp = battery.ramp // self._stride
        self._known = {
            id(w): [self._rows(w, lag) for lag in self._lags] for w in reference
        }  # fmt: skip

    def features(self, cut: list[Floats]) -> list[Floats]:
        """Regress the steps of all segments together.

        Parameters
        ----------
        cut : list of arrays, (segments, samples, N)
            Those of the reference (the very arrays) and of the run.

        Returns
        -------
        list of arrays, (segments, 4 N) or (segments, 2 N)
            For every series and lag: slopes, then mean squared residuals.
        """
        rows = [self._known.get(id(w)) or [self._rows(w, lag) for lag in self._lags] for w in cut]
        by_lag = [
            _slopes_and_residuals(list(of_lag), self._ramp) for of_lag in zip(*rows, strict=True)
        ]
        return [np.concatenate(parts, axis=1) for parts in zip(*by_lag, strict=True)]

    def _rows(self, w: Floats, lag: int) -> tuple[Floats, Floats]:
        """Features of states, and the steps out of them."""
        reach = w.shape[1] - lag
        every = max(1, min(self._stride, reach // _LEAST_POINTS))
        before = w[:, :reach:every]
        steps = w[:, lag::every][:, : before.shape[1]] - before
        one = np.ones((*before.shape[:2], 1))
        return np.concatenate([self._battery.points(before), one], axis=2), steps


def flow_margins(features: Floats, variables: int) -> Floats:
    """Differences that count as none: of clock in a slope, of 2 % of noise in a residual."""
    width = features.shape[1]
    residual = np.maximum(2.0 * AMPLITUDE**2, 2.0 * AMPLITUDE * features.mean(axis=0))
    is_slope = (np.arange(width) // variables) % 2 == 0
    return np.where(is_slope, CLOCK, residual)


def _slopes_and_residuals(pairs: list[tuple[Floats, Floats]], ramp: int) -> list[Floats]:
    width, count = pairs[0][0].shape[2], pairs[0][1].shape[2]
    gram, right = np.zeros((width, width)), np.zeros((width, count))
    for rows, steps in pairs:
        table = rows.reshape(-1, width)
        gram += table.T @ table
        right += table.T @ steps.reshape(-1, count)
    gram += _RIDGE * np.trace(gram) / width * np.eye(width)
    field = np.linalg.solve(gram, right)
    found = []
    for rows, steps in pairs:
        fitted = rows @ field
        weights = taper(steps.shape[1], ramp)
        slope = (weights @ (steps * fitted)) / (weights @ np.square(fitted) + 1e-9)
        found.append(np.concatenate([slope, weights @ np.square(steps - fitted)], axis=1))
    return found

"""Time scales of a series: autocorrelation, mean period, Theiler window."""

from __future__ import annotations

import numpy as np

from dsr.metrics.doors import Floats

__all__ = ["autocorrelation", "first_crossing", "mean_period", "theiler_window"]


def autocorrelation(column: Floats, lags: int | None = None) -> Floats:
    """Autocorrelation of one variable at lags 0, 1, ... by FFT, unbiased (divided by T - lag).

    Parameters
    ----------
    column : (T,) array
    lags : int, optional
        Largest lag (T // 2 if not given).

    Returns
    -------
    (lags + 1,) array; 1 at lag 0
    """
    total = column.size
    lags = min(total // 2 if lags is None else lags, total - 1)
    size = 1 << int(2 * total - 1).bit_length()
    power = np.abs(np.fft.rfft(column - column.mean(), size)) ** 2
    raw = np.fft.irfft(power, size)[: lags + 1] / (total - np.arange(lags + 1))
    if raw[0] <= 0:
        return np.ones(lags + 1)
    return np.asarray(raw / raw[0])


def first_crossing(correlation: Floats, level: float) -> int | None:
    """First lag at which the autocorrelation is at or below ``level``; None if it never is."""
    below = np.flatnonzero(correlation <= level + 1e-9)  # a zero within rounding is one
    return int(below[0]) if below.size else None


def mean_period(column: Floats) -> float:
    """Mean period in samples: one over the mean frequency of the power spectrum."""
    power = np.abs(np.fft.rfft(column - column.mean()))[1:] ** 2
    frequency = np.fft.rfftfreq(column.size)[1:]
    mean = float((power * frequency).sum() / max(power.sum(), 1e-300))
    return 1.0 / max(mean, 1.0 / column.size)


def theiler_window(values: Floats) -> tuple[int, bool]:
    """Window of neighbours in time to leave out: max(3 first zeros of autocorrelation, one period).

    Parameters
    ----------
    values : (T, N) array

    Returns
    -------
    window : int
        In samples, the largest over the variables, at most T // 10.
    cut : bool
        True if the rule asked for more than T // 10: the series is too short for its memory.
    """
    wanted = 1.0
    for column in values.T:
        zero = first_crossing(autocorrelation(column), 0.0)
        first = column.size if zero is None else zero
        wanted = max(wanted, 3.0 * first, mean_period(column))
    limit = max(1, values.shape[0] // 10)
    window = int(np.ceil(wanted))
    return min(window, limit), window > limit

"""Delay of an embedding: autocorrelation or mutual information."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr

from dsr.data import trajectories
from dsr.errors import InputError
from dsr.metrics.doors import Floats, reference_series
from dsr.metrics.spectra.timescales import autocorrelation, first_crossing, mean_period

__all__ = ["default_delay", "delay_matrix", "delay_time", "mutual_information"]


def delay_matrix(column: Floats, dimension: int, delay: int) -> Floats:
    """Delay vectors x(t), x(t - delay), ... of one variable, causal.

    Parameters
    ----------
    column : (T,) array
    dimension, delay : int

    Returns
    -------
    (T - (dimension - 1) delay, dimension) array; row k belongs to time ``(dimension-1) delay + k``
    """
    count = column.size - (dimension - 1) * delay
    if count < 2:
        raise InputError(
            f"{column.size} samples are too few for {dimension} delays of {delay}; "
            "use a longer series, fewer dimensions or a shorter delay"
        )
    starts = (dimension - 1 - np.arange(dimension)) * delay
    return np.ascontiguousarray(np.stack([column[s : s + count] for s in starts], axis=1))


def _bins(samples: int) -> int:
    return int(min(64, max(2, round(np.sqrt(samples / 5)))))


def mutual_information(column: Floats, lags: int) -> Floats:
    """Average mutual information of x(t) and x(t + lag), in nats, from histograms.

    Parameters
    ----------
    column : (T,) array
    lags : int
        Largest lag.

    Returns
    -------
    (lags + 1,) array

    Notes
    -----
    round(sqrt(T / 5)) equal-width bins, at most 64 (Fraser & Swinney, Phys. Rev. A 33, 1134, 1986).
    """
    bins = _bins(column.size)
    low, high = column.min(), column.max()
    cell = np.minimum(((column - low) * (bins / (high - low))).astype(np.int64), bins - 1)
    information = np.empty(lags + 1)
    for lag in range(lags + 1):
        joint = np.bincount(
            cell[: cell.size - lag] * bins + cell[lag:], minlength=bins * bins
        ).reshape(bins, bins) / (cell.size - lag)
        outer = joint.sum(axis=1)[:, np.newaxis] * joint.sum(axis=0)
        seen = joint > 0
        information[lag] = np.sum(joint[seen] * np.log(joint[seen] / outer[seen]))
    return information


def _first_minimum(information: Floats, floor: float) -> int | None:
    """First minimum after which the information rises by more than 1 % within five lags.

    Minima below ``floor``, which independent samples reach by chance, do not count.
    """
    for lag in range(1, information.size - 1):
        here = information[lag]
        if here < floor:
            return None
        if here <= information[lag - 1] and here < information[lag + 1]:
            ahead = information[lag + 1 : lag + 6]
            if ahead.max() > 1.01 * here:
                return lag
    return None


def _delay(column: Floats, method: str, lags: int) -> tuple[int, Floats, bool]:
    correlation = autocorrelation(column, lags)
    decayed = first_crossing(correlation, 1 / math.e)
    fallback = max(1, lags if decayed is None else decayed)
    if method == "autocorrelation":
        return fallback, correlation, decayed is not None
    if method == "zero crossing":
        zero = first_crossing(correlation, 0.0)
        return (fallback if zero is None else max(1, zero)), correlation, zero is not None
    information = mutual_information(column, lags)
    # Histograms of independent samples have (bins - 1)^2 / 2T nats on average.
    minimum = _first_minimum(information, 1.5 * (_bins(column.size) - 1) ** 2 / (2 * column.size))
    return (fallback if minimum is None else minimum), information, minimum is not None


def delay_time(
    series: Any, *, method: str = "mutual information", max_delay: int | None = None
) -> xr.Dataset:
    """Choose the delay of an embedding, for each variable.

    Parameters
    ----------
    series : series
    method : {"mutual information", "autocorrelation", "zero crossing"}
        First minimum of the average mutual information; first fall of the autocorrelation to 1/e;
        its first zero.
    max_delay : int, optional
        Largest delay looked at, in samples. Default: four mean periods, at most a quarter of the
        series.

    Returns
    -------
    Dataset
        ``delay`` over "variable" in samples, ``found`` (False: the curve has no such point, and the
        1/e crossing, or else the largest delay, stands in), and ``curve`` over
        ("variable", "lag"). With several trajectories: the median delay and the mean curve.

    References
    ----------
    Fraser & Swinney, Phys. Rev. A 33, 1134 (1986).

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import delay_time
    >>> wave = np.sin(2 * np.pi * np.arange(2000) / 40)
    >>> int(delay_time(wave, method="zero crossing").delay) in (10, 11)
    True
    """
    if method not in ("mutual information", "autocorrelation", "zero crossing"):
        raise InputError(
            "method must be 'mutual information', 'autocorrelation' or 'zero crossing', "
            f"not {method!r}"
        )
    checked = reference_series(series, minimum=50, name="series")
    parts = trajectories(checked)
    shortest = min(part.shape[0] for part in parts)
    if max_delay is None:
        periods = [mean_period(column) for part in parts for column in part.T]
        max_delay = int(max(10, np.ceil(4 * max(periods))))
    lags = int(min(max_delay, shortest // 4))
    found = [[_delay(column, method, lags) for column in part.T] for part in parts]
    delays = np.array([[one[0] for one in row] for row in found])
    dt = float(checked.attrs.get("dt", 1.0))
    return xr.Dataset(
        {
            "delay": (
                "variable",
                np.round(np.median(delays, axis=0)).astype(np.int64),
                {"units": "samples"},
            ),
            "found": ("variable", np.array([[one[2] for one in row] for row in found]).all(axis=0)),
            "curve": (
                ("variable", "lag"),
                np.mean([[one[1] for one in row] for row in found], axis=0),
            ),
        },
        coords={"variable": checked["variable"].values, "lag": np.arange(lags + 1)},
        attrs={"method": method, "dt": dt, "time_unit": checked.attrs.get("time_unit", "step")},
    ).squeeze("variable" if len(checked["variable"]) == 1 else [])


def default_delay(column: Floats, most: int | None = None) -> int:
    """Delay of one variable by mutual information, at most a quarter of it or ``most``."""
    return bounded_delay(column, most)[0]


def bounded_delay(column: Floats, most: int | None = None) -> tuple[int, bool]:
    """Delay of one variable, and whether it is the first minimum of its mutual information."""
    limit = column.size // 4 if most is None else most
    lags = int(min(max(10, np.ceil(4 * mean_period(column))), limit))
    delay, _, found = _delay(column, "mutual information", lags)
    return delay, found

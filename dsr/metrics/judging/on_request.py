"""Scores that `evaluate` adds on request: distances between sets of points, memory, horizon."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsr.metrics.bootstrap import block_length, block_starts, recentred_interval, resampled_indices
from dsr.metrics.doors import bounded
from dsr.metrics.forecasts.prediction_time import valid_prediction_time
from dsr.metrics.geometry.distances import discrepancy, energy, hausdorff, sliced, standardised
from dsr.metrics.spectra.distances import memory_distance
from dsr.metrics.surrogates import cloud_like

Floats = NDArray[np.float64]

_RESAMPLES = 40
_CLOUDS = 5
_DIRECTIONS = 200


def _sliced(x: Floats, y: Floats) -> float:
    vectors = np.random.default_rng(0).standard_normal((_DIRECTIONS, x.shape[1]))
    return sliced(x, y, vectors / np.linalg.norm(vectors, axis=1)[:, None])


def _memory(x: Floats, y: Floats) -> float:
    return float(memory_distance(x, y).mean())


DISTANCES: dict[str, tuple[Callable[[Floats, Floats], float], str]] = {
    "sliced_wasserstein": (_sliced, "units of the series"),
    "energy_distance": (standardised(energy), "standard deviations of the reference"),
    "maximum_mean_discrepancy": (standardised(discrepancy), "1"),
    "hausdorff_distance": (hausdorff, "units of the series"),
    "autocorrelation_distance": (_memory, "1"),
}
OPTIONAL = (*DISTANCES, "valid_prediction_time")

_WHY_NO_INTERVAL = {
    "autocorrelation_distance": "resampled blocks would cut the memory that is compared",
    "hausdorff_distance": "ruled by single points, which resampling only removes",
}


def distance_scores(
    name: str, cases: list[tuple[Floats, Floats, Floats]], *, seed: int = 0
) -> dict[str, Any]:
    """One distance with its interval, noise floor and surrogate: medians over trajectories.

    Parameters
    ----------
    name : str
        A key of `DISTANCES`.
    cases : list of (x, b, y), arrays (T, N)
        Reference, independent recording and generated series of each trajectory; cut to a common
        length here.
    seed : int

    Returns
    -------
    dict
        Variables of a dataset.
    """
    distance, units = DISTANCES[name]
    rows = [_row(name, distance, *case, np.random.default_rng(seed)) for case in cases]
    data: dict[str, Any] = {}
    for k, suffix in enumerate(("", "_low", "_high", "_noise_floor", "_surrogate")):
        value = float(np.median([row[k] for row in rows]))
        attrs = {"units": units}
        if not math.isfinite(value):
            attrs["reason"] = (
                _WHY_NO_INTERVAL.get(name, "the generated series is not finite")
                if suffix in ("_low", "_high")
                else "the generated series is not finite"
            )
        data[name + suffix] = ((), value, attrs)
    if len(rows) > 1:
        data[f"{name}_per_trajectory"] = ("trajectory", [row[0] for row in rows])
    return data


def _row(
    name: str, distance: Callable[[Floats, Floats], float], x: Floats, b: Floats, y: Floats,
    rng: np.random.Generator,
) -> tuple[float, float, float, float, float]:  # fmt: skip
    length = min(len(x), len(b), len(y))
    x, b, y = x[:length], b[-length:], y[:length]
    floor = distance(x, b)
    surrogate = float(np.median([distance(x, cloud_like(b, rng)) for _ in range(_CLOUDS)]))
    if not bounded(y):
        return math.inf, math.nan, math.nan, floor, surrogate
    value = distance(x, y)
    low = high = math.nan
    if name not in _WHY_NO_INTERVAL:
        block = block_length(x)
        rows = resampled_indices(block_starts(rng, length, block, _RESAMPLES), block, length)
        low, high = recentred_interval(value, np.array([distance(x, y[row]) for row in rows]))
    return value, low, high, floor, surrogate


def prediction_time_scores(
    model: Any, series: Any, training: Any, exponent: float, *, seed: int = 0
) -> dict[str, Any]:
    """Valid prediction time of a model: median over starts, with that of persistence.

    Parameters
    ----------
    model, series, training
        As in `dsr.metrics.valid_prediction_time`.
    exponent : float
        Largest Lyapunov exponent of the model; if positive the median is given in its units too.
    """
    name = "valid_prediction_time"
    scores = valid_prediction_time(model, series, training=training)
    times = scores["time"].values
    units = scores["time"].attrs["units"]
    rng = np.random.default_rng(seed)
    medians = np.median(rng.choice(times, (200, len(times))), axis=1)
    low, high = np.quantile(medians, [0.025, 0.975])
    last = float(
        np.median(valid_prediction_time(_Persistence(), series, training=training)["time"])
    )
    attrs = {
        "units": units, "variant": scores.attrs["variant"], "threshold": scores.attrs["threshold"],
        "starts": len(times), "censored_share": scores.attrs["censored_share"],
    }  # fmt: skip
    if exponent > 0.0:
        attrs["lyapunov_times"] = float(np.median(times)) * exponent
    return {
        name: ((), float(np.median(times)), attrs),
        f"{name}_low": ((), float(low), {"units": units}),
        f"{name}_high": ((), float(high), {"units": units}),
        f"{name}_noise_floor": (
            (), math.nan, {"units": units, "reason": "a recording makes no forecasts"}
        ),
        f"{name}_surrogate": ((), last, {"units": units, "what": "persistence"}),
        f"{name}_quantiles": ("quantile", scores["quantiles"].values, {"units": units}),
    }  # fmt: skip


class _Persistence:
    """Forecasts that repeat the last sample."""

    def forecast(self, context: Any, steps: int) -> Floats:
        return np.repeat(context.values[:, -1:], steps, axis=1)

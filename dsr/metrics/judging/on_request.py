"""Scores that `evaluate` adds on request: distances between sets of points, and the horizon."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from dsr.metrics.bootstrap import block_length, block_starts, recentred_interval, resampled_indices
from dsr.metrics.doors import Floats, bounded
from dsr.metrics.forecasts.many_starts import QUANTILES, spaced_forecasts
from dsr.metrics.forecasts.prediction_time import THRESHOLDS, horizon, steps_until
from dsr.metrics.forecasts.skill import Climate, training_series
from dsr.metrics.forecasts.system_exponent import system_exponent
from dsr.metrics.judging.entries import absent, entry
from dsr.metrics.judging.facts import FACTS, Fact
from dsr.metrics.surrogates import cloud_like
from dsr.protocols import Runs

_RESAMPLES = 40
_CLOUDS = 5


def set_scores(
    name: str, cases: list[tuple[Floats, Floats, Floats]], *, seed: int = 0
) -> dict[str, Any]:
    """One distance with its interval, noise floor and surrogate: medians over trajectories.

    Parameters
    ----------
    name : str
        A key of `dsr.metrics.judging.facts.FACTS` that names a score.
    cases : list of (x, b, y), arrays (T, N)
        Reference, independent recording and generated series of each trajectory; cut to a common
        length here.
    seed : int

    Returns
    -------
    dict
        Variables of a dataset.
    """
    fact = FACTS[name]
    distance = fact.function()
    rows = [_row(fact, distance, *case, np.random.default_rng(seed)) for case in cases]
    data = entry(name, *(float(np.median(column)) for column in zip(*rows, strict=True)))
    if len(rows) > 1:
        data[f"{name}_per_trajectory"] = ("trajectory", [row[0] for row in rows])
    return data


def _row(
    fact: Fact, distance: Callable[[Floats, Floats], float], x: Floats, b: Floats, y: Floats,
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
    if not fact.no_interval:
        block = block_length(x)
        rows = resampled_indices(block_starts(rng, length, block, _RESAMPLES), block, length)
        low, high = recentred_interval(value, np.array([distance(x, y[row]) for row in rows]))
    return value, low, high, floor, surrogate


def prediction_time_scores(
    model: Runs | None,
    series: Any,
    training: Any,
    *,
    exponent: float | None = None,
    inputs: Any = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Valid prediction time of a model: median over starts, with that of persistence.

    Parameters
    ----------
    model, series, training, inputs
        As in `dsr.metrics.valid_prediction_time`.
    exponent : float, optional
        Largest Lyapunov exponent of the true system, never the model's. If not given, that of the
        catalogue or an estimate from the training series; the median is then given in Lyapunov
        times too, and the attribute ``lyapunov_exponent_source`` says which it was.
    """
    name, variant = "valid_prediction_time", "nrmse"
    if model is None:
        return absent(name, "a generated series makes no forecasts")
    runs = spaced_forecasts(model, series, horizon(series), inputs=inputs, seed=seed)
    climate, limit = Climate.of(training_series(training, runs.series)), THRESHOLDS[variant]
    steps, still = (
        np.array([steps_until(y, x, climate, limit) for y, x in zip(made, runs.truth, strict=True)])
        for made in (runs.forecast, runs.persistence)
    )
    times = runs.dt * steps.astype(np.float64)
    rng = np.random.default_rng(seed)
    medians = np.median(rng.choice(times, (200, len(times))), axis=1)
    low, high = np.quantile(medians, [0.025, 0.975])
    median, unit = float(np.median(times)), runs.time_unit
    data = entry(
        name, median, float(low), float(high), surrogate=runs.dt * float(np.median(still)),
        reason="a recording makes no forecasts", units=unit,
    )  # fmt: skip
    data[name][2].update(
        variant=variant, threshold=limit, starts=len(times),
        censored_share=float((steps == runs.truth.shape[1]).mean()),
    )  # fmt: skip
    system = system_exponent(series, exponent, training=training, estimate=True, seed=seed)
    data[name][2].update(system.attrs())
    if not system.reason:
        data[name][2]["lyapunov_times"] = median * system.value
    data[f"{name}_quantiles"] = ("quantile", np.quantile(times, QUANTILES), {"units": unit})
    return data

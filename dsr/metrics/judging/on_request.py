"""Scores that `evaluate` adds on request: distances between sets of points, and the horizon."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from dsr.metrics.bootstrap import Resampling, recentred_interval
from dsr.metrics.doors import Floats, bounded
from dsr.metrics.forecasts.many_starts import QUANTILES, spaced_forecasts
from dsr.metrics.forecasts.prediction_time import THRESHOLDS, horizon, steps_until
from dsr.metrics.forecasts.skill import Climate, training_series
from dsr.metrics.judging.entries import absent, entry
from dsr.metrics.judging.facts import FACTS, Fact
from dsr.metrics.judging.pools import Pool, stretches
from dsr.metrics.surrogates import cloud_like
from dsr.protocols import Runs

_RESAMPLES = 40
_STRETCHES = 3
_CLOUDS = 5


def set_scores(
    name: str, cases: list[tuple[Floats, Pool, Floats]], *, seed: int = 0
) -> dict[str, Any]:
    """One distance with its interval, noise floor and surrogate: medians over trajectories.

    Parameters
    ----------
    name : str
        A key of `dsr.metrics.judging.facts.FACTS` that names a score.
    cases : list of (x, recordings, y)
        Reference (T, N), independent recordings and generated series (T', N) of each trajectory;
        cut to a common length here.
    seed : int

    Returns
    -------
    dict
        Variables of a dataset. Floor and surrogate are medians over stretches of the recordings
        and over clouds, with what these span.
    """
    fact = FACTS[name]
    distance = fact.function()
    rows = [_row(fact, distance, *case, np.random.default_rng(seed)) for case in cases]
    numbers = [float(np.median(column)) for column in zip(*rows, strict=True)]
    beside = {"noise_floor": (numbers[5], numbers[6]), "surrogate": (numbers[7], numbers[8])}
    data = entry(name, *numbers[:5], beside=beside)
    if len(rows) > 1:
        data[f"{name}_per_trajectory"] = ("trajectory", [row[0] for row in rows])
    return data


def _row(
    fact: Fact, distance: Callable[[Floats, Floats], float], x: Floats, recordings: Pool,
    y: Floats, rng: np.random.Generator,
) -> list[float]:  # fmt: skip
    length = min(len(x), max(map(len, recordings)), len(y))
    x, y = x[:length], y[:length]
    some = [pool[0] for pool in stretches(recordings, length, _STRETCHES)]
    floors = [distance(x, b) for b in some]
    whole = np.concatenate(recordings)
    clouds = [distance(x, cloud_like(whole, rng, length)) for _ in range(_CLOUDS)]
    beside = [float(np.median(floors)), float(np.median(clouds))]
    beside += [min(floors), max(floors), min(clouds), max(clouds)]
    if not bounded(y):
        return [math.inf, math.nan, math.nan, *beside]
    value = distance(x, y)
    low = high = math.nan
    if not fact.no_interval:
        plan = Resampling.of(x)
        drawn = [distance(x, y[rows]) for rows in plan.rows(rng, _RESAMPLES)]
        low, high = recentred_interval(value, np.array(drawn), plan.units)
    return [value, low, high, *beside]


def prediction_time_scores(
    model: Runs | None,
    series: Any,
    training: Any,
    exponent: float,
    *,
    inputs: Any = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Valid prediction time of a model: median over starts, with that of persistence.

    Parameters
    ----------
    model, series, training, inputs
        As in `dsr.metrics.valid_prediction_time`.
    exponent : float
        Largest Lyapunov exponent of the model; if positive the median is given in its units too.
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
    if exponent > 0.0:
        data[name][2]["lyapunov_times"] = median * exponent
    data[f"{name}_quantiles"] = ("quantile", np.quantile(times, QUANTILES), {"units": unit})
    return data

"""The scores of a run beside a reference series."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from dsr.data import Scaler, trajectories
from dsr.errors import InputError
from dsr.metrics.bootstrap import mean_interval
from dsr.metrics.doors import Floats, alike
from dsr.metrics.forecasts.prediction_error import curve, forecast_errors
from dsr.metrics.invariants.lyapunov import lyapunov_spectrum
from dsr.metrics.judging.entries import SUFFIXES, absent, entry
from dsr.metrics.judging.facts import FACTS, kept
from dsr.metrics.judging.free_run import FreeRun, free_run, given_run, recordings
from dsr.metrics.judging.on_request import prediction_time_scores, set_scores
from dsr.metrics.judging.verdict import SENTENCES, Part, Verdict, judge
from dsr.metrics.models import context_length, drives_of, name_of, reference_for
from dsr.protocols import PiecewiseLinearMap, Runs, StateSpace

_LEADS = 50
_LYAPUNOV_WORK = 4e9
_LYAPUNOV_STEPS = 100_000
_LYAPUNOV_PLAIN_STEPS = 4_000
_MOST_EXPONENTS = 10
_SOME_EXPONENTS = 5


class Settings(NamedTuple):
    """What `dsr.metrics.evaluate` was asked for."""

    inputs: Any
    steps: int
    smoothing: float
    resamples: int
    seed: int


def judge_series(
    reference: Any, made: Any, chosen: tuple[str, ...], independent: Any, asked: Settings
) -> tuple[xr.Dataset, xr.DataArray | None]:
    """Scores of a model or a generated series, and the run of the model: see `dsr.metrics`."""
    model = made if isinstance(made, Runs) else None
    inputs, seed = asked.inputs, asked.seed
    series = reference_for(model, reference)
    others = None
    if independent is not None:
        others = reference_for(model, independent, name="independent recording")
    if model is None:
        run = given_run(alike(made, series, name="generated series"), series)
    else:
        run = free_run(model, series, inputs, seed)
    cases = recordings(run.targets, None if others is None else trajectories(others))
    data, verdicts = two_aspects(cases, run, asked)
    if "prediction_error" in chosen:
        scaler = Scaler.fit(series if others is None else others)
        data |= prediction(model, series, scaler, asked)
    if "largest_lyapunov_exponent" in chosen:
        data |= _lyapunov(model, series, inputs, seed)
    if any(FACTS[name].score for name in chosen):
        sets = [(x[: len(y)], b, y) for (x, b), y in zip(cases, run.compared, strict=True)]
        for name in chosen:
            if FACTS[name].score:
                data |= set_scores(name, sets, seed=seed)
    if "valid_prediction_time" in chosen:
        data |= prediction_time_scores(model, series, others, inputs=inputs, seed=seed)
    return with_verdict(kept(data, chosen), verdicts, series, run, model, asked), run.series


def two_aspects(
    cases: list[tuple[Floats, Floats]], run: FreeRun, asked: Settings
) -> tuple[dict[str, Any], list[Verdict]]:
    """Geometry and time of each trajectory: the scores that the verdict follows from."""
    verdicts = [
        judge(x[: len(y)], b, y, whole, asked.smoothing, asked.resamples, asked.seed)
        for (x, b), y, whole in zip(cases, run.compared, run.whole, strict=True)
    ]
    data = _medians("state_space_divergence", [v.geometry for v in verdicts])
    data |= _medians("hellinger_spectral_distance", [v.time for v in verdicts])
    per_variable = np.median([v.per_variable for v in verdicts], axis=0)
    return data | {"hellinger_per_variable": ("variable", per_variable)}, verdicts


def _medians(name: str, parts: list[Part]) -> dict[str, Any]:
    columns = [[getattr(part, which) for part in parts] for which in ("value", *SUFFIXES)]
    data = entry(name, *(float(np.median(column)) for column in columns))
    if len(parts) > 1:
        data[f"{name}_per_trajectory"] = ("trajectory", columns[0])
    return data


def prediction(
    model: Runs | None, series: xr.DataArray, scaler: Scaler, asked: Settings
) -> dict[str, Any]:
    """Prediction error at one lead, its curve over leads, and that of persistence."""
    name = "prediction_error"
    if model is None:
        return absent(name, "a generated series makes no forecasts")
    shortest = min(len(part) for part in trajectories(series)) - context_length(model) + 1
    lead = max(1, min(asked.steps, shortest // 3))
    leads = max(lead, min(_LEADS, shortest // 3))
    errors = forecast_errors(
        model, series, leads, scaler=scaler, inputs=asked.inputs, seed=asked.seed
    )
    mean = curve(errors)
    at = errors.model[:, lead - 1]
    low = high = math.nan
    if np.isfinite(at).all() and len(at) > 1:
        low, high = mean_interval(at, asked.resamples, np.random.default_rng(asked.seed))
    data = entry(
        name, float(at.mean()), low, high,
        surrogate=float(errors.persistence[:, lead - 1].mean()), steps=lead,
        reason={"": "a forecast is not finite",
                "noise_floor": "an independent recording makes no forecasts"},
    )  # fmt: skip
    data[f"{name}_curve"] = mean.drop_attrs()
    data[f"{name}_persistence"] = ("step", mean.attrs["persistence"])
    return data


def _lyapunov(model: Runs | None, series: xr.DataArray, inputs: Any, seed: int) -> dict[str, Any]:
    name = "largest_lyapunov_exponent"
    if model is None:
        return absent(name, "a generated series has no Jacobian")
    if not isinstance(model, StateSpace):
        return absent(name, "this model has no Jacobian")
    drives, options = drives_of(inputs, series, model), _lyapunov_size(model)
    if drives is not None:
        # The run of the first trajectory, under its inputs, from where that begins.
        first = trajectories(series)[0][: context_length(model)]
        last = len(first) - 1
        options = {
            "count": options["count"], "inputs": drives[0][last:],
            "initial": model.encode(first[0] if last == 0 else first),
        }  # fmt: skip
    try:
        spectrum = lyapunov_spectrum(model, seed=seed, **options)
    except InputError as error:
        if drives is None:
            raise
        return absent(name, f"the inputs are too short for an exponent: {error}")
    units = spectrum.attrs["units"]
    unknown = "the exponent of the true system is not known from data alone"
    reason = spectrum.attrs.get("reason", unknown)
    attrs = {key: spectrum.attrs[key] for key in ("status", "converged", "complete")}
    columns = {"": "exponent", "_low": "low", "_high": "high"}
    first_ones = [float(spectrum[column][0]) for column in columns.values()]
    data = entry(
        name, *first_ones, units=units, **attrs,
        reason={"": reason, "noise_floor": unknown, "surrogate": unknown},
    )  # fmt: skip
    attrs["units"] = units
    for suffix, column in columns.items():
        data[f"lyapunov_exponent{suffix}"] = ("index", spectrum[column].values, attrs)
    why = {"reason": reason} if "reason" in spectrum.attrs else {}
    data["kaplan_yorke_dimension"] = ((), float(spectrum["kaplan_yorke_dimension"]), why)
    return data


def _lyapunov_size(model: StateSpace) -> dict[str, Any]:
    """Steps and number of exponents that keep the work within seconds."""
    latent = int(model.latent_dim)
    count = latent if latent <= _MOST_EXPONENTS else _SOME_EXPONENTS
    if not isinstance(model, PiecewiseLinearMap):
        return {"steps": _LYAPUNOV_PLAIN_STEPS, "count": count}
    work = 4.0 * latent * len(model.canonical().h2) * (count + 1)
    return {"steps": int(np.clip(_LYAPUNOV_WORK / work, 4_000, _LYAPUNOV_STEPS)), "count": count}


def with_verdict(
    data: dict[str, Any], verdicts: list[Verdict], series: xr.DataArray, run: FreeRun,
    model: Runs | None, asked: Settings,
) -> xr.Dataset:  # fmt: skip
    """Scores, labelled, with the verdict and the settings that it was reached with."""
    sentence = _common([v.sentence for v in verdicts])
    first = next(v for v in verdicts if v.sentence == sentence)
    attrs = {
        "verdict": sentence,
        "verdict_geometry": _common([v.geometry.word for v in verdicts]),
        "verdict_time": _common([v.time.word for v in verdicts]),
        "decidable": all(v.decidable for v in verdicts),
        "compared_length": min(v.length for v in verdicts),
        "convention": "dsr",
        "method": first.geometry.details["method"],
        "skill": float(first.geometry.details["skill"]),
        "delta": [float(q) for q in first.geometry.details["delta"]],
        "gamma": [float(q) for q in first.geometry.details["gamma"]],
        "block": int(first.geometry.details["block"]),
        "time_threshold": float(first.time.details["threshold"]),
        "smoothing": float(first.time.details["smoothing"]),
        "smoothing_asked": float(asked.smoothing),
        "transient": run.transient,
        "resamples": asked.resamples,
        "seed": asked.seed,
        "dt": float(series.attrs.get("dt", 1.0)),
        "time_unit": str(series.attrs.get("time_unit", "step")),
        "model": "" if model is None else name_of(model),
        "intervals": "95 %, moving-block bootstrap, recentred since resampling is biased upwards",
    }
    if "bins" in first.geometry.details:
        attrs["bins"] = int(first.geometry.details["bins"])
    coords: dict[str, Any] = {"variable": [str(v) for v in series["variable"].values]}
    if len(verdicts) > 1:
        attrs["verdict_per_trajectory"] = [v.sentence for v in verdicts]
        coords["trajectory"] = series["trajectory"].values
    return xr.Dataset(data, coords, attrs)


def _common(words: list[str]) -> str:
    """The most frequent word; of equally frequent ones the worse."""
    counts = Counter(words)
    most = max(counts.values())
    order = ["equal", "short", "none", *SENTENCES.values()]
    tied = [word for word, count in counts.items() if count == most]
    return max(tied, key=lambda word: order.index(word) if word in order else len(order))

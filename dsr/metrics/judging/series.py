"""The scores of a run beside a reference series."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from dsr.data import Scaler, trajectories
from dsr.errors import InputError
from dsr.metrics.bootstrap import mean_interval
from dsr.metrics.circles import circled, declared, on_circles
from dsr.metrics.doors import Floats, alike, refuse_constant
from dsr.metrics.forecasts.prediction_error import curve, forecast_errors
from dsr.metrics.invariants.lyapunov import half_widths, lyapunov_spectrum
from dsr.metrics.judging.distances import Aspect, Interval
from dsr.metrics.judging.entries import absent, entry
from dsr.metrics.judging.facts import FACTS, joined, kept
from dsr.metrics.judging.free_run import FreeRun, free_run, given_run, recordings
from dsr.metrics.judging.noise_floor import Settings as YardstickSettings
from dsr.metrics.judging.on_request import prediction_time_scores, set_scores
from dsr.metrics.judging.sameness import LEVEL
from dsr.metrics.judging.spectral import SpectralYardstick
from dsr.metrics.judging.verdict import EQUAL, SENTENCES, Verdict, judge
from dsr.metrics.judging.withheld import withheld
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
    metrics: Any = None


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
    # Distances and the verdict look at circles; forecasts stay in the variables of the model.
    turns, shown = declared(series), on_circles(series)
    refuse_constant(shown)
    run = run._replace(targets=circled(series, run.targets), whole=circled(series, run.whole))
    recorded = None if others is None else circled(series, trajectories(others))
    chosen = joined(chosen, asked.metrics, shown.sizes["variable"])
    verdict = judged_run(run, recorded, asked)
    data = distances(verdict)
    scaler = Scaler.fit(series if others is None else others)
    if "prediction_error" in chosen:
        data |= prediction(model, series, scaler, asked)
    if "largest_lyapunov_exponent" in chosen:
        data |= exponents(model, series, inputs, seed)
    data |= sets(chosen, data, run, recorded, seed)
    if "valid_prediction_time" in chosen:
        data |= prediction_time_scores(model, series, others, inputs=inputs, seed=seed)
    against = objections(verdict, data, model, series, scaler, asked)
    scores = with_verdict(kept(data, chosen), verdict, against, shown, run, model, asked)
    scores.attrs["circular"] = list(turns)
    return scores, run.series


def sets(
    chosen: tuple[str, ...], data: dict[str, Any], run: FreeRun, recorded: list[Floats] | None,
    seed: int,
) -> dict[str, Any]:  # fmt: skip
    """Scores of two sets of samples that are chosen and not there yet."""
    found: dict[str, Any] = {}
    for name in chosen:
        module = FACTS[name].score.partition(".")[0]
        if module in ("geometry", "spectra") and name not in data:
            cases = zip(recordings(run.targets, recorded), run.compared, strict=True)
            found |= set_scores(name, [(x[: len(y)], b, y) for (x, b), y in cases], seed=seed)
    return found


def judged_run(run: FreeRun, recorded: list[Floats] | None, asked: Settings) -> Verdict:
    """The verdict on runs beside their targets, all together."""
    settings = YardstickSettings(asked.smoothing, asked.resamples, asked.seed)
    return judge(run.targets, recorded, run.compared, run.whole, settings)


def distances(verdict: Verdict) -> dict[str, Any]:
    """The scores that a verdict follows from: medians over trajectories, each kept."""
    rulers = [ruler for _, ruler in verdict.yardstick.parts]
    data: dict[str, Any] = {}
    for name, each in verdict.each.items():
        data |= _medians(name, each, [ruler.aspects[name] for ruler in rulers])
    spectra = [ruler.spectra for ruler in rulers if ruler.spectra is not None]
    data |= _medians("hellinger_spectral_distance", verdict.spectral, spectra)
    return data | {"hellinger_per_variable": ("variable", verdict.per_variable)}


def _medians(
    name: str, each: list[Interval], rulers: Sequence[Aspect | SpectralYardstick]
) -> dict[str, Any]:
    def median(intervals: Iterable[Interval]) -> Interval:
        columns = zip(*intervals, strict=True)
        return Interval(*(float(np.median([v for v in c if not math.isnan(v)] or [math.nan]))
                          for c in columns))  # fmt: skip

    own = Interval(float(np.median([one.value for one in each])), *median(each)[1:])
    floor = median(ruler.floor for ruler in rulers)
    cloud = median(ruler.surrogate for ruler in rulers)
    beside = {"noise_floor": (floor.low, floor.high), "surrogate": (cloud.low, cloud.high)}
    data = entry(name, *own, floor.value, cloud.value, beside=beside)
    if len(each) > 1:
        data[f"{name}_per_trajectory"] = ("trajectory", [one.value for one in each])
    return data


def objections(
    verdict: Verdict, data: dict[str, Any], model: Runs | None, series: xr.DataArray,
    scaler: Scaler, asked: Settings,
) -> list[str]:  # fmt: skip
    """Why a run that passed the test is not called like the reference: asked of those only."""
    if model is None or verdict.sentence([]) != SENTENCES[EQUAL]:
        return []
    if "prediction_error" not in data:
        data = data | prediction(model, series, scaler, asked)
    if "largest_lyapunov_exponent" not in data and "variable" in series.dims:
        data = data | exponents(model, series, asked.inputs, asked.seed)
    return withheld(data, verdict.yardstick.sameness.mean_period)


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


def exponents(model: Runs | None, series: xr.DataArray, inputs: Any, seed: int) -> dict[str, Any]:
    """Lyapunov exponents of a model along its own orbit, their sum and dimension."""
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
    data |= _sum(spectrum)
    why = {"reason": reason} if "reason" in spectrum.attrs else {}
    data["kaplan_yorke_dimension"] = ((), float(spectrum["kaplan_yorke_dimension"]), why)
    return data


def _sum(spectrum: xr.Dataset) -> dict[str, Any]:
    """Sum of all exponents, the mean rate at which volumes grow, with its 95 % interval."""
    if not spectrum.attrs["complete"] or not np.isfinite(spectrum["exponent"]).all():
        reason = {"reason": spectrum.attrs.get("reason", "these are not all exponents")}
        return {f"exponent_sum{s}": ((), math.nan, reason) for s in ("", "_low", "_high")}
    # The sum varies far less along an orbit than its terms do: its own blocks say how much.
    each = spectrum["block_exponent"].values.sum(axis=1)
    half, total = float(half_widths(each[:, None])[0]), float(each.mean())
    unit = {"units": spectrum.attrs["units"]}
    return {
        "exponent_sum": ((), total, unit), "exponent_sum_low": ((), total - half, unit),
        "exponent_sum_high": ((), total + half, unit),
    }  # fmt: skip


def _lyapunov_size(model: StateSpace) -> dict[str, Any]:
    """Steps and number of exponents that keep the work within seconds."""
    latent = int(model.latent_dim)
    count = latent if latent <= _MOST_EXPONENTS else _SOME_EXPONENTS
    if not isinstance(model, PiecewiseLinearMap):
        return {"steps": _LYAPUNOV_PLAIN_STEPS, "count": count}
    work = 4.0 * latent * len(model.canonical().h2) * (count + 1)
    return {"steps": int(np.clip(_LYAPUNOV_WORK / work, 4_000, _LYAPUNOV_STEPS)), "count": count}


def with_verdict(
    data: dict[str, Any], verdict: Verdict, against: list[str], series: xr.DataArray, run: FreeRun,
    model: Runs | None, asked: Settings,
) -> xr.Dataset:  # fmt: skip
    """Scores, labelled, with the verdict and the settings that it was reached with."""
    yardstick, found = verdict.yardstick, verdict.found
    geometry = verdict.scores["state_space_divergence"]
    space = yardstick.pooled.aspects["state_space_divergence"]
    span = space.surrogate.value - space.floor.value
    excess = geometry.own.value - space.floor.value
    spectra = [ruler.spectra for _, ruler in yardstick.parts if ruler.spectra is not None]
    attrs = {
        "verdict": verdict.sentence(against),
        "p_value": found.p_value,
        **{f"p_{part}": p for part, p in found.parts.items()},
        "level": LEVEL,
        **{f"verdict_{part}": word for part, word in verdict.words.items()},
        "decidable": not verdict.undecided_because,
        "undecided_because": verdict.undecided_because,
        "withheld_because": against,
        "recordings_p": verdict.recordings_p,
        "segments": found.segments,
        "segments_generated": found.segments_generated,
        "segment_length": yardstick.sameness.segment_length,
        "mean_period": yardstick.sameness.mean_period,
        "compared_length": min(yardstick.cuts),
        "pooled_length": yardstick.pooled.length,
        "convention": "dsr",
        "skill": 1.0 - excess / span if span != 0.0 else math.nan,
        "delta": [float(q) for q in geometry.delta],
        "gamma": [float(q) for q in geometry.gamma],
        "block": yardstick.pooled.block,
        "lag": yardstick.lag,
        "saturated": space.saturated,
        "time_threshold": float(np.median([one.threshold for one in spectra])),
        "smoothing": float(
            np.median([one.reference.effective_smoothing(one.length) for one in spectra])
        ),
        "smoothing_asked": float(asked.smoothing),
        "transient": run.transient,
        "resamples": asked.resamples,
        "seed": asked.seed,
        "dt": float(series.attrs.get("dt", 1.0)),
        "time_unit": str(series.attrs.get("time_unit", "step")),
        "model": "" if model is None else name_of(model),
        "intervals": "95 %, moving-block bootstrap, recentred since resampling is biased upwards",
    }
    attrs |= space.space.settings
    coords: dict[str, Any] = {"variable": [str(v) for v in series["variable"].values]}
    if len(run.targets) > 1:
        coords["trajectory"] = series["trajectory"].values
    return xr.Dataset(data, coords, attrs)

"""The scores of a field: the verdict in the space of leading modes, and errors frame by frame."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr

from dsr.data import Scaler, trajectories
from dsr.data.series import lengths
from dsr.errors import InputError
from dsr.metrics.bootstrap import mean_interval
from dsr.metrics.doors import Floats, alike, reference_series
from dsr.metrics.fields.frame_scores import correlation_time
from dsr.metrics.fields.frames import as_field, check_grid, later, valid_cells
from dsr.metrics.fields.pod import Modes
from dsr.metrics.fields.radial_spectrum import radial_spectrum_distance
from dsr.metrics.judging.entries import entry
from dsr.metrics.judging.facts import FACTS, joined, kept
from dsr.metrics.judging.free_run import given_run
from dsr.metrics.judging.series import (
    Settings,
    distances,
    judged_run,
    objections,
    prediction,
    sets,
    with_verdict,
)
from dsr.metrics.models import context_length, drives_of, name_of, reference_for
from dsr.protocols import Runs

_LEAST_SIDE = 11
_LEAST_FRAMES = 8
_THRESHOLD = 0.8
_REASONS = {
    "": "the generated field is not finite",
    "low": "no interval is computed for this score, or the field is not finite",
    "high": "no interval is computed for this score, or the field is not finite",
    "noise_floor": "no independent recording was given",
    "surrogate": "the first frame repeated has no score here",
}


def judge_field(
    reference: Any,
    made: Any,
    chosen: tuple[str, ...],
    independent: Any,
    asked: Settings,
) -> tuple[xr.Dataset, xr.DataArray | None]:
    """Scores of a model or a generated field, and the run of the model: see `dsr.metrics`."""
    model = made if isinstance(made, Runs) else None
    first = reference_for(model, reference, name="reference field")
    other = None
    if independent is not None:
        other = reference_for(model, independent, name="independent field")
        check_grid(first, other)
    if model is None:
        second = as_field(alike(made, first, name="generated field"), name="generated field",
                          strict=False)  # fmt: skip
        x, still = first, first.values[:, :1]
    else:
        length = context_length(model)
        x, still = later(first, length), first.values[:, length - 1 : length]
        second = _free_run(model, first, x, asked.inputs, asked.seed)
    check_grid(first, second)
    valid = valid_cells(first) if other is None else valid_cells(first) & valid_cells(other)
    modes = Modes.of(first if other is None else other, valid=valid)
    # A fit takes 100 frames and sets a fifth aside, of which a context is only a start.
    series = reference_series(modes.project(x), minimum=_LEAST_FRAMES)
    run = given_run(modes.project(second, like=x), series)
    others = None if other is None else trajectories(modes.project(other))
    chosen = joined(chosen, asked.metrics, series.sizes["variable"])
    verdict = judged_run(run, others, asked)
    data = distances(verdict)
    scaler = Scaler.fit(first if other is None else other)
    if "prediction_error" in chosen:
        data |= prediction(model, first, scaler, asked)
    data |= sets(chosen, data, run, others, asked.seed)
    data |= _frame_scores(chosen, x, second, still, other, asked)
    against = objections(verdict, data, model, first, scaler, asked)
    scores = with_verdict(kept(data, chosen), verdict, against, series, run, model, asked)
    scores.attrs["space"] = (
        f"{modes.number} leading modes, {100 * modes.energy:.0f} % of the variance"
    )
    return scores, None if model is None else second


def _free_run(
    model: Runs, first: xr.DataArray, x: xr.DataArray, inputs: Any, seed: int
) -> xr.DataArray:
    """Let a model run from the first frames: frame k is beside frame k of ``x``, what follows."""
    start = first.isel(time=slice(0, context_length(model))).drop_vars("length", errors="ignore")
    steps, ends = x.sizes["time"], lengths(first)
    if min(ends) - first.sizes["time"] + steps < 1:
        raise InputError(
            f"a trajectory of the reference field has {min(ends)} frames, and {name_of(model)} "
            f"needs {context_length(model)} to start from; give a longer one"
        )
    drives = drives_of(inputs, first, model)
    if drives is None:
        values = as_field(model.generate(start, steps, seed=seed), name="run", strict=False).values
    else:
        values = np.full(x.shape, np.nan)
        for k, end in enumerate(lengths(x)):
            made = model.forecast(
                start.isel(trajectory=[k]), int(end), inputs=drives[k][: ends[k] - 1], seed=seed
            )
            values[k, :end] = as_field(made, name="run", strict=False).values[0]
    if values.shape != x.shape:
        raise InputError(f"the model gave a field of shape {values.shape}, not {x.shape}")
    return x.copy(data=values).assign_attrs(source=f"{name_of(model)} model", notes=[])


def _frame_scores(
    chosen: tuple[str, ...],
    x: xr.DataArray,
    y: xr.DataArray,
    still: Floats,
    other: xr.DataArray | None,
    asked: Settings,
) -> dict[str, Any]:
    length = min(x.sizes["time"], y.sizes["time"])
    x, y = later(x, 0, length), later(y, 0, length)
    if x.sizes["trajectory"] != y.sizes["trajectory"]:
        raise InputError(
            f"the reference has {x.sizes['trajectory']} trajectories and the generated field "
            f"{y.sizes['trajectory']}; pass equal numbers"
        )
    beside = [(x, y), _recorded(x, other), (x, x.copy(data=np.broadcast_to(still, x.shape)))]
    rng = np.random.default_rng(asked.seed)
    data: dict[str, Any] = {}
    for name in FACTS:
        if not FACTS[name].score.startswith("fields.") or (
            name == "ssim" and min(x.shape[3:]) < _LEAST_SIDE
        ):
            continue
        score = FACTS[name].function()
        curves = [None if case is None else _frames(score(*case)) for case in beside]
        frames = curves[0]
        assert frames is not None
        ends = (math.nan, math.nan)
        if np.isfinite(frames).all() and len(frames) > 1:
            ends = mean_interval(frames, asked.resamples, rng)
        means = [math.nan if c is None else float(c.mean()) for c in curves]
        data |= entry(name, means[0], *ends, *means[1:], reason=_REASONS)
        data[f"{name}_curve"] = ("time", frames)
    unit = str(x.attrs.get("time_unit", "frames"))
    leads = [math.nan if case is None else _lead(*case) for case in beside]
    data |= _plain("correlation_time", leads, units=unit, threshold=_THRESHOLD)
    if any(name.startswith("radial_spectrum") for name in chosen):
        radial = [None if case is None else radial_spectrum_distance(*case) for case in beside]
        for which in ("log_distance", "hellinger"):
            values = [math.nan if found is None else float(found[which]) for found in radial]
            data |= _plain(f"radial_spectrum_{which}", values)
    return data


def _recorded(
    x: xr.DataArray, other: xr.DataArray | None
) -> tuple[xr.DataArray, xr.DataArray] | None:
    """A reference beside an independent recording, for as long as both last."""
    if other is None:
        return None
    ends = lengths(other)
    longest = int(ends.argmax())
    x = later(x, 0, int(ends[longest]))
    values = other.values[longest : longest + 1, : x.sizes["time"]]
    return x, x.copy(data=np.broadcast_to(values, x.shape))


def _plain(name: str, values: list[float], **attrs: Any) -> dict[str, Any]:
    """A score without an interval: of the run, the recording and the first frame repeated."""
    own, floor, surrogate = values
    return entry(name, own, noise_floor=floor, surrogate=surrogate, reason=_REASONS, **attrs)


def _frames(score: xr.DataArray) -> Floats:
    """Mean over trajectories and channels of a score of each frame."""
    return np.asarray(score.mean([d for d in score.dims if d != "time"]).values)


def _lead(x: xr.DataArray, y: xr.DataArray) -> float:
    return float(correlation_time(x, y, thresholds=(_THRESHOLD,)).median())

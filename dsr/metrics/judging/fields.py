"""`evaluate` for fields: the verdict in the space of leading modes, and errors frame by frame."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.errors import InputError
from dsr.metrics.bootstrap import mean_interval
from dsr.metrics.fields.frame_scores import correlation_time, nmse, rmse, ssim
from dsr.metrics.fields.frames import as_field, check_grid
from dsr.metrics.fields.pod import Modes
from dsr.metrics.fields.radial_spectrum import radial_spectrum_distance

Floats = NDArray[np.float64]

FIELD_METRICS = (
    "rmse", "nmse", "ssim", "correlation_time", "radial_spectrum_log_distance",
    "radial_spectrum_hellinger",
)  # fmt: skip
_BY_FRAME: dict[str, tuple[Callable[[Any, Any], xr.DataArray], str]] = {
    "rmse": (rmse, "units of the field"),
    "nmse": (nmse, "1"),
    "ssim": (ssim, "1"),
}
_LEAST_SIDE = 11
_THRESHOLD = 0.8


def is_field(obj: Any) -> bool:
    """Whether something is a labelled field, or an array with too many axes for a series."""
    if isinstance(obj, xr.DataArray):
        return {"y", "x"} <= set(obj.dims)
    return isinstance(obj, np.ndarray) and obj.ndim in (4, 5)


def field_evaluate(
    reference: Any, generated_or_model: Any, *, independent: Any, resamples: int, seed: int,
    evaluate: Callable[..., xr.Dataset], **options: Any,
) -> xr.Dataset:  # fmt: skip
    """Judge a field: see `dsr.metrics.evaluate`, which calls this where it is given one."""
    first = as_field(reference, name="reference field")
    other = None if independent is None else as_field(independent, name="independent field")
    model = generated_or_model if hasattr(generated_or_model, "generate") else None
    made = generated_or_model
    if model is not None:
        made = model.generate(first.isel(time=slice(0, 1)), first.sizes["time"])
    second = as_field(made, name="generated field", strict=False)
    check_grid(first, second)
    modes = Modes.of(first if other is None else other)
    scores = evaluate(
        modes.project(first), modes.project(second),
        independent=None if other is None else modes.project(other),
        metrics=("state_space_divergence", "hellinger_spectral_distance"),
        resamples=resamples, seed=seed, **options,
    )  # fmt: skip
    scores.attrs |= {
        "space": f"{modes.number} leading modes, {100 * modes.energy:.0f} % of the variance",
        "model": "" if model is None else str(getattr(model, "name", type(model).__name__)),
    }
    return scores.assign(_frame_scores(first, second, other, resamples, seed))


def _frame_scores(
    first: xr.DataArray, second: xr.DataArray, other: xr.DataArray | None, resamples: int, seed: int
) -> dict[str, Any]:
    length = min(first.sizes["time"], second.sizes["time"])
    x, y = (field.isel(time=slice(0, length)) for field in (first, second))
    if x.sizes["trajectory"] != y.sizes["trajectory"]:
        raise InputError(
            f"the reference has {x.sizes['trajectory']} trajectories and the generated field "
            f"{y.sizes['trajectory']}; pass equal numbers"
        )
    still = x.copy(data=np.broadcast_to(x.values[:, :1], x.shape))
    b = None
    if other is not None and other.sizes["time"] >= length:
        part = other.isel(trajectory=[0] * x.sizes["trajectory"], time=slice(0, length))
        b = x.copy(data=part.values)
    rng = np.random.default_rng(seed)
    data: dict[str, Any] = {}
    for name, (score, units) in _BY_FRAME.items():
        if name == "ssim" and min(x.shape[3:]) < _LEAST_SIDE:
            continue
        frames = _frames(score(x, y))
        low, high = _interval(frames, resamples, rng)
        data |= _entry(
            name, frames.mean(), low, high, None if b is None else _frames(score(x, b)).mean(),
            _frames(score(x, still)).mean(), units,
        )  # fmt: skip
        data[f"{name}_curve"] = ("time", frames)
    unit = str(x.attrs.get("time_unit", "frames"))
    leads = [_lead(x, y), None if b is None else _lead(x, b), _lead(x, still)]
    data |= _entry("correlation_time", leads[0], math.nan, math.nan, leads[1], leads[2], unit)
    data["correlation_time"][2]["threshold"] = _THRESHOLD
    radial = [None if f is None else radial_spectrum_distance(x, f) for f in (y, b, still)]
    for name in ("log_distance", "hellinger"):
        values = [None if found is None else float(found[name]) for found in radial]
        data |= _entry(
            f"radial_spectrum_{name}", values[0], math.nan, math.nan, values[1], values[2], "1"
        )
    return data


def _frames(score: xr.DataArray) -> Floats:
    """Mean over trajectories and channels of a score of each frame."""
    return np.asarray(score.mean([d for d in score.dims if d != "time"]).values)


def _lead(x: xr.DataArray, y: xr.DataArray) -> float:
    return float(correlation_time(x, y, thresholds=(_THRESHOLD,)).median())


def _interval(frames: Floats, resamples: int, rng: np.random.Generator) -> tuple[float, float]:
    if not np.isfinite(frames).all() or len(frames) < 2:
        return math.nan, math.nan
    return mean_interval(frames, resamples, rng)


def _entry(
    name: str, value: Any, low: float, high: float, floor: Any, surrogate: Any, units: str
) -> dict[str, Any]:
    reasons = {
        "": "the generated field is not finite",
        "_low": "no interval is computed for this score, or the field is not finite",
        "_high": "no interval is computed for this score, or the field is not finite",
        "_noise_floor": "no independent recording of this length was given",
        "_surrogate": "the first frame repeated has no score here",
    }
    data: dict[str, Any] = {}
    numbers = (value, low, high, floor, surrogate)
    for (suffix, reason), found in zip(reasons.items(), numbers, strict=True):
        number = math.nan if found is None else float(found)
        attrs = {"units": units} if math.isfinite(number) else {"units": units, "reason": reason}
        if suffix == "_surrogate":
            attrs["what"] = "persistence of the first frame"
        data[name + suffix] = ((), number, attrs)
    return data

"""Forecast skill over the horizon: many starts, quantiles, and the baselines beside the model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.data import make_series, trajectories
from dsr.errors import InputError
from dsr.metrics.doors import generated_arrays, reference_series
from dsr.metrics.spectra.timescales import autocorrelation, first_crossing

__all__ = ["Climate", "forecast_skill", "normalised_error", "run_forecasts", "smape_terms"]

Array = NDArray[np.float64]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Climate:
    """Scales that errors are divided by, from the training series."""

    mean: Array
    std: Array
    step: Array
    norm: float

    @classmethod
    def of(cls, series: xr.DataArray, season: int = 1) -> Climate:
        """Take the scales from all trajectories of a series."""
        parts = trajectories(series)
        stacked = np.concatenate(parts)
        steps = [np.abs(p[season:] - p[:-season]) for p in parts if p.shape[0] > season]
        if not steps:
            raise InputError(f"no trajectory is longer than the season of {season} samples")
        return cls(
            stacked.mean(axis=0),
            stacked.std(axis=0, ddof=1),
            np.concatenate(steps).mean(axis=0),
            float(np.sqrt(np.mean(np.sum(stacked**2, axis=1)))),
        )


@dataclass(frozen=True)
class Forecasts:
    """Forecasts (S, h, N) with the truth, and the last value known at each start (S, N)."""

    forecast: Array
    truth: Array
    known: Array
    series: xr.DataArray

    @property
    def dt(self) -> float:
        """Sampling step of the series."""
        return float(self.series.attrs.get("dt", 1.0))

    @property
    def time_unit(self) -> str:
        """Unit of the time axis."""
        return str(self.series.attrs.get("time_unit", "step"))


def _starts(series: xr.DataArray, steps: int, warmup: int, most: int) -> list[tuple[int, int]]:
    """Index of trajectory and last known sample of each start, a decorrelation time apart."""
    parts = trajectories(series)
    room = [max(0, p.shape[0] - steps - warmup + 1) for p in parts]
    if not sum(room):
        raise InputError(
            f"no trajectory has the {warmup} + {steps} samples that warm-up and horizon need; "
            "ask for fewer steps or give a longer series"
        )
    memory = max(_memory(column) for p, r in zip(parts, room, strict=True) if r for column in p.T)
    stride = max(memory, -(-sum(room) // most))
    return [
        (k, warmup - 1 + offset) for k, free in enumerate(room) for offset in range(0, free, stride)
    ][:most]


def _memory(column: Array) -> int:
    crossing = first_crossing(autocorrelation(column), 1 / math.e)
    return column.size if crossing is None else max(1, crossing)


def run_forecasts(
    model: Any, series: Any, steps: int, *, starts: int = 100, warmup: int | None = None
) -> Forecasts:
    """Let a model forecast ``steps`` samples from many starts of a series.

    Parameters
    ----------
    model : model
        Anything with ``forecast(context, steps)``.
    series : series
    steps : int
    starts : int
        Most starts; they are spread evenly, at least one decorrelation time apart.
    warmup : int, optional
        Samples of true series given before each forecast. Default: 100, at most a tenth.
    """
    steps = whole("steps", steps)
    checked = reference_series(series, minimum=steps + 2, name="series")
    parts = trajectories(checked)
    starts = whole("starts", starts)
    longest = max(p.shape[0] for p in parts)
    before = max(1, min(100, longest // 10)) if warmup is None else whole("warmup", warmup)
    chosen = _starts(checked, steps, before, starts)
    contexts = np.stack([parts[k][last - before + 1 : last + 1] for k, last in chosen])
    truth = np.stack([parts[k][last + 1 : last + 1 + steps] for k, last in chosen])
    found = generated_arrays(model.forecast(make_series(contexts, like=checked), steps))
    shapes = {f.shape for f in found}
    if len(found) != len(chosen) or shapes != {truth.shape[1:]}:
        raise InputError(
            f"the model gave {len(found)} forecasts of shapes {sorted(shapes)} where "
            f"{len(chosen)} of shape {truth.shape[1:]} were asked for"
        )
    return Forecasts(np.stack(found), truth, contexts[:, -1], checked)


def normalised_error(forecast: Array, truth: Array, climate: Climate) -> Array:
    """Root mean square over variables (last axis) of the error in standard deviations."""
    return np.asarray(np.sqrt(np.mean(((forecast - truth) / climate.std) ** 2, axis=-1)))


def smape_terms(forecast: Array, truth: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Relative errors (0 to 200), 0 where both values vanish, and where they count."""
    size = np.abs(forecast) + np.abs(truth)
    kept = ~(size < 1e-10)
    return np.where(kept, 200 * np.abs(forecast - truth) / np.where(kept, size, 1.0), 0.0), kept


def _running_mean(values: Array, counted: Array | None = None) -> Array:
    weights = np.ones(values.shape[:2]) if counted is None else counted
    return np.asarray(np.cumsum(values, axis=1) / np.maximum(np.cumsum(weights, axis=1), 1e-300))


def _scores(forecast: Array, truth: Array, climate: Climate) -> dict[str, Array]:
    """Score each start at each horizon: arrays (S, h); worst value where not finite."""
    with np.errstate(all="ignore"):
        terms, kept = smape_terms(forecast, truth)
        scaled = np.abs(forecast - truth) / climate.step
        a, b = forecast - climate.mean, truth - climate.mean
        a, b = a - a.mean(axis=-1, keepdims=True), b - b.mean(axis=-1, keepdims=True)
        norm = np.sqrt((a * a).sum(axis=-1) * (b * b).sum(axis=-1))
        acc = np.where(norm > 0, (a * b).sum(axis=-1) / norm, 0.0)
        scores = {
            "nrmse": normalised_error(forecast, truth, climate),
            "mase": _running_mean(scaled.mean(axis=-1)),
            "smape": _running_mean(terms.sum(axis=-1), kept.sum(axis=-1).astype(np.float64)),
            "acc": acc,
        }
    worst = {"nrmse": np.inf, "mase": np.inf, "smape": 200.0, "acc": 0.0}
    return {k: np.where(np.isfinite(v), v, worst[k]) for k, v in scores.items()}


def _pooled_correlation(forecast: Array, truth: Array, climate: Climate) -> Array:
    """Correlation of standardised anomalies over starts and variables, at each lead."""
    with np.errstate(all="ignore"):
        a, b = (forecast - climate.mean) / climate.std, (truth - climate.mean) / climate.std
        norm = np.sqrt((a * a).sum(axis=(0, 2)) * (b * b).sum(axis=(0, 2)))
        value = (a * b).sum(axis=(0, 2)) / norm
    return np.where(np.isfinite(value), value, 0.0)


def forecast_skill(
    model: Any,
    series: Any,
    steps: int,
    *,
    training: Any = None,
    starts: int = 100,
    warmup: int | None = None,
    season: int = 1,
) -> xr.Dataset:
    r"""Score a model's forecasts over the horizon, with persistence and the mean beside them.

    Parameters
    ----------
    model : model
        Anything with ``forecast(context, steps)``.
    series : series
        What is forecast: the test part.
    steps : int
        Horizon, in samples.
    training : series, optional
        Sets mean, standard deviation and the denominator of MASE; ``series`` if not given.
    starts : int
        Most starts; they are at least one decorrelation time apart.
    warmup : int, optional
        True samples given before each start. Default: 100, at most a tenth of the series.
    season : int
        The m of MASE.

    Returns
    -------
    Dataset
        Over ("forecast": model, persistence, mean; "quantile" over starts; "step"):
        ``nrmse`` at each lead (in standard deviations), ``acc`` at each lead (correlation of
        anomalies over the variables; 0 where undefined, and empty of meaning below 3 variables),
        ``mase`` and ``smape`` (0 to 200) averaged from the first step to this one. Over
        ("forecast", "step"): ``acc_pooled``, over starts and variables. Coordinate ``lead``: time.
        Forecasts that are not finite score inf (nrmse, mase), 200, 0.

    Raises
    ------
    InputError
        If the series is too short for one start, or the model gives another shape.

    References
    ----------
    Hyndman & Koehler, Int. J. Forecasting 22, 679 (2006), for MASE.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import forecast_skill
    >>> class Persist:
    ...     def forecast(self, context, steps):
    ...         return np.repeat(context.values[:, -1:], steps, axis=1)
    >>> walk = np.random.default_rng(0).standard_normal((2000, 1)).cumsum(axis=0)
    >>> skill = forecast_skill(Persist(), walk, 5, training=walk)
    >>> same = skill.nrmse.sel(forecast="model") == skill.nrmse.sel(forecast="persistence")
    >>> bool(same.all())
    True
    """
    season = whole("season", season)
    runs = run_forecasts(model, series, steps, starts=starts, warmup=warmup)
    climate = Climate.of(training_series(training, runs.series), season)
    candidates = {
        "model": runs.forecast,
        "persistence": np.broadcast_to(runs.known[:, np.newaxis], runs.truth.shape),
        "mean": np.broadcast_to(climate.mean, runs.truth.shape),
    }
    scores = {name: _scores(f, runs.truth, climate) for name, f in candidates.items()}
    dims = ("forecast", "quantile", "step")
    result = xr.Dataset(
        {
            metric: (dims, np.stack([_quantiles(s[metric]) for s in scores.values()]))
            for metric in ("nrmse", "mase", "smape", "acc")
        },
        coords={
            "forecast": list(candidates),
            "quantile": list(QUANTILES),
            "step": np.arange(1, steps + 1),
            "lead": ("step", runs.dt * np.arange(1, steps + 1), {"units": runs.time_unit}),
        },
        attrs={
            "starts": runs.truth.shape[0],
            "season": season,
            "scales": "series" if training is None else "training series",
            "smape_skipped_share": float(
                1 - smape_terms(_tame(runs.forecast), runs.truth)[1].mean()
            ),
        },
    )
    if not np.isfinite(result["nrmse"].values).all():
        result["nrmse"].attrs["reason"] = result["mase"].attrs["reason"] = (
            "inf: a forecast is not finite"
        )
    result["acc_pooled"] = (
        ("forecast", "step"),
        np.stack([_pooled_correlation(f, runs.truth, climate) for f in candidates.values()]),
    )
    return result


def training_series(training: Any, series: xr.DataArray) -> xr.DataArray:
    """The series that sets the scales: the training series, or the one that is forecast."""
    if training is None:
        return series
    checked = reference_series(training, name="training series")
    if checked.sizes["variable"] != series.sizes["variable"]:
        raise InputError(
            f"the training series has {checked.sizes['variable']} variables and the series "
            f"{series.sizes['variable']}; pass the same variables"
        )
    return checked


def whole(name: str, value: Any) -> int:
    """Return a whole number of at least 1; anything else is refused."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise InputError(f"{name} must be a whole number of at least 1, not {value!r}")
    return int(value)


def _tame(values: Array) -> Array:
    return np.nan_to_num(values, posinf=1.0, neginf=1.0)


def _quantiles(values: Array) -> Array:
    """Quantiles over starts by order statistics: interpolation would turn inf into NaN."""
    return np.asarray(np.quantile(values, QUANTILES, axis=0, method="inverted_cdf"))

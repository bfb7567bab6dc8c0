"""Forecast skill over the horizon: many starts, quantiles, and the baselines beside the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.checks import whole
from dsr.data import trajectories
from dsr.errors import InputError
from dsr.metrics.doors import Floats, reference_series
from dsr.metrics.forecasts.many_starts import QUANTILES, over_starts, spaced_forecasts
from dsr.protocols import Runs

__all__ = ["Climate", "forecast_skill", "normalised_error", "smape_terms"]


@dataclass(frozen=True)
class Climate:
    """Scales that errors are divided by, from the training series."""

    mean: Floats
    std: Floats
    step: Floats
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


def normalised_error(forecast: Floats, truth: Floats, climate: Climate) -> Floats:
    """Root mean square over variables (last axis) of the error in standard deviations."""
    return np.asarray(np.sqrt(np.mean(((forecast - truth) / climate.std) ** 2, axis=-1)))


def smape_terms(forecast: Floats, truth: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Relative errors (0 to 200), 0 where both values vanish, and where they count."""
    size = np.abs(forecast) + np.abs(truth)
    kept = ~(size < 1e-10)
    return np.where(kept, 200 * np.abs(forecast - truth) / np.where(kept, size, 1.0), 0.0), kept


def _running_mean(values: Floats, counted: Floats | None = None) -> Floats:
    weights = np.ones(values.shape[:2]) if counted is None else counted
    return np.asarray(np.cumsum(values, axis=1) / np.maximum(np.cumsum(weights, axis=1), 1e-300))


def _scores(forecast: Floats, truth: Floats, climate: Climate) -> dict[str, Floats]:
    """Score each start at each horizon: arrays (S, h); worst value where not finite."""
    with np.errstate(all="ignore"):
        terms, kept = smape_terms(forecast, truth)
        scaled = np.abs(forecast - truth) / climate.step
        # In standard deviations: else the variable with the largest numbers is all that counts.
        a, b = (forecast - climate.mean) / climate.std, (truth - climate.mean) / climate.std
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


def _pooled_correlation(forecast: Floats, truth: Floats, climate: Climate) -> Floats:
    """Correlation of standardised anomalies over starts and variables, at each lead."""
    with np.errstate(all="ignore"):
        a, b = (forecast - climate.mean) / climate.std, (truth - climate.mean) / climate.std
        norm = np.sqrt((a * a).sum(axis=(0, 2)) * (b * b).sum(axis=(0, 2)))
        value = (a * b).sum(axis=(0, 2)) / norm
    return np.where(np.isfinite(value), value, 0.0)


def forecast_skill(
    model: Runs,
    series: Any,
    steps: int,
    *,
    training: Any = None,
    starts: int = 100,
    warmup: int | None = None,
    season: int = 1,
    inputs: Any = None,
    seed: int = 0,
) -> xr.Dataset:
    r"""Score a model's forecasts over the horizon, with persistence and the mean beside them.

    Parameters
    ----------
    model : model
        See `dsr.protocols.Runs`.
    series : series
        What is forecast: the test part.
    steps : int
        Horizon, in samples.
    training : series, optional
        Sets mean, standard deviation and the denominator of MASE; ``series`` if not given.
    starts : int
        Most starts; they are at least one decorrelation time apart.
    warmup : int, optional
        True samples given before each start. Default: 100, at most a tenth of the series, and no
        fewer than a start of the model needs.
    season : int
        The m of MASE.
    inputs : series, optional
        External inputs of a driven model, on the time axis of ``series``.
    seed : int
        For models that draw.

    Returns
    -------
    Dataset
        Over ("forecast": model, persistence, mean; "quantile" over starts; "step"):
        ``nrmse`` at each lead (in standard deviations), ``acc`` at each lead (correlation of
        standardised anomalies over the variables; 0 where undefined, and empty of meaning below 3
        variables),
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
    >>> import dsr
    >>> walk = np.random.default_rng(0).standard_normal((2000, 1)).cumsum(axis=0)
    >>> skill = forecast_skill(dsr.models.Persistence().fit(walk), walk, 5)
    >>> same = skill.nrmse.sel(forecast="model") == skill.nrmse.sel(forecast="persistence")
    >>> bool(same.all())
    True
    """
    season = whole("season", season)
    runs = spaced_forecasts(
        model, series, steps, starts=starts, warmup=warmup, inputs=inputs, seed=seed
    )
    climate = Climate.of(training_series(training, runs.series), season)
    candidates = {
        "model": runs.forecast,
        "persistence": runs.persistence,
        "mean": np.broadcast_to(climate.mean, runs.truth.shape),
    }
    scores = {name: _scores(f, runs.truth, climate) for name, f in candidates.items()}
    dims = ("forecast", "quantile", "step")
    result = xr.Dataset(
        {
            metric: (dims, np.stack([over_starts(s[metric]) for s in scores.values()]))
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


def _tame(values: Floats) -> Floats:
    return np.nan_to_num(values, posinf=1.0, neginf=1.0)

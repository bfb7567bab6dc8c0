"""Valid prediction time: how long a forecast stays near the truth."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.data import trajectories
from dsr.errors import InputError
from dsr.metrics.doors import paired, reference_series
from dsr.metrics.forecasts.skill import (
    QUANTILES,
    Climate,
    normalised_error,
    run_forecasts,
    smape_terms,
    training_series,
    whole,
)

__all__ = ["valid_prediction_time"]

Array = NDArray[np.float64]

THRESHOLDS = {"nrmse": 0.4, "norm": 0.4, "smape": 30.0}


def valid_prediction_time(
    reference: Any,
    forecast: Any,
    steps: int | None = None,
    *,
    threshold: float | None = None,
    variant: str = "nrmse",
    lyapunov_exponent: float | None = None,
    training: Any = None,
    starts: int = 100,
    warmup: int | None = None,
) -> xr.Dataset:
    """Time until a forecast's error first passes a threshold.

    Parameters
    ----------
    reference, forecast : series, or a model and a series (in either order)
        Two series: trajectory k of one forecasts trajectory k of the other, and the first sample
        is the first forecast. A model is run from many starts of the series.
    steps : int, optional
        Horizon where a model is run. Default: a tenth of the longest trajectory.
    threshold : float, optional
        Default: 0.4 ("nrmse", "norm"), 30 ("smape").
    variant : {"nrmse", "norm", "smape"}
        "nrmse": root mean square over variables of the error in standard deviations; "norm":
        length of the error over the root mean square length of the state; "smape": the error of a
        step, 0 to 200.
    lyapunov_exponent : float, optional
        Largest exponent, per time unit of the series: times are then also given in Lyapunov times.
    training : series, optional
        Sets standard deviations and norm; the reference if not given.
    starts, warmup : int
        As in `forecast_skill`.

    Returns
    -------
    Dataset
        Over "start": ``time`` (time units), ``censored`` (the error never passed the threshold:
        the time is the horizon), ``lyapunov_times`` if an exponent was given; ``quantiles`` of the
        times over "quantile". attrs name threshold and variant: numbers compare only at equal ones.

    References
    ----------
    Pathak et al., Phys. Rev. Lett. 120, 024102 (2018): variant "norm", threshold 0.4.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import valid_prediction_time
    >>> x = np.sin(0.1 * np.arange(200.0))
    >>> result = valid_prediction_time(x, x)
    >>> float(result.time[0]), bool(result.censored[0])
    (200.0, True)
    """
    if variant not in THRESHOLDS:
        raise InputError(f"variant must be one of {', '.join(THRESHOLDS)}, not {variant!r}")
    limit = THRESHOLDS[variant] if threshold is None else float(threshold)
    if steps is not None:
        steps = whole("steps", steps)
    if hasattr(reference, "forecast"):
        reference, forecast = forecast, reference
    truths: list[Array]
    forecasts: list[Array]
    if hasattr(forecast, "forecast"):
        series = reference_series(reference, name="series")
        longest = max(p.shape[0] for p in trajectories(series))
        horizon = max(1, longest // 10) if steps is None else steps
        runs = run_forecasts(forecast, series, horizon, starts=starts, warmup=warmup)
        truths, forecasts = list(runs.truth), list(runs.forecast)
    else:
        pairs = paired(reference, forecast, minimum=2)
        series, truths, forecasts = pairs.series, pairs.reference, pairs.generated
    climate = Climate.of(training_series(training, series))
    dt = float(series.attrs.get("dt", 1.0))
    times, censored = [], []
    for truth, found in zip(truths, forecasts, strict=True):
        length = min(len(truth), len(found), steps or len(truth))
        error = _error(found[:length], truth[:length], climate, variant)
        above = np.flatnonzero(~(error <= limit))
        times.append(dt * (above[0] if above.size else length))
        censored.append(above.size == 0)
    unit = str(series.attrs.get("time_unit", "step"))
    result = xr.Dataset(
        {
            "time": ("start", np.asarray(times, dtype=np.float64), {"units": unit}),
            "censored": ("start", np.asarray(censored)),
            "quantiles": ("quantile", np.quantile(times, QUANTILES), {"units": unit}),
        },
        coords={"quantile": list(QUANTILES)},
        attrs={
            "variant": variant,
            "threshold": limit,
            "median": float(np.median(times)),
            "censored_share": float(np.mean(censored)),
        },
    )
    if lyapunov_exponent is not None:
        if not lyapunov_exponent > 0:
            raise InputError(
                f"lyapunov_exponent must be above zero to give Lyapunov times, "
                f"not {lyapunov_exponent}"
            )
        result["lyapunov_times"] = result["time"] * lyapunov_exponent
        result["lyapunov_times"].attrs = {"units": "Lyapunov times"}
        result.attrs["lyapunov_exponent"] = float(lyapunov_exponent)
    return result


def _error(forecast: Array, truth: Array, climate: Climate, variant: str) -> Array:
    with np.errstate(all="ignore"):
        if variant == "nrmse":
            return normalised_error(forecast, truth, climate)
        if variant == "norm":
            return np.asarray(np.linalg.norm(forecast - truth, axis=-1) / climate.norm)
        return np.asarray(smape_terms(forecast, truth)[0].mean(axis=-1))

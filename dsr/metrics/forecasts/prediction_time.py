"""Valid prediction time: how long a forecast stays near the truth."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from dsr.checks import one_of, whole
from dsr.data import trajectories
from dsr.metrics.doors import Floats, paired
from dsr.metrics.forecasts.many_starts import QUANTILES, spaced_forecasts
from dsr.metrics.forecasts.skill import Climate, normalised_error, smape_terms, training_series
from dsr.metrics.forecasts.system_exponent import system_exponent
from dsr.protocols import Runs

__all__ = ["valid_prediction_time"]

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
    inputs: Any = None,
    seed: int = 0,
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
        Largest exponent of the true system (never the model's), per time unit of the series: times
        are then also given in Lyapunov times. If not given, that of the catalogue is taken where
        the reference says which system it is of.
    training : series, optional
        Sets standard deviations and norm; the reference if not given.
    starts, warmup, inputs, seed
        As in `forecast_skill`.

    Returns
    -------
    Dataset
        Over "start": ``time`` (time units), ``censored`` (the error never passed the threshold:
        the time is the horizon), ``lyapunov_times`` if the system's exponent is known (attrs
        ``lyapunov_exponent`` and ``lyapunov_exponent_source``); ``quantiles`` of the times over
        "quantile". attrs name threshold and variant: numbers compare only at equal ones.

    Raises
    ------
    InputError
        For an unknown variant, a series too short, or an exponent that is not positive.

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
    one_of("variant", variant, THRESHOLDS)
    limit = THRESHOLDS[variant] if threshold is None else float(threshold)
    steps = None if steps is None else whole("steps", steps)
    if isinstance(reference, Runs):
        reference, forecast = forecast, reference
    truths: list[Floats]
    forecasts: list[Floats]
    if isinstance(forecast, Runs):
        runs = spaced_forecasts(
            forecast, reference, steps or horizon(reference), starts=starts, warmup=warmup,
            inputs=inputs, seed=seed,
        )  # fmt: skip
        series, truths, forecasts = runs.series, list(runs.truth), list(runs.forecast)
    else:
        # A forecast goes on from the turn that it starts in.
        pairs = paired(reference, forecast, minimum=2, circles=False)
        series, truths, forecasts = pairs.series, pairs.reference, pairs.generated
    climate = Climate.of(training_series(training, series))
    dt = float(series.attrs.get("dt", 1.0))
    cut = [min(len(x), len(y), steps or len(x)) for x, y in zip(truths, forecasts, strict=True)]
    counts = [
        steps_until(y[:n], x[:n], climate, limit, variant)
        for x, y, n in zip(truths, forecasts, cut, strict=True)
    ]
    times = dt * np.array(counts, dtype=np.float64)
    unit = str(series.attrs.get("time_unit", "step"))
    censored = np.array(counts) == cut
    result = xr.Dataset(
        {
            "time": ("start", times, {"units": unit}),
            "censored": ("start", censored),
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
    exponent = system_exponent(series, lyapunov_exponent)
    result.attrs.update(exponent.attrs())
    if not exponent.reason:
        result["lyapunov_times"] = result["time"] * exponent.value
        result["lyapunov_times"].attrs = {"units": "Lyapunov times"}
    return result


def horizon(series: Any) -> int:
    """Steps of a forecast if not said otherwise: a tenth of the longest trajectory."""
    return max(1, max(len(part) for part in trajectories(series)) // 10)


def steps_until(
    forecast: Floats, truth: Floats, climate: Climate, limit: float, variant: str = "nrmse"
) -> int:
    """Steps before the error of one forecast ``(h, N)`` passes a limit; all if it never does."""
    with np.errstate(all="ignore"):
        if variant == "nrmse":
            error = normalised_error(forecast, truth, climate)
        elif variant == "norm":
            error = np.linalg.norm(forecast - truth, axis=-1) / climate.norm
        else:
            error = smape_terms(forecast, truth)[0].mean(axis=-1)
    above = np.flatnonzero(~(error <= limit))
    return int(above[0]) if above.size else len(truth)

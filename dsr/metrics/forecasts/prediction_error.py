"""Error of short forecasts from many starts, beside that of persistence."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.data import Scaler, make_series, trajectories
from dsr.errors import InputError
from dsr.metrics.doors import reference_series

Floats = NDArray[np.float64]

_MOST_STARTS = 2_000
_MOST_WARM_STARTS = 200
_WARM_UP = 100
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


class ForecastErrors(NamedTuple):
    """Squared errors, mean over variables, in units of the scaler's variances."""

    model: Floats  # (starts, steps)
    persistence: Floats  # (starts, steps)
    mean: Floats  # (starts, steps)


def prediction_error(
    model: Any, series: Any, steps: int = 20, *, scaler: Scaler | None = None
) -> xr.DataArray:
    r"""Mean squared error of forecasts 1 to ``steps`` steps ahead.

    .. math:: PE(n) = \big\langle (\hat x_{t+n} - x_{t+n})^2 \big\rangle

    over start times ``t`` and variables (Hess et al. 2023), in units of the training variances.

    Parameters
    ----------
    model
        Anything with ``generate``; a model with unobserved states is warmed up on the 100 samples
        before each start.
    series : series
        At most 2,000 evenly spread starts are used (200 for models that need a warm-up).
    steps : int
        Largest lead.
    scaler : Scaler, optional
        Gives the variances; the model's own if not given.

    Returns
    -------
    xarray.DataArray, ("step",)
        ``attrs``: ``persistence`` (the same for a forecast that repeats the last sample),
        ``ratio_to_persistence``, ``mean`` (the same for a forecast of the training mean: 1 if the
        series is as the training series), ``quantile_5`` ... ``quantile_95`` over starts,
        ``starts``, ``units``. Runs that diverge give inf.

    Raises
    ------
    InputError
        If every trajectory is too short for ``steps`` and a start.

    Examples
    --------
    >>> import dsr
    >>> series = dsr.simulate("lorenz63", steps=500, seed=0)
    >>> model = dsr.models.Persistence().fit(series)
    >>> error = prediction_error(model, series, 5)
    >>> bool(np.allclose(error, error.attrs["persistence"]))
    True
    """
    errors = forecast_errors(model, series, steps, scaler=scaler)
    return curve(errors)


def curve(errors: ForecastErrors) -> xr.DataArray:
    """Mean over starts of the squared errors, as a labelled curve."""
    count = errors.model.shape[1]
    with np.errstate(over="ignore"):
        own, still = errors.model.mean(axis=0), errors.persistence.mean(axis=0)
    reason = {} if np.isfinite(own).all() else {"reason": "inf: a forecast is not finite"}
    # By order statistics: interpolation would turn inf into NaN.
    quantiles = np.quantile(errors.model, QUANTILES, axis=0, method="inverted_cdf")
    return xr.DataArray(
        own,
        dims="step",
        coords={"step": np.arange(1, count + 1)},
        name="prediction_error",
        attrs={
            "long_name": "mean squared forecast error",
            "units": "training variance",
            "persistence": still,
            "ratio_to_persistence": own / np.maximum(still, 1e-300),
            "mean": errors.mean.mean(axis=0),
            **{
                f"quantile_{round(100 * level)}": row
                for level, row in zip(QUANTILES, quantiles, strict=True)
            },
            "starts": len(errors.model),
            **reason,
        },
    )


def forecast_errors(
    model: Any, series: Any, steps: int, *, scaler: Scaler | None = None
) -> ForecastErrors:
    """Squared errors of every start and lead."""
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 1:
        raise InputError(f"steps must be a whole number of at least 1, not {steps!r}")
    series = reference_series(series)
    parts = trajectories(series)
    if scaler is not None and len(scaler.std) != parts[0].shape[1]:
        raise InputError(
            f"the scaler is for {len(scaler.std)} variables and the series has "
            f"{parts[0].shape[1]}; pass the scaler of the training series"
        )
    scale = scaler or getattr(model, "scaler", None) or Scaler.fit(series)
    if len(scale.std) != parts[0].shape[1]:
        scale = Scaler.fit(series)
    hidden = int(getattr(model, "latent_dim", 0)) > parts[0].shape[1]
    warm_up = _WARM_UP if hidden else 1
    most = _MOST_WARM_STARTS if hidden else _MOST_STARTS
    context, truth = _cases(parts, warm_up, int(steps), most)
    if hidden:
        context_series = make_series(context, like=series, dt=float(series.attrs["dt"]))
        forecast = model.forecast(context_series, int(steps)).values
    else:
        forecast = model.generate(context[:, -1], int(steps)).values
    last = context[:, -1:, :]
    candidates = (forecast, np.broadcast_to(last, truth.shape), scale.mean)
    return ForecastErrors(*(_squared(found, truth, scale.std) for found in candidates))


def _squared(forecast: Floats, truth: Floats, std: Floats) -> Floats:
    with np.errstate(over="ignore", invalid="ignore"):
        square = (((forecast - truth) / std) ** 2).mean(axis=2)
    return np.asarray(np.where(np.isfinite(square), square, np.inf))


def _cases(parts: list[Floats], warm_up: int, steps: int, most: int) -> tuple[Floats, Floats]:
    """Contexts ``(starts, warm_up, N)`` and what follows them ``(starts, steps, N)``."""
    need = warm_up + steps
    usable = [part for part in parts if len(part) >= need]
    if not usable:
        raise InputError(
            f"every trajectory is shorter than the {need} samples that a forecast of {steps} steps "
            "needs; use fewer steps"
        )
    offsets = [(k, t) for k, part in enumerate(usable) for t in range(len(part) - need + 1)]
    rows = np.linspace(0, len(offsets) - 1, min(most, len(offsets))).astype(int)
    chosen = [offsets[row] for row in np.unique(rows)]
    context = np.stack([usable[k][t : t + warm_up] for k, t in chosen])
    truth = np.stack([usable[k][t + warm_up : t + need] for k, t in chosen])
    return context, truth

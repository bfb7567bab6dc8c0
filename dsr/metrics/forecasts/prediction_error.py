"""Error of short forecasts from many starts, beside that of persistence."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from dsr.checks import whole
from dsr.data import Scaler, trajectories
from dsr.data.grid import Grid
from dsr.errors import InputError
from dsr.metrics.doors import Floats
from dsr.metrics.forecasts.many_starts import QUANTILES, forecasts_from, over_starts
from dsr.metrics.models import Scaled, context_length, hidden, reference_for
from dsr.protocols import Runs

_MOST_STARTS = 2_000
_MOST_WARM_STARTS = 200
_WARM_UP = 100
_MOST_NUMBERS = 20_000_000


class ForecastErrors(NamedTuple):
    """Squared errors, mean over variables, in units of the scaler's variances."""

    model: Floats  # (starts, steps)
    persistence: Floats  # (starts, steps)
    mean: Floats  # (starts, steps)


def prediction_error(
    model: Runs,
    series: Any,
    steps: int = 20,
    *,
    scaler: Scaler | None = None,
    inputs: Any = None,
    seed: int = 0,
) -> xr.DataArray:
    r"""Mean squared error of forecasts 1 to ``steps`` steps ahead.

    .. math:: PE(n) = \big\langle (\hat x_{t+n} - x_{t+n})^2 \big\rangle

    over start times ``t`` and variables (Hess et al. 2023), in units of the training variances.

    Parameters
    ----------
    model : model
        See `dsr.protocols.Runs`. It is given as many samples as a start needs; one with unobserved
        states is warmed up on the 100 samples before each start.
    series : series or field
        At most 2,000 evenly spread starts are used (200 for models that need a warm-up, fewer for
        large fields). Of a field every valid cell counts, in variances of its channel.
    steps : int
        Largest lead.
    scaler : Scaler, optional
        Gives the variances; the model's own if not given.
    inputs : series, optional
        External inputs of a driven model, on the time axis of ``series``.
    seed : int
        For models that draw.

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
    return curve(forecast_errors(model, series, steps, scaler=scaler, inputs=inputs, seed=seed))


def curve(errors: ForecastErrors) -> xr.DataArray:
    """Mean over starts of the squared errors, as a labelled curve."""
    count = errors.model.shape[1]
    with np.errstate(over="ignore"):
        own, still = errors.model.mean(axis=0), errors.persistence.mean(axis=0)
    reason = {} if np.isfinite(own).all() else {"reason": "inf: a forecast is not finite"}
    quantiles = over_starts(errors.model)
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
    model: Runs,
    obj: Any,
    steps: int,
    *,
    scaler: Scaler | None = None,
    inputs: Any = None,
    seed: int = 0,
) -> ForecastErrors:
    """Squared errors of every start and lead."""
    steps = whole("steps", steps)
    series = reference_for(model, obj, name="series")
    grid = Grid.of(series) if "channel" in series.dims else None
    width = series.sizes["variable"] if grid is None else grid.cells
    scale = _scale(model, series, scaler, width, grid)
    warm = hidden(model, width)
    before = max(_WARM_UP if warm else 1, context_length(model))
    most = _MOST_WARM_STARTS if warm else _MOST_STARTS
    most = max(20, min(most, _MOST_NUMBERS // (steps * width)))
    starts = _spread_starts([len(part) for part in trajectories(series)], before, steps, most)
    found = forecasts_from(model, series, starts, before, steps, inputs=inputs, seed=seed)
    candidates = (found.forecast, found.persistence, scale.mean)
    return ForecastErrors(*(_squared(values, found.truth, scale.std) for values in candidates))


def _scale(
    model: Runs, series: xr.DataArray, scaler: Scaler | None, width: int, grid: Grid | None
) -> Scaler:
    """Mean and deviation of every variable, or of every valid cell of a field."""
    own = model.scaler if isinstance(model, Scaled) else None
    scale = scaler or own
    if scaler is not None and len(scaler.std) not in (width, series.shape[2]):
        raise InputError(
            f"the scaler is for {len(scaler.std)} variables and the series has {width}; pass the "
            "scaler of the training series"
        )
    if scale is None or len(scale.std) not in (width, series.shape[2]):
        scale = Scaler.fit(series)
    return scale if grid is None or len(scale.std) == width else grid.spread(scale)


def _squared(forecast: Floats, truth: Floats, std: Floats) -> Floats:
    with np.errstate(over="ignore", invalid="ignore"):
        square = (((forecast - truth) / std) ** 2).mean(axis=2)
    return np.asarray(np.where(np.isfinite(square), square, np.inf))


def _spread_starts(ends: list[int], before: int, steps: int, most: int) -> list[tuple[int, int]]:
    """Trajectory and last known sample of evenly spread starts."""
    need = before + steps
    offsets = [(k, before - 1 + t) for k, n in enumerate(ends) for t in range(n - need + 1)]
    if not offsets:
        raise InputError(
            f"every trajectory is shorter than the {need} samples that a forecast of {steps} steps "
            "needs; use fewer steps"
        )
    rows = np.linspace(0, len(offsets) - 1, min(most, len(offsets))).astype(int)
    return [offsets[row] for row in np.unique(rows)]

"""Where a run begins, and what it looks like afterwards: starts, warm-up, labelled output."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsr.data.series import as_series, make_series, trajectories
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

    from dsr.models.base import ReconstructionModel

Floats = NDArray[np.float64]

_WARM_UP = 500


class Start(NamedTuple):
    """Latent states ``(S, M)`` at time ``time``, and the series they were taken from, if any."""

    states: Floats
    time: float
    series: xr.DataArray | None


def initial_states(model: ReconstructionModel, start: Any) -> Start:
    """Latent states of a start given as None, arrays in original units, or a series."""
    import xarray as xr

    if start is None:
        if model.start is None:
            raise InputError("this model stores no start; pass start=, a state in original units")
        return Start(model.encode(model.start[None]), 0.0, None)
    if isinstance(start, xr.DataArray | str | Path):
        series = as_context(model, start)
        parts = trajectories(series)
        z0 = np.stack([_warm_up(model, part) for part in parts])
        first = float(series["time"].values[0])
        return Start(z0, first + (len(parts[0]) - 1) * float(series.attrs["dt"]), series)
    x = np.atleast_2d(np.asarray(start, dtype=np.float64))
    if x.ndim != 2 or x.shape[1] != model.observation_dim or not np.isfinite(x).all():
        raise InputError(
            f"start must be finite, with shape ({model.observation_dim},) or "
            f"(k, {model.observation_dim}), not shape {np.shape(start)}"
        )
    return Start(model.encode(x), 0.0, None)


def as_context(model: ReconstructionModel, context: Any) -> xr.DataArray:
    """Check that a series has the variables and the time step of the model."""
    series = as_series(context, dt=model.dt, time_unit=model.time_unit, name="context")
    found = series.sizes.get("variable")
    if found != model.observation_dim:
        raise InputError(
            f"the context has {found} variables but the model was trained on "
            f"{model.observation_dim} ({', '.join(model.variables)}); select the same ones"
        )
    step = series.attrs.get("dt")
    if model.dt and step and abs(step - model.dt) > 1e-3 * model.dt:
        raise InputError(
            f"the context has a time step of {step:g} but the model was trained with "
            f"{model.dt:g}; pass resample={model.dt:g} when loading it"
        )
    return series


def as_output(model: ReconstructionModel, values: Floats, start: Start) -> xr.DataArray:
    """Label generated values ``(S, steps, N)``: the time axis goes on from the start."""
    dt = 1.0 if model.dt is None else model.dt
    like = start.series
    series = make_series(
        np.ascontiguousarray(values),
        dt=dt,
        time_unit=model.time_unit or "step",
        variables=model.variables or None,
        start=start.time + dt,
        trajectory=None if like is None else like["trajectory"].values,
        source=f"{model.name} model",
    )
    if model.variable_units:
        series.attrs["variable_units"] = list(model.variable_units)
    for name in ("time_origin", "calendar", "embedding"):
        if like is not None and name in like.attrs:
            series.attrs[name] = like.attrs[name]
    return series


def _warm_up(model: ReconstructionModel, part: Floats) -> Floats:
    """State at the end of a trajectory: observed states replaced by the data at every step."""
    if model.latent_dim == model.observation_dim:
        return model.encode(part[-1])
    recent = part[-_WARM_UP:]
    z = model.encode(recent[0])
    for x in model.scaler.transform(recent)[1:]:
        z = model.step(z)  # type: ignore[attr-defined]  # models with hidden states have one
        z[: model.observation_dim] = x
    return z


def refuse_inputs(inputs: Any) -> None:
    """External inputs are part of every signature, but no model uses them yet."""
    if inputs is not None:
        raise InputError("external inputs are not supported by this model yet; leave inputs out")


def positive_steps(steps: Any) -> int:
    """Check a number of steps."""
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 1:
        raise InputError(f"steps must be a whole number of at least 1, not {steps!r}")
    return int(steps)

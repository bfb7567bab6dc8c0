"""What the metrics ask of a model, by the protocols of `dsr.protocols` alone."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import xarray as xr

from dsr.data import Scaler, as_series, trajectories
from dsr.data.agreement import agreeing
from dsr.data.grid import plane_coords
from dsr.data.series import make_series
from dsr.errors import InputError
from dsr.metrics.doors import Floats, labelled, reference_series
from dsr.metrics.fields.frames import as_field, is_field
from dsr.protocols import Forecaster, Runs, StateSpace


@runtime_checkable
class Scaled(Protocol):
    """A model that keeps mean and standard deviation of its training series."""

    scaler: Scaler


@runtime_checkable
class Clocked(Protocol):
    """A model or a system that knows its time step."""

    dt: float | None
    time_unit: str | None


@runtime_checkable
class TakesInputs(Protocol):
    """A model that knows which external inputs drive it, and how they are standardised."""

    input_variables: list[str]
    input_scaler: Scaler


class Driven(StateSpace, Protocol):
    """A state-space model that standardised external inputs ``(..., K)`` can drive."""

    def step(self, z: Any, u: Any = None) -> Floats:
        """Next latent state under the input ``u``."""
        ...

    def jacobian(self, z: Any, u: Any = None) -> Floats:
        """Jacobian of the step out of ``z`` under ``u``."""
        ...


def context_length(model: Runs) -> int:
    """How many samples a start of the model needs."""
    return int(model.context_length) if isinstance(model, Forecaster) else 1


def name_of(model: object) -> str:
    """Registry name of a model, or that of its class."""
    return str(model.name) if isinstance(model, Forecaster) else type(model).__name__


def hidden(model: object, observed: int) -> bool:
    """Whether the model has states that are not observed, and so needs a warm-up."""
    return isinstance(model, StateSpace) and int(model.latent_dim) > observed


def reference_for(
    model: object, obj: Any, *, minimum: int = 20, name: str = "reference"
) -> xr.DataArray:
    """A checked series or field, in the variables of the model that is to be judged on it.

    Names, units and step are compared where both sides have them: a bare array has none, nor has
    a model that was built from matrices.

    Raises
    ------
    InputError
        If it is unclean, or of other variables, units or step than the model was trained on.
    """
    step, unit = (model.dt, model.time_unit) if isinstance(model, Forecaster) else (None, None)
    bare = step is None or not labelled(obj)
    if is_field(obj):
        series = as_field(obj, name=name)
        if "dt" not in series.attrs and isinstance(model, Forecaster):
            space = plane_coords(series)
            series = make_series(series.values, dt=step, time_unit=unit, space=space)
    else:
        if step is not None and not labelled(obj):
            obj = as_series(obj, dt=step, time_unit=unit, name=name)
        series = reference_series(obj, minimum=minimum, name=name)
    if not isinstance(model, Forecaster) or not model.variables:
        return series
    if bare:
        # Names that were only counted are the model's, where it has as many.
        same = series.shape[2] == len(model.variables)
        return series.assign_coords({series.dims[2]: model.variables}) if same else series
    return agreeing(
        series, variables=model.variables, units=model.variable_units, dt=step, time_unit=unit,
        name=name,
    )  # fmt: skip


def drives_of(inputs: Any, series: xr.DataArray, model: object) -> list[Floats] | None:
    """External inputs on the time axis of a reference: ``(T_i, K)`` for each of its trajectories.

    Their variables are in the order in which they drive the model; original units.

    Raises
    ------
    InputError
        If their number or lengths do not fit.
    """
    if inputs is None:
        return None
    given = as_series(
        inputs, dt=series.attrs.get("dt"), time_unit=series.attrs.get("time_unit"), name="inputs"
    )
    if labelled(inputs):
        known = model.input_variables if isinstance(model, TakesInputs) else []
        names = known or [str(v) for v in given[given.dims[2]].values]
        given = agreeing(
            given, variables=names, dt=series.attrs.get("dt"),
            time_unit=series.attrs.get("time_unit"), name="inputs", other="reference",
        )  # fmt: skip
    drives, parts = trajectories(given), trajectories(series)
    drives = drives * len(parts) if len(drives) == 1 else drives
    ends = [len(part) for part in parts]
    if len(drives) != len(parts) or any(len(d) < n for d, n in zip(drives, ends, strict=True)):
        raise InputError(
            f"the inputs have {[len(d) for d in drives][:4]} samples in their trajectories and the "
            f"reference {ends[:4]}; both must be on the same time axis"
        )
    return [d[:n] for d, n in zip(drives, ends, strict=True)]

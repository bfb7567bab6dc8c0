"""Where a run begins, what drives it, and what it looks like afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsr.data import as_series
from dsr.data.agreement import agreeing
from dsr.data.series import make_series, trajectories
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

    from dsr.models.base import ReconstructionModel

Floats = NDArray[np.float64]


class Start(NamedTuple):
    """What was observed before a run, ``(T_i, N)`` for each, until ``time``; and as a series."""

    contexts: list[Floats]
    time: float
    series: xr.DataArray | None


def as_start(model: ReconstructionModel, start: Any) -> Start:
    """Contexts of a start given as None, arrays in original units, or a series."""
    import xarray as xr

    if start is None:
        if model.start is None:
            raise InputError("this model stores no start; pass start=, a state in original units")
        return Start([model.start], 0.0, None)
    if isinstance(start, xr.DataArray | xr.Dataset | str | Path):
        series = as_context(model, start)
        contexts = model.rows(series)
        last = float(series["time"].values[0]) + (len(contexts[0]) - 1) * float(series.attrs["dt"])
        return Start(contexts, last, series)
    return Start(_bare_contexts(model, start), 0.0, None)


def as_context(model: ReconstructionModel, context: Any) -> xr.DataArray:
    """Check that a series has the variables, units, step and length that the model needs."""
    bare = not _labelled(context)
    series = as_series(context, dt=model.dt, time_unit=model.time_unit, name="context")
    if "variable" in series.dims and model.grid is not None:
        raise InputError(f"{model.name} was trained on a field and the context is a series")
    label = str(series.dims[2])
    if label == "channel" and model.grid is None:
        raise InputError(f"{model.name} was trained on a series and the context is a field")
    found, wanted = series.sizes[label], len(model.variables)
    if bare and found == wanted:
        series = series.assign_coords({label: model.variables})
    if found < wanted:
        raise InputError(
            f"the context has {found} {label}s but the model was trained on {wanted} "
            f"({', '.join(model.variables)}); select the same ones"
        )
    series = agreeing(
        series, variables=model.variables, units=model.variable_units, dt=model.dt,
        time_unit=model.time_unit, name="context",
    )  # fmt: skip
    if model.grid is not None:
        model.grid.check(series, "context")
    shortest = min(len(part) for part in trajectories(series))
    if shortest < model.context_length:
        raise InputError(
            f"the context has {shortest} samples and {model.name} needs {model.context_length} to "
            "start from; give a longer stretch"
        )
    return series


def as_drive(
    model: ReconstructionModel, inputs: Any, runs: int, first: int, steps: int
) -> list[Floats] | None:
    """External inputs of each run, scaled, from sample ``first`` before the run on.

    Parameters
    ----------
    model : ReconstructionModel
    inputs : series or array (T, K) or (runs, T, K), or None
        Sample 0 belongs to sample 0 of the context.
    runs : int
        Number of runs; one trajectory of inputs serves them all.
    first : int
        Samples of the context before the last one, which drives the first step.
    steps : int
        Steps of the run.

    Returns
    -------
    list of array (first + steps, K), or None
        ``[k]`` drives the step out of sample k of context and run.
    """
    if inputs is None:
        if model.input_dim:
            raise InputError(
                f"this model is driven by {', '.join(model.input_variables)}; pass inputs= that "
                f"cover the run ({first + steps} samples)"
            )
        return None
    refuse_inputs_of(model)
    if not model.input_dim:
        raise InputError("this model was fitted without external inputs; leave inputs out")
    series = as_series(inputs, dt=model.dt, time_unit=model.time_unit, name="inputs")
    if series.sizes.get("variable") != model.input_dim:
        raise InputError(
            f"the inputs have {series.sizes.get('variable')} variables and the model is driven by "
            f"{model.input_dim} ({', '.join(model.input_variables)})"
        )
    if _labelled(inputs):
        series = agreeing(
            series, variables=model.input_variables, dt=model.dt, time_unit=model.time_unit,
            name="inputs",
        )  # fmt: skip
    parts = trajectories(series)
    parts = parts * runs if len(parts) == 1 else parts
    if len(parts) != runs:
        raise InputError(
            f"there are {len(parts)} trajectories of inputs and {runs} runs; pass one for each, "
            "or one for all"
        )
    short = min(len(part) for part in parts)
    if short < first + steps:
        raise InputError(
            f"the inputs have {short} samples and {first + steps} are needed ({first + 1} of the "
            f"context, and on for {steps} steps); give a longer stretch, or ask for fewer steps"
        )
    return [model.input_scaler.transform(part[: first + steps]) for part in parts]


def as_output(model: ReconstructionModel, values: Floats, start: Start) -> xr.DataArray:
    """Label generated rows ``(S, steps, N)``: the time axis goes on from the start."""
    dt = 1.0 if model.dt is None else model.dt
    like, grid = start.series, model.grid
    values = np.ascontiguousarray(values if grid is None else grid.frames(values))
    series = make_series(
        values,
        dt=dt,
        time_unit=model.time_unit or "step",
        variables=model.variables or None,
        start=start.time + dt,
        trajectory=None if like is None else like["trajectory"].values,
        source=f"{model.name} model",
        space=None if grid is None else grid.coords,
    )
    if model.variable_units:
        series.attrs["variable_units"] = list(model.variable_units)
    for name in ("time_origin", "calendar", "embedding"):
        if like is not None and name in like.attrs:
            series.attrs[name] = like.attrs[name]
    return series


def refuse_inputs_of(model: Any) -> None:
    """External inputs are part of every signature, but not every model can be driven."""
    if not model.takes_inputs:
        raise InputError(f"external inputs cannot drive {model.name}; leave inputs out")


def positive_steps(steps: Any) -> int:
    """Check a number of steps."""
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 1:
        raise InputError(f"steps must be a whole number of at least 1, not {steps!r}")
    return int(steps)


def _bare_contexts(model: ReconstructionModel, start: Any) -> list[Floats]:
    """States without labels: one or k of them, or stretches where a start needs several samples."""
    x = np.asarray(start, dtype=np.float64)
    length = model.context_length
    if model.grid is not None:
        x = model.grid.rows(x)
    several = x.ndim == 3 or (x.ndim == 2 and length == 1)
    parts = list(x) if several else [x]
    parts = [part[None] if part.ndim == 1 else part for part in parts]
    good = all(
        part.ndim == 2 and part.shape[1] == model.observation_dim and len(part) >= length
        for part in parts
    )
    if not (good and parts and np.isfinite(x).all()) or (x.ndim == 3 and length == 1):
        n = model.observation_dim
        shapes = f"({n},) or (k, {n})" if length == 1 else f"({length}, {n}) or (k, {length}, {n})"
        raise InputError(f"start must be finite, with shape {shapes}, not shape {np.shape(start)}")
    return [np.ascontiguousarray(part) for part in parts]


def _labelled(obj: Any) -> bool:
    """Whether names, units and step of a series are its own, and not counted or taken over."""
    import xarray as xr

    return isinstance(obj, xr.DataArray | xr.Dataset | str | Path)

"""Where a run begins, what drives it, and what it looks like afterwards."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsr.data import as_series
from dsr.data.agreement import agreeing
from dsr.data.series import make_series, trajectories
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

    from dsr.models.labels import Labelled

Floats = NDArray[np.float64]

BEGIN = "begin"
"""Coordinate over "trajectory": when each began, where they do not share their time axis."""


class Start(NamedTuple):
    """What was observed before each run.

    Attributes
    ----------
    contexts : list of array (T_i, N)
        In original units.
    times : list of float
        Time of the last sample of each; the first sample of a run is one step later.
    series : DataArray or None
        What they were taken from, whose origin and calendar the times count from.
    """

    contexts: list[Floats]
    times: list[float]
    series: xr.DataArray | None = None


def as_start(model: Labelled, start: Any) -> Start:
    """Contexts of a start given as None, arrays in original units, or a series."""
    if start is None:
        if model.start is None:
            raise InputError("this model stores no start; pass start=, a state in original units")
        return Start([model.start], [0.0])
    if "time" not in getattr(start, "dims", ("time",)):
        start = start.values
    if labelled(start):
        series = as_context(model, start)
        contexts = model.rows(series)
        dt, first = float(series.attrs["dt"]), series["time"].values[:1]
        # Stretches of one long series, side by side, may each say when they began.
        begins = np.broadcast_to(series.coords.get(BEGIN, first), len(contexts))
        ends = [float(b) + (len(c) - 1) * dt for b, c in zip(begins, contexts, strict=True)]
        return Start(contexts, ends, series)
    contexts = _bare_contexts(model, start)
    return Start(contexts, [0.0] * len(contexts))


def as_context(model: Labelled, context: Any) -> xr.DataArray:
    """Check that a series has the variables, units, step and length that the model needs."""
    bare = not labelled(context)
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
    model: Labelled, inputs: Any, before: list[int], steps: int, start: Start
) -> list[Floats] | None:
    """External inputs of each run, scaled.

    Parameters
    ----------
    model : Labelled
    inputs : series or array (T, K) or (runs, T, K), or None
        One trajectory of inputs serves all runs.
    before : list of int
        For each run, samples of the inputs before the one that drives its first step.
    steps : int
        Steps of the run.
    start : Start
        Where the runs begin; labelled inputs must be on its time axis.

    Returns
    -------
    list of array (before + steps, K), or None
    """
    if inputs is None:
        if model.input_dim:
            raise InputError(
                f"this model is driven by {', '.join(model.input_variables)}; pass inputs= that "
                f"cover the run ({max(before) + steps} samples)"
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
    if labelled(inputs):
        series = agreeing(
            series, variables=model.input_variables, dt=model.dt, time_unit=model.time_unit,
            name="inputs",
        )  # fmt: skip
        if start.series is not None:
            dt = float(start.series.attrs["dt"])
            refuse_apart(start.series, start.times[0] - before[0] * dt, series)
    parts = trajectories(series)
    parts = parts * len(before) if len(parts) == 1 else parts
    if len(parts) != len(before):
        raise InputError(
            f"there are {len(parts)} trajectories of inputs and {len(before)} runs; pass one for "
            "each, or one for all"
        )
    for part, held in zip(parts, before, strict=True):
        if len(part) < held + steps:
            raise InputError(
                f"the inputs have {len(part)} samples and {held + steps} are needed ({held + 1} of "
                f"the context, and on for {steps} steps); give a longer stretch, or ask for fewer "
                "steps"
            )
    return [
        model.input_scaler.transform(part[: held + steps])
        for part, held in zip(parts, before, strict=True)
    ]


def kind_for(model: type[Labelled], series: xr.DataArray) -> str:
    """``"series"`` or ``"field"``, whichever this is, if the model takes it."""
    kind = "series" if "variable" in series.dims else "field"
    if kind not in model.accepts:
        advice = {
            "field": "select points or modes of it first",
            "series": "give it a field (time, y, x)",
        }[kind]
        raise InputError(
            f"{model.name} takes a {model.accepts}, and this is a {kind} with dims "
            f"{tuple(series.dims)}; {advice}"
        )
    return kind


def as_inputs(model: Labelled, inputs: Any, parts: list[Floats]) -> xr.DataArray:
    """Check the external inputs of a fit to trajectories ``(T_i, N)``."""
    refuse_inputs_of(model)
    series = as_series(inputs, dt=model.dt, time_unit=model.time_unit, name="inputs")
    if "variable" not in series.dims:
        raise InputError("external inputs must be a series (time, variable), and are a field")
    if not labelled(inputs):
        series = series.assign_coords(variable=[f"u{k}" for k in range(series.sizes["variable"])])
    names = [str(v) for v in series["variable"].values]
    series = agreeing(
        series, variables=names, dt=model.dt, time_unit=model.time_unit, name="inputs"
    )
    found, wanted = [[len(p) for p in each] for each in (trajectories(series), parts)]
    if (found * len(wanted) if len(found) == 1 else found) != wanted:
        raise InputError(
            f"the inputs have {found[:4]} samples in their trajectories and the series "
            f"{wanted[:4]}; both must be on the same time axis"
        )
    return series


def refuse_apart(series: xr.DataArray, begin: float, inputs: xr.DataArray) -> None:
    """Refuse inputs that do not begin where they must, at time ``begin`` of a labelled series."""
    first, dt = float(inputs["time"].values[0]), float(series.attrs.get("dt", 1.0))
    origins = [str(s.attrs.get("time_origin", "")) for s in (inputs, series)]
    if abs(first - begin) > 1e-3 * dt or (all(origins) and origins[0] != origins[1]):
        unit = series.attrs.get("time_unit", "")
        own, wanted = (
            f"{time:g} {unit}{origin and ' after '}{origin}"
            for time, origin in zip((first, begin), origins, strict=True)
        )
        raise InputError(
            f"the inputs begin at {own}, and must begin with what they drive at {wanted}; cut them "
            "there, or pass them as an array"
        )


def as_output(model: Labelled, values: Floats, start: Start) -> xr.DataArray:
    """Label generated rows ``(S, steps, N)``: the time axis goes on from the start."""
    dt = 1.0 if model.dt is None else model.dt
    like, grid = start.series, model.grid
    values = np.ascontiguousarray(values if grid is None else grid.frames(values))
    series = make_series(
        values,
        dt=dt,
        time_unit=model.time_unit or "step",
        variables=model.variables or None,
        start=start.times[0] + dt,
        trajectory=None if like is None else like["trajectory"].values,
        source=f"{model.name} model",
        space=None if grid is None else grid.coords,
    )
    if model.variable_units:
        series.attrs["variable_units"] = list(model.variable_units)
    for name in ("time_origin", "calendar", "embedding", "circular", "circular_turns"):
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


def _bare_contexts(model: Labelled, start: Any) -> list[Floats]:
    """States without labels: one or k of them, or stretches where a start needs several samples."""
    x = np.asarray(start, dtype=np.float64)
    length, grid = model.context_length, model.grid
    one = (model.observation_dim,) if grid is None else grid.shape
    one = one if length == 1 else (length, *one)
    x = x if grid is None else grid.rows(x)
    n = x.ndim - (1 if length == 1 else 2)
    parts = list(x) if n == 1 else [x]
    parts = [part[None] if part.ndim == 1 else part for part in parts]
    fits = [p.ndim == 2 and p.shape[1] == model.observation_dim and len(p) >= length for p in parts]
    if n not in (0, 1) or not (fits and all(fits)) or not np.isfinite(x).all():
        shape = ", ".join(map(str, one))
        raise InputError(
            f"start must be finite, with shape ({shape}{',' if len(one) == 1 else ''}) or "
            f"(k, {shape}), not shape {np.shape(start)}"
        )
    return [np.ascontiguousarray(part) for part in parts]


def labelled(obj: Any) -> bool:
    """Whether names, units and step are an object's own, and not counted or taken over."""
    return isinstance(obj, str | PathLike) or hasattr(obj, "dims") or hasattr(obj, "columns")

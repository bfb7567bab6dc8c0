"""Orbit diagrams: what a system settles on as one of its parameters changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from dsr.catalogue.definition import System
from dsr.catalogue.registry import system as find_system
from dsr.catalogue.simulation import simulate
from dsr.checks import finite, one_of, positive, whole
from dsr.data import trajectories
from dsr.errors import DivergedError, InputError
from dsr.metrics.doors import Floats
from dsr.metrics.invariants.sections import index_of, poincare_section, turning_points
from dsr.text import suggestion

__all__ = ["orbit_diagram"]

# Values nearer than this share of the whole diagram's range count as one.
SAME = 1e-4
LONGEST_PERIOD = 32


def orbit_diagram(
    system: str | System,
    parameter: str,
    values: ArrayLike,
    *,
    variable: str | int | None = None,
    section: str = "maxima",
    plane: tuple[Sequence[float], float] | None = None,
    points: int = 200,
    transient: float | None = None,
    duration: float | None = None,
    dt: float | None = None,
    starts: int = 1,
    follow: bool = False,
    parameters: dict[str, float] | None = None,
    seed: int = 0,
) -> xr.Dataset:
    """Collect the long-run values of a variable over values of a parameter.

    A map gives its iterates; a flow the maxima or minima of the variable, or its values where the
    flow crosses a plane.

    Parameters
    ----------
    system : str or System
        A name of `dsr.systems` or a `dsr.data.System`.
    parameter : str
        Name of the parameter.
    values : array (P,)
        Its values.
    variable : str or int, optional
        Default: the first one.
    section : {"maxima", "minima"}
        Of the variable, for a flow.
    plane : (normal, offset), optional
        For a flow: crossings of this plane that raise n x are used instead.
    points : int
        Largest number of points kept for each value and start, the last ones.
    transient : float, optional
        Time (flow) or iterations (map) left out. Default: the system's own.
    duration : float, optional
        Time for which a flow is then watched. Default: 2,000 of its sampling steps.
    dt : float, optional
        Sampling step of a flow. Default: the system's own.
    starts : int
        Number of starts for each value, the system's own displaced at random: where several
        attractors coexist their points appear together.
    follow : bool
        Whether each value starts where the one before ended. Rising and falling values then show
        hysteresis.
    parameters : dict, optional
        Replacements for other parameters.
    seed : int
        Of the starts.

    Returns
    -------
    Dataset
        ``point`` over (the parameter, "start", "index"), NaN where there are fewer; ``count`` of
        them, ``period`` (number of distinct values, those nearer than 1e-4 of the diagram's range
        being one; 0 for more than 32, or where there are under three points to each) and
        ``diverged``, each over (the parameter, "start").

    Raises
    ------
    InputError
        If system, parameter or variable are not known, or an option is out of range.

    Notes
    -----
    Near a bifurcation an orbit settles slowly: a ``period`` there may count the approach. One start
    shows one attractor; coexisting ones need ``starts`` or ``follow``. A flow at rest has no
    maxima, hence no points.

    References
    ----------
    May, Nature 261, 459 (1976).

    Examples
    --------
    >>> from dsr.metrics import orbit_diagram
    >>> orbit_diagram("logistic", "r", [2.8, 3.2, 3.5]).period.values[:, 0].tolist()
    [1, 2, 4]
    """
    chosen = find_system(system).with_parameters(parameters)
    if parameter not in chosen.parameters:
        raise InputError(
            f"system {chosen.name!r} has no parameter {str(parameter)!r}; "
            f"{suggestion(str(parameter), chosen.parameters)}"
        )
    grid = np.array(values, dtype=np.float64, ndmin=1)
    if grid.ndim != 1 or not grid.size or not np.isfinite(grid).all():
        raise InputError("values must be a list of finite numbers, one for each column of points")
    one_of("section", section, ("maxima", "minima"))
    points, starts = whole("points", points), whole("starts", starts)
    flow = chosen.kind == "flow"
    if plane is not None and not flow:
        raise InputError(f"system {chosen.name!r} is a map; it has iterates and crosses no plane")
    step = positive("dt", chosen.dt if dt is None else dt)
    watched = positive("duration", 2000.0 * step if duration is None else duration)
    steps = max(5, round(watched / step)) if flow else points
    lead = chosen.transient if transient is None else finite("transient", transient)
    names = xr.DataArray(np.empty(chosen.dimension), dims="variable",
                         coords={"variable": chosen.variables})  # fmt: skip
    index = index_of(names, variable, 0)
    settings = {"steps": steps, "transient": lead, "seed": seed, **({"dt": step} if flow else {})}
    found = np.full((grid.size, starts, points), np.nan)
    diverged = np.zeros((grid.size, starts), dtype=bool)
    following: Floats | None = None
    for k, value in enumerate(grid):
        here = chosen.with_parameters({parameter: float(value)})
        ends = []
        for s, run in enumerate(_runs(here, starts, following, settings)):
            if run is None:
                diverged[k, s] = True
                continue
            ends.append(trajectories(run)[0][-1])
            kept = _kept(run, index, section, plane, flow)[-points:]
            found[k, s, : kept.size] = kept
        following = np.array(ends) if follow and len(ends) == starts else None
    count = np.isfinite(found).sum(axis=2)
    return xr.Dataset(
        {
            "point": ((parameter, "start", "index"), found, {"units": chosen.units[index]}),
            "count": ((parameter, "start"), count),
            "period": ((parameter, "start"), _periods(found)),
            "diverged": ((parameter, "start"), diverged),
        },
        coords={parameter: grid},
        attrs={
            "system": chosen.name,
            "parameter": parameter,
            "variable": chosen.variables[index],
            "kind": chosen.kind,
            "section": ("crossings of a plane" if plane is not None else section)
            if flow
            else "iterates",
            "transient": lead,
            "seed": seed,
        },
    )


def _runs(
    system: System, starts: int, following: Floats | None, settings: dict[str, Any]
) -> list[xr.DataArray | None]:
    """One run a start; None where the state left the finite numbers."""
    runs: list[xr.DataArray | None] = []
    if following is None and starts > 1:
        try:
            together = simulate(system, trajectories=starts, **settings)
            return [together.isel(trajectory=[k]) for k in range(starts)]
        except DivergedError:
            pass  # some start did: each by itself, to keep the others
    for k in range(starts):
        initial = {} if following is None else {"initial": following[k]}
        try:
            # A start is the same whatever the number of trajectories: the last one is start k.
            count = k + 1 if following is None else 1
            runs.append(simulate(system, trajectories=count, **settings, **initial)
                        .isel(trajectory=[-1]))  # fmt: skip
        except DivergedError:
            runs.append(None)
    return runs


def _kept(run: xr.DataArray, index: int, section: str, plane: Any, flow: bool) -> Floats:
    """Values of the variable that go into the diagram."""
    column = np.ascontiguousarray(run.values[0, :, index])
    if not flow:
        return column
    if plane is not None:
        return np.asarray(poincare_section(run, plane=plane)["state"].values[:, index])
    # At rest rounding alone makes maxima.
    if np.ptp(column) <= 1e-9 * max(1.0, float(np.abs(column).max())):
        return np.empty(0)
    return turning_points(column, section)[1]


def _periods(found: Floats) -> NDArray[np.int64]:
    """Number of distinct values of each column of points, 0 for many."""
    known = found[np.isfinite(found)]
    width = max(SAME * np.ptp(known), 1e-9 * np.abs(known).max()) if known.size else 0.0
    out = np.zeros(found.shape[:2], dtype=np.int64)
    for place in np.ndindex(*out.shape):
        column = np.sort(found[place][np.isfinite(found[place])])
        if not column.size:
            continue
        distinct = 1 + int((np.diff(column) > width).sum())
        few = distinct <= LONGEST_PERIOD and column.size >= 3 * distinct
        out[place] = distinct if few else 0
    return out

"""Sample a system on an even time grid: `simulate`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dsr.catalogue.definition import Array, System
from dsr.catalogue.registry import system as find_system
from dsr.checks import finite, one_of, positive, whole
from dsr.errors import DivergedError, InputError

if TYPE_CHECKING:
    import xarray as xr

METHODS = ("dop853", "tsit5", "rk4")


class Solver(NamedTuple):
    """How a flow is integrated; maps are iterated and need none of this."""

    method: str = "dop853"
    rtol: float = 1e-10
    atol: float = 1e-12
    substeps: int = 1


def simulate(
    system: str | System,
    *,
    steps: int = 100_000,
    dt: float | None = None,
    trajectories: int = 1,
    transient: float | None = None,
    parameters: Mapping[str, float] | Sequence[float] | None = None,
    observation_noise: float = 0.0,
    process_noise: float = 0.0,
    initial: ArrayLike | None = None,
    seed: int = 0,
    method: str = "dop853",
    rtol: float = 1e-10,
    atol: float = 1e-12,
    substeps: int = 1,
) -> xr.DataArray:
    """Simulate a registered or a user's own system.

    Parameters
    ----------
    system : str or System
        A name of `dsr.systems` or a `dsr.data.System`.
    steps : int
        Samples per trajectory.
    dt : float, optional
        Sampling step of a flow, in its time unit; the system's own if not given.
    trajectories : int
        Number of trajectories. Each starts from the system's start, displaced at random by about
        ``system.spread``, and forgets it during the transient.
    transient : float, optional
        Time (flow) or iterations (map) left out at the beginning; the system's own if not given,
        0 if `initial` is.
    parameters : mapping or sequence, optional
        Replacements for some (mapping) or all (sequence) parameters.
    observation_noise : float
        Standard deviation of Gaussian noise added to every sample, relative to the standard
        deviation of each variable over all trajectories. The phase of a forcing gets none.
    process_noise : float
        Strength of Gaussian noise in the dynamics, relative to the standard deviation of each
        variable (measured without noise): ``dx_i = f_i dt + process_noise * std_i dW_i``, so that
        its unit is 1/sqrt(time). It is added once per sample, with ``sqrt(dt)`` (Euler-Maruyama;
        the drift between is integrated by `method`). A map gets ``process_noise * std_i``
        per iteration. The phase of a forcing gets none.
    initial : array (n,) or (trajectories, n), optional
        Start: used as it is, so that with the default transient of 0 it is the first sample. With
        one start and several trajectories, the first is exact and the others are displaced.
    seed : int
        Same seed, same bits. Trajectory k is the same whatever the number of trajectories
        (without noise).
    method : {"dop853", "tsit5", "rk4"}
        Integrator of a flow: adaptive of order 8 or 5, or fixed-step of order 4.
    rtol, atol : float
        Tolerances of the adaptive integrators, per step.
    substeps : int
        Runge-Kutta steps per sample of ``method="rk4"``.

    Returns
    -------
    xarray.DataArray, (trajectory, time, variable), float64
        Angles, such as the phase of a periodic forcing, are wrapped into one turn; their names are
        in ``attrs["circular"]``, with the lengths of a turn in ``attrs["circular_turns"]``.
        ``attrs`` hold the settings.

    Raises
    ------
    InputError
        If a name or a number cannot be used.
    DivergedError
        If the state leaves the finite numbers.

    Examples
    --------
    >>> import dsr
    >>> series = dsr.simulate("henon", steps=100, trajectories=2, seed=1)
    >>> dict(series.sizes), series["variable"].values.tolist()
    ({'trajectory': 2, 'time': 100, 'variable': 2}, ['x', 'y'])
    """
    from dsr.data.series import make_series

    chosen = find_system(system).with_parameters(parameters)
    steps, total = whole("steps", steps), whole("trajectories", trajectories)
    if initial is not None:
        chosen, given = _given_starts(chosen, initial, total)
    dt = _sampling_step(chosen, dt)
    solver = Solver(
        one_of("method", method, METHODS),
        positive("rtol", rtol),
        positive("atol", atol),
        whole("substeps", substeps),
    )
    lead = chosen.transient if initial is None else 0.0
    if transient is not None:
        lead = positive("transient", transient, zero=True)
    observation_noise = positive("observation_noise", observation_noise, zero=True)
    process_noise = positive("process_noise", process_noise, zero=True)
    streams = _streams(seed, total)
    starts = [
        given[k] if initial is not None and k < len(given) else _displaced(chosen, streams[k][0])
        for k in range(total)
    ]
    strength = np.zeros(chosen.dimension)
    if process_noise > 0:
        pilot = run(chosen, starts[0], max(steps, 1000), dt, lead, solver)
        strength = process_noise * _noise_scale(chosen, pilot[None])
        strength *= np.sqrt(dt) if chosen.kind == "flow" else 1.0
    values = np.stack(
        [
            run(chosen, starts[k], steps, dt, lead, solver, strength, streams[k][1], k)
            for k in range(total)
        ]
    )
    _wrap_angles(chosen, values)
    if observation_noise > 0:
        scale = observation_noise * _noise_scale(chosen, values)
        for k in range(total):
            values[k] += scale * streams[k][2].standard_normal(values[k].shape)
        _wrap_angles(chosen, values)
    series = make_series(
        values, dt=dt, time_unit=chosen.time_unit, variables=chosen.variables, source=chosen.name
    )
    series.attrs["variable_units"] = list(chosen.units)
    series.attrs.update(
        system=chosen.name,
        parameters=json.dumps(chosen.parameters),
        seed=int(seed),
        transient=lead,
        observation_noise=observation_noise,
        process_noise=process_noise,
        method=solver.method if chosen.kind == "flow" else "iteration",
    )
    if chosen.angles:
        series.attrs["circular"] = list(chosen.angles)
        series.attrs["circular_turns"] = [chosen.turns[name] for name in chosen.angles]
    return series


def run(
    system: System,
    start: Array,
    steps: int,
    dt: float,
    transient: float = 0.0,
    solver: Solver | None = None,
    strength: Array | None = None,
    rng: np.random.Generator | None = None,
    label: int = 0,
) -> Array:
    """Integrate or iterate one trajectory: states (steps, n), angles unwrapped.

    Parameters
    ----------
    system, start, steps, dt, transient, solver
        As in `simulate`; time is 0 at the first sample, and negative during the transient.
    strength : ndarray (n,), optional
        Standard deviation of the noise added once per sample, drawn from `rng`.
    label : int
        Number of the trajectory, for the error message.
    """
    solver = solver or Solver()
    noisy = strength is not None and bool(np.any(strength > 0))
    x = np.ascontiguousarray(start, dtype=np.float64)
    lead = round(transient) if system.kind == "map" else int(np.ceil(transient / dt - 1e-9))
    if lead > 0:
        # Without noise nothing happens between the samples of the transient: one long interval.
        parts = lead if noisy or system.kind == "map" else 1
        kicks = _kicks(rng, strength, parts, x.size)
        samples = lead // parts
        begin = _fill(system, x, parts + 1, samples * dt, -lead * dt, solver, kicks, samples)
        if len(begin) <= parts:
            raise _diverged(system, start, label, f"in the transient of {transient:g}")
        x = begin[-1].copy()
    states = _fill(system, x, steps, dt, 0.0, solver, _kicks(rng, strength, steps - 1, x.size), 1)
    if len(states) < steps:
        raise _diverged(system, start, label, f"at sample {len(states)} of {steps}")
    return states


def _kicks(rng: np.random.Generator | None, strength: Array | None, rows: int, size: int) -> Array:
    """Draw the noise added after each sample; no rows mean no noise."""
    if rng is None or strength is None or not np.any(strength > 0):
        return np.empty((0, size))
    return np.asarray(rng.standard_normal((rows, size)) * strength)


def _fill(
    system: System, x: Array, steps: int, dt: float, t0: float, solver: Solver, kicks: Array,
    factor: int,
) -> Array:  # fmt: skip
    """Call the compiled integrator; fewer than `steps` rows come back if the state diverged."""
    from dsr.kernels import integrators as integrate
    from dsr.kernels import tableaus

    rhs, p = system.compiled().rhs, system.parameter_values
    out = np.empty((steps, x.size))
    if system.kind == "map":
        reached = integrate.iterate_map(rhs, x, p, kicks, out)
    elif solver.method == "rk4":
        reached = integrate.integrate_rk4(rhs, x, p, t0, dt, solver.substeps * factor, kicks, out)
    else:
        pair = tableaus.TSIT5 if solver.method == "tsit5" else tableaus.DOP853
        reached = integrate.integrate_adaptive(
            rhs, x, p, t0, dt, *pair, solver.rtol, solver.atol, kicks, out
        )
    return out[:reached]


def _diverged(system: System, start: Array, label: int, where: str) -> DivergedError:
    shown = ", ".join(f"{value:.6g}" for value in start[:4]) + (", ..." if start.size > 4 else "")
    return DivergedError(
        f"system {system.name!r} left the finite numbers {where} of trajectory {label}, started "
        f"at ({shown}); choose another start (initial=), other parameters, a smaller dt, or with "
        "method='rk4' more substeps"
    )


def _streams(seed: int, total: int) -> list[tuple[np.random.Generator, ...]]:
    """Give three generators per trajectory: start, process noise, observation noise."""
    children = np.random.SeedSequence(whole("seed", seed, least=0)).spawn(total)
    return [tuple(np.random.default_rng(part) for part in child.spawn(3)) for child in children]


def _displaced(system: System, rng: np.random.Generator) -> Array:
    size = system.spread * np.maximum(1.0, np.abs(system.initial))
    return np.asarray(system.initial + size * rng.uniform(-1.0, 1.0, system.dimension))


def _given_starts(system: System, initial: ArrayLike, total: int) -> tuple[System, list[Array]]:
    try:
        starts = np.array(initial, dtype=np.float64, ndmin=1)
    except (TypeError, ValueError):
        raise InputError("initial must be numbers of shape (n,) or (trajectories, n)") from None
    if starts.ndim == 1:
        chosen = system.with_initial(starts)
        return chosen, [chosen.initial]
    if starts.ndim != 2 or len(starts) != total:
        raise InputError(
            f"initial has shape {starts.shape}, but {total} trajectories need shape "
            f"({total}, {system.dimension}) or ({system.dimension},)"
        )
    chosen = system.with_initial(starts[0])
    return chosen, [chosen.with_initial(row).initial for row in starts]


def _sampling_step(system: System, dt: float | None) -> float:
    if dt is None:
        return system.dt
    if system.kind == "map" and finite("dt", dt) != 1:
        raise InputError(f"system {system.name!r} is a map: its step is 1, so dt={dt!r} cannot be")
    return positive("dt", dt)


def _noise_scale(system: System, values: Array) -> Array:
    """Standard deviation (n,) of each variable over all samples; 0 for the phase of a forcing."""
    wrapped = values.copy()
    _wrap_angles(system, wrapped)
    flat = wrapped.reshape(-1, system.dimension)
    if len(flat) < 2:
        raise InputError("noise is relative to the standard deviation, so steps must be above 1")
    scale = flat.std(axis=0, ddof=1)
    if system.clock is not None:
        scale[system.variables.index(system.clock)] = 0.0
    return np.asarray(scale)


def _wrap_angles(system: System, values: Array) -> None:
    """Bring angles into their turn, [low, low + 2 pi) if not declared otherwise, in place."""
    for name, low in system.angles.items():
        turn = system.turns[name]
        i = system.variables.index(name)
        wrapped = low + np.mod(values[..., i] - low, turn)
        values[..., i] = np.where(wrapped >= low + turn, low, wrapped)

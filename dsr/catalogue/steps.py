"""Choose the step of a fixed-step Runge-Kutta integration of a flow: by accuracy and stability."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from dsr.catalogue.definition import Array, System
from dsr.errors import DivergedError

_MOST_HALVINGS = 12
_SAMPLES, _STRIDE = 2001, 4

STABLE = 2.5
"""Largest step times spectral radius of the Jacobian. RK4 is stable to 2.78 on the negative and to
2.83 on the imaginary axis, and to no less than 2.5 in most directions between them."""


class Pace(NamedTuple):
    """How fast a flow moves: what is needed to integrate it, and its states on the way."""

    step: float
    """Step of RK4 that is stable and accurate."""
    stiffness: float
    """Largest absolute eigenvalue of the Jacobian along the orbit, per time unit."""
    states: Array
    """The orbit that was looked at, (2001, n), every sampling step; empty if it diverged."""


def runge_kutta_step(
    system: System, *, tolerance: float = 1e-7, transient: float | None = None
) -> float:
    """Give the largest RK4 step that is stable and, halved from there, accurate everywhere.

    Accurate means: at 501 states spread over 2000 sampling steps of the orbit (itself integrated
    adaptively), one step differs from two half steps by less than `tolerance` times the size of the
    orbit. A few states in a row would not do: spikes and bursts come seldom. Stable means: step
    times the largest eigenvalue of the Jacobian lies within the region where RK4 damps what the
    flow damps. Accuracy alone does not see it: on the attractor of a partial differential equation
    the stiff modes are empty, until an unstable step fills them.

    Parameters
    ----------
    system : System
        A flow.
    tolerance : float
        Largest error of a step, relative to the size of the orbit.
    transient : float, optional
        Time before the states that are looked at; the system's own if not given.

    Returns
    -------
    float
        The step; the last one tried if even that is not accurate (a flow with kinks).

    Examples
    --------
    >>> from dsr.data import system
    >>> runge_kutta_step(system("lorenz63"))
    0.005
    """
    return pace(system, tolerance=tolerance, transient=transient).step


def pace(system: System, *, tolerance: float = 1e-7, transient: float | None = None) -> Pace:
    """Step, stiffness and states of a flow; arguments as in `runge_kutta_step`."""
    from dsr.catalogue import simulation
    from dsr.kernels import integrators as integrate

    before = system.transient if transient is None else transient
    try:
        states = simulation.run(system, system.initial, _SAMPLES, system.dt, before)
    except DivergedError:  # whoever integrates on will meet it, and say so
        return Pace(float(system.dt), 0.0, np.empty((0, system.dimension)))
    # At rest the orbit has no size; no step is asked to be better than rounding.
    size = float(np.abs(states - states.mean(axis=0)).max())
    size = max(size, 1e-6 * float(np.abs(states).max())) or 1.0
    rhs, p = system.compiled().rhs, system.parameter_values
    stiff = stiffness(system, states)
    step = system.dt / max(1, math.ceil(stiff * system.dt / STABLE - 1e-9))
    for _ in range(_MOST_HALVINGS):
        worst = integrate.largest_step_error(rhs, states, _STRIDE, p, system.dt, step)
        if worst <= tolerance * size:
            break
        step /= 2
    return Pace(float(step), stiff, states)


def stiffness(system: System, states: Array) -> float:
    """Largest absolute eigenvalue of the Jacobian over states (T, n), seen at up to 100 of them."""
    size = states.shape[1]
    looks = int(np.clip(100 * (30 / size) ** 3, 4, 100))
    jacobian, p = system.compiled().jacobian, system.parameter_values
    J, largest = np.empty((size, size)), 0.0
    for k in np.linspace(0, len(states) - 1, min(looks, len(states))).round().astype(int):
        jacobian(k * system.dt, states[k], p, J)
        if np.isfinite(J).all():
            largest = max(largest, float(np.abs(np.linalg.eigvals(J)).max()))
    return largest

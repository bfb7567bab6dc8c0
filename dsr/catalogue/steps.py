"""Choose the step of a fixed-step Runge-Kutta integration of a flow."""

from __future__ import annotations

import numpy as np

from dsr.catalogue.definition import System
from dsr.errors import DivergedError

_MOST_HALVINGS = 12
_SAMPLES, _STRIDE = 2001, 4


def runge_kutta_step(
    system: System, *, tolerance: float = 1e-7, transient: float | None = None
) -> float:
    """Give the largest RK4 step, halved from the sampling step, that is accurate everywhere.

    Accurate means: at 501 states spread over 2000 sampling steps of the orbit (itself integrated
    adaptively), one step differs from two half steps by less than `tolerance` times the size of the
    orbit. A few states in a row would not do: spikes and bursts come seldom.

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
    from dsr.catalogue import simulation
    from dsr.kernels import integrators as integrate

    before = system.transient if transient is None else transient
    try:
        states = simulation.run(system, system.initial, _SAMPLES, system.dt, before)
    except DivergedError:  # whoever integrates on will meet it, and say so
        return float(system.dt)
    # At rest the orbit has no size; no step is asked to be better than rounding.
    size = float(np.abs(states - states.mean(axis=0)).max())
    size = max(size, 1e-6 * float(np.abs(states).max())) or 1.0
    rhs, p = system.compiled().rhs, system.parameter_values
    step = float(system.dt)
    for _ in range(_MOST_HALVINGS):
        worst = integrate.largest_step_error(rhs, states, _STRIDE, p, system.dt, step)
        if worst <= tolerance * size:
            break
        step /= 2
    return step

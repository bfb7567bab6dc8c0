"""Integrators of compiled flows: orders, agreement with SciPy, the time they pass on."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from dsr.catalogue.simulation import Solver, run
from dsr.catalogue.steps import runge_kutta_step
from dsr.data import System, simulate, system
from dsr.kernels.tableaus import DOP853, TSIT5


@pytest.mark.parametrize(("pair", "order"), [(TSIT5, 5), (DOP853, 8)], ids=["tsit5", "dop853"])
def test_tableaus_fulfil_the_quadrature_conditions(pair: Any, order: int) -> None:
    np.testing.assert_allclose(pair.stages.sum(axis=1), pair.nodes, atol=1e-13)
    for k in range(order):
        assert pair.weights @ pair.nodes**k == pytest.approx(1 / (k + 1), abs=1e-13)
    np.testing.assert_allclose(pair.errors.sum(axis=1), 0.0, atol=1e-13)


@pytest.mark.parametrize(
    ("method", "order", "steps"),
    [("rk4", 4, (8, 16)), ("tsit5", 5, (8, 16)), ("dop853", 8, (2, 4))],
)
def test_order_of_convergence(method: str, order: int, steps: tuple[int, int]) -> None:
    """One step per sample (tolerances out of the way): the error falls as step**order."""
    made = system("lorenz63")
    exact = run(made, made.initial, 2, 0.4, 0.0, Solver("dop853", 1e-14, 1e-14))[-1]
    errors = []
    for count in steps:
        loose = Solver(method, 1e12, 1e12)
        states = run(made, made.initial, count + 1, 0.4 / count, 0.0, loose)
        errors.append(np.abs(states[-1] - exact).max())
    observed = math.log2(errors[0] / errors[1])
    assert order - 1.0 < observed < order + 2.0


@pytest.mark.parametrize(("method", "bound"), [("dop853", 1e-8), ("tsit5", 1e-6)])
@pytest.mark.parametrize("name", ["lorenz63", "roessler", "duffing", "van_der_pol", "lorenz96"])
def test_adaptive_integrators_agree_with_scipy(name: str, method: str, bound: float) -> None:
    made = system(name)
    times = np.arange(21) * 0.1
    start = run(made, made.initial, 1, 0.1, 20.0)[0]
    exact = solve_ivp(
        made, (0.0, 2.0), start, method="DOP853", t_eval=times, rtol=3e-14, atol=1e-13
    ).y.T
    states = run(made, start, 21, 0.1, 0.0, Solver(method))
    np.testing.assert_allclose(states, exact, atol=bound * np.abs(exact).max())


def test_explicit_time_is_zero_at_the_first_sample() -> None:
    made = System("clock", lambda t, x, p: [math.cos(t)], parameters=[], initial=[0.0], dt=0.1)
    for method in ("rk4", "tsit5", "dop853"):
        start = simulate(made, steps=100, initial=[0.0], method=method)
        np.testing.assert_allclose(start.values[0, :, 0], np.sin(start["time"]), atol=1e-6)
    later = simulate(made, steps=10, initial=[0.0], transient=3.0)
    np.testing.assert_allclose(
        later.values[0, :, 0], np.sin(later["time"]) - np.sin(-3.0), atol=1e-9
    )


def test_the_step_for_lyapunov_exponents_sees_rare_spikes() -> None:
    """Hindmarsh-Rose is calm between its spikes; RK4 at the sampling step loses its exponents."""
    made = system("hindmarsh_rose")
    assert runge_kutta_step(made) <= made.dt / 4
    assert runge_kutta_step(system("roessler"), tolerance=1e-3) == system("roessler").dt

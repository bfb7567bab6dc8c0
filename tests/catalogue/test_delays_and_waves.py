"""Flows of many variables: a delay as history at Chebyshev points, a stiff equation on a ring."""

from __future__ import annotations

import numpy as np
import pytest

import dsr
from dsr.catalogue.delays import POINTS
from dsr.catalogue.steps import STABLE, pace, runge_kutta_step
from dsr.data import System, system, systems
from dsr.errors import InputError


def test_mackey_glass_moves_as_its_delay_equation() -> None:
    """Against Heun's method with the whole history stored."""
    substeps = 1000
    h, behind = 1.0 / substeps, 17 * substeps
    x = np.full(behind + 60 * substeps + 1, 1.2)
    for k in range(behind, len(x) - 1):
        now, past, later = x[k], x[k - behind], x[k + 1 - behind]
        first = 0.2 * past / (1 + past**10) - 0.1 * now
        second = 0.2 * later / (1 + later**10) - 0.1 * (now + h * first)
        x[k + 1] = now + h / 2 * (first + second)
    series = dsr.simulate("mackey_glass", steps=61, initial=system("mackey_glass").initial)
    np.testing.assert_allclose(series.sel(variable="x")[0], x[behind::substeps], atol=3e-4)
    # The last point of the history is the present of 17 time units ago.
    np.testing.assert_allclose(series[0, 20:, -1], series[0, 3:-17, 0], atol=1e-3)
    assert POINTS[0] == 1.0
    assert POINTS[-1] == -1.0


def test_kuramoto_sivashinsky_is_its_equation() -> None:
    made = system("kuramoto_sivashinsky").with_initial(np.zeros(192))
    k = 2 * np.pi * 2 / 22
    x = np.arange(192) * 22 / 192
    u = np.sin(k * x)
    exact = -u * k * np.cos(k * x) + k**2 * u - k**4 * u
    np.testing.assert_allclose(made(0.0, u), exact, atol=1e-5)


def test_the_step_is_stable_where_accuracy_alone_would_overflow() -> None:
    """The stiff modes are empty on the attractor; a step of 0.0125 fills them until they burst."""
    made = system("kuramoto_sivashinsky")
    found = pace(made)
    assert found.step * found.stiffness <= STABLE
    assert found.step < 0.0046
    series = dsr.simulate(made, steps=400)
    assert 0.9 < float(series.std()) < 1.5
    substeps = int(np.ceil(made.dt / found.step))
    fixed = dsr.simulate(made, steps=400, method="rk4", substeps=substeps)
    assert np.isfinite(fixed).all()


def test_a_users_equation_on_a_ring_stays_finite() -> None:
    def rhs(t, u, p):  # type: ignore[no-untyped-def]
        d = u.size / p[0]
        ahead, behind = np.roll(u, -1), np.roll(u, 1)
        second = d**2 * (ahead - 2 * u + behind)
        fourth = d**2 * (np.roll(second, -1) - 2 * second + np.roll(second, 1))
        return -d * (ahead**2 - behind**2) / 4 - second - fourth

    start = system("kuramoto_sivashinsky").initial
    made = System("ring", rhs, parameters=[22.0], initial=start, dt=0.1, transient=20.0)
    assert runge_kutta_step(made) < 0.0085
    found = dsr.metrics.lyapunov_spectrum(made, steps=1_000, count=3)
    assert np.isfinite(found["exponent"]).all()


def test_a_stiff_decay_beside_a_slow_swing_is_stable() -> None:
    stiff = System(
        "stiff", lambda t, x, p: [x[1], -x[0], -1000.0 * (x[2] - x[0])], parameters=[],
        initial=[1, 0, 1], dt=0.05, transient=1.0,
    )  # fmt: skip
    assert runge_kutta_step(stiff) <= 2.5 / 1000
    found = dsr.metrics.lyapunov_spectrum(stiff, duration=30)
    np.testing.assert_allclose(found["exponent"][:2], 0.0, atol=0.1)
    assert float(found["exponent"][2]) < -100.0
    assert "not accurate" in found.attrs["note"]


def test_circles_are_declared_and_told() -> None:
    series = dsr.simulate("driven_pendulum", steps=50)
    assert series.attrs["circular"] == ["theta", "phase"]
    assert series.attrs["circular_turns"] == [2 * np.pi, 2 * np.pi]
    assert dsr.simulate("arnold_cat", steps=50).attrs["circular_turns"] == [1.0, 1.0]
    assert "circular" not in dsr.simulate("henon", steps=50).attrs
    clock = System("clock", lambda t, x, p: [1.0], parameters=[], initial=[0.0], dt=0.5,
                   angles={"x0": (0.0, 12.0)})  # fmt: skip
    assert float(dsr.simulate(clock, steps=40).max()) < 12.0
    with pytest.raises(InputError, match="no variable 'y'"):
        System("clock", lambda t, x, p: [1.0], parameters=[], initial=[0.0], dt=0.5,
               angles={"y": 0.0})  # fmt: skip


def test_a_renamed_system_is_found_by_its_old_name() -> None:
    assert system("shaw_van_der_pol").name == "forced_van_der_pol"
    assert "shaw_van_der_pol" not in systems()
    assert dsr.catalogue.reference_values("shaw_van_der_pol")["system"] == "forced_van_der_pol"

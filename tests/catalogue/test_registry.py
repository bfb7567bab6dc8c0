"""Registered systems state facts: Jacobians, invariants, symmetries."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dsr.catalogue.simulation import run
from dsr.data import System, simulate, system, systems

NON_SMOOTH = {"chua", "lozi", "gingerbread", "tent", "doubling", "baker", "kaplan_yorke_map"}
MODULO = {"standard_map", "zaslavsky_map", "arnold_cat"}


def differences(made: System, x: np.ndarray) -> np.ndarray:
    """Jacobian of the plain Python right-hand side by central differences."""
    out = np.empty((x.size, x.size))
    for j in range(x.size):
        step = np.zeros(x.size)
        step[j] = 6e-6 * max(1.0, abs(x[j]))
        change = made(0.0, x + step) - made(0.0, x - step)
        if made.name in MODULO | NON_SMOOTH:  # a step across the seam of a torus
            turn = 2 * math.pi if made.name in ("standard_map", "zaslavsky_map") else 1.0
            if made.name in MODULO or made.name in ("doubling", "kaplan_yorke_map"):
                change[np.abs(change) > turn / 2] -= turn * np.sign(
                    change[np.abs(change) > turn / 2]
                )
        out[:, j] = change / (2 * step[j])
    return out


@pytest.mark.parametrize("name", systems())
def test_jacobian_is_the_derivative(name: str) -> None:
    made = system(name)
    states = simulate(name, steps=200, transient=100 * made.dt, seed=1).values[0]
    errors = []
    for x in states[::10]:
        exact = made.jacobian_matrix(0.0, x)
        errors.append(np.abs(exact - differences(made, x)).max() / (1 + np.abs(exact).max()))
    assert np.median(errors) < 1e-7
    if name not in NON_SMOOTH:
        assert max(errors) < 1e-6


@pytest.mark.parametrize("name", systems())
def test_every_system_is_described_and_stays_bounded(name: str) -> None:
    made = system(name)
    assert made.description
    assert made.source
    assert made.parameter_values.shape == (len(made.parameters),)
    assert len(made.variables) == len(made.units) == made.dimension
    series = simulate(name, steps=2000, seed=3)
    assert np.isfinite(series.values).all()
    assert (series.values.std(axis=1) > 1e-3).all()


@pytest.mark.parametrize("name", [n for n in systems() if system(n).kind == "flow"])
def test_no_registered_flow_sits_on_a_fixed_point(name: str) -> None:
    made = system(name)
    assert np.abs(made(0.0, made.initial)).max() > 1e-6


def henon_heiles_energy(s: np.ndarray) -> np.ndarray:
    x, y, px, py = s.T
    return 0.5 * (px**2 + py**2 + x**2 + y**2) + x**2 * y - y**3 / 3


def double_pendulum_energy(s: np.ndarray) -> np.ndarray:
    a, b, p, q = s.T
    kinetic = (p**2 + 2 * q**2 - 2 * p * q * np.cos(a - b)) / (2 * (1 + np.sin(a - b) ** 2))
    return kinetic - 2 * np.cos(a) - np.cos(b)


@pytest.mark.parametrize(
    ("name", "energy"),
    [("henon_heiles", henon_heiles_energy), ("double_pendulum", double_pendulum_energy)],
)
def test_energy_is_conserved(name: str, energy: Callable[[Any], Any]) -> None:
    made = system(name)
    states = run(made, made.initial, 4000, 0.05)
    values = energy(states)
    assert np.ptp(values) < 1e-8


@pytest.mark.parametrize("name", ["henon_heiles", "double_pendulum"])
def test_hamiltonian_jacobians_are_symplectic(name: str) -> None:
    made = system(name)
    J = made.jacobian_matrix(0.0, made.initial + 0.1)
    S = np.block([[np.zeros((2, 2)), np.eye(2)], [-np.eye(2), np.zeros((2, 2))]])
    np.testing.assert_allclose(J.T @ S + S @ J, 0.0, atol=1e-12)


@pytest.mark.parametrize("name", ["thomas", "thomas_scaled", "halvorsen"])
def test_cyclic_symmetry(name: str) -> None:
    made, x = system(name), np.array([0.3, -1.2, 2.5])
    np.testing.assert_allclose(made(0.0, np.roll(x, 1)), np.roll(made(0.0, x), 1), rtol=1e-14)


@pytest.mark.parametrize("name", ["lorenz63", "rikitake", "burke_shaw", "chua"])
def test_reflection_symmetry(name: str) -> None:
    made, x = system(name), np.array([0.3, -1.2, 2.5])
    flip = np.array([-1.0, -1.0, -1.0 if name == "chua" else 1.0])
    np.testing.assert_allclose(made(0.0, flip * x), flip * made(0.0, x), rtol=1e-14)


def test_lorenz96_is_a_ring_of_any_size() -> None:
    x = np.random.default_rng(0).normal(size=17)
    made = system("lorenz96").with_initial(x)
    np.testing.assert_allclose(made(0.0, np.roll(x, 5)), np.roll(made(0.0, x), 5), rtol=1e-14)
    expected = (np.roll(x, -1) - np.roll(x, 2)) * np.roll(x, 1) - x + 8
    np.testing.assert_allclose(made(0.0, x), expected, rtol=1e-13)
    assert simulate("lorenz96", steps=10, initial=x).sizes["variable"] == 17

"""Registered systems and their integrators state facts: Jacobians, invariants, orders, seeds."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import dsr
from dsr.catalogue.simulation import Solver, run
from dsr.catalogue.steps import runge_kutta_step
from dsr.data import System, simulate, system, systems
from dsr.errors import DivergedError, InputError
from dsr.kernels.tableaus import DOP853, TSIT5

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


# Integrators ---------------------------------------------------------------------------------


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


# simulate ------------------------------------------------------------------------------------


def test_same_seed_same_bits_and_trajectories_do_not_depend_on_their_number() -> None:
    one = simulate("lorenz63", steps=500, trajectories=3, seed=5)
    two = simulate("lorenz63", steps=500, trajectories=3, seed=5)
    more = simulate("lorenz63", steps=700, trajectories=4, seed=5)
    other = simulate("lorenz63", steps=500, trajectories=3, seed=6)
    np.testing.assert_array_equal(one.values, two.values)
    np.testing.assert_array_equal(one.values, more.values[:3, :500])
    assert not np.array_equal(one.values, other.values)
    assert np.abs(one.values[0] - one.values[1]).max() > 1.0


def test_observation_noise_is_relative_to_the_standard_deviation() -> None:
    clean = simulate("lorenz63", steps=20_000, seed=1)
    noisy = simulate("lorenz63", steps=20_000, seed=1, observation_noise=0.1)
    added = (noisy - clean).values[0].std(axis=0) / clean.values[0].std(axis=0)
    np.testing.assert_allclose(added, 0.1, rtol=0.03)


def test_process_noise_grows_with_the_root_of_time() -> None:
    """dx = -x dt + s dW has the stationary variance s**2 / 2; here s = 0.5 std(sine) = 0.3536."""
    made = System(
        "pair",
        lambda t, x, p: (-x[0] + 0.0 * x[1], x[2], -x[1]),
        parameters=[],
        initial=[1.0, 1.0, 0.0],
        dt=0.01,
        variables=["relaxing", "q", "v"],
    )
    calm = simulate(made, steps=2000, initial=[1.0, 1.0, 0.0]).values[0, :, 0].std(ddof=1)
    noisy = simulate(
        made, steps=400_000, initial=[1.0, 1.0, 0.0], process_noise=0.5, seed=2
    ).values[0, 1000:, 0]
    pilot = simulate(made, steps=400_000, initial=[1.0, 1.0, 0.0]).values[0, :, 0].std(ddof=1)
    assert calm > pilot
    assert noisy.var() == pytest.approx((0.5 * pilot) ** 2 / 2, rel=0.1)


def test_the_phase_of_a_forcing_is_wrapped_and_never_noisy() -> None:
    series = simulate("duffing", steps=3000, process_noise=0.02, observation_noise=0.1, seed=1)
    phase = series.sel(variable="phase").values[0]
    assert phase.min() >= 0.0
    assert phase.max() < 2 * math.pi
    advance = np.mod(np.diff(phase), 2 * math.pi)
    np.testing.assert_allclose(advance, 1.4 * 0.05, atol=1e-9)


def test_initial_is_the_first_sample_and_continues_a_series() -> None:
    whole = simulate("lorenz63", steps=300, seed=2)
    rest = simulate("lorenz63", steps=200, initial=whole.values[0, 100])
    np.testing.assert_allclose(rest.values[0], whole.values[0, 100:], atol=1e-6)
    np.testing.assert_array_equal(rest.values[0, 0], whole.values[0, 100])


def test_attributes_tell_the_settings() -> None:
    series = dsr.simulate("lorenz63", steps=10, dt=0.02, parameters={"rho": 35})
    assert series.dims == ("trajectory", "time", "variable")
    assert series.attrs["dt"] == 0.02
    assert series.attrs["time_unit"] == "time unit"
    assert '"rho": 35.0' in series.attrs["parameters"]
    assert simulate("henon", steps=10).attrs["time_unit"] == "step"


def test_divergence_is_told() -> None:
    with pytest.raises(DivergedError, match="'henon' left the finite numbers"):
        simulate("henon", steps=100, initial=[5.0, 5.0])
    blowup = System("blowup", lambda t, x, p: [x[0] ** 2], parameters=[], initial=[1.0], dt=0.1)
    for method in ("rk4", "tsit5", "dop853"):
        with pytest.raises(DivergedError, match="smaller dt"):
            simulate(blowup, steps=100, initial=[1.0], method=method)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"system": "lorentz63"}, "did you mean 'lorenz63'"),
        ({"system": 3}, "by its name"),
        ({"parameters": {"rh": 3.0}}, "did you mean 'rho'"),
        ({"parameters": [1.0]}, "has 3 parameters"),
        ({"parameters": {"rho": math.nan}}, "finite"),
        ({"parameters": {"rho": "many"}}, "number"),
        ({"steps": 0}, "steps"),
        ({"steps": 1.5}, "steps"),
        ({"dt": 0.0}, "dt"),
        ({"dt": -0.1}, "dt"),
        ({"dt": math.nan}, "dt"),
        ({"trajectories": 0}, "trajectories"),
        ({"transient": -1.0}, "transient"),
        ({"observation_noise": -0.1}, "observation_noise"),
        ({"process_noise": math.inf}, "process_noise"),
        ({"initial": [1.0, 2.0]}, "3 variables"),
        ({"initial": [1.0, 2.0, math.nan]}, "finite"),
        ({"initial": [[1.0, 2.0, 3.0]] * 2}, "trajectories"),
        ({"initial": "here"}, "initial"),
        ({"seed": -1}, "seed"),
        ({"method": "euler"}, "rk4"),
        ({"system": "henon", "dt": 0.1}, "is a map"),
        ({"steps": 1, "observation_noise": 0.1}, "above 1"),
    ],
)
def test_unusable_settings_are_refused_in_one_sentence(
    arguments: dict[str, Any], message: str
) -> None:
    settings = {"system": "lorenz63", "steps": 10, **arguments}
    with pytest.raises(InputError, match=message) as caught:
        simulate(settings.pop("system"), **settings)
    assert len(str(caught.value)) < 600
    assert "\n" not in str(caught.value)

"""What may be said of an orbit: gone, at rest, too short; in whatever unit of time it is told."""

from __future__ import annotations

import numpy as np
import pytest

from dsr.data import System, system
from dsr.errors import DivergedError
from dsr.metrics import covariant_lyapunov_vectors, lyapunov_spectrum
from dsr.metrics.invariants.clock import orbit_period, zero_band
from dsr.metrics.invariants.escape import leaving
from dsr.metrics.invariants.long_run import mean_half_widths
from dsr.models import ShallowPLRNN


def plrnn(decay: float, gain: float) -> ShallowPLRNN:
    return ShallowPLRNN.from_matrices(
        [decay, 0.5], [[0.1], [0.0]], [[gain, 0.2]], [0.1, 0.1], [0.0]
    )


@pytest.mark.parametrize("steps", [5_000, 100_000])
@pytest.mark.parametrize(
    ("decay", "gain"), [(1.05, 0.3), (1.0001, 0.0), (1.0, 0.0)], ids=["fast", "slow", "drift"]
)
def test_a_model_that_leaves_to_infinity_has_no_verdict(
    steps: int, decay: float, gain: float
) -> None:
    """Its Jacobian stays finite at infinity, so that its exponents look like any others."""
    found = lyapunov_spectrum(plrnn(decay, gain), steps=steps)
    assert found.attrs["status"] == "diverged"
    assert found.attrs["converged"] is False
    assert np.isnan(found["kaplan_yorke_dimension"])
    assert "leaves to infinity" in found.attrs["reason"]


def test_vectors_of_an_orbit_that_leaves_are_refused() -> None:
    with pytest.raises(DivergedError, match="leaves to infinity"):
        covariant_lyapunov_vectors(plrnn(1.05, 0.3), steps=600)


def test_flows_and_maps_that_leave_are_told_too() -> None:
    grows = System("grows", lambda t, x, p: [0.1 * x[0], -x[1]], parameters=[], initial=[1, 1],
                   dt=0.1, transient=10.0)  # fmt: skip
    for made in (grows, system("logistic").with_parameters({"r": 4.5})):
        found = lyapunov_spectrum(made, steps=2_000)
        assert found.attrs["status"] == "diverged"
        assert "leaves to infinity" in found.attrs["reason"]


def test_an_angle_that_nobody_declared_may_turn_for_ever() -> None:
    pendulum = System(
        "pendulum", lambda t, x, p: [x[1], -np.sin(x[0]) - 0.1 * x[1] + 2.0], parameters=[],
        initial=[0.0, 0.0], dt=0.05, transient=100.0,
    )  # fmt: skip
    assert lyapunov_spectrum(pendulum, duration=500).attrs["status"] == "periodic"
    for name in ("driven_pendulum", "standard_map", "abc_flow"):
        assert lyapunov_spectrum(name, steps=4_000).attrs["status"] != "diverged"


def test_orbits_on_an_attractor_do_not_seem_to_leave(rng: np.random.Generator) -> None:
    settled = rng.normal(size=(40, 8, 3))
    assert not leaving(settled).any()
    approach = np.exp(-np.arange(320.0) / 80).reshape(40, 8, 1)
    assert not leaving(10.0 - approach).any()
    assert leaving(settled + np.arange(320.0).reshape(40, 8, 1)).all()


def slowed_lorenz(factor: float) -> System:
    def rhs(t, x, p):  # type: ignore[no-untyped-def]
        return [
            p[0] * 10.0 * (x[1] - x[0]),
            p[0] * (x[0] * (28.0 - x[2]) - x[1]),
            p[0] * (x[0] * x[1] - 8.0 / 3.0 * x[2]),
        ]

    return System("slowed", rhs, parameters=[1.0 / factor], initial=[1, 1, 20], dt=0.01 * factor,
                  transient=50.0 * factor)  # fmt: skip


@pytest.mark.parametrize(("duration", "converged"), [(20.0, False), (1000.0, True)])
def test_the_unit_of_time_changes_no_verdict(duration: float, converged: bool) -> None:
    """Slowed by 1,000, an exponent of 0.0009 +- 0.0004 was within the tolerance of 0.005."""
    for factor in (1.0, 1000.0):
        found = lyapunov_spectrum(slowed_lorenz(factor), duration=duration * factor)
        assert found.attrs["converged"] is converged
        assert found.attrs["mean_period"] == pytest.approx(factor, rel=0.3)
    assert zero_band(1e3, 0.5) == pytest.approx(1000 * zero_band(1e6, 500.0))


@pytest.mark.parametrize("duration", [400.0, 2_000.0])
def test_a_spiral_into_a_point_is_no_cycle(duration: float) -> None:
    spiral = System("spiral", lambda t, x, p: [-0.05 * x[0] - x[1], x[0] - 0.05 * x[1]],
                    parameters=[], initial=[1, 0], dt=0.1, transient=0.0)  # fmt: skip
    found = lyapunov_spectrum(spiral, duration=duration)
    assert found.attrs["status"] == "fixed_point"
    assert float(found["kaplan_yorke_dimension"]) == 0.0
    # The same as a map, which might cycle, before it stands still.
    turn = np.exp(-0.01) * np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]])
    mapped = System("turn", lambda t, x, p: [turn[0, 0] * x[0] + turn[0, 1] * x[1],
                    turn[1, 0] * x[0] + turn[1, 1] * x[1]], parameters=[], initial=[1, 0],
                    kind="map", transient=0)  # fmt: skip
    assert lyapunov_spectrum(mapped, steps=1_200).attrs["status"] == "fixed_point"


def test_a_flow_with_explicit_forcing_may_cycle_below_zero() -> None:
    forced = System("forced", lambda t, x, p: [-x[0] + np.cos(t)], parameters=[], initial=[0.0],
                    dt=0.1, transient=50.0)  # fmt: skip
    assert lyapunov_spectrum(forced, duration=400).attrs["status"] == "periodic"


def test_growth_beyond_all_variables_is_a_bound_and_says_so() -> None:
    """Two expanding directions on a circle each: the formula has no variable to end in."""
    model = ShallowPLRNN.from_matrices([0.0], [[-1.9, -1.9]], [[1.0], [-1.0]], [1.0], [0.0, 0.0])
    found = lyapunov_spectrum(model, steps=4_000)
    assert float(found["kaplan_yorke_dimension"]) == 1.0
    assert np.isnan(found["kaplan_yorke_dimension_high"])
    assert "lower bound" in found.attrs["reason"]


def test_intervals_fit_given_back_and_sticking_growth(rng: np.random.Generator) -> None:
    """Anti-correlated cells made them 2 to 5 times too wide, sticking ones too narrow."""
    ratios = []
    for _ in range(40):
        given_back = np.diff(rng.normal(size=2561)) * 3.0 + rng.normal(size=2560)
        half, long_memory = mean_half_widths(given_back[:, None])
        ratios.append(half[0] / (1.96 / np.sqrt(2560)))
        assert not long_memory[0]
    assert 0.9 < np.median(ratios) < 1.4
    held = []
    for _ in range(60):
        slow = np.zeros(2560)
        kick = rng.normal(size=2560)
        for k in range(1, 2560):
            slow[k] = 0.98 * slow[k - 1] + kick[k]
        held.append(abs(slow.mean()) <= mean_half_widths(slow[:, None])[0][0])
    assert np.mean(held) >= 0.9


def test_the_clock_reads_the_period() -> None:
    t = np.arange(2000.0)
    states = np.stack([np.sin(2 * np.pi * t / 50), 3 + 0 * t], axis=1)
    assert orbit_period(states) == pytest.approx(50, rel=0.02)
    assert orbit_period(np.ones((100, 2))) is None


@pytest.mark.slow
def test_kuramoto_sivashinsky_is_stable_and_right_by_default() -> None:
    """Literature: 0.043 to 0.048 (Edson et al. 2019; Cvitanovic et al. 2010)."""
    found = lyapunov_spectrum("kuramoto_sivashinsky")
    assert 0.043 <= float(found["exponent"][0]) <= 0.055
    assert found.attrs["status"] == "chaotic"

"""The permutation test: right at its level, blind to nothing that makes a film run backwards."""

from __future__ import annotations

import math

import numpy as np
import pytest

import dsr
from dsr.metrics.judging.features import AMPLITUDE, CLOCK, PARTS, Battery, covariances
from dsr.metrics.judging.flow import flow_margins
from dsr.metrics.judging.sameness import LEAST_SEGMENTS, LEVEL, Sameness


def autoregressive(length: int, rng: np.random.Generator, memory: float = 0.7) -> np.ndarray:
    noise = rng.standard_normal((length + 100, 2))
    values = np.zeros_like(noise)
    for t in range(1, len(noise)):
        values[t] = memory * values[t - 1] + noise[t]
    return values[100:]


def stretched(values: np.ndarray, factor: float, length: int) -> np.ndarray:
    at = np.arange(length) * factor
    low = at.astype(int)
    share = (at - low)[:, None]
    return values[low] * (1.0 - share) + values[low + 1] * share


@pytest.fixture(scope="module")
def lorenz() -> np.ndarray:
    return dsr.simulate("lorenz63", steps=9_000, dt=0.05, trajectories=3, seed=3).values


def test_another_run_of_the_system_passes_and_its_reversal_does_not(lorenz: np.ndarray) -> None:
    x, b, y = lorenz
    bench = Sameness([x[:4_000]], [b])
    assert bench.undecided_because == ""
    assert bench.recordings_p > LEVEL
    assert bench.test([y[:4_000]]).p_value > LEVEL
    backwards = bench.test([y[:4_000][::-1]])
    assert backwards.p_value <= LEVEL
    assert backwards.parts["order"] <= LEVEL
    assert set(backwards.parts) == set(PARTS)


@pytest.mark.parametrize("damage", ["noise", "deviation", "clock", "field", "shuffled"])
def test_what_a_model_may_get_wrong_is_seen(lorenz: np.ndarray, damage: str) -> None:
    x, b, y = lorenz
    rng = np.random.default_rng(0)
    run = {
        "noise": y + 0.1 * x.std(axis=0) * rng.standard_normal(y.shape),
        "deviation": (y - y.mean(axis=0)) * [1.1, 1.0, 1.0] + y.mean(axis=0),
        "clock": stretched(y, 1.05, 8_000),
        "shuffled": y[rng.permutation(len(y))],
        "field": dsr.simulate("lorenz63", steps=9_000, dt=0.05, parameters={"rho": 29.4}).values[0],
    }[damage]
    assert Sameness([x], [b]).test([run]).p_value <= LEVEL


@pytest.mark.parametrize("factor", [1.0005, 1.002, 1.005, 1.01, 1.02])
def test_a_cycle_sampled_a_little_differently_is_the_same_cycle(factor: float) -> None:
    """Audit H3: nothing distinguishes these but the ratio of step and period."""
    x, b = dsr.simulate("van_der_pol", steps=10_000, dt=0.1, trajectories=2, seed=0).values
    y = dsr.simulate("van_der_pol", steps=10_000, dt=0.1 * factor, seed=5).values[0]
    found = Sameness([x], [b]).test([y])
    assert found.p_value > LEVEL


def test_a_clock_off_by_a_twentieth_is_another_cycle() -> None:
    x, b = dsr.simulate("van_der_pol", steps=10_000, dt=0.1, trajectories=2, seed=0).values
    y = dsr.simulate("van_der_pol", steps=10_000, dt=0.105, seed=5).values[0]
    assert Sameness([x], [b]).test([y]).p_value <= LEVEL


@pytest.mark.parametrize("memory", [0.0, 0.7, 0.95])
def test_right_runs_are_rejected_at_the_stated_rate(memory: float) -> None:
    """Forty stochastic systems judged right: more than 7 rejections have a chance of 0.002."""
    rejected = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        x, b, y = (autoregressive(600, rng, memory) for _ in range(3))
        rejected += Sameness([x], [b], seed=seed, permutations=199).test([y]).p_value <= LEVEL
    assert rejected <= 7


def test_too_few_periods_cannot_decide_and_say_how_many_would(lorenz: np.ndarray) -> None:
    x, b, _ = lorenz
    bench = Sameness([x[:400]], [b[:400]])
    assert "samples" in bench.undecided_because
    asked = int(bench.undecided_because.split("about ")[1].split(" samples")[0].replace(",", ""))
    assert Sameness([x[:asked]], [b]).undecided_because == ""


def test_independent_noise_cannot_decide() -> None:
    rng = np.random.default_rng(0)
    x, b = rng.standard_normal((2, 2_000, 1))
    assert "Gaussian cloud" in Sameness([x], [b]).undecided_because


def test_many_short_trajectories_are_judged_together() -> None:
    """Audit M6: each alone is too short to see rho = 25 in place of 28."""
    options = {"steps": 250, "dt": 0.03, "trajectories": 60}
    x = list(dsr.simulate("lorenz63", seed=0, **options).values)
    y = list(dsr.simulate("lorenz63", seed=1, **options).values)
    other = list(dsr.simulate("lorenz63", seed=1, parameters={"rho": 25.0}, **options).values)
    bench = Sameness(x, [])
    assert bench.undecided_because == ""
    assert bench.test(y).p_value > LEVEL
    assert bench.test(other).p_value <= LEVEL


def test_recordings_that_differ_are_told(lorenz: np.ndarray) -> None:
    x, b, _ = lorenz
    assert Sameness([x], [1.2 * b]).recordings_p <= 0.01
    assert math.isnan(Sameness([x], []).recordings_p)


def test_slow_series_get_longer_segments() -> None:
    """A slow switch on top of a fast oscillation: neighbouring segments of five periods agree."""
    rng = np.random.default_rng(1)
    state = np.repeat(rng.integers(0, 2, 50), 400)[:, None]
    fast = np.sin(np.arange(20_000) * 0.7)[:, None] + 0.3 * rng.standard_normal((20_000, 1))
    bench = Sameness([fast + 0.5 * state], [])
    assert bench.segment_length >= 400
    assert bench.segments >= LEAST_SEGMENTS


def test_a_run_that_is_not_finite_is_another_system(lorenz: np.ndarray) -> None:
    x, b, y = lorenz
    broken = y.copy()
    broken[4_000:] = np.nan
    assert Sameness([x], [b]).test([broken]).p_value <= LEVEL


def test_same_seed_same_numbers(lorenz: np.ndarray) -> None:
    x, b, y = lorenz
    assert Sameness([x], [b], seed=4).test([y]) == Sameness([x], [b], seed=4).test([y])


def test_odd_features_change_sign_backwards_and_even_ones_do_not() -> None:
    w = np.random.default_rng(0).standard_normal((3, 50, 2))
    pairs = np.triu_indices(2, 1)
    ahead, back = (covariances(v, 4, 1, pairs, 5) for v in (w, w[:, ::-1]))
    for odd in ("cubic", "quartic", "turning"):
        np.testing.assert_allclose(getattr(ahead, odd), -getattr(back, odd), atol=1e-12)
    for even in ("own", "together"):
        np.testing.assert_allclose(getattr(ahead, even), getattr(back, even), atol=1e-12)


def test_margins_stand_for_every_feature() -> None:
    rng = np.random.default_rng(0)
    w = rng.standard_normal((4, 200, 3))
    battery = Battery.of(np.zeros(3), np.ones(3), 12.0, 200, 1, 12, rng)
    for means, margins in zip(battery.means(w), battery.margins(w), strict=True):
        assert means.shape == (4, len(margins))
        assert (margins > 0.0).all()


@pytest.mark.parametrize(("variables", "lags"), [(1, 1), (2, 1), (3, 2), (4, 1)])
def test_margins_of_slopes_are_of_the_clock_and_of_residuals_of_noise(
    variables: int, lags: int
) -> None:
    features = np.ones((5, 2 * variables * lags))
    margins = flow_margins(features, variables).reshape(lags, 2, variables)
    assert (margins[:, 0] == CLOCK).all()
    assert (margins[:, 1] == 2.0 * AMPLITUDE).all()


def test_the_truth_of_a_torus_passes_whatever_the_phases() -> None:
    """Segments near whole numbers of both periods: what is cut off keeps its phase."""
    time, slow = np.arange(16_000.0), 2.0 * np.pi / 98.7
    fast = 2.0 * np.pi / 61.0
    rejected = 0
    for seed in range(8):
        a, b = np.random.default_rng(seed).uniform(0.0, 2.0 * np.pi, (2, 3))
        x, recording, y = (
            np.stack([np.cos(fast * time + p) * (1 + 0.4 * np.cos(slow * time + q)),
                      np.sin(fast * time + p) * (1 + 0.4 * np.cos(slow * time + q)),
                      0.4 * np.sin(slow * time + q)], axis=1)
            for p, q in zip(a, b, strict=True)
        )  # fmt: skip
        bench = Sameness([x[:4_000]], [recording], seed=seed, permutations=199)
        rejected += bench.test([y[:4_000]]).p_value <= LEVEL
    assert rejected <= 2

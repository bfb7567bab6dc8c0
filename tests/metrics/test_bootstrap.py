"""Resampling: blocks hold several periods, trajectories stay whole, intervals hold the mean."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import dsr
from dsr.metrics.bootstrap import (
    Resampling,
    block_length,
    mean_interval,
    recentred_interval,
    widening,
)
from dsr.metrics.geometry.binned import BinnedReference


def torus(length: int, rng: np.random.Generator) -> np.ndarray:
    """Two rotations of periods 61.3 and 37.9 samples from random phases."""
    first, second = rng.uniform(0, 2 * np.pi, 2)
    t = 0.1025 * np.arange(length)
    near = 1.0 + 0.4 * np.cos(1.618034 * t + second)
    return np.stack([near * np.cos(t + first), near * np.sin(t + first)], axis=1)


def oscillation(length: int, rng: np.random.Generator) -> np.ndarray:
    """A noisy oscillator of period 60 whose phase is lost in about ten periods."""
    turn = 0.99 * np.exp(2j * np.pi / 60)
    z, out = 0j, np.empty(length)
    for t, (a, b) in enumerate(rng.standard_normal((length, 2))):
        z = turn * z + a + 1j * b
        out[t] = z.real
    return out[:, None]


@pytest.mark.parametrize("make", [torus, oscillation])
def test_a_block_of_an_oscillation_holds_four_periods(make) -> None:
    """One plus twice the sum of rho cancels over each period: such blocks held a third of one."""
    x = make(20_000, np.random.default_rng(0))
    assert 4 * 60 <= block_length(x) <= 1_000


def test_a_block_of_roessler_holds_four_periods() -> None:
    x = dsr.simulate("roessler", steps=20_000, dt=0.1, seed=0).values[0]
    assert 4 * 62 <= block_length(x) <= 1_000


def test_blocks_of_white_noise_stay_short_and_no_block_is_above_a_twentieth() -> None:
    rng = np.random.default_rng(1)
    assert block_length(rng.normal(size=(5_000, 3))) <= 25
    assert block_length(torus(2_000, rng)) == 100
    assert block_length([torus(2_000, rng)] * 4) == 400


def test_no_block_reaches_from_one_trajectory_into_the_next() -> None:
    plan = Resampling((300, 40, 500), 100)
    firsts, lasts = plan.segments(np.random.default_rng(0), 50)
    owner = np.repeat([0, 1, 2], plan.lengths)
    kept = lasts > firsts
    assert (owner[firsts[kept]] == owner[lasts[kept] - 1]).all()
    assert ((lasts - firsts).sum(axis=1) <= plan.total).all()
    assert (lasts - firsts).sum(axis=1).mean() > 0.9 * plan.total
    drawn = np.bincount(owner[np.concatenate(plan.rows(np.random.default_rng(1), 200))])
    np.testing.assert_allclose(drawn / drawn.sum(), np.array(plan.lengths) / 840, atol=0.03)


def test_many_trajectories_are_drawn_whole() -> None:
    parts = [np.random.default_rng(k).normal(size=(50 + k, 2)) for k in range(30)]
    plan = Resampling.of(parts)
    firsts, lasts = plan.segments(np.random.default_rng(0), 10)
    begins = np.cumsum([0, *plan.lengths])
    assert plan.whole
    assert plan.units == 30
    assert firsts.shape == (10, 30)
    assert {(a, b) for a, b in zip(firsts.ravel(), lasts.ravel(), strict=True)} <= set(
        itertools.pairwise(begins)
    )


def test_weights_count_the_rows_that_are_drawn() -> None:
    plan = Resampling((97, 60), 20)
    rows = plan.rows(np.random.default_rng(3), 5)
    weights = plan.weights(np.random.default_rng(3), 5, plan.total)
    expected = [np.bincount(r, minlength=plan.total) for r in rows]
    np.testing.assert_array_equal(weights, expected)
    coarse = plan.weights(np.random.default_rng(3), 5, 10)
    np.testing.assert_array_equal(coarse.sum(axis=1), weights.sum(axis=1))


def test_few_blocks_widen_an_interval_as_students_t_does() -> None:
    assert widening(4) == pytest.approx(3.182446 / 1.959964 * np.sqrt(4 / 3), rel=1e-5)
    assert widening(1e6) == pytest.approx(1.0, abs=1e-4)
    low, high = recentred_interval(5.0, np.linspace(0.0, 1.0, 101), units=4)
    assert high - 5.0 == pytest.approx(5.0 - low) == pytest.approx(0.475 * widening(4))


def test_the_interval_of_a_mean_holds_the_mean_of_an_oscillation() -> None:
    """Of 100 noisy oscillations around 3, at least 90 intervals must hold 3."""
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(100):
        low, high = mean_interval(3.0 + oscillation(1_500, rng)[:, 0] / 20, 100, rng)
        hits += low <= 3.0 <= high
    assert hits >= 90


@pytest.mark.parametrize("make", [torus, oscillation])
def test_the_interval_of_a_divergence_holds_what_other_runs_score(make) -> None:
    """Median of 30 runs within the interval of at least 27 (audit: spread 2.24, interval 0.56)."""
    rng = np.random.default_rng(7)
    space = BinnedReference(make(4_000, rng), 20)
    runs = [make(4_000, rng) for _ in range(30)]
    values = [space.divergence(y) for y in runs]
    centre, hits = float(np.median(values)), 0
    for y, value in zip(runs, values, strict=True):
        plan = Resampling.of(y)
        low, high = recentred_interval(value, space.resampled(y, plan, rng, 100), plan.units)
        hits += low <= centre <= high
    assert hits >= 27

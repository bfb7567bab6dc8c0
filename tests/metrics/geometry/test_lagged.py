"""Lagged pairs: the arrow of time is seen, an equal series is not, trajectories are not glued."""

from __future__ import annotations

import numpy as np
import pytest

import dsr
from dsr.errors import InputError
from dsr.metrics import lagged_divergence, state_space_divergence
from dsr.metrics.bootstrap import Resampling
from dsr.metrics.geometry.binned import BinnedReference
from dsr.metrics.geometry.lagged import LaggedReference, default_lag, lagged_sets


@pytest.fixture(scope="module")
def lorenz() -> np.ndarray:
    """Six Lorenz runs of 5,000 samples at 0.02."""
    return dsr.simulate(
        "lorenz63", steps=5_000, dt=0.02, trajectories=6, seed=0, rtol=1e-7, atol=1e-9
    ).values


def test_a_reversed_run_scores_far_above_the_floor(lorenz) -> None:
    """A film run backwards fills the same places with the same spectrum: it passed as the truth."""
    floors = [lagged_divergence(lorenz[0], y).attrs["mean"] for y in lorenz[1:]]
    backwards = [lagged_divergence(lorenz[0], y[::-1]).attrs["mean"] for y in lorenz[1:]]
    assert min(backwards) > 3.0 * max(floors)
    plain = [float(state_space_divergence(lorenz[0], y[::-1])) for y in lorenz[1:]]
    np.testing.assert_allclose(plain, [float(state_space_divergence(lorenz[0], y)) for y in
                                       lorenz[1:]])  # fmt: skip


def test_it_is_the_binned_divergence_in_the_plane_of_now_and_later(lorenz) -> None:
    x, y = lorenz[:2]
    found = lagged_divergence(x, y, lag=7, bins=12)
    for i in range(3):
        plane = [np.stack([s[:-7, i], s[7:, i]], axis=1) for s in (x, y)]
        assert float(found[i]) == BinnedReference(plane[0], 12).divergence(plane[1])
    assert found.attrs["mean"] == pytest.approx(float(found.mean()))
    assert lagged_sets(x, y) == pytest.approx(lagged_divergence(x, y).attrs["mean"])


def test_the_lag_is_a_sixth_of_the_mean_period() -> None:
    wave = np.sin(2 * np.pi * np.arange(3_000) / 60)[:, None]
    assert default_lag(wave) == 10
    assert default_lag(np.random.default_rng(0).normal(size=(500, 2))) == 1


def test_no_pair_joins_two_trajectories(lorenz) -> None:
    """Pooled short trajectories score as their own pairs do, not as a glued series."""
    parts = [lorenz[0, i : i + 50] for i in range(0, 5_000, 100)]
    space = LaggedReference(parts, lag=5, bins=15)
    assert space.divergence(parts) == 0.0
    assert space.divergence(parts[::-1]) == 0.0
    assert space.divergence(np.concatenate(parts)) > 0.0
    spread = space.resampled(parts, Resampling.of(parts), np.random.default_rng(0), 50)
    assert spread.shape == (50,)
    assert (spread > 0.0).all()


def test_resamples_of_a_run_lie_around_its_value(lorenz) -> None:
    x, y = lorenz[:2]
    space = LaggedReference(x)
    found = space.resampled(y, Resampling.of(y), np.random.default_rng(0), 50)
    assert 0.5 * space.divergence(y) < np.median(found) < 3.0 * space.divergence(y)


def test_bad_runs_have_a_score_and_a_reference_too_short_is_refused(lorenz) -> None:
    x = lorenz[0]
    broken = x.copy()
    broken[100:] = np.nan
    assert lagged_divergence(x, broken).attrs["mean"] > 1.0
    assert np.isinf(LaggedReference(x, 50).divergence(x[:40]))
    with pytest.raises(InputError, match="too short for a lag"):
        LaggedReference(x[:30], 40)

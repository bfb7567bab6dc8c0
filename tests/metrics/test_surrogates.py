"""Surrogates keep what they promise and nothing else."""

from __future__ import annotations

import itertools
import tracemalloc

import numpy as np

import dsr
from dsr.metrics import gaussian_cloud, iaaft, shuffled
from dsr.metrics.surrogates import matched_ends, stretches


def lorenz() -> object:
    return dsr.simulate("lorenz63", steps=4000, dt=0.05, seed=0)


def test_surrogates_of_fourier_keep_values_and_spectrum() -> None:
    x = lorenz()
    y = iaaft(x, seed=1)
    np.testing.assert_array_equal(np.sort(y.values, axis=1), np.sort(x.values, axis=1))
    a, b = (np.abs(np.fft.rfft(s.values[0] - s.values[0].mean(axis=0), axis=0)) for s in (x, y))
    assert np.sqrt(((a - b) ** 2).sum() / (a**2).sum()) < 0.1
    # Cross-phases are kept: x and y of Lorenz-63 stay correlated.
    c, d = (np.corrcoef(s.values[0].T)[0, 1] for s in (x, y))
    assert abs(c - d) < 0.05
    assert not np.array_equal(x.values, y.values)


def test_shuffles_keep_rows_and_lose_time() -> None:
    x = lorenz()
    y = shuffled(x, seed=1)
    rows = lambda s: s.values[0][np.lexsort(s.values[0].T)]  # noqa: E731
    np.testing.assert_array_equal(rows(y), rows(x))
    assert abs(np.corrcoef(y.values[0, 1:, 0], y.values[0, :-1, 0])[0, 1]) < 0.1


def test_clouds_have_mean_and_covariance_and_nothing_else() -> None:
    x = lorenz()
    y = gaussian_cloud(x, seed=1).values[0]
    np.testing.assert_allclose(y.mean(axis=0), x.values[0].mean(axis=0), atol=0.6)
    np.testing.assert_allclose(np.cov(y.T), np.cov(x.values[0].T), rtol=0.1, atol=6.0)


def test_same_seed_same_surrogate() -> None:
    x = lorenz()
    for make in (iaaft, shuffled, gaussian_cloud):
        np.testing.assert_array_equal(make(x, seed=3).values, make(x, seed=3).values)
        assert not np.array_equal(make(x, seed=3).values, make(x, seed=4).values)


def test_the_ends_of_a_wave_are_matched() -> None:
    """A sine cut at whole periods joins itself; the cut is found to within two samples."""
    x = np.sin(2 * np.pi * np.arange(1003) / 50)[:, None]
    part = matched_ends(x)
    kept = part.stop - part.start
    assert min(kept % 50, -kept % 50) <= 2
    assert kept > 900


def test_matching_the_ends_of_a_thousand_variables_takes_little_memory() -> None:
    """All variables at once were ten times the series, and two gigabytes of a longer one."""
    x = np.random.default_rng(0).normal(size=(4_000, 1_000)).cumsum(axis=0)
    tracemalloc.start()
    part = matched_ends(x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * x.nbytes
    assert part.stop - part.start >= 3_600


def test_stretches_lie_side_by_side_and_overlap_only_if_they_must() -> None:
    b = np.arange(1_000.0)[:, None]
    found = stretches(b, 90)
    assert len(found) == 8
    assert found[0][0, 0] == 0.0
    assert found[-1][-1, 0] == 999.0
    assert all(second[0, 0] > first[-1, 0] for first, second in itertools.pairwise(found))
    assert [len(stretches(b, n)) for n in (300, 400, 900, 990, 2_000)] == [3, 3, 3, 1, 1]
    assert [len(part) for part in stretches(b, 2_000)] == [1_000]

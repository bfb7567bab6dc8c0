"""Distances of point sets with exact values, and defined ones for runs that left the numbers."""

from __future__ import annotations

import time

import numpy as np
import pytest
from numpy.typing import NDArray

from dsr.metrics import (
    autocorrelation_distance,
    energy_distance,
    evaluate,
    hausdorff_distance,
    sliced_wasserstein,
)
from dsr.metrics.geometry.distances import _quantiles, nearest_distances


def test_sorted_projections_give_the_quantiles_of_numpy(rng: np.random.Generator) -> None:
    x, vectors = rng.normal(size=(1001, 3)), rng.normal(size=(4, 3))
    expected = np.quantile(x @ vectors.T, np.linspace(0, 1, 77), axis=0).T
    np.testing.assert_allclose(_quantiles(x, vectors, 77), expected, atol=1e-13)


def test_a_shift_moves_every_distance_by_its_length(rng: np.random.Generator) -> None:
    x = rng.normal(size=(3000, 1))
    assert float(sliced_wasserstein(x, x + 3.0)) == pytest.approx(3.0)
    assert float(hausdorff_distance(x, x + 100.0, quantile=0.5)) == pytest.approx(100.0, rel=0.05)
    # 2 E|X-Y| - E|X-X'| - E|Y-Y'| tends to 2 (shift - E|X-X'|), E|X-X'| = 2 / sqrt(pi)
    far = float(energy_distance(x, x + 100.0)) * x.std(ddof=1)
    assert far == pytest.approx(2 * (100.0 - 2 / np.sqrt(np.pi)), rel=0.01)


def test_the_slice_of_a_shift_is_its_mean_projection(rng: np.random.Generator) -> None:
    """The mean of |cos| over directions in the plane is 2 / pi."""
    x = rng.normal(size=(500, 2))
    found = float(sliced_wasserstein(x, x + np.array([1.0, 0.0])))
    assert found == pytest.approx(2 / np.pi, rel=0.05)


@pytest.mark.parametrize("factor", [np.nan, np.inf, 1e200, 1e305])
def test_runs_beyond_all_numbers_have_defined_distances(
    rng: np.random.Generator, factor: float
) -> None:
    x: NDArray[np.float64] = rng.normal(size=(300, 8))
    y = x * factor
    for distance in (sliced_wasserstein, energy_distance, hausdorff_distance):
        found = distance(x, y)
        assert float(found) == np.inf
        assert found.attrs["reason"]
    assert np.isfinite(autocorrelation_distance(x, y)).all()
    assert evaluate(x, y, resamples=20).attrs["verdict"] == "degenerate: diverged"


def test_the_hausdorff_distance_in_twenty_variables_takes_seconds() -> None:
    """Trees do not cut in twenty dimensions: 20,000 points took more than a minute (M11)."""
    x, y = np.random.default_rng(0).normal(size=(2, 20_000, 20))
    begin = time.process_time()
    found = float(hausdorff_distance(x, y))
    assert time.process_time() - begin < 8.0
    rows = np.arange(0, 20_000, 200)
    assert found >= nearest_distances(x[rows], y).max()
    thin = float(hausdorff_distance(x[:2_500], y[:2_500]))
    exact = [nearest_distances(a[:2_500], b[:2_500]).max() for a, b in ((x, y), (y, x))]
    assert thin == pytest.approx(max(exact), rel=1e-12)


def test_the_robust_form_in_many_variables_says_how_many_points_it_took() -> None:
    x, y = np.random.default_rng(1).normal(size=(2, 4_000, 7))
    found = hausdorff_distance(x, y, quantile=0.9)
    whole = [np.quantile(nearest_distances(a, b), 0.9) for a, b in ((x, y), (y, x))]
    assert float(found) == pytest.approx(max(whole), rel=0.05)
    assert found.attrs["points"] == 2_000
    assert hausdorff_distance(x, y).attrs["points"] == "all"

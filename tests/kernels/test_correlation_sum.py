"""Counts of near pairs: all against all, and a few reference points against all."""

from __future__ import annotations

import time

import numpy as np
import pytest

from dsr.kernels.correlation_sum import pair_counts


@pytest.mark.parametrize("variables", [1, 2, 3, 6])
@pytest.mark.parametrize("theiler", [0, 7])
def test_reference_points_see_what_brute_force_sees(variables: int, theiler: int) -> None:
    """Rounded coordinates, so that many distances lie exactly on a radius."""
    rng = np.random.default_rng(variables)
    points = np.round(rng.normal(size=(600, variables)), 1)
    radii = np.array([0.1, 0.25, 0.5, 1.3])
    references = np.sort(rng.choice(600, 90, replace=False))
    distance = np.linalg.norm(points[references, None] - points[None], axis=2)
    apart = np.abs(references[:, None] - np.arange(600)) > theiler
    # Between the radii and the next representable distance rounding may decide either way.
    low, high = (
        [((distance <= r * c) & apart).sum(axis=1) for r in radii] for c in (1 - 1e-12, 1 + 1e-12)
    )
    counts = pair_counts(points, radii, theiler, references)
    assert (np.transpose(low) <= counts).all()
    assert (counts <= np.transpose(high)).all()


def test_both_ways_of_counting_agree_exactly(rng: np.random.Generator) -> None:
    points = np.cumsum(rng.normal(size=(3000, 3)), axis=0)
    radii = np.geomspace(0.05, 8.0, 30)
    references = np.arange(0, 3000, 7)
    few = pair_counts(points, radii, 10, references)
    np.testing.assert_array_equal(few, pair_counts(points, radii, 10)[references])


def test_far_away_clusters_do_not_blow_up_the_grid(rng: np.random.Generator) -> None:
    points = np.concatenate([rng.normal(size=(500, 3)), 1e9 + rng.normal(size=(500, 3))])
    counts = pair_counts(points, np.array([0.5, 1.0]), 0, np.arange(0, 1000, 3))
    assert counts.shape == (334, 2)
    assert counts.sum() > 0


def test_more_points_around_the_same_references_cost_in_proportion() -> None:
    """Finding M8: time grew with the square of the length though references were 2,000."""
    rng = np.random.default_rng(0)
    references = np.arange(2000)
    seconds = []
    for total in (20_000, 160_000):
        points = rng.random((total, 2))
        radii = np.geomspace(0.01, 0.05, 10)
        pair_counts(points[:100], radii, 0, references[:10])
        best = []
        for _ in range(3):
            start = time.process_time()
            pair_counts(points, radii, 0, references)
            best.append(time.process_time() - start)
        seconds.append(min(best))
    assert seconds[1] < 24 * seconds[0]

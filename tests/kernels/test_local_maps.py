"""Local maps on data whose maps are known, and neighbours among chosen points."""

from __future__ import annotations

import numpy as np
import pytest

from dsr.kernels.local_maps import tangent_growth
from dsr.kernels.neighbours import mean_divergence, nearest


@pytest.mark.parametrize("quadratic", [False, True])
def test_growth_under_a_known_map(rng: np.random.Generator, quadratic: bool) -> None:
    """Every second point is the image of the one before under x -> A x + b (and x_0^2)."""
    A = np.array([[1.3, 0.4], [-0.2, 0.6]])
    start = rng.normal(scale=0.1, size=(400, 2))
    image = start @ A.T + 0.7
    if quadratic:
        image[:, 0] += start[:, 0] ** 2
        A = A + 2 * np.array([[start[0, 0], 0.0], [0.0, 0.0]])
    points = np.empty((800, 2))
    points[::2], points[1::2] = start, image
    neighbours = np.arange(2, 62, 2)[None]
    growth, variance = tangent_growth(points, np.array([0]), neighbours, 1, 1, 30, quadratic, 0.0)
    _, R = np.linalg.qr(A)
    np.testing.assert_allclose(growth[0], np.log(np.abs(np.diag(R))), atol=1e-7)
    assert variance.max() < 1e-16


def test_what_fits_leave_is_the_noise(rng: np.random.Generator) -> None:
    start = rng.normal(size=(2000, 2))
    points = np.empty((4000, 2))
    points[::2], points[1::2] = start, 0.5 * start + rng.normal(scale=0.01, size=(2000, 2))
    neighbours = rng.choice(np.arange(2, 3998, 2), size=(1, 500), replace=False)
    _, variance = tangent_growth(points, np.array([0]), neighbours, 1, 1, 500, False, 0.0)
    np.testing.assert_allclose(np.sqrt(variance[0]), 0.01, rtol=0.1)


def test_too_few_neighbours_give_no_map() -> None:
    points = np.arange(40.0).reshape(20, 2)
    growth, _ = tangent_growth(
        points, np.array([0]), np.array([[3, 4, -1, -1]]), 1, 1, 4, False, 0.0
    )
    assert np.isnan(growth).all()


def test_neighbours_among_candidates_are_those_of_brute_force(rng: np.random.Generator) -> None:
    points = rng.normal(size=(600, 3))
    references = np.arange(0, 500, 7)
    candidates = np.arange(0, 600, 5)
    index, distance = nearest(
        points, references, count=3, theiler=4, last=550, candidates=candidates
    )
    for row, i in enumerate(references):
        allowed = candidates[(candidates < 550) & (np.abs(candidates - i) > 4)]
        away = np.linalg.norm(points[allowed] - points[i], axis=1)
        order = np.argsort(away)[:3]
        np.testing.assert_array_equal(index[row], allowed[order])
        np.testing.assert_allclose(distance[row], away[order])


def test_distances_across_the_flow_leave_out_what_lies_along_it() -> None:
    """Two straight orbits 0.25 apart, the second one 3 samples late."""
    t = np.arange(30.0)
    first = np.stack([t, np.zeros(30)], axis=1)
    second = np.stack([t - 3, np.full(30, 0.25)], axis=1)
    points = np.concatenate([first, second])
    start, near = np.array([10]), np.array([[40]])
    whole, _ = mean_divergence(points, start, near, 0, 10, False)
    across, used = mean_divergence(points, start, near, 0, 10, False, 2)
    np.testing.assert_allclose(whole, np.log(np.hypot(3, 0.25)))
    np.testing.assert_allclose(across, np.log(0.25))
    assert used.all()

"""Correlation dimension of sets whose dimension is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from known_sets import cantor, circle, henon, lorenz, sierpinski, square

import dsr
from dsr.errors import InputError
from dsr.metrics import correlation_dimension

KNOWN = [
    (circle, 1.0, 0.01),
    (square, 2.0, 0.03),
    (cantor, np.log(2) / np.log(3), 0.03),
    (sierpinski, np.log(3) / np.log(2), 0.03),
    (henon, 1.22, 0.05),  # Grassberger and Procaccia 1983: 1.21 +- 0.01
    (lorenz, 2.05, 0.06),  # Grassberger and Procaccia 1983: 2.05 +- 0.01
]


@pytest.mark.parametrize(
    ("make", "known", "tolerance"), KNOWN, ids=lambda v: getattr(v, "__name__", "")
)
def test_known_dimensions(make: Callable[..., Any], known: float, tolerance: float) -> None:
    found = correlation_dimension(make(np.random.default_rng(0)))
    assert abs(float(found["dimension"]) - known) <= tolerance
    assert float(found["low"]) <= known <= float(found["high"])
    assert float(found["low"]) <= float(found["dimension"]) <= float(found["high"])


def test_the_correlation_sum_is_the_share_of_near_pairs(rng: np.random.Generator) -> None:
    points = rng.normal(size=(400, 2))
    theiler = 5
    found = correlation_dimension(points, theiler=theiler, scale="none")
    i, j = np.triu_indices(len(points), theiler + 1)
    distance = np.linalg.norm(points[i] - points[j], axis=1)
    expected = [(distance < r).mean() for r in found["radius"].values]
    np.testing.assert_allclose(found["correlation_sum"], expected, rtol=1e-12)


def test_units_do_not_matter(rng: np.random.Generator) -> None:
    points = henon(rng, 4000)
    one, other = (correlation_dimension(c * points) for c in (1.0, 1e6))
    assert float(one["dimension"]) == pytest.approx(float(other["dimension"]), rel=1e-9)
    np.testing.assert_allclose(other["radius"], 1e6 * one["radius"], rtol=1e-9)


def test_noise_in_many_dimensions_does_not_converge(rng: np.random.Generator) -> None:
    found = correlation_dimension(rng.normal(size=(5000, 8)))
    assert not bool(found["converged"])
    assert found.attrs["reason"]


def test_roessler_at_coarse_scales_is_not_called_converged() -> None:
    """Local slopes near 1.8 at the scales that 20,000 points reach; the set has dimension 2.0."""
    series = dsr.simulate("roessler", steps=20_000, dt=0.4, seed=0)
    found = correlation_dimension(series, theiler=50)
    honest = float(found["low"]) <= 1.99 <= float(found["high"])
    assert honest or not bool(found["converged"])


def test_trajectories_are_scored_apart(rng: np.random.Generator) -> None:
    """Two circles far from each other: pairs across them would flatten the slope."""
    first, second = circle(rng, 3000), circle(rng, 3000) + 50.0
    found = correlation_dimension(np.stack([first, second]))
    assert float(found["dimension"]) == pytest.approx(1.0, abs=0.03)
    assert found["dimension_per_trajectory"].sizes == {"trajectory": 2}


@pytest.mark.parametrize("theiler", [-1, 500])
def test_a_window_that_leaves_no_pairs_is_refused(theiler: int, rng: np.random.Generator) -> None:
    with pytest.raises(InputError, match="theiler"):
        correlation_dimension(rng.normal(size=(500, 2)), theiler=theiler)


def test_bad_series_are_refused() -> None:
    with pytest.raises(InputError, match="100"):
        correlation_dimension(np.arange(20.0))
    with pytest.raises(InputError, match="vary"):
        correlation_dimension(np.zeros((500, 2)))

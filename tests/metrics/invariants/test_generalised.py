"""Generalised dimensions of sets whose dimensions are known."""

from __future__ import annotations

import numpy as np
import pytest
from known_sets import henon, square

from dsr.errors import InputError
from dsr.metrics import generalised_dimensions


def test_generalised_dimensions_of_a_uniform_set_are_equal(rng: np.random.Generator) -> None:
    found = generalised_dimensions(square(rng), orders=(0, 1, 2))
    np.testing.assert_allclose(found["dimension"], 2.0, atol=0.05)


@pytest.mark.parametrize(("base", "digit"), [(2, 1), (3, 2)], ids=["interval", "Cantor set"])
def test_generalised_dimensions_of_an_uneven_measure(base: int, digit: int) -> None:
    """Digits drawn with weights 0.35 and 0.65: D_q = ln(sum p^q) / ((q - 1) ln(1 / base))."""
    rng = np.random.default_rng(0)
    weights = np.array([0.35, 0.65])
    digits = digit * (rng.random((20_000, 25)) < weights[1])
    points = (digits @ float(base) ** -np.arange(1, 26))[:, None]
    scale = np.log(1 / base)
    expected = [
        np.log(2) / np.log(base),
        (weights * np.log(weights)).sum() / scale,
        np.log((weights**2).sum()) / scale,
    ]
    found = generalised_dimensions(points, orders=(0, 1, 2), theiler=1)["dimension"].values
    np.testing.assert_allclose(found, expected, atol=0.05)
    assert found[0] > found[1] > found[2]


@pytest.mark.parametrize("variables", [2, 3])
def test_the_box_dimension_of_a_gaussian_does_not_converge(
    variables: int, rng: np.random.Generator
) -> None:
    """Finding M1: 1.70 [1.67, 1.73] converged, for 2."""
    found = generalised_dimensions(rng.normal(size=(8000, variables)), orders=(0, 2))
    assert not found["converged"].values.any()
    assert "q = 0" in found.attrs["reason"]


def test_rising_dimensions_are_flagged(rng: np.random.Generator) -> None:
    """Finding M1: D0 of the Henon map below its D1, both converged; in theory D_q never rises."""
    found = generalised_dimensions(henon(rng), orders=(0, 1, 2))
    d0, d1, _ = found["dimension"].values
    assert d0 < d1
    assert not found["converged"].values[:2].any()
    assert "never rises" in found.attrs["reason"]


def test_intervals_of_generalised_dimensions_hold_exact_ones() -> None:
    """Uneven Sierpinski triangle: D_q = ln(sum p^q) / ((1 - q) ln 2); old intervals held few."""
    rng = np.random.default_rng(5)
    weights = np.array([0.45, 0.3, 0.25])
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 0.9]])
    picks = corners[rng.choice(3, size=(12_000, 30), p=weights)]
    points = np.einsum("nkd,k->nd", picks, 2.0 ** -np.arange(1, 31))
    found = generalised_dimensions(points, orders=(0, 1, 2, 3))
    exact = [np.log(3), -(weights * np.log(weights)).sum()]
    exact += [np.log((weights**q).sum()) / (1 - q) for q in (2, 3)]
    exact = np.array(exact) / np.log(2)
    assert ((found["low"] <= exact) & (exact <= found["high"])).all()
    assert bool(found["converged"].sel(order=2))


def test_orders_are_checked(rng: np.random.Generator) -> None:
    with pytest.raises(InputError, match="orders"):
        generalised_dimensions(rng.normal(size=(600, 2)), orders=())

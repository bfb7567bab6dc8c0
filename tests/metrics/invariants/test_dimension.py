"""Correlation and generalised dimensions of sets whose dimension is known."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from known_sets import cantor, circle, henon, lorenz, sierpinski, square

import dsr
from dsr.errors import InputError
from dsr.metrics import correlation_dimension, delay_embedding, generalised_dimensions, iaaft
from dsr.metrics.invariants.ceilings import delays_of
from dsr.metrics.invariants.dimension import takens_estimate

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


def test_the_unit_of_one_variable_does_not_matter(rng: np.random.Generator) -> None:
    """Finding M9: Lorenz with x in thousandths had dimension 1.0, converged."""
    points = lorenz(rng, 6000)
    one, other = (correlation_dimension(points * [c, 1.0, 1.0]) for c in (1.0, 1000.0))
    assert float(other["dimension"]) == pytest.approx(float(one["dimension"]), rel=1e-6)
    assert bool(other["converged"]) == bool(one["converged"])
    raw = correlation_dimension(points * [1000.0, 1.0, 1.0], scale="none")
    assert float(raw["dimension"]) < 1.2


def test_a_clear_attractor_converges(rng: np.random.Generator) -> None:
    found = correlation_dimension(lorenz(rng, 8000))
    assert bool(found["converged"]), found.attrs["reason"]
    assert float(found["surrogate_dimension"]) > 2.5


def test_an_attractor_under_noise_does_not_converge(rng: np.random.Generator) -> None:
    """Finding M10: Lorenz with 20 % noise and its surrogate both had dimension 2.96, converged."""
    points = lorenz(rng)
    noisy = points + 0.2 * points.std(axis=0) * rng.normal(size=points.shape)
    for cloud in (noisy, iaaft(noisy).values[0]):
        found = correlation_dimension(cloud)
        assert not bool(found["converged"])
        assert "noise" in found.attrs["reason"]


@pytest.mark.parametrize("variables", [1, 2, 3])
def test_a_set_that_fills_its_space_does_not_converge(
    variables: int, rng: np.random.Generator
) -> None:
    found = correlation_dimension(rng.random((6000, variables)))
    assert not bool(found["converged"])
    assert f"dimension {variables}" in found.attrs["reason"]


def test_delay_coordinates_of_linear_noise_do_not_converge(rng: np.random.Generator) -> None:
    """Noise with a power law has a low dimension though there is no attractor (Osborne 1989)."""
    frequency = np.fft.rfftfreq(16_384)[1:]
    phases = np.exp(2j * np.pi * rng.random(frequency.size))
    series = np.fft.irfft(np.concatenate([[0.0], frequency**-0.9 * phases]))
    embedded = delay_embedding(series, dimension=4, delay=100)
    assert not bool(correlation_dimension(embedded)["converged"])


def test_ten_coupled_variables_are_too_many() -> None:
    series = dsr.simulate("lorenz96", steps=20_000, dt=0.1, seed=0)
    assert series.sizes["variable"] == 10
    found = correlation_dimension(series)
    assert not bool(found["converged"])


def test_the_interval_of_halvorsen_holds_what_more_samples_give(rng: np.random.Generator) -> None:
    """Finding M10: 1.96 [1.88, 2.02]; from a million samples it is 2.06 [2.04, 2.10]."""
    series = dsr.simulate("halvorsen", steps=20_000, dt=0.1, seed=3)
    found = correlation_dimension(series)
    assert float(found["low"]) < 2.17
    assert float(found["high"]) > 2.06


def test_without_surrogates_nothing_converges(rng: np.random.Generator) -> None:
    found = correlation_dimension(circle(rng, 4000), surrogates=0)
    assert not bool(found["converged"])
    assert "surrogates" in found.attrs["reason"]


@pytest.mark.parametrize("make", [circle, sierpinski, henon])
def test_the_estimator_of_takens_agrees(make: Callable[..., Any], rng: np.random.Generator) -> None:
    points = make(rng, 5000)
    slope, takens = (correlation_dimension(points, method=m) for m in ("slope", "takens"))
    assert float(takens["dimension"]) == pytest.approx(float(slope["dimension"]), abs=0.06)
    assert float(takens["low"]) <= float(takens["dimension"]) <= float(takens["high"])
    assert float(takens["dimension"]) != float(slope["dimension"])


def test_the_estimator_of_takens_is_the_inverse_mean_logarithm(rng: np.random.Generator) -> None:
    """Against the definition, from single distances."""
    distance = rng.random(20_000) ** (1 / 1.7)
    x = np.log(np.geomspace(0.02, 1.0, 40))
    y = np.log([(distance <= r).mean() for r in np.exp(x)])
    direct = -1.0 / np.log(distance).mean()
    assert takens_estimate(x, y, 1.7) == pytest.approx(direct, rel=0.01)


@pytest.mark.parametrize("option", [{"scale": "unit"}, {"method": "hill"}])
def test_unknown_options_are_refused(option: dict[str, Any], rng: np.random.Generator) -> None:
    with pytest.raises(InputError, match=next(iter(option))):
        correlation_dimension(rng.normal(size=(500, 2)), **option)


def test_delays_are_recognised(rng: np.random.Generator) -> None:
    series = rng.normal(size=500)
    embedded = delay_embedding(series, dimension=3, delay=4).values[0]
    assert delays_of(embedded).tolist() == [0, -4, -8]
    assert delays_of(embedded[:, ::-1]).tolist() == [0, 4, 8]
    assert delays_of(rng.normal(size=(500, 3))) is None


@pytest.mark.slow
def test_a_million_samples_take_seconds() -> None:
    """Finding M8: 100,000 samples took 9 s and 200,000 took 35 s."""
    series = dsr.simulate("henon", steps=1_000_000, seed=0)
    start = time.process_time()
    found = correlation_dimension(series)
    assert time.process_time() - start < 30.0
    assert float(found["low"]) <= 1.22 <= float(found["high"])


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
    found = generalised_dimensions(rng.normal(size=(20_000, variables)), orders=(0, 2))
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

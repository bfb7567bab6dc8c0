"""When a correlation dimension may say that it converged, in which units, and at what cost."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from known_sets import circle, henon, lorenz, sierpinski

import dsr
from dsr.errors import InputError
from dsr.metrics import correlation_dimension, delay_embedding, iaaft
from dsr.metrics.invariants.ceilings import delays_of
from dsr.metrics.invariants.dimension import takens_estimate


def test_the_unit_of_one_variable_does_not_matter(rng: np.random.Generator) -> None:
    """Finding M9: Lorenz with x in thousandths had dimension 1.0, converged."""
    points = lorenz(rng, 4000)
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
    points = lorenz(rng, 8000)
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


@pytest.mark.slow
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

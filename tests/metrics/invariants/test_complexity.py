"""Entropies and complexities of series whose values are known from theory or from papers."""

from __future__ import annotations

import time
from math import erf, log

import numpy as np
import pytest

import dsr
from dsr.errors import InputError
from dsr.metrics import (
    dispersion_entropy,
    lempel_ziv_complexity,
    multiscale_entropy,
    permutation_entropy,
    sample_entropy,
    statistical_complexity,
)
from dsr.metrics.invariants import sample_entropy as module


def logistic(steps: int = 3000, r: float = 4.0) -> np.ndarray:
    return dsr.simulate("logistic", steps=steps, parameters={"r": r}, seed=0).values[0, :, 0]


def series(kind: str, steps: int = 2000) -> np.ndarray:
    rng = np.random.default_rng(4)
    if kind == "noise":
        return rng.standard_normal(steps)
    if kind == "walk":
        return np.cumsum(rng.standard_normal(steps))
    if kind == "lorenz":
        run = dsr.simulate("lorenz63", steps=steps, dt=0.05, seed=1)
        return np.ascontiguousarray(run.values[0, :, 0])
    return logistic(steps)


def test_sample_entropy_of_noise_is_that_of_theory() -> None:
    """Two independent normal values lie within r of each other with the probability erf(r/2)."""
    x = np.random.default_rng(0).standard_normal(10_000)
    for radius in (0.2, 0.5):
        found = float(sample_entropy(x, radius=radius)["entropy"])
        assert found == pytest.approx(-log(erf(radius / 2)), abs=0.02)


def test_fewer_references_give_the_same_entropy_within_chance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x = series("lorenz", 15_000)
    every = sample_entropy(x)
    monkeypatch.setattr(module, "MOST_PAIRS", 15_000 * 5_000)
    some = sample_entropy(x)
    assert every.attrs["references"] == len(x) - 2
    assert some.attrs["references"] == pytest.approx(5_000, abs=5)
    assert float(some["entropy"]) == pytest.approx(float(every["entropy"]), rel=0.02)


def test_sample_entropy_does_not_grow_quadratically() -> None:
    sample_entropy(series("noise", 1000))
    begun = time.process_time()
    sample_entropy(series("noise", 200_000))
    assert time.process_time() - begun < 20


def test_nothing_alike_has_no_entropy_and_a_constant_series_none() -> None:
    steep = np.arange(40.0)
    assert np.isnan(float(sample_entropy(steep, radius=1e-9)["entropy"]))
    assert float(sample_entropy(np.ones(50))["entropy"]) == 0.0


def test_no_template_crosses_trajectories() -> None:
    x = series("walk", 400)
    parts = np.stack([x[:200], x[200:]])[..., None]
    found = sample_entropy(parts, radius=0.3)
    single = [sample_entropy(p[:, 0], radius=0.3 * x.std() / p.std()) for p in parts]
    assert int(found["matches"]) == sum(int(s["matches"]) for s in single)


def test_multiscale_entropy_of_noise_falls_as_theory_says() -> None:
    """The mean of s values has a deviation of 1/sqrt(s): entropy -ln erf(r sqrt(s) / 2)."""
    x = np.random.default_rng(2).standard_normal(16_000)
    found = multiscale_entropy(x, scales=6)
    theory = [-log(erf(0.2 * np.sqrt(s) / 2)) for s in range(1, 7)]
    np.testing.assert_allclose(found["entropy"].values, theory, atol=0.08)
    assert float(found["index"]) == pytest.approx(float(found["entropy"].sum()))


def test_multiscale_entropy_refuses_scales_without_data() -> None:
    assert multiscale_entropy(series("noise", 900)).sizes["scale"] == 4
    with pytest.raises(InputError, match="windows"):
        multiscale_entropy(series("noise", 900), scales=20)


def test_weights_silence_small_noise() -> None:
    """A clean step among faint noise: plain patterns see noise only, weighted ones the step."""
    x = 1e-3 * np.random.default_rng(0).standard_normal(2000)
    x[1000:] += 1.0
    assert float(permutation_entropy(x)["normalised"]) > 0.99
    assert float(permutation_entropy(x, weighted=True)["normalised"]) < 0.75
    assert float(permutation_entropy(np.ones(50), weighted=True)["entropy"]) == 0.0


def test_chaos_is_more_complex_than_noise_and_order() -> None:
    """Rosso et al. 2007, figure 1: the logistic map at r = 4 has C near 0.48 at order 6."""
    chaos, noise, order = (
        float(statistical_complexity(x)["complexity"])
        for x in (logistic(32_768), series("noise", 32_768), np.arange(32_768.0))
    )
    assert chaos == pytest.approx(0.484, abs=0.01)
    assert noise < 0.02
    assert order == 0.0


def test_lempel_ziv_of_independent_periodic_and_chaotic_series() -> None:
    """Bits of the logistic map at r = 4 about its median are independent: as complex as noise."""
    noise, chaos, cycle = (
        float(lempel_ziv_complexity(x)["complexity"])
        for x in (series("noise", 20_000), logistic(20_000), logistic(20_000, 3.5))
    )
    assert noise == pytest.approx(1.03, abs=0.03)
    assert chaos == pytest.approx(noise, abs=0.03)
    assert cycle < 0.01


def test_lempel_ziv_takes_a_million_samples() -> None:
    lempel_ziv_complexity(series("noise", 1000))
    begun = time.process_time()
    lempel_ziv_complexity(series("noise", 1_000_000))
    assert time.process_time() - begun < 20


def test_dispersion_entropy_of_the_paper_and_of_noise() -> None:
    """Rostaghi and Azami 2016, figure 1: 1.8462; all patterns of noise are nearly alike."""
    x = np.array([9, 8, 1, 12, 5, -3, 1.5, 8.01, 2.99, 4, -1, 10])
    found = dispersion_entropy(x, length=2, classes=3)
    assert float(found["entropy"]) == pytest.approx(1.8462, abs=5e-5)
    noise = dispersion_entropy(series("noise", 50_000))
    assert float(noise["normalised"]) > 0.99
    assert int(noise["missing"]) == 0
    sine = dispersion_entropy(np.sin(np.arange(5000) / 20))
    assert float(sine["normalised"]) < 0.55


@pytest.mark.parametrize(
    ("function", "options", "word"),
    [(sample_entropy, {"length": 0}, "length"), (sample_entropy, {"radius": 0.0}, "radius"),
     (lempel_ziv_complexity, {"letters": 1}, "letters"),
     (statistical_complexity, {"order": 9}, "order"),
     (dispersion_entropy, {"classes": 1}, "classes"),
     (dispersion_entropy, {"classes": 100, "length": 4}, "million")],
)  # fmt: skip
def test_options_are_checked(function: object, options: dict[str, float], word: str) -> None:
    with pytest.raises(InputError, match=word):
        function(np.arange(300.0), **options)  # type: ignore[operator]

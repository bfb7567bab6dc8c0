"""Entropies and complexities equal those of independent libraries: ordpy and antropy."""

from __future__ import annotations

import numpy as np
import pytest

import dsr
from dsr.kernels.complexity import phrases
from dsr.metrics import (
    multiscale_entropy,
    permutation_entropy,
    sample_entropy,
    statistical_complexity,
)

antropy = pytest.importorskip("antropy", reason="an oracle of the extra [test]")
ordpy = pytest.importorskip("ordpy", reason="an oracle of the extra [test]")

KINDS = ["noise", "walk", "lorenz", "logistic"]


def series(kind: str, steps: int = 2000) -> np.ndarray:
    rng = np.random.default_rng(4)
    if kind == "noise":
        return rng.standard_normal(steps)
    if kind == "walk":
        return np.cumsum(rng.standard_normal(steps))
    name, step = ("lorenz63", {"dt": 0.05}) if kind == "lorenz" else ("logistic", {})
    run = dsr.simulate(name, steps=steps, seed=1, **step)
    return np.ascontiguousarray(run.values[0, :, 0])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", [1, 2, 3])
def test_sample_entropy_equals_antropy(kind: str, length: int) -> None:
    x = series(kind)
    assert float(sample_entropy(x, length=length)["entropy"]) == pytest.approx(
        antropy.sample_entropy(x, order=length), rel=1e-12
    )


def test_multiscale_entropy_averages_before_it_counts() -> None:
    x = series("lorenz", 1998)
    coarse = x[:1998].reshape(-1, 3).mean(axis=1)
    expected = antropy.sample_entropy(coarse, order=2, tolerance=float(0.2 * x.std()))
    found = multiscale_entropy(x, scales=3)["entropy"].sel(scale=3)
    assert float(found) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("order", "delay"), [(3, 1), (4, 2), (5, 1)])
def test_order_patterns_equal_ordpy(kind: str, order: int, delay: int) -> None:
    x = series(kind, 2000)
    plain = permutation_entropy(x, order=order, delay=delay)
    weighted = permutation_entropy(x, order=order, delay=delay, weighted=True)
    found = statistical_complexity(x, order=order, delay=delay)
    entropy, complexity = ordpy.complexity_entropy(x, dx=order, taux=delay)
    assert float(plain["normalised"]) == pytest.approx(entropy, rel=1e-10)
    assert float(found["normalised"]) == pytest.approx(entropy, rel=1e-10)
    assert float(found["complexity"]) == pytest.approx(complexity, rel=1e-9, abs=1e-12)
    assert float(weighted["normalised"]) == pytest.approx(
        ordpy.weighted_permutation_entropy(x, dx=order, taux=delay), rel=1e-10
    )


@pytest.mark.parametrize(
    "text", ["0001101001000101", "0000000", "01" * 30, "1", "10011110110000100"]
)
def test_phrases_of_words(text: str) -> None:
    symbols = np.array([int(c) for c in text], dtype=np.int64)
    assert phrases(symbols, 2) == antropy.lziv_complexity(text)


@pytest.mark.parametrize("seed", range(20))
def test_phrases_equal_those_of_antropy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    letters = int(rng.integers(2, 5))
    symbols = rng.integers(0, letters, int(rng.integers(1, 600)))
    if seed % 2:  # repeats, so that clones of the automaton are met
        symbols = np.tile(symbols[: max(1, len(symbols) // 5)], 6)
    assert phrases(symbols, letters) == antropy.lziv_complexity("".join(map(str, symbols)))

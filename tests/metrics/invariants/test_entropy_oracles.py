"""Entropies and complexities equal those of independent libraries: ordpy and antropy.

antropy cannot be installed beside numpy 2 (stochastic, which it needs, wants numpy 1), so what
version 0.2.3 gives is stored here; ordpy is called.
"""

from __future__ import annotations

import numpy as np
import ordpy
import pytest

import dsr
from dsr.kernels.complexity import phrases
from dsr.metrics import (
    multiscale_entropy,
    permutation_entropy,
    sample_entropy,
    statistical_complexity,
)

KINDS = ["noise", "walk", "lorenz", "logistic"]

# antropy.sample_entropy(series(kind), order=length) for length 1, 2 and 3.
SAMPLE_ENTROPY = {
    "noise": (2.1857421132456123, 2.1991302472793, 2.142573777205056),
    "walk": (0.22374736071728543, 0.19430375574878855, 0.18919790306702966),
    "lorenz": (0.7051668349262662, 0.4557834724670138, 0.33759901724535696),
    "logistic": (0.7215402327664836, 0.643109976922576, 0.6356607006664229),
}

# antropy.sample_entropy(coarse, order=2, tolerance=0.2 * x.std()): x = series("lorenz", 1998),
# coarse its means over three samples.
SAMPLE_ENTROPY_OF_THREES = 0.5295052863175467

# antropy.lziv_complexity(word), and of the words of letters(seed) for seed 0 to 19.
PHRASES_OF_WORDS = {
    "0001101001000101": 6, "0000000": 2, "01" * 30: 3, "1": 1, "10011110110000100": 7,
}  # fmt: skip
PHRASES = (91, 20, 46, 6, 127, 33, 62, 25, 53, 28, 126, 8, 33, 32, 61, 30, 64, 31, 62, 17)


def series(kind: str, steps: int = 2000) -> np.ndarray:
    rng = np.random.default_rng(4)
    if kind == "noise":
        return rng.standard_normal(steps)
    if kind == "walk":
        return np.cumsum(rng.standard_normal(steps))
    name, step = ("lorenz63", {"dt": 0.05}) if kind == "lorenz" else ("logistic", {})
    run = dsr.simulate(name, steps=steps, seed=1, **step)
    return np.ascontiguousarray(run.values[0, :, 0])


def letters(seed: int) -> tuple[np.ndarray, int]:
    """Up to 600 letters out of two to four; with odd seeds they repeat themselves."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 5))
    symbols = rng.integers(0, count, int(rng.integers(1, 600)))
    if seed % 2:  # repeats, so that clones of the automaton are met
        symbols = np.tile(symbols[: max(1, len(symbols) // 5)], 6)
    return symbols, count


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", [1, 2, 3])
def test_sample_entropy_equals_antropy(kind: str, length: int) -> None:
    found = float(sample_entropy(series(kind), length=length)["entropy"])
    assert found == pytest.approx(SAMPLE_ENTROPY[kind][length - 1], rel=1e-10)


def test_multiscale_entropy_averages_before_it_counts() -> None:
    found = multiscale_entropy(series("lorenz", 1998), scales=3)["entropy"].sel(scale=3)
    assert float(found) == pytest.approx(SAMPLE_ENTROPY_OF_THREES, rel=1e-10)


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


@pytest.mark.parametrize("text", PHRASES_OF_WORDS)
def test_phrases_of_words(text: str) -> None:
    symbols = np.array([int(c) for c in text], dtype=np.int64)
    assert phrases(symbols, 2) == PHRASES_OF_WORDS[text]


@pytest.mark.parametrize("seed", range(20))
def test_phrases_equal_those_of_antropy(seed: int) -> None:
    assert phrases(*letters(seed)) == PHRASES[seed]

"""Speed of the metrics on one core: times, and ratios taken in the same process.

Each bound is the target of the reference (twice that, since a shared machine has slow moments).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from peers import dense_divergence

import dsr
from dsr.metrics import evaluate, lyapunov_spectrum
from dsr.metrics.geometry.state_space import BinnedReference
from dsr.metrics.spectra.distances import SpectralReference

LENGTH = 100_000


def seconds(work: Callable[[], Any], repeats: int = 5) -> float:
    """Best of a few runs, after one that compiles."""
    work()
    taken = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return min(taken)


@pytest.fixture(scope="module")
def lorenz() -> Any:
    return dsr.simulate("lorenz63", steps=LENGTH, dt=0.01, trajectories=3, seed=0)


def test_divergence_in_three_variables(lorenz: Any) -> None:
    x, y = lorenz.values[:2]
    assert seconds(lambda: BinnedReference(x).divergence(y)) <= 2 * 0.05


def test_sparse_against_dense_in_five_variables() -> None:
    x, y = np.random.default_rng(0).normal(size=(2, LENGTH, 5))
    sparse = seconds(lambda: BinnedReference(x, 30, "icml2023").divergence(y))
    begin = time.perf_counter()
    expected = dense_divergence(x, y, 30)
    dense = time.perf_counter() - begin
    assert BinnedReference(x, 30, "icml2023").divergence(y) == pytest.approx(expected, rel=1e-6)
    print(f"\nsparse {sparse:.3f} s, dense {dense:.3f} s: {dense / sparse:.0f} times faster")
    assert dense / sparse >= 10


def test_spectral_distance(lorenz: Any) -> None:
    x, y = lorenz.values[:2]
    assert seconds(lambda: SpectralReference(x).distance(y)) <= 2 * 0.05


def test_lyapunov_spectrum_of_lorenz() -> None:
    taken = seconds(lambda: lyapunov_spectrum("lorenz63", duration=1000))
    print(f"\nspectrum over 1000 time units: {taken:.3f} s")
    assert taken <= 0.1


def test_verdict_with_200_resamples(lorenz: Any) -> None:
    x, y, b = (lorenz.isel(trajectory=[k]) for k in range(3))
    taken = seconds(lambda: evaluate(x, y, independent=b), repeats=1)
    print(f"\nevaluate on 100,000 samples of 3 variables: {taken:.2f} s")
    assert taken <= 2 * 5.0

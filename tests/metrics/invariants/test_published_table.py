"""The measured table of known scores, on the papers' own Lorenz-63 series (100,000 samples)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import dsr
from dsr.data import trajectories
from dsr.metrics.geometry.state_space import BinnedReference
from dsr.metrics.spectra.distances import SpectralReference

Floats = NDArray[np.float64]
CONVENTIONS = ("icml2023", "neurips2024", "dsr")


@pytest.fixture(scope="module")
def read(reference_data: Callable[[str], Path]) -> Callable[[str], Floats]:
    def series(name: str) -> Floats:
        loaded = dsr.load(reference_data(f"lorenz63_{name}.nc"), dt=0.01)
        return np.asarray(trajectories(loaded)[0])

    return series


def scores(x: Floats, y: Floats) -> list[float]:
    return [BinnedReference(x, 30, convention).divergence(y) for convention in CONVENTIONS]


@pytest.mark.parametrize(
    ("reference", "compared", "divergences", "spectral"),
    [
        ("icml2023_test", "icml2023_train", (0.1187, 0.1272, 0.1187), 0.0696),
        ("icml2023_test", "alrnn", (0.1343, 0.1223, 0.1343), 0.0504),
        ("icml2023_train", "icml2023_test", (0.6916, 0.7463, 0.6916), 0.0696),
        ("alrnn_test", "alrnn_train", (0.1414, 0.1583, 0.1414), 0.0553),
        ("alrnn_train", "alrnn_test", (0.7591, 0.8297, 0.7591), 0.0553),
        ("alrnn", "icml2023_test", (0.0558, 0.0568, 0.0563), 0.0504),
    ],
)
def test_pairs_of_recordings(
    read: Callable[[str], Floats], reference: str, compared: str,
    divergences: tuple[float, ...], spectral: float,
) -> None:  # fmt: skip
    x, y = read(reference), read(compared)
    np.testing.assert_allclose(scores(x, y), divergences, atol=6e-5)
    found = SpectralReference(x, 20, "icml2023").distance(y)
    assert found == pytest.approx(spectral, abs=6e-5)


def test_failures_made_from_the_reference(read: Callable[[str], Floats]) -> None:
    x = read("icml2023_test")
    half = len(x) // 2
    np.testing.assert_allclose(scores(x[:half], x[half:]), (0.2313, 0.2539, 0.2313), atol=6e-5)
    shuffled = x[np.random.default_rng(0).permutation(len(x))]
    np.testing.assert_allclose(scores(x, shuffled), 0.0, atol=1e-12)
    outside = x.copy()
    outside[::2] += 1e3
    np.testing.assert_allclose(scores(x, outside), (0.019, 0.019, 0.712), atol=6e-4)
    np.testing.assert_allclose(scores(x, x + 1e3), (np.nan, np.nan, 16.44), atol=6e-3)
    frozen = np.repeat(x[:1], len(x), axis=0)
    np.testing.assert_allclose(scores(x, frozen), (16.44, np.nan, 16.44), atol=6e-3)
    tiled = np.resize(x[:75], x.shape)
    np.testing.assert_allclose(scores(x, tiled), (16.43, 15.64, 16.43), atol=6e-3)
    assert SpectralReference(x, 20, "icml2023").distance(tiled) == pytest.approx(0.795, abs=6e-4)


@pytest.mark.parametrize(("length", "expected"), [(1000, 11.57), (3000, 2.08), (10_000, 0.544),
                                                  (30_000, 0.184)])  # fmt: skip
def test_a_short_run_scores_worse(
    read: Callable[[str], Floats], length: int, expected: float
) -> None:
    x, y = read("icml2023_test"), read("icml2023_train")
    assert BinnedReference(x, 30, "icml2023").divergence(y[:length]) == pytest.approx(
        expected, rel=3e-3
    )

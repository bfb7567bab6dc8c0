"""Recurrence quantification and permutation entropy: exact values for series without secrets."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

import dsr
from dsr.errors import InputError
from dsr.metrics import permutation_entropy, recurrence_quantification


def plain_lines(points: np.ndarray, radius: float, theiler: int) -> dict[str, float]:
    """The definition on the whole matrix."""
    distance = np.linalg.norm(points[:, None] - points[None], axis=2)
    n = len(points)
    recurs = distance <= radius
    near = np.abs(np.subtract.outer(np.arange(n), np.arange(n))) < theiler
    recurs[near] = False

    def runs(line: np.ndarray) -> list[int]:
        edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(int), [0]])))
        return (edges[1::2] - edges[::2]).tolist()

    diagonal = [k for d in range(theiler, n) for k in runs(np.diagonal(recurs, d))]
    vertical = [k for column in recurs.T for k in runs(column)]
    long = [k for k in diagonal if k >= 2]
    tall = [k for k in vertical if k >= 2]
    return {
        "recurrence_rate": float(recurs[~near].mean()),
        "determinism": sum(long) / sum(diagonal),
        "mean_diagonal": float(np.mean(long)),
        "longest_diagonal": max(diagonal),
        "laminarity": sum(tall) / sum(vertical),
        "trapping_time": float(np.mean(tall)),
        "longest_vertical": max(vertical),
    }


@pytest.mark.parametrize("theiler", [1, 5])
def test_lines_equal_those_of_the_whole_matrix(theiler: int, rng: np.random.Generator) -> None:
    points = np.cumsum(rng.normal(size=(200, 2)), axis=0)
    found = recurrence_quantification(points, radius=1.5, theiler=theiler)
    for name, value in plain_lines(points, 1.5, theiler).items():
        assert float(found[name]) == pytest.approx(value, rel=1e-12), name


def test_a_series_of_period_five() -> None:
    found = recurrence_quantification(np.arange(2000.0) % 5, radius=0.1)
    assert float(found["recurrence_rate"]) == pytest.approx(1 / 5, abs=1e-3)
    assert float(found["determinism"]) == 1.0
    assert float(found["laminarity"]) == 0.0


def test_a_constant_series_recurs_everywhere() -> None:
    found = recurrence_quantification(np.ones(100), radius=0.0)
    assert float(found["recurrence_rate"]) == 1.0
    # Beside the main diagonal, which is left out, two pairs of the corners stand alone.
    for name in ("determinism", "laminarity"):
        assert float(found[name]) == pytest.approx(1.0 - 2.0 / (100 * 99), rel=1e-12)


def test_determinism_of_independent_samples() -> None:
    """A point of a diagonal line has a recurrent neighbour on it: DET = 2r - r^2."""
    x = np.random.default_rng(0).random(3000)
    found = recurrence_quantification(x, rate=0.05)
    rate = float(found["recurrence_rate"])
    assert rate == pytest.approx(0.05, abs=0.003)
    assert float(found["determinism"]) == pytest.approx(2 * rate - rate**2, abs=0.005)


def test_chaos_is_more_deterministic_than_its_shuffle() -> None:
    x = dsr.simulate("henon", steps=1500, seed=0)
    mixed = dsr.metrics.shuffled(x, seed=0)
    one, other = (float(recurrence_quantification(s)["determinism"]) for s in (x, mixed))
    assert one > 2 * other


@pytest.mark.parametrize(
    ("options", "word"),
    [({"theiler": 0}, "theiler"), ({"rate": 0.0}, "rate"), ({"radius": -1.0}, "radius")],
)
def test_options_are_checked(options: dict[str, float], word: str) -> None:
    with pytest.raises(InputError, match=word):
        recurrence_quantification(np.arange(50.0), **options)


def test_patterns_of_the_logistic_map() -> None:
    """Bandt and Pompe 2002: at r = 4 the falling pattern is forbidden, the rest k/15."""
    x = np.empty(300_000)
    x[0] = 0.3
    for t in range(len(x) - 1):
        x[t + 1] = 4.0 * x[t] * (1.0 - x[t])
    found = permutation_entropy(x, order=3)
    shares = np.sort(found["probability"].values)
    np.testing.assert_allclose(shares, np.array([0, 1, 2, 3, 4, 5]) / 15, atol=3e-3)
    assert int(found["missing"]) == 1
    assert float(found["entropy"]) == pytest.approx(1.4898, abs=2e-3)
    assert float(found["normalised"]) == pytest.approx(0.8315, abs=1e-3)
    assert float(found["probability"].sel(pattern="210")) == 0.0


def test_white_noise_shows_every_pattern_alike(rng: np.random.Generator) -> None:
    found = permutation_entropy(rng.normal(size=50_000), order=4)
    assert float(found["normalised"]) == pytest.approx(1.0, abs=1e-3)
    assert float(found["entropy"]) <= log(24)


def test_monotone_series_have_one_pattern() -> None:
    assert float(permutation_entropy(np.arange(100.0)).entropy) == 0.0
    assert float(permutation_entropy(-np.arange(100.0)).entropy) == 0.0


def test_ties_are_ordered_by_time() -> None:
    found = permutation_entropy(np.ones(50))
    assert float(found["probability"].sel(pattern="012")) == 1.0


def test_no_pattern_crosses_trajectories() -> None:
    parts = np.stack([np.arange(10.0), np.arange(10.0)])[..., None]
    found = permutation_entropy(parts, order=3)
    assert found.attrs["windows"] == 16
    assert float(found["entropy"]) == 0.0


@pytest.mark.parametrize("options", [{"order": 1}, {"order": 9}, {"delay": 0}])
def test_pattern_options_are_checked(options: dict[str, int]) -> None:
    with pytest.raises(InputError):
        permutation_entropy(np.arange(100.0), **options)

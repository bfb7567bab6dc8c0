"""State-space divergence: textbook formulas, published conventions, known numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import dsr
from dsr.data import trajectories
from dsr.errors import InputError
from dsr.metrics import state_space_divergence
from dsr.metrics.bootstrap import Resampling
from dsr.metrics.geometry.mixture import MixtureReference
from dsr.metrics.geometry.state_space import ALPHA, BinnedReference, bins_for


def textbook(x: np.ndarray, y: np.ndarray, bins: int, convention: str) -> float:
    """Dense histograms and the definition of the divergence, cell by cell."""
    if convention == "neurips2024":
        low, high = x.min(0), x.max(0)

        def cells(z: np.ndarray) -> np.ndarray:
            index = np.trunc(bins * (z - low) / (high - low)).astype(int)
            return index[((index > 0) & (index < bins)).all(1)]
    else:
        margin = 0.1 * x.std(0, ddof=1)
        low, high = x.min(0) - margin, x.max(0) + margin

        def cells(z: np.ndarray) -> np.ndarray:
            index = np.stack(
                [
                    np.searchsorted(lo + np.arange(bins + 1) * ((hi - lo) / bins), c, "right") - 1
                    for c, lo, hi in zip(z.T, low, high, strict=True)
                ],
                axis=1,
            )
            return index[((index >= 0) & (index < bins)).all(1)]

    def histogram(z: np.ndarray) -> np.ndarray:
        inside = cells(z)
        counts = np.zeros((bins,) * x.shape[1])
        np.add.at(counts, tuple(inside.T), 1)
        flat = counts.ravel()
        return np.append(flat, len(z) - len(inside)) if convention == "dsr" else flat

    p, q = histogram(x) + ALPHA, histogram(y) + ALPHA
    p, q = p / p.sum(), q / q.sum()
    return float((p * np.log(p / q)).sum())


@pytest.mark.parametrize("convention", ["dsr", "icml2023", "neurips2024"])
@pytest.mark.parametrize(("variables", "bins"), [(1, 30), (2, 12), (3, 8), (4, 5)])
def test_sparse_sum_equals_the_textbook(
    rng: np.random.Generator, convention: str, variables: int, bins: int
) -> None:
    x = rng.normal(size=(3000, variables))
    y = 1.3 * rng.normal(size=(3000, variables)) + 0.2
    found = float(state_space_divergence(x, y, bins=bins, convention=convention, method="binning"))
    assert found == pytest.approx(textbook(x, y, bins, convention), abs=1e-12)


def test_sparse_and_dense_counting_agree(rng: np.random.Generator) -> None:
    """30^5 cells are never allocated; 8^5 cells are counted both ways."""
    x, y = rng.normal(size=(2, 4000, 5))
    small = BinnedReference(x, 8)
    assert small._dense
    dense = small.divergence(y)
    sparse = BinnedReference(x, 8)
    sparse._dense = False
    sparse._sorted = np.sort(sparse._keys)
    assert sparse.divergence(y) == pytest.approx(dense, abs=1e-12)
    assert not BinnedReference(x, 30)._dense


def test_points_outside_count_in_our_convention_only(rng: np.random.Generator) -> None:
    x = rng.uniform(size=(5000, 2))
    y = x.copy()
    y[::2] += 10.0
    ours = state_space_divergence(x, y, bins=5)
    assert float(ours) == pytest.approx(-np.log(0.5), abs=0.05)
    assert ours.attrs["share_outside"] == 0.5
    assert float(state_space_divergence(x, y, bins=5, convention="icml2023")) < 0.05


def test_non_finite_rows_are_outside(rng: np.random.Generator) -> None:
    x = rng.uniform(size=(1000, 2))
    y = x.copy()
    y[500:] = np.nan
    assert np.isfinite(float(state_space_divergence(x, y, bins=5)))


def test_too_many_cells_for_the_data_are_refused(rng: np.random.Generator) -> None:
    x = rng.normal(size=(500, 5))
    with pytest.raises(InputError, match="pseudo-counts"):
        state_space_divergence(x, x, bins=30)
    with pytest.warns(UserWarning, match="pseudo-counts"):
        state_space_divergence(x, x, bins=30, convention="icml2023")


def test_mixture_of_single_points_is_exact() -> None:
    """Components at 0 and a: the divergence of two Gaussians is |a|^2 / 2 sigma^2."""
    x = np.array([[-1.0], [1.0]])
    mixture = MixtureReference(x, variance=1e6, samples=20_000, seed=1)
    shifted = x + 500.0
    expected = (500.0 / x.std(ddof=1)) ** 2 / 2e6
    assert mixture.variational(shifted) == pytest.approx(expected, rel=1e-3)
    value, error = mixture.divergence_and_error(shifted)
    assert abs(value - expected) < 4 * error + 1e-3


def test_mixture_of_a_series_with_itself_is_zero(rng: np.random.Generator) -> None:
    x = rng.normal(size=(300, 8))
    assert MixtureReference(x).variational(x) == 0.0
    assert float(state_space_divergence(x, x)) == pytest.approx(0.0, abs=1e-12)
    far = state_space_divergence(x, x + 100.0)
    assert np.isfinite(float(far))
    assert float(far) > 50.0


@pytest.mark.parametrize(
    ("reference", "compared", "icml", "neurips"),
    [
        ("lorenz63_icml2023_test", "lorenz63_icml2023_train", 0.1187, 0.1272),
        ("lorenz63_icml2023_test", "lorenz63_alrnn", 0.1343, 0.1223),
        ("lorenz63_icml2023_train", "lorenz63_icml2023_test", 0.6916, 0.7463),
        ("lorenz63_alrnn", "lorenz63_icml2023_test", 0.0558, 0.0568),
    ],
)
def test_published_conventions_on_the_published_series(
    reference_data: Callable[[str], Path],
    reference: str,
    compared: str,
    icml: float,
    neurips: float,
) -> None:
    x, y = (
        trajectories(dsr.load(reference_data(f"{name}.nc"), dt=0.01))[0]
        for name in (reference, compared)
    )
    assert BinnedReference(x, 30, "icml2023").divergence(y) == pytest.approx(icml, abs=1e-4)
    assert BinnedReference(x, 30, "neurips2024").divergence(y) == pytest.approx(neurips, abs=1e-4)


def test_cells_of_two_deviations_are_those_of_the_earlier_code(rng: np.random.Generator) -> None:
    """Brenner et al. 2022: range [-2s, 2s] about zero, index truncated, lowest bin dropped."""
    x, y = rng.normal(0.3, 1.0, size=(2, 5000, 2))
    k, alpha = 30, 1e-5
    s = x.std(axis=0, ddof=1)

    def counts(z: np.ndarray) -> np.ndarray:
        index = np.trunc(k * (z + 2 * s) / (4 * s)).astype(int)
        kept = index[((index > 0) & (index < k)).all(axis=1)]
        return np.bincount(kept @ [k, 1], minlength=k * k) + alpha

    p, q = counts(x), counts(y)
    expected = float((p / p.sum() * np.log(p / p.sum() / (q / q.sum()))).sum())
    found = state_space_divergence(x, y, convention="neurips2024", binning="2std")
    assert float(found) == pytest.approx(expected, rel=1e-10)
    with pytest.raises(InputError, match="2std"):
        state_space_divergence(x, y, binning="3std")


def test_bins_follow_the_number_of_samples() -> None:
    """A delay-embedded series of 200 samples in 27,000 cells is saturated whatever it is."""
    assert [bins_for(n, 3) for n in (20_000, 6_750, 1_000, 200, 5)] == [30, 30, 15, 9, 4]
    assert bins_for(100, 5) == 4
    assert [bins_for(10**6, n) for n in (1, 2, 3, 4, 5)] == [30, 30, 30, 13, 8]


def test_cells_in_a_table_are_found_in_the_order_of_sorted_keys() -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 500, 2))
    space = BinnedReference(x, 12)
    counts, (found,) = space.union(space.keys(y))
    cells = np.unique(np.concatenate([space.keys(x), space.keys(y)]))
    np.testing.assert_array_equal(cells[found], space.keys(y))
    np.testing.assert_array_equal(counts, [(space.keys(x) == c).sum() for c in cells])


def test_resamples_that_draw_all_rows_in_order_score_as_the_series_does() -> None:
    x, y = np.random.default_rng(1).normal(size=(2, 400, 2))
    space = BinnedReference(x, 8)
    found = space.resampled(y, Resampling((400,), 400), np.random.default_rng(0), 3)
    np.testing.assert_array_equal(found, space.divergence(y))

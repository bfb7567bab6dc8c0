"""Nearest-neighbour divergence: Gaussians of known divergence, power in ten variables."""

from __future__ import annotations

import numpy as np
import pytest

import dsr
from dsr.errors import InputError
from dsr.kernels.nearest_sets import count_within, kth_smallest
from dsr.metrics import nearest_neighbour_divergence
from dsr.metrics.geometry.mixture import MixtureReference
from dsr.metrics.geometry.nearest_neighbours import nearest_neighbour_sets


@pytest.mark.parametrize(
    ("variables", "scale", "shift", "tolerance"),
    [(1, 1.0, 1.0, 0.08), (2, 1.5, 0.0, 0.06), (3, 1.0, 0.5, 0.06), (2, 0.7, 0.3, 0.15)],
)
def test_gaussians_score_their_divergence(variables, scale, shift, tolerance) -> None:
    """d (ln s + (1 + m^2) / (2 s^2) - 1/2) for N(0, 1) from N(m, s), in every variable."""
    known = variables * (np.log(scale) + (1 + shift**2) / (2 * scale**2) - 0.5)
    rng = np.random.default_rng(0)
    found = [
        float(nearest_neighbour_divergence(x, shift + scale * y))
        for x, y in rng.normal(size=(5, 2, 4_000, variables))
    ]
    assert abs(np.mean(found) - known) < tolerance


def test_equal_generators_score_about_nothing_and_copies_nothing() -> None:
    x, y = np.random.default_rng(1).normal(size=(2, 3_000, 8))
    assert float(nearest_neighbour_divergence(x, y)) < 0.1
    assert float(nearest_neighbour_divergence(x, x)) == 0.0


def test_neighbours_in_time_are_no_neighbours() -> None:
    """A smooth run is its own nearest neighbour: without a window the truth would score 3 nats."""
    runs = dsr.simulate(
        "lorenz63", steps=3_000, dt=0.02, trajectories=2, seed=0, rtol=1e-7, atol=1e-9
    ).values
    found = nearest_neighbour_divergence(*runs)
    assert found.attrs["theiler"] > 10
    assert abs(found.attrs["estimate"]) < 0.5


@pytest.mark.slow
def test_ten_variables_with_one_deviation_a_tenth_larger_stand_apart_from_the_truth() -> None:
    """Mixtures, whose kernels are one deviation wide, caught it in none of twelve (audit, M5)."""
    runs = dsr.simulate(
        "lorenz96", steps=5_000, dt=0.25, trajectories=6, seed=3, rtol=1e-5, atol=1e-7
    ).values
    x, mixture = runs[0], MixtureReference(runs[0])
    scores = {"neighbours": [], "mixture": []}
    for y in runs[1:]:
        wide = y.copy()
        wide[:, 0] += 0.1 * (y[:, 0] - y[:, 0].mean())
        estimates = [nearest_neighbour_divergence(x, z).attrs["estimate"] for z in (y, wide)]
        scores["neighbours"].append(estimates)
        scores["mixture"].append([mixture.divergence(z) for z in (y, wide)])
    apart = {
        name: np.diff(np.mean(rows, axis=0))[0] / np.std(np.array(rows)[:, 0], ddof=1)
        for name, rows in scores.items()
    }
    assert apart["neighbours"] > 1.0
    assert apart["neighbours"] > 1.5 * apart["mixture"]


def test_a_run_that_is_not_finite_scores_inf_and_too_few_samples_are_refused() -> None:
    x = np.random.default_rng(0).normal(size=(200, 3))
    found = nearest_neighbour_divergence(x, np.full_like(x, np.nan))
    assert np.isinf(found)
    assert "not finite" in found.attrs["reason"]
    assert np.isinf(nearest_neighbour_sets(x, np.full_like(x, np.inf)))
    with pytest.raises(InputError, match="too few for 10 neighbours"):
        nearest_neighbour_divergence(x[:25], x[:25])


def test_selections_from_rows_agree_with_sorting() -> None:
    rng = np.random.default_rng(2)
    squares = rng.random((7, 60))
    places = np.array([-1, 0, 5, 59, 30, -1, 12])
    radii = kth_smallest(squares, 4, places, 3)
    for row, place, radius in zip(squares, places, radii, strict=True):
        kept = row if place < 0 else row[np.abs(np.arange(60) - place) > 3]
        assert radius == np.sort(kept)[3]
    np.testing.assert_array_equal(count_within(squares, radii, places, 3), 4)

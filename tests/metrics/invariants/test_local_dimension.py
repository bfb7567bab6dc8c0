"""Local dimension and persistence of sets and series where both are known."""

from __future__ import annotations

import numpy as np
import pytest
from known_sets import circle, henon, square

from dsr.errors import InputError
from dsr.metrics import local_dimension
from dsr.metrics.invariants.local_dimension import extremal_index


def test_a_circle_has_dimension_one_everywhere(rng: np.random.Generator) -> None:
    found = local_dimension(circle(rng, 10_000), references=200)
    assert float(found["low"]) <= 1.0 <= float(found["high"])
    assert float(found["local_dimension"].std()) < 0.15


def test_a_square_has_dimension_two(rng: np.random.Generator) -> None:
    found = local_dimension(square(rng, 10_000), references=300)
    assert float(found["low"]) <= 2.0 <= float(found["high"])
    assert float(found["dimension"]) == pytest.approx(2.0, abs=0.1)


def test_the_mean_over_the_henon_map_is_its_information_dimension(rng: np.random.Generator) -> None:
    """D1 = D_KY = 1.258; local dimensions spread around it."""
    found = local_dimension(henon(rng, 20_000), references=400)
    assert float(found["dimension"]) == pytest.approx(1.258, abs=0.05)
    assert float(found["low"]) <= 1.258 <= float(found["high"])
    assert float(found["local_dimension"].std()) > 0.1


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9])
def test_the_extremal_index_of_a_moving_maximum_process(phi: float) -> None:
    """Max-autoregressive process, x_t = max(phi x_(t-1), (1 - phi) z_t): theta is 1 - phi."""
    rng = np.random.default_rng(1)
    shocks = (1 - phi) / -np.log(rng.random(200_000))
    x = np.empty_like(shocks)
    x[0] = shocks[0]
    for t in range(1, x.size):
        x[t] = max(phi * x[t - 1], shocks[t])
    times = np.flatnonzero(x > np.quantile(x, 0.995))
    assert extremal_index(times, 0.005) == pytest.approx(1 - phi, abs=0.05)


def test_a_slow_orbit_persists_longer(rng: np.random.Generator) -> None:
    """The same closed orbit at a fifth of the speed stays near a state five times as long."""
    turns = 2 * np.pi * (np.sqrt(5) - 1) / 2 * np.arange(6000)
    orbits = [
        np.stack([np.cos(a), np.sin(a)], axis=1) for a in (turns, 0.01 * turns, 0.002 * turns)
    ]
    fast, middle, slow = (
        float(local_dimension(x, references=100)["mean_persistence"]) for x in orbits
    )
    assert slow < middle < fast


def test_units_of_one_variable_do_not_matter(rng: np.random.Generator) -> None:
    points = henon(rng, 4000)
    one, other = (local_dimension(points * [c, 1.0], references=100) for c in (1.0, 1000.0))
    np.testing.assert_allclose(one["local_dimension"], other["local_dimension"], rtol=1e-6)


def test_trajectories_keep_their_points(rng: np.random.Generator) -> None:
    found = local_dimension(np.stack([circle(rng, 2000), circle(rng, 2000)]), references=50)
    assert found.sizes["point"] == 100
    assert set(found["trajectory_of_point"].values.tolist()) == {0, 1}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"quantile": 0.999}, "quantile"),
        ({"quantile": 0.2}, "quantile"),
        ({"scale": "unit"}, "scale"),
        ({"references": 1}, "references"),
        ({"theiler": -1}, "theiler"),
    ],
)
def test_bad_options_are_refused(options: dict, said: str, rng: np.random.Generator) -> None:
    with pytest.raises(InputError, match=said):
        local_dimension(circle(rng, 2000), **options)

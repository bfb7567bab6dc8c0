"""Delays and dimensions of embeddings, for series whose right answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter
from scipy.spatial.distance import cdist

import dsr
from dsr.errors import InputError
from dsr.kernels.continuity import continuity, neighbour_spread
from dsr.metrics import cao, delay_embedding, delay_time, false_nearest_neighbours, pecuzal
from dsr.metrics.embedding.delays import mutual_information


def sine(period: float = 37.3, steps: int = 3000) -> np.ndarray:
    return np.sin(2 * np.pi * np.arange(steps) / period)


def lorenz_x(dt: float = 0.05, steps: int = 5000) -> object:
    return dsr.simulate("lorenz63", steps=steps, dt=dt, seed=0).sel(variable=["x"])


def test_zero_crossing_of_a_sine_is_a_quarter_period() -> None:
    assert int(delay_time(sine(40.0), method="zero crossing")["delay"]) in (10, 11)


def test_autocorrelation_delay_of_an_autoregressive_series() -> None:
    """Autocorrelation a^k falls to 1/e at k = -1 / ln a."""
    rng = np.random.default_rng(0)
    x = np.zeros(100_000)
    for t in range(1, len(x)):
        x[t] = 0.9 * x[t - 1] + rng.normal()
    found = int(delay_time(x, method="autocorrelation", max_delay=50)["delay"])
    assert abs(found - (-1 / np.log(0.9))) <= 1.5


def test_mutual_information_at_lag_zero_is_the_entropy(rng: np.random.Generator) -> None:
    x = rng.random(20_000)
    bins = 63
    share = np.histogram(x, bins=bins, range=(x.min(), x.max()))[0] / len(x)
    entropy = -(share * np.log(share)).sum()
    assert mutual_information(x, 2)[0] == pytest.approx(entropy, rel=1e-3)


def test_noise_has_no_minimum_of_mutual_information(rng: np.random.Generator) -> None:
    found = delay_time(rng.normal(size=3000))
    assert not bool(found["found"])
    assert int(found["delay"]) == 1


@pytest.mark.parametrize(("name", "dimension"), [("henon", 2), ("lorenz63", 3)])
def test_false_neighbours_find_the_dimension(name: str, dimension: int) -> None:
    step = {"dt": 0.05} if name == "lorenz63" else {}
    x = dsr.simulate(name, steps=5000, seed=0, **step).isel(variable=[0])
    assert int(false_nearest_neighbours(x)["dimension"]) == dimension


def test_noise_keeps_false_neighbours(rng: np.random.Generator) -> None:
    found = false_nearest_neighbours(rng.normal(size=3000), delay=1, max_dimension=4)
    assert not bool(found["found"])


def test_cao_tells_chaos_from_noise(rng: np.random.Generator) -> None:
    assert bool(cao(lorenz_x(), max_dimension=6)["deterministic"])
    assert not bool(cao(rng.normal(size=4000), delay=1, max_dimension=6)["deterministic"])


def oscillator(period: float, damping: float, seed: int, steps: int = 2000) -> np.ndarray:
    """An autoregression of order 2: noise that rings."""
    noise = np.random.default_rng(seed).standard_normal(steps + 2000)
    weights = [1.0, -2 * damping * np.cos(2 * np.pi / period), damping**2]
    return lfilter([1.0], weights, noise)[2000:]


@pytest.mark.parametrize(("period", "damping"), [(20, 0.95), (40, 0.99), (40, 0.999)])
def test_an_oscillator_driven_by_noise_is_not_deterministic(period: float, damping: float) -> None:
    """E2 alone says so of each; one in twenty is left to chance."""
    found = [
        bool(cao(oscillator(period, damping, seed), max_dimension=4)["deterministic"])
        for seed in range(3)
    ]
    assert sum(found) <= 1
    alone = cao(oscillator(period, damping, 0), max_dimension=4, surrogates=0)
    assert bool(alone["deterministic"])


@pytest.mark.parametrize("kind", ["henon", "roessler", "halvorsen", "noisy lorenz", "sine"])
def test_motion_without_noise_in_it_is_deterministic(kind: str) -> None:
    if kind == "sine":
        x: object = sine()
    else:
        options = {"henon": {}, "roessler": {"dt": 0.2}, "halvorsen": {"dt": 0.1}}.get(
            kind, {"dt": 0.05, "observation_noise": 0.05}
        )
        name = "lorenz63" if kind == "noisy lorenz" else kind
        x = dsr.simulate(name, steps=3000, seed=2, **options).isel(variable=[0])
    found = cao(x, max_dimension=5)
    assert bool(found["deterministic"])
    assert float(found["surrogate_score"]) > 3


def test_cao_asks_for_enough_surrogates(rng: np.random.Generator) -> None:
    with pytest.raises(InputError, match="surrogates"):
        cao(rng.normal(size=300), surrogates=5)


def test_uniform_embedding_is_causal() -> None:
    x = np.arange(500.0) ** 1.1
    embedded = delay_embedding(x, dimension=3, delay=2)
    np.testing.assert_array_equal(embedded.values[0, 0], x[[4, 2, 0]])


def test_uniform_embedding_takes_one_variable() -> None:
    with pytest.raises(InputError, match="pecuzal"):
        delay_embedding(dsr.simulate("henon", steps=200))


@pytest.mark.parametrize(
    ("series", "dimension"),
    [(lorenz_x(), 3), (lorenz_x(0.02), 3), (sine(), 2),
     (dsr.simulate("henon", steps=4000, seed=0).isel(variable=[0]), 2)],
    ids=["lorenz", "lorenz fine", "sine", "henon"],
)  # fmt: skip
def test_pecuzal_unfolds_known_systems(series: object, dimension: int) -> None:
    assert pecuzal(series).sizes["variable"] == dimension


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("steps", [1000, 3000])
def test_pecuzal_gives_henon_two_coordinates_from_any_start(seed: int, steps: int) -> None:
    x = dsr.simulate("henon", steps=steps, seed=seed).isel(variable=[0])
    assert pecuzal(x).attrs["delays"] == [0, 1]


@pytest.mark.parametrize("name", ["lozi", "tinkerbell", "delayed_logistic", "henon3d"])
def test_pecuzal_gives_other_maps_two_coordinates(name: str) -> None:
    """All but 3-d Hénon, which is thin as a sheet, were looked at when the rule was made."""
    x = dsr.simulate(name, steps=3000, seed=0).isel(variable=[0])
    assert pecuzal(x).attrs["delays"] == [0, 1]


@pytest.mark.parametrize("seed", range(5))
def test_pecuzal_finds_nothing_in_noise(seed: int) -> None:
    found = pecuzal(np.random.default_rng(seed).normal(size=3000))
    assert found.sizes["variable"] == 1
    assert "no structure" in found.attrs["reason"]


def test_pecuzal_coordinates_are_what_their_names_say() -> None:
    series = dsr.simulate("lorenz63", steps=4000, dt=0.05, seed=0)
    found = pecuzal(series)
    window = max(found.attrs["delays"])
    for k, (column, delay) in enumerate(
        zip(found.attrs["columns"], found.attrs["delays"], strict=True)
    ):
        expected = series.sel(variable=column).values[0, window - delay : 4000 - delay]
        np.testing.assert_array_equal(found.values[0, :, k], expected)
    assert float(found["time"][0]) == pytest.approx(window * 0.05)
    assert all(change < 0 for change in found.attrs["cost_change"])


def test_pecuzal_refuses_series_shorter_than_its_delays() -> None:
    with pytest.raises(InputError, match="max_delay"):
        pecuzal(sine(steps=300), max_delay=50)


def test_neighbours_spread_as_defined(rng: np.random.Generator) -> None:
    """Uzal et al. 2011: mean squared distance of all pairs now, from the centroid later."""
    points = rng.normal(size=(60, 2))
    group = np.array([4, 9, 21, 30])
    found = neighbour_spread(points, group[:1], group[None, 1:], 3)[0]
    pairs = cdist(points[group], points[group], "sqeuclidean")[np.triu_indices(4, 1)]
    assert found[0] == pytest.approx(2 * pairs.sum() / (3 * 4), rel=1e-12)
    for k in (1, 2, 3):
        later = points[group + k]
        expected = ((later - later.mean(axis=0)) ** 2).sum(axis=1).mean()
        assert found[k] == pytest.approx(expected, rel=1e-12)


def test_continuity_is_the_binomial_order_statistic(rng: np.random.Generator) -> None:
    """With eight neighbours six must fall within the radius (5 % level)."""
    column = rng.normal(size=120)
    most, references = 5, np.array([40, 70])
    neighbours = np.stack([rng.choice(100, 8, replace=False) for _ in references])
    found = continuity(column, references, neighbours, most, 8, np.array([6]))
    for delay in range(most + 1):
        radii = [
            np.sort(np.abs(column[most + n - delay] - column[most + row - delay]))[5]
            for n, row in zip(references, neighbours, strict=True)
        ]
        assert found[delay] == pytest.approx(np.mean(radii), rel=1e-12)

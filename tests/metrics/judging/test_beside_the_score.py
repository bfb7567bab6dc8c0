"""What stands beside a score: floors and clouds as intervals, what withholds a good sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dsr
from dsr.data import make_series
from dsr.metrics import evaluate
from dsr.metrics.judging.distances import Aspect
from dsr.metrics.judging.pools import span, stretches
from dsr.metrics.judging.spaces import Cells, Neighbours
from dsr.metrics.judging.withheld import withheld
from dsr.models.base import ReconstructionModel
from dsr.workflow.baselines import baseline_scores

EQUAL = "indistinguishable from the reference"


def lorenz(seed: int, steps: int, **more: Any) -> Any:
    return dsr.simulate("lorenz63", steps=steps, dt=0.05, seed=seed, **more)


class Replay(ReconstructionModel):
    """Runs as another recording of the system did, and forecasts as it is told."""

    name = "replay"

    def __init__(self, recording: Any, forecasts: str) -> None:
        super().__init__()
        self.recording, self.forecasts = recording, forecasts

    def learn(self, parts: Any, *, inputs: Any, seed: int) -> None:
        """Nothing is to be learnt."""

    def run(self, contexts: Any, steps: int, *, inputs: Any, rng: Any) -> Any:
        """Repeat the recording for long runs, and the last sample or its opposite for forecasts."""
        if steps > 200:
            return np.stack([self.recording[:steps] for _ in contexts])
        last = np.stack([context[-1] for context in contexts])
        if self.forecasts == "bad":
            last = self.recording.mean(axis=0) + 3.0 * (last - self.recording.mean(axis=0))
        return np.repeat(last[:, None], steps, axis=1)


def test_floors_hold_what_other_recordings_score() -> None:
    """One draw as the floor: true runs scored up to three times as much, and half of it."""
    x, b = lorenz(0, 3_000), lorenz(1, 15_000)
    truths = [evaluate(x, lorenz(seed, 3_000), independent=b, resamples=60) for seed in range(2, 8)]
    for name in ("state_space_divergence", "hellinger_spectral_distance", "lagged_divergence"):
        floor = truths[0]
        low, middle, high = (
            float(floor[f"{name}_noise_floor{end}"]) for end in ("_low", "", "_high")
        )
        assert low < middle < high
        inside = [low <= float(found[name]) <= high for found in truths]
        assert sum(inside) >= 5, name


def test_the_floor_of_all_recordings_is_not_that_of_the_longest() -> None:
    x, b = lorenz(0, 1_500), lorenz(1, 1_500, trajectories=4)
    longest_only = evaluate(x, x, independent=b.isel(trajectory=[0]), resamples=20)
    all_of_them = evaluate(x, x, independent=b, resamples=20)
    name = "state_space_divergence_noise_floor"
    single = float(longest_only[name])
    assert float(all_of_them[f"{name}_low"]) <= single <= float(all_of_them[f"{name}_high"])
    assert float(all_of_them[name]) != single


def test_cloud_and_gaussian_baseline_agree() -> None:
    """Training data that grow: its end has the size of the test part, its whole has not."""
    rng = np.random.default_rng(0)
    values = rng.standard_normal((6_000, 2)) * np.linspace(0.2, 2.0, 6_000)[:, None]
    train, test = make_series(values[:5_000]), make_series(values[5_000:])
    cloud = dsr.models.GaussianCloud().fit(train)
    row = evaluate(test, cloud, independent=train, resamples=20)
    name = "state_space_divergence"
    low, high = (float(row[f"{name}_surrogate_{end}"]) for end in ("low", "high"))
    assert low <= float(row[name]) <= high
    table = baseline_scores(test, train)
    assert low <= float(table[name].sel(baseline="gaussian")) <= high


def test_bins_follow_the_number_of_samples() -> None:
    """Thirty bins a variable for sixty samples: every score was as bad as it can be."""
    x, b = lorenz(0, 60), lorenz(1, 240)
    short = evaluate(x, lorenz(2, 60), independent=b, resamples=20)
    assert short.attrs["bins"] < 10
    assert float(short["state_space_divergence_noise_floor"]) < 8.0
    long = evaluate(lorenz(0, 9_000), lorenz(2, 9_000), independent=b, resamples=20)
    assert long.attrs["bins"] < 10  # what is compared is as short as the recording


def test_a_saturated_score_decides_nothing() -> None:
    rng = np.random.default_rng(0)
    x, b, cloud = ([rng.standard_normal((400, 5))] for _ in range(3))
    # Five variables at 400 samples, and cells for 27,000.
    space = Cells(x)
    space.reference = type(space.reference)(x[0], 13)
    space.missed = space.reference.divergence(np.full((400, 5), np.nan))
    assert Aspect(space, [b], [cloud, cloud], 20, 40, 0).saturated
    rng = np.random.default_rng(1)
    x, b, cloud = ([rng.standard_normal((20_000, 2))] for _ in range(3))
    assert not Aspect(Cells(x), [b], [cloud, cloud], 20, 40, 0).saturated


def test_many_variables_get_a_score_with_power() -> None:
    """A tenth more of one deviation in ten: kernels one deviation wide saw nothing."""
    rng = np.random.default_rng(0)
    x, b, y = (rng.standard_normal((2_000, 8)) for _ in range(3))
    y[:, 3] *= 1.5
    scores = evaluate(x, y, independent=b, resamples=20)
    name = "nearest_neighbour_divergence"
    assert float(scores[name]) > float(scores[f"{name}_noise_floor_high"])
    assert name not in evaluate(x[:, :3], y[:, :3], independent=b[:, :3], resamples=10)
    star = Neighbours([x]).resampled([y], 20, rng, 40)
    assert star.std() > 0.0


@pytest.mark.parametrize("forecasts", ["bad", "still"])
def test_a_run_like_the_data_with_useless_forecasts_is_not_green(forecasts: str) -> None:
    x, b = lorenz(0, 4_000), lorenz(1, 8_000)
    model = Replay(lorenz(2, 6_000).values[0], forecasts).fit(b)
    found = evaluate(x, model, independent=b, resamples=20)
    assert found.attrs["p_value"] > found.attrs["level"]
    assert (found.attrs["verdict"] == EQUAL) == (forecasts == "still")
    assert len(found.attrs["withheld_because"]) == (forecasts == "bad")
    # Whatever scores were asked for.
    some = evaluate(x, model, independent=b, metrics=["state_space_divergence"], resamples=20)
    assert some.attrs["verdict"] == found.attrs["verdict"]
    assert "prediction_error" not in some


def test_growing_volumes_withhold_and_folding_maps_do_not() -> None:
    data = {"exponent_sum_low": ((), 0.1), "lyapunov_exponent": ("index", np.array([0.9, -0.7]))}
    assert len(withheld(data, 20.0)) == 1
    assert withheld(data, 3.0) == []
    assert withheld({**data, "exponent_sum_low": ((), -0.1)}, 20.0) == []


def test_the_sum_of_exponents_stands_with_its_interval() -> None:
    x = dsr.simulate("henon", steps=400, seed=0)
    growing = dsr.models.ShallowPLRNN.from_matrices(
        A=[0.9, 0.8], W1=np.zeros((2, 1)), W2=np.zeros((1, 2)), h1=np.zeros(2), h2=[0.0]
    )
    found = evaluate(x, growing, metrics=["largest_lyapunov_exponent"], resamples=10)
    assert float(found["exponent_sum"]) == pytest.approx(np.log(0.72))
    assert float(found["exponent_sum_low"]) <= float(found["exponent_sum"])
    none = evaluate(x, dsr.models.GaussianCloud().fit(x), metrics=["largest_lyapunov_exponent"])
    assert "exponent_sum" not in none


def test_stretches_lie_within_trajectories_where_they_can() -> None:
    parts = [np.arange(10.0)[:, None], np.arange(20.0)[:, None]]
    assert all(len(pool) == 1 for pool in stretches(parts, 10, 5))
    crossing = stretches(parts, 25, 5)
    assert [sum(map(len, pool)) for pool in crossing] == [25]
    np.testing.assert_array_equal(np.concatenate(span(parts, 8, 4))[:, 0], [8.0, 9.0, 0.0, 1.0])

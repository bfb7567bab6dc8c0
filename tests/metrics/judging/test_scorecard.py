"""The verdict: truth, near misses and failures of Lorenz-63 each get the right sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dsr
from dsr.errors import InputError
from dsr.metrics import evaluate, gaussian_cloud, iaaft, metrics_to_json, shuffled
from dsr.metrics.judging import noise_floor as yardstick
from dsr.metrics.judging.degenerate import degeneracy
from dsr.metrics.judging.distances import Interval, Measured, quantiles

STEPS = 60_000


def lorenz(seed: int, **parameters: float) -> Any:
    return dsr.simulate("lorenz63", steps=STEPS, dt=0.01, seed=seed, parameters=parameters or None)


@pytest.fixture(scope="module")
def x() -> Any:
    return lorenz(1)


@pytest.fixture(scope="module")
def b() -> Any:
    return lorenz(2)


def verdict(x: Any, y: Any, b: Any) -> str:
    return str(evaluate(x, y, independent=b, resamples=100).attrs["verdict"])


def test_the_truth_from_another_start(x: Any, b: Any) -> None:
    assert verdict(x, lorenz(3), b) == "indistinguishable from the reference"


def test_a_system_a_little_off(x: Any, b: Any) -> None:
    assert verdict(x, lorenz(3, rho=26.5), b) == (
        "better than a Gaussian cloud, short of the reference"
    )


@pytest.mark.parametrize("make", [gaussian_cloud, iaaft, shuffled])
def test_surrogates_are_no_better_than_a_cloud(x: Any, b: Any, make: Any) -> None:
    assert verdict(x, make(x), b) == "no better than a Gaussian cloud"


def test_degenerate_runs(x: Any, b: Any) -> None:
    frozen = np.repeat(x.values[0, :1], STEPS, axis=0)
    assert verdict(x, frozen, b) == "degenerate: frozen"
    diverged = x.values[0].copy()
    diverged[STEPS // 3 :] = np.inf
    assert verdict(x, diverged, b) == "degenerate: diverged"
    assert verdict(x, lorenz(1, rho=160.0), b) == "degenerate: periodic"


def test_chaos_and_tori_are_not_called_periodic(x: Any) -> None:
    t = 0.05 * np.arange(8000)
    torus = np.stack([np.sin(t), np.sin(np.sqrt(2) * t)], axis=1)
    noise = np.random.default_rng(0).normal(size=(8000, 2))
    assert degeneracy(noise, torus) is None
    assert degeneracy(noise, np.stack([np.sin(t), np.cos(t)], axis=1)) == "periodic"
    assert degeneracy(noise[:, :1].repeat(3, 1) * 8, x.values[0, :8000]) is None


def test_short_series_are_undecidable_or_judged_never_an_error(x: Any) -> None:
    short = x.isel(time=slice(0, 80))
    scores = evaluate(short, x.isel(time=slice(5000, 5080)))
    assert scores.attrs["verdict"]
    assert scores.attrs["compared_length"] == 40


def test_a_reference_alone_is_cut_in_halves(x: Any) -> None:
    scores = evaluate(x, lorenz(3), resamples=50)
    assert scores.attrs["compared_length"] == STEPS // 2


def test_infinite_differences_count_as_none_of_the_resamples() -> None:
    infinite, finite = np.full(50, np.inf), np.full(50, 2.0)
    over = quantiles(infinite - finite, [0.025, 0.975])
    assert not Measured(Interval(np.inf, np.nan, np.nan), over, over).clear_of_clouds


def test_every_missing_number_has_a_reason(x: Any, b: Any) -> None:
    scores = evaluate(x, lorenz(3), independent=b, resamples=20)
    for name in scores.data_vars:
        if scores[name].ndim == 0 and not np.isfinite(float(scores[name])):
            assert scores[name].attrs["reason"], name
    table = metrics_to_json(scores)
    assert table["prediction_error"]["value"] is None
    assert set(table["state_space_divergence"]) >= {
        "value", "low", "high", "noise_floor", "surrogate"
    }  # fmt: skip
    divergence = table["state_space_divergence"]
    assert divergence["low"] <= divergence["value"] <= divergence["high"]
    assert divergence["value"] < divergence["surrogate"]
    assert divergence["noise_floor_low"] <= divergence["noise_floor_high"]


def test_several_trajectories_keep_their_own_scores(b: Any) -> None:
    runs = dsr.simulate("lorenz63", steps=4000, dt=0.02, trajectories=3, seed=5)
    scores = evaluate(runs, runs, independent=b, resamples=20)
    assert scores["state_space_divergence_per_trajectory"].sizes == {"trajectory": 3}
    assert float(scores["state_space_divergence"]) == 0.0


def test_a_model_is_run_and_judged(x: Any, b: Any) -> None:
    model = dsr.models.ShallowPLRNN(3, 30).fit(b.isel(time=slice(0, 5000)), updates=300)
    scores = evaluate(x.isel(time=slice(0, 3000)), model, independent=b, resamples=20)
    assert scores.attrs["transient"] >= 750
    assert np.isfinite(float(scores["prediction_error"]))
    assert scores["lyapunov_exponent"].sizes == {"index": 3}
    assert (scores["lyapunov_exponent_low"] <= scores["lyapunov_exponent"]).all()
    assert (scores["lyapunov_exponent"] <= scores["lyapunov_exponent_high"]).all()
    assert float(scores["prediction_error_persistence"][0]) > 0


def test_wrong_input_is_refused(x: Any) -> None:
    with pytest.raises(InputError, match="variables"):
        evaluate(x, x.values[0, :, :2])
    with pytest.raises(InputError, match="unknown metric"):
        evaluate(x, x, metrics=["beauty"])
    with pytest.raises(InputError):
        evaluate(np.full((100, 2), np.nan), x)


def test_distances_on_request_are_those_of_their_functions(x: Any, b: Any) -> None:
    names = ["energy_distance", "maximum_mean_discrepancy", "hausdorff_distance",
             "autocorrelation_distance"]  # fmt: skip
    x, b = (series.isel(time=slice(0, 3_000)) for series in (x, b))
    scores = evaluate(x, b, metrics=names, independent=b)
    for name in names:
        alone = getattr(dsr.metrics, name)(x, b)
        assert float(scores[name]) == pytest.approx(float(alone.mean()), rel=1e-12)
        assert float(scores[name]) == pytest.approx(float(scores[f"{name}_noise_floor"]))
    low, high = (float(scores[f"energy_distance_{end}"]) for end in ("low", "high"))
    assert low <= float(scores["energy_distance"]) <= high
    assert "reason" in scores["hausdorff_distance_low"].attrs
    assert "state_space_divergence" not in scores
    assert set(metrics_to_json(scores)) == set(names)


def test_horizon_of_a_model_in_lyapunov_times_of_the_system(x: Any, b: Any) -> None:
    """In the model's own, one twice too chaotic would be given twice the score."""
    x, b = (series.isel(time=slice(0, 10_000)) for series in (x, b))
    model = dsr.models.create("sindy").fit(b)
    names = ["valid_prediction_time", "largest_lyapunov_exponent"]
    scores = evaluate(x, model, independent=b, metrics=names)
    time, attrs = float(scores["valid_prediction_time"]), scores["valid_prediction_time"].attrs
    assert attrs["lyapunov_times"] == pytest.approx(time * 0.9056)
    assert attrs["lyapunov_exponent_source"] == "catalogue: lorenz63"
    assert time > float(scores["valid_prediction_time_surrogate"])
    x = x.copy()
    del x.attrs["system"]
    attrs = evaluate(x, model, independent=b, metrics=names)["valid_prediction_time"].attrs
    assert attrs.get("lyapunov_exponent_source", "estimated") in (
        "estimated", "estimated from the reference data"
    )  # fmt: skip
    assert ("lyapunov_times" in attrs) != ("lyapunov_times_reason" in attrs)


def test_a_generated_series_makes_no_forecasts(x: Any, b: Any) -> None:
    scores = evaluate(x, b, metrics=["valid_prediction_time"])
    assert np.isnan(scores["valid_prediction_time"])
    assert "no forecasts" in scores["valid_prediction_time"].attrs["reason"]


def travelling_waves(seed: int, steps: int = 6000) -> Any:
    """Two patterns whose amplitudes are x and z of Lorenz-63."""
    series = dsr.simulate("lorenz63", steps=steps, dt=0.02, seed=seed)
    x, z = series.values[0, :, 0] / 8, (series.values[0, :, 2] - 23) / 8
    angle = 2 * np.pi * np.arange(12) / 12
    first, second = np.outer(np.sin(angle), np.cos(angle)), np.outer(np.cos(2 * angle), angle**0)
    frames = x[:, None, None] * first + z[:, None, None] * second
    return dsr.data.make_series(frames[None, :, None], dt=0.02, time_unit="s")


def test_fields_are_judged_by_the_same_door() -> None:
    x, b, y = (travelling_waves(seed) for seed in range(3))
    good = evaluate(x, y, independent=b, resamples=50)
    assert good.attrs["verdict"].startswith(("indistinguishable", "better than"))
    assert good.attrs["space"].startswith("2 leading modes")
    expected = dsr.metrics.rmse(x, y)
    assert float(good["rmse"]) == pytest.approx(float(expected.mean()))
    assert float(good["rmse_low"]) <= float(good["rmse"]) <= float(good["rmse_high"])
    some = evaluate(x, y, independent=b, metrics=["ssim"], resamples=20)
    assert set(metrics_to_json(some)) == {"ssim"}
    with pytest.raises(InputError, match="prediction_error"):
        evaluate(x, y, metrics=["prediction_error"])
    frozen = y.copy(data=np.broadcast_to(y.values[:, :1], y.shape))
    judged = evaluate(x, frozen, independent=b, resamples=20)
    assert judged.attrs["verdict"] == "degenerate: frozen"
    gone = evaluate(x, y.copy(data=np.full(y.shape, np.nan)), independent=b, resamples=20)
    assert gone.attrs["verdict"] == "degenerate: diverged"
    assert float(gone["rmse"]) == np.inf
    for name in gone.data_vars:
        if gone[name].ndim == 0 and np.isnan(gone[name]):
            assert gone[name].attrs["reason"], name


def test_metrics_of_series_refuse_fields() -> None:
    field = travelling_waves(0, 200)
    with pytest.raises(InputError, match="field"):
        dsr.metrics.state_space_divergence(field, field)
    with pytest.raises(InputError, match="grid"):
        evaluate(field, field.isel(x=slice(0, 5)))


def test_a_generated_file_may_hold_what_a_reference_must_not(x: Any, tmp_path: Any) -> None:
    broken = x.copy()
    broken[:, 1000:] = np.nan
    path = tmp_path / "broken.nc"
    dsr.data.write_dataset(broken.to_dataset(name="series"), path)
    assert evaluate(x, path).attrs["verdict"] == "degenerate: diverged"
    with pytest.raises(InputError):
        evaluate(path, x)


def test_small_numbers_are_not_taken_for_constants(x: Any) -> None:
    tiny = 1e-15 * x.isel(time=slice(0, 10_000))
    assert evaluate(tiny, tiny).attrs["verdict"] == "indistinguishable from the reference"


def test_what_depends_on_the_reference_alone_is_remembered_and_changes_nothing(
    x: Any, b: Any
) -> None:
    short, other = x.isel(time=slice(0, 4000)), b.isel(time=slice(0, 4000))
    run = lorenz(3).isel(time=slice(0, 4000))
    yardstick._memory.clear()
    first = evaluate(short, run, independent=other)
    assert len(yardstick._memory) == 1
    again = evaluate(short, run, independent=other)
    assert len(yardstick._memory) == 1
    assert first.identical(again)
    evaluate(short, run, independent=other, seed=1)
    evaluate(short, run, independent=other, seed=2)
    assert len(yardstick._memory) == 2  # the oldest is forgotten

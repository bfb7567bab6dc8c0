"""Hard cases of the metrics: overflow, runs at rest, blow-ups, and settings that make no sense."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from dsr.catalogue.steps import runge_kutta_step
from dsr.data import Scaler, System
from dsr.errors import InputError
from dsr.metrics import (
    basin_agreement,
    forecast_skill,
    pod_divergence,
    prediction_error,
    radial_spectrum_distance,
    ssim,
    topological_error,
    valid_prediction_time,
)


class Says:
    def __init__(self, value: Any) -> None:
        self.value = value

    def forecast(self, context: Any, steps: int, **_: Any) -> Any:
        return np.full((context.sizes["trajectory"], steps, context.sizes["variable"]), self.value)

    def generate(self, start: Any, steps: int, **_: Any) -> Any:
        return xr.DataArray(np.full((len(start), steps, start.shape[1]), self.value))


def _wells(t: float, s: Any, p: Any) -> Any:
    return [s[1], -p[0] * s[1] + s[0] - 0.1 * s[0] ** 3]


@pytest.mark.parametrize("size", [1e155, 1e200, 1e308])
def test_ssim_of_frames_whose_squares_overflow_is_zero(size: float) -> None:
    u = np.random.default_rng(0).normal(size=(3, 12, 12))
    v = u.copy()
    v[1] = size * np.sign(u[1])
    np.testing.assert_allclose(ssim(u, v), [1.0, 0.0, 1.0])


@pytest.mark.parametrize("size", [1e155, 1e200, 1e308])
def test_spectra_that_overflow_are_infinitely_far(size: float) -> None:
    u = np.random.default_rng(0).normal(size=(3, 12, 12))
    found = radial_spectrum_distance(u, size * np.sign(u))
    assert float(found["log_distance"]) == np.inf
    assert float(found["hellinger"]) == 1.0
    assert found.attrs["reason"]


def test_a_reference_without_energy_has_no_spectrum_to_compare() -> None:
    with pytest.raises(InputError):
        radial_spectrum_distance(np.zeros((3, 8, 8)), np.ones((3, 8, 8)))


@pytest.mark.parametrize("size", [1e200, 1e308])
def test_runs_beyond_all_squares_are_topological_errors(size: float) -> None:
    x = np.random.default_rng(0).random((2, 100, 2))
    found = topological_error(x, np.where(x > 0.5, size, -size))
    assert float(found["error"]) == 1.0
    assert found["diverged"].values.all()


@pytest.mark.parametrize("metric", [topological_error, basin_agreement])
def test_identical_runs_at_rest_are_identical(metric: Any) -> None:
    runs = np.ones((3, 100, 2))
    found = metric(runs, runs)
    assert float(found["error" if "error" in found else "agreement"]) == (
        0.0 if "error" in found else 1.0
    )


def test_a_system_with_one_sink_is_like_itself() -> None:
    decay = System("decay", lambda t, x, p: [-x[0], -x[1]], parameters=[], initial=[1, 1], dt=0.1)
    starts = np.array([[1.0, 2.0], [-1.0, 1.0]])
    assert float(topological_error(decay, decay, initial=starts, steps=20_000)["error"]) == 0.0
    assert float(basin_agreement(decay, decay, initial=starts, steps=20_000)["agreement"]) == 1.0


@pytest.mark.parametrize("metric", [topological_error, basin_agreement])
def test_a_generated_system_that_blows_up_is_an_error_not_an_exception(metric: Any) -> None:
    wells = System("wells", _wells, parameters=[0.5], initial=[1, 0], dt=0.05)
    blow = System(
        "blow", lambda t, x, p: [x[0] * x[0] + 1, -x[1]], parameters=[], initial=[1, 1], dt=0.05
    )
    starts = np.array([[4.0, 0.5], [-1.5, 0.5]])
    found = metric(wells, blow, initial=starts, steps=400)
    assert float(found["error" if "error" in found else "agreement"]) == (
        1.0 if "error" in found else 0.0
    )


def test_the_step_of_a_flow_at_rest_is_not_asked_for_more_than_rounding() -> None:
    wells = System("wells", _wells, parameters=[1.5], initial=[4, 0.5], dt=0.01)
    assert runge_kutta_step(wells, transient=30.0) == 0.01


def test_a_transient_that_leaves_nothing_is_refused() -> None:
    runs = np.random.default_rng(0).random((2, 100, 2))
    for transient in (-1, 100, 99):
        with pytest.raises(InputError, match="transient"):
            basin_agreement(runs, runs, transient=transient)


@pytest.mark.parametrize("bad", [np.inf, -np.inf])
def test_skill_of_infinite_forecasts(bad: float) -> None:
    x = np.random.default_rng(0).normal(size=(200, 3))
    skill = forecast_skill(Says(bad), x, 3).sel(forecast="model")
    assert (skill["nrmse"] == np.inf).all()
    assert (skill["smape"] == 200.0).all()


def test_mean_squared_errors_that_overflow_are_infinite() -> None:
    x = np.random.default_rng(0).uniform(1.0, 2.0, size=100)
    scaler = Scaler(np.zeros(1), np.ones(1))
    found = prediction_error(Says(1.2e154), x, 3, scaler=scaler)
    assert (found == np.inf).all()


@pytest.mark.parametrize("metric", [valid_prediction_time, forecast_skill])
def test_training_series_have_the_same_variables_and_vary(metric: Any) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(100, 2))
    for training in (rng.normal(size=(100, 1)), rng.normal(size=(100, 3)), x * [1.0, 0.0]):
        first, second = (x, x) if metric is valid_prediction_time else (Says(0.0), x)
        with pytest.raises(InputError):
            metric(first, second, 3, training=training)


def test_horizons_are_whole_and_positive() -> None:
    x = np.random.default_rng(0).normal(size=(100, 2))
    for steps in (0, -5, 2.5, True):
        with pytest.raises(InputError, match="steps"):
            valid_prediction_time(x, x, steps)
    with pytest.raises(InputError, match="steps"):
        forecast_skill(Says(0.0), x, 2.5)
    for season in (0, -1):
        with pytest.raises(InputError, match="season"):
            forecast_skill(Says(0.0), x, 3, season=season)
    for warmup in (0, -1):
        with pytest.raises(InputError, match="warmup"):
            forecast_skill(Says(0.0), x, 3, warmup=warmup)


def test_a_scaler_of_other_variables_is_refused() -> None:
    x = np.random.default_rng(0).normal(size=(100, 2))
    with pytest.raises(InputError):
        prediction_error(Says(0.0), x, 3, scaler=Scaler(np.zeros(5), np.full(5, 9.0)))


def test_infinite_scores_have_a_reason() -> None:
    x = np.random.default_rng(0).normal(size=(200, 2))
    assert prediction_error(Says(np.nan), x, 3).attrs.get("reason")
    assert forecast_skill(Says(np.nan), x, 3)["nrmse"].attrs.get("reason")
    u = np.random.default_rng(0).normal(size=(60, 6, 6))
    assert pod_divergence(u, u * np.nan, modes=2).attrs.get("reason")


def test_numbers_of_modes_are_whole_and_positive() -> None:
    u = np.random.default_rng(0).normal(size=(60, 6, 6))
    for modes in (0, -1, 2.5):
        with pytest.raises(InputError, match="modes"):
            pod_divergence(u, u, modes=modes)
    for energy in (0.0, 1.5, -1.0):
        with pytest.raises(InputError, match="energy"):
            pod_divergence(u, u, energy=energy)


def test_basins_of_systems_need_starts() -> None:
    for source in ("lorenz63", System("w", _wells, parameters=[0.5], initial=[1, 0], dt=0.1)):
        with pytest.raises(InputError, match="initial"):
            basin_agreement(source, source)

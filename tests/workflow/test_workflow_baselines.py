"""Baselines beside a model: each of them has the score it must have."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import dsr
from dsr.workflow.baselines import BASELINES, baseline_scores, baselines_to_json


@pytest.fixture(scope="module")
def runs() -> xr.DataArray:
    return dsr.simulate("lorenz63", steps=8000, dt=0.02, trajectories=2, seed=0)


@pytest.fixture(scope="module")
def scores(runs: xr.DataArray) -> xr.Dataset:
    return baseline_scores(runs.isel(trajectory=[0]), runs.isel(trajectory=[1]), seed=0)


def test_each_baseline_is_what_it_is(scores: xr.Dataset) -> None:
    verdicts = dict(zip(scores["baseline"].values, scores["verdict"].values, strict=True))
    assert verdicts["persistence"] == "degenerate: frozen"
    assert verdicts["gaussian"] == "no better than a Gaussian cloud"
    assert not verdicts["sindy"].startswith("degenerate")


def test_sparse_equations_forecast_the_equations_that_made_the_data(scores: xr.Dataset) -> None:
    error = scores["prediction_error"]
    assert float(error.sel(baseline="sindy")) < 0.01 * float(error.sel(baseline="persistence"))


def test_scores_are_those_of_evaluate(runs: xr.DataArray, scores: xr.Dataset) -> None:
    test, train = runs.isel(trajectory=[0]), runs.isel(trajectory=[1])
    model = dsr.models.create("gaussian").fit(train, seed=0)
    alone = dsr.metrics.evaluate(test, model, independent=train, seed=0)
    for name in ("state_space_divergence", "hellinger_spectral_distance", "prediction_error"):
        assert float(scores[name].sel(baseline="gaussian")) == float(alone[name])


def test_the_judged_model_gets_no_second_row(runs: xr.DataArray) -> None:
    test, train = runs.isel(trajectory=[0]), runs.isel(trajectory=[1])
    found = baseline_scores(test, train, leave_out="sindy")
    assert found["baseline"].values.tolist() == [n for n in BASELINES if n != "sindy"]


def test_too_many_variables_leave_sindy_out_with_a_reason() -> None:
    rng = np.random.default_rng(0)
    wide = np.cumsum(rng.normal(size=(2, 400, 30)), axis=1) * 0.1 + rng.normal(size=(2, 400, 30))
    found = baselines_to_json(baseline_scores(wide_series(wide[0]), wide_series(wide[1])))
    assert found["sindy"]["verdict"] is None
    assert "496 terms" in found["sindy"]["reason"]
    assert found["sindy"]["metrics"]["prediction_error"] is None
    assert found["gaussian"]["verdict"]


def wide_series(values: np.ndarray) -> xr.DataArray:
    return dsr.data.make_series(values, dt=1.0)


def test_runs_keep_the_baselines(runs: xr.DataArray, tmp_path: object) -> None:
    train = runs.isel(trajectory=[0])
    run = dsr.fit(train, model="persistence", out=f"{tmp_path}/run", progress=False)
    assert set(run.summary["baselines"]) == {"sindy", "gaussian"}
    assert run.results["baselines"]["verdict"].sizes == {"baseline": 2}
    page = run.report.read_text()
    assert "Beside baselines" in page
    without = dsr.fit(
        train, model="persistence", out=f"{tmp_path}/bare", progress=False, baselines=False
    )
    assert "baselines" not in without.summary
    assert "Beside baselines" not in without.report.read_text()


def test_a_cloud_beside_quiet_test_data_is_not_said_to_diverge() -> None:
    rng = np.random.default_rng(0)
    loud, quiet = rng.normal(size=(2, 600, 2))
    found = baselines_to_json(baseline_scores(wide_series(1e-3 * quiet), wide_series(loud)))
    assert found["gaussian"]["verdict"] == "no better than a Gaussian cloud"

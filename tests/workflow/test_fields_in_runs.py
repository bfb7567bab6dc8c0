"""Fields take the whole way through a fit: plan, baselines, results, judging again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import dsr
from dsr.data import make_series
from dsr.errors import InputError
from dsr.report.evidence import gather
from dsr.report.field import _errors
from dsr.workflow.recording import models_for


@pytest.fixture(scope="module")
def sea() -> xr.DataArray:
    """Two travelling waves on a small sea with land in one corner, for two channels."""
    t = np.arange(200.0)[:, None, None, None]
    y, x = np.meshgrid(np.arange(6.0), np.arange(12.0), indexing="ij")
    phases = np.array([0.0, 1.0])[:, None, None]
    wave = np.sin(2 * np.pi * x / 12 - 0.3 * t + phases) + 0.5 * np.cos(y - 0.11 * t)
    wave[..., :2, :3] = np.nan
    space = {"y": ("y", 50.0 + np.arange(6.0), {"units": "degrees_north"}),
             "x": ("x", 3.0 * np.arange(12.0), {})}  # fmt: skip
    return make_series(wave[None], dt=1.0, time_unit="day", variables=["sst", "ssh"], space=space)


@pytest.fixture(scope="module")
def run(sea: xr.DataArray, tmp_path_factory: pytest.TempPathFactory) -> dsr.Run:
    folder = tmp_path_factory.mktemp("field") / "run"
    return dsr.fit(sea, model="dmd", out=folder, progress=False)


def test_results_are_fields_with_their_grid(run: dsr.Run, sea: xr.DataArray) -> None:
    observed, generated, forecast = (
        run.results[name]["series"] for name in ("observed", "generated", "forecast")
    )
    assert observed.sizes["time"] == generated.sizes["time"] + run.model.context_length
    for part in (observed, generated, forecast):
        np.testing.assert_array_equal(part["y"].values, sea["y"].values)
        np.testing.assert_array_equal(np.isnan(part.values[0, 0]), np.isnan(sea.values[0, 0]))
    assert run.config["data"]["kind"] == "field"
    assert run.config["data"]["variables"] == ["sst", "ssh"]


def test_waves_are_forecast_by_a_linear_map(run: dsr.Run) -> None:
    observed = run.results["observed"]["series"].values[:, run.model.context_length :]
    forecast = run.results["forecast"]["series"].values
    assert np.nanmax(np.abs(forecast - observed)) < 1e-2


def test_baselines_of_a_field_stand_beside_it(run: dsr.Run) -> None:
    assert set(run.summary["baselines"]) == {"climatology", "persistence", "gaussian"}
    baselines = run.results["baselines"].to_dataset()
    rmse = baselines["rmse"].sel(baseline="persistence")
    assert float(run.metrics["rmse"]) < float(rmse)


def test_error_curves_of_baselines_reach_the_report(run: dsr.Run) -> None:
    baselines = run.results["baselines"].to_dataset()
    curves = baselines["rmse_curve"]
    assert curves.dims == ("baseline", "time")
    assert curves.sizes["time"] == run.metrics.sizes["time"]
    np.testing.assert_allclose(curves.mean("time"), baselines["rmse"])
    assert set(_errors(gather(run))) == {"dmd", "climatology", "persistence", "gaussian"}


def test_its_own_data_are_judged_on_the_held_out_part(run: dsr.Run, sea: xr.DataArray) -> None:
    assert float(dsr.evaluate(run, sea)["rmse"]) == float(run.metrics["rmse"])


def test_another_field_is_refused(run: dsr.Run, sea: xr.DataArray) -> None:
    for other, said in (
        (sea.assign_coords(channel=["sst", "salt"]), "channels sst, salt"),
        (sea.assign_attrs(time_unit="s"), "time .* in 's'"),
        (sea.isel(x=slice(0, 11)), "grid"),
    ):
        with pytest.raises(InputError, match=said):
            dsr.evaluate(run, other)


def test_a_hundred_frames_are_the_least(sea: xr.DataArray, tmp_path: Path) -> None:
    call: dict[str, Any] = {"model": "persistence", "progress": False, "baselines": False}
    with pytest.raises(InputError, match="has 99 frames and a fit needs at least 100"):
        dsr.fit(sea.isel(time=slice(0, 99)), out=tmp_path / "run", **call)
    assert not list(tmp_path.iterdir())
    run = dsr.fit(sea.isel(time=slice(0, 100)), out=tmp_path / "run", **call)
    assert run.verdict == "degenerate: frozen"


def test_a_model_of_series_names_those_that_take_fields(sea: xr.DataArray, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"sindy cannot be fitted to a field .* dmd") as caught:
        dsr.fit(sea, model="sindy", out=tmp_path / "run", progress=False)
    assert "\n" not in str(caught.value)
    assert {"dmd", "persistence", "gaussian", "climatology"} <= set(models_for("field"))


def test_a_field_is_not_delay_embedded(sea: xr.DataArray, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="this is a field"):
        dsr.fit(sea, model="dmd", embed="3,2", out=tmp_path / "run", progress=False)

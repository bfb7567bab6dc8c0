"""A field with land, coordinates and several channels goes the whole way through every verb."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import dsr
from dsr.cli.main import main
from dsr.data.grid import plane_coords
from dsr.models.registry import model_class

Call = Callable[..., Any]
FIELD_MODELS = [name for name in dsr.models.names() if "field" in model_class(name).accepts]
BESIDE_BASELINES = "dmd" if "dmd" in FIELD_MODELS else "persistence"
# What does not depend on the model is shown for one.
one_model = pytest.mark.parametrize("fitted", ["persistence"], indirect=True)
FRAMES, ROWS, COLUMNS = 220, 12, 16
STEPS = 25


@pytest.fixture(scope="session")
def field_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a wave that travels east, in two channels, with an island and some noise."""
    rng = np.random.default_rng(0)
    time, latitude = np.arange(FRAMES), np.linspace(-20.0, 24.0, ROWS)
    east = 2.0 * np.pi * np.arange(COLUMNS) / COLUMNS
    island = np.zeros((ROWS, COLUMNS), bool)
    island[2:5, 3:7] = True
    wave = np.cos(east - 0.2 * time[:, None, None]) * np.cos(np.deg2rad(latitude))[:, None]
    channels = {}
    for name, unit, size, mean in (("sst", "K", 2.0, 290.0), ("current", "m/s", 0.3, 0.0)):
        values = mean + size * (wave + 0.1 * rng.normal(size=wave.shape))
        values[:, island] = np.nan
        channels[name] = (("time", "lat", "lon"), values, {"units": unit})
    coordinates = {
        "time": ("time", time * 0.5, {"units": "s"}),
        "lat": ("lat", latitude, {"units": "degrees_north"}),
        "lon": ("lon", np.linspace(100.0, 145.0, COLUMNS), {"units": "degrees_east"}),
    }
    path = tmp_path_factory.mktemp("fields") / "ocean.nc"
    xr.Dataset(channels, coordinates).to_netcdf(path, engine="h5netcdf")
    return path


@pytest.fixture(scope="session", params=FIELD_MODELS)
def fitted(
    request: pytest.FixtureRequest, field_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any]]:
    """Give a run of each model that takes fields, and what ``dsr fit --json`` printed."""
    folder = tmp_path_factory.mktemp("field-runs") / request.param
    told, said = io.StringIO(), io.StringIO()
    words = ["fit", field_file, "--model", request.param, "--budget", "1", "-o", folder, "--json"]
    words += [] if request.param == BESIDE_BASELINES else ["--no-baselines"]
    with (
        contextlib.redirect_stdout(told),
        contextlib.redirect_stderr(said),
        pytest.raises(SystemExit) as stopped,
    ):
        main([str(word) for word in words])
    assert stopped.value.code == 0, told.getvalue() + said.getvalue()
    return folder, json.loads(told.getvalue())


def assert_same_plane(written: xr.DataArray, field_file: Path) -> None:
    """Coordinates, mask, channels and units are those of the field a model was fitted to."""
    original = dsr.load(field_file)
    found, wanted = plane_coords(written), plane_coords(original)
    assert {"lat", "lon"} <= set(found)
    for name, (dims, values, attrs) in wanted.items():
        assert found[name][0] == dims
        np.testing.assert_allclose(found[name][1], values)
        assert found[name][2].get("units") == attrs.get("units")
    assert written.dims == ("trajectory", "time", "channel", "y", "x")
    assert written["channel"].values.tolist() == ["sst", "current"]
    assert written.attrs["variable_units"] == ["K", "m/s"]
    assert written.attrs["dt"] == pytest.approx(0.5)
    land = np.isnan(original.values[0, 0])
    np.testing.assert_array_equal(
        np.isnan(written.values), np.broadcast_to(land, written.values.shape)
    )


def test_info_tells_grid_land_coordinates_and_models(call: Call, field_file: Path) -> None:
    done = call("info", field_file)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert "field      1 x 220 frames" in lines
    assert "grid       12 x 16 (y, x); 24 of 384 cells are never observed (land)" in lines
    assert "lat        -20 to 24 degrees_north (y)" in lines
    assert "lon        100 to 145 degrees_east (x)" in lines
    use = next(line for line in lines if line.startswith("use"))
    assert all(name in use for name in FIELD_MODELS)
    assert "shallow-plrnn" not in use
    facts = call("info", field_file, "--json").json
    assert (facts["variables"], facts["units"]) == (["sst", "current"], ["K", "m/s"])
    assert facts["land"] == pytest.approx(24 / 384)
    assert facts["mean"] == pytest.approx([290.0, 0.0], abs=0.01)


def test_fit_judges_the_field_beside_baselines_and_writes_a_report(
    fitted: tuple[Path, dict[str, Any]], field_file: Path
) -> None:
    folder, told = fitted
    assert told["model"] == folder.name
    assert told["verdict"]
    assert told["metrics"]["rmse"]["value"] > 0.0
    if folder.name == BESIDE_BASELINES:
        judged = {name for name, entry in told["baselines"].items() if entry["verdict"]}
        wanted = {"persistence", "climatology", "dmd"} & set(FIELD_MODELS) - {folder.name}
        assert wanted <= judged
    run = dsr.open_run(folder)
    assert run.report.read_text().lower().startswith("<!doctype html>")
    assert_same_plane(run.results["generated"].to_dataset()["series"], field_file)
    assert run.results["observed"].sizes["time"] == FRAMES // 5
    if folder.name == "dmd":  # a wave that travels is linear; holding still misses it
        persistence = told["baselines"]["persistence"]["metrics"]["rmse"]
        assert told["metrics"]["rmse"]["value"] < 0.5 * persistence


@one_model
def test_info_of_a_run_names_its_channels(call: Call, fitted: tuple[Path, dict[str, Any]]) -> None:
    done = call("info", fitted[0])
    assert done.code == 0, done.err
    assert "sst, current" in done.out
    assert fitted[1]["verdict"] in done.out


def test_generate_writes_frames_with_coordinates_mask_and_units(
    call: Call, fitted: tuple[Path, dict[str, Any]], field_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "free.nc"
    done = call("generate", fitted[0], "--steps", STEPS, "--seed", "3", "-o", path)
    assert done.code == 0, done.err
    assert done.out == f"wrote {STEPS} frames of sst, current on a grid of 12 x 16 to {path}\n"
    written = dsr.load(path)
    assert written.sizes["time"] == STEPS
    assert_same_plane(written, field_file)
    again = call("generate", fitted[0], "--steps", STEPS, "--seed", "3", "-o", path, "--json")
    assert again.json["channels"] == ["sst", "current"]
    assert again.json["shape"] == [1, STEPS, 2, ROWS, COLUMNS]
    np.testing.assert_array_equal(dsr.load(path).values, written.values)


def test_generate_starts_at_the_end_of_a_file(
    call: Call, fitted: tuple[Path, dict[str, Any]], field_file: Path, tmp_path: Path
) -> None:
    done = call("generate", fitted[0], "--start", field_file, "--steps", STEPS,
                "-o", tmp_path / "g.nc")  # fmt: skip
    assert done.code == 0, done.err
    model = dsr.open_run(fitted[0]).model
    expected = model.generate(dsr.load(field_file), STEPS)
    written = dsr.load(tmp_path / "g.nc")
    np.testing.assert_array_equal(written.values, expected.values)
    assert written["time"].values[0] == pytest.approx(FRAMES * 0.5)


def test_forecast_continues_every_trajectory(
    call: Call, fitted: tuple[Path, dict[str, Any]], field_file: Path, tmp_path: Path
) -> None:
    series = dsr.load(field_file)
    two = xr.concat([series, series], "trajectory", combine_attrs="override")
    two = two.assign_coords(trajectory=[0, 1])
    dsr.data.write_dataset(two, tmp_path / "two.nc")
    done = call("forecast", fitted[0], tmp_path / "two.nc", "--steps", STEPS,
                "-o", tmp_path / "f.nc")  # fmt: skip
    assert done.code == 0, done.err
    assert done.out.startswith(f"wrote 2 x {STEPS} frames of sst, current")
    forecast = dsr.load(tmp_path / "f.nc")
    assert_same_plane(forecast, field_file)
    assert forecast["time"].values[0] == pytest.approx(series["time"].values[-1] + 0.5)


@one_model
@pytest.mark.parametrize("suffix", ["csv", "npy"])
def test_a_field_is_written_as_netcdf_only(
    call: Call, fitted: tuple[Path, dict[str, Any]], field_file: Path, tmp_path: Path, suffix: str
) -> None:
    for words in (("generate", fitted[0]), ("forecast", fitted[0], field_file)):
        done = call(*words, "--steps", "5", "-o", tmp_path / f"a.{suffix}")
        assert done.code == 2
        assert "a field is written as NetCDF only" in done.err
    assert not list(tmp_path.iterdir())


def test_evaluate_judges_the_held_out_frames(
    call: Call, fitted: tuple[Path, dict[str, Any]], field_file: Path
) -> None:
    done = call("evaluate", fitted[0], field_file, "--no-baselines", "--json")
    assert done.code == 0, done.err
    assert done.json["verdict"] == fitted[1]["verdict"]
    stored = fitted[1]["metrics"]["rmse"]["value"]
    assert done.json["metrics"]["rmse"]["value"] == pytest.approx(stored)
    assert "frames" in call("evaluate", fitted[0], field_file, "--no-baselines").out


@one_model
def test_metrics_of_a_forecast_against_what_came(
    call: Call, fitted: tuple[Path, dict[str, Any]], field_file: Path, tmp_path: Path
) -> None:
    series = dsr.load(field_file)
    dsr.data.write_dataset(series.isel(time=slice(0, 120)), tmp_path / "past.nc")
    dsr.data.write_dataset(series.isel(time=slice(120, None)), tmp_path / "truth.nc")
    call("forecast", fitted[0], tmp_path / "past.nc", "--steps", "100", "-o", tmp_path / "f.nc")
    done = call("metrics", tmp_path / "truth.nc", tmp_path / "f.nc", "--json")
    assert done.code == 0, done.err
    assert done.json["metrics"]["rmse"]["value"] > 0.0


@one_model
def test_report_writes_the_page_of_a_field_again(
    call: Call, fitted: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    done = call("report", fitted[0], "-o", tmp_path / "page.html", "--json")
    assert done.code == 0, done.err
    assert "sst" in (tmp_path / "page.html").read_text()


@one_model
def test_only_cells_that_are_observed_can_diverge(
    call: Call, fitted: tuple[Path, dict[str, Any]], field_file: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    # Land counted as divergence, and cells as samples: "sample 1332 of 102400" for 400 frames.
    model = dsr.open_run(fitted[0]).model
    good = model.generate(None, 9)
    broken = good.copy(data=good.values.copy())
    broken.values[0, 4, 0, -1, -1] = np.nan
    monkeypatch.setattr(type(model), "generate", lambda *_, **__: broken)
    done = call("generate", fitted[0], "--steps", "9", "-o", tmp_path / "g.nc")
    assert done.code == 3
    assert "leaves the finite numbers at frame 5 of 9" in done.err
    assert not list(tmp_path.iterdir())

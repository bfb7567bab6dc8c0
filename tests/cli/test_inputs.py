"""External inputs in every verb: from a file, on the time axis of what they drive."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dsr

Call = Callable[..., Any]
DT, SAMPLES, BEFORE = 0.1, 1500, 40
DRIVEN = [name for name in ("dmd", "sindy") if name in dsr.models.names()]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Give a damped pendulum that is pushed, and the push, which begins earlier and ends later."""
    rng = np.random.default_rng(0)
    knots = rng.normal(size=400)
    times = np.arange(-BEFORE, SAMPLES + 300) * DT
    push = np.interp(times, np.arange(400) * 0.8 - 10.0, knots)
    state, states = np.array([0.5, 0.0]), []
    fine = 20
    for k in range(BEFORE, BEFORE + SAMPLES):
        states.append(state)
        for part in range(fine):
            u = push[k] + (push[k + 1] - push[k]) * part / fine
            velocity = state[1] + DT / fine * (u - 0.3 * state[1] - 1.5 * state[0])
            state = np.array([state[0] + DT / fine * velocity, velocity])
    folder = tmp_path_factory.mktemp("driven")
    series, drive = folder / "swing.csv", folder / "push.csv"
    for path, names, columns in (
        (series, "time,x,v", [times[BEFORE : BEFORE + SAMPLES], *np.transpose(states)]),
        (drive, "time,u", [times, push]),
    ):
        np.savetxt(path, np.transpose(columns), "%.9f", ",", header=names, comments="")
    return series, drive


@pytest.fixture(params=DRIVEN)
def run(
    request: pytest.FixtureRequest, call: Call, files: tuple[Path, Path], tmp_path: Path
) -> Path:
    """Give a run of each model that inputs can drive and that is fitted in a moment."""
    done = call("fit", files[0], "--inputs", files[1], "--model", request.param, "--no-baselines",
                "-o", tmp_path / "run", "-q", "--json")  # fmt: skip
    assert done.code == 0, done.json
    return tmp_path / "run"


def test_a_run_remembers_what_drives_it(run: Path) -> None:
    opened = dsr.open_run(run)
    assert opened.model.input_variables == ["u"]
    assert "inputs" in opened.results.children


def test_forecast_and_generate_find_the_inputs_of_their_own_time(
    call: Call, run: Path, files: tuple[Path, Path], tmp_path: Path
) -> None:
    series = dsr.load(files[0])
    past, truth = series.isel(time=slice(0, 700)), series.isel(time=slice(700, 900))
    dsr.data.write_dataset(past, tmp_path / "past.nc")
    spread = truth.values[0].std(axis=0)
    for words in (("forecast", run, tmp_path / "past.nc"),
                  ("generate", run, "--start", tmp_path / "past.nc")):  # fmt: skip
        path = tmp_path / f"{words[0]}.nc"
        done = call(*words, "--inputs", files[1], "--steps", "200", "-o", path)
        assert done.code == 0, done.err
        written = dsr.load(path)
        assert written["time"].values[0] == pytest.approx(truth["time"].values[0])
        # Inputs of another time would leave an error as large as the spread.
        error = np.abs(written.values[0] - truth.values[0]).max(axis=0)
        assert (error < 0.25 * spread).all()


def test_evaluate_takes_inputs_of_another_stretch(
    call: Call, run: Path, files: tuple[Path, Path], tmp_path: Path
) -> None:
    series = dsr.load(files[0])
    dsr.data.write_dataset(series.isel(time=slice(500, None)), tmp_path / "late.nc")
    done = call("evaluate", run, tmp_path / "late.nc", "--inputs", files[1], "--no-baselines",
                "--json")  # fmt: skip
    assert done.code == 0, done.json
    assert done.json["metrics"]["prediction_error"]["value"] < 1e-2
    done = call("evaluate", run, tmp_path / "late.nc", "--no-baselines")
    assert done.code == 2
    assert "--inputs" in done.err


def test_inputs_that_are_missing_or_too_short_are_said(
    call: Call, run: Path, files: tuple[Path, Path], tmp_path: Path
) -> None:
    done = call("generate", run, "--steps", "5", "-o", tmp_path / "g.nc")
    assert done.code == 2
    assert "driven by u; pass --inputs" in done.err
    done = call("forecast", run, files[0], "--inputs", files[1], "--steps", "500",
                "-o", tmp_path / "f.nc")  # fmt: skip
    assert done.code == 2
    assert "inputs" in done.err
    assert not (tmp_path / "f.nc").exists()


def test_a_stored_start_takes_inputs_from_the_first_on(
    call: Call, run: Path, files: tuple[Path, Path], tmp_path: Path
) -> None:
    path = tmp_path / "g.nc"
    done = call("generate", run, "--inputs", files[1], "--steps", "50", "-o", path)
    assert done.code == 0, done.err
    drive = dsr.load(files[1])
    expected = dsr.open_run(run).model.generate(None, 50, inputs=drive)
    np.testing.assert_array_equal(dsr.load(path).values, expected.values)

"""Run folders that the version before wrote: read, judged, continued, reported, resumed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from typer.testing import CliRunner

import dsr
from dsr.cli.main import app
from dsr.runs import flat_settings

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "schema1"
SERIES = FIXTURES / "lorenz.nc"
MODELS = ("shallow-plrnn", "sindy")


@pytest.fixture
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIXTURES / request.param, tmp_path / "run"))


every_run = pytest.mark.parametrize("folder", MODELS, indirect=True)


@every_run
def test_model_scores_and_settings_are_read(folder: Path) -> None:
    run = dsr.open_run(folder)
    assert run.config["schema"] == 1
    assert run.verdict == run.summary["verdict"] == run.metrics.attrs["verdict"]
    stored = load_file(folder / "model" / "model.safetensors")
    found = run.model.parameters()
    assert set(found) == set(stored)
    for name, values in stored.items():
        np.testing.assert_array_equal(found[name], values)
    assert run.model.forecast(SERIES, 5).sizes["time"] == 5
    assert set(run.results.children) >= {"observed", "generated", "forecast", "training"}


def test_flat_settings_leave_out_the_forcing_of_a_model_without_one() -> None:
    trained, solved = (flat_settings(dsr.open_run(FIXTURES / name).config) for name in MODELS)
    assert (trained["alpha"], trained["updates"], trained["hidden_dim"]) == ("adaptive", 50, 10)
    assert solved == {"degree": 2, "threshold": 0.05, "embed": "none", "test": 0.2, "load": {}}


@every_run
def test_it_is_judged_on_its_held_out_part_again(folder: Path) -> None:
    run = dsr.open_run(folder)
    scores = dsr.evaluate(run, SERIES)
    # The divergence is counted in fewer cells now where there are few samples.
    for name in ("hellinger_spectral_distance", "prediction_error"):
        assert float(scores[name]) == pytest.approx(float(run.metrics[name]), rel=1e-6)


@every_run
def test_every_verb_takes_it(folder: Path, tmp_path: Path) -> None:
    def call(*words: object) -> None:
        done = CliRunner().invoke(app, [str(word) for word in words])
        assert done.exit_code == 0, done.output

    call("evaluate", folder, SERIES, "--no-baselines", "--json")
    call("generate", folder, "--steps", 20, "-o", tmp_path / "free.nc")
    call("forecast", folder, SERIES, "--steps", 5, "-o", tmp_path / "next.nc")
    call("report", folder)
    assert (folder / "report.html").stat().st_size > 100_000


@every_run
def test_it_is_resumed(folder: Path) -> None:
    expected = json.loads((folder / "metrics.json").read_text())
    config = (folder / "config.toml").read_bytes()
    model = str(dsr.open_run(folder).config["model"])
    call = {"model": model, "out": folder, "resume": True, "progress": False, "baselines": False}
    assert dsr.fit(SERIES, **call).summary == expected  # finished: nothing to do
    (folder / "metrics.json").unlink()
    run = dsr.fit(SERIES, **call)
    assert run.summary["updates"] == expected["updates"]
    # Four mean periods decide nothing but that a run is degenerate; they were thought to once.
    kept = expected["verdict"].startswith("degenerate")
    assert run.verdict == expected["verdict"] if kept else run.verdict.startswith("undecided: ")
    assert (folder / "config.toml").read_bytes() == config

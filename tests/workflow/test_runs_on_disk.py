"""The folder of a run: its lock, its settings file, and what is left when something fails."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import xarray as xr

import dsr
from dsr.data import make_series
from dsr.errors import InputError
from dsr.models.baselines import GaussianCloud
from dsr.runs import Run, locked, write_toml
from dsr.workflow.results import diagnostics_of, last_samples, samples_kept

HOLD = """
import sys, time, pathlib
from dsr.runs import locked
with locked(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def lorenz() -> xr.DataArray:
    return dsr.simulate("lorenz63", steps=1000, dt=0.02, seed=1)


def test_two_processes_refuse_each_other_until_one_is_dead(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(InputError, match="another process is writing"), locked(tmp_path):
            pass
        process.kill()
    with locked(tmp_path):
        assert (tmp_path / "lock").exists()
    assert not (tmp_path / "lock").exists()


def test_the_lock_of_a_version_before_is_stale(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(json.dumps({"pid": 1, "host": "elsewhere", "start": 0.0}))
    with locked(tmp_path):
        pass


def test_settings_come_back_as_they_were(tmp_path: Path) -> None:
    document: dict[str, Any] = {
        "schema": 2, "text": 'a "b"\n\x7f\\ \u00fc', "number": 1e-5, "large": 1e300, "whole": -3,
        "yes": True, "list": ["x", "y(t-3)"], "empty": {}, "odd key": {"a.b": float("inf")},
    }  # fmt: skip
    write_toml(tmp_path / "c.toml", {**document, "none": None, "table": {"none": None}})
    found = tomllib.loads((tmp_path / "c.toml").read_text(encoding="utf-8"))
    assert found == {**document, "table": {}}


def test_settings_of_a_later_version_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="schema 3"):
        dsr.runs.flat_settings({"schema": 3, "settings": {}})


def test_a_report_that_fails_costs_nothing_of_the_run(
    lorenz: xr.DataArray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(run: Run) -> None:
        raise ZeroDivisionError("no ink")

    monkeypatch.setattr("dsr.report.write_report", fail)
    run = dsr.fit(
        lorenz, model="persistence", out=tmp_path / "run", progress=False, baselines=False
    )
    assert run.finished
    assert run.verdict == "degenerate: frozen"
    assert "ZeroDivisionError: no ink" in (run.folder / "log.txt").read_text()
    monkeypatch.undo()
    dsr.report.write_report(run)
    assert run.report.is_file()


def test_what_a_model_refuses_while_it_learns_leaves_no_folder(
    lorenz: xr.DataArray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Any, *args: Any, **options: Any) -> None:
        raise InputError("not this one")

    monkeypatch.setattr("dsr.models.baselines.Persistence.learn", refuse)
    with pytest.raises(InputError, match="not this one"):
        dsr.fit(lorenz, model="persistence", out=tmp_path / "run", progress=False)
    assert not list(tmp_path.iterdir())


class Restless(GaussianCloud):
    """No two runs of it are alike."""

    name: ClassVar[str] = "restless"
    calls: ClassVar[list[int]] = []

    def run(self, *args: Any, rng: np.random.Generator, **options: Any) -> Any:
        self.calls.append(0)
        return super().run(*args, rng=np.random.default_rng(len(self.calls)), **options)


def test_the_judged_run_is_the_stored_run(
    lorenz: xr.DataArray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(dsr.models.registry._MODELS, "restless", (__name__, "Restless"))
    run = dsr.fit(
        lorenz, model="restless", seed=3, out=tmp_path / "run", progress=False, baselines=False
    )
    observed, generated, training = (
        run.results[name]["series"] for name in ("observed", "generated", "training")
    )
    scores = dsr.metrics.evaluate(observed, generated, independent=training, seed=3)
    for name in ("state_space_divergence", "hellinger_spectral_distance"):
        assert float(scores[name]) == float(run.metrics[name])


class Talkative:
    """A model with something to say."""

    name = "talkative"

    def __init__(self, *names: str) -> None:
        self.found = {name: xr.Dataset({"a": ("k", [1.0])}) for name in names}

    def diagnostics(self) -> dict[str, xr.Dataset]:
        return self.found


def test_diagnostics_take_names_that_are_free() -> None:
    assert set(diagnostics_of(Talkative("history", "eigenpairs"))) == {"history", "eigenpairs"}
    for name in ("metrics", "inputs", "a/b"):
        with pytest.raises(InputError, match="talkative"):
            diagnostics_of(Talkative(name))


def test_the_stored_training_is_bounded_by_bytes() -> None:
    field = make_series(np.random.default_rng(0).normal(size=(2, 50, 1, 4, 5)))
    end = last_samples(field, samples_kept(field, most=8 * 2 * 20 * 10 + 7))
    np.testing.assert_array_equal(end.values, field.values[:, -10:])
    ragged = make_series([np.arange(9.0), np.arange(4.0)])
    end = last_samples(ragged, samples_kept(ragged, most=8 * 2 * 5))
    assert end["length"].values.tolist() == [5, 4]
    assert end.values[1, :4, 0].tolist() == [0.0, 1.0, 2.0, 3.0]

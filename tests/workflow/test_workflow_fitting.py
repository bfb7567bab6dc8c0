"""A file in, a judged run out."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dsr
from dsr.errors import InputError
from dsr.runs import flat_settings
from dsr.training.progress import Silent
from dsr.workflow.plan import make_plan


@pytest.fixture(scope="module")
def lorenz() -> Any:
    return dsr.simulate("lorenz63", steps=3000, dt=0.02, seed=1)


@pytest.fixture(scope="module")
def run(lorenz: Any, tmp_path_factory: pytest.TempPathFactory) -> dsr.Run:
    folder = tmp_path_factory.mktemp("fit") / "run"
    return dsr.fit(lorenz, updates=400, out=folder, progress=False)


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_folder_holds_what_is_promised(run: dsr.Run) -> None:
    names = {path.name for path in run.folder.iterdir()}
    assert {"config.toml", "model", "metrics.json", "results.nc", "log.txt", "report.html"} == names
    assert {p.name for p in (run.folder / "model").iterdir()} == {"model.safetensors", "model.json"}


def test_the_summary_has_the_promised_keys(run: dsr.Run) -> None:
    summary = json.loads((run.folder / "metrics.json").read_text())
    assert {"run", "model", "seed", "updates", "seconds", "verdict", "metrics"} <= set(summary)
    assert summary["updates"] == 400
    divergence = summary["metrics"]["state_space_divergence"]
    assert set(divergence) >= {"value", "low", "high", "noise_floor", "surrogate"}
    assert divergence["value"] >= 0.0


def test_open_run_gives_everything_back(run: dsr.Run) -> None:
    again = dsr.open_run(run.folder)
    assert set(again.results.children) >= {
        "observed", "generated", "forecast", "training", "history", "metrics"
    }  # fmt: skip
    assert again.metrics.attrs["verdict"] == again.summary["verdict"]
    assert flat_settings(again.config)["updates"] == 400
    np.testing.assert_array_equal(
        again.model.generate(steps=50).values, run.model.generate(steps=50).values
    )
    assert again.model.history["update"].values[-1] == 400


def test_same_seed_same_bits_other_seed_other_bits(lorenz: Any, tmp_path: Path) -> None:
    weights = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        one = dsr.fit(lorenz, updates=100, seed=seed, out=tmp_path / name, progress=False)
        weights.append((one.folder / "model" / "model.safetensors").read_bytes())
    assert weights[0] == weights[1]
    assert weights[0] != weights[2]


def test_a_finished_run_is_neither_overwritten_nor_repeated(run: dsr.Run, lorenz: Any) -> None:
    before = digest(run.folder)
    with pytest.raises(InputError, match="already holds a run"):
        dsr.fit(lorenz, updates=400, out=run.folder, progress=False)
    again = dsr.fit(lorenz, updates=400, out=run.folder, resume=True, progress=False)
    assert again.finished
    assert digest(run.folder) == before


def test_resume_refuses_other_settings_and_other_data(run: dsr.Run, lorenz: Any) -> None:
    with pytest.raises(InputError, match="started with updates=400"):
        dsr.fit(lorenz, updates=500, out=run.folder, resume=True, progress=False)
    other = dsr.simulate("lorenz63", steps=3000, dt=0.02, seed=2)
    with pytest.raises(InputError, match="other data"):
        dsr.fit(other, out=run.folder, resume=True, progress=False)


def test_runs_started_at_the_same_moment_get_folders_of_their_own(
    lorenz: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plans = [
        make_plan(lorenz, model="sindy", budget=1, seed=0, out=None, resume=False, settings={})
        for _ in range(3)
    ]
    for plan in plans:
        plan.make_folder()
    names = [plan.folder.name for plan in plans]
    base = "lorenz63-sindy-seed0"
    assert names == [base, f"{base}-2", f"{base}-3"]
    assert all(plan.folder.is_dir() for plan in plans)


def test_a_refused_fit_leaves_no_folder(lorenz: Any, tmp_path: Path) -> None:
    refusals: list[dict[str, Any]] = [
        {"model": "shalow-plrnn"}, {"alpha": 3.0}, {"updates": 0}, {"latent_dim": 1},
        {"budget": "soon"}, {"seed": -1}, {"learning_rat": 0.1}, {"embed": "3"},
        {"test": 0.9}, {"inputs": lorenz, "model": "persistence"}, {"device": "abacus"},
    ]  # fmt: skip
    for wrong in refusals:
        with pytest.raises(InputError) as caught:
            dsr.fit(lorenz, out=tmp_path / "run", progress=False, **wrong)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) <= 600
    with pytest.raises(InputError, match="at least 300"):
        dsr.fit(lorenz.isel(time=slice(0, 299)), out=tmp_path / "run", progress=False)
    assert not list(tmp_path.iterdir())


def test_three_hundred_samples_are_enough(lorenz: Any, tmp_path: Path) -> None:
    short = lorenz.isel(time=slice(0, 300))
    one = dsr.fit(short, updates=50, out=tmp_path / "run", progress=False)
    assert one.summary["verdict"]


def test_one_variable_is_embedded_and_it_is_said(lorenz: Any, tmp_path: Path) -> None:
    one = dsr.fit(
        lorenz.isel(variable=[0]), updates=50, embed="3,8", out=tmp_path / "a", progress=False
    )
    assert one.model.observation_dim == 3
    auto = dsr.fit(lorenz.isel(variable=[0]), updates=50, out=tmp_path / "b", progress=False)
    assert auto.config["data"]["embedding"]
    assert "delay coordinates" in (auto.folder / "log.txt").read_text()


def test_evaluate_the_training_file_uses_its_test_part(run: dsr.Run, lorenz: Any) -> None:
    again = dsr.evaluate(run, lorenz)
    assert float(again["state_space_divergence"]) == pytest.approx(
        float(run.metrics["state_space_divergence"])
    )


def test_more_latent_states_than_variables(lorenz: Any, tmp_path: Path) -> None:
    one = dsr.fit(lorenz.isel(variable=[0, 1]), updates=100, latent_dim=4, out=tmp_path / "r",
                  progress=False)  # fmt: skip
    assert one.model.latent_dim == 4
    forecast = one.model.forecast(lorenz.isel(variable=[0, 1], time=slice(0, 100)), 10)
    assert forecast.sizes == {"trajectory": 1, "time": 10, "variable": 2}
    assert np.isfinite(forecast.values).all()


def test_three_hundred_samples_of_one_variable_are_enough(lorenz: Any, tmp_path: Path) -> None:
    short = lorenz.isel(time=slice(0, 300), variable=[0])
    one = dsr.fit(short, updates=50, out=tmp_path / "run", progress=False)
    assert one.summary["verdict"]


@pytest.mark.parametrize(
    "settings",
    [
        {"embed": "none"},
        {"embed": "auto"},
        {"embed": "3, 8"},
        {"updates": 60},
        {"alpha": 0.5},
        {"noise_std": 0},
    ],
)
def test_the_same_call_resumes_an_interrupted_run(
    lorenz: Any, tmp_path: Path, settings: dict[str, Any]
) -> None:
    call = {"updates": 100, "out": tmp_path / "run", "progress": False, **settings}
    first = dsr.fit(lorenz.isel(variable=[0]), **call)
    weights = (first.folder / "model" / "model.safetensors").read_bytes()
    # As after a kill before the end: the summary, which is written last, is not there yet.
    (first.folder / "metrics.json").unlink()
    again = dsr.fit(lorenz.isel(variable=[0]), resume=True, **call)
    assert (again.folder / "model" / "model.safetensors").read_bytes() == weights


class Listening(Silent):
    """Remembers the stages it hears of."""

    def __init__(self) -> None:
        self.stages: list[str] = []

    def start(self, info: Any) -> None:
        self.stages.append(str(info.get("stage")))

    def update(self, info: Any) -> None:
        self.stages.append(str(info.get("stage")))


def test_the_measurement_of_a_budget_is_listened_to(
    lorenz: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Any] = []
    own = dsr.models.ShallowPLRNN.settle_budget

    def settle(self: Any, *args: Any, progress: Any = None, **rest: Any) -> Any:
        heard.append(progress)
        own(self, *args, progress=progress, **rest)
        return {"updates": 50}

    monkeypatch.setattr(dsr.models.ShallowPLRNN, "settle_budget", settle)
    listener = Listening()
    dsr.fit(lorenz, budget=1, out=tmp_path / "run", progress=listener, baselines=False)
    assert heard == [listener]
    assert listener.stages[0] == "preparing"

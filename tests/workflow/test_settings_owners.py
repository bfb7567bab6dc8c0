"""Each setting has an owner: found by its name, refused where this model has no such owner."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import dsr
from dsr.errors import InputError
from dsr.runs import flat_settings
from dsr.workflow.plan import make_plan
from dsr.workflow.settings import Settings


@pytest.fixture(scope="module")
def lorenz() -> Any:
    return dsr.simulate("lorenz63", steps=1000, dt=0.02, seed=1)


def test_every_setting_goes_to_its_owner() -> None:
    given = {"hidden_dim": 7, "batch_size": 8, "alpha": 0.3, "alpha_times": 4, "embed": "3, 8",
             "test": 0.3, "load": {"variables": "x"}}  # fmt: skip
    tables = Settings.of("shallow-plrnn", given).tables()
    assert tables["model"] == {"hidden_dim": 7}
    assert tables["trainer"]["kind"] == "gradient"
    assert tables["trainer"]["batch_size"] == 8
    assert tables["forcing"]["kind"] == "generalized"
    assert (tables["forcing"]["alpha"], tables["forcing"]["alpha_times"]) == (0.3, 4)
    assert tables["data"] == {"embed": "3,8", "test": 0.3}
    assert tables["load"] == {"variables": "x"}


def test_flat_names_make_the_same_tables_again() -> None:
    tables = Settings.of("shallow-plrnn", {"interval": 20, "epochs": 3, "hidden_dim": 5}).tables()
    flat = flat_settings({"schema": 2, "settings": tables})
    assert (flat["forcing"], flat["interval"], flat["updates"]) == ("sparse", 20, 150)
    assert Settings.of("shallow-plrnn", flat).tables() == tables


@pytest.mark.parametrize(
    ("model", "given", "said"),
    [
        ("shallow-plrnn", {"learning_rat": 0.1}, "did you mean 'learning_rate'"),
        ("sindy", {"theshold": 0.1}, "did you mean 'threshold'"),
        ("persistence", {"alpha": 0.1}, "alpha is a setting of training"),
        ("sindy", {"updates": 100}, "updates is a setting of training"),
        ("persistence", {"trainer": "gradient"}, "trainer is a setting of training"),
        ("shallow-plrnn", {"alpha": 0.1, "interval": 5}, "exclude each other"),
        ("shallow-plrnn", {"forcing": "sparse", "alpha": 0.1}, "exclude each other"),
        ("shallow-plrnn", {"forcing": "generalised"}, "did you mean 'generalized'"),
        ("shallow-plrnn", {"trainer": "regression"}, "known: auto, gradient"),
        ("shallow-plrnn", {"epochs": 2, "updates": 100}, "keep one"),
        ("shallow-plrnn", {"epochs": 0}, "epochs must be a whole number"),
        ("shallow-plrnn", {"alpha": 3.0}, "alpha"),
        ("sindy", {"test": 0.9}, "test must be a share"),
        ("sindy", {"embed": "3"}, "embed='3' is not understood"),
    ],
)
def test_what_nobody_owns_is_refused(model: str, given: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        Settings.of(model, given)
    assert "\n" not in str(caught.value)


def test_a_setting_implies_its_forcing() -> None:
    kinds = {
        name: Settings.of("shallow-plrnn", given).tables()["forcing"]["kind"]
        for name, given in {
            "nothing": {}, "interval": {"interval": 10}, "alpha": {"alpha": 0.1},
            "sparse": {"forcing": "sparse"}, "both agree": {"forcing": "sparse", "interval": 10},
        }.items()
    }  # fmt: skip
    assert kinds == {
        "nothing": "generalized", "interval": "sparse", "alpha": "generalized",
        "sparse": "sparse", "both agree": "sparse",
    }  # fmt: skip


def test_a_model_without_training_stores_no_forcing(lorenz: Any, tmp_path: Path) -> None:
    run = dsr.fit(
        lorenz, model="persistence", out=tmp_path / "run", progress=False, baselines=False
    )
    assert set(run.config["settings"]) == {"model", "data", "load"}
    assert "alpha" not in (run.folder / "config.toml").read_text()
    assert run.config["budget"] == {}


def test_resuming_compares_what_is_meant_and_not_how_it_is_spelt(
    lorenz: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    dsr.fit(lorenz, updates=60, alpha=1, out=folder, progress=False, baselines=False)

    def again(**asked: Any) -> Any:
        return make_plan(lorenz, out=folder, resume=True, settings=asked)

    for agreeing in ({}, {"epochs": 2}, {"updates": 100}, {"alpha": 1.0}, {"embed": "auto"}):
        assert again(**agreeing).finished
    with pytest.raises(InputError, match="started with updates=100 and not 150"):
        again(epochs=3)
    with pytest.raises(InputError, match=r"started with alpha=1\.0 and not 0\.5"):
        again(alpha=0.5)
    with pytest.raises(InputError, match="exclude each other"):
        again(interval=5)
    with pytest.raises(InputError, match="started with model=shallow-plrnn"):
        make_plan(lorenz, model="sindy", out=folder, resume=True, settings={})


def test_a_call_in_memory_is_repeated_with_all_its_settings(lorenz: Any, tmp_path: Path) -> None:
    plan = make_plan(lorenz, model="sindy", seed=2, out=tmp_path / "a", settings={"degree": 3})
    call = plan.reproduce()
    assert call == "dsr.fit(series, model='sindy', seed=2, degree=3)"


def test_a_command_with_epochs_is_repeated_as_it_was(lorenz: Any, tmp_path: Path) -> None:
    command = ["dsr", "fit", "x.nc", "--epochs", "2"]
    settings = {"epochs": 2, "command": command}
    assert make_plan(lorenz, out=tmp_path / "a", settings=settings).reproduce() == " ".join(command)

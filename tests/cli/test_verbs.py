"""Each verb on a small file: what it prints, what it writes, what it leaves alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import dsr
from dsr.errors import InputError
from dsr.metrics.judging.told import VERDICT_FACTS
from dsr.runs import flat_settings

Call = Callable[..., Any]
FIT_KEYS = {"run", "model", "seed", "updates", "seconds", "verdict", "metrics"}
METRIC_KEYS = {"value", "low", "high", "noise_floor", "surrogate"}


def test_fit_prints_the_promised_object_and_only_that(
    call: Call, lorenz_file: Path, tmp_path: Path
) -> None:
    done = call("fit", lorenz_file, "--out", tmp_path / "run", "--epochs", "2", "--hidden", "10",
                "--alpha", "0.2", "--seed", "4", "--set", "batch_size=8", "--json")  # fmt: skip
    assert done.code == 0, done.err
    assert set(done.json) >= FIT_KEYS
    assert done.json["updates"] == 100
    assert done.json["seed"] == 4
    assert all(set(entry) >= METRIC_KEYS for entry in done.json["metrics"].values())
    assert done.json == json.loads((tmp_path / "run" / "metrics.json").read_text())
    settings = flat_settings(dsr.open_run(tmp_path / "run").config)
    assert (settings["alpha"], settings["batch_size"], settings["hidden_dim"]) == (0.2, 8, 10)


def test_fit_prints_a_table_the_verdict_and_the_paths(
    call: Call, lorenz_file: Path, tmp_path: Path
) -> None:
    done = call("fit", lorenz_file, "-o", tmp_path / "run", "--set", "updates=50")
    assert done.code == 0, done.err
    for word in ("noise floor", "surrogate", "verdict", "compared", "report.html"):
        assert word in done.out
    assert "training" in done.err  # plain lines, as this is no terminal
    assert "\x1b" not in done.err


def test_quiet_says_nothing_on_standard_error(
    call: Call, lorenz_file: Path, tmp_path: Path
) -> None:
    done = call("fit", lorenz_file, "-o", tmp_path / "r", "--set", "updates=50", "--quiet")
    assert (done.code, done.err) == (0, "")


def test_the_command_in_the_run_repeats_it_bit_for_bit(
    call: Call, lorenz_file: Path, tmp_path: Path
) -> None:
    call("fit", lorenz_file, "-o", tmp_path / "a", "--budget", "0.2", "--hidden", "8", "-q")
    config = dsr.open_run(tmp_path / "a").config
    import shlex

    words = shlex.split(config["reproduce"]["command"])
    assert words[0] == "dsr"
    assert call(*words[1:], "--out", tmp_path / "b", "-q").code == 0
    done = call("fit", lorenz_file, "--config", tmp_path / "a" / "config.toml",
                "--out", tmp_path / "c", "-q")  # fmt: skip
    assert done.code == 0, done.err
    weights = {
        (tmp_path / name / "model" / "model.safetensors").read_bytes() for name in ("a", "b", "c")
    }
    assert len(weights) == 1


def test_options_win_over_the_settings_file(call: Call, lorenz_file: Path, tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text("hidden_dim = 9\nupdates = 500\nseed = 3\nalpha = 0.3\n")
    done = call("fit", lorenz_file, "--config", tmp_path / "run.toml", "--hidden", "7",
                "--epochs", "1", "-o", tmp_path / "r", "-q")  # fmt: skip
    assert done.code == 0, done.err
    config = dsr.open_run(tmp_path / "r").config
    assert config["seed"] == 3
    assert flat_settings(config)["hidden_dim"] == 7
    assert flat_settings(config)["updates"] == 50
    assert flat_settings(config)["alpha"] == 0.3


def test_resuming_a_finished_run_changes_nothing(
    call: Call, lorenz_file: Path, run_folder: Path
) -> None:
    before = {p: p.read_bytes() for p in run_folder.rglob("*") if p.is_file()}
    done = call("fit", lorenz_file, "--out", run_folder, "--resume", "--json")
    assert done.code == 0
    assert "finished" in done.err or not done.err
    assert {p: p.read_bytes() for p in run_folder.rglob("*") if p.is_file()} == before


def test_evaluate_uses_the_held_out_part_and_writes_scores(
    call: Call, lorenz_file: Path, run_folder: Path, tmp_path: Path
) -> None:
    done = call("evaluate", run_folder, lorenz_file, "--json", "-o", tmp_path / "scores.nc")
    assert done.code == 0, done.err
    stored = dsr.open_run(run_folder).summary["metrics"]["state_space_divergence"]["value"]
    assert done.json["metrics"]["state_space_divergence"]["value"] == pytest.approx(stored)
    assert dsr.data.read_dataset(tmp_path / "scores.nc").attrs["verdict"] == done.json["verdict"]
    assert "noise floor" in call("evaluate", run_folder, lorenz_file).out


def test_evaluate_reads_the_file_as_the_run_did(call: Call, tmp_path: Path) -> None:
    # Judged on its own file, a run must not meet what it was trained on: the file has to be read
    # with the same options to be known again.
    values = dsr.simulate("lorenz63", steps=1000, dt=0.05, seed=2).values[0]
    frame = pd.DataFrame(values, columns=["x", "y", "z"])
    frame.loc[10, "x"] = np.nan
    frame["clock"] = np.arange(1000) * 0.05
    frame.to_csv(tmp_path / "a.csv", index=False)
    options = ("--fill", "linear", "--time", "clock", "--variables", "x,y")
    done = call("fit", tmp_path / "a.csv", *options, "--set", "updates=50", "-q",
                "--out", tmp_path / "r")  # fmt: skip
    assert done.code == 0, done.err
    done = call("evaluate", tmp_path / "r", tmp_path / "a.csv", "--json")
    assert done.code == 0, done.err
    assert done.json["compared_length"] <= 200


@pytest.mark.parametrize("suffix", ["nc", "csv", "npy"])
def test_generate_writes_what_was_asked_for_and_repeats_itself(
    call: Call, run_folder: Path, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"free.{suffix}"
    first = call("generate", run_folder, "--steps", "60", "-o", path, "--json")
    assert first.code == 0, first.err
    assert first.json["file"] == str(path)
    content = path.read_bytes()
    assert call("generate", run_folder, "--steps", "60", "-o", path).code == 0
    assert path.read_bytes() == content
    series = dsr.load(path, **({"dt": 0.02} if suffix == "npy" else {}))
    assert series.sizes == {"trajectory": 1, "time": 60, "variable": 3}
    expected = dsr.open_run(run_folder).model.generate(None, 60)
    np.testing.assert_array_equal(series.values, expected.values)


def test_without_a_name_results_never_replace_each_other(
    call: Call, run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = [call("generate", run_folder, "--steps", "5", "--json").json["file"] for _ in "ab"]
    assert names == ["run-generated.nc", "run-generated-2.nc"]
    assert all(Path(name).is_file() for name in names)


def test_generate_from_the_end_of_a_file(
    call: Call, run_folder: Path, lorenz_file: Path, tmp_path: Path
) -> None:
    done = call("generate", run_folder, "--start", lorenz_file, "--steps", "5",
                "-o", tmp_path / "g.nc")  # fmt: skip
    assert done.code == 0, done.err
    last = dsr.load(lorenz_file).isel(time=slice(-1, None))
    expected = dsr.open_run(run_folder).model.generate(last, 5)
    np.testing.assert_array_equal(dsr.load(tmp_path / "g.nc").values, expected.values)


def test_forecast_continues_the_time_axis(
    call: Call, run_folder: Path, lorenz_file: Path, tmp_path: Path
) -> None:
    done = call("forecast", run_folder, lorenz_file, "--steps", "7", "-o", tmp_path / "f.nc")
    assert done.code == 0, done.err
    series, forecast = dsr.load(lorenz_file), dsr.load(tmp_path / "f.nc")
    assert forecast["time"].values[0] == pytest.approx(series["time"].values[-1] + 0.02)


def test_a_free_run_that_diverges_is_said_and_not_written(
    call: Call, run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(self: Any, start: Any, steps: int, **_: Any) -> Any:
        values = np.ones((1, steps, 3))
        values[0, 4:] = np.nan
        return dsr.data.make_series(np.nan_to_num(values), dt=0.02).copy(data=values)

    monkeypatch.setattr("dsr.models.shallow_plrnn.ShallowPLRNN.generate", explode)
    done = call("generate", run_folder, "--steps", "9", "-o", tmp_path / "g.nc")
    assert done.code == 3
    assert "sample 5 of 9" in done.err
    assert not list(tmp_path.iterdir())


def test_simulate_is_repeatable_and_takes_parameters(call: Call, tmp_path: Path) -> None:
    words = ("simulate", "lorenz63", "--steps", "50", "--trajectories", "2", "--seed", "3",
             "--parameter", "rho=30")  # fmt: skip
    contents = []
    for name in ("a", "b"):
        done = call(*words, "-o", tmp_path / f"{name}.nc", "--json")
        assert done.code == 0, done.err
        assert (done.json["trajectories"], done.json["steps"]) == (2, 50)
        contents.append((tmp_path / f"{name}.nc").read_bytes())
    assert contents[0] == contents[1]
    expected = dsr.simulate("lorenz63", steps=50, trajectories=2, seed=3, parameters={"rho": 30.0})
    np.testing.assert_array_equal(dsr.load(tmp_path / "a.nc").values, expected.values)


def test_csv_of_several_trajectories_reads_back(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    call("simulate", "henon", "--steps", "40", "--trajectories", "3", "--seed", "1", "-o", path)
    series = dsr.load(path, trajectory="trajectory")
    expected = dsr.simulate("henon", steps=40, trajectories=3, seed=1)
    np.testing.assert_array_equal(series.values, expected.values)


def test_systems_are_all_listed(call: Call, tmp_path: Path) -> None:
    done = call("systems", "--json", "-o", tmp_path / "systems.json")
    assert [entry["name"] for entry in done.json["systems"]] == list(dsr.systems())
    assert json.loads((tmp_path / "systems.json").read_text()) == done.json
    assert "lorenz63" in call("systems").out


def test_info_of_a_file_and_of_a_run(call: Call, lorenz_file: Path, run_folder: Path) -> None:
    done = call("info", lorenz_file)
    assert done.code == 0
    assert "ready for dsr fit" in done.out
    assert call("info", lorenz_file, "--json").json["samples"] == [2000]
    assert "verdict" in call("info", run_folder).out
    assert call("info", run_folder, "--json").json["model"] == "shallow-plrnn"


def test_every_verb_tells_the_same_of_a_verdict(
    call: Call, run_folder: Path, lorenz_file: Path, tmp_path: Path
) -> None:
    stored = dsr.open_run(run_folder)
    names = [n for n in VERDICT_FACTS if n in stored.summary]
    assert {"decidable", "compared_length", "lyapunov"} <= set(names)
    told = call("info", run_folder, "--json").json
    assert {n: told[n] for n in names} == {n: stored.summary[n] for n in names}
    again = call("evaluate", run_folder, lorenz_file, "--no-baselines", "--json").json
    assert {n: again[n] for n in names} == {n: stored.summary[n] for n in names}
    converged = stored.metrics["largest_lyapunov_exponent"].attrs["converged"] == "true"
    assert stored.summary["lyapunov"]["converged"] is converged
    for words in (("info", run_folder), ("evaluate", run_folder, lorenz_file)):
        text = call(*words).out
        lines = [line.split(None, 1) for line in text.splitlines() if line]
        told = next(words[1] for words in lines if words[0] == "exponent")
        assert told.startswith("converged" if converged else "not converged")
        assert text.count("compared ") == 1


def test_info_of_a_run_of_an_older_version(call: Call, run_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(run_folder, tmp_path / "old")
    path = tmp_path / "old" / "metrics.json"
    summary = json.loads(path.read_text())
    path.write_text(json.dumps({k: v for k, v in summary.items() if k not in VERDICT_FACTS}))
    done = call("info", tmp_path / "old")
    assert done.code == 0, done.err
    assert f"verdict    {summary['verdict']}" in done.out
    assert "compared" not in done.out


def test_info_takes_the_cure_it_names(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "gap.csv"
    path.write_text("t,v\n" + "".join(f"{k},{'' if k == 9 else k % 7}\n" for k in range(40)))
    done = call("info", path)
    assert done.code == 2
    assert "fill" in done.err
    assert call("info", path, "--fill", "linear").code == 0


def test_metrics_of_two_files(call: Call, lorenz_file: Path, tmp_path: Path) -> None:
    call("simulate", "lorenz63", "--steps", "2000", "--dt", "0.02", "--seed", "5",
         "-o", tmp_path / "other.nc")  # fmt: skip
    done = call("metrics", lorenz_file, tmp_path / "other.nc", "--json")
    assert done.code == 0, done.err
    value = done.json["metrics"]["hellinger_spectral_distance"]["value"]
    assert 0.0 < value < 0.3  # two stretches of one system
    assert "verdict" in call("metrics", lorenz_file, tmp_path / "other.nc").out


def test_embed_writes_delay_coordinates(call: Call, lorenz_file: Path, tmp_path: Path) -> None:
    done = call("embed", lorenz_file, "--variables", "x", "--dimension", "3", "--delay", "8",
                "-o", tmp_path / "e.nc", "--json")  # fmt: skip
    assert done.code == 0, done.err
    assert (done.json["dimension"], done.json["delay"]) == (3, 8)
    assert dsr.load(tmp_path / "e.nc").sizes["time"] == 2000 - 16


def test_embed_chooses_delays_and_variables(call: Call, lorenz_file: Path, tmp_path: Path) -> None:
    done = call("embed", lorenz_file, "--method", "pecuzal", "-o", tmp_path / "e.nc", "--json")
    assert done.code == 0, done.err
    assert done.json["dimension"] == len(done.json["delays"]) == len(done.json["columns"])
    series = dsr.load(tmp_path / "e.nc")
    assert series.sizes["variable"] == done.json["dimension"]
    assert series.sizes["time"] == 2000 - max(done.json["delays"])


def test_scores_on_request(call: Call, lorenz_file: Path, run_folder: Path, tmp_path: Path) -> None:
    done = call("evaluate", run_folder, lorenz_file, "--metric", "valid_prediction_time", "--json")
    assert done.code == 0, done.err
    assert done.json["metrics"]["valid_prediction_time"]["value"] >= 0.0
    dsr.data.write_dataset(dsr.simulate("lorenz63", steps=900, dt=0.02, seed=5), tmp_path / "o.nc")
    done = call("metrics", lorenz_file, tmp_path / "o.nc", "--metric", "energy_distance", "--json")
    assert done.code == 0, done.err
    assert set(done.json["metrics"]["energy_distance"]) >= METRIC_KEYS


def test_evaluate_shows_the_baselines_unless_told_not_to(
    call: Call, lorenz_file: Path, run_folder: Path
) -> None:
    done = call("evaluate", run_folder, lorenz_file, "--json")
    assert set(done.json["baselines"]) == {"sindy", "persistence", "gaussian"}
    assert done.json["baselines"]["persistence"]["verdict"] == "degenerate: frozen"
    assert "sindy" in call("evaluate", run_folder, lorenz_file).out
    without = call("evaluate", run_folder, lorenz_file, "--no-baselines", "--json")
    assert "baselines" not in without.json


def test_metrics_of_two_fields(call: Call, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for name in ("a", "b"):
        modes = rng.normal(size=(400, 3)).cumsum(axis=0) * 0.1 + rng.normal(size=(400, 3))
        frames = np.einsum("tm,myx->tyx", modes, rng.normal(size=(3, 12, 12)))
        field = dsr.data.make_series(frames[None, :, None], dt=0.1)
        dsr.data.write_dataset(field, tmp_path / f"{name}.nc")
    done = call("metrics", tmp_path / "a.nc", tmp_path / "b.nc", "--json")
    assert done.code == 0, done.err
    assert {"rmse", "ssim", "state_space_divergence"} <= set(done.json["metrics"])


def test_report_writes_the_page_again(call: Call, run_folder: Path, tmp_path: Path) -> None:
    done = call("report", run_folder, "-o", tmp_path / "page.html", "--json")
    assert done.code == 0, done.err
    assert (tmp_path / "page.html").read_text().startswith("<!doctype html>"[:9])


def test_one_variable_is_embedded_evaluated_and_continued(call: Call, tmp_path: Path) -> None:
    series = dsr.simulate("lorenz63", steps=1500, dt=0.02, seed=1)
    dsr.data.write_dataset(series.isel(variable=[0]), tmp_path / "x.nc")
    done = call("fit", tmp_path / "x.nc", "-o", tmp_path / "r", "--set", "updates=50")
    assert done.code == 0, done.err
    assert "delay coordinates" in done.err
    assert call("evaluate", tmp_path / "r", tmp_path / "x.nc", "--json").code == 0
    done = call("forecast", tmp_path / "r", tmp_path / "x.nc", "--steps", "5",
                "-o", tmp_path / "f.nc", "--json")  # fmt: skip
    assert done.code == 0, done.err
    assert done.json["steps"] == 5


def test_an_unfinished_run_is_named_with_its_cure(
    call: Call, run_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(run_folder, tmp_path / "half")
    (tmp_path / "half" / "metrics.json").unlink()
    done = call("generate", tmp_path / "half", "--steps", "5", "-o", tmp_path / "g.nc")
    assert done.code == 2
    assert "--resume" in done.err


def test_values_of_settings_are_toml_or_text() -> None:
    from dsr.cli.options import parse_pairs, parse_value

    assert parse_value("[1, 2]") == [1, 2]
    assert parse_value('"8"') == "8"
    assert parse_value("1\nother = 2") == "1\nother = 2"
    assert parse_pairs(["a-b=1", "a_b = 1"], "--set") == {"a_b": 1}
    with pytest.raises(InputError, match="twice"):
        parse_pairs(["a=1", "a=2"], "--set")


def test_a_table_from_a_spreadsheet_of_another_country_is_understood(
    call: Call, tmp_path: Path
) -> None:
    start = np.datetime64("2021-03-01T00:00:00")
    times = start + np.arange(400) * np.timedelta64(20, "ms")
    rows = (f"{t};{np.sin(0.3 * k):.5f}".replace(".", ",", 2) for k, t in enumerate(times))
    rows = (row.replace(",", ".", 1) for row in rows)  # the point of the seconds stays
    (tmp_path / "a.csv").write_text("Datum;Spannung\n" + "\n".join(rows) + "\n")
    done = call("info", tmp_path / "a.csv", "--json")
    assert done.code == 0, done.err
    assert done.json["variables"] == ["Spannung"]
    assert done.json["dt"] == pytest.approx(0.02)


def test_metrics_scores_a_diverged_run(tmp_path: Path) -> None:
    import numpy as np

    import dsr
    from dsr.cli.main import main

    series = dsr.simulate("lorenz63", steps=2000, dt=0.02, seed=1)
    dsr.data.write_dataset(series, tmp_path / "a.nc")
    broken = series.copy(deep=True)
    broken.values[0, 900:] = np.nan
    dsr.data.write_dataset(broken, tmp_path / "b.nc")
    scores = tmp_path / "scores.json"
    with pytest.raises(SystemExit) as done:
        main(["metrics", str(tmp_path / "a.nc"), str(tmp_path / "b.nc"), "-o", str(scores)])
    assert done.value.code == 0
    assert "degenerate: diverged" in scores.read_text()

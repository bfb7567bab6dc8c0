"""External inputs: brought onto the axis of the series, fitted with, judged with, stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import dsr
from dsr.data import make_series
from dsr.errors import InputError
from dsr.workflow.evaluation import judge_again
from dsr.workflow.inputs import aligned
from dsr.workflow.plan import make_plan


def ramp(samples: int, **labels: Any) -> xr.DataArray:
    return make_series(np.arange(float(samples))[:, None], variables=["u"], **labels)


SERIES = make_series(np.zeros((10, 1)), dt=0.5, start=2.0)


def values(drive: xr.DataArray) -> list[float]:
    return drive.values.ravel().tolist()


def test_inputs_are_cut_to_the_times_of_the_series() -> None:
    cut = aligned(ramp(30, dt=0.5), SERIES)
    assert values(cut) == list(range(4, 14))
    np.testing.assert_array_equal(cut["time"].values, SERIES["time"].values)


def test_a_bare_array_begins_with_the_series() -> None:
    assert values(aligned(np.arange(12.0)[:, None], SERIES)) == list(range(10))


def test_a_file_without_a_time_axis_begins_with_the_series(tmp_path: Path) -> None:
    np.save(tmp_path / "u.npy", np.arange(12.0)[:, None])
    assert values(aligned(tmp_path / "u.npy", SERIES)) == list(range(10))


@pytest.mark.parametrize(
    ("drive", "said"),
    [
        (ramp(13, dt=0.5), "end 1 samples too early"),
        (ramp(30, dt=0.5, start=3.0), "begin 2 samples too late"),
        (ramp(30, dt=0.4), "a step of 0.4"),
        (ramp(30, dt=0.5, time_unit="day"), "in 'day'"),
        (ramp(30, dt=0.5, start=0.2), "lie between those of the series"),
        (make_series(np.zeros((2, 30, 1)), dt=0.5), "2 trajectories and the series 1"),
    ],
)
def test_what_does_not_cover_the_series_is_refused(drive: xr.DataArray, said: str) -> None:
    with pytest.raises(InputError, match=said):
        aligned(drive, SERIES)


def test_dates_count_and_not_the_numbers_after_them() -> None:
    hours = SERIES.assign_attrs(time_unit="s", time_origin="2001-01-02")
    late = ramp(30, dt=0.5, time_unit="s").assign_attrs(time_origin="2001-01-01T23:59:59")
    assert values(aligned(late, hours)) == list(range(6, 16))
    months = make_series(np.zeros((6, 1)), dt=1.0, time_unit="month")
    months = months.assign_attrs(time_origin="2001-03-01")
    since = ramp(30, dt=1.0, time_unit="month").assign_attrs(time_origin="2000-12-16")
    assert values(aligned(since, months)) == list(range(3, 9))


def test_trajectories_of_different_lengths_get_inputs_of_theirs() -> None:
    ragged = make_series([np.zeros((5, 1)), np.zeros((3, 1))], dt=0.5, split=["train", "test"])
    cut = aligned(make_series([np.arange(8.0), 10.0 + np.arange(4.0)], dt=0.5), ragged)
    assert cut["length"].values.tolist() == [5, 3]
    assert cut["split"].values.tolist() == ["train", "test"]
    assert cut.values[1, :3, 0].tolist() == [10.0, 11.0, 12.0]


@pytest.fixture(scope="module")
def driven() -> tuple[xr.DataArray, xr.DataArray]:
    """A damped oscillation pushed by a drive that nobody could guess."""
    rng = np.random.default_rng(0)
    samples, dt = 3000, 0.05
    u = np.convolve(rng.normal(size=samples + 40), np.ones(40) / 6.0, "valid")[:samples]
    x = np.zeros((samples, 2))
    for k in range(samples - 1):
        p, q = x[k]
        x[k + 1] = p + dt * q, q + dt * (-p - 0.3 * q + 2.0 * u[k])
    series = make_series(x, dt=dt, time_unit="s", variables=["p", "q"], start=1.0)
    return series, make_series(u[:, None], dt=dt, time_unit="s", variables=["push"], start=1.0)


@pytest.fixture(scope="module")
def run(driven: Any, tmp_path_factory: pytest.TempPathFactory) -> dsr.Run:
    folder = tmp_path_factory.mktemp("driven")
    series, drive = driven
    early = ramp(10, dt=0.05, time_unit="s", start=0.5).values * 0.0
    longer = make_series(
        np.concatenate([early[0], drive.values[0], early[0]]), dt=0.05, time_unit="s",
        variables=["push"], start=0.5,
    )  # fmt: skip
    return dsr.fit(series, inputs=longer, model="dmd", out=folder / "run", progress=False)


def test_a_driven_fit_knows_its_inputs(run: dsr.Run, driven: Any) -> None:
    _, drive = driven
    assert run.model.input_variables == ["push"]
    data = run.config["data"]
    assert data["input_variables"] == ["push"]
    assert data["inputs"] == "inputs"
    assert data["inputs_fingerprint"] == dsr.data.fingerprint(drive)
    stored = run.results["inputs"]["series"]
    np.testing.assert_array_equal(stored.values, drive.values[:, -600:])
    np.testing.assert_array_equal(stored["time"].values, run.results["observed"]["time"].values)
    assert run.config["reproduce"]["command"].endswith("inputs=inputs)")


def test_the_drive_makes_the_forecast(run: dsr.Run, driven: Any) -> None:
    truth = run.results["observed"]["series"].values[:, 1:]
    forecast = run.results["forecast"]["series"].values
    assert forecast.shape == truth.shape
    assert np.abs(forecast - truth).max() < 1e-6 * truth.std()


def test_it_is_judged_with_the_inputs_it_has(run: dsr.Run, driven: Any) -> None:
    series, drive = driven
    name = "state_space_divergence"
    again = dsr.evaluate(run, series)
    given = dsr.evaluate(run, series, inputs=drive)
    assert float(again[name]) == float(given[name]) == float(run.metrics[name])


def test_another_series_needs_inputs_of_its_own(run: dsr.Run, driven: Any) -> None:
    series, drive = driven
    other = series.isel(time=slice(0, 1000))
    with pytest.raises(InputError, match="driven by push; pass inputs="):
        dsr.evaluate(run, other)
    assert dsr.evaluate(run, other, inputs=drive).attrs["verdict"]


def test_resuming_compares_the_inputs(run: dsr.Run, driven: Any) -> None:
    series, drive = driven
    call = {"model": "dmd", "out": run.folder, "resume": True, "settings": {}}
    assert make_plan(series, inputs=drive, **call).finished
    with pytest.raises(InputError, match="other inputs"):
        make_plan(series, inputs=drive * 2.0, **call)
    with pytest.raises(InputError, match="pass the same inputs again"):
        make_plan(series, **call)


def test_inputs_follow_delay_coordinates(driven: Any, tmp_path: Path) -> None:
    series, drive = driven
    plan = make_plan(
        series.isel(variable=[0]), inputs=drive, model="sindy", out=tmp_path / "r",
        settings={"embed": "3,4"},
    )  # fmt: skip
    data = plan.recording
    assert data.train_inputs is not None
    assert data.test_inputs is not None
    for part, inputs in ((data.train, data.train_inputs), (data.test, data.test_inputs)):
        np.testing.assert_array_equal(part["time"].values, inputs["time"].values)
    np.testing.assert_array_equal(data.train_inputs.values[0, 0], drive.values[0, 8])


def test_a_model_that_cannot_be_driven_says_so(driven: Any, tmp_path: Path) -> None:
    series, drive = driven
    with pytest.raises(InputError, match="cannot drive persistence"):
        dsr.fit(series, inputs=drive, model="persistence", out=tmp_path / "r", progress=False)
    assert not list(tmp_path.iterdir())


def test_judging_again_drives_the_baselines_as_the_fit_did(
    driven: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    series, drive = driven
    monkeypatch.setattr("dsr.workflow.baselines.BASELINES", ("sindy", "dmd"))
    run = dsr.fit(
        series, inputs=drive, model="dmd", out=tmp_path / "run",
        progress=False,
    )  # fmt: skip
    training, inputs = (run.results[n]["series"] for n in ("training", "training_inputs"))
    np.testing.assert_array_equal(training["time"].values, inputs["time"].values)
    again = judge_again(run, series).summary["baselines"]
    assert again == run.summary["baselines"]
    assert again["sindy"]["metrics"]["prediction_error"] < 1e-3  # without its drive 0.1 and more


def test_a_file_of_inputs_is_cured_as_the_series_is(driven: Any, tmp_path: Path) -> None:
    series, drive = driven
    times, push = drive["time"].values, drive.values[0, :, 0]
    rows = [f"{t:.10g},{p:.17g}" for t, p in zip(times, push, strict=True)]
    rows[700] = f"{times[700]:.10g},"
    (tmp_path / "push.csv").write_text("time,push\n" + "\n".join(rows) + "\n")
    cut = series.assign_attrs(time_unit="time unit", time_origin="")
    with pytest.raises(InputError, match="missing"):
        aligned(tmp_path / "push.csv", cut)
    filled = aligned(tmp_path / "push.csv", cut, {"fill": "linear", "variables": "p"})
    assert filled.values[0, 700, 0] == pytest.approx((push[699] + push[701]) / 2)

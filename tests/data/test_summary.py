"""Facts about files, usable or not, as plain values that JSON can hold."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import dsr
from dsr.data import describe, make_series, write_dataset
from dsr.errors import InputError

WAVE = np.column_stack([np.sin(np.arange(60.0)), np.cos(np.arange(60.0))])


def test_a_sound_file_is_usable(tmp_path: Path) -> None:
    series = make_series([WAVE, WAVE[:40]], dt=0.5, variables=["a", "b"], split=["train", "test"])
    write_dataset(series, tmp_path / "a.nc")
    facts = describe(tmp_path / "a.nc")
    assert facts["usable"]
    assert facts["cure"] == ""
    assert facts["format"] == "NetCDF-4 (HDF5)"
    assert facts["samples"] == [60, 40]
    assert facts["split"] == ["train", "test"]
    assert (facts["dt"], facts["time_unit"]) == (0.5, "s")
    assert facts["missing"] == 0.0
    assert facts["std"][0] == pytest.approx(np.concatenate([WAVE, WAVE[:40]])[:, 0].std())
    json.dumps(facts, allow_nan=False)


def test_a_file_that_needs_a_cure_is_described_as_far_as_can_be(tmp_path: Path) -> None:
    gaps = WAVE.copy()
    gaps[3, 0] = np.nan
    np.save(tmp_path / "a.npy", gaps)
    facts = describe(tmp_path / "a.npy")
    assert not facts["usable"]
    assert "fill=" in facts["cure"]
    assert facts["missing"] == pytest.approx(1 / 120)
    assert facts["samples"] == [60]
    assert describe(tmp_path / "a.npy", fill="linear")["usable"]
    json.dumps(facts, allow_nan=False)


def test_an_object_in_memory_is_described_with_its_flaws() -> None:
    flawed = np.column_stack([WAVE, np.ones(60)])
    flawed[3, 0] = np.nan
    facts = describe(flawed)
    assert (facts["usable"], facts["constant"]) == (False, ["x2"])
    assert "fill" in facts["cure"]


def test_what_is_no_file_is_not_usable(tmp_path: Path) -> None:
    facts = describe(tmp_path / "nothing.csv")
    assert not facts["usable"]
    assert "no file" in facts["cure"]


def test_missing_values_are_dated_where_the_axis_is(tmp_path: Path) -> None:
    months = [f"20{y:02d}-{m:02d}" for y in range(10) for m in range(1, 13)]
    cells = [str(k % 7) for k in range(120)]
    cells[25] = ""
    lines = [f"{month},{cell}" for month, cell in zip(months, cells, strict=True)]
    (tmp_path / "a.csv").write_text("when,x\n" + "\n".join(lines) + "\n")
    with pytest.raises(InputError, match="first at 2002-02 "):
        dsr.load(tmp_path / "a.csv")


def test_basic_iso_dates_and_single_samples(tmp_path: Path) -> None:
    lines = [f"{20210300 + k}.0,{k % 7}" for k in range(1, 30)]
    (tmp_path / "a.csv").write_text("date,x\n" + "\n".join(lines) + "\n")
    series = dsr.load(tmp_path / "a.csv")
    assert (series.attrs["dt"], series.attrs["time_origin"]) == (86400.0, "2021-03-01")
    np.save(tmp_path / "one.npy", np.ones((1, 2)))
    with pytest.raises(InputError, match="one sample"):
        dsr.load(tmp_path / "one.npy")

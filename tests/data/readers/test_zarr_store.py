"""Chunks without a file: empty ones are believed and said, lost ones are never read in silence."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import dsr
from dsr.data import make_series
from dsr.errors import InputError

zarr = pytest.importorskip("zarr")

T = np.arange(60) * 0.1
WAVE = 2.0 + np.sin(T)
RAIN = np.where(np.sin(T) > 0.5, np.sin(T), 0.0)
RAIN[20:40] = 0.0


def chunks(store: Path, name: str) -> list[Path]:
    """Files of the chunks of an array, in the order of their names."""
    files = (p for p in (store / name).rglob("*") if p.is_file())
    return sorted(p for p in files if p.name != "zarr.json" and not p.name.startswith("."))


def stored(path: Path, values: np.ndarray, fill: Any, **options: Any) -> Path:
    """Store written with zarr itself, as `zarr` writes by default: no file for an empty chunk."""
    group = zarr.open_group(path, mode="w", zarr_format=3)
    for name, column, value in (("u", values, fill), ("time", T, np.nan)):
        array = group.create_array(
            name, shape=column.shape, chunks=(10,), dtype="f8", fill_value=value,
            dimension_names=["time"], **(options if name == "u" else {}),
        )  # fmt: skip
        array[:] = column
    return path


@pytest.mark.parametrize("version", [2, 3])
def test_a_series_of_dsr_in_a_store_of_either_format_is_sound(tmp_path: Path, version: Any) -> None:
    # The label 0 of its one trajectory is the fill value of whole numbers: it has no file.
    series = make_series(np.column_stack([WAVE, RAIN]), dt=0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # text has no settled type in format 3 yet
        series.to_dataset(name="series").to_zarr(
            tmp_path / "a", zarr_format=version, consolidated=False
        )
        assert not chunks(tmp_path / "a", "trajectory")
        again = dsr.load(tmp_path / "a")
    np.testing.assert_array_equal(again.values, series.values)


def test_chunks_that_hold_only_zeros_are_read_as_zeros_and_said(tmp_path: Path) -> None:
    store = stored(tmp_path / "a", RAIN, 0.0)
    assert len(chunks(store, "u")) < 6
    series = dsr.load(store)
    np.testing.assert_array_equal(series.values[0, :, 0], RAIN)
    assert any("have no file and were read as its fill value 0" in n for n in series.attrs["notes"])


def test_a_chunk_of_a_variable_that_is_never_zero_was_lost(tmp_path: Path) -> None:
    store = stored(tmp_path / "a", WAVE, 0.0)
    np.testing.assert_array_equal(dsr.load(store).values[0, :, 0], WAVE)
    chunks(store, "u")[2].unlink()
    with pytest.raises(InputError, match="5 of 6 chunks"):
        dsr.load(store)


def test_a_lost_shard_is_not_taken_for_its_many_empty_chunks(tmp_path: Path) -> None:
    store = stored(tmp_path / "a", WAVE, 0.0, shards=(30,))
    chunks(store, "u")[0].unlink()
    with pytest.raises(InputError, match="1 of 2 chunks"):
        dsr.load(store)


def test_chunks_that_mean_missing_read_as_missing_and_never_as_numbers(tmp_path: Path) -> None:
    gaps = WAVE.copy()
    gaps[20:30] = np.nan
    sound = stored(tmp_path / "sound", gaps, np.nan)
    lost = stored(tmp_path / "lost", WAVE, np.nan)
    chunks(lost, "u")[2].unlink()
    # Nothing tells these two apart, and nothing has to: both are missing values.
    for store in (sound, lost):
        with pytest.raises(InputError, match=r"missing values .* first at 2 "):
            dsr.load(store)
        filled = dsr.load(store, fill="linear")
        assert any("read as missing values" in note for note in filled.attrs["notes"])


@pytest.mark.parametrize("version", [2, 3])
def test_a_declared_fill_value_means_missing(tmp_path: Path, version: Any) -> None:
    gaps = WAVE.copy()
    gaps[20:30] = np.nan
    encoding = {"u": {"_FillValue": -1e10, "chunks": (10,)}}
    xr.Dataset({"u": ("time", gaps)}, {"time": T}).to_zarr(
        tmp_path / "a", zarr_format=version, consolidated=False, encoding=encoding
    )
    with pytest.raises(InputError, match="missing values"):
        dsr.load(tmp_path / "a")


def test_a_lost_time_axis_is_refused(tmp_path: Path) -> None:
    store = stored(tmp_path / "a", WAVE, 0.0)
    chunks(store, "time")[3].unlink()
    with pytest.raises(InputError, match="10 of 60 times"):
        dsr.load(store)


def test_variables_come_in_the_order_of_the_alphabet(tmp_path: Path) -> None:
    data = xr.Dataset({name: ("time", WAVE + k) for k, name in enumerate("zbxa")}, {"time": T})
    data.to_zarr(tmp_path / "a", consolidated=False)
    assert dsr.load(tmp_path / "a")["variable"].values.tolist() == ["a", "b", "x", "z"]

"""The convention: what the door lets in, what it mends, and that a round trip changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import dsr
from dsr.data import (
    Scaler,
    as_series,
    fingerprint,
    lengths,
    make_series,
    split_series,
    trajectories,
    write_dataset,
)
from dsr.errors import InputError

DIMS = ("trajectory", "time", "variable")
WAVE = np.column_stack([np.sin(np.arange(60.0)), np.cos(np.arange(60.0))])


@pytest.mark.parametrize(
    ("obj", "shape"),
    [
        (WAVE, (1, 60, 2)),
        (WAVE[:, 0], (1, 60, 1)),
        (np.stack([WAVE, WAVE]), (2, 60, 2)),
        (WAVE.tolist(), (1, 60, 2)),
        (WAVE[:, 0].tolist(), (1, 60, 1)),
        ([WAVE, WAVE[:20]], (2, 60, 2)),
        ((WAVE[:5], WAVE[:5]), (2, 5, 2)),
        (np.asfortranarray(WAVE.astype(">f4")), (1, 60, 2)),
        (xr.DataArray(WAVE), (1, 60, 2)),
        (xr.DataArray(WAVE.T, dims=("variable", "time")), (1, 60, 2)),
        (xr.DataArray(WAVE[:, 0], dims="time"), (1, 60, 1)),
        (xr.DataArray(np.stack([WAVE] * 3), dims=("run", "t", "k")), (3, 60, 2)),
        (xr.Dataset({"a": ("time", WAVE[:, 0]), "b": ("time", WAVE[:, 1])}), (1, 60, 2)),
    ],
)
def test_the_door_makes_one_layout_of_all(obj: Any, shape: tuple[int, ...]) -> None:
    series = as_series(obj, dt=0.5)
    assert series.dims == DIMS
    assert series.shape == shape
    assert series.dtype == np.float64
    assert series.values.flags.c_contiguous
    assert series.attrs["dt"] == 0.5
    assert as_series(series) is series


@pytest.mark.parametrize(
    ("obj", "says"),
    [
        (WAVE + 0j, "complex"),
        (WAVE > 0, "true/false"),
        (np.array(["a"]), "text"),
        (np.array([{}]), "object"),
        (3.0, "single number"),
        (None, "object"),
        ([], "empty"),
        (np.zeros((0, 2)), "empty"),
        (np.zeros((5, 0)), "empty"),
        (np.zeros((2, 2, 2, 2)), "shape"),
        ([WAVE, WAVE[:, :1]], "different numbers of variables"),
        ([[1.0, 2.0], ["a", "b"]], "text"),
        (xr.DataTree(), "DataTree"),
        (xr.DataArray(5.0), "single number"),
        (WAVE * 1e160, "rescale"),
    ],
)
def test_the_door_refuses_what_is_no_series(obj: Any, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        as_series(obj)
    assert "\n" not in str(caught.value)


def test_missing_values_are_refused_with_time_share_and_cure() -> None:
    gaps = WAVE.copy()
    gaps[7, 1] = np.nan
    with pytest.raises(InputError, match=r"first at 3\.5 .*'x1', 0\.83%.*fill=\"linear\""):
        as_series(gaps, dt=0.5)
    assert np.isnan(as_series(gaps, finite=False).values).sum() == 1


def test_too_short_a_series_is_refused_with_the_numbers() -> None:
    with pytest.raises(InputError, match="60 samples and at least 300"):
        as_series(WAVE, minimum=300)


def test_slices_are_mended() -> None:
    series = make_series([WAVE, WAVE[:40]], dt=0.5, variables=["a", "b"], time_unit="day")
    every = as_series(series.isel(time=slice(None, None, 3)))
    assert every.attrs["dt"] == pytest.approx(1.5)
    tail = as_series(series.isel(time=slice(30, None)))
    assert lengths(tail).tolist() == [30, 10]
    one = as_series(series.isel(trajectory=1))
    assert one.dims == DIMS
    assert [p.shape for p in trajectories(one)] == [(40, 2)]
    assert one.attrs["time_unit"] == "day"
    single = as_series(series.sel(variable="b"))
    assert single["variable"].values.tolist() == ["b"]
    turned = as_series(series.transpose("variable", "time", "trajectory"))
    np.testing.assert_array_equal(turned.values, series.values)
    assert as_series(series.astype("f4")).dtype == np.float64


def test_units_are_never_those_of_other_variables() -> None:
    series = make_series(WAVE, dt=0.5, variables=["a", "b"])
    series.attrs["variable_units"] = ["m", "K"]
    for part in (series.isel(variable=[1]), series.sel(variable="b")):
        assert as_series(part).attrs["variable_units"] == [""]
    assert as_series(series).attrs["variable_units"] == ["m", "K"]


def test_a_selection_with_gaps_in_time_is_refused() -> None:
    series = make_series(WAVE, dt=0.5)
    with pytest.raises(InputError, match="not evenly spaced"):
        as_series(series.isel(time=[0, 1, 2, 5, 6, 7]))


def test_trajectories_never_hold_padding() -> None:
    series = make_series([WAVE, WAVE[:40], WAVE[:1]], dt=0.5)
    parts = trajectories(series)
    assert [len(p) for p in parts] == [60, 40, 1]
    assert all(np.isfinite(p).all() and p.flags.c_contiguous for p in parts)


def test_like_copies_names_units_and_step() -> None:
    model = make_series(WAVE, dt=0.5, time_unit="month", variables=["a", "b"], start=3.0)
    model.attrs.update(time_origin="2000-01-01", variable_units=["m", "K"])
    copy = make_series(WAVE[None, :10], like=model)
    for key in ("dt", "time_unit", "time_origin", "variable_units"):
        assert copy.attrs[key] == model.attrs[key]
    assert make_series(WAVE, like=model, dt=2.0).attrs["dt"] == 2.0
    narrow = make_series(WAVE[:, :1], like=model)
    assert narrow["variable"].values.tolist() == ["x0"]


@pytest.mark.parametrize("bad", [{"dt": 0.0}, {"dt": np.nan}, {"variables": ["a"]}])
def test_the_builder_refuses_labels_that_do_not_fit(bad: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        make_series(WAVE, **bad)


numbers = st.floats(-1e100, 1e100, allow_nan=False, allow_subnormal=True)


@settings(max_examples=50)
@given(
    parts=st.integers(1, 3).flatmap(
        lambda width: st.lists(
            st.integers(2, 9).flatmap(lambda n: arrays(np.float64, (n, width), elements=numbers)),
            min_size=1,
            max_size=4,
        )
    ),
    dt=st.floats(1e-9, 1e9),
    unit=st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8),
    start=st.floats(-1e3, 1e3),
    split=st.booleans(),
    notes=st.lists(st.text("abc .", min_size=1, max_size=9), max_size=3),
)
def test_writing_and_reading_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    parts: list[np.ndarray],
    dt: float,
    unit: str,
    start: float,
    split: bool,
    notes: list[str],
) -> None:
    series = make_series(
        parts,
        dt=dt,
        time_unit=unit or "s",
        start=start * dt,
        split=["train", "test", "test", "train"][: len(parts)] if split else None,
        notes=notes,
        source="hypothesis",
    )
    path = tmp_path_factory.mktemp("round") / "a.nc"
    write_dataset(series, path)
    from dsr.data.doors import read
    from dsr.data.labelled.picks import Picks

    again = read(path, Picks())
    assert isinstance(again, xr.DataArray)
    xr.testing.assert_identical(again, series)
    assert fingerprint(again) == fingerprint(series)


def test_loading_a_series_of_dsr_gives_it_back(tmp_path: Path) -> None:
    series = dsr.simulate("lorenz63", steps=500, trajectories=2, seed=3)
    write_dataset(series, tmp_path / "a.nc")
    xr.testing.assert_identical(dsr.load(tmp_path / "a.nc"), series)
    picked = dsr.load(tmp_path / "a.nc", variables=["z", "x"])
    np.testing.assert_array_equal(picked.values, series.values[:, :, [2, 0]])
    with pytest.raises(InputError, match="no variable 'w'"):
        dsr.load(tmp_path / "a.nc", variables="w")


def test_split_honours_the_coordinate() -> None:
    series = make_series([WAVE, WAVE[:40]], dt=0.5, split=["test", "train"])
    train, test = split_series(series)
    assert (train.shape, test.shape) == ((1, 40, 2), (1, 60, 2))
    assert np.isfinite(train.values).all()


def test_split_takes_the_end_of_each_trajectory() -> None:
    series = make_series([WAVE, WAVE[:40]], dt=0.5)
    train, test = split_series(series, test=0.25)
    assert lengths(train).tolist() == [45, 30]
    assert lengths(test).tolist() == [15, 10]
    np.testing.assert_array_equal(trajectories(test)[1], WAVE[30:40])
    head, tail = split_series(WAVE)
    assert tail["time"].values[0] == head["time"].values[-1] + 1


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, 2.0])
def test_split_refuses_impossible_shares(share: float) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        split_series(WAVE, test=share)


def test_scaler_standardises_and_comes_back() -> None:
    series = make_series([3 * WAVE + 5, 3 * WAVE[:20] + 5], dt=0.5)
    scaler = Scaler.fit(series)
    everything = np.concatenate(trajectories(series))
    scaled = scaler.transform(everything)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(scaled.std(axis=0, ddof=1), 1)
    np.testing.assert_allclose(scaler.inverse(scaled), everything, rtol=1e-12)
    again = Scaler.from_dict(scaler.to_dict())
    np.testing.assert_array_equal(again.std, scaler.std)


@pytest.mark.parametrize(
    "document",
    [{}, {"mean": [0.0]}, {"mean": [0.0], "std": [0.0]}, {"mean": [0, 1], "std": [1]},
     {"mean": "a", "std": [1]}, {"mean": [float("nan")], "std": [1]}],
)  # fmt: skip
def test_a_damaged_scaler_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Scaler.from_dict(document)

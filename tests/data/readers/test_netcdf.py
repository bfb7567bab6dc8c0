"""NetCDF and Zarr: which dimension is what, times in every calendar, CF layouts, groups."""

from __future__ import annotations

import builtins
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import dsr
from dsr.data import lengths, make_series, trajectories, write_dataset
from dsr.errors import InputError

T = np.arange(50) * 0.1
WAVES = np.column_stack([np.sin(T), np.cos(T), np.sin(2 * T)])


def saved(path: Path, dataset: xr.Dataset, engine: Any = "h5netcdf") -> Path:
    dataset.to_netcdf(path, engine=engine)
    return path


def with_time(times: Any, attrs: dict[str, Any] | None = None) -> xr.Dataset:
    x = np.sin(np.arange(len(times)))
    return xr.Dataset({"x": ("time", x)}, coords={"time": ("time", times, attrs or {})})


@pytest.mark.parametrize("engine", ["h5netcdf", "scipy"])
@pytest.mark.parametrize("dtype", ["f8", "f4", ">f8", ">f4", "i4", ">i2"])
def test_numbers_of_any_type_become_native_float64(tmp_path: Path, engine: str, dtype: str) -> None:
    values = np.round(100 * WAVES).astype(dtype)
    data = xr.Dataset({"u": (("time", "k"), values)}, coords={"time": T})
    series = dsr.load(saved(tmp_path / "a.nc", data, engine))
    assert series.dtype == np.dtype("f8")
    assert series.dtype.isnative
    assert series.values.flags.c_contiguous
    np.testing.assert_array_equal(series.values[0], values.astype(float))
    assert series["variable"].values.tolist() == ["u[0]", "u[1]", "u[2]"]


def test_variables_with_the_time_dimension_are_stacked_in_their_order(tmp_path: Path) -> None:
    data = xr.Dataset(
        {
            "wind": ("time", WAVES[:, 0], {"units": "m/s"}),
            "temp": ("time", WAVES[:, 1], {"units": "K"}),
            "depth": ("level", [1.0, 2.0]),
            "label": ("time", [str(k) for k in range(50)]),
            "height": ((), 3.0),
        },
        coords={"time": T},
    )
    path = saved(tmp_path / "a.nc", data)
    series = dsr.load(path)
    assert series["variable"].values.tolist() == ["wind", "temp"]
    assert series.attrs["variable_units"] == ["m/s", "K"]
    assert series.attrs["dt"] == 0.1
    text = " ".join(series.attrs["notes"])
    assert all(name in text for name in ("depth", "label", "height"))
    chosen = dsr.load(path, variables="temp,wind")
    assert chosen["variable"].values.tolist() == ["temp", "wind"]
    np.testing.assert_array_equal(chosen.values[0, :, 0], WAVES[:, 1])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"variables": "temq"}, "did you mean 'temp'"),
        ({"time": "tine"}, "did you mean 'time'"),
        ({"trajectory": "statoin"}, "did you mean 'station'"),
        ({"group": "a"}, "no group '/a'"),
        ({"dt": -1.0}, "dt must be a positive number"),
        ({"dt": 0.3}, "contradicts"),
        ({"fill": "magic"}, "is not known"),
        ({"resample": "-1"}, "not a step"),
        ({"resample": "1 parsec"}, "parsec"),
        ({"resample": 1e-12}, "give a larger step"),
        ({"resample": 1e6}, "longer than the series"),
        ({"time_unit": "month"}, "cannot be given"),
        ({"variables": " , "}, "names no variable"),
    ],
)
def test_wrong_options_are_answered_with_the_nearest_right_one(
    tmp_path: Path, options: dict[str, Any], says: str
) -> None:
    data = xr.Dataset(
        {"temp": (("station", "time"), np.stack([WAVES[:, 0], WAVES[:, 1]]))},
        coords={"time": ("time", T, {"units": "s"})},
    )
    path = saved(tmp_path / "a.nc", data)
    with pytest.raises(InputError, match=says):
        dsr.load(path, **options)


def test_feature_dimension_with_labels_gives_their_names(tmp_path: Path) -> None:
    data = xr.Dataset({"u": (("time", "kind"), WAVES)}, coords={"time": T, "kind": list("abc")})
    path = saved(tmp_path / "a.nc", data)
    assert dsr.load(path)["variable"].values.tolist() == ["a", "b", "c"]
    assert dsr.load(path, variables=["c", "a"]).values[0, 0].tolist() == [0.0, 0.0]


def test_one_feature_of_a_variable_can_be_chosen(tmp_path: Path) -> None:
    data = xr.Dataset({"u": (("time", "k"), WAVES)}, coords={"time": T})
    series = dsr.load(saved(tmp_path / "a.nc", data), variables=["u[2]"])
    np.testing.assert_array_equal(series.values[0, :, 0], WAVES[:, 2])


def test_dimensions_in_another_order_are_put_right(tmp_path: Path) -> None:
    values = np.stack([WAVES, WAVES + 1])
    data = xr.Dataset(
        {"u": (("k", "time", "trajectory"), values.transpose(2, 1, 0))}, coords={"time": T}
    )
    series = dsr.load(saved(tmp_path / "a.nc", data))
    np.testing.assert_array_equal(series.values, values)


def test_a_file_without_a_time_axis_counts_steps_and_says_so(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.nc", xr.Dataset({"x": ("time", WAVES[:, 0])}))
    series = dsr.load(path)
    assert (series.attrs["dt"], series.attrs["time_unit"]) == (1.0, "step")
    assert any("counted in steps" in note for note in series.attrs["notes"])
    series = dsr.load(path, dt=0.25, time_unit="day")
    assert (series.attrs["dt"], series.attrs["time_unit"]) == (0.25, "day")


def test_a_sample_index_takes_the_step_that_is_given(tmp_path: Path) -> None:
    data = with_time(np.arange(50.0), {"long_name": "sample index"})
    path = saved(tmp_path / "a.nc", data)
    assert dsr.load(path).attrs["time_unit"] == "step"
    series = dsr.load(path, dt=0.01, time_unit="s")
    assert (series.attrs["dt"], series.attrs["time_unit"]) == (0.01, "s")


@pytest.mark.parametrize(
    ("times", "attrs", "dt", "unit", "origin"),
    [
        (np.arange(9), {"units": "hours since 2000-01-01 06:00"}, 3600, "s", "2000-01-01T06:00:00"),
        (np.arange(9), {"units": "ms"}, 0.001, "s", ""),
        (np.arange(9), {"units": "days"}, 86400, "s", ""),
        (np.arange(9), {"units": "sols"}, 1, "sols", ""),
        (np.arange(9) * 0.5, {}, 0.5, "time unit", ""),
        (
            np.arange(12) * 30.0,
            {"units": "days since 1850-01-01", "calendar": "360_day"},
            2592000,
            "s",
            "1850-01-01",
        ),
        (np.arange(9) + 0.5, {"units": "months since 1979-01-01"}, 1, "month", "1979-01-01"),
        (np.arange(9) * 10, {"units": "years since 1000-01-01"}, 10, "year", "1000-01-01"),
        (
            np.array([15.5, 45, 74.5, 105, 135.5]),
            {"units": "days since 2001-01-01", "calendar": "noleap"},
            1,
            "month",
            "2001-01-16T12:00:00",
        ),
    ],
)
def test_cf_times_become_seconds_months_or_years(
    tmp_path: Path, times: Any, attrs: dict[str, str], dt: float, unit: str, origin: str
) -> None:
    series = dsr.load(saved(tmp_path / "a.nc", with_time(times, attrs)))
    assert series.attrs["dt"] == pytest.approx(dt, rel=1e-12)
    assert series.attrs["time_unit"] == unit
    assert series.attrs["time_origin"] == origin


@pytest.mark.parametrize("step", ["MS", "ME", "QS", "YS", "12h"])
def test_datetime_axes_written_by_xarray(tmp_path: Path, step: str) -> None:
    times = xr.date_range("1999-01-01", periods=40, freq=step, use_cftime=False)
    data = xr.Dataset({"x": ("time", np.sin(np.arange(40)))}, coords={"time": times})
    series = dsr.load(saved(tmp_path / "a.nc", data))
    expected = {"MS": (1, "month"), "ME": (1, "month"), "QS": (3, "month"), "YS": (1, "year")}
    dt, unit = expected.get(step, (43200, "s"))
    assert (series.attrs["dt"], series.attrs["time_unit"]) == (dt, unit)
    assert series.attrs["time_origin"].startswith("1999-01")
    if unit != "s":
        assert any("regular in calendar" in note for note in series.attrs["notes"])
    # The same in memory, where xarray has decoded the times already.
    again = dsr.data.as_series(data["x"])
    np.testing.assert_array_equal(again.values, series.values)
    assert again.attrs["dt"] == series.attrs["dt"]


@pytest.mark.parametrize("calendar", ["noleap", "360_day", "julian", "all_leap"])
def test_cftime_axes(tmp_path: Path, calendar: str) -> None:
    times = xr.date_range("2001-01-01", periods=60, freq="D", calendar=calendar, use_cftime=True)
    data = xr.Dataset({"x": ("time", np.sin(np.arange(60)))}, coords={"time": times})
    series = dsr.load(saved(tmp_path / "a.nc", data))
    assert (series.attrs["dt"], series.attrs["time_unit"]) == (86400.0, "s")
    assert series.attrs["calendar"] == calendar
    assert dsr.data.as_series(data).attrs["calendar"] == calendar
    assert series.attrs["time_origin"] == "2001-01-01"


def test_timedelta_axes_become_seconds(tmp_path: Path) -> None:
    times = (np.arange(30) * 250).astype("timedelta64[ms]")
    data = xr.Dataset({"x": ("time", np.sin(np.arange(30)))}, coords={"time": times})
    for series in (dsr.load(saved(tmp_path / "a.nc", data)), dsr.data.as_series(data["x"])):
        assert (series.attrs["dt"], series.attrs["time_unit"]) == (0.25, "s")


def test_durations_as_data_stay_numbers(tmp_path: Path) -> None:
    data = xr.Dataset({"lag": ("time", WAVES[:, 0], {"units": "days"})}, coords={"time": T})
    np.testing.assert_array_equal(
        dsr.load(saved(tmp_path / "a.nc", data)).values[0, :, 0], WAVES[:, 0]
    )


def test_a_month_that_is_missing_is_named_and_can_be_resampled(tmp_path: Path) -> None:
    times = np.delete(np.arange("2000-01", "2003-01", dtype="datetime64[M]"), 7)
    data = with_time(times.astype("datetime64[ns]"))
    path = saved(tmp_path / "a.nc", data)
    with pytest.raises(InputError, match="2000-09"):
        dsr.load(path)
    series = dsr.load(path, resample="auto")
    assert (series.sizes["time"], series.attrs["time_unit"]) == (36, "month")


def test_float32_times_are_even_within_their_rounding(tmp_path: Path) -> None:
    times = np.arange(100_000, dtype="f4") * np.float32(0.01)
    path = saved(tmp_path / "a.nc", with_time(times))
    assert dsr.load(path).attrs["dt"] == 0.01


def test_packed_numbers_and_fill_values_are_decoded(tmp_path: Path) -> None:
    packed = xr.Dataset({"x": ("time", WAVES[:, 0].copy())}, coords={"time": T})
    packed["x"].values[5] = np.nan
    encoding = {"x": {"dtype": "i2", "scale_factor": 1e-4, "_FillValue": -32768}}
    packed.to_netcdf(tmp_path / "a.nc", engine="h5netcdf", encoding=encoding)
    with pytest.raises(InputError, match=r"first at 0\.5"):
        dsr.load(tmp_path / "a.nc")
    series = dsr.load(tmp_path / "a.nc", fill="linear")
    np.testing.assert_allclose(series.values[0, :, 0], WAVES[:, 0], atol=3e-3)


def test_values_outside_the_valid_range_are_missing(tmp_path: Path) -> None:
    x = WAVES[:, 0].copy()
    x[10] = 1e20
    data = xr.Dataset({"x": ("time", x, {"valid_max": 5.0})}, coords={"time": T})
    with pytest.raises(InputError, match=r"2\.00%"):
        dsr.load(saved(tmp_path / "a.nc", data))


def test_bounds_and_grid_mappings_are_no_data(tmp_path: Path) -> None:
    data = with_time(np.arange(20.0), {"units": "days since 2000-01-01", "bounds": "time_bnds"})
    data["time_bnds"] = (("time", "two"), np.zeros((20, 2)))
    data["x"].attrs["grid_mapping"] = "crs"
    data["crs"] = ("time", np.arange(20.0))
    series = dsr.load(saved(tmp_path / "a.nc", data))
    assert series["variable"].values.tolist() == ["x"]


def test_stations_are_trajectories(tmp_path: Path) -> None:
    data = xr.Dataset(
        {"x": (("platform", "time"), WAVES.T), "name": ("platform", ["p", "q", "r"])},
        coords={"time": T},
        attrs={"featureType": "timeSeries"},
    )
    data["name"].attrs["cf_role"] = "timeseries_id"
    series = dsr.load(saved(tmp_path / "a.nc", data))
    assert dict(series.sizes) == {"trajectory": 3, "time": 50, "variable": 1}


def test_a_trajectory_dimension_can_be_named(tmp_path: Path) -> None:
    data = xr.Dataset({"x": (("case", "time"), WAVES.T)}, coords={"time": T, "case": [4, 5, 6]})
    series = dsr.load(saved(tmp_path / "a.nc", data), trajectory="case")
    assert series["trajectory"].values.tolist() == [4, 5, 6]


def test_contiguous_ragged_arrays_are_cut(tmp_path: Path) -> None:
    times = np.concatenate([np.arange(30) * 0.5, 7 + np.arange(20) * 0.5])
    data = xr.Dataset(
        {
            "x": ("obs", np.sin(np.arange(50.0))),
            "time": ("obs", times, {"units": "s", "standard_name": "time"}),
            "row_size": ("station", [30, 20], {"sample_dimension": "obs"}),
        }
    )
    series = dsr.load(saved(tmp_path / "a.nc", data))
    assert lengths(series).tolist() == [30, 20]
    assert series.attrs["dt"] == 0.5
    np.testing.assert_array_equal(trajectories(series)[1][:, 0], np.sin(np.arange(30.0, 50.0)))
    data["row_size"].values[0] = 31
    with pytest.raises(InputError, match="add up to 51"):
        dsr.load(saved(tmp_path / "b.nc", data))


def test_indexed_ragged_arrays_are_gathered(tmp_path: Path) -> None:
    index = np.arange(40) % 2
    data = xr.Dataset(
        {
            "x": ("obs", np.sin(np.arange(40.0))),
            "time": ("obs", np.arange(40) // 2 * 1.0, {"units": "s"}),
            "which": ("obs", index, {"instance_dimension": "station"}),
            "lat": ("station", [1.0, 2.0]),
        }
    )
    series = dsr.load(saved(tmp_path / "a.nc", data))
    np.testing.assert_array_equal(series.values[1, :, 0], np.sin(np.arange(1.0, 40.0, 2)))


def test_each_trajectory_may_have_its_own_time_axis(tmp_path: Path) -> None:
    times = np.stack([T, T + 3])
    times[1, 40:] = np.nan
    x = np.stack([WAVES[:, 0], WAVES[:, 1]])
    x[1, 40:] = np.nan
    data = xr.Dataset(
        {"x": (("station", "obs"), x)},
        coords={"time": (("station", "obs"), times, {"units": "s"})},
    )
    series = dsr.load(saved(tmp_path / "a.nc", data))
    assert lengths(series).tolist() == [50, 40]
    assert any("different times" in note for note in series.attrs["notes"])


def test_padding_of_trajectories_is_not_missing_data(tmp_path: Path) -> None:
    x = np.stack([WAVES[:, 0], WAVES[:, 1]])
    x[1, 30:] = np.nan
    data = xr.Dataset({"x": (("trajectory", "time"), x)}, coords={"time": T})
    assert lengths(dsr.load(saved(tmp_path / "a.nc", data))).tolist() == [50, 30]


def test_the_only_group_with_data_is_read_and_named(tmp_path: Path) -> None:
    tree = xr.DataTree.from_dict({"/meta": xr.Dataset(attrs={"a": 1}), "/run": with_time(T)})
    tree.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    assert any("/run" in note for note in dsr.load(tmp_path / "a.nc").attrs["notes"])


def test_one_of_several_groups_is_chosen(tmp_path: Path) -> None:
    tree = xr.DataTree.from_dict({"/one": with_time(T), "/two": with_time(T * 2)})
    tree.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    assert dsr.load(tmp_path / "a.nc", group="two").attrs["dt"] == 0.2
    with pytest.raises(InputError, match="did you mean '/two'"):
        dsr.load(tmp_path / "a.nc", group="tow")


def test_plain_hdf5_without_dimension_scales(tmp_path: Path) -> None:
    import h5py

    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["u"] = WAVES
    series = dsr.load(tmp_path / "a.h5", dt=0.1)
    np.testing.assert_array_equal(series.values[0], WAVES)


def test_two_space_dimensions_make_a_field(tmp_path: Path) -> None:
    u = np.random.default_rng(0).normal(size=(12, 4, 5))
    u[:, 0, 0] = np.nan
    times = np.arange("2006-04", "2007-04", dtype="datetime64[M]").astype("datetime64[ns]")
    data = xr.Dataset({"sst": (("time", "lat", "lon"), u)}, coords={"time": times})
    field = dsr.load(saved(tmp_path / "a.nc", data))
    assert field.dims == ("trajectory", "time", "channel", "y", "x")
    assert field.shape == (1, 12, 1, 4, 5)
    assert (field.attrs["dt"], field.attrs["time_unit"]) == (1.0, "month")
    facts = dsr.data.describe(tmp_path / "a.nc")
    assert facts["kind"] == "field"
    assert facts["missing"] == pytest.approx(1 / 20)


def test_a_file_edited_by_another_program_loads_with_a_note(tmp_path: Path) -> None:
    write_dataset(make_series(WAVES, dt=0.1), tmp_path / "a.nc")
    with xr.open_dataset(tmp_path / "a.nc", engine="h5netcdf") as opened:
        opened.isel(time=slice(10, 40)).to_netcdf(tmp_path / "b.nc", engine="h5netcdf")
    series = dsr.load(tmp_path / "b.nc")
    np.testing.assert_array_equal(series.values[0], WAVES[10:40])


@pytest.mark.parametrize("name", ["lorenz63_icml2023_train.nc", "ecg_icml2023_test.nc"])
@pytest.mark.reference_data
def test_series_of_the_papers(reference_data: Callable[[str], Path], name: str) -> None:
    series = dsr.load(reference_data(name))
    assert series.sizes["time"] == 100_000
    assert np.isfinite(series.values).all()


class TestZarr:
    """Zarr stores, where zarr is installed."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Path:
        pytest.importorskip("zarr")
        data = xr.Dataset(
            {"u": (("time", "k"), WAVES)}, coords={"time": ("time", T, {"units": "s"})}
        )
        data.to_zarr(tmp_path / "a.zarr", mode="w", consolidated=False, zarr_format=3)
        return tmp_path / "a.zarr"

    @pytest.mark.parametrize("version", [2, 3])
    def test_both_formats_are_read(self, tmp_path: Path, version: int) -> None:
        pytest.importorskip("zarr")
        data = xr.Dataset({"u": (("time", "k"), WAVES)}, coords={"time": T})
        options: dict[str, Any] = {"consolidated": False, "zarr_format": version}
        data.to_zarr(tmp_path / "a.zarr", mode="w", **options)
        np.testing.assert_array_equal(dsr.load(tmp_path / "a.zarr").values[0], WAVES)

    def test_a_missing_chunk_is_refused(self, store: Path) -> None:
        chunk = next(p for p in (store / "u").rglob("*") if p.is_file() and p.name != "zarr.json")
        chunk.unlink()
        with pytest.raises(InputError, match="0 of 1 chunks"):
            dsr.load(store)

    def test_a_link_is_not_followed(self, store: Path, tmp_path: Path) -> None:
        chunk = next(p for p in (store / "u").rglob("*") if p.is_file() and p.name != "zarr.json")
        shutil.move(chunk, tmp_path / "elsewhere")
        chunk.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(InputError, match="link"):
            dsr.load(store)

    @pytest.mark.parametrize("content", ["{", "[" * 100_000, '{"node_type": "array"}'])
    def test_a_damaged_description_is_refused(self, store: Path, content: str) -> None:
        (store / "u" / "zarr.json").write_text(content)
        with pytest.raises(InputError, match="damaged"):
            dsr.load(store)

    def test_without_zarr_the_extra_is_named(
        self, store: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = builtins.__import__

        def refusing(name: str, *args: Any, **kwargs: Any) -> Any:
            if name.partition(".")[0] == "zarr":
                raise ImportError(name)
            return real(name, *args, **kwargs)

        monkeypatch.setattr(builtins, "__import__", refusing)
        with pytest.raises(InputError, match=r"dsr-toolkit\[distributed\]"):
            dsr.load(store)

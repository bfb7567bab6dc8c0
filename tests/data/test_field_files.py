"""Fields: their plane, channels and land survive every door, file and split."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import dsr
from dsr.data import as_series, describe, lengths, make_series, split_series, write_dataset
from dsr.data.grid import Grid
from dsr.errors import InputError

LAT = np.array([60.0, 50.0, 40.0])
LON = np.array([-10.0, 0.0, 10.0, 20.0])
T = np.arange(30) * 0.5


def ocean(steps: int = 30) -> np.ndarray:
    """Values (time, lat, lon) whose first cell is land."""
    values = np.random.default_rng(4).normal(size=(steps, 3, 4))
    values[:, 0, 0] = np.nan
    return values


def dataset(**extra: Any) -> xr.Dataset:
    dims = ("time", "lat", "lon")
    return xr.Dataset(
        {
            "sst": (dims, ocean(), {"units": "K"}),
            "ssh": (dims, ocean() + 1.0, {"units": "m"}),
            "depth": (("lat", "lon"), np.arange(12.0).reshape(3, 4), {"units": "m"}),
            **extra,
        },
        coords={
            "time": ("time", T, {"units": "s"}),
            "lat": ("lat", LAT, {"units": "degrees_north", "long_name": "latitude"}),
            "lon": ("lon", LON, {"units": "degrees_east"}),
            "area": (("lat", "lon"), np.ones((3, 4)), {"units": "m2"}),
        },
    )


def netcdf(path: Path, data: xr.Dataset) -> xr.DataArray:
    data.to_netcdf(path / "a.nc", engine="h5netcdf")
    return dsr.load(path / "a.nc")


def classic(path: Path, data: xr.Dataset) -> xr.DataArray:
    data.to_netcdf(path / "b.nc", engine="scipy")
    return dsr.load(path / "b.nc")


def zarr(path: Path, data: xr.Dataset) -> xr.DataArray:
    pytest.importorskip("zarr")
    data.to_zarr(path / "a.zarr", consolidated=False)
    return dsr.load(path / "a.zarr")


def own(path: Path, data: xr.Dataset) -> xr.DataArray:
    write_dataset(as_series(data), path / "c.nc")
    return dsr.load(path / "c.nc")


def memory(path: Path, data: xr.Dataset) -> xr.DataArray:
    del path
    return as_series(data)


@pytest.mark.parametrize("door", [netcdf, classic, zarr, own, memory])
def test_coordinates_units_and_names_pass_every_door(
    tmp_path: Path, door: Callable[[Path, xr.Dataset], xr.DataArray]
) -> None:
    field = door(tmp_path, dataset())
    assert field.dims == ("trajectory", "time", "channel", "y", "x")
    # A Zarr store keeps no order: its variables come in that of the alphabet.
    names, units = ["sst", "ssh"], ["K", "m"]
    order = [1, 0] if door is zarr else [0, 1]
    assert field["channel"].values.tolist() == [names[k] for k in order]
    assert field.attrs["variable_units"] == [units[k] for k in order]
    assert (field.attrs["dt"], field.attrs["time_unit"]) == (0.5, "s")
    for name, dim, values in (("lat", "y", LAT), ("lon", "x", LON)):
        for key in (name, dim):
            assert field[key].dims == (dim,)
            np.testing.assert_array_equal(field[key].values, values)
    assert field["lat"].attrs["long_name"] == "latitude"
    assert field["y"].attrs["units"] == "degrees_north"
    assert field["area"].dims == ("y", "x")
    assert field["area"].attrs["units"] == "m2"
    np.testing.assert_array_equal(field.sel(channel="sst").values[0], ocean())


def test_a_bare_labelled_array_keeps_its_plane() -> None:
    for array in (dataset()["sst"], dataset()["sst"].rename(None), dataset()["sst"].rename("lat2")):
        field = as_series(array)
        np.testing.assert_array_equal(field["lat"].values, LAT)
        assert field["x"].attrs["units"] == "degrees_east"
        assert field.attrs["variable_units"] == ["K"]


def test_north_is_y_whatever_the_order_in_the_file() -> None:
    field = as_series(dataset()[["sst"]].transpose("lon", "time", "lat"))
    np.testing.assert_array_equal(field.values[0, :, 0], ocean())
    np.testing.assert_array_equal(field["y"].values, LAT)


def test_curvilinear_coordinates_name_the_plane() -> None:
    lon, lat = np.meshgrid(LON, LAT)
    data = xr.Dataset(
        {"u": (("time", "eta", "xi"), ocean())},
        coords={
            "time": T,
            "nav_lat": (("eta", "xi"), lat, {"units": "degrees_north"}),
            "nav_lon": (("eta", "xi"), lon, {"units": "degrees_east"}),
        },
    )
    field = as_series(data)
    assert field.shape == (1, 30, 1, 3, 4)
    assert field["nav_lat"].dims == ("y", "x")
    np.testing.assert_array_equal(field["nav_lon"].values, lon)
    assert field["nav_lon"].attrs["units"] == "degrees_east"


def test_levels_are_channels_and_can_be_picked(tmp_path: Path) -> None:
    values = np.stack([ocean(), ocean() + 5.0], axis=-1)
    data = dataset().drop_vars(["sst", "ssh"])
    data["u"] = (("time", "lat", "lon", "level"), values, {"units": "m/s"})
    data = data.assign_coords(level=[850.0, 500.0])
    data.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    field = dsr.load(tmp_path / "a.nc")
    assert field["channel"].values.tolist() == ["u[850.0]", "u[500.0]"]
    one = dsr.load(tmp_path / "a.nc", variables=["u[500.0]"])
    np.testing.assert_array_equal(one.values[0, :, 0], ocean() + 5.0)


def test_land_is_accepted_and_gaps_that_come_and_go_are_refused_with_a_cure(
    tmp_path: Path,
) -> None:
    data = dataset()
    assert Grid.of(as_series(data)).cells == 2 * 11
    data["sst"].values[7, 2, 1] = np.nan
    with pytest.raises(InputError, match=r'1 grid cells .* first at 3\.5 s .*fill="linear"'):
        as_series(data)
    data.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    assert not describe(tmp_path / "a.nc")["usable"]
    filled = dsr.load(tmp_path / "a.nc", fill="linear")
    around = ocean()[[6, 8], 2, 1].mean()
    assert filled.values[0, 7, 0, 2, 1] == pytest.approx(around)
    assert np.isnan(filled.values[0, :, 0, 0, 0]).all()
    assert any("1 missing values" in note for note in filled.attrs["notes"])


def test_cells_that_are_land_in_one_trajectory_only_are_refused() -> None:
    values = np.stack([ocean(), ocean()])[:, :, None]
    values[1, :, 0, 2, 2] = np.nan
    with pytest.raises(InputError, match="1 grid cells"):
        as_series(make_series(values, dt=0.5))
    with pytest.raises(InputError, match="no valid values in any cell"):
        as_series(make_series(np.full((1, 5, 1, 2, 2), np.nan)))


def test_trajectories_of_unequal_length_are_padded(tmp_path: Path) -> None:
    values = np.stack([ocean(), ocean() + 1.0])
    values[1, 20:] = np.nan
    data = xr.Dataset({"u": (("member", "time", "lat", "lon"), values)}, {"time": T, "lat": LAT})
    field = netcdf(tmp_path, data)
    assert lengths(field).tolist() == [30, 20]
    parts = dsr.data.trajectories(field)
    assert [part.shape for part in parts] == [(30, 1, 3, 4), (20, 1, 3, 4)]
    write_dataset(field, tmp_path / "own.nc")
    xr.testing.assert_identical(dsr.load(tmp_path / "own.nc"), field)


def test_split_cuts_each_trajectory_by_itself_and_keeps_the_plane() -> None:
    space = {"lat": ("y", LAT), "lon": ("x", LON)}
    long, short = ocean()[:, None], ocean(20)[:, None]
    train, test = split_series(make_series([long, short], dt=0.5, space=space), test=0.25)
    assert lengths(train).tolist() == [22, 15]
    assert lengths(test).tolist() == [8, 5]
    np.testing.assert_array_equal(dsr.data.trajectories(test)[1], short[15:])
    np.testing.assert_array_equal(test["lat"].values, LAT)


def test_one_point_of_a_field_is_a_series() -> None:
    series = as_series(as_series(dataset()).isel(y=1, x=2))
    assert series.dims == ("trajectory", "time", "variable")
    assert series["variable"].values.tolist() == ["sst", "ssh"]
    np.testing.assert_array_equal(series.values[0, :, 0], ocean()[:, 1, 2])


def test_info_tells_grid_channels_land_and_ranges(tmp_path: Path) -> None:
    dataset().to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    facts = describe(tmp_path / "a.nc")
    assert facts["usable"]
    assert facts["variables"] == ["sst", "ssh"]
    assert facts["sizes"] == {"trajectory": 1, "time": 30, "channel": 2, "y": 3, "x": 4}
    assert facts["land"] == pytest.approx(1 / 12)
    assert facts["coordinates"]["lat"] == {
        "dims": ["y"], "units": "degrees_north", "low": 40.0, "high": 60.0,
    }  # fmt: skip
    assert facts["mean"][0] == pytest.approx(np.nanmean(ocean()))
    assert facts["mean"][1] == pytest.approx(np.nanmean(ocean()) + 1.0)


def test_a_bare_array_with_five_dimensions_is_a_field(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", ocean()[None, :, None])
    assert dsr.load(tmp_path / "a.npy").sizes["channel"] == 1

"""Climatology: the phase of the year or the day is found from the dates, whatever their form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import dsr
from dsr.data import as_series, make_series
from dsr.models import Climatology


def dated(times: Any, cycle: str) -> Any:
    """One variable that depends on the phase only, and one that is that with noise."""
    moments = np.asarray(times)
    if cycle == "year":
        days = [t.timetuple().tm_yday + t.hour / 24 for t in times]
        values = np.cos(2 * np.pi * np.asarray(days) / 366)
    else:
        values = np.cos(2 * np.pi * np.array([t.hour for t in times]) / 24)
    noise = 0.1 * np.random.default_rng(0).standard_normal(len(values))
    labelled = xr.DataArray(
        np.stack([values, values + noise], axis=1),
        dims=("time", "variable"),
        coords={"time": moments, "variable": ["pure", "noisy"]},
    )
    return as_series(labelled)


CASES = {
    "days of four years": (pd.date_range("2000-03-05", "2004-08-01", freq="D"), "year", 366),
    "hours of two years": (pd.date_range("2001-01-01", "2003-01-02", freq="h"), "year", 8784),
    "hours of ten days": (pd.date_range("2000-03-05 07:00", periods=240, freq="h"), "day", 24),
    "months": (pd.date_range("1990-05-01", periods=90, freq="MS"), "year", 12),
    "days without leap years": (
        xr.date_range("0001-02-01", periods=1200, freq="D", calendar="noleap", use_cftime=True),
        "year",
        366,
    ),
    "days of years of 360": (
        xr.date_range("2000-01-01", periods=1000, freq="D", calendar="360_day", use_cftime=True),
        "year",
        366,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_cycle_of_the_dates_is_found(case: str) -> None:
    times, cycle, phases = CASES[case]
    series = dated(times, cycle)
    cut = series.sizes["time"] - 10
    model = Climatology().fit(series.isel(time=slice(0, cut)))
    assert model.training["cycle"] == cycle
    assert model.means.shape == (phases, 2)
    forecast = model.forecast(series.isel(time=slice(0, cut)), 10)
    np.testing.assert_allclose(forecast.values[0, :, 0], series.values[0, cut:, 0], atol=1e-2)
    # A context anywhere gives the phase; None goes on where the training series ended.
    early = model.forecast(series.isel(time=slice(40, 41)), 30)
    np.testing.assert_allclose(early.values[0, :, 0], series.values[0, 41:71, 0], atol=1e-2)
    np.testing.assert_array_equal(model.generate(steps=10).values, forecast.values)


def test_another_file_with_another_origin_has_the_right_phase() -> None:
    series = dated(pd.date_range("2000-01-01", "2003-12-31", freq="D"), "year")
    other = dated(pd.date_range("2010-07-20", periods=60, freq="D"), "year")
    forecast = Climatology().fit(series).forecast(other.isel(time=slice(0, 30)), 30)
    np.testing.assert_allclose(forecast.values[0, :, 0], other.values[0, 30:, 0], atol=1e-2)
    assert forecast.attrs["time_origin"] == "2010-07-20"


@pytest.mark.parametrize(
    "times",
    [
        pd.date_range("2000-01-01", periods=700, freq="D"),
        pd.date_range("1700-01-01", periods=309, freq="YS"),
        None,
    ],
    ids=["less than two years", "years", "no dates"],
)
def test_without_two_cycles_it_is_the_mean(times: Any, rng: np.random.Generator) -> None:
    values = rng.normal(size=(700 if times is None else len(times), 2))
    data = xr.DataArray(
        values, dims=("time", "variable"), coords={} if times is None else {"time": times}
    )
    model = Climatology().fit(as_series(data))
    assert model.training["cycle"] == "none"
    expected = np.broadcast_to(values.mean(axis=0), (5, 2))
    np.testing.assert_allclose(model.generate(steps=5).values[0], expected, rtol=1e-12)


def test_years_as_numbers_need_no_dates() -> None:
    k = np.arange(120)
    series = make_series(
        np.cos(2 * np.pi * k / 12)[:, None], dt=1 / 12, time_unit="year", start=1958.0
    )
    model = Climatology().fit(series)
    assert model.means.shape == (12, 1)
    forecast = model.forecast(series.isel(time=slice(0, 50)), 12)
    np.testing.assert_allclose(forecast.values[0], series.values[0, 50:62], atol=1e-12)


def test_a_phase_that_was_never_seen_takes_its_neighbour() -> None:
    """The 366th day of the year, where no leap year was seen."""
    series = dated(pd.date_range("2001-01-01", "2003-12-31", freq="D"), "year")
    model = Climatology().fit(series)
    assert np.isfinite(model.means).all()
    assert model.means[365, 1] in (model.means[364, 1], model.means[0, 1])


def test_trajectories_of_unequal_length_keep_their_own_phase() -> None:
    season = np.tile(np.arange(12.0), 4)[:, None]
    series = make_series([season, season[:31]], dt=1.0, time_unit="month")
    forecast = Climatology().fit(series).forecast(series, 3).values[..., 0]
    np.testing.assert_array_equal(forecast, [[0.0, 1.0, 2.0], [7.0, 8.0, 9.0]])


def test_a_field_has_a_cycle_in_each_cell(tmp_path: Path) -> None:
    k = np.arange(60)
    values = np.cos(2 * np.pi * k / 12)[:, None, None] * np.arange(1.0, 21.0).reshape(4, 5)
    values[:, 0, :2] = np.nan
    field = make_series(values[None, :, None], dt=1.0, time_unit="month").assign_attrs(
        time_origin="1990-01-16", calendar="standard"
    )
    model = Climatology().fit(field)
    forecast = model.forecast(field.isel(time=slice(0, 31)), 14)
    np.testing.assert_allclose(forecast.values, field.values[:, 31:45], atol=1e-12)
    assert model.diagnostics()["climatology"]["mean"].shape == (12, 1, 4, 5)
    model.save(tmp_path)
    again = dsr.models.load(tmp_path)
    assert again.forecast(field.isel(time=slice(0, 31)), 14).identical(forecast)

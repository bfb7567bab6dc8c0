"""Time axes: even or not, in which unit, and how steps are written."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from dsr.data.time.axis import apply_step, decode_time, neat_step, spacing
from dsr.data.time.units import parse_step, unit_factor
from dsr.errors import InputError


@pytest.mark.parametrize("dtype", ["f4", "f8", "i8"])
@pytest.mark.parametrize("step", [1e-9, 0.01, 1 / 3, 1, 1e7])
@pytest.mark.parametrize("start", [0.0, -5.0, 1e3])
def test_rounded_grids_are_even(dtype: str, step: float, start: float) -> None:
    if dtype == "i8":
        step, start = max(1, round(step)), round(start)
    grid = (start + step * np.arange(5000)).astype(dtype)
    if (np.diff(grid) <= 0).any():
        pytest.skip("the step is lost in the rounding of this type")
    axis = decode_time(grid)
    found = spacing(axis)
    assert found.first is None
    assert neat_step(axis, found.step) == pytest.approx(step, rel=1e-3)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_one_sample_off_its_place_is_found(share: float) -> None:
    grid = 0.1 * np.arange(1000)
    grid[500] += share * 0.1
    found = spacing(decode_time(grid))
    assert found.first == 500
    assert found.fraction == pytest.approx(2 / 999)


def test_a_slow_drift_is_found() -> None:
    grid = np.arange(1000) + 1e-5 * np.arange(1000.0) ** 2
    assert spacing(decode_time(grid)).first is not None


def test_a_fast_clock_over_a_long_time_is_not_blurred() -> None:
    # A year at 10 Hz, in nanoseconds: the slack is a share of the step, not of the time span.
    stamps = np.arange(20_000, dtype="int64") * 100_000_000
    stamps[10_000:] += 31_536_000_000_000_000
    stamps[5_000] += 30_000_000
    found = spacing(decode_time(stamps.astype("datetime64[ns]")))
    assert found.first == 5_000


@pytest.mark.parametrize(
    ("written", "unit", "step"),
    [
        ("0.1", "s", 0.1), ("0.1s", "s", 0.1), ("100 ms", "s", 0.1), ("1e-1 s", "s", 0.1),
        ("2min", "s", 120.0), ("1 day", "hour", 24.0), (3, "month", 3.0), ("1 year", "month", 12.0),
        ("6 months", "year", 0.5), ("2 sols", "sols", 2.0),
    ],
)  # fmt: skip
def test_steps_as_people_write_them(written: str, unit: str, step: float) -> None:
    assert parse_step(written, unit) == pytest.approx(step)


@pytest.mark.parametrize(
    "written", ["", "fast", "0", "-1s", "nan", "inf", "1 2", "1.2.3s", "1e999"]
)
def test_what_is_no_step_is_refused(written: str) -> None:
    with pytest.raises(InputError, match="resample="):
        parse_step(written, "s")


def test_months_and_seconds_do_not_convert() -> None:
    assert unit_factor("month", "s") is None
    assert unit_factor("hours", "minute") == 60


def test_python_dates_and_mixed_ones() -> None:
    days = [datetime.date(2020, 1, 1) + datetime.timedelta(days=k) for k in range(5)]
    assert decode_time(np.array(days, dtype=object)).numbers[-1] == 4 * 86400
    mixed = [datetime.datetime(2020, 1, 1), datetime.datetime(2020, 1, 2, tzinfo=datetime.UTC)]
    with pytest.raises(InputError, match="one time zone"):
        decode_time(np.array(mixed, dtype=object))


def test_a_step_replaces_a_count_but_not_a_clock() -> None:
    count = decode_time(np.arange(10), name="sample")
    assert apply_step(count, 0.5).numbers[-1] == 4.5
    clock = decode_time(np.arange(10), {"units": "s"})
    with pytest.raises(InputError, match="contradicts"):
        apply_step(clock, 0.5)


@pytest.mark.parametrize("bad", [np.array(["x"]), np.array([True]), np.array([1j]), np.array([{}])])
def test_what_is_no_time_is_refused(bad: np.ndarray) -> None:
    with pytest.raises(InputError, match="time="):
        decode_time(bad)


def test_a_year_can_be_asked_for_where_seconds_are_even_too() -> None:
    days = 360 * np.arange(20)
    attrs = {"units": "days since 1860-06-01", "calendar": "360_day"}
    assert decode_time(days, attrs).unit == "s"
    axis = decode_time(days, attrs, time_unit="year")
    assert (axis.unit, spacing(axis).step) == ("year", 1.0)

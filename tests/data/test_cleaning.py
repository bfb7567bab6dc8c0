"""Cures: what is filled, resampled and left out, and that it is said."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from dsr.data import as_series, clean, lengths
from dsr.errors import InputError


def column(values: list[float]) -> np.ndarray:
    return np.array(values)[:, None]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("linear", [1.0, 1.0, 2.0, 3.0, 6.0, 6.0]),
        ("nearest", [1.0, 1.0, 1.0, 3.0, 6.0, 6.0]),
        ("previous", [1.0, 1.0, 1.0, 3.0, 6.0, 6.0]),
        ("mean", [10 / 3, 1.0, 10 / 3, 3.0, 6.0, 10 / 3]),
    ],
)
def test_fill(method: str, expected: list[float]) -> None:
    gaps = column([np.nan, 1.0, np.nan, 3.0, 6.0, np.inf])
    series = clean(gaps, fill=method)
    np.testing.assert_allclose(series.values.ravel(), expected)
    assert any("3 missing values (50.00%)" in note for note in series.attrs["notes"])


def test_linear_fill_follows_an_uneven_axis() -> None:
    data = xr.DataArray([0.0, np.nan, 10.0, 20.0], dims="time", coords={"time": [0.0, 4, 10, 20]})
    series = clean(data, fill="linear", resample=2.0)
    np.testing.assert_allclose(series.values.ravel(), np.arange(0, 21, 2))


def test_resampling_a_line_keeps_the_line() -> None:
    times = np.array([0.0, 0.1, 0.2, 0.5, 0.6, 1.0])
    data = xr.DataArray(3 * times, dims="time", coords={"time": ("time", times, {"units": "s"})})
    with pytest.raises(InputError, match=r"first at 0\.5 s .*60\.00%|first at 0\.5 s .*40\.00%"):
        as_series(data)
    for wish in ("0.1s", "100 ms", 0.1, "auto"):
        series = clean(data, resample=wish)
        assert series.attrs["dt"] == pytest.approx(0.1, rel=1e-12)
        np.testing.assert_allclose(series.values.ravel(), 3 * series["time"].values, atol=1e-12)
        assert any("resampled" in note for note in series.attrs["notes"])


def test_resampling_keeps_trajectories_apart() -> None:
    series = clean([column([0.0, 1, 2, 3]), column([5.0, 7])], dt=1.0, resample=0.5)
    assert lengths(series).tolist() == [7, 3]
    np.testing.assert_allclose(series.values[1, :3, 0], [5.0, 6.0, 7.0])


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_constants_are_found_at_any_scale(scale: float) -> None:
    moving = np.sin(np.arange(50.0))
    values = scale * np.column_stack([moving, np.full(50, 3.1), 1e6 + moving])
    with pytest.raises(InputError, match=r"1 of 3 variables .* \('x1'"):
        clean(values)
    series = clean(values, drop_constant=True)
    assert series["variable"].values.tolist() == ["x0", "x2"]
    assert any("'x1'" in note for note in series.attrs["notes"])


def test_a_variable_that_differs_only_between_trajectories_is_constant() -> None:
    moving = np.sin(np.arange(50.0))
    parts = [np.column_stack([moving, np.full(50, k)]) for k in range(3)]
    with pytest.raises(InputError, match="do not vary"):
        clean(parts)


def test_a_column_without_any_value_cannot_be_filled() -> None:
    values = np.column_stack([np.sin(np.arange(50.0)), np.full(50, np.nan)])
    with pytest.raises(InputError, match="no valid value"):
        clean(values, fill="linear")


def test_nothing_is_changed_without_being_asked() -> None:
    values = np.sin(np.arange(30.0))
    series = clean(values, dt=0.5)
    np.testing.assert_array_equal(series.values.ravel(), values)
    assert series.attrs["notes"] == []

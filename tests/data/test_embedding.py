"""Delay coordinates: which samples they hold, and which windows are refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

from dsr.data import delay_embed, lengths, make_series
from dsr.errors import InputError


@pytest.mark.parametrize(("dimension", "delay"), [(1, 1), (2, 3), (4, 2)])
def test_every_coordinate_is_the_past_of_the_first(dimension: int, delay: int) -> None:
    x = np.arange(30.0)
    series = delay_embed(make_series(x[:, None], dt=0.5, variables=["u"]), dimension, delay)
    for k in range(dimension):
        np.testing.assert_array_equal(series.values[0, :, k], series.values[0, :, 0] - k * delay)
    np.testing.assert_array_equal(series["time"].values, 0.5 * series.values[0, :, 0])
    assert series["variable"].values.tolist()[0] == "u"
    assert json.loads(series.attrs["embedding"]) == {"dimension": dimension, "delay": delay}
    assert any("delay coordinates" in note for note in series.attrs["notes"])


def test_no_coordinate_crosses_trajectories() -> None:
    parts = [np.arange(20.0)[:, None], 100 + np.arange(12.0)[:, None]]
    series = delay_embed(make_series(parts, dt=1.0, split=["train", "test"]), 3, 2)
    assert lengths(series).tolist() == [16, 8]
    assert np.nanmin(series.values[1]) == 100
    assert series["split"].values.tolist() == ["train", "test"]


@pytest.mark.parametrize(
    ("dimension", "delay", "says"),
    [(0, 1, "whole numbers"), (2, 0, "whole numbers"), (5, 10, "span 41 samples")],
)
def test_impossible_windows_are_refused(dimension: int, delay: int, says: str) -> None:
    with pytest.raises(InputError, match=says):
        delay_embed(np.arange(30.0), dimension, delay)


def test_several_variables_are_refused() -> None:
    with pytest.raises(InputError, match="one variable"):
        delay_embed(np.zeros((30, 2)) + np.arange(30.0)[:, None], 2, 1)

"""Checks of single settings: what they take, what they give back, what they refuse in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

from dsr.checks import finite, one_of, positive, share, whole
from dsr.errors import InputError

NO_NUMBERS = (None, "1", b"1", True, [1.0, 2.0], np.array([1.0, 2.0]), math.nan, math.inf)


@pytest.mark.parametrize("check", [finite, positive, whole, share], ids=lambda f: f.__name__)
@pytest.mark.parametrize("value", NO_NUMBERS, ids=repr)
def test_what_is_no_finite_number_is_refused(check: Callable[..., Any], value: Any) -> None:
    with pytest.raises(InputError, match="steps must be a") as caught:
        check("steps", value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (whole("n", 1e5), 100_000),
        (whole("n", np.int64(3)), 3),
        (whole("n", 2**60 + 1), 2**60 + 1),
        (whole("n", 0, least=0), 0),
        (finite("n", np.float32(0.5)), 0.5),
        (positive("n", xr.DataArray(2.5)), 2.5),
        (positive("n", 0, zero=True), 0.0),
        (share("n", 1), 1.0),
        (one_of("n", "a", ("a", "b")), "a"),
    ],
)
def test_good_values_come_back_as_plain_ones(found: Any, expected: Any) -> None:
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: whole("n", 2.5), "whole number of at least 1, not 2.5"),
        (lambda: whole("n", -1, least=0), "at least 0, not -1"),
        (lambda: positive("n", 0), "positive number, not 0"),
        (lambda: share("n", 1.5), "from 0 to 1, not 1.5"),
        (lambda: share("n", 0, zero=False), "above 0 and up to 1, not 0"),
        (lambda: one_of("n", "c", ("a", "b")), "one of a, b, not 'c'"),
        (lambda: one_of("n", ["a"], ("a", "b")), "one of a, b"),
    ],
)
def test_what_is_out_of_bounds_is_told(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()

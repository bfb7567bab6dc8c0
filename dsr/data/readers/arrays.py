"""Bare arrays: which are numbers, and how their shapes are read."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsr.data.time.axis import kind_of
from dsr.errors import InputError


def numbers(values: Any, name: str) -> NDArray[np.float64]:
    """Take an array as native float64 in C order; refuse what is not real numbers.

    Examples
    --------
    >>> numbers([1, 2], "series")
    array([1., 2.])
    """
    try:
        array = np.asarray(values)
    except (ValueError, TypeError, RuntimeError) as error:
        raise InputError(
            f"the {name} is not an array of numbers with one shape; "
            "pass arrays (time, variable), one per trajectory"
        ) from error
    if array.dtype.kind == "c":
        raise InputError(f"the {name} is complex; pass real and imaginary parts as variables")
    if array.dtype.kind in "bUS":
        raise InputError(f"the {name} holds {kind_of(array)}; pass numbers")
    if array.dtype.kind not in "iuf" or array.ndim == 0:
        what = "a single number" if array.dtype.kind in "iuf" else f"of type {array.dtype}"
        raise InputError(f"the {name} is {what}; pass an array of real numbers (time, variable)")
    return np.ascontiguousarray(array, dtype=np.float64)


def block_of(array: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """Lay an array out as ``(trajectory, time, variable)`` or a field with five dimensions.

    Examples
    --------
    >>> block_of(np.zeros((7, 2)), "series").shape
    (1, 7, 2)
    """
    array = array[:, None] if array.ndim == 1 else array
    array = array[None] if array.ndim == 2 else array
    if array.ndim not in (3, 5) or not array.size:
        raise InputError(
            f"the {name} has shape {array.shape}; it must be (time,), (time, variable), "
            "(trajectory, time, variable) or (trajectory, time, channel, y, x), and not empty"
        )
    return array

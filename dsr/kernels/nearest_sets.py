"""Selections from rows of squared distances: the k-th smallest, how many lie within a radius."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@njit(cache=True)
def kth_smallest(squares: Floats, count: int, places: Ints, window: int) -> Floats:
    """The ``count``-th smallest of each row, columns near the row's own place left out.

    Parameters
    ----------
    squares : ndarray (B, P)
    count : int
    places : ndarray of int64 (B,)
        Column of each row's own point; -1 where it has none.
    window : int
        Columns up to this far from that place are left out, the place itself always.

    Returns
    -------
    ndarray (B,); inf where too few columns are left
    """
    rows, columns = squares.shape
    out = np.empty(rows)
    least = np.empty(count)
    for r in range(rows):
        least[:] = np.inf
        place = places[r]
        worst = np.inf
        for c in range(columns):
            value = squares[r, c]
            if value >= worst:
                continue
            if place >= 0 and abs(c - place) <= window:
                continue
            k = count - 1
            while k > 0 and least[k - 1] > value:
                least[k] = least[k - 1]
                k -= 1
            least[k] = value
            worst = least[count - 1]
        out[r] = worst
    return out


@njit(cache=True)
def count_within(squares: Floats, radii: Floats, places: Ints, window: int) -> Ints:
    """How many of each row are at most its radius, left out as in `kth_smallest`.

    Parameters
    ----------
    squares : ndarray (B, P)
    radii : ndarray (B,)
        Squared.
    places : ndarray of int64 (B,)
    window : int

    Returns
    -------
    ndarray of int64 (B,)
    """
    rows, columns = squares.shape
    out = np.zeros(rows, dtype=np.int64)
    for r in range(rows):
        place = places[r]
        for c in range(columns):
            if squares[r, c] <= radii[r] and (place < 0 or abs(c - place) > window):
                out[r] += 1
    return out

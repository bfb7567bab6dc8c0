"""Lines of a recurrence plot, counted as the plot streams by: memory grows with T, not T^2."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["cross_line_counts", "joint_line_counts", "line_counts"]


@njit(inline="always")
def _near(  # type: ignore[no-untyped-def]
    first, i, second, j, radius
):
    squared = 0.0
    for d in range(first.shape[1]):
        step = second[j, d] - first[i, d]
        squared += step * step
    return squared <= radius * radius


@njit(inline="always")
def _lines(  # type: ignore[no-untyped-def]
    first, second, radii, theiler, joint
):
    """Walk one triangle of the plot of a series, or of what two have in common."""
    total = first.shape[0]
    diagonal = np.zeros(total + 1, dtype=np.int64)
    vertical = np.zeros(total + 1, dtype=np.int64)
    above = np.zeros(total, dtype=np.int64)
    below = np.zeros(total, dtype=np.int64)
    recurrent = 0
    for lag in range(theiler, total):
        run = 0
        for i in range(total - lag):
            j = i + lag
            near = _near(first, i, first, j, radii[0])
            if near and (not joint or _near(second, i, second, j, radii[1])):
                recurrent += 1
                run += 1
                above[j] += 1
                below[i] += 1
            else:
                if run > 0:
                    diagonal[run] += 1
                    run = 0
                if above[j] > 0:
                    vertical[above[j]] += 1
                    above[j] = 0
                if below[i] > 0:
                    vertical[below[i]] += 1
                    below[i] = 0
        if run > 0:
            diagonal[run] += 1
    for i in range(total):
        if above[i] > 0:
            vertical[above[i]] += 1
        if below[i] > 0:
            vertical[below[i]] += 1
    return recurrent, diagonal, vertical


@njit(cache=True)
def line_counts(
    points: NDArray[np.float64], radius: float, theiler: int
) -> tuple[int, NDArray[np.int64], NDArray[np.int64]]:
    """Count recurrent pairs, diagonal and vertical lines by their length.

    The plot is walked diagonal by diagonal over one triangle; each column (and, by symmetry, each
    row) remembers the length of its running vertical line.

    Parameters
    ----------
    points : (T, N) array
    radius : float
        Pairs at this distance or nearer recur (Euclidean).
    theiler : int
        Pairs with ``|i - j| < theiler`` are left out; at least 1 (the main diagonal).

    Returns
    -------
    recurrent : int
        Recurrent pairs of one triangle.
    diagonal : (T + 1,) array of int
        ``diagonal[l]``: diagonal lines of length exactly l in one triangle.
    vertical : (T + 1,) array of int
        ``vertical[v]``: vertical lines of length exactly v in the whole plot.
    """
    found: tuple[int, NDArray[np.int64], NDArray[np.int64]]
    found = _lines(points, points, (radius, radius), theiler, False)
    return found


@njit(cache=True)
def joint_line_counts(
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    radii: NDArray[np.float64],
    theiler: int,
) -> tuple[int, NDArray[np.int64], NDArray[np.int64]]:
    """Count as `line_counts` does where two series recur at the same pair of times.

    Parameters
    ----------
    first, second : (T, N) and (T, M) arrays
    radii : (2,) array
        One for each series.
    theiler : int

    Returns
    -------
    recurrent, diagonal, vertical
        As in `line_counts`.
    """
    found: tuple[int, NDArray[np.int64], NDArray[np.int64]]
    found = _lines(first, second, radii, theiler, True)
    return found


@njit(cache=True)
def cross_line_counts(
    first: NDArray[np.float64], second: NDArray[np.float64], radius: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Count where two series visit the same place, diagonal by diagonal of the whole plot.

    Parameters
    ----------
    first : (T1, N) array
    second : (T2, N) array
    radius : float

    Returns
    -------
    by_lag : (T1 + T2 - 1,) array of int
        Pairs (i, j) with first[i] near second[j], by the lag j - i from -(T1 - 1) to T2 - 1.
    diagonal, vertical : (max(T1, T2) + 1,) arrays of int
        Lines by length: along both series, and along ``second`` while ``first`` stands.
    """
    rows, columns = first.shape[0], second.shape[0]
    diagonal = np.zeros(max(rows, columns) + 1, dtype=np.int64)
    vertical = np.zeros(max(rows, columns) + 1, dtype=np.int64)
    by_lag = np.zeros(rows + columns - 1, dtype=np.int64)
    standing = np.zeros(rows, dtype=np.int64)
    # With the lag rising, each row is met from the left to the right.
    for lag in range(1 - rows, columns):
        run = 0
        for i in range(max(0, -lag), min(rows, columns - lag)):
            if _near(first, i, second, i + lag, radius):
                by_lag[lag + rows - 1] += 1
                run += 1
                standing[i] += 1
            else:
                if run > 0:
                    diagonal[run] += 1
                    run = 0
                if standing[i] > 0:
                    vertical[standing[i]] += 1
                    standing[i] = 0
        if run > 0:
            diagonal[run] += 1
    for i in range(rows):
        if standing[i] > 0:
            vertical[standing[i]] += 1
    return by_lag, diagonal, vertical

"""Lines of a recurrence plot, counted as the plot streams by: memory grows with T, not T^2."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["line_counts"]


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
    total, dims = points.shape
    diagonal = np.zeros(total + 1, dtype=np.int64)
    vertical = np.zeros(total + 1, dtype=np.int64)
    above = np.zeros(total, dtype=np.int64)
    below = np.zeros(total, dtype=np.int64)
    limit = radius * radius
    recurrent = 0
    for lag in range(theiler, total):
        run = 0
        for i in range(total - lag):
            j = i + lag
            squared = 0.0
            for d in range(dims):
                step = points[j, d] - points[i, d]
                squared += step * step
            if squared <= limit:
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

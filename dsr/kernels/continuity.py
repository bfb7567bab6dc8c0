"""Loops of the PECUZAL embedding: the continuity statistic, and how far neighbours spread."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["continuity", "neighbour_spread"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@njit(cache=True)
def continuity(
    column: Floats, references: Ints, neighbours: Ints, most: int, first: int, ranks: Ints
) -> Floats:
    """Mean over points of the smallest radius that a candidate coordinate could be mapped into.

    Parameters
    ----------
    column : (most + T,) array
        The candidate variable; row t of the points belongs to ``column[most + t]``.
    references : (S,) array of int
        Points looked at.
    neighbours : (S, K) array of int
        Their K nearest neighbours, the nearest first; -1 where there are fewer.
    most : int
        Largest delay.
    first : int
        Smallest number of neighbours used.
    ranks : (K - first + 1,) array of int
        For k = first, ..., K neighbours: how many of them must fall within the radius.

    Returns
    -------
    (most + 1,) array, over delays
    """
    count = neighbours.shape[1]
    out = np.zeros(most + 1)
    gaps = np.empty(count)
    for delay in range(most + 1):
        total, found = 0.0, 0
        for c in range(references.size):
            if neighbours[c, count - 1] < 0:
                continue
            here = column[most + references[c] - delay]
            least = np.inf
            for b in range(count):
                gap = abs(here - column[most + neighbours[c, b] - delay])
                k = b
                while k > 0 and gaps[k - 1] > gap:
                    gaps[k] = gaps[k - 1]
                    k -= 1
                gaps[k] = gap
                if b + 1 >= first:
                    least = min(least, gaps[ranks[b + 1 - first] - 1])
            total += least
            found += 1
        out[delay] = total / found if found else np.nan
    return out


@njit(cache=True)
def neighbour_spread(points: Floats, references: Ints, neighbours: Ints, steps: int) -> Floats:
    """Spread of each point and its neighbours now, and after 1, 2, ... steps (Uzal et al. 2011).

    Parameters
    ----------
    points : (T, N) array in order of time
    references : (S,) array of int
    neighbours : (S, K) array of int, -1 where there are fewer
        All below ``T - steps``.
    steps : int

    Returns
    -------
    (S, steps + 1) array
        Column 0: mean squared distance between the K + 1 points (NaN where there are fewer);
        column k: mean squared distance from their centroid after k steps.
    """
    dims = points.shape[1]
    count = neighbours.shape[1]
    out = np.full((references.size, steps + 1), np.nan)
    group = np.empty(count + 1, dtype=np.int64)
    for c in range(references.size):
        if neighbours[c, count - 1] < 0:
            continue
        group[0] = references[c]
        group[1:] = neighbours[c]
        for k in range(steps + 1):
            spread = 0.0
            for d in range(dims):
                mean = 0.0
                for j in group:
                    mean += points[j + k, d]
                mean /= count + 1
                for j in group:
                    spread += (points[j + k, d] - mean) ** 2
            # The squared distances of all pairs sum to (K + 1) times those from the centroid.
            out[c, k] = 2.0 * spread / count if k == 0 else spread / (count + 1)
    return out

"""Counting pairs of points by their distance, for correlation sums.

Points are sorted along their widest direction; a point's partners within ``r_max`` then lie in a
slab around it, so that only a part of all pairs is looked at. Counts are kept per reference point:
a bootstrap or a generalised (order-q) sum needs no second pass over the pairs.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["pair_counts", "sample_distances", "slab_order"]


def slab_order(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Turn points to their principal axes and sort them along the first one.

    A rotation keeps every distance; the widest axis first makes the slabs thin.

    Parameters
    ----------
    points : (T, N) array

    Returns
    -------
    turned : (T, N) array, sorted by its first column
    order : (T,) array of int, ``turned[k]`` comes from ``points[order[k]]``
    """
    centred = points - points.mean(axis=0)
    if points.shape[1] > 1:
        _, axes = np.linalg.eigh(centred.T @ centred)
        centred = centred @ axes[:, ::-1]
    order = np.argsort(centred[:, 0], kind="stable")
    return np.ascontiguousarray(centred[order]), order.astype(np.int64)


# The upper 16 bits of a float64 (sign, exponent, four bits of mantissa) nearly name its bin: a
# table lookup and at most one or two comparisons replace a logarithm per pair.
_SHIFT = 48


@njit(cache=True)
def _count(
    points: NDArray[np.float64],
    order: NDArray[np.int64],
    row: NDArray[np.int64],
    rows: int,
    theiler: int,
    edges: NDArray[np.float64],
    table: NDArray[np.int64],
    base: int,
) -> NDArray[np.int32]:
    total, dims = points.shape
    bins = edges.size
    counts = np.zeros((rows, bins), dtype=np.int32)
    value = np.zeros(1)
    bits = value.view(np.int64)
    farthest = edges[bins - 1]
    for i in range(total):
        time_i, row_i = order[i], row[i]
        for j in range(i + 1, total):
            step = points[j, 0] - points[i, 0]
            squared = step * step
            if squared > farthest:
                break
            for d in range(1, dims):
                step = points[j, d] - points[i, d]
                squared += step * step
            if squared <= farthest and abs(order[j] - time_i) > theiler:
                value[0] = squared
                key = (bits[0] >> 48) - base
                b = 0
                if key >= 0:
                    b = table[key]
                    while squared > edges[b]:
                        b += 1
                if row_i >= 0:
                    counts[row_i, b] += 1
                if row[j] >= 0:
                    counts[row[j], b] += 1
    return counts


def pair_counts(
    points: NDArray[np.float64],
    radii: NDArray[np.float64],
    theiler: int,
    references: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """Count, for each reference point, the points within each radius (Euclidean).

    Parameters
    ----------
    points : (T, N) array in order of time
    radii : (R,) array, rising
    theiler : int
        Pairs with ``|i - j| <= theiler`` are left out.
    references : (S,) array of int, optional
        Reference points (all, if not given).

    Returns
    -------
    (S, R) array of int
        Entry ``[s, r]``: number of points within ``radii[r]`` of reference ``s``.
    """
    turned, order = slab_order(points)
    row = order
    rows = order.size
    if references is not None:
        by_time = np.full(order.size, -1, dtype=np.int64)
        by_time[references] = np.arange(references.size)
        row, rows = by_time[order], references.size
    edges = np.ascontiguousarray(radii, dtype=np.float64) ** 2
    keys = edges.view(np.int64) >> _SHIFT
    base = int(keys[0])
    lowest = ((np.arange(int(keys[-1]) - base + 1) + base) << _SHIFT).view(np.float64)
    table = np.searchsorted(edges, lowest).astype(np.int64)
    counts = _count(turned, order, row, rows, int(theiler), edges, table, base)
    return np.cumsum(counts, axis=1, dtype=np.int64)


def sample_distances(
    points: NDArray[np.float64], theiler: int, size: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Distances of ``size`` random pairs that are more than ``theiler`` samples apart.

    Parameters
    ----------
    points : (T, N) array in order of time
    theiler, size : int
    rng : numpy.random.Generator

    Returns
    -------
    (size,) array
    """
    total = points.shape[0]
    kept: list[NDArray[np.int64]] = []
    found = 0
    while found < size:
        pair = rng.integers(0, total, size=(2 * size, 2))
        pair = pair[np.abs(pair[:, 0] - pair[:, 1]) > theiler]
        kept.append(pair)
        found += pair.shape[0]
    pairs = np.concatenate(kept)[:size]
    result: NDArray[np.float64] = np.sqrt(
        np.sum((points[pairs[:, 0]] - points[pairs[:, 1]]) ** 2, axis=1)
    )
    return result

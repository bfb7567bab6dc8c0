"""Counting pairs of points by their distance, for correlation sums.

All against all: points are sorted along their widest direction; a point's partners within ``r_max``
then lie in a slab around it. A few reference points against all: the other points stand in pencils
(columns of a grid over two directions, sorted along the third), of which a reference visits the
chords of its ball, so that the cost follows the pairs found and not the square of the length.
Counts are kept per reference point: a bootstrap or a generalised (order-q) sum needs no second
pass.
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
    theiler: int,
    edges: NDArray[np.float64],
    table: NDArray[np.int64],
    base: int,
) -> NDArray[np.int32]:
    total, dims = points.shape
    bins = edges.size
    counts = np.zeros((total, bins), dtype=np.int32)
    value = np.zeros(1)
    bits = value.view(np.int64)
    farthest = edges[bins - 1]
    for i in range(total):
        time_i = order[i]
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
                counts[time_i, b] += 1
                counts[order[j], b] += 1
    return counts


@njit(cache=True)
def _count_near(
    points: NDArray[np.float64],
    order: NDArray[np.int64],
    starts: NDArray[np.int64],
    lowest: NDArray[np.float64],
    side: float,
    shape: NDArray[np.int64],
    places: NDArray[np.int64],
    rows: NDArray[np.int64],
    theiler: int,
    edges: NDArray[np.float64],
    table: NDArray[np.int64],
    base: int,
) -> NDArray[np.int32]:
    dims = points.shape[1]
    along = min(dims, 3) - 1
    bins = edges.size
    counts = np.zeros((places.size, bins), dtype=np.int32)
    value = np.zeros(1)
    bits = value.view(np.int64)
    farthest = edges[bins - 1]
    radius = np.sqrt(farthest) * (1.0 + 1e-9)
    for k in range(places.size):
        i = places[k]
        time_i, row = order[i], rows[k]
        a_from, a_to, b_from, b_to = 0, 1, 0, 1
        if along > 0:
            a_from = max(0, int(np.floor((points[i, 0] - radius - lowest[0]) / side)))
            a_to = min(shape[0], int(np.floor((points[i, 0] + radius - lowest[0]) / side)) + 1)
        if along > 1:
            b_from = max(0, int(np.floor((points[i, 1] - radius - lowest[1]) / side)))
            b_to = min(shape[1], int(np.floor((points[i, 1] + radius - lowest[1]) / side)) + 1)
        for a in range(a_from, a_to):
            gap_a = 0.0
            if along > 0:
                edge = lowest[0] + a * side
                gap_a = max(0.0, edge - points[i, 0], points[i, 0] - edge - side)
            for b in range(b_from, b_to):
                gap_b = 0.0
                if along > 1:
                    edge = lowest[1] + b * side
                    gap_b = max(0.0, edge - points[i, 1], points[i, 1] - edge - side)
                # A little more than the chord: rounding must not lose a pair on its end.
                left = farthest * (1.0 + 1e-9) - gap_a * gap_a * (1.0 - 1e-9) - gap_b * gap_b
                if left < 0.0:
                    continue
                chord = np.sqrt(left) * (1.0 + 1e-9) + 1e-12 * abs(points[i, along])
                cell = a * shape[1] + b
                start, stop = starts[cell], starts[cell + 1]
                least, most = points[i, along] - chord, points[i, along] + chord
                low, high = start, stop
                while low < high:
                    middle = (low + high) // 2
                    if points[middle, along] < least:
                        low = middle + 1
                    else:
                        high = middle
                for j in range(low, stop):
                    if points[j, along] > most:
                        break
                    squared = 0.0
                    for d in range(dims):
                        step = points[j, d] - points[i, d]
                        squared += step * step
                    if squared <= farthest and abs(order[j] - time_i) > theiler:
                        value[0] = squared
                        key = (bits[0] >> 48) - base
                        bin_ = 0
                        if key >= 0:
                            bin_ = table[key]
                            while squared > edges[bin_]:
                                bin_ += 1
                        counts[row, bin_] += 1
    return counts


def _pencils(
    turned: NDArray[np.float64], radius: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], float, NDArray[np.int64]]:
    """Order of points by pencil, where each pencil starts, and the grid: corner, side, shape."""
    total, dims = turned.shape
    gridded = min(dims, 3) - 1
    lowest = turned[:, : max(gridded, 1)].min(axis=0)
    width = turned[:, : max(gridded, 1)].max(axis=0) - lowest
    side = radius / 3.0
    shape = np.ones(2, dtype=np.int64)
    if gridded:
        while True:
            shape[:gridded] = np.floor(width / side).astype(np.int64) + 1
            if shape[0] * shape[1] <= 2 * total + 16:
                break
            side *= 1.4
    cell = np.zeros(total, dtype=np.int64)
    for d in range(gridded):
        place = np.minimum(np.floor((turned[:, d] - lowest[d]) / side), shape[d] - 1)
        cell += place.astype(np.int64) * (shape[1] if d == 0 else 1)
    by = np.lexsort((turned[:, gridded], cell))
    starts = np.searchsorted(cell[by], np.arange(shape[0] * shape[1] + 1)).astype(np.int64)
    return by, starts, lowest, float(side), shape


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
    edges = np.ascontiguousarray(radii, dtype=np.float64) ** 2
    keys = edges.view(np.int64) >> _SHIFT
    base = int(keys[0])
    lowest = ((np.arange(int(keys[-1]) - base + 1) + base) << _SHIFT).view(np.float64)
    table = np.searchsorted(edges, lowest).astype(np.int64)
    if references is None:
        counts = _count(turned, order, int(theiler), edges, table, base)
    else:
        by, starts, lowest_corner, side, shape = _pencils(turned, float(radii[-1]))
        turned, order = np.ascontiguousarray(turned[by]), order[by]
        row = np.full(order.size, -1, dtype=np.int64)
        row[references] = np.arange(references.size)
        places = np.flatnonzero(row[order] >= 0)
        counts = _count_near(
            turned, order, starts, lowest_corner, side, shape, places, row[order][places],
            int(theiler), edges, table, base,
        )  # fmt: skip
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

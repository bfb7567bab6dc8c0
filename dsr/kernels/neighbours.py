"""Nearest neighbours of points in a series, with a Theiler window."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dsr.kernels.correlation_sum import slab_order

__all__ = ["mean_divergence", "nearest"]


@njit(cache=True)
def _nearest(
    points: NDArray[np.float64],
    order: NDArray[np.int64],
    usable: NDArray[np.bool_],
    places: NDArray[np.int64],
    last: int,
    theiler: int,
    smallest: float,
    count: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    total, dims = points.shape
    index = np.full((places.size, count), -1, dtype=np.int64)
    squares = np.full((places.size, count), np.inf)
    least = smallest * smallest
    for c in range(places.size):
        i = places[c]
        time_i = order[i]
        low, high = i - 1, i + 1
        while low >= 0 or high < total:
            below = points[i, 0] - points[low, 0] if low >= 0 else np.inf
            above = points[high, 0] - points[i, 0] if high < total else np.inf
            worst = squares[c, count - 1]
            if below <= above:
                j = low
                low -= 1
                gap = below
            else:
                j = high
                high += 1
                gap = above
            if gap * gap > worst:
                break
            if not usable[j] or order[j] >= last or abs(order[j] - time_i) <= theiler:
                continue
            squared = gap * gap
            for d in range(1, dims):
                step = points[j, d] - points[i, d]
                squared += step * step
                if squared >= worst:
                    break
            if squared >= worst or squared <= least:
                continue
            k = count - 1
            while k > 0 and squares[c, k - 1] > squared:
                squares[c, k] = squares[c, k - 1]
                index[c, k] = index[c, k - 1]
                k -= 1
            squares[c, k] = squared
            index[c, k] = order[j]
    return index, np.sqrt(squares)


def nearest(
    points: NDArray[np.float64],
    references: NDArray[np.int64],
    *,
    count: int = 1,
    theiler: int = 0,
    last: int | None = None,
    beyond: float = 0.0,
    candidates: NDArray[np.int64] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the ``count`` nearest neighbours (Euclidean) of each reference point.

    Parameters
    ----------
    points : (T, N) array in order of time
    references : (S,) array of int
        Indices of the points whose neighbours are wanted.
    count : int
    theiler : int
        Neighbours with ``|i - j| <= theiler`` are left out.
    last : int, optional
        Neighbours must have an index below this one (so that their future is known).
    beyond : float
        Neighbours at this distance or nearer are left out: 0 leaves out exact repetitions.
    candidates : (C,) array of int, optional
        Only these points are neighbours, if given: the work grows with their number.

    Returns
    -------
    index : (S, count) array of int, -1 where there are not enough neighbours
    distance : (S, count) array, rising; inf where there are not enough neighbours
    """
    kept = None if candidates is None else np.union1d(candidates, references).astype(np.int64)
    turned, order = slab_order(points if kept is None else points[kept])
    usable = np.ones(order.size, dtype=np.bool_)
    if kept is not None and candidates is not None:
        order = kept[order]
        usable = np.isin(order, candidates)
    place = np.full(points.shape[0], -1, dtype=np.int64)
    place[order] = np.arange(order.size)
    index, distance = _nearest(
        turned,
        order,
        usable,
        np.ascontiguousarray(place[references]),
        points.shape[0] if last is None else int(last),
        int(theiler),
        float(beyond),
        int(count),
    )
    return index, distance


@njit(cache=True)
def mean_divergence(
    points: NDArray[np.float64],
    references: NDArray[np.int64],
    neighbours: NDArray[np.int64],
    first: int,
    stop: int,
    average_first: bool,
    half: int = 0,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Follow the logarithmic distance of neighbours, for each reference point.

    Parameters
    ----------
    points : (T, N) array in order of time
    references : (S,) array of int
    neighbours : (S, K) array of int, -1 where there is none
    first, stop : int
        Steps k from ``first`` to below ``stop``; ``references`` and ``neighbours`` must be below
        ``T - stop + 1 - half``, and ``references`` at least ``half``.
    average_first : bool
        True: logarithm of the mean distance over neighbours (Kantz); False: mean of the logarithms
        (Rosenstein).
    half : int
        0: whole distances. Else only their part across the flow, whose direction is the difference
        of the points ``half`` samples before and after: along the flow nothing grows.

    Returns
    -------
    value : (S, stop - first) array
        Logarithmic distance after k steps; 0 where ``used`` is 0.
    used : (S, stop - first) array of int
        1 where a distance above zero was found.
    """
    total, count = neighbours.shape
    dims = points.shape[1]
    value = np.zeros((total, stop - first))
    used = np.zeros((total, stop - first), dtype=np.int64)
    for c in range(total):
        for k in range(first, stop):
            added, found = 0.0, 0
            for b in range(count):
                j = neighbours[c, b]
                if j < 0:
                    break
                i = references[c] + k
                squared, along, speed = 0.0, 0.0, 0.0
                for d in range(dims):
                    step = points[i, d] - points[j + k, d]
                    squared += step * step
                    if half > 0:
                        velocity = points[i + half, d] - points[i - half, d]
                        along += step * velocity
                        speed += velocity * velocity
                if speed > 0.0:
                    across = squared - along * along / speed
                    squared = across if across > 1e-14 * squared else 0.0
                if squared > 0.0:
                    found += 1
                    added += np.sqrt(squared) if average_first else 0.5 * np.log(squared)
            if found > 0:
                used[c, k - first] = 1
                value[c, k - first] = np.log(added / found) if average_first else added / found
    return value, used

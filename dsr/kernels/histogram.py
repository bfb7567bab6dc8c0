"""Counting loops of the binned state-space divergence: cells of points, divergence of counts.

A cell is named by one integer (Horner's rule over the bins of the variables), so a histogram costs
memory in proportion to the points and never to ``bins ** variables``.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@njit(cache=True)
def left_closed_bins(points: Floats, edges: Floats) -> Ints:
    """Bin of every coordinate: ``edges[d, i] <= x < edges[d, i + 1]`` gives i, -1 where none does.

    Parameters
    ----------
    points : ndarray (T, N)
    edges : ndarray (N, k + 1)
        Evenly spaced and increasing in every row.

    Returns
    -------
    ndarray of int64 (T, N)
    """
    count, variables = points.shape
    bins = edges.shape[1] - 1
    out = np.empty((count, variables), dtype=np.int64)
    for d in range(variables):
        low = edges[d, 0]
        high = edges[d, bins]
        scale = bins / (high - low)
        for t in range(count):
            value = points[t, d]
            # the comparison is false for NaN too
            if not (low <= value < high):
                out[t, d] = -1
                continue
            index = min(max(int((value - low) * scale), 0), bins - 1)
            # the guess may be one off by rounding; the edges themselves decide
            while index > 0 and value < edges[d, index]:
                index -= 1
            while index < bins - 1 and value >= edges[d, index + 1]:
                index += 1
            out[t, d] = index
    return out


@njit(cache=True)
def truncated_bins(points: Floats, low: Floats, high: Floats, bins: int) -> Ints:
    """Bin of every coordinate by truncation, index 0 and index ``bins`` dropped (-1).

    This is the rule of Brenner et al. 2024: ``i = trunc(k (x - low) / (high - low))``, kept only
    where ``0 < i < k``.
    """
    count, variables = points.shape
    out = np.empty((count, variables), dtype=np.int64)
    for d in range(variables):
        width = high[d] - low[d]
        for t in range(count):
            position = bins * (points[t, d] - low[d]) / width
            if 1.0 <= position < bins:
                out[t, d] = int(position)
            else:
                out[t, d] = -1
    return out


@njit(cache=True)
def cell_keys(indices: Ints, bins: int, outside: int) -> Ints:
    """One integer per point from its bins (Horner); ``outside`` where any bin is -1."""
    count, variables = indices.shape
    out = np.empty(count, dtype=np.int64)
    for t in range(count):
        key = np.int64(0)
        for d in range(variables):
            index = indices[t, d]
            if index < 0:
                key = np.int64(outside)
                break
            key = key * bins + index
        out[t] = key
    return out


@njit(cache=True)
def merged_counts(first: Ints, second: Ints) -> tuple[Floats, Floats]:
    """Counts of both series over all cells that either visits, from their sorted keys.

    Parameters
    ----------
    first, second : ndarray of int64 (T,), (T',)
        Sorted.

    Returns
    -------
    ndarray (U,), ndarray (U,)
    """
    h = np.zeros(first.size + second.size)
    g = np.zeros(first.size + second.size)
    i, j, cell = 0, 0, 0
    while i < first.size or j < second.size:
        if i == first.size:
            key = second[j]
        elif j == second.size:
            key = first[i]
        else:
            key = min(first[i], second[j])
        while i < first.size and first[i] == key:
            h[cell] += 1.0
            i += 1
        while j < second.size and second[j] == key:
            g[cell] += 1.0
            j += 1
        cell += 1
    return h[:cell], g[:cell]


@njit(cache=True)
def counts_divergence(h: Floats, g: Floats, alpha: float, cells: float) -> float:
    """KL divergence in nats of two histograms with a pseudo-count in each of ``cells`` cells.

    ``h`` and ``g`` list the counts of the same cells; cells empty in both may be left out, they
    enter through ``cells`` alone (exactly: their logarithm is zero).
    """
    n = 0.0
    m = 0.0
    total = 0.0
    for c in range(h.shape[0]):
        n += h[c]
        m += g[c]
        if h[c] != g[c]:
            total += (h[c] + alpha) * np.log((h[c] + alpha) / (g[c] + alpha))
    p = n + alpha * cells
    q = m + alpha * cells
    return float(np.log(q / p) + total / p)


@njit(cache=True)
def segment_divergences(
    h: Floats, keys: Ints, firsts: Ints, lasts: Ints, alpha: float, cells: float
) -> Floats:
    """Divergence of ``h`` from the histogram of every resample, made of segments of ``keys``.

    Parameters
    ----------
    h : ndarray (U,)
        Counts of the reference over the U cells that either series visits.
    keys : ndarray of int64 (L,)
        Index into those cells of every point of the resampled series, in time order.
    firsts, lasts : ndarray of int64 (R, blocks)
        First point of every segment of every resample, and the point after its last.
    alpha, cells : float
        As in `counts_divergence`.

    Returns
    -------
    ndarray (R,)
    """
    resamples, blocks = firsts.shape
    out = np.empty(resamples)
    g = np.empty(h.shape[0])
    for r in range(resamples):
        g[:] = 0.0
        for b in range(blocks):
            for t in range(firsts[r, b], lasts[r, b]):
                g[keys[t]] += 1.0
        out[r] = counts_divergence(h, g, alpha, cells)
    return out


@njit(cache=True)
def resampled_divergences(
    h: Floats, keys: Ints, starts: Ints, block: int, alpha: float, cells: float
) -> Floats:
    """`segment_divergences` of blocks of one length; the last is cut to the length of ``keys``."""
    lasts = np.empty_like(starts)
    for r in range(starts.shape[0]):
        left = keys.shape[0]
        for b in range(starts.shape[1]):
            lasts[r, b] = starts[r, b] + min(block, left)
            left -= min(block, left)
    return segment_divergences(h, keys, starts, lasts, alpha, cells)

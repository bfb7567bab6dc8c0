"""Local maps fitted to neighbours, and the growth of tangent vectors along an orbit under them."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["tangent_growth"]

_RIDGE = 1e-10


@njit(cache=True)
def _solve(gram: NDArray[np.float64], right: NDArray[np.float64], size: int) -> bool:
    """Solve ``gram X = right`` in place by Cholesky factors; False if ``gram`` is singular."""
    for a in range(size):
        for b in range(a + 1):
            total = gram[a, b]
            for c in range(b):
                total -= gram[a, c] * gram[b, c]
            if a == b:
                if not total > 0.0:
                    return False
                gram[a, a] = np.sqrt(total)
            else:
                gram[a, b] = total / gram[b, b]
    for d in range(right.shape[1]):
        for a in range(size):
            total = right[a, d]
            for c in range(a):
                total -= gram[a, c] * right[c, d]
            right[a, d] = total / gram[a, a]
        for a in range(size - 1, -1, -1):
            total = right[a, d]
            for c in range(a + 1, size):
                total -= gram[c, a] * right[c, d]
            right[a, d] = total / gram[a, a]
    return True


@njit(cache=True)
def _orthonormal(vectors: NDArray[np.float64], growth: NDArray[np.float64]) -> None:
    """Gram-Schmidt over the rows, twice for safety; logarithms of the lengths into ``growth``."""
    n = vectors.shape[0]
    for a in range(n):
        length = 0.0
        for d in range(n):
            length += vectors[a, d] * vectors[a, d]
        first = np.sqrt(length)
        for _ in range(2):
            for b in range(a):
                along = 0.0
                for d in range(n):
                    along += vectors[a, d] * vectors[b, d]
                for d in range(n):
                    vectors[a, d] -= along * vectors[b, d]
        length = 0.0
        for d in range(n):
            length += vectors[a, d] * vectors[a, d]
        length = np.sqrt(length)
        if length > 1e-14 * first and length > 0.0:
            growth[a] = np.log(length)
            for d in range(n):
                vectors[a, d] /= length
        else:
            # Nothing of this direction is left: start it anew, orthogonal to those before.
            growth[a] = np.log(max(1e-14 * first, 1e-300))
            best = 0.0
            for c in range(n):
                rest = 1.0
                for b in range(a):
                    rest -= vectors[b, c] * vectors[b, c]
                if rest > best + 1e-9:
                    best = rest
                    for d in range(n):
                        vectors[a, d] = 1.0 if d == c else 0.0
            for b in range(a):
                along = 0.0
                for d in range(n):
                    along += vectors[a, d] * vectors[b, d]
                for d in range(n):
                    vectors[a, d] -= along * vectors[b, d]
            length = 0.0
            for d in range(n):
                length += vectors[a, d] * vectors[a, d]
            for d in range(n):
                vectors[a, d] /= np.sqrt(length)


@njit(cache=True)
def _expand(
    points: NDArray[np.float64],
    i: int,
    j: int,
    reach: float,
    quadratic: bool,
    basis: NDArray[np.float64],
) -> None:
    """Terms of the polynomial at neighbour j of point i, with distances in units of ``reach``."""
    n = points.shape[1]
    basis[0] = 1.0
    for d in range(n):
        basis[1 + d] = (points[j, d] - points[i, d]) / reach
    if quadratic:
        place = n + 1
        for d in range(n):
            for e in range(d + 1):
                basis[place] = basis[1 + d] * basis[1 + e]
                place += 1


@njit(cache=True)
def tangent_growth(
    points: NDArray[np.float64],
    references: NDArray[np.int64],
    neighbours: NDArray[np.int64],
    run: int,
    stride: int,
    count: int,
    quadratic: bool,
    curvature: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Logarithms of the stretching of tangent vectors, map by map along runs of the orbit.

    At each reference point a polynomial is fitted by least squares to where its neighbours go in
    ``stride`` samples; its linear part carries the tangent vectors on.

    Parameters
    ----------
    points : (T, N) array in order of time
    references : (R run,) array of int
        Runs of ``run`` points that are ``stride`` samples apart.
    neighbours : (R run, K) array of int, -1 where there is none
        Below ``T - stride``, nearest first.
    run, stride : int
    count : int
        How many of the K neighbours are fitted to.
    quadratic : bool
        Whether the polynomial has terms of second order (then only its linear part is used).
    curvature : float
        Ridge in units of the squared root mean square distance of the neighbours: in a patch of
        radius r, a direction with less variance than about ``curvature`` r^4 is its bend.

    Returns
    -------
    growth : (R run, N) array
        Row s: ``ln |R_ii|`` of the map at reference s; NaN where it could not be fitted.
    variance : (R run, N) array
        Mean square of what the fit leaves, per coordinate and degree of freedom; NaN likewise.

    Notes
    -----
    Sano & Sawada, Phys. Rev. Lett. 55, 1082 (1985); Eckmann, Kamphorst, Ruelle & Ciliberto,
    Phys. Rev. A 34, 4971 (1986); of second order: Brown, Bryant & Abarbanel, Phys. Rev. A 43,
    2787 (1991).
    """
    n = points.shape[1]
    size = n + 1 + (n * (n + 1) // 2 if quadratic else 0)
    growth = np.full((references.size, n), np.nan)
    variance = np.full((references.size, n), np.nan)
    basis = np.empty(size)
    gram = np.empty((size, size))
    right = np.empty((size, n))
    vectors, moved = np.eye(n), np.empty((n, n))
    for s in range(references.size):
        if s % run == 0:
            vectors[:] = np.eye(n)
        i = references[s]
        found, reach = 0, 0.0
        for b in range(min(count, neighbours.shape[1])):
            j = neighbours[s, b]
            if j < 0:
                break
            found += 1
            for d in range(n):
                step = points[j, d] - points[i, d]
                reach += step * step
        if found < size + 2 or not reach > 0.0:
            continue
        reach = np.sqrt(reach / found)
        gram[:] = 0.0
        right[:] = 0.0
        for b in range(found):
            j = neighbours[s, b]
            _expand(points, i, j, reach, quadratic, basis)
            for a in range(size):
                for e in range(a + 1):
                    gram[a, e] += basis[a] * basis[e]
                for d in range(n):
                    step = points[j + stride, d] - points[i + stride, d]
                    right[a, d] += basis[a] * step / reach
        for a in range(1, size):
            gram[a, a] += (_RIDGE + curvature * reach * reach) * found
        if not _solve(gram, right, size):
            continue
        for a in range(n):
            for d in range(n):
                total = 0.0
                for e in range(n):
                    total += right[1 + e, d] * vectors[a, e]
                moved[a, d] = total
        vectors[:] = moved
        _orthonormal(vectors, growth[s])
        variance[s] = 0.0
        for b in range(found):
            j = neighbours[s, b]
            _expand(points, i, j, reach, quadratic, basis)
            for d in range(n):
                rest = points[j + stride, d] - points[i + stride, d]
                for a in range(size):
                    rest -= reach * basis[a] * right[a, d]
                variance[s, d] += rest * rest / (found - size)
    return growth, variance

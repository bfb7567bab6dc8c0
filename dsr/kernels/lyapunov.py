"""Lyapunov spectra of piecewise-linear models by repeated QR decomposition, compiled.

The tangent vectors ``V`` follow ``V = J(x_t) V`` with the Jacobian at the state before the step,
and are orthonormalised every few steps; the logarithms of the stretching are summed over blocks.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@njit(cache=True)
def _make_orthogonal(V: Floats, k: int) -> None:
    """Take out of column ``k`` what it shares with the columns before it, twice for accuracy."""
    rows = V.shape[0]
    for _ in range(2):
        for j in range(k):
            overlap = 0.0
            for i in range(rows):
                overlap += V[i, j] * V[i, k]
            for i in range(rows):
                V[i, k] -= overlap * V[i, j]


@njit(cache=True)
def orthonormalise(V: Floats, stretch: Floats) -> None:
    """Gram-Schmidt on the columns of ``V``; ``stretch`` is diag R."""
    rows, columns = V.shape
    for k in range(columns):
        before = 0.0
        for i in range(rows):
            before += V[i, k] * V[i, k]
        _make_orthogonal(V, k)
        norm = 0.0
        for i in range(rows):
            norm += V[i, k] * V[i, k]
        norm = np.sqrt(norm)
        # A column that vanishes to rounding is a direction that is annihilated.
        if not norm > 1e-14 * np.sqrt(before) or norm < 1e-300:
            stretch[k] = max(norm, 1e-300)
            for i in range(rows):
                V[i, k] = 0.0
            for axis in range(rows):
                # Any unit vector orthogonal to the others serves to go on.
                for i in range(rows):
                    V[i, k] = 1.0 if i == axis else 0.0
                _make_orthogonal(V, k)
                left = 0.0
                for i in range(rows):
                    left += V[i, k] * V[i, k]
                if left > 0.5 / rows:
                    for i in range(rows):
                        V[i, k] /= np.sqrt(left)
                    break
            continue
        stretch[k] = norm
        for i in range(rows):
            V[i, k] /= norm


@njit(cache=True, fastmath={"reassoc", "contract", "nsz"})
def _make_orthogonal_row(W: Floats, k: int) -> float:
    """Take out of row ``k`` what it shares with the rows before it, twice; give what is left."""
    size = W.shape[1]
    left = 0.0
    for _ in range(2):
        for j in range(k):
            overlap = 0.0
            for i in range(size):
                overlap += W[j, i] * W[k, i]
            for i in range(size):
                W[k, i] -= overlap * W[j, i]
    for i in range(size):
        left += W[k, i] * W[k, i]
    return math.sqrt(left)


@njit(cache=True)
def orthonormalise_wide(V: Floats, turned: Floats, stretch: Floats) -> None:
    """Do as `orthonormalise`, for many columns: on their transpose ``turned``, along memory."""
    rows, columns = V.shape
    for k in range(columns):
        before = 0.0
        for i in range(rows):
            turned[k, i] = V[i, k]
            before += V[i, k] * V[i, k]
        norm = _make_orthogonal_row(turned, k)
        # Vanished to rounding, or not finite: what is done then is done there.
        if not norm > 1e-14 * np.sqrt(before) or norm < 1e-300:
            orthonormalise(V, stretch)
            return
        stretch[k] = norm
        for i in range(rows):
            turned[k, i] /= norm
    for k in range(columns):
        for i in range(rows):
            V[i, k] = turned[k, i]


@njit(cache=True, fastmath={"reassoc", "contract", "nsz"})
def piecewise_linear_blocks(
    A: Floats, W1: Floats, W2: Floats, h1: Floats, h2: Floats,
    z: Floats, V: Floats, block: int, interval: int, sums: Floats, drive: Floats | None = None,
) -> None:  # fmt: skip
    """Log stretching of ``F(z) = A z + W1 relu(W2 z + h2) + h1`` over consecutive blocks.

    Parameters
    ----------
    A, W1, W2, h1, h2 : arrays
        Of a `dsr.kernels.piecewise_linear.PiecewiseLinear`; A is a diagonal or a full matrix.
    z, V : arrays, (M,) and (M, K)
        State and tangent vectors, changed in place.
    block, interval : int
        Steps per block, and between two decompositions (a divisor of ``block``).
    sums : array, (B, K)
        Filled with the sums of ``log diag R`` per block.
    drive : array, (B * block, 1, M), optional
        What external inputs add to the state at each step; empty for none.
    """
    latent, count = V.shape
    hidden = h2.size
    W1T = np.ascontiguousarray(W1.T)
    after = np.empty(latent)
    image = np.empty((latent, count))
    stretch = np.empty(count)
    for b in range(sums.shape[0]):
        for k in range(count):
            sums[b, k] = 0.0
        for t in range(block):
            for i in range(latent):
                if A.ndim == 1:
                    after[i] = A[i] * z[i] + h1[i]
                    for k in range(count):
                        image[i, k] = A[i] * V[i, k]
                else:
                    after[i] = h1[i]
                    for k in range(count):
                        image[i, k] = 0.0
                    for j in range(latent):
                        after[i] += A[i, j] * z[j]
                        for k in range(count):
                            image[i, k] += A[i, j] * V[j, k]
            for h in range(hidden):
                u = h2[h]
                for i in range(latent):
                    u += W2[h, i] * z[i]
                if u > 0.0:
                    for i in range(latent):
                        after[i] += W1T[h, i] * u
                    for k in range(count):
                        tangent = 0.0
                        for i in range(latent):
                            tangent += W2[h, i] * V[i, k]
                        for i in range(latent):
                            image[i, k] += W1T[h, i] * tangent
            if drive is not None:  # noqa: SIM102  (the outer branch is pruned)
                if drive.size > 0:
                    for i in range(latent):
                        after[i] += drive[b * block + t, 0, i]
            for i in range(latent):
                z[i] = after[i]
                for k in range(count):
                    V[i, k] = image[i, k]
            if (t + 1) % interval == 0:
                orthonormalise(V, stretch)
                for k in range(count):
                    sums[b, k] += np.log(stretch[k])

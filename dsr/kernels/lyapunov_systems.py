"""Lyapunov spectra of maps and flows by repeated QR decomposition, compiled once for all."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

from dsr.kernels.lyapunov import orthonormalise, orthonormalise_wide
from dsr.kernels.signatures import JAC_TYPE, RHS_TYPE

Floats = NDArray[np.float64]

_VECTOR = types.float64[::1]
_MATRIX = types.float64[:, ::1]


@njit(
    types.void(
        RHS_TYPE, JAC_TYPE, types.float64, _VECTOR, _VECTOR, _MATRIX, types.int64, types.int64,
        _MATRIX,
    ),
    cache=True,
)  # fmt: skip
def map_blocks(
    rhs: Any,
    jac: Any,
    time: float,
    x: Floats,
    p: Floats,
    V: Floats,
    block: int,
    interval: int,
    sums: Floats,
) -> None:
    """Log stretching of a map over consecutive blocks; arguments as in the kernel above."""
    n, count = V.shape
    J = np.empty((n, n))
    after = np.empty(n)
    stretch = np.empty(count)
    t = time
    for b in range(sums.shape[0]):
        for k in range(count):
            sums[b, k] = 0.0
        for step in range(block):
            jac(t, x, p, J)
            rhs(t, x, p, after)
            product = J @ V
            for i in range(n):
                x[i] = after[i]
                for k in range(count):
                    V[i, k] = product[i, k]
            t += 1.0
            if (step + 1) % interval == 0:
                orthonormalise(V, stretch)
                for k in range(count):
                    sums[b, k] += np.log(stretch[k])


@njit(inline="always")
def _product(J: Floats, W: Floats, out: Floats) -> None:
    n, count = W.shape
    if n == 3 and count == 3:
        # The commonest flows; without loops the whole step takes half the time.
        for i in range(3):
            a, b, c = J[i, 0], J[i, 1], J[i, 2]
            out[i, 0] = a * W[0, 0] + b * W[1, 0] + c * W[2, 0]
            out[i, 1] = a * W[0, 1] + b * W[1, 1] + c * W[2, 1]
            out[i, 2] = a * W[0, 2] + b * W[1, 2] + c * W[2, 2]
        return
    # Row by row, so that the inner loop runs along memory; a Jacobian of neighbours on a line or a
    # ring (a discretised equation, Lorenz-96) is mostly zeros, and zeros cost nothing.
    for i in range(n):
        for k in range(count):
            out[i, k] = 0.0
        for j in range(n):
            entry = J[i, j]
            if entry != 0.0:
                for k in range(count):
                    out[i, k] += entry * W[j, k]


@njit(
    types.void(
        RHS_TYPE, JAC_TYPE, types.float64, types.float64, _VECTOR, _VECTOR, _MATRIX, types.int64,
        types.int64, _MATRIX,
    ),
    cache=True,
)  # fmt: skip
def flow_blocks(
    rhs: Any, jac: Any, time: float, h: float, x: Floats, p: Floats, V: Floats,
    block: int, interval: int, sums: Floats,
) -> None:  # fmt: skip
    """Log stretching of a flow, by RK4 of step ``h`` on the state and its tangent vectors."""
    n, count = V.shape
    size = n * count
    J = np.empty((n, n))
    slope, y, x_next = np.empty(n), np.empty(n), np.empty(n)
    K, W, V_next = np.empty((n, count)), np.empty((n, count)), np.empty((n, count))
    # The same arrays as vectors: tangent vectors are added up entry by entry.
    v, k, w, v_next = V.ravel(), K.ravel(), W.ravel(), V_next.ravel()
    stretch, turned = np.empty(count), np.empty((count, n))
    steps = 0
    for b in range(sums.shape[0]):
        for c in range(count):
            sums[b, c] = 0.0
        for step in range(block):
            t = time + steps * h
            jac(t, x, p, J)
            rhs(t, x, p, slope)
            _product(J, V, K)
            for i in range(n):
                x_next[i] = x[i] + h / 6.0 * slope[i]
                y[i] = x[i] + 0.5 * h * slope[i]
            for i in range(size):
                v_next[i] = v[i] + h / 6.0 * k[i]
                w[i] = v[i] + 0.5 * h * k[i]
            for stage in range(2):
                ahead = 0.5 * h if stage == 0 else h
                jac(t + 0.5 * h, y, p, J)
                rhs(t + 0.5 * h, y, p, slope)
                _product(J, W, K)
                for i in range(n):
                    x_next[i] += h / 3.0 * slope[i]
                    y[i] = x[i] + ahead * slope[i]
                for i in range(size):
                    v_next[i] += h / 3.0 * k[i]
                    w[i] = v[i] + ahead * k[i]
            jac(t + h, y, p, J)
            rhs(t + h, y, p, slope)
            _product(J, W, K)
            for i in range(n):
                x[i] = x_next[i] + h / 6.0 * slope[i]
            for i in range(size):
                v[i] = v_next[i] + h / 6.0 * k[i]
            steps += 1
            if (step + 1) % interval == 0:
                if count > 8:
                    orthonormalise_wide(V, turned, stretch)
                else:
                    orthonormalise(V, stretch)
                for c in range(count):
                    sums[b, c] += np.log(stretch[c])

"""Lyapunov spectra of maps and flows by repeated QR decomposition, compiled once for all."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

from dsr.kernels.lyapunov import orthonormalise
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


@njit(types.void(JAC_TYPE, types.float64, _VECTOR, _VECTOR, _MATRIX, _MATRIX, _MATRIX), cache=True)
def _tangent(jac: Any, t: float, y: Floats, p: Floats, J: Floats, W: Floats, out: Floats) -> None:
    jac(t, y, p, J)
    n, count = W.shape
    for i in range(n):
        for k in range(count):
            total = 0.0
            for j in range(n):
                total += J[i, j] * W[j, k]
            out[i, k] = total


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
    J = np.empty((n, n))
    k1, k2, k3, k4, y = np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    K1, K2, K3, K4 = (
        np.empty((n, count)), np.empty((n, count)), np.empty((n, count)), np.empty((n, count))
    )  # fmt: skip
    W = np.empty((n, count))
    stretch = np.empty(count)
    steps = 0
    for b in range(sums.shape[0]):
        for k in range(count):
            sums[b, k] = 0.0
        for step in range(block):
            t = time + steps * h
            rhs(t, x, p, k1)
            _tangent(jac, t, x, p, J, V, K1)
            for i in range(n):
                y[i] = x[i] + 0.5 * h * k1[i]
                for k in range(count):
                    W[i, k] = V[i, k] + 0.5 * h * K1[i, k]
            rhs(t + 0.5 * h, y, p, k2)
            _tangent(jac, t + 0.5 * h, y, p, J, W, K2)
            for i in range(n):
                y[i] = x[i] + 0.5 * h * k2[i]
                for k in range(count):
                    W[i, k] = V[i, k] + 0.5 * h * K2[i, k]
            rhs(t + 0.5 * h, y, p, k3)
            _tangent(jac, t + 0.5 * h, y, p, J, W, K3)
            for i in range(n):
                y[i] = x[i] + h * k3[i]
                for k in range(count):
                    W[i, k] = V[i, k] + h * K3[i, k]
            rhs(t + h, y, p, k4)
            _tangent(jac, t + h, y, p, J, W, K4)
            for i in range(n):
                x[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i])
                for k in range(count):
                    V[i, k] += h / 6.0 * (K1[i, k] + 2.0 * K2[i, k] + 2.0 * K3[i, k] + K4[i, k])
            steps += 1
            if (step + 1) % interval == 0:
                orthonormalise(V, stretch)
                for k in range(count):
                    sums[b, k] += np.log(stretch[k])

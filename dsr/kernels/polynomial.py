"""Orbits of polynomial flows and maps, and the Jacobian of one step."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Powers = NDArray[np.int64]


@njit(cache=True)
def polynomial(z: Floats, coefficients: Floats, powers: Powers, out: Floats) -> None:
    """Evaluate ``out = coefficients @ prod_j z_j ** powers[f, j]``.

    Parameters
    ----------
    z, out : arrays, (N,)
    coefficients : array, (N, F)
    powers : array of int, (F, N)
    """
    for i in range(z.size):
        out[i] = 0.0
    for f in range(powers.shape[0]):
        term = 1.0
        for j in range(z.size):
            for _ in range(powers[f, j]):
                term *= z[j]
        for i in range(z.size):
            out[i] += coefficients[i, f] * term


@njit(cache=True)
def polynomial_step(
    z: Floats, coefficients: Floats, powers: Powers, dt: float, substeps: int
) -> Floats:
    """One sampling step: the map itself if ``dt`` is 0, else RK4 with ``substeps`` steps."""
    n = z.size
    x = z.copy()
    k1 = np.empty(n)
    if dt == 0.0:
        polynomial(x, coefficients, powers, k1)
        return k1
    k2, k3, k4, y = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    h = dt / substeps
    for _ in range(substeps):
        polynomial(x, coefficients, powers, k1)
        for i in range(n):
            y[i] = x[i] + 0.5 * h * k1[i]
        polynomial(y, coefficients, powers, k2)
        for i in range(n):
            y[i] = x[i] + 0.5 * h * k2[i]
        polynomial(y, coefficients, powers, k3)
        for i in range(n):
            y[i] = x[i] + h * k3[i]
        polynomial(y, coefficients, powers, k4)
        for i in range(n):
            x[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i])
    return x


@njit(cache=True)
def polynomial_orbit(
    coefficients: Floats, powers: Powers, dt: float, substeps: int, start: Floats, steps: int
) -> Floats:
    """Iterate from starts ``(S, N)``; ``(steps, S, N)``, NaN from the first non-finite state on."""
    sequences, n = start.shape
    out = np.full((steps, sequences, n), np.nan)
    for s in range(sequences):
        z = start[s].copy()
        for t in range(steps):
            z = polynomial_step(z, coefficients, powers, dt, substeps)
            if not np.isfinite(z).all():
                break
            out[t, s] = z
    return out


@njit(cache=True)
def polynomial_jacobian(
    z: Floats, coefficients: Floats, powers: Powers, dt: float, substeps: int
) -> Floats:
    """Jacobian of `polynomial_step` by central differences, ``(N, N)``."""
    n = z.size
    J = np.empty((n, n))
    for j in range(n):
        h = 1e-6 * max(1.0, abs(z[j]))
        up, down = z.copy(), z.copy()
        up[j] += h
        down[j] -= h
        difference = polynomial_step(up, coefficients, powers, dt, substeps)
        difference -= polynomial_step(down, coefficients, powers, dt, substeps)
        for i in range(n):
            J[i, j] = difference[i] / (2.0 * h)
    return J

"""Orbits of polynomial flows and maps that may be driven, and the Jacobian of one step."""

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
    z : array, (N + K,)
        States, then inputs.
    coefficients : array, (N, F)
    powers : array of int, (F, N + K)
    out : array, (N,)
    """
    for i in range(out.size):
        out[i] = 0.0
    for f in range(powers.shape[0]):
        term = 1.0
        for j in range(z.size):
            for _ in range(powers[f, j]):
                term *= z[j]
        for i in range(out.size):
            out[i] += coefficients[i, f] * term


@njit(cache=True)
def polynomial_step(
    z: Floats,
    before: Floats,
    after: Floats,
    coefficients: Floats,
    powers: Powers,
    dt: float,
    substeps: int,
) -> Floats:
    """One sampling step: the map itself if ``dt`` is 0, else RK4 with ``substeps`` steps.

    The inputs go linearly from ``before`` to ``after``, each ``(K,)``; a map sees the former.
    """
    n = z.size
    y = np.concatenate((z, before))
    k1 = np.empty(n)
    if dt == 0.0:
        polynomial(y, coefficients, powers, k1)
        return k1
    x = z.copy()
    k2, k3, k4 = np.empty(n), np.empty(n), np.empty(n)
    slope = (after - before) / substeps
    h = dt / substeps
    for step in range(substeps):
        y[:n] = x
        y[n:] = before + step * slope
        polynomial(y, coefficients, powers, k1)
        y[:n] = x + 0.5 * h * k1
        y[n:] += 0.5 * slope
        polynomial(y, coefficients, powers, k2)
        y[:n] = x + 0.5 * h * k2
        polynomial(y, coefficients, powers, k3)
        y[:n] = x + h * k3
        y[n:] += 0.5 * slope
        polynomial(y, coefficients, powers, k4)
        for i in range(n):
            x[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i])
    return x


@njit(cache=True)
def polynomial_orbit(
    coefficients: Floats,
    powers: Powers,
    dt: float,
    substeps: int,
    start: Floats,
    inputs: Floats,
) -> Floats:
    """Iterate from starts ``(S, N)``; ``(steps, S, N)``, NaN from the first non-finite state on.

    ``inputs`` is ``(S, steps + 1, K)``, where K may be 0.
    """
    sequences, n = start.shape
    steps = inputs.shape[1] - 1
    out = np.full((steps, sequences, n), np.nan)
    for s in range(sequences):
        z = start[s].copy()
        for t in range(steps):
            u, v = inputs[s, t], inputs[s, t + 1]
            z = polynomial_step(z, u, v, coefficients, powers, dt, substeps)
            if not np.isfinite(z).all():
                break
            out[t, s] = z
    return out


@njit(cache=True)
def polynomial_jacobian(
    z: Floats, u: Floats, coefficients: Floats, powers: Powers, dt: float, substeps: int
) -> Floats:
    """Jacobian of `polynomial_step` under inputs that stay, by central differences, ``(N, N)``."""
    n = z.size
    J = np.empty((n, n))
    for j in range(n):
        h = 1e-6 * max(1.0, abs(z[j]))
        up, down = z.copy(), z.copy()
        up[j] += h
        down[j] -= h
        difference = polynomial_step(up, u, u, coefficients, powers, dt, substeps)
        difference -= polynomial_step(down, u, u, coefficients, powers, dt, substeps)
        for i in range(n):
            J[i, j] = difference[i] / (2.0 * h)
    return J

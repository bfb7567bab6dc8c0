"""Compiled integrators: fixed-step RK4, adaptive embedded pairs, and iteration of maps.

All of them fill ``out[k]`` with the state at time ``k * dt`` after the start, landing on every
sample exactly (no interpolation), and return the number of samples reached before the state
left the finite numbers. Right-hand sides are first-class functions (`dsr.kernels.signatures`).
"""

from __future__ import annotations

import numpy as np
from numba import float64, int64, njit

from dsr.kernels.signatures import RHS_TYPE

_LARGEST = 1e12
_TRIES_PER_SAMPLE = 10_000_000


@njit(cache=True)
def _is_finite(x):  # type: ignore[no-untyped-def]
    for value in x:  # noqa: SIM110 (numba compiles a plain loop)
        if not abs(value) < _LARGEST:  # false for NaN as well
            return False
    return True


@njit(
    int64(RHS_TYPE, float64[::1], float64[::1], float64[:, ::1], float64[:, ::1]),
    cache=True,
    error_model="numpy",
)
def iterate_map(rhs, start, p, kicks, out):  # type: ignore[no-untyped-def]
    """Iterate a map; ``kicks`` (rows, n), added after every iteration, may have no rows."""
    x, following = start.copy(), np.empty_like(start)
    for k in range(out.shape[0]):
        if k > 0:
            rhs(float(k - 1), x, p, following)
            for i in range(x.shape[0]):
                x[i] = following[i] + (kicks[k - 1, i] if kicks.shape[0] > 0 else 0.0)
        if not _is_finite(x):
            return k
        out[k] = x
    return out.shape[0]


@njit(
    int64(
        RHS_TYPE, float64[::1], float64[::1], float64, float64, int64, float64[:, ::1],
        float64[:, ::1],
    ),
    cache=True,
    error_model="numpy",
)  # fmt: skip
def integrate_rk4(rhs, start, p, t0, dt, substeps, kicks, out):  # type: ignore[no-untyped-def]
    """Integrate with `substeps` classical Runge-Kutta steps of order 4 per sample."""
    n = start.shape[0]
    h = dt / substeps
    x, y = start.copy(), np.empty(n)
    k1, k2, k3, k4 = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for k in range(out.shape[0]):
        if k > 0:
            for j in range(substeps):
                t = t0 + (k - 1) * dt + j * h
                rhs(t, x, p, k1)
                for i in range(n):
                    y[i] = x[i] + 0.5 * h * k1[i]
                rhs(t + 0.5 * h, y, p, k2)
                for i in range(n):
                    y[i] = x[i] + 0.5 * h * k2[i]
                rhs(t + 0.5 * h, y, p, k3)
                for i in range(n):
                    y[i] = x[i] + h * k3[i]
                rhs(t + h, y, p, k4)
                for i in range(n):
                    x[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i])
            if kicks.shape[0] > 0:
                for i in range(n):
                    x[i] += kicks[k - 1, i]
        if not _is_finite(x):
            return k
        out[k] = x
    return out.shape[0]


@njit(
    float64(RHS_TYPE, float64[:, ::1], int64, float64[::1], float64, float64),
    cache=True,
    error_model="numpy",
)
def largest_step_error(rhs, states, stride, p, dt, h):  # type: ignore[no-untyped-def]
    """Compare one RK4 step of ``h`` with two half steps, from every `stride`-th state.

    State ``k`` lies at time ``k * dt``. Returns the largest difference in any variable, infinity
    where a step leaves the finite numbers.
    """
    n = states.shape[1]
    still = np.empty((0, n))
    coarse, fine = np.empty((2, n)), np.empty((2, n))
    worst = 0.0
    for k in range(0, states.shape[0], stride):
        reached = integrate_rk4(rhs, states[k], p, k * dt, h, 1, still, coarse)
        if min(reached, integrate_rk4(rhs, states[k], p, k * dt, h, 2, still, fine)) < 2:
            return np.inf
        for i in range(n):
            worst = max(worst, abs(coarse[1, i] - fine[1, i]))
    return worst


@njit(
    float64(
        float64[::1], float64[::1], float64[:, ::1], float64[:, ::1], float64, float64, float64
    ),
    cache=True,
    error_model="numpy",
)
def _error_ratio(x, y, slopes, errors, h, rtol, atol):  # type: ignore[no-untyped-def]
    """Estimate the error of a step over its tolerance, as DOP853 does (Hairer et al., II.10)."""
    n, stages = x.shape[0], errors.shape[1]
    main, damping = 0.0, 0.0
    for i in range(n):
        scale = atol + rtol * max(abs(x[i]), abs(y[i]))
        first, second = 0.0, 0.0
        for s in range(stages):
            first += errors[0, s] * slopes[s, i]
            second += errors[1, s] * slopes[s, i]
        main += (first / scale) ** 2
        damping += (second / scale) ** 2
    if main == 0.0:
        return 0.0
    return abs(h) * main / np.sqrt((main + 0.01 * damping) * n)


@njit(
    int64(
        RHS_TYPE, float64[::1], float64[::1], float64, float64, float64[::1], float64[:, ::1],
        float64[::1], float64[:, ::1], float64, float64, float64, float64[:, ::1], float64[:, ::1],
    ),
    cache=True,
    error_model="numpy",
)  # fmt: skip
def integrate_adaptive(  # type: ignore[no-untyped-def]
    rhs, start, p, t0, dt, nodes, stages, weights, errors, order, rtol, atol, kicks, out
):
    """Integrate with an embedded pair (`dsr.kernels.tableaus`), steps cut at the samples."""
    n, size = start.shape[0], nodes.shape[0]
    x, y = start.copy(), np.empty(n)
    slopes = np.empty((size, n))
    proposed = dt
    for k in range(out.shape[0]):
        done, tries = 0.0, 0
        t_sample = t0 + (k - 1) * dt
        while k > 0 and done < dt:
            pieces = np.ceil((dt - done) / proposed * (1.0 - 1e-12))
            last = pieces <= 1.0
            h = dt - done if last else (dt - done) / pieces
            t = t_sample + done
            for s in range(size):
                for i in range(n):
                    y[i] = x[i]
                for j in range(s):
                    factor = h * stages[s, j]
                    if factor != 0.0:
                        for i in range(n):
                            y[i] += factor * slopes[j, i]
                rhs(t + nodes[s] * h, y, p, slopes[s])
            for i in range(n):
                y[i] = x[i]
            for s in range(size):
                factor = h * weights[s]
                if factor != 0.0:
                    for i in range(n):
                        y[i] += factor * slopes[s, i]
            ratio = _error_ratio(x, y, slopes, errors, h, rtol, atol)
            tries += 1
            if h < 1e-13 * dt or tries > _TRIES_PER_SAMPLE:
                return k
            if not ratio < 1e30:  # a stage left the finite numbers: try a shorter step
                proposed = 0.1 * h
                continue
            change = 5.0 if ratio == 0.0 else min(5.0, max(0.2, 0.9 * ratio ** (-1.0 / order)))
            if ratio <= 1.0:
                for i in range(n):
                    x[i] = y[i]
                done = dt if last else done + h
                proposed = h * change if change < 1.0 or not last else max(proposed, h * change)
            else:
                proposed = h * min(change, 0.9)
        if k > 0 and kicks.shape[0] > 0:
            for i in range(n):
                x[i] += kicks[k - 1, i]
        if not _is_finite(x):
            return k
        out[k] = x
    return out.shape[0]

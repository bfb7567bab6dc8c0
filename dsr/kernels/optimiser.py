"""Batch assembly and the RAdam step, each one compiled loop over flat memory."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.floating]


@njit(cache=True)
def gather_windows(data: Floats, starts: NDArray[np.int64], windows: Floats) -> None:
    """Copy ``data[start : start + T + 1]`` of every start into ``windows``.

    Parameters
    ----------
    data : array, (samples, N)
        All trajectories, one after the other.
    starts : array of int, (S,)
        First row of each window.
    windows : array, (T + 1, S, M), M >= N
        Filled in its first N columns.
    """
    columns = data.shape[1]
    for t in range(windows.shape[0]):
        for s in range(starts.size):
            row = starts[s] + t
            for i in range(columns):
                windows[t, s, i] = data[row, i]


@njit(cache=True)
def _radam_loop(
    theta: Floats,
    gradient: Floats,
    first: Floats,
    second: Floats,
    beta1: float,
    beta2: float,
    step: float,
    floor: float,
    rectified: bool,
) -> None:
    one = theta.dtype.type(1)
    b1 = theta.dtype.type(beta1)
    b2 = theta.dtype.type(beta2)
    size = theta.dtype.type(step)
    eps = theta.dtype.type(floor)
    for i in range(theta.size):
        g = gradient[i]
        first[i] = b1 * first[i] + (one - b1) * g
        second[i] = b2 * second[i] + (one - b2) * g * g
        if rectified:
            theta[i] -= size * first[i] / (math.sqrt(second[i]) + eps)
        else:
            theta[i] -= size * first[i]


def radam_step(
    theta: Floats,
    gradient: Floats,
    first: Floats,
    second: Floats,
    update: int,
    learning_rate: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> None:
    """One step of RAdam (Liu et al., ICLR 2020) in place; rectified once ``rho_t > 5``.

    Parameters
    ----------
    theta, gradient, first, second : arrays, (P,)
        Parameters, gradient and the two moment estimates, changed in place (not the gradient).
    update : int
        Number of this update, counted from 1.
    learning_rate, beta1, beta2, eps : float
        As in the paper.
    """
    decay2 = beta2**update
    rho_inf = 2.0 / (1.0 - beta2) - 1.0
    rho = rho_inf - 2.0 * update * decay2 / (1.0 - decay2)
    step = learning_rate / (1.0 - beta1**update)
    rectified = rho > 5.0
    if rectified:
        step *= math.sqrt(
            (rho - 4.0) * (rho - 2.0) * rho_inf / ((rho_inf - 4.0) * (rho_inf - 2.0) * rho)
        )
        # The bias correction of the second moment is moved into the step.
        step *= math.sqrt(1.0 - decay2)
    _radam_loop(theta, gradient, first, second, beta1, beta2, step, eps, rectified)

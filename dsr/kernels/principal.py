"""Principal directions of many samples of many variables, and how many of them are signal."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SMALL = 300
_FEW = 30
_MOST = 200


def principal_directions(values: Floats, count: Callable[[Floats], int]) -> tuple[Floats, Floats]:
    """Right singular vectors and singular values of samples, the largest first.

    Parameters
    ----------
    values : array (T, N)
    count : callable
        How many of them, from all singular values that are more than rounding.

    Returns
    -------
    directions : array (N, r)
    sigma : array (r,)

    Notes
    -----
    Those of large arrays are found from the smaller Gram matrix, whose rounding hides singular
    values below about 1e-7 of the largest.
    """
    samples, width = values.shape
    if min(samples, width) <= _SMALL:
        _, sigma, rows = np.linalg.svd(values, full_matrices=False)
        sigma = sigma[sigma > 1e-10 * max(float(sigma[0]), 1e-300)]
        r = count(sigma) if len(sigma) else 0
        return np.ascontiguousarray(rows[:r].T), sigma[:r]
    tall = samples >= width
    squares, vectors = np.linalg.eigh(values.T @ values if tall else values @ values.T)
    squares, vectors = squares[::-1], vectors[:, ::-1]
    sigma = np.sqrt(squares[squares > 1e-14 * max(float(squares[0]), 1e-300)])
    r = count(sigma) if len(sigma) else 0
    sigma, vectors = sigma[:r], vectors[:, :r]
    return np.ascontiguousarray(vectors if tall else values.T @ (vectors / sigma)), sigma


def signal_rank(sigma: Floats, shape: tuple[int, int]) -> int:
    """Number of singular values that stand above noise of unknown strength.

    All of them where there are at most 30; else those above the optimal hard threshold (Gavish and
    Donoho, IEEE Trans. Inf. Theory 60, 5040 (2014), equation 5), at most 200.
    """
    if len(sigma) <= _FEW:
        return len(sigma)
    beta = min(shape) / max(shape)
    omega = 0.56 * beta**3 - 0.95 * beta**2 + 1.82 * beta + 1.43
    every = np.zeros(min(shape))
    every[: len(sigma)] = sigma[: len(every)]
    return max(1, min(int((sigma > omega * np.median(every)).sum()), _MOST))

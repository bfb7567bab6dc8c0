"""The shallow form ``F(z) = A*z + W1 relu(W2 z + h2) + h1`` of every piecewise-linear model.

PLRNNs, dendritic and clipped shallow PLRNNs and AL-RNNs are exactly equal to a shallow PLRNN of a
suitable size (Hess et al., ICML 2023, section 3; Brenner et al., NeurIPS 2024), so one compiled
orbit, and one compiled Lyapunov loop, serve them all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class PiecewiseLinear(NamedTuple):
    """Parameters of ``F(z) = A*z + W1 relu(W2 z + h2) + h1``, all float64 and C-contiguous."""

    A: Floats  # (M,)
    W1: Floats  # (M, H)
    W2: Floats  # (H, M)
    h1: Floats  # (M,)
    h2: Floats  # (H,)


# Sums may be reordered so that they vectorise; NaN and inf keep their meaning.
_FAST = {"reassoc", "contract", "nsz"}


@njit(cache=True, fastmath=_FAST)
def orbit(
    A: Floats, W1: Floats, W2: Floats, h1: Floats, h2: Floats, start: Floats, steps: int
) -> Floats:
    """Iterate the map from several starts.

    Parameters
    ----------
    A, W1, W2, h1, h2 : arrays
        Fields of `PiecewiseLinear`.
    start : array, (S, M)
        Initial states.
    steps : int
        Number of iterations.

    Returns
    -------
    array, (steps, S, M)
        States after 1, 2, ..., ``steps`` iterations; NaN from the first non-finite state on.
    """
    sequences, latent = start.shape
    hidden = h2.size
    W2T = np.ascontiguousarray(W2.T)
    out = np.full((steps, sequences, latent), np.nan)
    u = np.empty(hidden)
    z = np.empty(latent)
    for s in range(sequences):
        for m in range(latent):
            z[m] = start[s, m]
        for t in range(steps):
            for h in range(hidden):
                u[h] = h2[h]
            for m in range(latent):
                zm = z[m]
                for h in range(hidden):
                    u[h] += W2T[m, h] * zm
            size = 0.0
            for m in range(latent):
                total = 0.0
                for h in range(hidden):
                    total += W1[m, h] * max(u[h], 0.0)
                out[t, s, m] = A[m] * z[m] + total + h1[m]
                size += abs(out[t, s, m])
            if not size < np.inf:
                for m in range(latent):
                    out[t, s, m] = np.nan
                break
            for m in range(latent):
                z[m] = out[t, s, m]
    return out

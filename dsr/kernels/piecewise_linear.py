"""The form ``F(z, u) = A z + W1 relu(W2 z + h2) + h1 + C u`` of every piecewise-linear model.

PLRNNs, dendritic and clipped shallow PLRNNs and AL-RNNs are exactly equal to such a map of a
suitable size (Hess et al., ICML 2023, section 3; Brenner et al., NeurIPS 2024), so one compiled
orbit, and one compiled Lyapunov loop, serve them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NO_DRIVE: Floats = np.zeros((0, 0, 0))
"""Drive of a map without external inputs."""


@dataclass(frozen=True, eq=False)
class PiecewiseLinear:
    """Parameters of ``F(z, u) = A z + W1 relu(W2 z + h2) + h1 + C u``, float64 and C-contiguous.

    ``*form`` spreads ``A, W1, W2, h1, h2``, the arrays that compiled loops take.

    Parameters
    ----------
    A : array, (M,) or (M, M)
        The linear part: a diagonal, or a full matrix.
    W1, W2 : arrays, (M, H) and (H, M)
    h1, h2 : arrays, (M,) and (H,)
    C : array, (M, K), optional
        Weights of external inputs.
    boundaries : array of bool, (H,), optional
        Which hinges ``W2 z + h2 = 0`` part two regions with different Jacobians; all of them if
        not given. A conversion between models may need hinges that part none.

    Examples
    --------
    An AL-RNN of two units, the last one rectified, has two regions:

    >>> form = PiecewiseLinear(
    ...     A=np.array([[0.5, 0.0], [0.3, 0.2]]), W1=np.array([[0.7], [0.0]]),
    ...     W2=np.array([[0.0, 1.0]]), h1=np.zeros(2), h2=np.zeros(1),
    ... )
    >>> form.jacobian(np.array([1.0, 1.0]))
    array([[0.5, 0.7],
           [0.3, 0.2]])
    >>> form.region(np.array([[1.0, 1.0], [1.0, -1.0]]))
    array([[ True],
           [False]])
    """

    A: Floats
    W1: Floats
    W2: Floats
    h1: Floats
    h2: Floats
    C: Floats | None = None
    boundaries: NDArray[np.bool_] | None = None

    def __iter__(self) -> Iterator[Floats]:
        return iter((self.A, self.W1, self.W2, self.h1, self.h2))

    def region(self, z: Floats) -> NDArray[np.bool_]:
        """Which side of every true boundary the states ``(..., M)`` are on: a region's code."""
        active = z @ self.W2.T + self.h2 > 0.0
        return active if self.boundaries is None else active[..., self.boundaries]

    def jacobian(self, z: Floats) -> Floats:
        """Jacobians ``(..., M, M)`` of the steps out of ``z``."""
        active = (z @ self.W2.T + self.h2 > 0.0).astype(np.float64)
        linear = np.diag(self.A) if self.A.ndim == 1 else self.A
        return np.asarray((self.W1 * active[..., None, :]) @ self.W2 + linear)

    def drive(self, inputs: Floats | None) -> Floats:
        """What inputs ``(steps, S, K)`` add to the states, ``(steps, S, M)``; empty for none."""
        if self.C is None or inputs is None:
            return NO_DRIVE
        return np.ascontiguousarray(inputs @ self.C.T)


# Sums may be reordered so that they vectorise; NaN and inf keep their meaning.
_FAST = {"reassoc", "contract", "nsz"}


@njit(cache=True, fastmath=_FAST)
def orbit(
    A: Floats, W1: Floats, W2: Floats, h1: Floats, h2: Floats,
    start: Floats, steps: int, drive: Floats | None = None,
) -> Floats:  # fmt: skip
    """Iterate the map from several starts.

    Parameters
    ----------
    A, W1, W2, h1, h2 : arrays
        Of a `PiecewiseLinear`; A is a diagonal (M,) or a full matrix (M, M): its type settles the
        branch when this is compiled.
    start : array, (S, M)
        Initial states.
    steps : int
        Number of iterations.
    drive : array, (steps, S, M), optional
        What external inputs add to the state at each step; empty for none.

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
                if A.ndim == 1:
                    out[t, s, m] = A[m] * z[m] + total + h1[m]
                else:
                    for j in range(latent):
                        total += A[m, j] * z[j]
                    out[t, s, m] = total + h1[m]
                if drive is not None:  # noqa: SIM102  (the outer branch is pruned)
                    if drive.size > 0:
                        out[t, s, m] += drive[t, s, m]
                size += abs(out[t, s, m])
            if not size < np.inf:
                for m in range(latent):
                    out[t, s, m] = np.nan
                break
            for m in range(latent):
                z[m] = out[t, s, m]
    return out

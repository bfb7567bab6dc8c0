"""What the training loop asks of a model: nothing but arrays."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


class GradientEngine(Protocol):
    """Forward and backward pass over one batch of windows, in memory allocated once.

    Attributes
    ----------
    windows : array, (T + 1, S, M)
        The batch, filled by the training loop before each call; columns beyond the observed
        variables stay zero.
    """

    windows: Floats

    def gradient(
        self, theta: Floats, gradient: Floats, keep: Floats, targets: Floats | None = None
    ) -> float:
        """Return the loss of the batch and write its gradient.

        ``keep`` is ``(1 or T, S * M)``, the diagonal of ``K_t``; ``targets`` (as ``windows``)
        are what predictions are compared with, where these are not the windows themselves.
        """
        ...

    def mean_log_jacobian_norms(self, theta: Floats, times: int) -> NDArray[np.float64]:
        """Return, per sequence, the mean of ``log ||J||`` over about ``times`` points of it."""
        ...


class Trainable(Protocol):
    """A state-space model whose parameters are one flat vector."""

    @property
    def latent_dim(self) -> int:
        """Number of latent states M."""
        ...

    observation_dim: int
    """Number of observed variables N; they are the first N latent states."""

    def initial_parameters(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """Draw a flat parameter vector."""
        ...

    def engine(
        self, steps: int, sequences: int, dtype: np.dtype[Any], device: str
    ) -> GradientEngine:
        """Make an engine for windows of ``steps`` predictions and ``sequences`` sequences."""
        ...

    def free_run(self, theta: Floats, start: Floats, steps: int) -> NDArray[np.float64]:
        """Iterate scaled states ``(S, N)``; returns scaled observations ``(steps, S, N)``."""
        ...

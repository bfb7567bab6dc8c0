"""What the gradient trainer and validation ask of a model: nothing but arrays."""

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
        The batch, filled by the trainer before each call; columns beyond the observed variables
        stay zero.
    inputs : array, (T, S, K)
        External inputs of the batch, beside the samples that the steps start from.
    """

    windows: Floats
    inputs: Floats

    @property
    def ready(self) -> bool:
        """Whether its code is compiled already, in memory or on disk."""
        ...

    def gradient(
        self, theta: Floats, gradient: Floats, keep: Floats, targets: Floats | None = None
    ) -> float:
        """Return the loss of the batch and write its gradient.

        ``keep`` is ``(R, S * M)``, the diagonal of ``K_t`` in row ``t % R``; ``targets`` (as
        ``windows``) are what predictions are compared with, where these are not the windows.
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

    def free_run(
        self,
        theta: Floats,
        start: Floats,
        steps: int,
        inputs: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]:
        """Iterate scaled states ``(S, N)``; returns scaled observations ``(steps, S, N)``.

        ``inputs`` ``(steps, S, K)``, standardised, drive a model that takes some.
        """
        ...


class FreeRun(Protocol):
    """A model as validation sees it: something that runs freely."""

    def __call__(
        self, start: Floats, steps: int, inputs: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Iterate scaled states ``(S, N)``; returns scaled observations ``(steps, S, N)``."""
        ...

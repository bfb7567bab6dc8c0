"""What the gradient trainer asks of a forcing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


class Forcing(Protocol):
    """Settings of a forcing; what changes while a model is trained is one number, its strength."""

    def settled(self, trajectories: list[NDArray[np.float64]]) -> Self:
        """Decide what depends on the standardised training series ``(T_i, N)``."""
        ...

    def initial(self) -> float:
        """Strength before the first update."""
        ...

    def next(
        self, update: int, strength: float, norms: Callable[[int], NDArray[np.float64]]
    ) -> float:
        """Strength of an update, counted from 0.

        ``norms(times)`` gives, for each sequence of the batch, the mean of ``log ||J||`` over
        about ``times`` points.
        """
        ...

    def keep(
        self, strength: float, sequences: int, latent: int, observed: int, dtype: Any
    ) -> Floats:
        """Rows of the diagonal of ``K_t``, ``(R, sequences * latent)``; row ``t % R`` is that of t.

        An entry is the share of the prediction of time t + 1 that survives forcing.
        """
        ...

    def facts(self, strength: float) -> dict[str, float]:
        """What of the strength is worth recording."""
        ...

    def record(self) -> dict[str, Any]:
        """Kind and settings as plain values, for files."""
        ...

    def to_flat(self) -> dict[str, Any]:
        """Settings as users type them."""
        ...

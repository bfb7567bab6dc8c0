"""Optimisers of one flat parameter vector."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dsr.kernels.optimiser import radam_step

Floats = NDArray[np.floating]


class Optimiser(Protocol):
    """Changes parameters by their gradient."""

    def step(self, theta: Floats, gradient: Floats, update: int, learning_rate: float) -> None:
        """Change ``theta`` in place; updates are counted from 1."""
        ...

    def arrays(self) -> dict[str, Floats]:
        """What it remembers, for checkpoints; written back into the arrays given here."""
        ...


class RAdam:
    """Rectified Adam (Liu et al., ICLR 2020), one compiled loop over the vector.

    Parameters
    ----------
    theta : array, (P,)
        Parameters; their size and precision are taken.

    Examples
    --------
    >>> theta = np.zeros(2)
    >>> RAdam(theta).step(theta, np.array([1.0, -2.0]), update=1, learning_rate=0.5)
    >>> theta
    array([-0.5,  1. ])
    """

    def __init__(self, theta: Floats) -> None:
        self._first, self._second = np.zeros_like(theta), np.zeros_like(theta)

    def step(self, theta: Floats, gradient: Floats, update: int, learning_rate: float) -> None:
        """Change ``theta`` in place; updates are counted from 1."""
        radam_step(theta, gradient, self._first, self._second, update, learning_rate)

    def arrays(self) -> dict[str, Floats]:
        """The two moment estimates."""
        return {"first": self._first, "second": self._second}

"""Baselines that know nothing of dynamics: a score means something only beside theirs."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from dsr.errors import InputError
from dsr.models.base import Floats, ReconstructionModel


class Persistence(ReconstructionModel):
    """Nothing changes: every forecast is the last observation.

    Examples
    --------
    >>> import numpy as np
    >>> series = np.arange(60.0).reshape(30, 2)
    >>> model = Persistence().fit(series)
    >>> model.forecast(series, 3).values[0]
    array([[58., 59.],
           [58., 59.],
           [58., 59.]])
    """

    name: ClassVar[str] = "persistence"
    accepts = "series | field"

    def learn(self, parts: list[Floats], *, inputs: list[Floats] | None, seed: int) -> None:
        """Nothing is to be learnt."""
        del parts, inputs, seed

    def step(self, z: Any) -> Floats:
        """The state itself."""
        return np.array(z, dtype=np.float64)

    def jacobian(self, z: Any) -> Floats:
        """The identity."""
        z = np.asarray(z)
        return np.broadcast_to(np.eye(z.shape[-1]), (*z.shape, z.shape[-1])).copy()

    def run(
        self,
        contexts: list[Floats],
        steps: int,
        *,
        inputs: list[Floats] | None,
        rng: np.random.Generator,
    ) -> Floats:
        """Repeat the last sample of each context."""
        del inputs, rng
        return np.repeat(np.stack([context[-1:] for context in contexts]), steps, axis=1)


class GaussianCloud(ReconstructionModel):
    """No dynamics at all: independent draws with the mean and covariance of the training series.

    What a free run must beat in state space to have reconstructed anything.

    Examples
    --------
    >>> import numpy as np
    >>> series = np.random.default_rng(0).normal(size=(500, 2))
    >>> GaussianCloud().fit(series, seed=1).generate(steps=4).shape
    (1, 4, 2)
    """

    name: ClassVar[str] = "gaussian"
    arrays: ClassVar[tuple[str, ...]] = ("mean", "factor")

    def __init__(self) -> None:
        super().__init__()
        self.mean = np.zeros(0)
        self.factor = np.zeros((0, 0))

    def learn(self, parts: list[Floats], *, inputs: list[Floats] | None, seed: int) -> None:
        """Estimate mean and covariance (``ddof=1``) over all trajectories."""
        del inputs, seed
        values = np.concatenate(parts)
        self.mean = values.mean(axis=0)
        covariance = np.atleast_2d(np.cov(values.T))
        eigenvalues, vectors = np.linalg.eigh(covariance)
        self.factor = vectors * np.sqrt(np.clip(eigenvalues, 0.0, None))

    def _set_parameters(self, arrays: dict[str, Floats]) -> None:
        n = self.observation_dim
        if arrays["mean"].shape != (n,) or arrays["factor"].shape != (n, n):
            raise InputError("the arrays of this Gaussian cloud do not fit its number of variables")
        super()._set_parameters(arrays)

    def run(
        self,
        contexts: list[Floats],
        steps: int,
        *,
        inputs: list[Floats] | None,
        rng: np.random.Generator,
    ) -> Floats:
        """Draw independent samples; a context only gives the time axis."""
        del inputs
        draws = rng.standard_normal((len(contexts), steps, self.observation_dim))
        return np.asarray(self.mean + draws @ self.factor.T)

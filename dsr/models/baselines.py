"""Baselines that know nothing of dynamics: a score means something only beside theirs."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from dsr.errors import InputError
from dsr.kernels.principal import principal_directions
from dsr.models.base import Floats, ReconstructionModel

_EXACT = 1_000
_ENERGY = 0.999
_MOST_MODES = 500


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

    def step(self, z: Any, u: Any = None) -> Floats:
        """The state itself."""
        del u
        return np.array(z, dtype=np.float64)

    def jacobian(self, z: Any, u: Any = None) -> Floats:
        """The identity."""
        del u
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

    What a free run must beat in state space to have reconstructed anything. Of more than 1,000
    variables (cells of a field) the cloud lies in the space of the leading principal components
    that hold 99.9 % of the variance, at most 500.

    Examples
    --------
    >>> import numpy as np
    >>> series = np.random.default_rng(0).normal(size=(500, 2))
    >>> GaussianCloud().fit(series, seed=1).generate(steps=4).shape
    (1, 4, 2)
    """

    name: ClassVar[str] = "gaussian"
    accepts = "series | field"
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
        if values.shape[1] <= _EXACT:
            covariance = np.atleast_2d(np.cov(values.T))
            eigenvalues, vectors = np.linalg.eigh(covariance)
            self.factor = vectors * np.sqrt(np.clip(eigenvalues, 0.0, None))
            return
        values -= self.mean
        directions, sigma = principal_directions(values, _most_of_the_variance)
        self.factor = directions * (sigma / np.sqrt(len(values) - 1))

    def _set_parameters(self, arrays: dict[str, Floats]) -> None:
        n = self.observation_dim
        if arrays["mean"].shape != (n,) or arrays["factor"].shape[:1] != (n,):
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
        draws = rng.standard_normal((len(contexts), steps, self.factor.shape[1]))
        return np.asarray(self.mean + draws @ self.factor.T)


def _most_of_the_variance(sigma: Floats) -> int:
    held = np.cumsum(sigma**2) / (sigma**2).sum()
    return min(int(np.searchsorted(held, _ENERGY)) + 1, _MOST_MODES, len(sigma))

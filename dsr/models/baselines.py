"""Baselines that know nothing of dynamics: a score means something only beside theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from dsr.errors import InputError
from dsr.models.base import Floats, ReconstructionModel
from dsr.models.starts import as_output, initial_states, positive_steps, refuse_inputs

if TYPE_CHECKING:
    import xarray as xr


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

    def fit(self, series: Any, *, inputs: Any = None, **ignored: Any) -> Self:
        """Take names, units and scaling from a series; there is nothing to train."""
        refuse_inputs(inputs)
        self.take_labels(series)
        return self

    def settings(self) -> dict[str, Any]:
        """Nothing to set."""
        return {}

    def parameters(self) -> dict[str, Floats]:
        """The scaling, since safetensors files are not empty."""
        return {"mean": self.scaler.mean, "std": self.scaler.std}

    def _set_parameters(self, arrays: dict[str, Floats]) -> None:
        del arrays

    def step(self, z: Any) -> Floats:
        """The state itself."""
        return np.array(z, dtype=np.float64)

    def jacobian(self, z: Any) -> Floats:
        """The identity."""
        z = np.asarray(z)
        return np.broadcast_to(np.eye(z.shape[-1]), (*z.shape, z.shape[-1])).copy()

    def generate(self, start: Any = None, steps: int = 1000, *, inputs: Any = None) -> xr.DataArray:
        """Repeat the start ``steps`` times."""
        refuse_inputs(inputs)
        first = initial_states(self, start)
        frozen = self.decode(first.states)[:, None, :]
        return as_output(self, np.repeat(frozen, positive_steps(steps), axis=1), first)


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

    def __init__(self) -> None:
        super().__init__()
        self._mean = np.zeros(0)
        self._factor = np.zeros((0, 0))
        self._seed = 0

    def fit(self, series: Any, *, inputs: Any = None, seed: int = 0, **ignored: Any) -> Self:
        """Estimate mean and covariance (``ddof=1``) over all trajectories."""
        refuse_inputs(inputs)
        values = np.concatenate(self.take_labels(series))
        self._mean = values.mean(axis=0)
        covariance = np.atleast_2d(np.cov(values.T))
        eigenvalues, vectors = np.linalg.eigh(covariance)
        self._factor = vectors * np.sqrt(np.clip(eigenvalues, 0.0, None))
        self._seed = seed
        self.training = {"seed": seed}
        return self

    def settings(self) -> dict[str, Any]:
        """Nothing to set."""
        return {}

    def parameters(self) -> dict[str, Floats]:
        """Mean (N,) and factor (N, N) of the covariance."""
        return {"mean": self._mean, "factor": self._factor}

    def _set_parameters(self, arrays: dict[str, Floats]) -> None:
        n = self.observation_dim
        if arrays["mean"].shape != (n,) or arrays["factor"].shape != (n, n):
            raise InputError("the arrays of this Gaussian cloud do not fit its number of variables")
        self._mean, self._factor = arrays["mean"], arrays["factor"]
        self._seed = int(self.training.get("seed", 0))

    def generate(self, start: Any = None, steps: int = 1000, *, inputs: Any = None) -> xr.DataArray:
        """Draw ``steps`` independent samples; the start only gives the time axis."""
        refuse_inputs(inputs)
        first = initial_states(self, start)
        shape = (len(first.states), positive_steps(steps), self.observation_dim)
        draws = np.random.default_rng(self._seed).standard_normal(shape)
        return as_output(self, self._mean + draws @ self._factor.T, first)

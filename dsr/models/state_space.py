"""State-space models: a piecewise-linear map trained by the one loop."""

from __future__ import annotations

import hashlib
import json
from abc import abstractmethod
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from dsr.data import as_series
from dsr.errors import InputError
from dsr.kernels.piecewise_linear import PiecewiseLinear, orbit
from dsr.models.base import LEAST_SAMPLES, Floats, ReconstructionModel, refuse_options
from dsr.training.checkpoints import CheckpointStore
from dsr.training.forcing import GeneralizedTeacherForcing
from dsr.training.loop import TrainingResult, train
from dsr.training.progress import Progress, listener
from dsr.training.protocol import GradientEngine
from dsr.training.settings import EPOCH, TrainingSettings
from dsr.training.validation import Validator

if TYPE_CHECKING:
    import xarray as xr

_WARM_UP = 500


class StateSpaceModel(ReconstructionModel):
    """A piecewise-linear map ``z -> F(z)``; its first N of M states are the scaled observations."""

    trained: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self._theta: Floats | None = None

    # What a model file defines ------------------------------------------------------------------

    @property
    @abstractmethod
    def latent_dim(self) -> int:
        """Number of latent states M."""

    @abstractmethod
    def initial_parameters(self, rng: np.random.Generator) -> Floats:
        """Draw a flat parameter vector."""

    @abstractmethod
    def engine(
        self, steps: int, sequences: int, dtype: np.dtype[Any], device: str
    ) -> GradientEngine:
        """Make a gradient engine for training."""

    @abstractmethod
    def piecewise_linear(self, theta: NDArray[np.floating]) -> PiecewiseLinear:
        """Exact shallow form of the model with parameters ``theta``."""

    @abstractmethod
    def initial_map(self, theta: NDArray[np.floating]) -> Floats:
        """Matrix ``L`` (M - N, N) that starts the unobserved states."""

    @abstractmethod
    def step(self, z: Floats) -> Floats:
        """Next latent state; ``z`` is ``(..., M)``."""

    @abstractmethod
    def jacobian(self, z: Floats) -> Floats:
        """Jacobian of the step out of ``z``, ``(..., M, M)``."""

    def _set_parameters(self, arrays: dict[str, Floats]) -> None:
        self._theta = self._flatten(arrays)

    @abstractmethod
    def _flatten(self, arrays: dict[str, Floats]) -> Floats:
        """Flat parameter vector from named arrays, checking their shapes."""

    # Fitting ------------------------------------------------------------------------------------

    def fit(
        self,
        series: Any,
        *,
        forcing: GeneralizedTeacherForcing | None = None,
        inputs: Any = None,
        seed: int = 0,
        progress: bool | Progress = False,
        checkpoint: str | Path | CheckpointStore | None = None,
        **training: Any,
    ) -> Self:
        """Train on a series.

        Parameters
        ----------
        series : series
            What `dsr.data.as_series` accepts. The last 20 % of each trajectory (setting
            ``validation``) only chooses among parameters.
        forcing : GeneralizedTeacherForcing, optional
            Adaptive by default.
        inputs : series, optional
            External inputs; not supported by this model yet, and refused.
        seed : int
            Same seed, same settings, same machine: same bits.
        progress : bool or Progress
            True shows a live line on standard error.
        checkpoint : path, optional
            Folder for checkpoints; training goes on from the one found there.
        **training
            Fields of `dsr.training.TrainingSettings`.

        Returns
        -------
        self

        Raises
        ------
        InputError
            For series or settings that cannot be used.
        DivergedError
            If a parameter stops being finite.
        """
        self.take_inputs(inputs, [])
        series = as_series(series, minimum=LEAST_SAMPLES)
        settings = make_training_settings(training)
        forcing = forcing or GeneralizedTeacherForcing()
        fit_parts, validation_parts = self.prepare(series, settings)
        validator = Validator(fit_parts, validation_parts)
        store = checkpoint
        if store is not None and not isinstance(store, CheckpointStore):
            store = CheckpointStore(store, self._identity(series, settings, forcing, seed))
        result = train(
            self,
            fit_parts,
            settings=settings,
            forcing=forcing,
            validator=validator,
            seed=seed,
            store=store,
            progress=listener(progress),
        )
        self._finish(result, settings, forcing, seed)
        return self

    def prepare(self, series: Any, settings: TrainingSettings) -> tuple[list[Floats], list[Floats]]:
        """Take scaling and names from a series; return its scaled fitting and validation parts."""
        parts = self.take_labels(series)
        if self.observation_dim > self.latent_dim:
            raise InputError(
                f"the series has {self.observation_dim} variables but latent_dim is "
                f"{self.latent_dim}; use latent_dim of at least {self.observation_dim} or fewer "
                "variables"
            )
        fitting, validation = [], []
        for part in parts:
            scaled = np.ascontiguousarray(self.scaler.transform(part))
            held = max(2, round(settings.validation * len(scaled)))
            if len(scaled) - held >= 2:
                fitting.append(scaled[:-held])
                validation.append(scaled[-held:])
        if not fitting:
            raise InputError(
                "every trajectory is too short to train on; at least 4 samples are needed"
            )
        return fitting, validation

    def _finish(
        self,
        result: TrainingResult,
        settings: TrainingSettings,
        forcing: GeneralizedTeacherForcing,
        seed: int,
    ) -> None:
        import xarray as xr

        self._theta = result.theta
        self.history = xr.Dataset(
            {name: ("record", values) for name, values in result.history.items()},
            attrs={"selected_update": result.best_update, "rule": Validator.rule},
        )
        self.training = {
            **settings.to_dict(),
            "updates": settings.epochs * EPOCH,
            "forcing": forcing.to_dict(),
            "seed": seed,
            "selected_update": result.best_update,
            "seconds": result.seconds,
        }

    def _identity(
        self,
        series: xr.DataArray,
        settings: TrainingSettings,
        forcing: GeneralizedTeacherForcing,
        seed: int,
    ) -> str:
        from dsr.data.files import fingerprint

        document = {
            "data": fingerprint(series),
            "model": [self.name, self.settings()],
            "training": settings.to_dict(),
            "forcing": forcing.to_dict(),
            "seed": seed,
        }
        return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()

    # States and observations --------------------------------------------------------------------

    def theta(self) -> Floats:
        """Flat parameter vector; an untrained model has none and says so."""
        if self._theta is None:
            raise InputError(f"this {type(self).__name__} has no parameters yet; call fit first")
        return self._theta

    def encode(self, x: Any) -> Floats:
        """Latent states of single observations.

        Parameters
        ----------
        x : array, (..., N)
            Observations in original units.

        Returns
        -------
        array, (..., M)
            The scaled observation, then ``L`` times it for the unobserved states.
        """
        scaled = super().encode(x)
        if self.latent_dim == self.observation_dim:
            return scaled
        return np.concatenate([scaled, scaled @ self.initial_map(self.theta()).T], axis=-1)

    def canonical(self) -> PiecewiseLinear:
        """Exact shallow form ``F(z) = A*z + W1 relu(W2 z + h2) + h1`` of this model."""
        return self.piecewise_linear(self.theta())

    def free_run(
        self, theta: NDArray[np.floating], start: NDArray[np.floating], steps: int
    ) -> Floats:
        """Iterate scaled states ``(S, N)``; returns scaled observations ``(steps, S, N)``."""
        start = np.asarray(start, dtype=np.float64)
        unseen = start @ self.initial_map(theta).T
        z0 = np.ascontiguousarray(np.concatenate([start, unseen], axis=1))
        states = orbit(*self.piecewise_linear(theta), z0, steps)
        return np.asarray(states[:, :, : self.observation_dim])

    # Runs ---------------------------------------------------------------------------------------

    def warm_up(self, context: Floats) -> Floats:
        """Latent state ``(M,)`` at the end of a context ``(T, N)``.

        The observed states are those of the data; where there are others, the model runs over the
        recent past with its observed states replaced by the data at every step.
        """
        if self.latent_dim == self.observation_dim:
            return super().warm_up(context)
        recent = context[-_WARM_UP:]
        z = self.encode(recent[0])
        for x in self.scaler.transform(recent)[1:]:
            z = self.step(z)
            z[: self.observation_dim] = x
        return z

    def run(
        self,
        contexts: list[Floats],
        steps: int,
        *,
        inputs: list[Floats] | None,
        rng: np.random.Generator,
    ) -> Floats:
        """Iterate the map from the end of each context."""
        del inputs, rng
        states = np.stack([self.warm_up(context) for context in contexts])
        values = orbit(*self.canonical(), states, steps)
        return np.moveaxis(self.decode(values), 1, 0)


def make_training_settings(training: dict[str, Any]) -> TrainingSettings:
    """Settings from keyword arguments; a misspelt one gets the nearest name offered."""
    refuse_options("the training", training, [f.name for f in fields(TrainingSettings)])
    return TrainingSettings(**training)

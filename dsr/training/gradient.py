"""Training by gradients: batches of windows, forcing, loss and optimiser, each an object."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from dsr.errors import DivergedError
from dsr.training.batches import WindowSource
from dsr.training.checkpoints import Checkpoint, CheckpointStore
from dsr.training.forcing import Forcing
from dsr.training.loop import TrainingResult, train
from dsr.training.optimisers import Optimiser, RAdam
from dsr.training.progress import Progress
from dsr.training.protocol import Floats, GradientEngine, Trainable
from dsr.training.settings import EPOCH, TrainingSettings
from dsr.training.validation import Validator

Loss = Callable[[GradientEngine, Floats, Floats, Floats, Floats | None], float]
"""Loss of the batch in an engine; arguments: engine, theta, gradient (written), keep, targets."""

_MEASURED = 10
"""Updates that are timed at once: a multiple of the usual distance of two forcing estimates."""


def squared_error(
    engine: GradientEngine, theta: Floats, gradient: Floats, keep: Floats, targets: Floats | None
) -> float:
    """Mean squared error of the predictions under forcing: the published loss."""
    return engine.gradient(theta, gradient, keep, targets)


@dataclass(frozen=True)
class GradientTrainer:
    """The trainer of models whose parameters are one flat vector.

    Parameters
    ----------
    settings : TrainingSettings
    optimiser : callable
        Makes an optimiser for a parameter vector.
    loss : callable
        What is minimised, see `Loss`.

    Examples
    --------
    >>> GradientTrainer.from_flat({"updates": 400}).settings.updates
    400
    """

    settings: TrainingSettings = field(default_factory=TrainingSettings)
    optimiser: Callable[[Floats], Optimiser] = RAdam
    loss: Loss = squared_error

    @classmethod
    def flat_names(cls) -> dict[str, str]:
        """Flat name of every setting, and the field it sets."""
        return TrainingSettings.flat_names()

    @classmethod
    def from_flat(cls, settings: Mapping[str, Any]) -> Self:
        """Make a trainer from flat names; a misspelt one gets the nearest name offered."""
        return cls(TrainingSettings.from_flat(settings))

    def to_flat(self) -> dict[str, Any]:
        """Settings as plain values under their flat names."""
        return self.settings.to_flat()

    def train(
        self,
        model: Trainable,
        trajectories: list[NDArray[np.float64]],
        *,
        forcing: Forcing,
        inputs: list[NDArray[np.float64]] | None = None,
        validator: Validator | None = None,
        seed: int = 0,
        store: CheckpointStore | None = None,
        progress: Progress | None = None,
    ) -> TrainingResult:
        """Train a model on standardised trajectories.

        Parameters
        ----------
        model : Trainable
            Gives initial parameters, gradients and free runs.
        trajectories : list of arrays, (T_i, N)
            The part that windows are drawn from.
        forcing : Forcing
            Settled on the trajectories.
        inputs : list of arrays, (T_i, K), optional
            External inputs, sample by sample beside the trajectories.
        validator : Validator, optional
            Scores free runs; without it the last parameters are kept.
        seed : int
            The only source of randomness: same seed, same updates, same bits.
        store, progress
            As in `dsr.training.train`.

        Returns
        -------
        TrainingResult
            ``parameters["theta"]`` is the vector.

        Raises
        ------
        DivergedError
            When a parameter stops being finite.
        Interrupted
            After SIGINT or SIGTERM; the state is saved first.
        """
        learner = self._learner(model, trajectories, inputs, forcing, seed, progress)
        return train(
            learner,
            epochs=self.settings.epochs,
            validations=self.settings.validation_epochs(),
            score=None if validator is None else partial(learner.score, validator),
            select=self.settings.select,
            store=store,
            progress=progress,
        )

    def seconds_per_update(
        self,
        model: Trainable,
        trajectories: list[NDArray[np.float64]],
        *,
        forcing: Forcing,
        inputs: list[NDArray[np.float64]] | None = None,
        least: float = 0.5,
        progress: Progress | None = None,
    ) -> float:
        """Median time of one update on this machine, measured on throw-away parameters.

        Parameters
        ----------
        model, trajectories, forcing, inputs
            As in `train`.
        least : float
            Seconds that are measured at least.
        progress : Progress, optional

        Returns
        -------
        float
        """
        learner = self._learner(model, trajectories, inputs, forcing, 0, progress)
        learner.updates(0, _MEASURED)
        durations: list[float] = []
        while sum(durations) < least or len(durations) < 3:
            begin = time.perf_counter()
            learner.updates(0, _MEASURED)
            durations.append(time.perf_counter() - begin)
        return float(np.median(durations)) / _MEASURED

    def _learner(
        self, model: Trainable, trajectories: list[NDArray[np.float64]],
        inputs: list[NDArray[np.float64]] | None, forcing: Forcing, seed: int,
        progress: Progress | None,
    ) -> GradientLearner:  # fmt: skip
        """A model at the start of its way; says so if its recurrence must be compiled first."""
        learner = GradientLearner(self, model, trajectories, inputs, forcing, seed)
        if progress is not None and not learner.engine.ready:
            progress.update({"stage": "compiling (first run only)"})
        return learner


class GradientLearner:
    """A model on its way: parameters, optimiser, strength of forcing, random numbers.

    Parameters
    ----------
    trainer : GradientTrainer
    model, trajectories, inputs, forcing, seed
        As in `GradientTrainer.train`.
    """

    def __init__(
        self,
        trainer: GradientTrainer,
        model: Trainable,
        trajectories: list[NDArray[np.float64]],
        inputs: list[NDArray[np.float64]] | None,
        forcing: Forcing,
        seed: int,
    ) -> None:
        settings = trainer.settings
        dtype = np.dtype(settings.dtype)
        self._settings, self._model, self._forcing = settings, model, forcing
        self._source = WindowSource.of(trajectories, settings.sequence_length, dtype, inputs)
        self.engine = model.engine(self._source.steps, settings.batch_size, dtype, settings.device)
        self._rng = np.random.default_rng(seed)
        self.theta: Floats = model.initial_parameters(self._rng).astype(dtype)
        self._loss, self._optimiser = trainer.loss, trainer.optimiser(self.theta)
        self._strength = forcing.initial()
        self._gradient = np.empty_like(self.theta)
        self._kept: tuple[float, Floats] | None = None

    def updates(self, epoch: int, count: int) -> float:
        """Do ``count`` updates at the learning rate of an epoch; returns the mean loss."""
        settings, engine = self._settings, self.engine
        rate = settings.learning_rate_at(epoch)
        total = 0.0
        draws = self._source.draw(self._rng, count, settings.batch_size)
        for k, starts in enumerate(draws):
            update = epoch * EPOCH + k
            self._source.fill(engine.windows, starts, engine.inputs)
            targets = self._add_noise()
            norms = partial(engine.mean_log_jacobian_norms, self.theta)
            self._strength = self._forcing.next(update, self._strength, norms)
            total += self._loss(engine, self.theta, self._gradient, self._keep(), targets)
            self._clip()
            self._optimiser.step(self.theta, self._gradient, update + 1, rate)
        return total / count

    def _keep(self) -> Floats:
        strength = self._strength
        if self._kept is None or self._kept[0] != strength:
            model = self._model
            rows = self._forcing.keep(
                strength, self._settings.batch_size, model.latent_dim, model.observation_dim,
                self.theta.dtype,
            )  # fmt: skip
            self._kept = (strength, rows)
        return self._kept[1]

    def _add_noise(self) -> Floats | None:
        """Disturb the forcing signals; returns the clean targets where they differ."""
        deviation, windows = self._settings.noise_std, self.engine.windows
        if deviation == 0.0:
            return None
        targets = None if self._settings.noise_on_targets else windows.copy()
        observed = self._model.observation_dim
        noise = self._rng.standard_normal((*windows.shape[:2], observed), dtype=np.float32)
        windows[:, :, :observed] += (deviation * noise).astype(windows.dtype)
        return targets

    def _clip(self) -> None:
        limit = self._settings.gradient_clip
        if limit > 0.0:
            norm = float(np.linalg.norm(self._gradient))
            if norm > limit:
                self._gradient *= limit / norm

    def epoch(self, number: int) -> dict[str, float]:
        """Do the updates of an epoch, counted from 0; return its mean loss and other facts."""
        loss = self.updates(number, EPOCH)
        if not np.isfinite(self.theta).all():
            raise DivergedError(
                f"training diverged at update {(number + 1) * EPOCH}: a parameter is no longer "
                "finite; try a smaller learning_rate or a stronger forcing (a larger alpha, a "
                "shorter interval)"
            )
        rate = self._settings.learning_rate_at(number)
        return {"loss": loss, **self._forcing.facts(self._strength), "learning_rate": rate}

    def score(self, validator: Validator) -> dict[str, float]:
        """Validate the parameters as they are."""
        return validator.score(partial(self._model.free_run, self.theta.astype(np.float64)))

    def parameters(self) -> dict[str, Floats]:
        """The flat vector."""
        return {"theta": self.theta}

    def state(self) -> Checkpoint:
        """Parameters, memory of the optimiser, strength of forcing, random numbers."""
        values = {"strength": self._strength, "rng": self._rng.bit_generator.state}
        return Checkpoint({"theta": self.theta, **self._optimiser.arrays()}, values)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Take up a state again."""
        arrays, values = checkpoint
        for name, array in {"theta": self.theta, **self._optimiser.arrays()}.items():
            array[:] = arrays[name]
        self._strength = values["strength"]
        self._rng.bit_generator.state = values["rng"]


TRAINERS: dict[str, type[GradientTrainer]] = {"gradient": GradientTrainer}
"""Trainers by the name that ``trainer=`` takes."""

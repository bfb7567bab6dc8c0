"""The one training loop: batches, gradient, optimiser, forcing, validation, checkpoints."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsr.errors import DivergedError
from dsr.kernels.optimiser import radam_step
from dsr.training.batches import WindowSource
from dsr.training.checkpoints import Checkpoint, CheckpointStore
from dsr.training.forcing import GeneralizedTeacherForcing
from dsr.training.progress import Interrupted, Progress, Silent, StopFlag, interruptible
from dsr.training.protocol import Floats, GradientEngine, Trainable
from dsr.training.settings import EPOCH, TrainingSettings
from dsr.training.validation import Validator

_CHECKPOINT_SECONDS = 5.0
_RECORD = ("update", "loss", "alpha", "learning_rate", "score", "divergence", "hellinger", "skill")


class TrainingResult(NamedTuple):
    """What training leaves behind."""

    theta: NDArray[np.float64]
    history: dict[str, NDArray[np.float64]]
    best_update: int
    seconds: float


@dataclass
class _State:
    """All that changes from update to update, and so all that a checkpoint holds."""

    theta: Floats
    first: Floats
    second: Floats
    alpha: float
    rng: np.random.Generator
    epoch: int = 0
    best: Floats | None = None
    best_update: int = 0
    best_score: float = np.inf
    loss_sum: float = 0.0
    loss_count: int = 0
    seconds: float = 0.0
    history: list[list[float]] = field(default_factory=list)

    def checkpoint(self) -> Checkpoint:
        arrays = {"theta": self.theta, "first": self.first, "second": self.second}
        if self.best is not None:
            arrays["best"] = self.best
        arrays["history"] = np.array(self.history, dtype=np.float64).reshape(-1, len(_RECORD))
        values = {
            "alpha": self.alpha,
            "best_score": self.best_score if np.isfinite(self.best_score) else None,
            "best_update": self.best_update,
            "epoch": self.epoch,
            "loss_count": self.loss_count,
            "loss_sum": self.loss_sum,
            "rng": self.rng.bit_generator.state,
            "seconds": self.seconds,
        }
        return Checkpoint(arrays, values)

    def restore(self, checkpoint: Checkpoint) -> None:
        arrays, values = checkpoint
        self.theta, self.first, self.second = (
            arrays["theta"].copy(), arrays["first"].copy(), arrays["second"].copy()
        )  # fmt: skip
        self.best = arrays["best"].copy() if "best" in arrays else None
        self.history = arrays["history"].tolist()
        self.rng.bit_generator.state = values["rng"]
        best = values["best_score"]
        self.best_score = np.inf if best is None else best
        for name in ("alpha", "best_update", "epoch", "loss_count", "loss_sum", "seconds"):
            setattr(self, name, values[name])


def train(
    model: Trainable,
    trajectories: list[NDArray[np.float64]],
    *,
    settings: TrainingSettings,
    forcing: GeneralizedTeacherForcing,
    validator: Validator | None,
    seed: int,
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
    settings, forcing : TrainingSettings, GeneralizedTeacherForcing
    validator : Validator or None
        Scores free runs; None keeps the last parameters.
    seed : int
        The only source of randomness: same seed, same updates, same bits.
    store : CheckpointStore, optional
        Where states are written; training goes on from the state found there.
    progress : Progress, optional

    Returns
    -------
    TrainingResult

    Raises
    ------
    DivergedError
        When a parameter stops being finite.
    Interrupted
        After SIGINT or SIGTERM; the state is saved first.
    """
    progress = progress or Silent()
    dtype = np.dtype(settings.dtype)
    source = WindowSource.of(trajectories, settings.sequence_length, dtype)
    progress.update({"stage": "compiling (first run only)"})
    engine = model.engine(source.steps, settings.batch_size, dtype, settings.device)
    state = _initial_state(model, forcing, seed, dtype)
    saved = store.read() if store else None
    if saved is not None:
        state.restore(saved)
        progress.note(f"resuming after {state.epoch * EPOCH} of {settings.epochs * EPOCH} updates")
    runner = _Runner(model, engine, source, settings, forcing, validator, state)
    with interruptible() as stop:
        _loop(runner, store, progress, stop)
    theta = state.theta
    if settings.select == "validation" and state.best is not None:
        theta = state.best
    else:
        state.best_update = state.epoch * EPOCH
    columns = np.array(state.history, dtype=np.float64).reshape(-1, len(_RECORD))
    history = {name: columns[:, i] for i, name in enumerate(_RECORD)}
    return TrainingResult(theta.astype(np.float64), history, state.best_update, state.seconds)


def seconds_per_update(
    model: Trainable,
    trajectories: list[NDArray[np.float64]],
    settings: TrainingSettings,
    forcing: GeneralizedTeacherForcing,
    least: float = 0.5,
) -> float:
    """Median time of one update on this machine, measured on throw-away parameters."""
    dtype = np.dtype(settings.dtype)
    source = WindowSource.of(trajectories, settings.sequence_length, dtype)
    engine = model.engine(source.steps, settings.batch_size, dtype, settings.device)
    state = _initial_state(model, forcing, 0, dtype)
    runner = _Runner(model, engine, source, settings, forcing, None, state)
    runner.updates(forcing.every + 1)
    durations: list[float] = []
    while sum(durations) < least or len(durations) < 3:
        begin = time.perf_counter()
        runner.updates(2 * forcing.every)
        durations.append(time.perf_counter() - begin)
    return float(np.median(durations)) / (2 * forcing.every)


def _initial_state(
    model: Trainable, forcing: GeneralizedTeacherForcing, seed: int, dtype: np.dtype[Any]
) -> _State:
    rng = np.random.default_rng(seed)
    theta = model.initial_parameters(rng).astype(dtype)
    return _State(theta, np.zeros_like(theta), np.zeros_like(theta), forcing.initial_alpha(), rng)


@dataclass
class _Runner:
    """Does updates on a state; knows nothing of files or progress."""

    model: Trainable
    engine: GradientEngine
    source: WindowSource
    settings: TrainingSettings
    forcing: GeneralizedTeacherForcing
    validator: Validator | None
    state: _State

    def __post_init__(self) -> None:
        self._gradient = np.empty_like(self.state.theta)
        self._keep: tuple[float, Floats] | None = None

    def updates(self, count: int) -> None:
        """Do ``count`` updates at the learning rate of the current epoch."""
        state, settings = self.state, self.settings
        rate = settings.learning_rate_at(state.epoch)
        first = state.epoch * EPOCH
        draws = self.source.draw(state.rng, count, settings.batch_size)
        windows = self.engine.windows
        observed = self.model.observation_dim
        for k in range(count):
            self.source.fill(windows, draws[k])
            targets = self._add_noise(windows, observed)
            if self.forcing.due(first + k):
                norms = self.engine.mean_log_jacobian_norms(state.theta, self.forcing.times)
                state.alpha = self.forcing.next_alpha(state.alpha, self.forcing.estimate(norms))
            loss = self.engine.gradient(state.theta, self._gradient, self._keep_rows(), targets)
            self._clip()
            radam_step(state.theta, self._gradient, state.first, state.second, first + k + 1, rate)
            state.loss_sum += loss
            state.loss_count += 1

    def _keep_rows(self) -> Floats:
        alpha = self.state.alpha
        if self._keep is None or self._keep[0] != alpha:
            rows = self.forcing.keep(
                alpha,
                self.settings.batch_size,
                self.model.latent_dim,
                self.model.observation_dim,
                self.state.theta.dtype,
            )
            self._keep = (alpha, rows)
        return self._keep[1]

    def _add_noise(self, windows: Floats, observed: int) -> Floats | None:
        """Disturb the forcing signals; returns the clean targets where they differ."""
        deviation = self.settings.noise_std
        if deviation == 0.0:
            return None
        targets = None if self.settings.noise_on_targets else windows.copy()
        shape = (*windows.shape[:2], observed)
        noise = self.state.rng.standard_normal(shape, dtype=np.float32)
        windows[:, :, :observed] += (deviation * noise).astype(windows.dtype)
        return targets

    def _clip(self) -> None:
        limit = self.settings.gradient_clip
        if limit > 0.0:
            norm = float(np.linalg.norm(self._gradient))
            if norm > limit:
                self._gradient *= limit / norm

    def epoch(self) -> None:
        """One epoch of updates, timed."""
        begin = time.perf_counter()
        self.updates(EPOCH)
        self.state.epoch += 1
        self.state.seconds += time.perf_counter() - begin
        if not np.isfinite(self.state.theta).all():
            raise DivergedError(
                f"training diverged at update {self.state.epoch * EPOCH}: a parameter is no longer "
                "finite; try a smaller learning_rate or a larger alpha"
            )

    def validate(self) -> None:
        """Score the current parameters and keep them if they are the best so far."""
        state = self.state
        update = state.epoch * EPOCH
        loss = state.loss_sum / max(state.loss_count, 1)
        rate = self.settings.learning_rate_at(state.epoch - 1)
        row = [float(update), loss, state.alpha, rate]
        state.loss_sum, state.loss_count = 0.0, 0
        if self.validator is not None:
            score = self.validator.score(self.model, state.theta.astype(np.float64))
            row += [score.total, score.divergence, score.hellinger, score.skill]
            # Ties go to the earlier parameters.
            # A score that is not a number loses to every other.
            total = score.total if np.isfinite(score.total) else np.inf
            if total < state.best_score or state.best is None:
                state.best, state.best_update = state.theta.copy(), update
                state.best_score = total
        else:
            row += [np.nan] * 4
        state.history.append(row)


def _loop(
    runner: _Runner, store: CheckpointStore | None, progress: Progress, stop: StopFlag
) -> None:
    state, settings = runner.state, runner.settings
    due = settings.validation_epochs()
    last_write = time.monotonic()
    begin, begin_epoch = time.perf_counter(), state.epoch
    while state.epoch < settings.epochs:
        runner.epoch()
        if state.epoch in due:
            runner.validate()
        now = time.monotonic()
        finished = state.epoch == settings.epochs
        if store and (finished or stop.signal or now - last_write > _CHECKPOINT_SECONDS):
            store.write(state.checkpoint())
            last_write = now
        if stop.signal is not None and not finished:
            where = f"; its state is saved in {store.folder}" if store else ""
            raise Interrupted(
                stop.signal,
                f"interrupted after {state.epoch * EPOCH} of {settings.epochs * EPOCH} "
                f"updates{where}",
            )
        per_epoch = (time.perf_counter() - begin) / (state.epoch - begin_epoch)
        recent = state.history[-1] if state.history else [np.nan] * len(_RECORD)
        progress.update(
            {
                "stage": "training",
                "update": state.epoch * EPOCH,
                "updates": settings.epochs * EPOCH,
                "loss": state.loss_sum / state.loss_count if state.loss_count else recent[1],
                "alpha": state.alpha,
                "score": recent[4],
                "best_score": state.best_score,
                "seconds_left": per_epoch * (settings.epochs - state.epoch),
            }
        )

"""What every learner needs: epochs, validation, the best so far, checkpoints, signals, progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from dsr.training.checkpoints import Checkpoint, CheckpointStore
from dsr.training.progress import Interrupted, Progress, Silent, StopFlag, interruptible
from dsr.training.settings import EPOCH

_CHECKPOINT_SECONDS = 5.0

Arrays = dict[str, NDArray[Any]]


class Learner(Protocol):
    """Something that learns in epochs of 50 updates, whatever its parameters look like."""

    def epoch(self, number: int) -> dict[str, float]:
        """Do the updates of an epoch, counted from 0; return its mean ``loss`` and other facts.

        Raises
        ------
        DivergedError
            When a parameter stops being finite.
        """
        ...

    def parameters(self) -> Arrays:
        """Arrays that make the model; the loop keeps the best."""
        ...

    def state(self) -> Checkpoint:
        """Everything that is needed to go on."""
        ...

    def restore(self, checkpoint: Checkpoint) -> None:
        """Take up a state again."""
        ...


class TrainingResult(NamedTuple):
    """What training leaves behind.

    Parameters
    ----------
    parameters : dict of arrays
        Those that were chosen.
    history : dict of arrays
        What was recorded, one entry for each validation.
    best_update : int
        Updates after which the parameters were what they are.
    seconds : float
        Time spent on updates.

    Examples
    --------
    >>> TrainingResult({"theta": np.zeros(2)}, {}, best_update=50, seconds=0.1).best_update
    50
    """

    parameters: Arrays
    history: dict[str, NDArray[np.float64]]
    best_update: int
    seconds: float


@dataclass
class _Course:
    """All that the loop itself remembers."""

    epoch: int = 0
    best: Arrays = field(default_factory=dict)
    best_update: int = 0
    best_score: float = np.inf
    loss_sum: float = 0.0
    loss_count: int = 0
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)

    _PLAIN = ("epoch", "best_update", "loss_sum", "loss_count", "seconds")

    def columns(self) -> dict[str, NDArray[np.float64]]:
        """What was recorded, by name."""
        names = list(self.history[0]) if self.history else []
        return {name: np.array([row[name] for row in self.history]) for name in names}

    def checkpoint(self, learner: Learner) -> Checkpoint:
        """State of learner and loop together."""
        arrays, values = learner.state()
        own = {f"best.{name}": array for name, array in self.best.items()}
        own |= {f"history.{name}": column for name, column in self.columns().items()}
        course = {name: getattr(self, name) for name in self._PLAIN}
        course["best_score"] = self.best_score if np.isfinite(self.best_score) else None
        course["recorded"] = list(self.history[0]) if self.history else []
        arrays = {f"learner.{name}": array for name, array in arrays.items()}
        return Checkpoint(arrays | own, {"learner": values, "course": course})

    def restore(self, learner: Learner, checkpoint: Checkpoint) -> None:
        """Take up what `checkpoint` made."""
        arrays, values = checkpoint
        learner.restore(Checkpoint(_under("learner.", arrays), values["learner"]))
        course = values["course"]
        for name in self._PLAIN:
            setattr(self, name, course[name])
        self.best_score = np.inf if course["best_score"] is None else course["best_score"]
        self.best = _under("best.", arrays)
        columns = [arrays[f"history.{name}"].tolist() for name in course["recorded"]]
        rows = zip(*columns, strict=True)
        self.history = [dict(zip(course["recorded"], row, strict=True)) for row in rows]


def train(
    learner: Learner,
    *,
    epochs: int,
    validations: frozenset[int],
    score: Callable[[], Mapping[str, float]] | None = None,
    select: str = "validation",
    store: CheckpointStore | None = None,
    progress: Progress | None = None,
) -> TrainingResult:
    """Let a learner learn, keep the best of it, and survive interruptions.

    Parameters
    ----------
    learner : Learner
    epochs : int
        Epochs of 50 updates.
    validations : frozenset of int
        Numbers of finished epochs after which facts are recorded and the learner is scored.
    score : callable, optional
        Judges the learner as it is: returns ``"score"`` (the smallest wins, ties go to the
        earlier) and other numbers to record. Without it the last parameters are kept.
    select : {"validation", "last"}
        Which parameters to keep.
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

    Examples
    --------
    >>> class Halving:
    ...     theta = np.ones(1)
    ...     def epoch(self, number):
    ...         self.theta = self.theta / 2
    ...         return {"loss": float(self.theta[0])}
    ...     def parameters(self):
    ...         return {"theta": self.theta}
    >>> train(Halving(), epochs=3, validations=frozenset({3})).parameters["theta"]
    array([0.125])
    """
    progress = progress or Silent()
    course = _Course()
    saved = store.read() if store else None
    if saved is not None:
        course.restore(learner, saved)
        progress.note(f"resuming after {course.epoch * EPOCH} of {epochs * EPOCH} updates")
    with interruptible() as stop:
        _run(learner, course, epochs, validations, score, store, progress, stop)
    parameters = course.best
    if select == "last" or not parameters:
        parameters, course.best_update = learner.parameters(), course.epoch * EPOCH
    return TrainingResult(parameters, course.columns(), course.best_update, course.seconds)


def _run(
    learner: Learner, course: _Course, epochs: int, validations: frozenset[int],
    score: Callable[[], Mapping[str, float]] | None, store: CheckpointStore | None,
    progress: Progress, stop: StopFlag,
) -> None:  # fmt: skip
    last_write = time.monotonic()
    begin, begin_epoch = time.perf_counter(), course.epoch
    while course.epoch < epochs:
        started = time.perf_counter()
        facts = learner.epoch(course.epoch)
        course.seconds += time.perf_counter() - started
        course.epoch += 1
        course.loss_sum += facts["loss"]
        course.loss_count += 1
        facts["loss"] = course.loss_sum / course.loss_count
        if course.epoch in validations:
            _record(learner, course, facts, score)
        now = time.monotonic()
        finished = course.epoch == epochs
        if store and (finished or stop.signal or now - last_write > _CHECKPOINT_SECONDS):
            store.write(course.checkpoint(learner))
            last_write = now
        if stop.signal is not None and not finished:
            where = f"; its state is saved in {store.folder}" if store else ""
            raise Interrupted(
                stop.signal,
                f"interrupted after {course.epoch * EPOCH} of {epochs * EPOCH} updates{where}",
            )
        per_epoch = (time.perf_counter() - begin) / (course.epoch - begin_epoch)
        progress.update(
            {
                **facts,
                "stage": "training",
                "update": course.epoch * EPOCH,
                "updates": epochs * EPOCH,
                "score": course.history[-1].get("score") if course.history else None,
                "best_score": course.best_score,
                "seconds_left": per_epoch * (epochs - course.epoch),
            }
        )


def _record(
    learner: Learner,
    course: _Course,
    facts: dict[str, float],
    score: Callable[[], Mapping[str, float]] | None,
) -> None:
    """Record where training stands, and keep the parameters if they are the best so far."""
    update = course.epoch * EPOCH
    course.loss_sum, course.loss_count = 0.0, 0
    scores = score() if score else {}
    course.history.append({"update": float(update), **facts, **scores})
    if not scores:
        return
    # Ties go to the earlier parameters; a score that is not a number loses to every other.
    total = scores["score"] if np.isfinite(scores["score"]) else np.inf
    if total < course.best_score or not course.best:
        course.best = {name: array.copy() for name, array in learner.parameters().items()}
        course.best_update, course.best_score = update, total


def _under(prefix: str, arrays: Arrays) -> Arrays:
    return {
        name.removeprefix(prefix): array.copy()
        for name, array in arrays.items()
        if name.startswith(prefix)
    }

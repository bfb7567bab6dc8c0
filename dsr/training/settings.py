"""Settings of the training loop, checked once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from dsr.checks import one_of, positive, share, whole
from dsr.errors import InputError
from dsr.training.flat import Flat

EPOCH = 50
"""Updates per epoch: the unit of the learning-rate schedule and of checkpoints."""

DEFAULT_UPDATES = 20_000


@dataclass(frozen=True)
class TrainingSettings(Flat):
    """What the training loop does; every field can be set by ``--set`` on the command line.

    Parameters
    ----------
    updates : int
        Number of gradient steps; rounded up to whole epochs of 50.
    batch_size, sequence_length : int
        Windows per batch, predictions per window (shrunk to fit short series).
    learning_rate, learning_rate_end : float
        RAdam's rate at the start and the end; it decays by a constant factor per epoch.
    gradient_clip : float
        Largest global gradient norm; 0 for none.
    noise_std : float
        Standard deviation (in standardised units) of noise added afresh to the forcing signals of
        every batch: it teaches the model to return to the attractor.
    noise_on_targets : bool
        Whether the noise is added to the targets too, as in the published code.
    validation : float
        Share of each training trajectory, at its end, kept for validation.
    validations : int
        How many times the model is scored during training.
    select : {"validation", "last"}
        Keep the parameters with the best validation score, or the last ones.
    dtype : {"float32", "float64"}
        Precision of the training arithmetic.
    device : str
        ``"cpu"`` for the compiled loop; ``"cuda"`` for the PyTorch recurrence on a GPU.

    Raises
    ------
    InputError
        For values that cannot be used.

    Examples
    --------
    >>> TrainingSettings(updates=120).epochs
    3
    """

    updates: int = DEFAULT_UPDATES
    batch_size: int = 16
    sequence_length: int = 200
    learning_rate: float = 5e-3
    learning_rate_end: float = 1e-5
    gradient_clip: float = 0.0
    noise_std: float = 0.02
    noise_on_targets: bool = False
    validation: float = 0.2
    validations: int = 40
    select: str = "validation"
    dtype: str = "float32"
    device: str = "cpu"

    def __post_init__(self) -> None:
        checked: dict[str, Any] = {
            name: whole(name, getattr(self, name))
            for name in ("updates", "batch_size", "sequence_length", "validations")
        }
        for name in ("learning_rate", "learning_rate_end"):
            checked[name] = positive(name, getattr(self, name))
        for name in ("gradient_clip", "noise_std"):
            checked[name] = positive(name, getattr(self, name), zero=True)
        checked["validation"] = share("validation", self.validation, most=0.5, zero=False)
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        if not isinstance(self.noise_on_targets, bool):
            raise InputError(
                f"noise_on_targets must be true or false, not {self.noise_on_targets!r}"
            )
        one_of("select", self.select, ("validation", "last"))
        one_of("dtype", self.dtype, ("float32", "float64"))
        if self.device != "cpu" and str(self.device).split(":")[0] not in ("cuda", "torch"):
            raise InputError(f"unknown device {self.device!r}; use 'cpu' or 'cuda'")

    @property
    def epochs(self) -> int:
        """Whole epochs that hold ``updates``."""
        return max(1, math.ceil(self.updates / EPOCH))

    def learning_rate_at(self, epoch: int) -> float:
        """Learning rate of an epoch, counted from 0."""
        ratio = self.learning_rate_end / self.learning_rate
        return self.learning_rate * float(ratio ** (epoch / self.epochs))

    def validation_epochs(self) -> frozenset[int]:
        """Numbers of finished epochs after which the model is scored; the last is one of them."""
        count = min(self.validations, self.epochs)
        return frozenset(round((k + 1) * self.epochs / count) for k in range(count))

"""Teacher forcing, the one training loop, validation, checkpoints; models come by protocol."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dsr.training.checkpoints import CheckpointStore
    from dsr.training.forcing import GeneralizedTeacherForcing
    from dsr.training.loop import TrainingResult, train
    from dsr.training.progress import Interrupted, Progress, Silent
    from dsr.training.protocol import GradientEngine, Trainable
    from dsr.training.settings import TrainingSettings
    from dsr.training.validation import Validator

_ATTRIBUTES = {
    "CheckpointStore": "checkpoints",
    "GeneralizedTeacherForcing": "forcing",
    "GradientEngine": "protocol",
    "Interrupted": "progress",
    "Progress": "progress",
    "Silent": "progress",
    "Trainable": "protocol",
    "TrainingResult": "loop",
    "TrainingSettings": "settings",
    "Validator": "validation",
    "train": "loop",
}

__all__ = [
    "CheckpointStore", "GeneralizedTeacherForcing", "GradientEngine", "Interrupted", "Progress",
    "Silent", "Trainable", "TrainingResult", "TrainingSettings", "Validator", "train",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _ATTRIBUTES:
        return getattr(import_module(f"dsr.training.{_ATTRIBUTES[name]}"), name)
    raise AttributeError(f"module 'dsr.training' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

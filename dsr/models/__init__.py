"""Reconstruction models: one file each, one protocol, one registry."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dsr.models.base import ReconstructionModel
    from dsr.models.baselines import GaussianCloud, Persistence
    from dsr.models.registry import create, load, names
    from dsr.models.shallow_plrnn import ShallowPLRNN
    from dsr.models.sindy import SINDy
    from dsr.models.state_space import StateSpaceModel

_ATTRIBUTES = {
    "GaussianCloud": "baselines",
    "Persistence": "baselines",
    "SINDy": "sindy",
    "ShallowPLRNN": "shallow_plrnn",
    "ReconstructionModel": "base",
    "StateSpaceModel": "state_space",
    "create": "registry",
    "load": "registry",
    "names": "registry",
}

__all__ = [
    "GaussianCloud", "Persistence", "ReconstructionModel", "SINDy", "ShallowPLRNN",
    "StateSpaceModel", "create", "load", "names",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _ATTRIBUTES:
        return getattr(import_module(f"dsr.models.{_ATTRIBUTES[name]}"), name)
    raise AttributeError(f"module 'dsr.models' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

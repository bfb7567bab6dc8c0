"""Simulated systems: a registry of flows and maps, and the integrators that sample them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dsr.data.systems.definition import System
    from dsr.data.systems.reference import reference_names, reference_values
    from dsr.data.systems.registry import system, systems
    from dsr.data.systems.simulation import simulate

_ATTRIBUTES = {
    "System": "dsr.data.systems.definition",
    "reference_names": "dsr.data.systems.reference",
    "reference_values": "dsr.data.systems.reference",
    "simulate": "dsr.data.systems.simulation",
    "system": "dsr.data.systems.registry",
    "systems": "dsr.data.systems.registry",
}

__all__ = ["System", "reference_names", "reference_values", "simulate", "system", "systems"]


def __getattr__(name: str) -> Any:
    if name not in _ATTRIBUTES:
        raise AttributeError(f"module 'dsr.data.systems' has no attribute {name!r}")
    return getattr(import_module(_ATTRIBUTES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

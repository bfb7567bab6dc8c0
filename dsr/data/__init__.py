"""Reading and checking files, the series convention, scaling, splitting, delays.

Everything loads on first use, so that ``import dsr.data`` stays cheap.
"""

from importlib import import_module
from typing import Any

from lazy_loader import attach_stub

_own, _, _names = attach_stub(__name__, __file__)
_FROM_CATALOGUE = ("System", "simulate", "system", "systems")

__all__ = sorted([*_names, *_FROM_CATALOGUE])


def __getattr__(name: str) -> Any:
    # Simulated systems were here before they had a room of their own, above this one.
    return getattr(import_module("dsr.catalogue"), name) if name in _FROM_CATALOGUE else _own(name)


def __dir__() -> list[str]:
    return list(__all__)

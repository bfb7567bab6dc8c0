"""Reading and checking files, the series convention, scaling, splitting, delays, simulated systems.

Everything loads on first use, so that ``import dsr.data`` stays cheap.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dsr.data.cleaning import clean
    from dsr.data.embedding import choose_embedding, delay_embed
    from dsr.data.files import (
        atomic_write,
        fingerprint,
        read_dataset,
        read_tree,
        to_attrs,
        write_dataset,
    )
    from dsr.data.loading import load
    from dsr.data.scaling import Scaler
    from dsr.data.series import as_series, lengths, make_series, trajectories
    from dsr.data.split import split_series
    from dsr.data.summary import describe
    from dsr.data.systems import System, simulate, system, systems

_ATTRIBUTES = {
    "System": "dsr.data.systems",
    "simulate": "dsr.data.systems",
    "system": "dsr.data.systems",
    "systems": "dsr.data.systems",
    "Scaler": "dsr.data.scaling",
    "as_series": "dsr.data.series",
    "atomic_write": "dsr.data.files",
    "clean": "dsr.data.cleaning",
    "choose_embedding": "dsr.data.embedding",
    "delay_embed": "dsr.data.embedding",
    "describe": "dsr.data.summary",
    "fingerprint": "dsr.data.files",
    "lengths": "dsr.data.series",
    "load": "dsr.data.loading",
    "make_series": "dsr.data.series",
    "read_dataset": "dsr.data.files",
    "read_tree": "dsr.data.files",
    "split_series": "dsr.data.split",
    "to_attrs": "dsr.data.files",
    "trajectories": "dsr.data.series",
    "write_dataset": "dsr.data.files",
}

__all__ = [
    "Scaler", "System", "as_series", "atomic_write", "choose_embedding", "clean", "delay_embed",
    "describe", "fingerprint", "lengths", "load", "make_series", "read_dataset", "read_tree",
    "simulate", "split_series", "system", "systems", "to_attrs", "trajectories", "write_dataset",
]  # fmt: skip


class _Package(ModuleType):
    """This package as a module that keeps its functions where a submodule has the same name.

    Importing ``dsr.data.systems`` binds the submodule here, over the function.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _ATTRIBUTES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name not in _ATTRIBUTES:
        raise AttributeError(f"module 'dsr.data' has no attribute {name!r}")
    return getattr(import_module(_ATTRIBUTES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

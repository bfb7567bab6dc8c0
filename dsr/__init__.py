"""dsr: dynamical-systems reconstruction and Koopman analysis from measured time series.

Importing this package is cheap: every part loads on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dsr._version import __version__

if TYPE_CHECKING:
    from dsr import cli, data, kernels, metrics, models, plots, report, training
    from dsr.data import load, simulate, systems
    from dsr.pipeline import evaluate, fit
    from dsr.runs import Run, open_run

_SUBMODULES = {
    "cli", "data", "errors", "kernels", "metrics", "models", "pipeline", "plots", "report",
    "runs", "training",
}  # fmt: skip
_ATTRIBUTES = {
    "load": "dsr.data",
    "simulate": "dsr.data",
    "systems": "dsr.data",
    "fit": "dsr.pipeline",
    "evaluate": "dsr.pipeline",
    "open_run": "dsr.runs",
    "Run": "dsr.runs",
}

__all__ = [
    "Run", "__version__", "cli", "data", "evaluate", "fit", "kernels", "load", "metrics", "models",
    "open_run", "plots", "report", "simulate", "systems", "training",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _ATTRIBUTES:
        return getattr(import_module(_ATTRIBUTES[name]), name)
    if name in _SUBMODULES:
        return import_module(f"dsr.{name}")
    raise AttributeError(f"module 'dsr' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

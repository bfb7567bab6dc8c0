"""Figures of results: functions that take series and datasets and return plotly figures.

Everything loads on first use, so that ``import dsr.plots`` stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dsr.plots.heatmap import carpet
    from dsr.plots.history import training_history
    from dsr.plots.metrics import lyapunov_exponents, prediction_error
    from dsr.plots.portrait import attractor, attractor_panels
    from dsr.plots.scaling import scaling_region
    from dsr.plots.series import time_series
    from dsr.plots.spectra import power_spectra
    from dsr.plots.verdicts import verdict_map

_ATTRIBUTES = {
    "attractor": "dsr.plots.portrait",
    "attractor_panels": "dsr.plots.portrait",
    "carpet": "dsr.plots.heatmap",
    "lyapunov_exponents": "dsr.plots.metrics",
    "power_spectra": "dsr.plots.spectra",
    "prediction_error": "dsr.plots.metrics",
    "scaling_region": "dsr.plots.scaling",
    "time_series": "dsr.plots.series",
    "training_history": "dsr.plots.history",
    "verdict_map": "dsr.plots.verdicts",
}

__all__ = [
    "attractor", "attractor_panels", "carpet", "lyapunov_exponents", "power_spectra",
    "prediction_error", "scaling_region", "time_series", "training_history", "verdict_map",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _ATTRIBUTES:
        raise AttributeError(f"module 'dsr.plots' has no attribute {name!r}")
    return getattr(import_module(_ATTRIBUTES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

"""A run of a small travelling wave with land, made by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import xarray as xr
from test_report_page import make_run, scores

from dsr.data import make_series


def wave(frames: int, first: int = 0, channels: int = 2, speed: float = 0.15) -> xr.DataArray:
    """Waves along x, ``channels`` of them, on a grid of latitudes and longitudes with land."""
    t = first + np.arange(frames)[:, None, None]
    x, y = np.arange(24), np.arange(16)[:, None]
    parts = [np.sin(2 * np.pi * (1 + c) * x / 24 - speed * t) + 0.1 * y for c in range(channels)]
    values = np.stack(parts, axis=1)[None]
    values[..., 3:6, 4:9] = np.nan
    space = {
        "lat": ("y", np.linspace(60, -15, 16), {"units": "degrees_north"}),
        "lon": ("x", np.linspace(0, 230, 24), {"units": "degrees_east"}),
    }
    field = make_series(values, dt=0.5, time_unit="day", start=0.5 * first, space=space)
    return field.assign_attrs(variable_units=["m/s"] * channels)


def field_scores() -> xr.Dataset:
    """Make what `dsr.metrics.evaluate` returns for a field."""
    metrics = scores(dt=0.5, time_unit="day")
    names = [n for n in metrics.data_vars if metrics[n].ndim or "lyapunov" in str(n)]
    metrics = metrics.drop_vars([*names, "variable", "step"])
    values = {"rmse": 0.4, "rmse_low": 0.3, "rmse_high": 0.5, "rmse_noise_floor": 1.1}
    return metrics.assign(**values, rmse_curve=("time", np.linspace(0.1, 0.7, 59)))


def field_run(**nodes: xr.Dataset) -> Any:
    """Make something that looks like a run of a field; further groups of results by name."""
    run: SimpleNamespace = make_run(None, model="dmd", metrics=field_scores())
    series = {
        "observed": wave(60), "generated": wave(59, 1, speed=0.2), "forecast": wave(59, 1)
    }  # fmt: skip
    groups = {f"/{name}": s.to_dataset(name="series") for name, s in series.items()}
    groups |= {f"/{name}": node for name, node in nodes.items()}
    run.results = xr.DataTree.from_dict(groups)
    return run

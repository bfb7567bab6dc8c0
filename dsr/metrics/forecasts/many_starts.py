"""Forecasts from many starts of one series: the one runner of all scores of forecasts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from dsr.checks import whole
from dsr.data import make_series, trajectories
from dsr.data.grid import Grid
from dsr.errors import InputError
from dsr.metrics.doors import Floats, generated_arrays
from dsr.metrics.fields.frames import as_field, check_grid
from dsr.metrics.models import context_length, drives_of, reference_for
from dsr.metrics.spectra.timescales import autocorrelation, first_crossing
from dsr.protocols import Runs

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Forecasts:
    """Forecasts (S, h, N) with the truth, and the last value known at each start (S, N)."""

    forecast: Floats
    truth: Floats
    known: Floats
    series: xr.DataArray

    @property
    def persistence(self) -> Floats:
        """The forecast that nothing changes."""
        return np.broadcast_to(self.known[:, np.newaxis], self.truth.shape)

    @property
    def dt(self) -> float:
        """Sampling step of the series."""
        return float(self.series.attrs.get("dt", 1.0))

    @property
    def time_unit(self) -> str:
        """Unit of the time axis."""
        return str(self.series.attrs.get("time_unit", "step"))


def over_starts(values: Floats) -> Floats:
    """Quantiles over starts by order statistics: interpolation would turn inf into NaN."""
    return np.asarray(np.quantile(values, QUANTILES, axis=0, method="inverted_cdf"))


def forecasts_from(
    model: Runs,
    series: xr.DataArray,
    starts: list[tuple[int, int]],
    before: int,
    steps: int,
    *,
    inputs: Any = None,
    seed: int = 0,
) -> Forecasts:
    """Let a model go on from starts of a checked series or field.

    Parameters
    ----------
    model : model
    series : DataArray
        What `dsr.metrics.models.reference_for` gives.
    starts : list of (int, int)
        Trajectory, and last known sample.
    before : int
        Samples of context, that one included.
    steps : int
    inputs : series, optional
        External inputs of a driven model, on the time axis of the series.
    seed : int
    """
    grid = Grid.of(series) if "channel" in series.dims else None
    parts = [part if grid is None else grid.rows(part) for part in trajectories(series)]
    drives = drives_of(inputs, series, model)
    contexts = np.stack([parts[k][last - before + 1 : last + 1] for k, last in starts])
    truth = np.stack([parts[k][last + 1 : last + 1 + steps] for k, last in starts])
    given = make_series(
        contexts if grid is None else grid.frames(contexts), like=series,
        dt=float(series.attrs["dt"]),
    )  # fmt: skip
    times = series["time"].values
    begins = [float(times[last - before + 1]) for _, last in starts]
    given = given.assign_coords(begin=("trajectory", begins))
    driven = {} if drives is None else {
        "inputs": np.stack([drives[k][last - before + 1 : last + steps] for k, last in starts])
    }  # fmt: skip
    made = model.forecast(given, steps, seed=seed, **driven)
    if grid is None:
        found = generated_arrays(made)
    else:
        field = as_field(made, name="forecast", strict=False)
        check_grid(series, field)
        found = list(grid.rows(field.values))
    shapes = {f.shape for f in found}
    if len(found) != len(starts) or shapes != {truth.shape[1:]}:
        raise InputError(
            f"the model gave {len(found)} forecasts of shapes {sorted(shapes)} where "
            f"{len(starts)} of shape {truth.shape[1:]} were asked for"
        )
    return Forecasts(np.stack(found), truth, contexts[:, -1], series)


def spaced_forecasts(
    model: Runs,
    obj: Any,
    steps: int,
    *,
    starts: int = 100,
    warmup: int | None = None,
    inputs: Any = None,
    seed: int = 0,
) -> Forecasts:
    """Let a model forecast from starts that are a decorrelation time apart.

    Parameters
    ----------
    model : model
    obj : series
    steps : int
    starts : int
        Most starts; they are spread evenly, at least one decorrelation time apart.
    warmup : int, optional
        Samples of true series given before each forecast. Default: 100, at most a tenth.
    inputs, seed
        As in `forecasts_from`.
    """
    steps = whole("steps", steps)
    checked = reference_for(model, obj, minimum=steps + 2, name="series")
    starts = whole("starts", starts)
    longest = max(len(part) for part in trajectories(checked))
    usual = max(context_length(model), min(100, longest // 10))
    before = usual if warmup is None else whole("warmup", warmup)
    chosen = _starts(checked, steps, before, starts)
    return forecasts_from(model, checked, chosen, before, steps, inputs=inputs, seed=seed)


def _starts(series: xr.DataArray, steps: int, warmup: int, most: int) -> list[tuple[int, int]]:
    """Index of trajectory and last known sample of each start, a decorrelation time apart."""
    parts = trajectories(series)
    room = [max(0, p.shape[0] - steps - warmup + 1) for p in parts]
    if not sum(room):
        raise InputError(
            f"no trajectory has the {warmup} + {steps} samples that warm-up and horizon need; "
            "ask for fewer steps or give a longer series"
        )
    memory = max(_memory(column) for p, r in zip(parts, room, strict=True) if r for column in p.T)
    stride = max(memory, -(-sum(room) // most))
    return [
        (k, warmup - 1 + offset) for k, free in enumerate(room) for offset in range(0, free, stride)
    ][:most]


def _memory(column: Floats) -> int:
    crossing = first_crossing(autocorrelation(column), 1 / math.e)
    return column.size if crossing is None else max(1, crossing)

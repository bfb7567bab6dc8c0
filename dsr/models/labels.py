"""What a model knows of the data it was fitted to: names, units, scaling, grid, and a start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dsr.data import as_series
from dsr.data.grid import Grid
from dsr.data.scaler import Scaler
from dsr.data.series import trajectories
from dsr.errors import InputError
from dsr.models.starts import as_inputs, kind_for, labelled, refuse_apart

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

LEAST_SAMPLES = 30


class Labelled:
    """The part of `dsr.models.ReconstructionModel` that stands between data and plain arrays."""

    name: ClassVar[str]
    accepts: str = "series"
    takes_inputs: bool = False

    def __init__(self) -> None:
        self.observation_dim = 0
        self.scaler: Scaler = Scaler(np.zeros(0), np.ones(0))
        self.variables: list[str] = []
        self.variable_units: list[str] = []
        self.grid: Grid | None = None
        self.input_variables: list[str] = []
        self.input_scaler: Scaler = Scaler(np.zeros(0), np.ones(0))
        self.dt: float | None = None
        self.time_unit: str | None = None
        self.start: Floats | None = None
        self._first: xr.DataArray | None = None

    @property
    def context_length(self) -> int:
        """How many samples a start needs."""
        return 1

    @property
    def latent_dim(self) -> int:
        """Number of latent states M; the observations themselves if not said otherwise."""
        return self.observation_dim

    @property
    def input_dim(self) -> int:
        """Number of external inputs K that the model was fitted with."""
        return len(self.input_variables)

    def refuse_observed(self, observed: int) -> None:
        """Refuse a number of observed variables that the sizes of the model cannot hold."""

    def encode(self, x: Any) -> Floats:
        """Scaled states of observations ``(..., N)`` in original units."""
        x = np.asarray(x, dtype=np.float64)
        if x.shape[-1:] != (self.observation_dim,):
            raise InputError(
                f"observations must have {self.observation_dim} variables in their last axis, "
                f"not shape {x.shape}"
            )
        return np.ascontiguousarray(self.scaler.transform(x))

    def decode(self, z: Any) -> Floats:
        """Observations of latent states ``(..., M)``, in original units ``(..., N)``."""
        return self.scaler.inverse(np.asarray(z, dtype=np.float64)[..., : self.observation_dim])

    def driving(self, u: Any) -> Floats:
        """Standardised inputs ``(..., K)`` of a driven model as an array; none are refused."""
        if u is None:
            raise InputError(
                f"this model is driven by {', '.join(self.input_variables)}; pass them as u"
            )
        return np.asarray(u, dtype=np.float64)

    def warm_up(self, context: Floats) -> Floats:
        """Latent state ``(M,)`` at the end of a context ``(T, N)`` in original units."""
        recent = context[-self.context_length :]
        z = self.encode(recent[0] if self.context_length == 1 else recent)
        # Where states are made of single samples, the last one counts.
        return z if z.ndim == 1 else z[-1]

    def start_state(self) -> Floats | None:
        """Latent state ``(M,)`` where free runs begin if not told otherwise; None without one."""
        return None if self.start is None else self.warm_up(self.start)

    def rows(self, series: xr.DataArray) -> list[Floats]:
        """Trajectories ``(T_i, N)`` of a checked series, or of a field its valid cells."""
        parts = trajectories(series)
        return parts if self.grid is None else [self.grid.rows(part) for part in parts]

    def take_labels(self, series: Any) -> list[Floats]:
        """Take names, units, scaling and a start from a series; return its trajectories."""
        named = labelled(series)
        series = as_series(series, minimum=LEAST_SAMPLES)
        self.accepts = kind_for(type(self), series)
        self.grid = Grid.of(series) if self.accepts == "field" else None
        scaler = Scaler.fit(series)
        self.scaler = scaler if self.grid is None else self.grid.spread(scaler)
        self.variables = [str(v) for v in series[series.dims[2]].values]
        self.variable_units = [str(u) for u in series.attrs.get("variable_units", [])]
        self.dt = float(series.attrs.get("dt", 1.0))
        self.time_unit = str(series.attrs.get("time_unit", "step"))
        self._first = series.isel(time=[0]).copy() if named else None
        parts = self.rows(series)
        self.observation_dim = parts[0].shape[1]
        longest = max(parts, key=len) if len(parts[0]) < self.context_length else parts[0]
        self.start = np.array(longest[-self.context_length :])
        return parts

    def take_inputs(self, inputs: Any, parts: list[Floats]) -> list[Floats] | None:
        """Take names and scaling of external inputs; return them standardised, as trajectories."""
        self.input_variables, self.input_scaler = [], Scaler(np.zeros(0), np.ones(0))
        if inputs is None:
            return None
        series = as_inputs(self, inputs, parts)
        if self._first is not None and labelled(inputs):
            refuse_apart(self._first, float(self._first["time"].values[0]), series)
        self.input_variables = [str(v) for v in series["variable"].values]
        self.input_scaler = Scaler.fit(series)
        drives = [self.input_scaler.transform(d) for d in trajectories(series)]
        return drives * len(parts) if len(drives) == 1 else drives

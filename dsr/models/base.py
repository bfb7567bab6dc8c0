"""What all models share: names, units, scaling, labelled runs, and files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from dsr.data.scaler import Scaler
from dsr.data.series import as_series, trajectories
from dsr.errors import InputError
from dsr.models.starts import as_context
from dsr.models.storage import read_model, write_model

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

LEAST_SAMPLES = 30


class ReconstructionModel(ABC):
    """A model fitted to a series, in the protocol that metrics and the command line speak.

    Attributes
    ----------
    name : str
        Registry name.
    observation_dim : int
        Number of observed variables N.
    scaler : dsr.data.Scaler
        Mean and standard deviation of the training series.
    variables, variable_units : list of str
        Names and units of the observed variables.
    dt : float or None
        Step of the training series in ``time_unit``; None for models built from matrices.
    time_unit : str or None
    start : array, (N,), or None
        A state of the training series, where free runs begin if not told otherwise.
    history : xarray.Dataset or None
        Loss, alpha and validation scores over training.
    training : dict
        Settings of the training that made the model.
    """

    name: ClassVar[str]
    trained: ClassVar[bool] = False
    """Whether fitting is a long training with updates, a budget and checkpoints."""

    def __init__(self) -> None:
        self.observation_dim = 0
        self.scaler: Scaler = Scaler(np.zeros(0), np.ones(0))
        self.variables: list[str] = []
        self.variable_units: list[str] = []
        self.dt: float | None = None
        self.time_unit: str | None = None
        self.start: Floats | None = None
        self.history: xr.Dataset | None = None
        self.training: dict[str, Any] = {}

    @property
    def latent_dim(self) -> int:
        """Number of latent states M; the observations themselves if not said otherwise."""
        return self.observation_dim

    @classmethod
    def suggest(cls, observed: int) -> dict[str, Any]:
        """All arguments of the class, with values that suit a series of ``observed`` variables."""
        del observed
        return {}

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """Arguments that make this model anew."""

    @abstractmethod
    def parameters(self) -> dict[str, Floats]:
        """Named parameter arrays, as in the papers."""

    @abstractmethod
    def _set_parameters(self, arrays: dict[str, Floats]) -> None:
        """Take named arrays, checking their shapes."""

    @abstractmethod
    def generate(self, start: Any = None, steps: int = 1000, *, inputs: Any = None) -> xr.DataArray:
        """Run freely for ``steps`` samples from a start, in original units."""

    def forecast(self, context: Any, steps: int, *, inputs: Any = None) -> xr.DataArray:
        """Continue a series.

        Parameters
        ----------
        context : series
            What was observed so far, in original units.
        steps : int
            Samples to forecast.

        Returns
        -------
        xarray.DataArray, (trajectory, time, variable)
            The time axis goes on where the context ends.
        """
        return self.generate(as_context(self, context), steps, inputs=inputs)

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

    def take_labels(self, series: Any) -> list[Floats]:
        """Take names, units, scaling and a start from a series; return its trajectories."""
        series = as_series(series, minimum=LEAST_SAMPLES)
        if "variable" not in series.dims:
            raise InputError(
                f"{self.name} takes series (time, variable), and this is a field with dims "
                f"{series.dims}; select points or modes of it first"
            )
        self.observation_dim = series.sizes["variable"]
        self.scaler = Scaler.fit(series)
        self.variables = [str(v) for v in series["variable"].values]
        self.variable_units = [str(u) for u in series.attrs.get("variable_units", [])]
        self.dt = float(series.attrs.get("dt", 1.0))
        self.time_unit = str(series.attrs.get("time_unit", "step"))
        parts = trajectories(series)
        self.start = np.array(parts[0][-1])
        return parts

    # Files --------------------------------------------------------------------------------------

    def save(self, folder: str | Path) -> None:
        """Write ``model.safetensors`` and ``model.json``; never a pickle.

        Both files depend on nothing but data, settings, seed and number of updates.
        """
        training = {k: v for k, v in self.training.items() if k != "seconds"}
        document = {
            "model": self.name,
            "settings": self.settings(),
            "observation_dim": self.observation_dim,
            "variables": self.variables,
            "variable_units": self.variable_units,
            "dt": self.dt,
            "time_unit": self.time_unit,
            "scaler": self.scaler.to_dict(),
            "start": None if self.start is None else self.start.tolist(),
            "training": training,
        }
        write_model(folder, document, self.parameters())

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        InputError
            If files are missing, damaged, of another kind of model or of a newer version.
        """
        folder = Path(folder)
        document, arrays = read_model(folder)
        if document.get("model") != cls.name:
            raise InputError(
                f"{folder} holds a model of kind {document.get('model')!r}, not {cls.name!r}"
            )
        try:
            model = cls(**document["settings"])
            model.observation_dim = int(document["observation_dim"])
            model.scaler = Scaler.from_dict(document["scaler"])
            model.variables = [str(v) for v in document["variables"]]
            model.variable_units = [str(u) for u in document["variable_units"]]
            model.dt = None if document["dt"] is None else float(document["dt"])
            model.time_unit = document["time_unit"]
            start = document["start"]
            model.start = None if start is None else np.array(start, dtype=np.float64)
            model.training = dict(document["training"])
            model._set_parameters(arrays)
        except InputError:
            raise
        except (KeyError, TypeError, ValueError):
            raise InputError(f"{folder / 'model.json'} is incomplete or damaged") from None
        return model

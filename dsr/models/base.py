"""What all state-space models share: scaling, fitting, free runs, forecasts, files."""

from __future__ import annotations

import difflib
import hashlib
import json
from abc import ABC, abstractmethod
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from dsr.data.scaling import Scaler
from dsr.data.series import as_series, trajectories
from dsr.errors import InputError
from dsr.kernels.piecewise_linear import PiecewiseLinear, orbit
from dsr.models.runs import (
    as_context,
    as_output,
    initial_states,
    positive_steps,
    refuse_inputs,
)
from dsr.models.storage import read_model, write_model
from dsr.training.checkpoints import CheckpointStore
from dsr.training.forcing import GeneralizedTeacherForcing
from dsr.training.loop import TrainingResult, train
from dsr.training.progress import Progress, Silent
from dsr.training.protocol import GradientEngine
from dsr.training.settings import TrainingSettings
from dsr.training.validation import Validator

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

_LEAST_SAMPLES = 30


class StateSpaceModel(ABC):
    """A piecewise-linear map ``z -> F(z)`` whose first N of M states are the (scaled) observations.

    Attributes
    ----------
    name : str
        Registry name.
    latent_dim, observation_dim : int
        Number of latent states M and of observed variables N.
    scaler : dsr.data.Scaler
        Mean and standard deviation of the training series.
    variables : list of str
        Names of the observed variables.
    dt : float or None
        Step of the training series in ``time_unit``; None for models built from matrices.
    time_unit : str or None
    start : array, (N,), or None
        A state of the training series, where free runs begin if not told otherwise.
    history : xarray.Dataset or None
        Loss, alpha and validation scores over training.
    """

    name: ClassVar[str]

    def __init__(self) -> None:
        self.observation_dim = 0
        self.scaler: Scaler = Scaler(np.zeros(0), np.ones(0))
        self.variables: list[str] = []
        self.variable_units: list[str] = []
        self.dt: float | None = None
        self.time_unit: str | None = None
        self.history: xr.Dataset | None = None
        self.training: dict[str, Any] = {}
        self.start: Floats | None = None
        self._theta: Floats | None = None

    # What a model file defines ------------------------------------------------------------------

    @property
    @abstractmethod
    def latent_dim(self) -> int:
        """Number of latent states M."""

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """Arguments that make this model anew."""

    @abstractmethod
    def initial_parameters(self, rng: np.random.Generator) -> Floats:
        """Draw a flat parameter vector."""

    @abstractmethod
    def engine(
        self, steps: int, sequences: int, dtype: np.dtype[Any], device: str
    ) -> GradientEngine:
        """Make a gradient engine for training."""

    @abstractmethod
    def piecewise_linear(self, theta: NDArray[np.floating]) -> PiecewiseLinear:
        """Exact shallow form of the model with parameters ``theta``."""

    @abstractmethod
    def initial_map(self, theta: NDArray[np.floating]) -> Floats:
        """Matrix ``L`` (M - N, N) that starts the unobserved states."""

    @abstractmethod
    def parameters(self) -> dict[str, Floats]:
        """Named parameter arrays, as in the papers."""

    @abstractmethod
    def step(self, z: Floats) -> Floats:
        """Next latent state; ``z`` is ``(..., M)``."""

    @abstractmethod
    def jacobian(self, z: Floats) -> Floats:
        """Jacobian of the step out of ``z``, ``(..., M, M)``."""

    @abstractmethod
    def _flatten(self, arrays: dict[str, Floats]) -> Floats:
        """Flat parameter vector from named arrays, checking their shapes."""

    # Fitting ------------------------------------------------------------------------------------

    def fit(
        self,
        series: Any,
        *,
        forcing: GeneralizedTeacherForcing | None = None,
        inputs: Any = None,
        seed: int = 0,
        progress: bool | Progress = False,
        checkpoint: str | Path | CheckpointStore | None = None,
        **training: Any,
    ) -> Self:
        """Train on a series.

        Parameters
        ----------
        series : series
            What `dsr.data.as_series` accepts. The last 20 % of each trajectory (setting
            ``validation``) only chooses among parameters.
        forcing : GeneralizedTeacherForcing, optional
            Adaptive by default.
        inputs : series, optional
            External inputs; not supported by this model yet, and refused.
        seed : int
            Same seed, same settings, same machine: same bits.
        progress : bool or Progress
            True shows a live line on standard error.
        checkpoint : path, optional
            Folder for checkpoints; training goes on from the one found there.
        **training
            Fields of `dsr.training.TrainingSettings`.

        Returns
        -------
        self

        Raises
        ------
        InputError
            For series or settings that cannot be used.
        DivergedError
            If a parameter stops being finite.
        """
        refuse_inputs(inputs)
        series = as_series(series, minimum=_LEAST_SAMPLES)
        settings = make_training_settings(training)
        forcing = forcing or GeneralizedTeacherForcing()
        fit_parts, validation_parts = self._prepare(series, settings)
        validator = Validator(fit_parts, validation_parts)
        store = checkpoint
        if store is not None and not isinstance(store, CheckpointStore):
            store = CheckpointStore(store, self._identity(series, settings, forcing, seed))
        result = train(
            self,
            fit_parts,
            settings=settings,
            forcing=forcing,
            validator=validator,
            seed=seed,
            store=store,
            progress=_listener(progress),
        )
        self._finish(result, settings, forcing, seed)
        return self

    def prepare(self, series: Any, settings: TrainingSettings) -> tuple[list[Floats], list[Floats]]:
        """Take scaling and names from a series; return its scaled fitting and validation parts."""
        return self._prepare(as_series(series, minimum=_LEAST_SAMPLES), settings)

    def _prepare(
        self, series: xr.DataArray, settings: TrainingSettings
    ) -> tuple[list[Floats], list[Floats]]:
        if "variable" not in series.dims:
            raise InputError(
                f"{self.name} takes series (time, variable), and this is a field with dims "
                f"{series.dims}; select points or modes of it first"
            )
        observed = series.sizes["variable"]
        if observed > self.latent_dim:
            raise InputError(
                f"the series has {observed} variables but latent_dim is {self.latent_dim}; "
                f"use latent_dim of at least {observed} or fewer variables"
            )
        self.observation_dim = observed
        self.scaler = Scaler.fit(series)
        self.variables = [str(v) for v in series["variable"].values]
        self.variable_units = [str(u) for u in series.attrs.get("variable_units", [])]
        self.dt = float(series.attrs.get("dt", 1.0))
        self.time_unit = str(series.attrs.get("time_unit", "step"))
        parts = trajectories(series)
        self.start = np.array(parts[0][-1])
        fitting, validation = [], []
        for part in parts:
            scaled = np.ascontiguousarray(self.scaler.transform(part))
            held = max(2, round(settings.validation * len(scaled)))
            if len(scaled) - held < 2:
                continue
            fitting.append(scaled[:-held])
            validation.append(scaled[-held:])
        if not fitting:
            raise InputError(
                "every trajectory is too short to train on; at least 4 samples are needed"
            )
        return fitting, validation

    def _finish(
        self,
        result: TrainingResult,
        settings: TrainingSettings,
        forcing: GeneralizedTeacherForcing,
        seed: int,
    ) -> None:
        import xarray as xr

        self._theta = result.theta
        self.history = xr.Dataset(
            {name: ("record", values) for name, values in result.history.items()},
            attrs={"selected_update": result.best_update, "rule": Validator.rule},
        )
        self.training = {
            **settings.to_dict(),
            "updates": settings.epochs * 50,
            "forcing": forcing.to_dict(),
            "seed": seed,
            "selected_update": result.best_update,
            "seconds": result.seconds,
        }

    def _identity(
        self,
        series: xr.DataArray,
        settings: TrainingSettings,
        forcing: GeneralizedTeacherForcing,
        seed: int,
    ) -> str:
        from dsr.data.files import fingerprint

        document = {
            "data": fingerprint(series),
            "model": [self.name, self.settings()],
            "training": settings.to_dict(),
            "forcing": forcing.to_dict(),
            "seed": seed,
        }
        return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()

    # States and observations --------------------------------------------------------------------

    def theta(self) -> Floats:
        """Flat parameter vector; an untrained model has none and says so."""
        if self._theta is None:
            raise InputError(f"this {type(self).__name__} has no parameters yet; call fit first")
        return self._theta

    def encode(self, x: Any) -> Floats:
        """Latent states of single observations.

        Parameters
        ----------
        x : array, (..., N)
            Observations in original units.

        Returns
        -------
        array, (..., M)
            The scaled observation, then ``L`` times it for the unobserved states.
        """
        x = np.asarray(x, dtype=np.float64)
        if x.shape[-1:] != (self.observation_dim,):
            raise InputError(
                f"observations must have {self.observation_dim} variables in their last axis, "
                f"not shape {x.shape}"
            )
        scaled = self.scaler.transform(x)
        if self.latent_dim == self.observation_dim:
            return np.ascontiguousarray(scaled)
        return np.concatenate([scaled, scaled @ self.initial_map(self.theta()).T], axis=-1)

    def decode(self, z: Any) -> Floats:
        """Observations of latent states ``(..., M)``, in original units ``(..., N)``."""
        return self.scaler.inverse(np.asarray(z, dtype=np.float64)[..., : self.observation_dim])

    def canonical(self) -> PiecewiseLinear:
        """Exact shallow form ``F(z) = A*z + W1 relu(W2 z + h2) + h1`` of this model."""
        return self.piecewise_linear(self.theta())

    def free_run(
        self, theta: NDArray[np.floating], start: NDArray[np.floating], steps: int
    ) -> Floats:
        """Iterate scaled states ``(S, N)``; returns scaled observations ``(steps, S, N)``."""
        start = np.asarray(start, dtype=np.float64)
        unseen = start @ self.initial_map(theta).T
        z0 = np.ascontiguousarray(np.concatenate([start, unseen], axis=1))
        return orbit(*self.piecewise_linear(theta), z0, steps)[:, :, : self.observation_dim]

    # Runs ---------------------------------------------------------------------------------------

    def generate(self, start: Any = None, steps: int = 1000, *, inputs: Any = None) -> xr.DataArray:
        """Run freely from a start.

        Parameters
        ----------
        start : array (N,) or (k, N), series, or None
            Where to begin, in original units: one state or k of them, a series (its last sample,
            after a warm-up over it where states are unobserved), or a stored training state.
        steps : int
            Samples to generate; the start is not among them.

        Returns
        -------
        xarray.DataArray, (trajectory, time, variable)
            In original units; NaN from where a run leaves the finite numbers.
        """
        refuse_inputs(inputs)
        steps = positive_steps(steps)
        first = initial_states(self, start)
        values = orbit(*self.canonical(), first.states, steps)
        return as_output(self, np.moveaxis(self.decode(values), 1, 0), first)

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
            model._theta = model._flatten(arrays)
        except InputError:
            raise
        except (KeyError, TypeError, ValueError):
            raise InputError(f"{folder / 'model.json'} is incomplete or damaged") from None
        return model


def make_training_settings(training: dict[str, Any]) -> TrainingSettings:
    """Settings from keyword arguments; a misspelt one gets the nearest name offered."""
    known = [f.name for f in fields(TrainingSettings)]
    for name in training:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known settings: {', '.join(known)}"
            raise InputError(f"unknown training setting {name!r}; {hint}")
    return TrainingSettings(**training)


def _listener(progress: bool | Progress) -> Progress:
    if progress is False or progress is None:
        return Silent()
    if progress is True:
        from dsr.training.live import LiveProgress

        return LiveProgress()
    return progress

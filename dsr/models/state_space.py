"""State-space models: a piecewise-linear map, driven or not, trained by gradients."""

from __future__ import annotations

import hashlib
import json
from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from dsr.data import as_series
from dsr.data.scaler import Scaler
from dsr.errors import InputError
from dsr.kernels.piecewise_linear import PiecewiseLinear, orbit
from dsr.models.base import Floats, ReconstructionModel
from dsr.models.labels import LEAST_SAMPLES
from dsr.training.checkpoints import CheckpointStore
from dsr.training.engines import TorchEngine
from dsr.training.forcing import Forcing, GeneralizedTeacherForcing
from dsr.training.gradient import GradientTrainer
from dsr.training.loop import TrainingResult
from dsr.training.progress import Progress, listener
from dsr.training.protocol import GradientEngine
from dsr.training.settings import EPOCH
from dsr.training.validation import Validator

if TYPE_CHECKING:
    import xarray as xr

_WARM_UP = 500
_OPTIONAL = ("L", "C")  # zero where nothing else is said


class Parts(NamedTuple):
    """Standardised trajectories and inputs to fit, and those that follow them for validation."""

    fitting: list[Floats]
    validation: list[Floats]
    fitting_inputs: list[Floats] | None
    validation_inputs: list[Floats] | None


class StateSpaceModel(ReconstructionModel):
    """A piecewise-linear map ``z -> F(z, u)``; its first N of M states are the scaled observations.

    A new model gives the shapes of its parameters, their first values, its step and Jacobian, its
    piecewise-linear form, and its step for PyTorch; where it has a compiled recurrence, an engine.

    Attributes
    ----------
    seconds_per_update : float or None
        What `settle_budget` measured.

    Examples
    --------
    >>> from dsr.models import ShallowPLRNN
    >>> ShallowPLRNN.from_matrices([0.5], [[1.0]], [[1.0]], [0.0], [-1.0]).step([4.0])
    array([5.])
    """

    trained: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.seconds_per_update: float | None = None
        self._theta: Floats | None = None

    # What a model file defines ------------------------------------------------------------------

    @property
    @abstractmethod
    def latent_dim(self) -> int:
        """Number of latent states M."""

    @abstractmethod
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of the parameters, in the order of the flat vector.

        Among them are ``L`` (M - N, N), which starts the unobserved states, and for driven models
        ``C`` (M, K), the weights of external inputs.
        """

    @abstractmethod
    def initial_parameters(self, rng: np.random.Generator) -> Floats:
        """Draw a flat parameter vector."""

    @abstractmethod
    def piecewise_linear(self, theta: NDArray[np.floating]) -> PiecewiseLinear:
        """Piecewise-linear form of the model with parameters ``theta``."""

    @abstractmethod
    def step(self, z: Any, u: Any = None) -> Floats:
        """Next latent state; ``z`` is ``(..., M)``, standardised inputs ``u`` are ``(..., K)``."""

    @abstractmethod
    def jacobian(self, z: Any, u: Any = None) -> Floats:
        """Jacobian of the step out of ``z``, ``(..., M, M)``; inputs do not change it."""

    @abstractmethod
    def torch_step(self, p: dict[str, Any], z: Any, u: Any) -> Any:
        """The step in PyTorch: parameters by name, states (S, M), inputs (S, K) with K >= 0."""

    def engine(
        self, steps: int, sequences: int, dtype: np.dtype[Any], device: str
    ) -> GradientEngine:
        """Make a gradient engine for training: PyTorch's, where there is no compiled recurrence."""
        return TorchEngine(self, steps, sequences, dtype, "torch" if device == "cpu" else device)

    # Parameters ---------------------------------------------------------------------------------

    def theta(self) -> Floats:
        """Flat parameter vector; an untrained model has none and says so."""
        if self._theta is None:
            raise InputError(f"this {type(self).__name__} has no parameters yet; call fit first")
        return self._theta

    def parameters(self) -> dict[str, Floats]:
        """Named arrays, as `shapes` lists them."""
        return self.unflatten(self.theta())

    def unflatten(self, theta: NDArray[np.floating]) -> dict[str, Floats]:
        """Named arrays of a flat parameter vector."""
        arrays, begin = {}, 0
        for name, shape in self.shapes().items():
            end = begin + int(np.prod(shape))
            arrays[name] = np.array(theta[begin:end], dtype=np.float64).reshape(shape)
            begin = end
        return arrays

    def _set_parameters(self, arrays: dict[str, Any]) -> None:
        """Take named arrays, checking their shapes."""
        pieces = []
        for name, shape in self.shapes().items():
            missing = np.zeros(shape if name in _OPTIONAL else 0)
            array = np.asarray(arrays.get(name, missing), dtype=np.float64)
            if array.shape != shape or not np.isfinite(array).all():
                raise InputError(
                    f"{name} must be finite with shape {shape}, not shape {array.shape}"
                )
            pieces.append(array.ravel())
        self._theta = np.ascontiguousarray(np.concatenate(pieces))

    def _from_arrays(self, arrays: dict[str, Any]) -> Self:
        """Take matrices: states are observations, time is counted in steps, inputs are as given."""
        M, K = self.latent_dim, np.shape(arrays.get("C", np.zeros((1, 0))))[-1]
        self.observation_dim = M
        self.scaler = Scaler(np.zeros(M), np.ones(M))
        self.variables = [f"z{i}" for i in range(M)]
        self.input_scaler = Scaler(np.zeros(K), np.ones(K))
        self.input_variables = [f"u{i}" for i in range(K)]
        self._set_parameters(arrays)
        return self

    def canonical(self) -> PiecewiseLinear:
        """Exact form ``F(z, u) = A z + W1 relu(W2 z + h2) + h1 + C u`` of this model."""
        return self.piecewise_linear(self.theta())

    # Fitting ------------------------------------------------------------------------------------

    def fit(
        self,
        series: Any,
        *,
        trainer: GradientTrainer | None = None,
        forcing: Forcing | None = None,
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
        trainer : dsr.training.GradientTrainer, optional
            Instead of settings in ``**training``.
        forcing : Forcing, optional
            A `dsr.training.GeneralizedTeacherForcing` (adaptive, by default) or
            `dsr.training.SparseTeacherForcing`.
        inputs : series, optional
            External inputs on the same time axis: sample k drives the step out of sample k.
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
        trainer = _trainer(trainer, training)
        forcing = GeneralizedTeacherForcing() if forcing is None else forcing
        series = as_series(series, minimum=LEAST_SAMPLES)
        parts = self._prepare(series, inputs, trainer)
        settled = forcing.settled(parts.fitting)
        record = {
            **trainer.to_flat(),
            "updates": trainer.settings.epochs * EPOCH,
            "forcing": settled.record(),
            "seed": seed,
        }
        store = checkpoint
        if store is not None and not isinstance(store, CheckpointStore):
            store = CheckpointStore(store, self._identity(series, inputs, record))
        result = trainer.train(
            self,
            parts.fitting,
            forcing=settled,
            inputs=parts.fitting_inputs,
            validator=Validator(parts.fitting, parts.validation, inputs=parts.validation_inputs),
            seed=seed,
            store=store,
            progress=listener(progress),
        )
        self._finish(result, record)
        return self

    def settle_budget(
        self,
        series: Any,
        seconds: float,
        *,
        trainer: GradientTrainer | None = None,
        forcing: Forcing | None = None,
        inputs: Any = None,
        progress: bool | Progress = False,
        **training: Any,
    ) -> dict[str, Any]:
        """Turn a budget of time into settings, by a short measurement on this machine.

        Parameters
        ----------
        series : series
        seconds : float
            Time for training updates.
        trainer, forcing, inputs, progress, **training
            As in `fit`; a number of updates among them does not count.

        Returns
        -------
        dict
            ``{"updates": N}``, whole epochs. ``seconds_per_update`` holds what was measured.
        """
        trainer = _trainer(trainer, training)
        forcing = GeneralizedTeacherForcing() if forcing is None else forcing
        parts = self._prepare(as_series(series, minimum=LEAST_SAMPLES), inputs, trainer)
        self.seconds_per_update = trainer.seconds_per_update(
            self, parts.fitting, forcing=forcing.settled(parts.fitting),
            inputs=parts.fitting_inputs, least=min(0.5, 0.1 * seconds), progress=listener(progress),
        )  # fmt: skip
        return {"updates": max(1, round(seconds / self.seconds_per_update / EPOCH)) * EPOCH}

    def _prepare(self, series: xr.DataArray, inputs: Any, trainer: GradientTrainer) -> Parts:
        """Take scaling and names from a series and its inputs; cut off what validates."""
        rows = self.take_labels(series)
        drives = self.take_inputs(inputs, rows)
        self.refuse_observed(self.observation_dim)
        scaled = [np.ascontiguousarray(self.scaler.transform(part)) for part in rows]
        held = [max(2, round(trainer.settings.validation * len(part))) for part in scaled]
        usable = [k for k, part in enumerate(scaled) if len(part) - held[k] >= 2]
        if not usable:
            raise InputError(
                "every trajectory is too short to train on; at least 4 samples are needed"
            )
        return Parts(
            [scaled[k][: -held[k]] for k in usable],
            [scaled[k][-held[k] :] for k in usable],
            None if drives is None else [drives[k][: -held[k]] for k in usable],
            None if drives is None else [drives[k][-held[k] :] for k in usable],
        )

    def refuse_observed(self, observed: int) -> None:
        """Refuse more variables than latent states."""
        if observed > self.latent_dim:
            raise InputError(
                f"the series has {observed} variables but latent_dim is {self.latent_dim}; use "
                f"latent_dim of at least {observed} or fewer variables"
            )

    def _finish(self, result: TrainingResult, record: dict[str, Any]) -> None:
        import xarray as xr

        self._theta = result.parameters["theta"].astype(np.float64)
        self.history = xr.Dataset(
            {name: ("record", values) for name, values in result.history.items()},
            attrs={"selected_update": result.best_update, "rule": Validator.rule},
        )
        self.training = record | {"selected_update": result.best_update, "seconds": result.seconds}

    def _identity(self, series: xr.DataArray, inputs: Any, record: dict[str, Any]) -> str:
        """Fingerprint of all that decides the weights."""
        from dsr.data.files import fingerprint

        data = [series] if inputs is None else [series, as_series(inputs, name="inputs")]
        document = [[fingerprint(part) for part in data], self.name, self.settings(), record]
        return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()

    # States and observations --------------------------------------------------------------------

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
        return self._completed(super().encode(x), self.theta())

    def _completed(self, scaled: Floats, theta: NDArray[np.floating]) -> Floats:
        """States of scaled observations."""
        if self.latent_dim == self.observation_dim:
            return scaled
        return np.concatenate([scaled, scaled @ self.unflatten(theta)["L"].T], axis=-1)

    def free_run(
        self,
        theta: NDArray[np.floating],
        start: NDArray[np.floating],
        steps: int,
        inputs: Floats | None = None,
    ) -> Floats:
        """Iterate scaled states ``(S, N)``; returns scaled observations ``(steps, S, N)``.

        ``inputs`` ``(steps, S, K)``, standardised, drive a model that takes some.
        """
        z = np.ascontiguousarray(self._completed(np.asarray(start, dtype=np.float64), theta))
        form = self.piecewise_linear(theta)
        states = orbit(*form, z, steps, form.drive(inputs))
        return np.asarray(states[:, :, : self.observation_dim])

    # Runs ---------------------------------------------------------------------------------------

    def warm_up(self, context: Floats, inputs: Floats | None = None) -> Floats:
        """Latent state ``(M,)`` at the end of a context ``(T, N)`` with inputs ``(>= T - 1, K)``.

        The observed states are those of the data; where there are others, the model runs over the
        recent past with its observed states replaced by the data at every step.
        """
        if self.latent_dim == self.observation_dim:
            return super().warm_up(context)
        recent = context[-_WARM_UP:]
        first = len(context) - len(recent)
        z = self.encode(recent[0])
        for k, x in enumerate(self.scaler.transform(recent)[1:], start=first):
            z = self.step(z, None if inputs is None else inputs[k])
            z[: self.observation_dim] = x
        return z

    def run(
        self,
        contexts: list[Floats],
        steps: int,
        *,
        inputs: list[Floats] | None,
        rng: np.random.Generator,
    ) -> Floats:
        """Iterate the map from the end of each context."""
        del rng
        drives = [None] * len(contexts) if inputs is None else inputs
        states = np.stack([self.warm_up(c, u) for c, u in zip(contexts, drives, strict=True)])
        form = self.canonical()
        ahead = None if inputs is None else np.stack([u[-steps:] for u in inputs], axis=1)
        values = orbit(*form, states, steps, form.drive(ahead))
        return np.moveaxis(self.decode(values), 1, 0)


def _trainer(trainer: GradientTrainer | None, training: dict[str, Any]) -> GradientTrainer:
    """The trainer that is given, or one with these settings."""
    if trainer is None:
        return GradientTrainer.from_flat(training)
    if training:
        raise InputError(
            f"{next(iter(training))} is a setting of the trainer that is given; pass a trainer or "
            "its settings, not both"
        )
    return trainer

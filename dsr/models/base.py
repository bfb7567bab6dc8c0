"""What all models share: settings, learning, labelled runs, and files."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from dsr.checks import known_options
from dsr.data import as_series
from dsr.errors import InputError
from dsr.models.labels import Labelled
from dsr.models.starts import Start, as_context, as_drive, as_output, as_start, positive_steps
from dsr.models.storage import describe, load_model, write_model

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]


class ReconstructionModel(Labelled):
    """A model fitted to a series or a field, in the protocol `dsr.protocols.Forecaster`.

    A new model says how it learns (`learn`) and how it runs (`run`), on plain arrays; labels,
    units, scaling, checks and files are the business of this class. Trajectories are arrays
    ``(T_i, N)`` in original units; of a field, N counts its valid cells (see `dsr.data.grid.Grid`).

    Attributes
    ----------
    name : str
        Registry name.
    accepts : str
        ``"series"``, ``"field"``, or ``"series | field"``; once fitted, which of them it was.
    takes_inputs : bool
        Whether external inputs can drive the model.
    trained : bool
        Whether fitting is a long training with updates, a budget and checkpoints.
    arrays : tuple of str
        Names of the attributes that `save` stores.
    observation_dim : int
        Number of observed variables N.
    scaler : dsr.data.Scaler
        Mean and standard deviation of the training series, one entry for each variable (cell).
    variables, variable_units : list of str
        Names and units of the observed variables, or of the channels of a field.
    grid : dsr.data.grid.Grid or None
        Of the training field.
    input_variables : list of str
        Names of the external inputs; `input_scaler` standardises them.
    dt, time_unit : float and str, or None
        Step of the training series; None for models built from matrices.
    start : array, (context_length, N), or None
        The end of a training trajectory, where free runs begin if not told otherwise.
    history : xarray.Dataset or None
        Loss, alpha and validation scores over training.
    training : dict
        Settings of the training that made the model.

    Examples
    --------
    >>> class Mean(ReconstructionModel):
    ...     name = "mean"
    ...     arrays = ("mean",)
    ...     def learn(self, parts, *, inputs, seed):
    ...         self.mean = np.concatenate(parts).mean(axis=0)
    ...     def run(self, contexts, steps, *, inputs, rng):
    ...         return np.tile(self.mean, (len(contexts), steps, 1))
    >>> Mean().fit(np.arange(50.0)).generate(steps=2).values.ravel()
    array([24.5, 24.5])
    """

    trained: ClassVar[bool] = False
    arrays: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        super().__init__()
        self.history: xr.Dataset | None = None
        self.training: dict[str, Any] = {}

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.settings().items())
        return f"{type(self).__name__}({given})"

    # Settings -----------------------------------------------------------------------------------

    @classmethod
    def setting_names(cls) -> list[str]:
        """Names of the arguments of the class, which are the settings a model owns."""
        found = inspect.signature(cls).parameters.values()
        return [p.name for p in found if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]

    @classmethod
    def suggest(cls, observed: int) -> dict[str, Any]:
        """Arguments that suit a series of ``observed`` variables, where defaults would not."""
        del observed
        return {}

    def settings(self) -> dict[str, Any]:
        """Arguments that make this model anew: its attributes of the same names."""
        return {name: getattr(self, name) for name in self.setting_names()}

    def parameters(self) -> dict[str, NDArray[Any]]:
        """Named parameter arrays, as in the papers; of any kind, complex numbers included."""
        return {name: np.asarray(getattr(self, name)) for name in self.arrays}

    def _set_parameters(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Take named arrays, checking their shapes."""
        for name in self.arrays:
            setattr(self, name, arrays[name])

    # Learning -----------------------------------------------------------------------------------

    def fit(
        self,
        series: Any,
        *,
        inputs: Any = None,
        seed: int = 0,
        progress: Any = False,
        checkpoint: Any = None,
        **options: Any,
    ) -> Self:
        """Learn from a series or a field.

        Parameters
        ----------
        series : series or field
            What `dsr.data.as_series` accepts.
        inputs : series, optional
            External inputs on the same time axis, for models that they can drive.
        seed : int
            Same data, same seed: same model, bit for bit.
        progress, checkpoint : optional
            Accepted by every model; one that learns in one go has no use for them.
        **options
            Refused, each with its right place or name.

        Returns
        -------
        self

        Raises
        ------
        InputError
            For data or options that cannot be used.
        """
        del progress, checkpoint
        own = set(options) & set(self.setting_names())
        if own:
            raise InputError(
                f"{min(own)} belongs to the model and not to its fit; give it when the model is "
                f"made: {type(self).__name__}({min(own)}=...)"
            )
        known = [*self.setting_names(), "inputs", "seed", "progress", "checkpoint"]
        known_options(f"{self.name}'s fit", options, known)
        parts = self.take_labels(series)
        drives = self.take_inputs(inputs, parts)
        self.training = {"seed": seed}
        self.learn(parts, inputs=drives, seed=seed)
        for name in self.arrays:
            # In the layout that a file gives back, on which the rounding of products depends.
            setattr(self, name, np.array(getattr(self, name), order="C"))
        return self

    def learn(self, parts: list[Floats], *, inputs: list[Floats] | None, seed: int) -> None:
        """Find the parameters from trajectories ``(T_i, N)`` in original units.

        ``inputs`` are standardised, ``(T_i, K)``, None without any.
        """
        raise TypeError(f"{type(self).__name__} defines neither learn nor fit")

    def run(
        self,
        contexts: list[Floats],
        steps: int,
        *,
        inputs: list[Floats] | None,
        rng: np.random.Generator,
    ) -> Floats:
        """Go on from each context.

        Parameters
        ----------
        contexts : list of array (T_i, N)
            What was observed before, in original units; at least ``context_length`` samples.
        steps : int
        inputs : list of array (T_i - 1 + steps, K), or None
            Standardised; ``[k]`` drives the step out of sample k of context and run.
        rng : numpy.random.Generator
            For models that draw.

        Returns
        -------
        array, (runs, steps, N)
            In original units; NaN from where a run leaves the finite numbers.
        """
        raise TypeError(f"{type(self).__name__} defines neither run nor generate")

    def run_from(
        self, start: Start, steps: int, *, inputs: list[Floats] | None, rng: np.random.Generator
    ) -> Floats:
        """What `run` does; for models that need to know when a start was, and not only what."""
        return self.run(start.contexts, steps, inputs=inputs, rng=rng)

    # Runs ---------------------------------------------------------------------------------------

    def generate(
        self, start: Any = None, steps: int = 1000, *, inputs: Any = None, seed: int = 0
    ) -> xr.DataArray:
        """Run freely from a start.

        Parameters
        ----------
        start : array, series, or None
            Where to begin, in original units: one state ``(N,)`` or k of them ``(k, N)``, a stretch
            ``(context_length, N)`` where a start needs several samples; a series, whose end is the
            start; or None, a stored stretch of training data. States of a field are frames
            ``(channel, y, x)``.
        steps : int
            Samples to generate; the start is not among them.
        inputs : series or array, optional
            External inputs of a driven model: sample k drives the step out of sample k, the start
            being sample 0; at least ``steps`` of them.
        seed : int
            For models that draw.

        Returns
        -------
        xarray.DataArray, (trajectory, time, variable) or a field
            In original units; frame k is k + 1 steps after the start. NaN from where a run leaves
            the finite numbers.
        """
        first = as_start(self, start)
        return self._labelled_run(first, positive_steps(steps), inputs, seed, covered=False)

    def forecast(
        self, context: Any, steps: int, *, inputs: Any = None, seed: int = 0
    ) -> xr.DataArray:
        """Continue a series.

        Parameters
        ----------
        context : series
            What was observed so far, in original units.
        steps : int
            Samples to forecast.
        inputs : series or array, optional
            External inputs of a driven model: they cover the context and go on.
        seed : int
            For models that draw.

        Returns
        -------
        xarray.DataArray, (trajectory, time, variable) or a field
            The time axis goes on where the context ends.
        """
        first = as_start(self, as_context(self, context))
        if type(self).generate is ReconstructionModel.generate:
            return self._labelled_run(first, positive_steps(steps), inputs, seed, covered=True)
        if inputs is not None:
            begin = len(first.contexts[0]) - 1
            inputs = as_series(inputs, dt=self.dt, time_unit=self.time_unit, name="inputs")
            inputs = inputs.isel(time=slice(begin, None))
        return self.generate(first.series, positive_steps(steps), inputs=inputs, seed=seed)

    def _labelled_run(
        self, first: Start, steps: int, inputs: Any, seed: int, *, covered: bool
    ) -> xr.DataArray:
        before = [len(context) - 1 if covered else 0 for context in first.contexts]
        drives = as_drive(self, inputs, before, steps, first)
        if drives is not None and not covered:
            # Nothing is known of what drove the context, so that only its end can be used.
            first = first._replace(contexts=[c[-self.context_length :] for c in first.contexts])
            held = self.context_length - 1
            drives = [np.concatenate([np.repeat(d[:1], held, axis=0), d]) for d in drives]
        rng = np.random.default_rng(seed)
        return as_output(self, self.run_from(first, steps, inputs=drives, rng=rng), first)

    def diagnostics(self) -> Mapping[str, xr.Dataset]:
        """What else the fit found, by name: each becomes a part of the results of a run."""
        return {} if self.history is None else {"history": self.history}

    def save(self, folder: str | Path) -> None:
        """Write ``model.safetensors`` and ``model.json``; never a pickle.

        Both files depend on nothing but data, settings, seed and number of updates.
        """
        document, own = describe(self)
        write_model(folder, document, self.parameters(), own)

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        InputError
            If files are missing, damaged, of another kind of model or of a newer version.
        """
        return load_model(cls, Path(folder))

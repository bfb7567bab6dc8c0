"""What the rooms of this package ask of a model: nothing but these methods and facts.

Metrics, symbolic codes, spectra, the report and the command line know models by these protocols
only, whether a model is of this package or of another. They stand on the ground floor, so that
every room may ask for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@runtime_checkable
class Runs(Protocol):
    """Anything that can run freely and continue what was observed."""

    def generate(
        self, start: Any = None, steps: int = 1000, *, inputs: Any = None, seed: int = 0
    ) -> xr.DataArray:
        """Run freely for ``steps`` samples; frame k is k + 1 steps after the start."""
        ...

    def forecast(
        self, context: Any, steps: int, *, inputs: Any = None, seed: int = 0
    ) -> xr.DataArray:
        """Continue a series for ``steps`` samples, in its original units."""
        ...


@runtime_checkable
class Forecaster(Runs, Protocol):
    """A model of the registry, fitted or not.

    Attributes
    ----------
    name : str
        Registry name.
    accepts : str
        ``"series"``, ``"field"``, or ``"series | field"`` before a fit has settled which.
    takes_inputs : bool
        Whether external inputs can drive it.
    dt : float or None
        Step of the training series in ``time_unit``; None where time is counted in steps.
    time_unit : str or None
    variables, variable_units : list of str
        Names and units of the observed variables, or of the channels of a field.
    """

    name: ClassVar[str]
    accepts: str
    takes_inputs: bool
    dt: float | None
    time_unit: str | None
    variables: list[str]
    variable_units: list[str]

    @property
    def context_length(self) -> int:
        """How many samples a start needs."""
        ...

    def fit(self, series: Any, *, inputs: Any = None, seed: int = 0) -> Any:
        """Learn from a series; returns itself."""
        ...

    def diagnostics(self) -> Mapping[str, xr.Dataset]:
        """What else a fit found: history, symbols, eigenpairs, re-encodings."""
        ...

    def save(self, folder: str | Path) -> None:
        """Write ``model.safetensors`` and ``model.json``."""
        ...


@runtime_checkable
class StateSpace(Protocol):
    """A model that is a map of latent states.

    Attributes
    ----------
    latent_dim : int
        Number of latent states M.
    """

    @property
    def latent_dim(self) -> int:
        """Number of latent states M."""
        ...

    def encode(self, x: Any) -> Floats:
        """Latent states of observations: ``(..., N)``, or ``(..., context_length, N)``."""
        ...

    def step(self, z: Any, u: Any = None) -> Floats:
        """Next latent state of ``(..., M)``; ``u`` are standardised inputs of a driven model."""
        ...

    def jacobian(self, z: Any, u: Any = None) -> Floats:
        """Jacobian ``(..., M, M)`` of the step out of ``z``."""
        ...

    def decode(self, z: Any) -> Floats:
        """Observations of latent states, in original units."""
        ...

    def start_state(self) -> Floats | None:
        """Latent state ``(M,)`` where free runs begin if not told otherwise; None without one."""
        ...


@runtime_checkable
class PiecewiseLinearMap(StateSpace, Protocol):
    """A state-space model that is linear in each of finitely many regions."""

    def canonical(self) -> Any:
        """Exact shallow form, a `dsr.kernels.piecewise_linear.PiecewiseLinear`."""
        ...

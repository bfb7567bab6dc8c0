"""SINDy (Brunton, Proctor, Kutz, PNAS 2016), fitted by pysindy, run by a compiled integrator."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dsr.data.scaler import Scaler
from dsr.errors import DivergedError, InputError
from dsr.kernels.polynomial import polynomial_jacobian, polynomial_orbit
from dsr.models.base import Floats, ReconstructionModel

_SUBSTEPS = 4
_LARGEST_LIBRARY = 2_000


class SINDy(ReconstructionModel):
    """Sparse polynomial equations of motion, found by sequentially thresholded least squares.

    A series in time units gives a differential equation of the scaled variables, run by RK4
    with four steps per sample; a series whose unit is "step" gives a map.

    Parameters
    ----------
    degree : int
        Largest degree of the monomials.
    threshold : float
        Coefficients below it (in variables scaled to unit deviation) are set to zero.

    Examples
    --------
    >>> import dsr
    >>> series = dsr.simulate("lorenz63", steps=4000, dt=0.005, seed=0)
    >>> model = SINDy().fit(series)
    >>> int((model.parameters()["coefficients"] != 0).sum())
    7
    """

    name: ClassVar[str] = "sindy"

    def __init__(self, degree: int = 2, threshold: float = 0.05) -> None:
        super().__init__()
        if isinstance(degree, bool) or not isinstance(degree, int) or not 1 <= degree <= 8:
            raise InputError(f"degree must be a whole number from 1 to 8, not {degree!r}")
        if not isinstance(threshold, int | float) or not 0.0 <= threshold < np.inf:
            raise InputError(f"threshold must be a number of at least 0, not {threshold!r}")
        self.degree = degree
        self.threshold = float(threshold)
        self._coefficients = np.zeros((0, 0))
        self._powers: NDArray[np.int64] = np.zeros((0, 0), dtype=np.int64)

    def learn(self, parts: list[Floats], *, inputs: list[Floats] | None, seed: int) -> None:
        """Find the coefficients on the scaled trajectories.

        Raises
        ------
        InputError
            If the polynomial library would be too large for this many variables.
        DivergedError
            If the regression finds no finite coefficients.
        """
        del inputs, seed
        import pysindy

        # Scaled but not centred: a shift would fill in terms that the equations do not have.
        self.scaler = Scaler(np.zeros(self.observation_dim), self.scaler.std)
        parts = [self.scaler.transform(part) for part in parts]
        size = _library_size(self.observation_dim, self.degree)
        if size > _LARGEST_LIBRARY:
            raise InputError(
                f"a polynomial library of degree {self.degree} in {self.observation_dim} variables "
                f"has {size} terms; use a smaller degree or fewer variables"
            )
        library = pysindy.PolynomialLibrary(degree=self.degree)
        optimiser = pysindy.STLSQ(threshold=self.threshold)
        estimator = pysindy.DiscreteSINDy if self.discrete else pysindy.SINDy
        model = estimator(optimizer=optimiser, feature_library=library)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(parts, t=1.0 if self.discrete else self.dt)
        coefficients = np.ascontiguousarray(np.asarray(model.coefficients(), dtype=np.float64))
        if not np.isfinite(coefficients).all():
            raise DivergedError("SINDy found no finite coefficients; try a larger threshold")
        self._coefficients = coefficients
        self._powers = np.ascontiguousarray(library.powers_, dtype=np.int64)

    @property
    def discrete(self) -> bool:
        """Whether the model is a map."""
        return self.time_unit == "step"

    @classmethod
    def suggest(cls, observed: int) -> dict[str, Any]:
        """Quadratic terms for up to 50 variables, linear ones beyond."""
        return {"degree": 2 if observed <= 50 else 1, "threshold": 0.05}

    def parameters(self) -> dict[str, NDArray[Any]]:
        """Coefficients (N, F) and exponents of the monomials (F, N)."""
        return {"coefficients": self._coefficients, "powers": self._powers}

    def _set_parameters(self, arrays: dict[str, NDArray[Any]]) -> None:
        coefficients, powers = arrays["coefficients"], arrays["powers"]
        n = self.observation_dim
        if coefficients.shape != (n, len(powers)) or powers.shape[1:] != (n,):
            raise InputError("the coefficients of this SINDy model do not fit its variables")
        self._coefficients = np.ascontiguousarray(coefficients)
        self._powers = np.ascontiguousarray(powers, dtype=np.int64)

    def equations(self, precision: int = 3) -> list[str]:
        """Equations of the scaled variables, one text each."""
        lines = []
        for name, row in zip(self.variables, self._coefficients, strict=True):
            terms = [
                f"{value:.{precision}f} {self._monomial(powers)}".strip()
                for value, powers in zip(row, self._powers, strict=True)
                if value != 0.0
            ]
            left = f"{name}[k+1]" if self.discrete else f"d{name}/dt"
            lines.append(f"{left} = {' + '.join(terms) or '0'}")
        return lines

    def _monomial(self, powers: NDArray[np.int64]) -> str:
        factors = [
            name if power == 1 else f"{name}^{power}"
            for name, power in zip(self.variables, powers, strict=True)
            if power
        ]
        return " ".join(factors)

    def _step_size(self) -> float:
        return 0.0 if self.discrete or self.dt is None else self.dt

    def step(self, z: Any) -> Floats:
        """Next scaled state; ``z`` is ``(..., N)``."""
        z = np.asarray(z, dtype=np.float64)
        flat = np.ascontiguousarray(z.reshape(-1, z.shape[-1]))
        after = polynomial_orbit(
            self._coefficients, self._powers, self._step_size(), _SUBSTEPS, flat, 1
        )
        return np.asarray(after[0].reshape(z.shape))

    def jacobian(self, z: Any) -> Floats:
        """Jacobian of `step` out of ``z``, ``(..., N, N)``, by central differences."""
        z = np.asarray(z, dtype=np.float64)
        flat = z.reshape(-1, z.shape[-1])
        each = [
            polynomial_jacobian(row, self._coefficients, self._powers, self._step_size(), _SUBSTEPS)
            for row in np.ascontiguousarray(flat)
        ]
        return np.stack(each).reshape(*z.shape, z.shape[-1])

    def run(
        self,
        contexts: list[Floats],
        steps: int,
        *,
        inputs: list[Floats] | None,
        rng: np.random.Generator,
    ) -> Floats:
        """Run the equations freely; NaN from where they leave the finite numbers."""
        del inputs, rng
        states = self.encode(np.stack([context[-1] for context in contexts]))
        values = polynomial_orbit(
            self._coefficients, self._powers, self._step_size(), _SUBSTEPS, states, steps
        )
        return np.moveaxis(self.decode(values), 1, 0)


def _library_size(variables: int, degree: int) -> int:
    from math import comb

    return comb(variables + degree, degree)

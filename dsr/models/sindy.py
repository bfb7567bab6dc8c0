"""SINDy (Brunton, Proctor, Kutz, PNAS 2016), fitted by pysindy, run by a compiled integrator."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from itertools import compress
from math import comb
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dsr.data.scaler import Scaler
from dsr.errors import DivergedError, InputError
from dsr.kernels.polynomial import polynomial_jacobian, polynomial_orbit
from dsr.models.base import Floats, ReconstructionModel

if TYPE_CHECKING:
    import xarray as xr

_SUBSTEPS = 4
_LARGEST_LIBRARY = 2_000


class SINDy(ReconstructionModel):
    """Sparse polynomial equations of motion, found by sequentially thresholded least squares.

    A series in time units gives a differential equation of the scaled variables, run by RK4
    with four steps per sample; a series whose unit is "step" gives a map. External inputs are
    variables of the library without an equation of their own.

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
    takes_inputs = True

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

    def __repr__(self) -> str:
        found = ""
        if self._coefficients.size:
            terms = int((self._coefficients != 0.0).sum())
            found = f": {len(self._coefficients)} equations with {terms} terms"
        return f"SINDy(degree={self.degree}, threshold={self.threshold:g}){found}"

    def learn(self, parts: list[Floats], *, inputs: list[Floats] | None, seed: int) -> None:
        """Find the coefficients on the scaled trajectories.

        Raises
        ------
        InputError
            If the polynomial library would be too large for this many variables.
        DivergedError
            If the regression finds no finite coefficients.
        """
        del seed
        import pysindy

        size = comb(self.observation_dim + self.input_dim + self.degree, self.degree)
        if size > _LARGEST_LIBRARY:
            raise InputError(
                f"a polynomial library of degree {self.degree} in "
                f"{self.observation_dim + self.input_dim} variables has {size} terms; use a "
                "smaller degree or fewer variables"
            )
        # Scaled but not centred: a shift would fill in terms that the equations do not have.
        self.scaler = Scaler(np.zeros(self.observation_dim), self.scaler.std)
        parts = [self.scaler.transform(part) for part in parts]
        if inputs is not None:
            shift = self.input_scaler.mean / self.input_scaler.std
            inputs = [u + shift for u in inputs]
            self.input_scaler = Scaler(np.zeros(self.input_dim), self.input_scaler.std)
        library = pysindy.PolynomialLibrary(degree=self.degree)
        optimiser = pysindy.STLSQ(threshold=self.threshold)
        estimator = pysindy.DiscreteSINDy if self.discrete else pysindy.SINDy
        model = estimator(optimizer=optimiser, feature_library=library)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(parts, t=1.0 if self.discrete else self.dt, u=inputs)
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
        """Coefficients (N, F) of the scaled variables and exponents of the monomials (F, N + K)."""
        return {"coefficients": self._coefficients, "powers": self._powers}

    def _set_parameters(self, arrays: dict[str, NDArray[Any]]) -> None:
        coefficients, powers = arrays["coefficients"], arrays["powers"]
        n = self.observation_dim
        if coefficients.shape != (n, len(powers)) or powers.shape[1:] != (n + self.input_dim,):
            raise InputError("the coefficients of this SINDy model do not fit its variables")
        self._coefficients = np.ascontiguousarray(coefficients)
        self._powers = np.ascontiguousarray(powers, dtype=np.int64)

    # Equations ----------------------------------------------------------------------------------

    def coefficients(self) -> Floats:
        """Coefficients (N, F) of the equations in original units."""
        scale = np.concatenate([self.scaler.std, self.input_scaler.std])
        monomials = np.prod(scale**self._powers, axis=1)
        return np.asarray(self._coefficients * self.scaler.std[:, None] / monomials)

    def equations(self, precision: int = 3, *, scaled: bool = False) -> list[str]:
        """Equations in original units, one text each.

        Parameters
        ----------
        precision : int
            Significant digits.
        scaled : bool
            Of the variables divided by their standard deviations instead.

        Returns
        -------
        list of str

        Examples
        --------
        >>> import numpy as np
        >>> SINDy(degree=1).fit(np.exp(-0.1 * np.arange(50.0))).equations()
        ['x0[k+1] = 0.905 x0']
        """
        found = self._coefficients if scaled else self.coefficients()
        lines = []
        for name, row in zip(self.variables, found, strict=True):
            terms = [
                f"{value:.{precision}g} {monomial}".strip()
                for value, monomial in zip(row, self._monomials(), strict=True)
                if value != 0.0
            ]
            left = f"{name}[k+1]" if self.discrete else f"d{name}/dt"
            lines.append(f"{left} = {' + '.join(terms) or '0'}".replace("+ -", "- "))
        return lines

    def _monomials(self) -> list[str]:
        names = [*self.variables, *self.input_variables]
        return [
            " ".join(
                name if power == 1 else f"{name}^{power}"
                for name, power in zip(names, powers, strict=True)
                if power
            )
            for powers in self._powers
        ]

    def diagnostics(self) -> Mapping[str, xr.Dataset]:
        """The equations: their text, and the coefficient of each term, in original units."""
        import xarray as xr

        used = (self._coefficients != 0.0).any(axis=0)
        terms = [name or "1" for name in self._monomials()]
        data = {
            "equation": ("variable", self.equations()),
            "coefficient": (("variable", "term"), self.coefficients()[:, used]),
            "scaled_coefficient": (("variable", "term"), self._coefficients[:, used]),
        }
        coords = {"variable": self.variables, "term": list(compress(terms, used))}
        attrs = {"title": "equations in original units", "time_unit": self.time_unit or "step"}
        return {**super().diagnostics(), "equations": xr.Dataset(data, coords, attrs)}

    # Running ------------------------------------------------------------------------------------

    def _settings(self) -> tuple[Floats, NDArray[np.int64], float, int]:
        dt = 0.0 if self.discrete or self.dt is None else self.dt
        return self._coefficients, self._powers, dt, _SUBSTEPS

    def _driving(self, u: Any, like: Floats) -> Floats:
        """Inputs (..., K) beside states (..., N)."""
        if self.input_dim == 0:
            return np.zeros((*like.shape[:-1], 0))
        return np.broadcast_to(self.driving(u), (*like.shape[:-1], self.input_dim))

    def step(self, z: Any, u: Any = None) -> Floats:
        """Next scaled state of ``(..., N)``, under scaled inputs ``(..., K)`` that stay."""
        z = np.asarray(z, dtype=np.float64)
        flat = np.ascontiguousarray(z.reshape(-1, z.shape[-1]))
        u = self._driving(u, z).reshape(len(flat), 1, -1)
        after = polynomial_orbit(*self._settings(), flat, np.repeat(u, 2, axis=1))
        return np.asarray(after[0].reshape(z.shape))

    def jacobian(self, z: Any, u: Any = None) -> Floats:
        """Jacobian of `step` out of ``z``, ``(..., N, N)``, by central differences."""
        z = np.asarray(z, dtype=np.float64)
        flat = np.ascontiguousarray(z.reshape(-1, z.shape[-1]))
        u = np.ascontiguousarray(self._driving(u, z).reshape(len(flat), -1))
        each = [polynomial_jacobian(*pair, *self._settings()) for pair in zip(flat, u, strict=True)]
        return np.stack(each).reshape(*z.shape, z.shape[-1])

    def run(
        self,
        contexts: list[Floats],
        steps: int,
        *,
        inputs: list[Floats] | None,
        rng: np.random.Generator,
    ) -> Floats:
        """Run the equations freely; NaN from where they leave the finite numbers.

        Inputs go linearly from sample to sample, and on so over the last step.
        """
        del rng
        states = self.encode(np.stack([context[-1] for context in contexts]))
        drives = np.zeros((len(contexts), steps + 1, self.input_dim))
        if inputs is not None:
            drives[:, :-1] = np.stack([u[-steps:] for u in inputs])
            drives[:, -1] = 2.0 * drives[:, -2] - drives[:, max(-3, -steps - 1)]
        values = polynomial_orbit(*self._settings(), states, drives)
        return np.moveaxis(self.decode(values), 1, 0)

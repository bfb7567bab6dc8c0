"""Dynamic mode decomposition: the linear map that fits best, in the space of leading modes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dsr.errors import InputError
from dsr.kernels.principal import principal_directions, signal_rank
from dsr.models.base import Floats, ReconstructionModel

if TYPE_CHECKING:
    import xarray as xr

_OUTSIDE = 1e-6


class DMD(ReconstructionModel):
    """Exact dynamic mode decomposition in the space of the leading principal directions.

    Scaled samples (with those before them, where there are delays) are projected on their leading
    directions, and the linear map ``z[k+1] = A z[k] + B u[k] + c`` is fitted there by least squares
    (Schmid, J. Fluid Mech. 656, 5 (2010); Tu et al., J. Comput. Dyn. 1, 391 (2014); with inputs
    Proctor, Brunton and Kutz, SIAM J. Appl. Dyn. Syst. 15, 142 (2016)). The constant ``c`` leaves
    the eigenvalues right whatever the mean of the data.

    Parameters
    ----------
    rank : int, optional
        Number of directions. By default all where there are at most 30, else those above the
        optimal hard threshold of Gavish and Donoho (2014), at most 200.
    delays : int
        Samples that make a state, the present one included.

    Examples
    --------
    >>> import numpy as np
    >>> k = np.arange(200)
    >>> series = np.stack([np.cos(0.3 * k), np.sin(0.3 * k)], axis=1)
    >>> modes = DMD().fit(series).diagnostics()["modes"]
    >>> np.round(modes["frequency"].values * 2 * np.pi, 6)
    array([ 0.3, -0.3])
    """

    name: ClassVar[str] = "dmd"
    accepts = "series | field"
    takes_inputs = True
    arrays: ClassVar[tuple[str, ...]] = (
        "center", "basis", "A", "B", "c", "eigenvalues", "modes", "amplitudes",
    )  # fmt: skip

    def __init__(self, rank: int | None = None, delays: int = 1) -> None:
        super().__init__()
        for label, value in (("rank", rank), ("delays", delays)):
            whole = isinstance(value, int) and not isinstance(value, bool) and value >= 1
            if not whole and not (label == "rank" and value is None):
                raise InputError(f"{label} must be a whole number of at least 1, not {value!r}")
        self.rank = rank
        self.delays = delays
        self.center = np.zeros(0)
        self.basis = np.zeros((0, 0))
        self.A = np.zeros((0, 0))
        self.B = np.zeros((0, 0))
        self.c = np.zeros(0)
        self.eigenvalues = np.zeros(0, dtype=np.complex128)
        self.modes = np.zeros((0, 0), dtype=np.complex128)
        self.amplitudes = np.zeros(0, dtype=np.complex128)

    @property
    def context_length(self) -> int:
        """As many samples as make a state."""
        return self.delays

    @property
    def latent_dim(self) -> int:
        """Number of directions r."""
        return self.basis.shape[1]

    # Learning -----------------------------------------------------------------------------------

    def learn(self, parts: list[Floats], *, inputs: list[Floats] | None, seed: int) -> None:
        """Find directions, map, eigenvalues and modes.

        Raises
        ------
        InputError
            If no trajectory has a sample after a start, or nothing in the data varies.
        """
        del seed
        states = [self._stacked(self.scaler.transform(p)) for p in parts if len(p) > self.delays]
        if not states:
            raise InputError(f"every trajectory is too short for {self.delays} delays; use fewer")
        everything = np.concatenate(states)
        self.center = everything.mean(axis=0)
        everything -= self.center
        shape = everything.shape
        self.basis, _ = principal_directions(
            everything, lambda sigma: min(self.rank or signal_rank(sigma, shape), len(sigma))
        )
        if not self.latent_dim:
            raise InputError("nothing in the series varies, so that it has no modes")
        z = np.split(everything @ self.basis, np.cumsum([len(s) for s in states])[:-1])
        del everything
        known = np.concatenate([part[:-1] for part in z])
        if inputs is not None:
            drives = [u for u, p in zip(inputs, parts, strict=True) if len(p) > self.delays]
            used = np.concatenate([u[self.delays - 1 : -1] for u in drives])
            known = np.concatenate([known, used], axis=1)
        middle = known.mean(axis=0)
        solve = np.linalg.pinv(known - middle)
        following = np.concatenate([part[1:] for part in z])
        both = (solve @ following).T
        self.A, self.B = both[:, : self.latent_dim].copy(), both[:, self.latent_dim :].copy()
        self.c = following.mean(axis=0) - both @ middle
        whole = solve[: self.latent_dim] @ np.concatenate([state[1:] for state in states])
        self._decompose(whole, z)

    def _stacked(self, x: Floats) -> Floats:
        """States (T - delays + 1, delays * N) of samples (T, N), the oldest first."""
        count = len(x) - self.delays + 1
        return np.concatenate([x[d : d + count] for d in range(self.delays)], axis=1)

    def _decompose(self, whole: Floats, states: list[Floats]) -> None:
        """Eigenvalues and exact modes, the strongest in the training series first.

        ``whole`` (r, delays * N) takes reduced states to the next full ones.
        """
        values, vectors = np.linalg.eig(self.A)
        modes = vectors.T @ whole
        norms = np.linalg.norm(modes, axis=1)
        # An eigenvalue of zero has no exact mode; the projected one stands in.
        lost = norms <= 1e-12 * max(float(norms.max()), 1e-300)
        modes[lost] = (self.basis @ vectors[:, lost]).T
        norms = np.linalg.norm(modes, axis=1)
        rest = np.linalg.lstsq(np.eye(self.latent_dim) - self.A, self.c, rcond=1e-10)[0]
        shares = np.linalg.lstsq(vectors, (np.concatenate(states) - rest).T + 0j, rcond=None)[0]
        power = (np.abs(shares) ** 2).mean(axis=1)
        order = np.lexsort((-values.imag, -(power / power.max()).round(9)))
        newest = modes[:, -self.observation_dim :] / norms[:, None]
        # Exact modes belong to the sample after a state: one power of the eigenvalue too many.
        first = shares[:, 0] * norms * np.where(lost, 1.0, 1.0 / np.where(lost, 1.0, values))
        self.eigenvalues = values[order]
        self.modes = (newest * self.scaler.std)[order]
        self.amplitudes = first[order]

    def _set_parameters(self, arrays: dict[str, NDArray[Any]]) -> None:
        r, n = len(arrays["c"]), self.observation_dim
        wanted = {"center": (n * self.delays,), "basis": (n * self.delays, r), "A": (r, r),
                  "B": (r, self.input_dim), "modes": (r, n)}  # fmt: skip
        if any(arrays[name].shape != shape for name, shape in wanted.items()):
            raise InputError("the arrays of this decomposition do not fit its number of variables")
        super()._set_parameters(arrays)

    # Running ------------------------------------------------------------------------------------

    def encode(self, x: Any) -> Floats:
        """Reduced states of samples ``(..., N)``, with delays of ``(..., delays, N)``."""
        scaled = super().encode(x)
        if self.delays > 1:
            if scaled.ndim < 2 or scaled.shape[-2] != self.delays:
                raise InputError(
                    f"a state is made of {self.delays} samples, shape (..., {self.delays}, "
                    f"{self.observation_dim}), not {scaled.shape}"
                )
            scaled = scaled.reshape(*scaled.shape[:-2], -1)
        return np.asarray((scaled - self.center) @ self.basis)

    def decode(self, z: Any) -> Floats:
        """Newest samples of reduced states ``(..., r)``, in original units ``(..., N)``."""
        newest = slice(-self.observation_dim, None)
        scaled = np.asarray(z, dtype=np.float64) @ self.basis[newest].T + self.center[newest]
        return self.scaler.inverse(scaled)

    def step(self, z: Any, u: Any = None) -> Floats:
        """Next reduced state; ``u`` are standardised inputs ``(..., K)`` of a driven model."""
        after = np.asarray(z, dtype=np.float64) @ self.A.T + self.c
        return after if not self.input_dim else after + self.driving(u) @ self.B.T

    def jacobian(self, z: Any, u: Any = None) -> Floats:
        """The matrix ``A``, wherever the state is."""
        del u
        return np.broadcast_to(self.A, (*np.shape(z)[:-1], *self.A.shape)).copy()

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
        z = np.stack([self.warm_up(context) for context in contexts])
        states = np.empty((len(z), steps, self.latent_dim))
        with np.errstate(over="ignore", invalid="ignore"):
            for k in range(steps):
                u = None if inputs is None else np.stack([d[k - steps] for d in inputs])
                z = states[:, k] = self.step(z, u)
            values = self.decode(states)
        return np.where(np.isfinite(values).all(axis=-1, keepdims=True), values, np.nan)

    def diagnostics(self) -> Mapping[str, xr.Dataset]:
        """Modes with their eigenvalues, amplitudes, frequencies and growth rates.

        Those with the largest power in the training series come first. Without inputs, the data
        are ``mean + sum_j amplitude_j eigenvalue_j**k mode_j`` at sample k of the first trajectory;
        modes are in original units, frequencies in cycles and growth rates in e-foldings per unit
        of time.
        """
        import xarray as xr

        dims: tuple[str, ...] = ("variable",)
        coords: dict[str, Any] = {"variable": self.variables}
        modes = self.modes
        if self.grid is not None:
            dims, coords = ("channel", "y", "x"), {"channel": self.variables, **self.grid.coords}
            modes = self.grid.frames(modes.real) + 1j * self.grid.frames(modes.imag)
        with np.errstate(divide="ignore"):
            exponents = np.log(self.eigenvalues) / (self.dt or 1.0)
        unit = {"units": f"1/{self.time_unit or 'step'}"}
        size = np.abs(self.eigenvalues)
        unstable = int((size > 1.0 + _OUTSIDE).sum())
        attrs = {"title": "dynamic modes", "rank": self.latent_dim, "delays": self.delays,
                 "largest_modulus": float(size.max(initial=0.0)), "unstable": unstable}  # fmt: skip
        if unstable:
            attrs["warning"] = (
                f"{unstable} of {self.latent_dim} eigenvalues lie outside the unit circle (largest "
                f"modulus {attrs['largest_modulus']:.6g}), so that long runs grow without bound; "
                "use a smaller rank"
            )
        data = {
            "eigenvalue": ("mode", self.eigenvalues),
            "amplitude": ("mode", self.amplitudes),
            "frequency": ("mode", exponents.imag / (2.0 * math.pi), unit),
            "growth_rate": ("mode", exponents.real, unit),
            "modes": (("mode", *dims), modes),
        }
        coords["mode"] = np.arange(1, self.latent_dim + 1)
        return {**super().diagnostics(), "modes": xr.Dataset(data, coords, attrs)}

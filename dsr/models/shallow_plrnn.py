"""The shallow piecewise-linear RNN and its clipped form (Hess et al., ICML 2023)."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from dsr.data.scaler import Scaler
from dsr.errors import InputError
from dsr.kernels.piecewise_linear import PiecewiseLinear
from dsr.kernels.shallow import mean_log_jacobian_norm, shallow_gradient
from dsr.models.base import Floats
from dsr.models.state_space import StateSpaceModel
from dsr.training.protocol import GradientEngine


class ShallowPLRNN(StateSpaceModel):
    r"""Shallow PLRNN: one hidden layer of rectified units on top of a diagonal linear part.

    .. math:: z_t = A z_{t-1} + W_1\,\phi(W_2 z_{t-1} + h_2) + h_1,\qquad \phi(u) = \max(u, 0)

    and in the clipped form :math:`\phi(W_2 z + h_2) - \phi(W_2 z)` (Hess, Monfared, Brenner,
    Durstewitz, ICML 2023, eq. 2 and 4). The first N of M states are the standardised observations.

    Parameters
    ----------
    latent_dim : int
        Number of latent states M, at least the number of observed variables.
    hidden_dim : int
        Number of hidden units H.
    clipped : bool
        The clipped form: bounded if every ``|A_i| < 1``, so that a free run cannot escape.
        `dsr.fit` uses it unless told otherwise: unclipped models that forecast equally well often
        leave the attractor from a rare state.

    Examples
    --------
    The tent map ``z -> 1 - 1.9 |z|``:

    >>> import numpy as np
    >>> model = ShallowPLRNN.from_matrices(
    ...     A=[0.0], W1=[[-1.9, -1.9]], W2=[[1.0], [-1.0]], h1=[1.0], h2=[0.0, 0.0]
    ... )
    >>> model.step(np.array([0.5]))
    array([0.05])
    >>> model.jacobian(np.array([0.5]))
    array([[-1.9]])
    """

    name: ClassVar[str] = "shallow-plrnn"

    def __init__(self, latent_dim: int, hidden_dim: int, clipped: bool = False) -> None:
        super().__init__()
        for key, value in (("latent_dim", latent_dim), ("hidden_dim", hidden_dim)):
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
                raise InputError(f"{key} must be a whole number of at least 1, not {value!r}")
        if not isinstance(clipped, bool):
            raise InputError(f"clipped must be true or false, not {clipped!r}")
        self._latent_dim = int(latent_dim)
        self.hidden_dim = int(hidden_dim)
        self.clipped = clipped

    @classmethod
    def from_matrices(
        cls, A: Any, W1: Any, W2: Any, h1: Any, h2: Any, clipped: bool = False
    ) -> Self:
        """Build a model from its matrices; its states are its observations, its time is steps.

        Parameters
        ----------
        A : array, (M,) or diagonal (M, M)
        W1, W2 : arrays, (M, H) and (H, M)
        h1, h2 : arrays, (M,) and (H,)
        clipped : bool
        """
        A = np.asarray(A, dtype=np.float64)
        if A.ndim == 2:
            if np.any(np.diag(np.diag(A)) != A):
                raise InputError("A must be diagonal: the shallow PLRNN's linear part is diagonal")
            A = np.diag(A)
        arrays = {
            "A": np.atleast_1d(A),
            "W1": np.asarray(W1, dtype=np.float64),
            "W2": np.asarray(W2, dtype=np.float64),
            "h1": np.atleast_1d(np.asarray(h1, dtype=np.float64)),
            "h2": np.atleast_1d(np.asarray(h2, dtype=np.float64)),
        }
        latent, hidden = arrays["A"].size, arrays["h2"].size
        model = cls(latent, hidden, clipped)
        model.observation_dim = latent
        model.scaler = Scaler(np.zeros(latent), np.ones(latent))
        model.variables = [f"z{i}" for i in range(latent)]
        model._theta = model._flatten(arrays)
        return model

    def __repr__(self) -> str:
        clipped = ", clipped=True" if self.clipped else ""
        return f"ShallowPLRNN(latent_dim={self.latent_dim}, hidden_dim={self.hidden_dim}{clipped})"

    @property
    def latent_dim(self) -> int:
        """Number of latent states M."""
        return self._latent_dim

    @classmethod
    def suggest(cls, observed: int) -> dict[str, Any]:
        """Clipped, M = N, and 50 hidden units for up to three variables, 50 more for each other."""
        hidden = 50 if observed <= 3 else min(512, 50 * (observed - 2))
        return {"latent_dim": observed, "hidden_dim": hidden, "clipped": True}

    # Parameters ---------------------------------------------------------------------------------

    def initial_parameters(self, rng: np.random.Generator) -> Floats:
        """Published initialisation: A from a normalised positive matrix, uniform weights, h = 0.

        Notes
        -----
        ``A`` is the diagonal of ``R'R/M + I`` divided by its largest eigenvalue, R standard
        normal; ``W1 ~ U(+-1/sqrt(H))``, ``W2 ~ U(+-1/sqrt(M))``; ``h2`` is zero, in the clipped
        form ``U(+-1/sqrt(H))`` since zero would kill every unit.
        """
        M, H, N = self.latent_dim, self.hidden_dim, self.observation_dim
        R = rng.standard_normal((M, M))
        K = R.T @ R / M + np.eye(M)
        A = np.diag(K / np.linalg.eigvalsh(K)[-1])
        W1 = rng.uniform(-1, 1, (M, H)) / np.sqrt(H)
        W2 = rng.uniform(-1, 1, (H, M)) / np.sqrt(M)
        h2 = rng.uniform(-1, 1, H) / np.sqrt(H) if self.clipped else np.zeros(H)
        L = rng.uniform(-1, 1, (M - N, N)) * np.sqrt(6.0 / M)
        return np.concatenate([A, W1.ravel(), W2.ravel(), np.zeros(M), h2, L.ravel()])

    def parameters(self) -> dict[str, Floats]:
        """Arrays A (M,), W1 (M, H), W2 (H, M), h1 (M,), h2 (H,), L (M - N, N)."""
        return self._unflatten(self.theta())

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        M, H, N = self.latent_dim, self.hidden_dim, self.observation_dim
        return {"A": (M,), "W1": (M, H), "W2": (H, M), "h1": (M,), "h2": (H,), "L": (M - N, N)}

    def _unflatten(self, theta: NDArray[np.floating]) -> dict[str, Floats]:
        arrays, begin = {}, 0
        for name, shape in self._shapes().items():
            end = begin + int(np.prod(shape))
            arrays[name] = np.array(theta[begin:end], dtype=np.float64).reshape(shape)
            begin = end
        return arrays

    def _flatten(self, arrays: dict[str, Floats]) -> Floats:
        pieces = []
        for name, shape in self._shapes().items():
            array = arrays.get(name, np.zeros(shape) if name == "L" else np.zeros(0))
            if array.shape != shape or not np.isfinite(array).all():
                raise InputError(
                    f"{name} must be finite with shape {shape}, not shape {array.shape}"
                )
            pieces.append(array.ravel())
        return np.ascontiguousarray(np.concatenate(pieces))

    def initial_map(self, theta: NDArray[np.floating]) -> Floats:
        """Matrix ``L`` that starts the unobserved states."""
        return self._unflatten(theta)["L"]

    # Dynamics -----------------------------------------------------------------------------------

    def step(self, z: Any) -> Floats:
        """Next latent state; ``z`` is ``(..., M)``."""
        z = np.asarray(z, dtype=np.float64)
        p = self.parameters()
        v = z @ p["W2"].T
        f = np.maximum(v + p["h2"], 0.0)
        if self.clipped:
            f -= np.maximum(v, 0.0)
        return np.asarray(p["A"] * z + f @ p["W1"].T + p["h1"])

    def jacobian(self, z: Any) -> Floats:
        """Jacobian ``diag(A) + W1 D(z) W2`` of the step out of ``z``, shape ``(..., M, M)``."""
        z = np.asarray(z, dtype=np.float64)
        p = self.parameters()
        v = z @ p["W2"].T
        D = (v + p["h2"] > 0.0).astype(np.float64)
        if self.clipped:
            D -= v > 0.0
        return np.asarray((p["W1"] * D[..., None, :]) @ p["W2"] + np.diag(p["A"]))

    def piecewise_linear(self, theta: NDArray[np.floating]) -> PiecewiseLinear:
        """Exact shallow form; the clipped model doubles its hidden units."""
        p = self._unflatten(theta)
        if not self.clipped:
            return PiecewiseLinear(p["A"], p["W1"], p["W2"], p["h1"], p["h2"])
        return PiecewiseLinear(
            p["A"],
            np.ascontiguousarray(np.hstack([p["W1"], -p["W1"]])),
            np.ascontiguousarray(np.vstack([p["W2"], p["W2"]])),
            p["h1"],
            np.concatenate([p["h2"], np.zeros(self.hidden_dim)]),
        )

    def bound(self) -> Floats | None:
        """Box ``|z_i| <= b_i`` that holds every orbit of the clipped form once inside, or None.

        Notes
        -----
        ``b = (|W1| |h2| + |h1|) / (1 - |A|)`` if all ``|A_i| < 1``: since
        ``|phi(u + h) - phi(u)| <= |h|``. Nothing in training enforces ``|A_i| < 1``.
        """
        p = self.parameters()
        if not self.clipped or np.any(np.abs(p["A"]) >= 1.0):
            return None
        return np.asarray(
            (np.abs(p["W1"]) @ np.abs(p["h2"]) + np.abs(p["h1"])) / (1.0 - np.abs(p["A"]))
        )

    def engine(
        self, steps: int, sequences: int, dtype: np.dtype[Any], device: str
    ) -> GradientEngine:
        """Compiled engine on the CPU, the PyTorch recurrence elsewhere."""
        if device == "cpu":
            return CompiledShallowEngine(self, steps, sequences, dtype)
        from dsr.models.torch_reference import TorchShallowEngine

        return TorchShallowEngine(self, steps, sequences, dtype, device)


class CompiledShallowEngine:
    """Gradients of the shallow PLRNN by the compiled kernel, in memory allocated once."""

    def __init__(
        self, model: ShallowPLRNN, steps: int, sequences: int, dtype: np.dtype[Any]
    ) -> None:
        M, H = model.latent_dim, model.hidden_dim
        self._hidden, self._observed, self._clipped = H, model.observation_dim, model.clipped
        self.windows = np.zeros((steps + 1, sequences, M), dtype)
        self._forced = np.zeros((steps + 1, sequences, M), dtype)
        self._drive = np.empty((steps, sequences, H), dtype)
        self._active = np.empty((steps, sequences, H), dtype)
        self._adjoint = np.empty((steps, sequences, M), dtype)
        # Enough points for a stable mean, fewer where each Jacobian is dear.
        self._dearness = max(1.0, H * M * M / 450.0)

    def gradient(
        self,
        theta: NDArray[np.floating],
        gradient: NDArray[np.floating],
        keep: NDArray[np.floating],
        targets: NDArray[np.floating] | None = None,
    ) -> float:
        """Loss of the batch in ``windows``; writes its gradient."""
        loss = shallow_gradient(
            theta, gradient, self.windows, self.windows if targets is None else targets, keep,
            self._hidden, self._observed, self._clipped,
            self._forced, self._drive, self._active, self._adjoint,
        )  # fmt: skip
        return float(loss)

    def mean_log_jacobian_norms(self, theta: NDArray[np.floating], times: int) -> Floats:
        """Mean log spectral norm per sequence, at the data or, if partly observed, at the states.

        With unobserved states the data alone is no state: the forced states of the pass made
        last are used (none before the first, where the padded data stand in).
        """
        full = self._observed == self.windows.shape[2]
        states = self.windows if full else self._forced
        count = max(4, int(times / self._dearness))
        stride = max(1, (states.shape[0] - 1) // count)
        norms = mean_log_jacobian_norm(theta, states[1:], stride, self._hidden, self._clipped)
        return np.asarray(norms)

"""The shallow piecewise-linear RNN and its clipped form (Hess et al., ICML 2023)."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from dsr.checks import whole
from dsr.errors import InputError
from dsr.kernels.cache import is_compiled
from dsr.kernels.piecewise_linear import PiecewiseLinear, orbit
from dsr.kernels.shallow import mean_log_jacobian_norm, shallow_gradient
from dsr.models.base import Floats
from dsr.models.state_space import StateSpaceModel
from dsr.training.engines import Batch
from dsr.training.protocol import GradientEngine


class ShallowPLRNN(StateSpaceModel):
    r"""Shallow PLRNN: one hidden layer of rectified units on top of a diagonal linear part.

    .. math:: z_t = A z_{t-1} + W_1\,\phi(W_2 z_{t-1} + h_2) + h_1 + C u_{t-1},
        \qquad \phi(v) = \max(v, 0)

    and in the clipped form :math:`\phi(W_2 z + h_2) - \phi(W_2 z)` (Hess, Monfared, Brenner,
    Durstewitz, ICML 2023, eq. 2 and 4). The first N of M states are the standardised observations,
    :math:`u` are standardised external inputs, where the model was fitted with some.

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
    takes_inputs = True

    def __init__(self, latent_dim: int, hidden_dim: int, clipped: bool = False) -> None:
        super().__init__()
        if not isinstance(clipped, bool):
            raise InputError(f"clipped must be true or false, not {clipped!r}")
        self._latent_dim = whole("latent_dim", latent_dim)
        self.hidden_dim = whole("hidden_dim", hidden_dim)
        self.clipped = clipped

    @classmethod
    def from_matrices(
        cls, A: Any, W1: Any, W2: Any, h1: Any, h2: Any, clipped: bool = False, C: Any = None
    ) -> Self:
        """Build a model from its matrices; its states are its observations, its time is steps.

        Parameters
        ----------
        A : array, (M,) or diagonal (M, M)
        W1, W2 : arrays, (M, H) and (H, M)
        h1, h2 : arrays, (M,) and (H,)
        clipped : bool
        C : array, (M, K), optional
            Weights of external inputs.

        Returns
        -------
        ShallowPLRNN

        Raises
        ------
        InputError
            For shapes that do not fit, entries that are not finite, or an A that is not diagonal.
        """
        A = np.asarray(A, dtype=np.float64)
        if A.ndim == 2:
            if np.any(np.diag(np.diag(A)) != A):
                raise InputError("A must be diagonal: the shallow PLRNN's linear part is diagonal")
            A = np.diag(A)
        h1, h2 = np.atleast_1d(h1), np.atleast_1d(h2)
        arrays: dict[str, Any] = {"A": np.atleast_1d(A), "W1": W1, "W2": W2, "h1": h1, "h2": h2}
        if C is not None:
            arrays["C"] = C
        return cls(arrays["A"].size, h2.size, clipped)._from_arrays(arrays)

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
        form ``U(+-1/sqrt(H))`` since zero would kill every unit. ``C`` is zero (published: Glorot
        uniform): inputs often act weakly in one step, and a few thousand updates may not lead back
        from large weights of the wrong sign.
        """
        M, H, N, K = self.latent_dim, self.hidden_dim, self.observation_dim, self.input_dim
        R = rng.standard_normal((M, M))
        positive = R.T @ R / M + np.eye(M)
        A = np.diag(positive / np.linalg.eigvalsh(positive)[-1])
        W1 = rng.uniform(-1, 1, (M, H)) / np.sqrt(H)
        W2 = rng.uniform(-1, 1, (H, M)) / np.sqrt(M)
        h2 = rng.uniform(-1, 1, H) / np.sqrt(H) if self.clipped else np.zeros(H)
        L = rng.uniform(-1, 1, (M - N, N)) * np.sqrt(6.0 / M)
        C = np.zeros(M * K)
        return np.concatenate([A, W1.ravel(), W2.ravel(), np.zeros(M), h2, L.ravel(), C])

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """A (M,), W1 (M, H), W2 (H, M), h1 (M,), h2 (H,), L (M - N, N) and, driven, C (M, K)."""
        M, H, N, K = self.latent_dim, self.hidden_dim, self.observation_dim, self.input_dim
        shapes: dict[str, tuple[int, ...]] = {
            "A": (M,), "W1": (M, H), "W2": (H, M), "h1": (M,), "h2": (H,), "L": (M - N, N),
        }  # fmt: skip
        return {**shapes, "C": (M, K)} if K else shapes

    # Dynamics -----------------------------------------------------------------------------------

    def step(self, z: Any, u: Any = None) -> Floats:
        """Next latent state; ``z`` is ``(..., M)``, standardised inputs ``u`` are ``(..., K)``."""
        z = np.asarray(z, dtype=np.float64)
        p = self.parameters()
        v = z @ p["W2"].T
        f = np.maximum(v + p["h2"], 0.0)
        if self.clipped:
            f -= np.maximum(v, 0.0)
        z = p["A"] * z + f @ p["W1"].T + p["h1"]
        return np.asarray(z if u is None or "C" not in p else z + np.asarray(u) @ p["C"].T)

    def torch_step(self, p: dict[str, Any], z: Any, u: Any) -> Any:
        """The step in PyTorch: parameters by name, states (S, M), inputs (S, K) with K >= 0."""
        v = z @ p["W2"].T
        f = (v + p["h2"]).relu()
        if self.clipped:
            f = f - v.relu()
        z = p["A"] * z + f @ p["W1"].T + p["h1"]
        return z + u @ p["C"].T if "C" in p else z

    def jacobian(self, z: Any, u: Any = None) -> Floats:
        """Jacobian ``diag(A) + W1 D(z) W2`` of the step out of ``z``, shape ``(..., M, M)``.

        Inputs ``u`` do not change it.
        """
        del u
        z = np.asarray(z, dtype=np.float64)
        p = self.parameters()
        v = z @ p["W2"].T
        D = (v + p["h2"] > 0.0).astype(np.float64)
        if self.clipped:
            D -= v > 0.0
        return np.asarray((p["W1"] * D[..., None, :]) @ p["W2"] + np.diag(p["A"]))

    def piecewise_linear(self, theta: NDArray[np.floating]) -> PiecewiseLinear:
        """Itself; the clipped model has two boundaries for each hidden unit."""
        p = self.unflatten(theta)
        C = p.get("C")
        if not self.clipped:
            return PiecewiseLinear(p["A"], p["W1"], p["W2"], p["h1"], p["h2"], C)
        return PiecewiseLinear(
            p["A"],
            np.ascontiguousarray(np.hstack([p["W1"], -p["W1"]])),
            np.ascontiguousarray(np.vstack([p["W2"], p["W2"]])),
            p["h1"],
            np.concatenate([p["h2"], np.zeros(self.hidden_dim)]),
            C,
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
        return super().engine(steps, sequences, dtype, device)


class CompiledShallowEngine(Batch):
    """Gradients of the shallow PLRNN by the compiled kernel, in memory allocated once."""

    def __init__(
        self, model: ShallowPLRNN, steps: int, sequences: int, dtype: np.dtype[Any]
    ) -> None:
        M, H = model.latent_dim, model.hidden_dim
        super().__init__(
            steps, sequences, M, model.observation_dim, model.input_dim, dtype, H * M * M / 450.0
        )
        self._hidden, self._observed, self._clipped = H, model.observation_dim, model.clipped
        self._hinge = np.empty((steps, sequences, H), dtype)
        self._active = np.empty((steps, sequences, H), dtype)
        self._adjoint = np.empty((steps, sequences, M), dtype)

    @property
    def ready(self) -> bool:
        """Whether the recurrence is compiled already, in memory or on disk."""
        return is_compiled(shallow_gradient) and is_compiled(orbit)

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
            self.inputs, self._hidden, self._observed, self._clipped,
            self.forced, self._hinge, self._active, self._adjoint,
        )  # fmt: skip
        return float(loss)

    def mean_log_jacobian_norms(self, theta: NDArray[np.floating], times: int) -> Floats:
        """Mean log spectral norm per sequence."""
        states, stride = self.jacobian_states(times)
        norms = mean_log_jacobian_norm(theta, states, stride, self._hidden, self._clipped)
        return np.asarray(norms)

"""Memory of a batch of windows, and gradients of any step function by PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dsr.errors import InputError

if TYPE_CHECKING:
    from dsr.kernels.piecewise_linear import PiecewiseLinear

Floats = NDArray[np.floating]


class Batch:
    """A batch of windows and the states of the pass made last: what every engine holds.

    Parameters
    ----------
    steps, sequences : int
        Predictions per window T, windows per batch S.
    latent, observed, inputs : int
        Latent states M, observed variables N, external inputs K.
    dtype : dtype
    dearness : float
        Cost of a Jacobian; the dearer, the fewer are taken.

    Attributes
    ----------
    windows, forced : array, (T + 1, S, M)
        The data, padded with zeros, and the forced states of the pass made last.
    inputs : array, (T, S, K)
    """

    def __init__(
        self, steps: int, sequences: int, latent: int, observed: int, inputs: int,
        dtype: np.dtype[Any], dearness: float = 1.0,
    ) -> None:  # fmt: skip
        self.windows: Floats = np.zeros((steps + 1, sequences, latent), dtype)
        self.forced: Floats = np.zeros((steps + 1, sequences, latent), dtype)
        self.inputs: Floats = np.zeros((steps, sequences, inputs), dtype)
        self._full = latent == observed
        self._dearness = max(1.0, dearness)

    def jacobian_states(self, times: int) -> tuple[Floats, int]:
        """States ``(T, S, M)`` to take Jacobians at, and the stride that picks about ``times``.

        These are the data; with unobserved states the data alone is no state, and the forced
        states of the pass made last are used (zeros before the first).
        """
        states = self.windows if self._full else self.forced
        # Enough points for a stable mean, fewer where each Jacobian is dear.
        count = max(4, int(times / self._dearness))
        return states[1:], max(1, (len(states) - 1) // count)


class Recurrence(Protocol):
    """A model as PyTorch trains it: named parameters, one step, and its piecewise-linear form."""

    observation_dim: int

    @property
    def latent_dim(self) -> int:
        """Number of latent states M."""
        ...

    @property
    def input_dim(self) -> int:
        """Number of external inputs K."""
        ...

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of the parameters, in the order of the flat vector."""
        ...

    def torch_step(self, p: dict[str, Any], z: Any, u: Any) -> Any:
        """Next states of ``z`` (S, M), with tensors ``p`` of the parameters and inputs (S, K)."""
        ...

    def piecewise_linear(self, theta: Floats) -> PiecewiseLinear:
        """Form of the model with parameters ``theta``."""
        ...


def recurrence_loss(
    model: Recurrence, theta: Any, windows: Any, targets: Any, keep: Any, inputs: Any
) -> tuple[Any, Any]:
    """Loss of a model under teacher forcing, as a plain loop over time.

    Parameters
    ----------
    model : Recurrence
    theta : tensor, (P,)
    windows, targets : tensors, (T + 1, S, M)
    keep : tensor, (R, S, M)
        Share of the prediction that survives forcing; row ``t % R`` is that of step t.
    inputs : tensor, (T, S, K)

    Returns
    -------
    tuple of tensors
        The mean squared error of the predictions, and the forced states ``(T + 1, S, M)``.
    """
    import torch

    shapes = model.shapes()
    pieces = torch.split(theta, [int(np.prod(shape)) for shape in shapes.values()])
    p = {name: piece.reshape(shapes[name]) for name, piece in zip(shapes, pieces, strict=True)}
    steps, sequences, latent = windows.shape[0] - 1, windows.shape[1], windows.shape[2]
    observed = model.observation_dim
    first = windows[0, :, :observed]
    z = torch.cat([first, first @ p["L"].T], dim=1)
    seen = torch.arange(latent, device=windows.device) < observed
    loss = torch.zeros((), dtype=theta.dtype, device=windows.device)
    forced = [z]
    for t in range(steps):
        z = model.torch_step(p, z, inputs[t])
        loss = loss + (((z - targets[t + 1]) * seen) ** 2).sum()
        k = keep[t % keep.shape[0]]
        z = torch.where(seen, k * z + (1 - k) * windows[t + 1], z)
        forced.append(z)
    return loss / (steps * sequences * observed), torch.stack(forced)


class TorchEngine(Batch):
    """Gradients of a model by automatic differentiation, on any PyTorch device.

    Compiled recurrences are tested against it, and it trains on a GPU; a model without a compiled
    recurrence trains by it alone.

    Parameters
    ----------
    model : Recurrence
    steps, sequences, dtype
        As of a `Batch`.
    device : str
        A device of PyTorch; ``"torch"`` is its CPU.

    Raises
    ------
    InputError
        For a device that is not there.
    """

    ready = True

    def __init__(
        self, model: Recurrence, steps: int, sequences: int, dtype: np.dtype[Any], device: str
    ) -> None:
        import torch

        super().__init__(
            steps, sequences, model.latent_dim, model.observation_dim, model.input_dim, dtype
        )
        name = "cpu" if device == "torch" else device
        if name.startswith("cuda") and not torch.cuda.is_available():
            raise InputError(
                f"device {device!r} is not available on this machine; use --device cpu, which is "
                "also the fastest choice for models of this size"
            )
        self._model, self._device = model, torch.device(name)

    def gradient(
        self, theta: Floats, gradient: Floats, keep: Floats, targets: Floats | None = None
    ) -> float:
        """Loss of the batch in ``windows``; writes its gradient."""
        import torch

        parameters = torch.tensor(theta, device=self._device, requires_grad=True)
        windows = torch.tensor(self.windows, device=self._device)
        goal = windows if targets is None else torch.tensor(targets, device=self._device)
        rows = torch.tensor(keep, device=self._device).reshape(-1, *windows.shape[1:])
        inputs = torch.tensor(self.inputs, device=self._device)
        loss, forced = recurrence_loss(self._model, parameters, windows, goal, rows, inputs)
        (slope,) = torch.autograd.grad(loss, parameters)
        gradient[:] = slope.cpu().numpy()
        self.forced[:] = forced.detach().cpu().numpy()
        return float(loss.detach())

    def mean_log_jacobian_norms(self, theta: Floats, times: int) -> NDArray[np.float64]:
        """Mean log spectral norm per sequence."""
        states, stride = self.jacobian_states(times)
        form = self._model.piecewise_linear(theta)
        norms = np.linalg.norm(
            form.jacobian(states[::stride].astype(np.float64)), ord=2, axis=(-2, -1)
        )
        return np.asarray(np.log(np.maximum(norms, 1e-150)).mean(axis=0))

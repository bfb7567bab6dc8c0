"""Plain PyTorch recurrences: what compiled gradients are tested against, and the GPU path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from dsr.errors import InputError

if TYPE_CHECKING:
    from dsr.models.shallow_plrnn import ShallowPLRNN


def shallow_loss(
    theta: torch.Tensor,
    windows: torch.Tensor,
    targets: torch.Tensor,
    keep: torch.Tensor,
    hidden: int,
    observed: int,
    clipped: bool,
) -> torch.Tensor:
    """Loss of the shallow PLRNN under teacher forcing, as a loop over time.

    Parameters
    ----------
    theta : tensor, (P,)
        ``[A, W1, W2, h1, h2, L]``, row-major.
    windows, targets : tensors, (T + 1, S, M)
    keep : tensor, (1 or T, S, M)
        Share of the prediction that survives forcing.
    hidden, observed, clipped
        As in `dsr.kernels.shallow.shallow_gradient`.
    """
    steps, _, latent = windows.shape[0] - 1, windows.shape[1], windows.shape[2]
    sizes = [
        latent,
        latent * hidden,
        hidden * latent,
        latent,
        hidden,
        (latent - observed) * observed,
    ]
    A, W1, W2, h1, h2, L = torch.split(theta, sizes)
    W1, W2 = W1.reshape(latent, hidden), W2.reshape(hidden, latent)
    L = L.reshape(latent - observed, observed)
    first = windows[0, :, :observed]
    z = torch.cat([first, first @ L.T], dim=1)
    seen = torch.arange(latent, device=windows.device) < observed
    loss = torch.zeros((), dtype=theta.dtype, device=windows.device)
    for t in range(steps):
        v = z @ W2.T
        f = torch.relu(v + h2)
        if clipped:
            f = f - torch.relu(v)
        z = A * z + f @ W1.T + h1
        error = (z - targets[t + 1]) * seen
        loss = loss + (error**2).sum()
        k = keep[t % keep.shape[0]]
        z = torch.where(seen, k * z + (1 - k) * windows[t + 1], z)
    return loss / (steps * windows.shape[1] * observed)


class TorchShallowEngine:
    """Gradients of the shallow PLRNN by automatic differentiation, on any PyTorch device."""

    def __init__(
        self, model: ShallowPLRNN, steps: int, sequences: int, dtype: np.dtype[Any], device: str
    ) -> None:
        from dsr.models.shallow_plrnn import CompiledShallowEngine

        name = "cpu" if device == "torch" else device
        if name.startswith("cuda") and not torch.cuda.is_available():
            raise InputError(
                f"device {device!r} is not available on this machine; use --device cpu, which is "
                "also the fastest choice for models of this size"
            )
        self._device = torch.device(name)
        self._hidden, self._observed, self._clipped = (
            model.hidden_dim, model.observation_dim, model.clipped
        )  # fmt: skip
        # Jacobian norms are cheap and stay on the CPU.
        self._compiled = CompiledShallowEngine(model, steps, sequences, dtype)
        self.windows = self._compiled.windows

    def gradient(
        self,
        theta: NDArray[np.floating],
        gradient: NDArray[np.floating],
        keep: NDArray[np.floating],
        targets: NDArray[np.floating] | None = None,
    ) -> float:
        """Loss of the batch in ``windows``; writes its gradient."""
        parameters = torch.tensor(theta, device=self._device, requires_grad=True)
        windows = torch.tensor(self.windows, device=self._device)
        goal = windows if targets is None else torch.tensor(targets, device=self._device)
        rows = torch.tensor(keep, device=self._device).reshape(-1, *windows.shape[1:])
        loss = shallow_loss(
            parameters, windows, goal, rows, self._hidden, self._observed, self._clipped
        )
        (slope,) = torch.autograd.grad(loss, parameters)
        gradient[:] = slope.cpu().numpy()
        return float(loss.detach())

    def mean_log_jacobian_norms(
        self, theta: NDArray[np.floating], times: int
    ) -> NDArray[np.float64]:
        """Mean log spectral norm per sequence."""
        return self._compiled.mean_log_jacobian_norms(theta, times)

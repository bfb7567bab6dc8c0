"""The compiled recurrence against the plain PyTorch loop, and against what theory says of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsr.kernels.shallow import (
    mean_log_jacobian_norm,
    parameter_count,
    shallow_gradient,
    top_eigenvalue,
)


def compiled(theta, windows, targets, keep, hidden, observed, clipped):
    steps, sequences, latent = windows.shape[0] - 1, windows.shape[1], windows.shape[2]
    gradient = np.empty_like(theta)
    dtype = theta.dtype
    loss = shallow_gradient(
        theta, gradient, windows, targets, keep, hidden, observed, clipped,
        np.empty((steps + 1, sequences, latent), dtype),
        np.empty((steps, sequences, hidden), dtype),
        np.empty((steps, sequences, hidden), dtype),
        np.empty((steps, sequences, latent), dtype),
    )  # fmt: skip
    return loss, gradient


def reference(theta, windows, targets, keep, hidden, observed, clipped):
    import torch

    from dsr.models.torch_reference import shallow_loss

    torch.set_num_threads(1)
    parameters = torch.tensor(theta, requires_grad=True)
    loss = shallow_loss(
        parameters, torch.tensor(windows), torch.tensor(targets),
        torch.tensor(keep).reshape(-1, *windows.shape[1:]), hidden, observed, clipped,
    )  # fmt: skip
    loss.backward()
    return loss.item(), parameters.grad.numpy()


def random_case(seed: int, **fixed: Any) -> tuple[Any, ...]:
    rng = np.random.default_rng(seed)
    latent = fixed.get("latent", int(rng.integers(1, 7)))
    observed = fixed.get("observed", int(rng.integers(1, latent + 1)))
    hidden, steps, sequences = (int(rng.integers(1, top)) for top in (20, 16, 6))
    theta = 0.4 * rng.normal(size=parameter_count(latent, hidden, observed))
    windows = np.zeros((steps + 1, sequences, latent))
    windows[:, :, :observed] = rng.normal(size=(steps + 1, sequences, observed))
    targets = windows.copy()
    targets[:, :, :observed] += 0.1 * rng.normal(size=(steps + 1, sequences, observed))
    keep = rng.uniform(size=(steps if rng.integers(2) else 1, sequences * latent))
    return theta, windows, targets, keep, hidden, observed, bool(rng.integers(2))


@settings(max_examples=200)
@given(seed=st.integers(0, 2**32 - 1))
def test_gradient_equals_automatic_differentiation(seed: int) -> None:
    case = random_case(seed)
    loss, gradient = compiled(*case)
    expected_loss, expected = reference(*case)
    assert loss == pytest.approx(expected_loss, rel=1e-10)
    assert np.abs(gradient - expected).max() <= 1e-10 * np.abs(expected).max()


def test_full_forcing_gives_the_one_step_regression_gradient() -> None:
    theta, windows, _, _, hidden, observed, clipped = random_case(3, latent=3, observed=3)
    keep = np.zeros((1, windows.shape[1] * 3))
    loss, gradient = compiled(theta, windows, windows, keep, hidden, observed, clipped)
    pairs = np.stack([windows[:-1].reshape(-1, 3), windows[1:].reshape(-1, 3)])
    pairs = np.ascontiguousarray(pairs)
    expected_loss, expected = compiled(theta, pairs, pairs, np.zeros((1, pairs.shape[1] * 3)),
                                       hidden, observed, clipped)  # fmt: skip
    assert loss == pytest.approx(expected_loss, rel=1e-12)
    np.testing.assert_allclose(gradient, expected, rtol=1e-10, atol=1e-14)


def tent(slope: float) -> np.ndarray:
    """``z -> 1 - slope |z|`` as a shallow PLRNN: A, W1, W2, h1, h2."""
    return np.array([0.0, -slope, -slope, 1.0, -1.0, 1.0, 0.0, 0.0])


@pytest.mark.parametrize("alpha", [0.0, 0.3])
def test_tent_map_gradient_grows_as_the_product_of_slopes(alpha: float) -> None:
    """|dz_T/dz_0| = a ((1 - alpha) a)^(T - 1); seen through a perturbed initial state."""
    slope, steps, eps = 1.9, 12, 1e-9
    start = 0.3
    data = np.zeros((steps + 1, 1, 1))

    def last_state(z0: float) -> float:
        windows = data.copy()
        windows[0] = z0
        forced = np.empty((steps + 1, 1, 1))
        space = [np.empty((steps, 1, 2)), np.empty((steps, 1, 2)), np.empty((steps, 1, 1))]
        shallow_gradient(tent(slope), np.empty(8), windows, windows,
                         np.full((1, 1), 1 - alpha), 2, 1, False, forced, *space)  # fmt: skip
        return float(forced[-1, 0, 0]) / (1 - alpha)

    slope_seen = abs(last_state(start + eps) - last_state(start)) / eps
    assert slope_seen == pytest.approx(slope * ((1 - alpha) * slope) ** (steps - 1), rel=1e-4)


def test_norm_estimate_of_the_tent_map_is_its_slope() -> None:
    states = np.linspace(-1, 1, 40).reshape(20, 2, 1)
    result = mean_log_jacobian_norm(tent(1.9), states, 1, 2, False)
    np.testing.assert_allclose(result, np.log(1.9), rtol=1e-12)


@pytest.mark.parametrize("clipped", [False, True])
def test_norm_estimate_equals_singular_values(rng: np.random.Generator, clipped: bool) -> None:
    from dsr.models import ShallowPLRNN

    for latent in (1, 3, 6, 12):
        hidden = 7
        W = [rng.normal(size=s) for s in ((latent,), (latent, hidden), (hidden, latent))]
        model = ShallowPLRNN.from_matrices(
            *W, rng.normal(size=latent), rng.normal(size=hidden), clipped=clipped
        )
        states = rng.normal(size=(9, 2, latent))
        norms = np.linalg.norm(model.jacobian(states[::2]), ord=2, axis=(-2, -1))
        result = mean_log_jacobian_norm(model.theta(), states, 2, hidden, clipped)
        np.testing.assert_allclose(result, np.log(norms).mean(axis=0), rtol=1e-4)


def test_top_eigenvalue_of_degenerate_and_zero_matrices() -> None:
    assert top_eigenvalue(np.eye(3)) == pytest.approx(1.0, rel=1e-12)
    assert top_eigenvalue(np.zeros((3, 3))) == 0.0
    assert top_eigenvalue(np.diag([4.0, 1.0])) == pytest.approx(4.0, rel=1e-12)

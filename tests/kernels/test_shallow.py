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
from dsr.training import SparseTeacherForcing


def compiled(theta, windows, targets, keep, inputs, hidden, observed, clipped):
    steps, sequences, latent = windows.shape[0] - 1, windows.shape[1], windows.shape[2]
    gradient = np.empty_like(theta)
    dtype = theta.dtype
    forced = np.empty((steps + 1, sequences, latent), dtype)
    loss = shallow_gradient(
        theta, gradient, windows, targets, keep, inputs, hidden, observed, clipped,
        forced,
        np.empty((steps, sequences, hidden), dtype),
        np.empty((steps, sequences, hidden), dtype),
        np.empty((steps, sequences, latent), dtype),
    )  # fmt: skip
    return loss, gradient, forced


def reference(theta, windows, targets, keep, inputs, hidden, observed, clipped):
    import torch

    from dsr.models import ShallowPLRNN
    from dsr.training.engines import recurrence_loss

    torch.set_num_threads(1)
    model = ShallowPLRNN(windows.shape[2], hidden, clipped)
    model.observation_dim = observed
    model.input_variables = [f"u{k}" for k in range(inputs.shape[2])]
    parameters = torch.tensor(theta, requires_grad=True)
    loss, forced = recurrence_loss(
        model, parameters, torch.tensor(windows), torch.tensor(targets),
        torch.tensor(keep).reshape(-1, *windows.shape[1:]), torch.tensor(inputs),
    )  # fmt: skip
    loss.backward()
    return loss.item(), parameters.grad.numpy(), forced.detach().numpy()


def random_case(seed: int, **fixed: Any) -> tuple[Any, ...]:
    rng = np.random.default_rng(seed)
    latent = fixed.get("latent", int(rng.integers(1, 7)))
    observed = fixed.get("observed", int(rng.integers(1, latent + 1)))
    hidden, steps, sequences = (int(rng.integers(1, top)) for top in (20, 16, 6))
    driving = fixed.get("inputs", int(rng.integers(0, 4)))
    theta = 0.4 * rng.normal(size=parameter_count(latent, hidden, observed, driving))
    windows = np.zeros((steps + 1, sequences, latent))
    windows[:, :, :observed] = rng.normal(size=(steps + 1, sequences, observed))
    targets = windows.copy()
    targets[:, :, :observed] += 0.1 * rng.normal(size=(steps + 1, sequences, observed))
    keep = rng.uniform(size=(steps if rng.integers(2) else 1, sequences * latent))
    interval = fixed.get("interval")
    if interval is not None:
        keep = SparseTeacherForcing(interval).keep(1.0, sequences, latent, observed, np.float64)
    inputs = rng.normal(size=(steps, sequences, driving))
    return theta, windows, targets, keep, inputs, hidden, observed, bool(rng.integers(2))


@settings(max_examples=200)
@given(seed=st.integers(0, 2**32 - 1))
def test_gradient_equals_automatic_differentiation(seed: int) -> None:
    case = random_case(seed)
    same_gradient(case)


@settings(max_examples=100)
@given(seed=st.integers(0, 2**32 - 1), interval=st.integers(1, 20))
def test_gradient_under_sparse_forcing_equals_automatic_differentiation(
    seed: int, interval: int
) -> None:
    same_gradient(random_case(seed, interval=interval))


@settings(max_examples=100)
@given(seed=st.integers(0, 2**32 - 1), inputs=st.integers(1, 5))
def test_gradient_of_input_weights_equals_automatic_differentiation(seed: int, inputs: int) -> None:
    case = random_case(seed, inputs=inputs)
    same_gradient(case)
    weights = case[1].shape[2] * inputs
    _, gradient, _ = compiled(*case)
    _, expected, _ = reference(*case)
    scale = np.abs(expected[-weights:]).max()
    assert np.abs(gradient[-weights:] - expected[-weights:]).max() <= 1e-10 * scale


def same_gradient(case: tuple[Any, ...]) -> None:
    loss, gradient, forced = compiled(*case)
    expected_loss, expected, expected_forced = reference(*case)
    assert loss == pytest.approx(expected_loss, rel=1e-10)
    assert np.abs(gradient - expected).max() <= 1e-10 * np.abs(expected).max()
    np.testing.assert_allclose(forced, expected_forced, rtol=1e-10, atol=1e-12)


def test_full_forcing_gives_the_one_step_regression_gradient() -> None:
    theta, windows, _, _, inputs, hidden, observed, clipped = random_case(
        3, latent=3, observed=3, inputs=0
    )
    keep = np.zeros((1, windows.shape[1] * 3))
    loss, gradient, _ = compiled(theta, windows, windows, keep, inputs, hidden, observed, clipped)
    pairs = np.stack([windows[:-1].reshape(-1, 3), windows[1:].reshape(-1, 3)])
    pairs = np.ascontiguousarray(pairs)
    expected_loss, expected, _ = compiled(theta, pairs, pairs, np.zeros((1, pairs.shape[1] * 3)),
                                       np.zeros((1, pairs.shape[1], 0)),
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
        shallow_gradient(
            tent(slope), np.empty(8), windows, windows, np.full((1, 1), 1 - alpha),
            np.zeros((steps, 1, 0)), 2, 1, False, forced, *space,
        )  # fmt: skip
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

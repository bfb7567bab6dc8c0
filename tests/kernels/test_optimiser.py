"""RAdam against PyTorch's, and batch assembly."""

from __future__ import annotations

import numpy as np
import pytest

from dsr.kernels.optimiser import gather_windows, radam_step


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_radam_follows_torch(rng: np.random.Generator, dtype: type) -> None:
    import torch

    start = rng.normal(size=20)
    theta = start.astype(dtype)
    first, second = np.zeros_like(theta), np.zeros_like(theta)
    parameter = torch.nn.Parameter(torch.tensor(start.astype(dtype)))
    optimiser = torch.optim.RAdam([parameter], lr=1e-2)
    for update in range(1, 60):
        gradient = rng.normal(size=20).astype(dtype)
        radam_step(theta, gradient, first, second, update, 1e-2)
        parameter.grad = torch.tensor(gradient)
        optimiser.step()
    expected = parameter.detach().numpy()
    np.testing.assert_allclose(theta, expected, rtol=1e-9 if dtype is np.float64 else 2e-4)


def test_windows_are_stretches_of_the_data() -> None:
    data = np.arange(20.0).reshape(10, 2)
    windows = np.zeros((4, 2, 3))
    gather_windows(data, np.array([0, 5]), windows)
    np.testing.assert_array_equal(windows[:, 0, :2], data[0:4])
    np.testing.assert_array_equal(windows[:, 1, :2], data[5:9])
    assert (windows[:, :, 2] == 0).all()

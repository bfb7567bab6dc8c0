"""Orbits of the canonical form."""

from __future__ import annotations

import numpy as np
import pytest

from dsr.kernels.piecewise_linear import orbit
from dsr.models import ShallowPLRNN


@pytest.mark.parametrize("clipped", [False, True])
def test_orbit_follows_the_step_of_the_model(rng: np.random.Generator, clipped: bool) -> None:
    M, H = 3, 8
    model = ShallowPLRNN.from_matrices(
        rng.uniform(0.2, 0.6, M), 0.1 * rng.normal(size=(M, H)), rng.normal(size=(H, M)),
        rng.normal(size=M), rng.normal(size=H), clipped=clipped,
    )  # fmt: skip
    z = rng.normal(size=(4, M))
    run = orbit(*model.canonical(), z, 50)
    for t in range(50):
        z = model.step(z)
        np.testing.assert_allclose(run[t], z, rtol=1e-10, atol=1e-12)


def test_orbit_that_escapes_is_nan_from_there_on_and_spares_the_others() -> None:
    model = ShallowPLRNN.from_matrices([10.0], [[0.0]], [[0.0]], [0.0], [0.0])
    run = orbit(*model.canonical(), np.array([[1.0], [0.0]]), 400)
    finite = np.isfinite(run[:, 0, 0])
    assert finite[:300].all()
    assert not finite[310:].any()
    assert (run[:, 1, 0] == 0.0).all()

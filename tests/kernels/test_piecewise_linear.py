"""Orbits of the canonical form."""

from __future__ import annotations

import numpy as np
import pytest

from dsr.kernels.lyapunov import piecewise_linear_blocks
from dsr.kernels.piecewise_linear import NO_DRIVE, PiecewiseLinear, orbit
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


def al_rnn(rng: np.random.Generator, M: int, P: int) -> tuple[PiecewiseLinear, tuple]:
    """An AL-RNN ``A*z + W y + h``, y = z with its last P entries rectified, and its form."""
    A, h = rng.uniform(0.3, 0.6, M), rng.normal(size=M)
    W = 0.2 * rng.normal(size=(M, M))
    linear = np.diag(A) + W * (np.arange(M) < M - P)
    W2 = np.ascontiguousarray(np.eye(M)[M - P :])
    W1 = np.ascontiguousarray(W[:, M - P :])
    return PiecewiseLinear(linear, W1, W2, h, np.zeros(P)), (A, W, h)


def test_an_al_rnn_is_exact_with_a_full_linear_part_and_one_hinge_a_unit(
    rng: np.random.Generator,
) -> None:
    M, P = 5, 2
    form, (A, W, h) = al_rnn(rng, M, P)
    z = rng.normal(size=(3, M))
    run = orbit(*form, z, 60, NO_DRIVE)
    regions = set()
    for t in range(60):
        y = np.where(np.arange(M) < M - P, z, np.maximum(z, 0.0))
        inside = np.where(np.arange(M) < M - P, 1.0, z > 0.0)
        jacobian = np.diag(A) + W * inside[:, None, :]
        np.testing.assert_allclose(form.jacobian(z), jacobian, rtol=1e-13, atol=1e-15)
        np.testing.assert_array_equal(form.region(z), z[:, M - P :] > 0.0)
        regions |= {tuple(code) for code in form.region(z)}
        z = A * z + y @ W.T + h
        np.testing.assert_allclose(run[t], z, rtol=1e-10, atol=1e-12)
    assert len(regions) <= 2**P


def test_hinges_that_part_no_regions_are_no_boundaries(rng: np.random.Generator) -> None:
    """The same AL-RNN with a diagonal linear part needs hinges for its linear units."""
    M, P = 4, 1
    form, (A, W, h) = al_rnn(rng, M, P)
    rest = M - P
    unit = np.eye(M)[:rest]
    W2 = np.vstack([unit, -unit, np.eye(M)[rest:]])
    W1 = np.hstack([W[:, :rest], -W[:, :rest], W[:, rest:]])
    true = np.arange(len(W2)) >= 2 * rest
    faked = PiecewiseLinear(A, W1, W2, h, np.zeros(len(W2)), boundaries=true)
    z = rng.normal(size=(200, M))
    np.testing.assert_array_equal(faked.region(z), form.region(z))
    np.testing.assert_allclose(faked.jacobian(z), form.jacobian(z), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("full", [False, True])
def test_driven_orbits_and_their_stretching(rng: np.random.Generator, full: bool) -> None:
    """Inputs add C u to every step; the tangent vectors follow the Jacobians on the way."""
    M, P, K, steps = 4, 2, 2, 200
    form, _ = al_rnn(rng, M, P)
    A = form.A if full else np.ascontiguousarray(np.diag(form.A))
    form = PiecewiseLinear(A, form.W1, form.W2, form.h1, form.h2, 0.3 * rng.normal(size=(M, K)))
    inputs = rng.normal(size=(steps, 1, K))
    z, run = rng.normal(size=M), []
    first = z.copy()
    V = np.linalg.qr(rng.normal(size=(M, M)))[0]
    product, logs = V.copy(), np.zeros(M)
    for u in inputs[:, 0]:
        product, R = np.linalg.qr(form.jacobian(z) @ product)
        logs += np.log(np.abs(np.diag(R)))
        linear = A @ z if full else A * z
        z = linear + form.W1 @ np.maximum(form.W2 @ z + form.h2, 0) + form.h1 + form.C @ u
        run.append(z)
    drive = form.drive(inputs)
    np.testing.assert_allclose(orbit(*form, first[None], steps, drive)[:, 0], run, rtol=1e-9)
    sums = np.empty((4, M))
    piecewise_linear_blocks(*form, first, np.ascontiguousarray(V), steps // 4, 1, sums, drive)
    np.testing.assert_allclose(sums.sum(axis=0), logs, rtol=1e-8)
    np.testing.assert_allclose(first, z, rtol=1e-9)

"""Covariant Lyapunov vectors: what the tangent map carries along, and known directions."""

from __future__ import annotations

import numpy as np
import pytest

import dsr
from dsr.data import System
from dsr.errors import DivergedError, InputError
from dsr.metrics import covariant_lyapunov_vectors
from dsr.models import ShallowPLRNN


def test_of_a_constant_matrix_they_are_its_eigenvectors() -> None:
    matrix = np.array([[0.9, 0.3], [0.1, 0.5]])
    linear = System(
        "linear", lambda t, x, p: [0.9 * x[0] + 0.3 * x[1], 0.1 * x[0] + 0.5 * x[1]],
        parameters=[], initial=[1.0, 1.0], kind="map",
    )  # fmt: skip
    found = covariant_lyapunov_vectors(linear, steps=300, transient=50)
    values, expected = np.linalg.eig(matrix)
    order = np.argsort(-values)
    cosine = np.abs((found["vector"].values[50] * expected[:, order]).sum(axis=0))
    np.testing.assert_allclose(cosine, 1.0, atol=1e-9)
    np.testing.assert_allclose(found["exponent"], np.log(values[order]), rtol=1e-6)


def test_they_are_carried_along_by_the_henon_map() -> None:
    found = covariant_lyapunov_vectors("henon", steps=6000)
    x, vectors = found["state"].values, found["vector"].values
    jacobian = np.zeros((len(x), 2, 2))
    jacobian[:, 0, 0], jacobian[:, 0, 1], jacobian[:, 1, 0] = -2.8 * x[:, 0], 1.0, 0.3
    carried = jacobian[:-1] @ vectors[:-1]
    growth = np.linalg.norm(carried, axis=1)
    cosine = np.abs((carried / growth[:, None] * vectors[1:]).sum(axis=1))
    np.testing.assert_allclose(cosine, 1.0, atol=1e-10)
    np.testing.assert_allclose(np.log(growth), found["local_exponent"][1:], atol=1e-10)
    np.testing.assert_allclose(found["exponent"], found["exponent_qr"], atol=2e-3)
    np.testing.assert_allclose(found["exponent"], [0.4192, -1.6231], atol=0.03)


def test_growth_of_the_vectors_gives_the_exponents_of_lorenz() -> None:
    found = covariant_lyapunov_vectors("lorenz63", duration=1200)
    np.testing.assert_allclose(found["exponent"], found["exponent_qr"], atol=0.02)
    np.testing.assert_allclose(found["exponent"], [0.9056, 0.0, -14.5722], atol=0.06)
    assert found["exponent"].attrs["units"] == "per time unit"
    angle = found["angle"].values
    assert np.abs(np.diagonal(angle, axis1=1, axis2=2)).max() < 1e-6
    assert 0.0 <= angle.min() <= angle.max() <= np.pi / 2 + 1e-12


def test_a_model_has_them_in_its_latent_space() -> None:
    model = ShallowPLRNN.from_matrices(
        [0.5, 0.3], [[-1.4, -1.4], [0.2, 0.0]], [[1.0, 0.1], [-1.0, -0.1]], [1.0, 0.0], [0.0, 0.0]
    )
    found = covariant_lyapunov_vectors(model, steps=3000)
    jacobian = model.jacobian(found["state"].values[:-1])
    carried = jacobian @ found["vector"].values[:-1]
    carried /= np.linalg.norm(carried, axis=1)[:, None]
    cosine = np.abs((carried * found["vector"].values[1:]).sum(axis=1))
    np.testing.assert_allclose(cosine, 1.0, atol=1e-8)


def test_what_cannot_be_had_is_told() -> None:
    with pytest.raises(InputError, match="steps"):
        covariant_lyapunov_vectors("henon", steps=100, duration=5)
    with pytest.raises(InputError, match="too few"):
        covariant_lyapunov_vectors("lorenz63", steps=50)
    with pytest.raises(DivergedError, match="initial="):
        covariant_lyapunov_vectors("henon", steps=1000, initial=[5.0, 5.0], transient=0)
    singular = System(
        "singular", lambda t, x, p: [3.9 * x[0] * (1 - x[0]), x[0]], parameters=[],
        jacobian=lambda t, x, p: [[3.9 * (1 - 2 * x[0]), 0.0], [1.0, 0.0]],
        initial=[0.3, 0.3], kind="map",
    )  # fmt: skip
    with pytest.raises(InputError, match="count=1"):
        covariant_lyapunov_vectors(singular, steps=500)
    assert covariant_lyapunov_vectors(singular, steps=500, count=1).sizes["index"] == 1
    assert dsr.metrics.covariant_lyapunov_vectors is covariant_lyapunov_vectors

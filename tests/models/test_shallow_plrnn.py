"""The shallow PLRNN: exact small cases, Jacobians, conversions, the bound of the clipped form."""

from __future__ import annotations

import numpy as np
import pytest

from dsr.errors import InputError
from dsr.models import ShallowPLRNN


def random_model(rng: np.random.Generator, clipped: bool, scale: float = 0.3) -> ShallowPLRNN:
    M, H = 3, 10
    return ShallowPLRNN.from_matrices(
        rng.uniform(-0.7, 0.7, M), scale * rng.normal(size=(M, H)), rng.normal(size=(H, M)),
        rng.normal(size=M), rng.normal(size=H), clipped=clipped,
    )  # fmt: skip


def test_tent_map_is_exact() -> None:
    model = ShallowPLRNN.from_matrices([0.0], [[-1.9, -1.9]], [[1.0], [-1.0]], [1.0], [0.0, 0.0])
    z = np.linspace(-1, 1, 11)[:, None]
    np.testing.assert_allclose(model.step(z), 1 - 1.9 * np.abs(z), atol=1e-15)
    np.testing.assert_array_equal(np.abs(model.jacobian(z[z != 0][:, None])), 1.9)


@pytest.mark.parametrize("clipped", [False, True])
def test_jacobian_equals_automatic_differentiation(rng: np.random.Generator, clipped: bool) -> None:
    import torch

    model = random_model(rng, clipped)
    p = {name: torch.tensor(array) for name, array in model.parameters().items()}

    def step(z: torch.Tensor) -> torch.Tensor:
        v = p["W2"] @ z
        f = torch.relu(v + p["h2"]) - (torch.relu(v) if clipped else 0.0)
        return p["A"] * z + p["W1"] @ f + p["h1"]

    z = rng.normal(size=(20, 3))
    expected = np.stack([torch.autograd.functional.jacobian(step, torch.tensor(s)) for s in z])
    np.testing.assert_allclose(model.jacobian(z), expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(model.step(z[0]), step(torch.tensor(z[0])), rtol=1e-12)


def test_rescaling_hidden_units_changes_nothing(rng: np.random.Generator) -> None:
    """W1 diag(1/c), diag(c) W2, c h2 with c > 0 is the same map."""
    model = random_model(rng, clipped=False)
    p = model.parameters()
    c = rng.uniform(0.5, 2.0, model.hidden_dim)
    other = ShallowPLRNN.from_matrices(
        p["A"], p["W1"] / c, c[:, None] * p["W2"], p["h1"], c * p["h2"]
    )
    z = rng.normal(size=(50, 3))
    np.testing.assert_allclose(model.step(z), other.step(z), rtol=1e-12, atol=1e-13)


def test_clipped_form_without_thresholds_is_linear(rng: np.random.Generator) -> None:
    p = random_model(rng, clipped=True).parameters()
    model = ShallowPLRNN.from_matrices(
        p["A"], p["W1"], p["W2"], p["h1"], np.zeros(10), clipped=True
    )
    z = rng.normal(size=(20, 3))
    np.testing.assert_allclose(model.step(z), p["A"] * z + p["h1"], atol=1e-13)


def test_orbits_of_the_clipped_form_stay_in_their_box(rng: np.random.Generator) -> None:
    for _ in range(20):
        model = random_model(rng, clipped=True, scale=1.0)
        bound = model.bound()
        assert bound is not None
        z = rng.uniform(-1, 1, (10, 3)) * bound
        for _ in range(200):
            z = model.step(z)
            assert (np.abs(z) <= bound * (1 + 1e-12)).all()


def test_no_bound_is_claimed_where_there_is_none(rng: np.random.Generator) -> None:
    assert random_model(rng, clipped=False).bound() is None
    p = random_model(rng, clipped=True).parameters()
    free = ShallowPLRNN.from_matrices([1.0, 0.1, 0.1], p["W1"], p["W2"], p["h1"], p["h2"], True)
    assert free.bound() is None


def test_published_shapes_of_a_are_taken() -> None:
    arguments = ([[0.1]], [[1.0]], [0.0], [0.0])
    for A in ([0.5], [[0.5]]):
        model = ShallowPLRNN.from_matrices(A, *arguments)
        assert model.parameters()["A"].shape == (1,)
    with pytest.raises(InputError, match="diagonal"):
        ShallowPLRNN.from_matrices([[0.5, 0.1], [0.0, 0.5]], np.zeros((2, 1)), np.zeros((1, 2)),
                                   [0.0, 0.0], [0.0])  # fmt: skip


def test_time_of_a_model_from_matrices_is_steps() -> None:
    model = ShallowPLRNN.from_matrices([0.5], [[0.0]], [[0.0]], [0.0], [0.0])
    assert model.dt is None
    run = model.generate([8.0], 3)
    assert run.attrs["time_unit"] == "step"
    np.testing.assert_array_equal(run.values[0, :, 0], [4.0, 2.0, 1.0])
    np.testing.assert_array_equal(run["time"], [1.0, 2.0, 3.0])


@pytest.mark.parametrize("arguments", [
    {"latent_dim": 0, "hidden_dim": 5}, {"latent_dim": 2, "hidden_dim": 2.5},
    {"latent_dim": True, "hidden_dim": 5}, {"latent_dim": 2, "hidden_dim": 5, "clipped": "no"},
])  # fmt: skip
def test_wrong_sizes_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(InputError):
        ShallowPLRNN(**arguments)


def test_an_untrained_model_says_so() -> None:
    with pytest.raises(InputError, match="call fit first"):
        ShallowPLRNN(3, 5).canonical()


@pytest.mark.parametrize("clipped", [False, True])
def test_inputs_add_to_the_step(rng: np.random.Generator, clipped: bool) -> None:
    p = random_model(rng, clipped).parameters()
    C = rng.normal(size=(3, 2))
    free = ShallowPLRNN.from_matrices(*(p[k] for k in ("A", "W1", "W2", "h1", "h2")), clipped)
    driven = ShallowPLRNN.from_matrices(
        *(p[k] for k in ("A", "W1", "W2", "h1", "h2")), clipped, C=C
    )
    z, u = rng.normal(size=(20, 3)), rng.normal(size=(20, 2))
    np.testing.assert_allclose(driven.step(z, u), free.step(z) + u @ C.T, rtol=1e-12)
    np.testing.assert_array_equal(driven.jacobian(z, u), free.jacobian(z))
    run = driven.generate(z[0], 20, inputs=u).values[0]
    state = z[0]
    for k in range(20):
        state = driven.step(state, u[k])
        np.testing.assert_allclose(run[k], state, rtol=1e-9)
    with pytest.raises(InputError, match="C must be finite with shape"):
        ShallowPLRNN.from_matrices([0.5], [[0.1]], [[1.0]], [0.0], [0.0], C=[[1.0], [2.0]])


def test_every_hinge_of_the_shallow_form_parts_two_regions(rng: np.random.Generator) -> None:
    """The clipped form has two boundaries for each unit: W2 z + h2 = 0 and W2 z = 0."""
    z = rng.normal(size=(500, 3))
    for clipped in (False, True):
        model = random_model(rng, clipped)
        form = model.canonical()
        np.testing.assert_allclose(form.jacobian(z), model.jacobian(z), rtol=1e-12, atol=1e-13)
        p = model.parameters()
        codes = [z @ p["W2"].T + p["h2"] > 0] + ([z @ p["W2"].T > 0] if clipped else [])
        np.testing.assert_array_equal(form.region(z), np.hstack(codes))

"""Generalized teacher forcing: the adaptive strength and its theory."""

from __future__ import annotations

import numpy as np
import pytest

from dsr.errors import InputError
from dsr.training import GeneralizedTeacherForcing


def test_estimate_bounds_the_product_of_jacobians() -> None:
    """alpha = 1 - 1/a for norm a, of the sequence with the largest mean."""
    forcing = GeneralizedTeacherForcing()
    assert forcing.estimate(np.log([1.25, 2.0])) == pytest.approx(0.5)


def test_contracting_models_need_no_forcing() -> None:
    assert GeneralizedTeacherForcing().estimate(np.log([0.5, 0.9])) == 0.0


def test_alpha_jumps_up_and_decays_slowly() -> None:
    forcing = GeneralizedTeacherForcing(decay=0.999)
    assert forcing.next_alpha(0.1, 0.4) == 0.4
    assert forcing.next_alpha(0.4, 0.1) == pytest.approx(0.999 * 0.4 + 0.001 * 0.1)
    assert forcing.next_alpha(0.4, float("nan")) == 0.4


def test_estimates_are_due_every_fifth_update_only_when_adaptive() -> None:
    due = [u for u in range(12) if GeneralizedTeacherForcing().due(u)]
    assert due == [0, 5, 10]
    assert not any(GeneralizedTeacherForcing(alpha=0.1).due(u) for u in range(12))


def test_only_observed_units_are_forced() -> None:
    keep = GeneralizedTeacherForcing(alpha=0.25).keep(0.25, 2, 3, 2, np.float64)
    np.testing.assert_array_equal(keep, [[0.75, 0.75, 1.0, 0.75, 0.75, 1.0]])


@pytest.mark.parametrize("wrong", [{"alpha": 1.5}, {"alpha": -0.1}, {"alpha": "much"},
                                   {"estimator": "guess"}, {"every": 0}])  # fmt: skip
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        GeneralizedTeacherForcing(**wrong)


def test_gradient_bound_of_the_paper(rng: np.random.Generator) -> None:
    """With alpha = 1 - 1/max||J|| over the visited states, ||dz_t/dz_r|| <= 1."""
    from dsr.models import ShallowPLRNN

    M, H, T = 3, 12, 60
    model = ShallowPLRNN.from_matrices(
        rng.normal(size=M), rng.normal(size=(M, H)), rng.normal(size=(H, M)),
        rng.normal(size=M), rng.normal(size=H),
    )  # fmt: skip
    data = rng.normal(size=(T, M))
    alpha = 0.5
    for _ in range(50):
        # The states depend on alpha, so the bound is a fixed point; iterate upwards to it.
        z, jacobians = data[0], []
        for x in data[1:]:
            jacobians.append(model.jacobian(z))
            z = (1 - alpha) * model.step(z) + alpha * x
        bound = 1 - 1 / max(np.linalg.norm(J, 2) for J in jacobians)
        if bound <= alpha:
            break
        alpha = bound
    product = np.eye(M)
    for J in jacobians:
        product = (1 - alpha) * J @ product
        assert np.linalg.norm(product, 2) <= 1 + 1e-10

"""Forcings: the adaptive strength and its theory, sparse forcing and how its interval is chosen."""

from __future__ import annotations

import numpy as np
import pytest

from dsr.errors import InputError
from dsr.training.forcing import FORCINGS, GeneralizedTeacherForcing, SparseTeacherForcing


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
                                   {"estimator": "guess"}, {"every": 0},
                                   {"times": 2.5}])  # fmt: skip
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


def test_every_setting_has_a_flat_name_and_comes_back() -> None:
    """All of them, the number of points of an estimate included."""
    settings = {"alpha": 0.3, "estimator": "product", "alpha_start": 0.5, "alpha_decay": 0.9,
                "alpha_every": 2, "alpha_times": 7}  # fmt: skip
    forcing = FORCINGS["generalized"].from_flat(settings)
    assert forcing == GeneralizedTeacherForcing(0.3, "product", 0.5, 0.9, 2, 7)
    assert forcing.to_flat() == settings
    assert list(GeneralizedTeacherForcing.flat_names()) == list(settings)
    adaptive = GeneralizedTeacherForcing.from_flat({"alpha": "adaptive"})
    assert adaptive == GeneralizedTeacherForcing()
    assert adaptive.to_flat()["alpha"] == "adaptive"
    assert FORCINGS["sparse"].from_flat({"interval": 7}).to_flat() == {"interval": 7}


def test_a_misspelt_setting_gets_the_nearest_name_offered() -> None:
    with pytest.raises(InputError, match="did you mean 'alpha_times'"):
        GeneralizedTeacherForcing.from_flat({"alpha_time": 3})
    with pytest.raises(InputError, match="did you mean 'lyapunov'"):
        SparseTeacherForcing("lyapunow")


@pytest.mark.parametrize("wrong", [0, -3, 2.5, True, "seldom"])
def test_wrong_intervals_are_refused(wrong: object) -> None:
    with pytest.raises(InputError, match="interval"):
        SparseTeacherForcing(wrong)


def test_sparse_forcing_replaces_observed_states_every_interval() -> None:
    keep = SparseTeacherForcing(3).keep(1.0, 1, 2, 1, np.float64)
    survives = [[row[0] for row in keep][t % len(keep)] for t in range(9)]
    assert survives == [1, 1, 0, 1, 1, 0, 1, 1, 0]
    assert (keep[:, 1] == 1).all()


@pytest.mark.parametrize(("rule", "low", "high"), [
    ("lyapunov", 60, 95), ("autocorrelation", 15, 30), ("mutual-information", 12, 22),
])  # fmt: skip
def test_intervals_chosen_from_lorenz_63_are_the_known_ones(rule: str, low: int, high: int) -> None:
    """ln 2 / 0.906 is 76.5 steps of 0.01; 1/e after 22; the information has its minimum at 16."""
    import dsr

    values = dsr.simulate("lorenz63", steps=10_000, dt=0.01, seed=0).values[0]
    scaled = (values - values.mean(axis=0)) / values.std(axis=0)
    settled = SparseTeacherForcing(rule).settled([scaled])
    assert low <= settled.interval <= high
    record = {"kind": "sparse teacher forcing", "interval": settled.interval, "rule": rule}
    assert settled.record() == record
    assert SparseTeacherForcing(rule).to_flat() == {"interval": rule}


def test_no_interval_is_chosen_by_an_exponent_that_is_not_there() -> None:
    decay = np.exp(-np.arange(600.0) / 100)[:, None] * [1.0, 0.5]
    with pytest.raises(InputError, match="positive Lyapunov exponent"):
        SparseTeacherForcing("lyapunov").settled([decay])

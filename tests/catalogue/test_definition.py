"""A user's own systems: whatever plain Python returns is taken, compiled or called back."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dsr.data import System, simulate, system
from dsr.errors import InputError

PARAMETERS = {"sigma": 10.0, "rho": 28.0, "beta": 8.0 / 3.0}


def as_list(t: float, x: Any, p: Any) -> Any:
    return [p[0] * (x[1] - x[0]), x[0] * (p[1] - x[2]) - x[1], x[0] * x[1] - p[2] * x[2]]


def as_tuple(t: float, x: Any, p: Any) -> Any:
    return (p[0] * (x[1] - x[0]), x[0] * (p[1] - x[2]) - x[1], x[0] * x[1] - p[2] * x[2])


def as_array(t: float, x: Any, p: Any) -> Any:
    return np.array([p[0] * (x[1] - x[0]), x[0] * (p[1] - x[2]) - x[1], x[0] * x[1] - p[2] * x[2]])


class Field:
    """Something that numba cannot compile."""

    def __call__(self, t: float, x: Any, p: Any) -> Any:
        sigma, rho, beta = p
        a, b, c = map(float, x)
        return {"dx": [sigma * (b - a), a * (rho - c) - b, a * b - beta * c]}["dx"]


@pytest.mark.parametrize("rhs", [as_list, as_tuple, as_array, Field()])
def test_every_form_gives_the_registered_series(rhs: Callable[..., Any]) -> None:
    own = System("own", rhs, parameters=PARAMETERS, initial=[1.0, 1.0, 20.0], dt=0.01)
    series = simulate(own, steps=200, initial=[1.0, 1.0, 20.0])
    expected = simulate("lorenz63", steps=200, initial=[1.0, 1.0, 20.0])
    np.testing.assert_allclose(series.values, expected.values, atol=1e-9)
    state = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(
        own.jacobian_matrix(0.0, state), system("lorenz63").jacobian_matrix(0.0, state), atol=1e-8
    )


def mixed_tuples(t: float, x: Any, p: Any) -> Any:
    return ((0, 1.0), (-1, -p[0]))


def lists(t: float, x: Any, p: Any) -> Any:
    return [[0, 1], [-1, -p[0]]]


def arrays(t: float, x: Any, p: Any) -> Any:
    return np.array([[0.0, 1.0], [-1.0, -p[0]]])


def list_of_tuples(t: float, x: Any, p: Any) -> Any:
    return [(0, 1), (-1.0, -p[0])]


@pytest.mark.parametrize("jacobian", [mixed_tuples, lists, arrays, list_of_tuples])
def test_nested_jacobians_are_taken(jacobian: Callable[..., Any]) -> None:
    own = System(
        "spring",
        lambda t, x, p: (x[1], -x[0] - p[0] * x[1]),
        parameters=[0.1],
        initial=[1, 0],
        dt=0.1,
        jacobian=jacobian,
    )
    np.testing.assert_allclose(
        own.jacobian_matrix(0.0, [0.3, 0.4]), [[0, 1], [-1, -0.1]], atol=1e-15
    )


@pytest.mark.parametrize(
    ("rhs", "expected"),
    [
        (lambda t, x, p: (1, x[0]), [1.0, 2.0]),
        (lambda t, x, p: [0, 1], [0.0, 1.0]),
        (lambda t, x, p: (0, 3), [0.0, 3.0]),
        (lambda t, x, p: np.array([0, 1]), [0.0, 1.0]),
        (lambda t, x, p: (True, x[1] / 2), [1.0, 1.5]),
        (lambda t, x, p: x * 2, [4.0, 6.0]),
    ],
)
def test_integers_and_floats_may_be_mixed(rhs: Callable[..., Any], expected: list[float]) -> None:
    own = System("own", rhs, parameters=[], initial=[2.0, 3.0], dt=0.1)
    out = np.empty(2)
    own.compiled().rhs(0.0, np.array([2.0, 3.0]), np.empty(0), out)
    np.testing.assert_array_equal(out, expected)


def test_a_map_has_step_one_and_parameters_in_order() -> None:
    own = System(
        "quadratic",
        lambda t, x, p: (p[1] * x[0] * (1 - x[0]) + 0 * p[0],),
        parameters={"unused": 7, "r": 4},
        initial=0.3,
        kind="map",
    )
    series = simulate(own, steps=50, initial=0.3)
    expected = simulate("logistic", steps=50, initial=[0.3])
    np.testing.assert_array_equal(series.values, expected.values)
    assert own.dt == 1.0
    assert own.with_parameters({"r": 3.5}).parameters == {"unused": 7.0, "r": 3.5}
    assert own.parameters["r"] == 4.0


def test_an_error_in_a_user_function_reaches_the_user() -> None:
    def fails_later(t: float, x: Any, p: Any) -> Any:
        if t > 0.5:
            raise RuntimeError(f"no data after {t}")
        return {0: [1.0]}[0]

    own = System("own", fails_later, parameters=[], initial=[0.0], dt=0.1)
    with pytest.raises(RuntimeError, match="no data after"):
        simulate(own, steps=20, initial=[0.0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dt": None}, "needs its sampling step"),
        ({"dt": -1.0}, "dt"),
        ({"kind": "stochastic"}, "kind"),
        ({"rhs": "x"}, "functions"),
        ({"rhs": lambda t, x, p: [1.0]}, r"shape \(1,\) instead of \(2,\)"),
        ({"rhs": lambda t, x: [1.0, 2.0]}, "called as rhs"),
        ({"rhs": lambda t, x, p: ["a", "b"]}, "fails at t=0"),
        ({"rhs": lambda t, x, p: [p[9], 0.0]}, "fails at t=0"),
        ({"initial": [math.nan, 0.0]}, "initial"),
        ({"initial": [[0.0], [1.0]]}, "initial"),
        ({"parameters": [math.inf]}, "parameter 'p0'"),
        ({"variables": ["x"]}, "variables"),
        ({"jacobian": lambda t, x, p: [1.0, 2.0]}, "jacobian"),
    ],
)
def test_unusable_systems_are_refused(arguments: dict[str, Any], message: str) -> None:
    settings: dict[str, Any] = {
        "rhs": lambda t, x, p: [x[1], -x[0]],
        "parameters": [1.0],
        "initial": [1.0, 0.0],
        "dt": 0.1,
        **arguments,
    }
    with pytest.raises(InputError, match=message) as caught:
        System("own", settings.pop("rhs"), **settings)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("name", ["lorenz63", "sprott_b", "henon", "lorenz96"])
def test_registered_systems_can_be_sent_to_another_process(name: str) -> None:
    made = pickle.loads(pickle.dumps(system(name)))
    assert repr(made) == repr(system(name))
    np.testing.assert_array_equal(simulate(made, steps=20).values, simulate(name, steps=20).values)

"""Formulas written down operation by operation: their programs, derivatives and compiled forms."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dsr.catalogue.compilation import compile_formula
from dsr.catalogue.expressions import cos, exp, fabs, floor, programs, sin

X, P = np.array([0.7, -1.3]), np.array([2.5])


def compiled(formula: Callable[..., Any]) -> tuple[np.ndarray, np.ndarray]:
    made = compile_formula(formula, 2, 1)
    out, jacobian = np.empty(2), np.full((2, 2), np.nan)
    made.rhs(0.0, X, P, out)
    made.jacobian(0.0, X, P, jacobian)
    return out, jacobian


@pytest.mark.parametrize(
    ("formula", "derivatives"),
    [
        (lambda x, y, a: (a * x * y, x - 3 * y), lambda x, y, a: [[a * y, a * x], [1, -3]]),
        (
            lambda x, y, a: (x**3, y**2 / x),
            lambda x, y, a: [[3 * x**2, 0], [-((y / x) ** 2), 2 * y / x]],
        ),
        (
            lambda x, y, a: (sin(a * x), cos(y) - x),
            lambda x, y, a: [[a * math.cos(a * x), 0], [-1, -math.sin(y)]],
        ),
        (
            lambda x, y, a: (exp(x - y), 1 / (1.0 + x**2)),
            lambda x, y, a: [
                [math.exp(x - y), -math.exp(x - y)],
                [-2 * x / (1 + x**2) ** 2, 0],
            ],
        ),
        (
            lambda x, y, a: (fabs(y) + fabs(x), (a * x - y) % 1.0),
            lambda x, y, a: [[1, -1], [a, -1]],
        ),
        (lambda x, y, a: (a * x - floor(a * x), -y), lambda x, y, a: [[a, 0], [0, -1]]),
        (lambda x, y, a: (5.0, a), lambda x, y, a: [[0, 0], [0, 0]]),
    ],
)
def test_a_formula_and_its_derivatives(
    formula: Callable[..., Any], derivatives: Callable[..., Any]
) -> None:
    out, jacobian = compiled(formula)
    assert out.tolist() == list(formula(*X, *P))  # the same operations in the same order
    np.testing.assert_allclose(jacobian, derivatives(*X, *P), rtol=1e-14, atol=0)


def test_equal_operations_are_done_once() -> None:
    rhs, _ = programs(lambda x, y: (sin(x * y), x * y + sin(x * y)), 2, 0)
    lines, results = json.loads(rhs)
    assert [name for name, *_ in lines] == ["x", "x", "mul", "sin", "add"]
    assert results == [[0, 3], [1, 4]]


def test_a_jacobian_holds_no_operation_that_nothing_needs() -> None:
    _, jacobian = programs(lambda x, y, a: (a * sin(x), y), 2, 1)
    lines, _ = json.loads(jacobian)
    assert "sin" not in [name for name, *_ in lines]


def test_formulas_without_an_exact_derivative_are_refused() -> None:
    with pytest.raises(TypeError):
        programs(lambda x, y: (math.sin(x), y), 2, 0)


def test_two_formulas_never_share_an_entry_of_the_cache_on_disk() -> None:
    """Else two processes that fill the cache at once could swap them."""
    first = compile_formula(lambda x, y, a: (a * y, x), 2, 1)
    second = compile_formula(lambda x, y, a: (a * x, x), 2, 1)
    names = {part.py_func.__qualname__ for part in (*first, *second)}
    assert len(names) == 4

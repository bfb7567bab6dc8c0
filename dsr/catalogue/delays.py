"""Flows with a delay, as ordinary flows of their history at Chebyshev points.

The history ``x(t + s)``, s from 0 back to the delay, is a polynomial through its values at the
points, and moves on as its derivative says; only the present value follows the equation. That is
exact up to the polynomial's degree (Breda, Maset and Vermiglio, SIAM J. Sci. Comput. 27, 482
(2005)), and gives such a flow what every other has: a state, a Jacobian, exponents.
"""

# mypy: allow-untyped-defs

from __future__ import annotations

from typing import Any

import numpy as np

from dsr.catalogue.declare import Catalogue
from dsr.catalogue.definition import Array, System

CATALOGUE = Catalogue()

_DEGREE = 32


def _chebyshev(degree: int) -> tuple[Array, Array]:
    """Points from 1 down to -1 and the matrix of the derivative there (Trefethen 2000, p. 54)."""
    k = np.arange(degree + 1)
    points = np.cos(np.pi * k / degree)
    weights = np.where((k == 0) | (k == degree), 2.0, 1.0) * (-1.0) ** k
    apart = points[:, None] - points + np.eye(degree + 1)
    matrix = np.outer(weights, 1.0 / weights) / apart
    return points, matrix - np.diag(matrix.sum(axis=1))


POINTS, _DERIVATIVE = _chebyshev(_DEGREE)


def _mackey_glass(t: float, x: Any, p: Any, out: Any) -> None:
    """Write the change of a history: ``x' = beta x_tau / (1 + x_tau^n) - gamma x``."""
    beta, gamma, power, tau = p[0], p[1], p[2], p[3]
    size = x.shape[0]
    past = abs(x[size - 1])
    out[0] = beta * x[size - 1] / (1.0 + past**power) - gamma * x[0]
    for i in range(1, size):
        total = 0.0
        for j in range(size):
            total += _DERIVATIVE[i, j] * x[j]
        out[i] = 2.0 / tau * total


def _mackey_glass_jacobian(t: float, x: Any, p: Any, out: Any) -> None:
    beta, gamma, power, tau = p[0], p[1], p[2], p[3]
    size = x.shape[0]
    for i in range(size):
        for j in range(size):
            out[i, j] = 2.0 / tau * _DERIVATIVE[i, j] if i > 0 else 0.0
    lifted = abs(x[size - 1]) ** power
    out[0, size - 1] = beta * (1.0 + (1.0 - power) * lifted) / (1.0 + lifted) ** 2
    out[0, 0] -= gamma


CATALOGUE.systems["mackey_glass"] = System(
    "mackey_glass",
    _mackey_glass,
    jacobian=_mackey_glass_jacobian,
    in_place=True,
    parameters={"beta": 0.2, "gamma": 0.1, "n": 10.0, "tau": 17.0},
    variables=["x", *(f"past{k}" for k in range(1, _DEGREE + 1))],
    initial=[1.2] * (_DEGREE + 1),
    dt=1.0,
    transient=2000.0,
    description="Mackey-Glass equation of blood cells, with a delay; x is the present, the others "
    "are its history at Chebyshev points",
    source="Mackey and Glass, Science 197, 287 (1977)",
)

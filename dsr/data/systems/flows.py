"""Autonomous flows in three dimensions, each with its Jacobian. Sprott's are in `sprott`."""

from __future__ import annotations

from typing import Any

from dsr.data.systems.declare import Catalogue

CATALOGUE = Catalogue()


def _lorenz63_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    out[:] = 0.0
    out[0, 0] = -p[0]
    out[0, 1] = p[0]
    out[1, 0] = p[1] - z
    out[1, 1] = -1.0
    out[1, 2] = -x
    out[2, 0] = y
    out[2, 1] = x
    out[2, 2] = -p[2]


@CATALOGUE.flow(
    jacobian=_lorenz63_jacobian,
    parameters={"sigma": 10.0, "rho": 28.0, "beta": 8.0 / 3.0},
    variables="x y z",
    initial=(1.0, 1.0, 20.0),
    dt=0.01,
    transient=50.0,
    source="Lorenz, J. Atmos. Sci. 20, 130 (1963), eqs. 25-27",
)
def lorenz63(t: float, s: Any, p: Any, out: Any) -> None:
    """Lorenz's model of convection: the butterfly."""
    x, y, z = s[0], s[1], s[2]
    out[0] = p[0] * (y - x)
    out[1] = x * (p[1] - z) - y
    out[2] = x * y - p[2] * z

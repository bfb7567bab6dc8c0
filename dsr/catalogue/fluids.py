"""Fluids and waves, and Lorenz-96 in any dimension."""

# mypy: allow-untyped-defs

from __future__ import annotations

from typing import Any

from dsr.catalogue.declare import Catalogue
from dsr.catalogue.definition import System
from dsr.catalogue.expressions import cos, sin

CATALOGUE = Catalogue()


@CATALOGUE.flow(
    initial=(1.0, 2.0, 0.5),
    dt=0.05,
    transient=50.0,
    angles={"x": 0.0, "y": 0.0, "z": 0.0},
    spread=0.001,
    source="Dombre et al., J. Fluid Mech. 167, 353 (1986)",
)
def abc_flow(x, y, z, A=1.0, B=(2.0 / 3.0) ** 0.5, C=(1.0 / 3.0) ** 0.5):
    """Arnold-Beltrami-Childress streamline from a regular start, not chaotic."""
    return A * sin(z) + C * cos(y), B * sin(x) + A * cos(z), C * sin(y) + B * cos(x)


@CATALOGUE.flow(
    initial=(-1.0, 0.0, 0.5),
    dt=0.01,
    transient=200.0,
    spread=0.001,
    source="Rabinovich and Fabrikant, Sov. Phys. JETP 50, 311 (1979)",
)
def rabinovich_fabrikant(x, y, z, a=1.1, g=0.87):
    """Rabinovich-Fabrikant equations of waves in a plasma."""
    return y * (z - 1.0 + x**2) + g * x, x * (3.0 * z + 1.0 - x**2) + g * y, -2.0 * z * (a + x * y)


def _lorenz96_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    n = s.shape[0]
    out[:] = 0.0
    for i in range(n):
        # Negative indices wrap around, which is the ring.
        out[i, i] += -1.0
        out[i, (i + 1) % n] += s[i - 1]
        out[i, i - 2] -= s[i - 1]
        out[i, i - 1] += s[(i + 1) % n] - s[i - 2]


def _lorenz96(t: float, s: Any, p: Any, out: Any) -> None:
    """Lorenz's ring of 10 sites with advection, damping and forcing; other sizes by initial=."""
    n = s.shape[0]
    for i in range(n):
        out[i] = (s[(i + 1) % n] - s[i - 2]) * s[i - 1] - s[i] + p[0]


# Taken in any dimension, so written as a loop and not as a formula.
CATALOGUE.systems["lorenz96"] = System(
    "lorenz96",
    _lorenz96,
    jacobian=_lorenz96_jacobian,
    in_place=True,
    any_dimension=True,
    parameters={"F": 8.0},
    variables=[f"x{i}" for i in range(10)],
    initial=(8.01, *[8.0] * 9),
    dt=0.02,
    transient=100.0,
    description="Lorenz's ring of 10 sites with advection, damping and forcing; other sizes by "
    "initial=",
    source="Lorenz, Proc. ECMWF Seminar on Predictability 1, 1 (1996)",
)

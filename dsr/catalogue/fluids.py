"""Fluids and waves; Lorenz-96 and Kuramoto-Sivashinsky on rings of any number of points."""

# mypy: allow-untyped-defs

from __future__ import annotations

from math import cos as cosine
from math import pi
from math import sin as sine
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


def _kuramoto_sivashinsky(t: float, u: Any, p: Any, out: Any) -> None:
    """Write du/dt of ``u_t = -u u_x - u_xx - u_xxxx``, central differences of order 4."""
    n = u.shape[0]
    d = n / p[0]
    for i in range(n):
        # Negative indices wrap around, which is the ring.
        a, b, c = u[i - 1], u[i - 2], u[i - 3]
        e, f, g = u[(i + 1) % n], u[(i + 2) % n], u[(i + 3) % n]
        flux = d * (8.0 * (e * e - a * a) - (f * f - b * b)) / 24.0
        second = d**2 * (16.0 * (a + e) - (b + f) - 30.0 * u[i]) / 12.0
        fourth = d**4 * (12.0 * (b + f) - (c + g) - 39.0 * (a + e) + 56.0 * u[i]) / 6.0
        out[i] = -flux - second - fourth


def _kuramoto_sivashinsky_jacobian(t: float, u: Any, p: Any, out: Any) -> None:
    n = u.shape[0]
    d = n / p[0]
    second, fourth = d**2 / 12.0, d**4 / 6.0
    out[:] = 0.0
    for i in range(n):
        out[i, i] += 30.0 * second - 56.0 * fourth
        for side in (-1, 1):
            near, far, last = (i + side) % n, (i + 2 * side) % n, (i + 3 * side) % n
            out[i, near] += -side * 16.0 * d * u[near] / 24.0 - 16.0 * second + 39.0 * fourth
            out[i, far] += side * 2.0 * d * u[far] / 24.0 + second - 12.0 * fourth
            out[i, last] += fourth


CATALOGUE.systems["kuramoto_sivashinsky"] = System(
    "kuramoto_sivashinsky",
    _kuramoto_sivashinsky,
    jacobian=_kuramoto_sivashinsky_jacobian,
    in_place=True,
    any_dimension=True,
    parameters={"L": 22.0},
    variables=[f"u{i}" for i in range(48)],
    initial=[
        cosine(2.0 * pi * k / 48) + 0.1 * sine(4.0 * pi * k / 48) + 0.1 * cosine(6.0 * pi * k / 48)
        for k in range(48)
    ],
    dt=0.25,
    transient=500.0,
    # The mean is conserved; a displaced start would have another one.
    spread=0.0,
    description="Kuramoto-Sivashinsky equation of flame fronts on 48 points of a ring of length "
    "L; other numbers of points by initial=",
    source="Kuramoto, Prog. Theor. Phys. Suppl. 64, 346 (1978); Sivashinsky, Acta Astronaut. 4, "
    "1177 (1977); L = 22 as Cvitanovic et al., SIAM J. Appl. Dyn. Syst. 9, 1 (2010)",
)

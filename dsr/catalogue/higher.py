"""Hamiltonian flows, and Lorenz-96 in any dimension."""

from __future__ import annotations

from math import cos, pi, sin, sqrt
from typing import Any

from dsr.catalogue.declare import Catalogue

CATALOGUE = Catalogue()

# Henon-Heiles: just below the escape energy 1/6, x = 0.1, y = -0.25, py = 0.
_ENERGY = 1.0 / 6.0 - 1e-9
_HENON_HEILES_START = (
    0.1,
    -0.25,
    sqrt(2.0 * (_ENERGY + 0.1**2 * 0.25 - 0.25**3 / 3.0) - 0.1**2 - 0.25**2),
    0.0,
)


def _henon_heiles_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y = s[0], s[1]
    out[:] = 0.0
    out[0, 2] = 1.0
    out[1, 3] = 1.0
    out[2, 0] = -1.0 - 2.0 * y
    out[2, 1] = -2.0 * x
    out[3, 0] = -2.0 * x
    out[3, 1] = -1.0 + 2.0 * y


@CATALOGUE.flow(
    jacobian=_henon_heiles_jacobian,
    variables="x y px py",
    initial=_HENON_HEILES_START,
    dt=0.1,
    transient=500.0,
    spread=1e-12,
    source="Henon and Heiles, Astron. J. 69, 73 (1964)",
)
def henon_heiles(t: float, s: Any, p: Any, out: Any) -> None:
    """Henon-Heiles' star in a galaxy: Hamiltonian, energy just below escape."""
    x, y = s[0], s[1]
    out[0] = s[2]
    out[1] = s[3]
    out[2] = -x - 2.0 * x * y
    out[3] = -y - x**2 + y**2


def _double_pendulum_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    m1, m2, l1, l2, g = p[0], p[1], p[2], p[3], p[4]
    c, d = cos(s[0] - s[1]), sin(s[0] - s[1])
    p1, p2 = s[2], s[3]
    first, second, mixed = m2 * l2**2, (m1 + m2) * l1**2, m2 * l1 * l2
    # Kinetic energy T = N / D; derivatives in the difference of the angles by the quotient rule.
    scale = 2.0 * m2 * (l1 * l2) ** 2
    D = scale * (m1 + m2 * d**2)
    D1, D2 = scale * m2 * 2.0 * d * c, scale * m2 * 2.0 * (c**2 - d**2)
    T = (first * p1**2 + second * p2**2 - 2.0 * mixed * p1 * p2 * c) / D
    T1 = (2.0 * mixed * p1 * p2 * d - T * D1) / D
    T2 = (2.0 * mixed * p1 * p2 * c - 2.0 * T1 * D1 - T * D2) / D
    v1 = 2.0 * (first * p1 - mixed * p2 * c) / D
    v2 = 2.0 * (second * p2 - mixed * p1 * c) / D
    turn1 = (2.0 * mixed * p2 * d - v1 * D1) / D
    turn2 = (2.0 * mixed * p1 * d - v2 * D1) / D
    out[0, 0], out[0, 1] = turn1, -turn1
    out[0, 2], out[0, 3] = 2.0 * first / D, -2.0 * mixed * c / D
    out[1, 0], out[1, 1] = turn2, -turn2
    out[1, 2], out[1, 3] = -2.0 * mixed * c / D, 2.0 * second / D
    out[2, 0], out[2, 1] = -T2 - (m1 + m2) * g * l1 * cos(s[0]), T2
    out[2, 2], out[2, 3] = -turn1, -turn2
    out[3, 0], out[3, 1] = T2, -T2 - m2 * g * l2 * cos(s[1])
    out[3, 2], out[3, 3] = turn1, turn2


@CATALOGUE.flow(
    jacobian=_double_pendulum_jacobian,
    parameters={"m1": 1.0, "m2": 1.0, "l1": 1.0, "l2": 1.0, "g": 1.0},
    variables="theta1 theta2 p1 p2",
    units=("rad", "rad", "1", "1"),
    initial=(pi / 2.0, pi / 2.0, 0.0, 0.0),
    dt=0.02,
    transient=300.0,
    angles={"theta1": -pi, "theta2": -pi},
    spread=1e-9,
    source="Shinbrot et al., Am. J. Phys. 60, 491 (1992); canonical momenta",
)
def double_pendulum(t: float, s: Any, p: Any, out: Any) -> None:
    """Double pendulum of two point masses, in angles and canonical momenta."""
    m1, m2, l1, l2, g = p[0], p[1], p[2], p[3], p[4]
    c, d = cos(s[0] - s[1]), sin(s[0] - s[1])
    p1, p2 = s[2], s[3]
    first, second, mixed = m2 * l2**2, (m1 + m2) * l1**2, m2 * l1 * l2
    scale = 2.0 * m2 * (l1 * l2) ** 2
    D = scale * (m1 + m2 * d**2)
    T = (first * p1**2 + second * p2**2 - 2.0 * mixed * p1 * p2 * c) / D
    torque = (2.0 * mixed * p1 * p2 * d - T * scale * m2 * 2.0 * d * c) / D
    out[0] = 2.0 * (first * p1 - mixed * p2 * c) / D
    out[1] = 2.0 * (second * p2 - mixed * p1 * c) / D
    out[2] = -torque - (m1 + m2) * g * l1 * sin(s[0])
    out[3] = torque - m2 * g * l2 * sin(s[1])


def _lorenz96_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    n = s.shape[0]
    out[:] = 0.0
    for i in range(n):
        # Negative indices wrap around, which is the ring.
        out[i, i] += -1.0
        out[i, (i + 1) % n] += s[i - 1]
        out[i, i - 2] -= s[i - 1]
        out[i, i - 1] += s[(i + 1) % n] - s[i - 2]


@CATALOGUE.flow(
    jacobian=_lorenz96_jacobian,
    parameters={"F": 8.0},
    variables="x0 x1 x2 x3 x4 x5 x6 x7 x8 x9",
    initial=(8.01, *[8.0] * 9),
    dt=0.02,
    transient=100.0,
    any_dimension=True,
    source="Lorenz, Proc. ECMWF Seminar on Predictability 1, 1 (1996)",
)
def lorenz96(t: float, s: Any, p: Any, out: Any) -> None:
    """Lorenz's ring of 10 sites with advection, damping and forcing; other sizes by initial=."""
    n = s.shape[0]
    for i in range(n):
        out[i] = (s[(i + 1) % n] - s[i - 2]) * s[i - 1] - s[i] + p[0]

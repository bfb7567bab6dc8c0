"""Bodies in motion: pendula, a star in a galaxy, a spinning body."""

# mypy: allow-untyped-defs

from __future__ import annotations

from math import pi, sqrt

from dsr.catalogue.declare import Catalogue
from dsr.catalogue.expressions import cos, sin

CATALOGUE = Catalogue()

# Henon-Heiles: just below the escape energy 1/6, x = 0.1, y = -0.25, py = 0.
_ENERGY = 1.0 / 6.0 - 1e-9
_HENON_HEILES_START = (
    0.1,
    -0.25,
    sqrt(2.0 * (_ENERGY + 0.1**2 * 0.25 - 0.25**3 / 3.0) - 0.1**2 - 0.25**2),
    0.0,
)


@CATALOGUE.flow(
    initial=(0.0, 0.0, 0.0),
    dt=0.05,
    transient=500.0,
    angles={"theta": -pi, "phase": 0.0},
    clock="phase",
    source="D'Humieres et al., Phys. Rev. A 26, 3483 (1982)",
)
def driven_pendulum(theta, v, phase, b=0.05, gamma=0.6, omega=0.7):
    """Damped pendulum, driven periodically."""
    return v, -sin(theta) - b * v + gamma * sin(phase), omega


@CATALOGUE.flow(
    units=("rad", "rad", "1", "1"),
    initial=(pi / 2.0, pi / 2.0, 0.0, 0.0),
    dt=0.02,
    transient=300.0,
    angles={"theta1": -pi, "theta2": -pi},
    spread=1e-9,
    source="Shinbrot et al., Am. J. Phys. 60, 491 (1992); canonical momenta",
)
def double_pendulum(theta1, theta2, p1, p2, m1=1.0, m2=1.0, l1=1.0, l2=1.0, g=1.0):
    """Double pendulum of two point masses, in angles and canonical momenta."""
    c, d = cos(theta1 - theta2), sin(theta1 - theta2)
    first, second, mixed = m2 * l2**2, (m1 + m2) * l1**2, m2 * l1 * l2
    scale = 2.0 * m2 * (l1 * l2) ** 2
    D = scale * (m1 + m2 * d**2)
    T = (first * p1**2 + second * p2**2 - 2.0 * mixed * p1 * p2 * c) / D
    torque = (2.0 * mixed * p1 * p2 * d - T * scale * m2 * 2.0 * d * c) / D
    return (
        2.0 * (first * p1 - mixed * p2 * c) / D,
        2.0 * (second * p2 - mixed * p1 * c) / D,
        -torque - (m1 + m2) * g * l1 * sin(theta1),
        torque - m2 * g * l2 * sin(theta2),
    )


@CATALOGUE.flow(
    initial=_HENON_HEILES_START,
    dt=0.1,
    transient=500.0,
    spread=1e-12,
    source="Henon and Heiles, Astron. J. 69, 73 (1964)",
)
def henon_heiles(x, y, px, py):
    """Henon-Heiles' star in a galaxy: Hamiltonian, energy just below escape."""
    return px, py, -x - 2.0 * x * y, -y - x**2 + y**2


@CATALOGUE.flow(
    initial=(0.349, 0.0, -0.16),
    dt=0.02,
    transient=500.0,
    spread=0.001,
    source="Leipnik and Newton, Phys. Lett. A 86, 63 (1981)",
)
def newton_leipnik(x, y, z, a=0.4, b=0.175):
    """Newton-Leipnik rigid body with feedback, two attractors."""
    return -a * x + y + 10.0 * y * z, -x - 0.4 * y + 5.0 * x * z, b * z - 5.0 * x * y

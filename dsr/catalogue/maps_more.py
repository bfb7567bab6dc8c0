"""Conservative and kicked maps, and maps in three dimensions."""

from __future__ import annotations

from math import copysign, cos, fabs, floor, pi, sin
from typing import Any

from dsr.catalogue.declare import Catalogue

CATALOGUE = Catalogue()


def _standard_map_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    theta = s[1]
    K = p[0]
    out[0, 0] = 1.0
    out[0, 1] = K * cos(theta)
    out[1, 0] = 1.0
    out[1, 1] = K * cos(theta) + 1


@CATALOGUE.map(
    jacobian=_standard_map_jacobian,
    parameters={"K": 5.0},
    variables="momentum theta",
    initial=(0.3, 0.2),
    source="Chirikov, Phys. Rep. 52, 263 (1979)",
)
def standard_map(t: float, s: Any, p: Any, out: Any) -> None:
    """Chirikov's standard map of a kicked rotor."""
    momentum, theta = s[0], s[1]
    K = p[0]
    out[0] = (momentum + K * sin(theta)) % (2.0 * pi)
    out[1] = (theta + momentum + K * sin(theta)) % (2.0 * pi)


def _zaslavsky_map_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    y = s[1]
    k, b = p[0], p[1]
    out[0, 0] = b
    out[0, 1] = k * cos(y)
    out[1, 0] = b
    out[1, 1] = k * cos(y) + 1


@CATALOGUE.map(
    jacobian=_zaslavsky_map_jacobian,
    parameters={"k": 8.8, "b": 0.1},
    variables="x y",
    initial=(0.3, 0.2),
    source="Zaslavsky, Phys. Lett. A 69, 145 (1978)",
)
def zaslavsky_map(t: float, s: Any, p: Any, out: Any) -> None:
    """Zaslavsky-type map, a kicked rotor with friction."""
    x, y = s[0], s[1]
    k, b = p[0], p[1]
    out[0] = (b * x + k * sin(y)) % (2.0 * pi)
    out[1] = (y + b * x + k * sin(y)) % (2.0 * pi)


def _gingerbread_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x = s[0]
    out[:] = 0.0
    out[0, 0] = copysign(1.0, x)
    out[0, 1] = -1.0
    out[1, 0] = 1.0


@CATALOGUE.map(
    jacobian=_gingerbread_jacobian,
    variables="x y",
    initial=(0.5, 3.7),
    spread=0.001,
    source="Devaney, Physica D 10, 387 (1984)",
)
def gingerbread(t: float, s: Any, p: Any, out: Any) -> None:
    """Gingerbread man, a conservative piecewise-linear map."""
    x, y = s[0], s[1]
    out[0] = 1.0 - y + fabs(x)
    out[1] = x


def _arnold_cat_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    out[0, 0] = 2.0
    out[0, 1] = 1.0
    out[1, 0] = 1.0
    out[1, 1] = 1.0


@CATALOGUE.map(
    jacobian=_arnold_cat_jacobian,
    variables="x y",
    initial=(0.3, 0.2),
    source="Arnold and Avez, Ergodic Problems of Classical Mechanics (1968)",
)
def arnold_cat(t: float, s: Any, p: Any, out: Any) -> None:
    """Arnold's cat map on the torus."""
    x, y = s[0], s[1]
    out[0] = (2.0 * x + y) % 1.0
    out[1] = (x + y) % 1.0


def _henon3d_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    y = s[1]
    b = p[1]
    out[:] = 0.0
    out[0, 1] = -2 * y
    out[0, 2] = -b
    out[1, 0] = 1.0
    out[2, 1] = 1.0


@CATALOGUE.map(
    jacobian=_henon3d_jacobian,
    parameters={"a": 1.76, "b": 0.1},
    initial=(0.1, 0.1, 0.1),
    source="Baier and Klein, Phys. Lett. A 151, 281 (1990)",
)
def henon3d(t: float, s: Any, p: Any, out: Any) -> None:
    """Generalised Henon map with two positive exponents."""
    x, y, z = s[0], s[1], s[2]
    a, b = p[0], p[1]
    out[0] = a - y**2 - b * z
    out[1] = x
    out[2] = y


def _folded_towel_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    a, b, c, d, e, f, g = p[0], p[1], p[2], p[3], p[4], p[5], p[6]
    out[:] = 0.0
    out[0, 0] = -a * x + a * (1.0 - x)
    out[0, 1] = -b * (1.0 - 2.0 * z)
    out[0, 2] = 2.0 * b * (c + y)
    out[1, 0] = -d * e * ((1.0 - 2.0 * z) * (c + y) - 1.0)
    out[1, 1] = d * (1.0 - 2.0 * z) * (-e * x + 1.0)
    out[1, 2] = d * (-2.0 * c - 2.0 * y) * (-e * x + 1.0)
    out[2, 1] = g
    out[2, 2] = -f * z + f * (1.0 - z)


@CATALOGUE.map(
    jacobian=_folded_towel_jacobian,
    parameters={"a": 3.8, "b": 0.05, "c": 0.35, "d": 0.1, "e": 1.9, "f": 3.78, "g": 0.2},
    initial=(0.085, -0.121, 0.075),
    spread=0.001,
    source="Roessler, Phys. Lett. A 71, 155 (1979)",
)
def folded_towel(t: float, s: Any, p: Any, out: Any) -> None:
    """Roessler's folded towel, a hyperchaotic map."""
    x, y, z = s[0], s[1], s[2]
    a, b, c, d, e, f, g = p[0], p[1], p[2], p[3], p[4], p[5], p[6]
    out[0] = a * x * (1.0 - x) - b * (y + c) * (1.0 - 2.0 * z)
    out[1] = d * ((y + c) * (1.0 - 2.0 * z) - 1.0) * (1.0 - e * x)
    out[2] = f * z * (1.0 - z) + g * y


def _coupled_logistic_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y = s[0], s[1]
    r, e = p[0], p[1]
    out[0, 0] = -r * x * (1.0 - e) + r * (1.0 - e) * (1.0 - x)
    out[0, 1] = -e * r * y + e * r * (1.0 - y)
    out[1, 0] = -e * r * x + e * r * (1.0 - x)
    out[1, 1] = -r * y * (1.0 - e) + r * (1.0 - e) * (1.0 - y)


@CATALOGUE.map(
    jacobian=_coupled_logistic_jacobian,
    parameters={"r": 4.0, "e": 0.1},
    variables="x y",
    initial=(0.1, 0.2),
    source="Kaneko, Prog. Theor. Phys. 69, 1427 (1983)",
)
def coupled_logistic(t: float, s: Any, p: Any, out: Any) -> None:
    """Two logistic maps with diffusive coupling."""
    x, y = s[0], s[1]
    r, e = p[0], p[1]
    out[0] = (1.0 - e) * r * x * (1.0 - x) + e * r * y * (1.0 - y)
    out[1] = (1.0 - e) * r * y * (1.0 - y) + e * r * x * (1.0 - x)


def _baker_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    out[:] = 0.0
    out[0, 0] = p[0]
    out[1, 1] = 0.5


@CATALOGUE.map(
    jacobian=_baker_jacobian,
    parameters={"slope": 1.999999},
    variables="x y",
    initial=(0.3, 0.2),
    source="Ott, Chaos in Dynamical Systems (2002), section 3.1",
)
def baker(t: float, s: Any, p: Any, out: Any) -> None:
    """Baker's map; its slope stays below 2 because floats would end in 0."""
    stretched = p[0] * s[0]
    strip = floor(stretched)
    out[0] = stretched - strip
    out[1] = 0.5 * (s[1] + strip)

"""Autonomous flows devised to show one feature of chaos each."""

from __future__ import annotations

from math import cos, sin, sqrt
from typing import Any

from dsr.catalogue.declare import Catalogue

CATALOGUE = Catalogue()


def _roessler_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, z = s[0], s[2]
    a, c = p[0], p[2]
    out[:] = 0.0
    out[0, 1] = -1.0
    out[0, 2] = -1.0
    out[1, 0] = 1.0
    out[1, 1] = a
    out[2, 0] = z
    out[2, 2] = -c + x


@CATALOGUE.flow(
    jacobian=_roessler_jacobian,
    parameters={"a": 0.2, "b": 0.2, "c": 5.7},
    initial=(1.0, 1.0, 0.0),
    dt=0.05,
    transient=500.0,
    source="Roessler, Phys. Lett. A 57, 397 (1976)",
)
def roessler(t: float, s: Any, p: Any, out: Any) -> None:
    """Roessler's spiral, the simplest chaotic flow he found."""
    x, y, z = s[0], s[1], s[2]
    a, b, c = p[0], p[1], p[2]
    out[0] = -y - z
    out[1] = x + a * y
    out[2] = b + z * (x - c)


def _hyper_roessler_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, z = s[0], s[2]
    a, c, d = p[0], p[2], p[3]
    out[:] = 0.0
    out[0, 1] = -1.0
    out[0, 2] = -1.0
    out[1, 0] = 1.0
    out[1, 1] = a
    out[1, 3] = 1.0
    out[2, 0] = z
    out[2, 2] = x
    out[3, 2] = -c
    out[3, 3] = d


@CATALOGUE.flow(
    jacobian=_hyper_roessler_jacobian,
    parameters={"a": 0.25, "b": 3.0, "c": 0.5, "d": 0.05},
    variables="x y z w",
    initial=(-20.0, 0.0, 0.0, 15.0),
    dt=0.02,
    transient=200.0,
    source="Roessler, Phys. Lett. A 71, 155 (1979)",
)
def hyper_roessler(t: float, s: Any, p: Any, out: Any) -> None:
    """Roessler's hyperchaotic flow with two positive exponents."""
    x, y, z, w = s[0], s[1], s[2], s[3]
    a, b, c, d = p[0], p[1], p[2], p[3]
    out[0] = -y - z
    out[1] = x + a * y + w
    out[2] = b + x * z
    out[3] = -c * z + d * w


def _thomas_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    b = p[0]
    out[:] = 0.0
    out[0, 0] = -b
    out[0, 1] = cos(y)
    out[1, 1] = -b
    out[1, 2] = cos(z)
    out[2, 0] = cos(x)
    out[2, 2] = -b


@CATALOGUE.flow(
    jacobian=_thomas_jacobian,
    parameters={"b": 0.18},
    initial=(0.1, 1.1, -0.5),
    dt=0.1,
    transient=1000.0,
    source="Thomas, Int. J. Bifurcation Chaos 9, 1889 (1999)",
)
def thomas(t: float, s: Any, p: Any, out: Any) -> None:
    """Thomas' cyclically symmetric flow, a labyrinth when undamped."""
    x, y, z = s[0], s[1], s[2]
    b = p[0]
    out[0] = sin(y) - b * x
    out[1] = sin(z) - b * y
    out[2] = sin(x) - b * z


def _thomas_scaled_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    a, b = p[0], p[1]
    out[:] = 0.0
    out[0, 0] = -a
    out[0, 1] = b * cos(y)
    out[1, 1] = -a
    out[1, 2] = b * cos(z)
    out[2, 0] = b * cos(x)
    out[2, 2] = -a


@CATALOGUE.flow(
    jacobian=_thomas_scaled_jacobian,
    parameters={"a": 1.85, "b": 10.0},
    initial=(2.2, 2.36, 3.22),
    dt=0.01,
    transient=100.0,
    source="Thomas, Int. J. Bifurcation Chaos 9, 1889 (1999), scaled as in dysts",
)
def thomas_scaled(t: float, s: Any, p: Any, out: Any) -> None:
    """Thomas' flow at strong forcing and damping."""
    x, y, z = s[0], s[1], s[2]
    a, b = p[0], p[1]
    out[0] = b * sin(y) - a * x
    out[1] = b * sin(z) - a * y
    out[2] = b * sin(x) - a * z


def _halvorsen_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    a = p[0]
    out[0, 0] = -a
    out[0, 1] = -2 * y - 4.0
    out[0, 2] = -4.0
    out[1, 0] = -4.0
    out[1, 1] = -a
    out[1, 2] = -2 * z - 4.0
    out[2, 0] = -2 * x - 4.0
    out[2, 1] = -4.0
    out[2, 2] = -a


@CATALOGUE.flow(
    jacobian=_halvorsen_jacobian,
    parameters={"a": 1.27},
    initial=(-6.4, 0.0, 0.0),
    dt=0.005,
    transient=100.0,
    source="Sprott, Chaos and Time-Series Analysis (2003), appendix A",
)
def halvorsen(t: float, s: Any, p: Any, out: Any) -> None:
    """Halvorsen's cyclically symmetric flow."""
    x, y, z = s[0], s[1], s[2]
    a = p[0]
    out[0] = -a * x - 4.0 * y - 4.0 * z - y**2
    out[1] = -a * y - 4.0 * z - 4.0 * x - z**2
    out[2] = -a * z - 4.0 * x - 4.0 * y - x**2


def _dadras_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    a, b, c, d, e = p[0], p[1], p[2], p[3], p[4]
    out[0, 0] = -a
    out[0, 1] = b * z + 1
    out[0, 2] = b * y
    out[1, 0] = -z
    out[1, 1] = c
    out[1, 2] = 1 - x
    out[2, 0] = d * y
    out[2, 1] = d * x
    out[2, 2] = -e


@CATALOGUE.flow(
    jacobian=_dadras_jacobian,
    parameters={"a": 3.0, "b": 2.7, "c": 1.7, "d": 2.0, "e": 9.0},
    initial=(1.0, 1.0, 0.0),
    dt=0.01,
    transient=200.0,
    source="Dadras and Momeni, Phys. Lett. A 373, 3637 (2009)",
)
def dadras(t: float, s: Any, p: Any, out: Any) -> None:
    """Dadras-Momeni system with two, three or four scrolls."""
    x, y, z = s[0], s[1], s[2]
    a, b, c, d, e = p[0], p[1], p[2], p[3], p[4]
    out[0] = y - a * x + b * y * z
    out[1] = c * y - x * z + z
    out[2] = d * x * y - e * z


def _arneodo_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x = s[0]
    a, b, c = p[0], p[1], p[2]
    out[:] = 0.0
    out[0, 1] = 1.0
    out[1, 2] = 1.0
    out[2, 0] = a - 3 * x**2
    out[2, 1] = -b
    out[2, 2] = -c


@CATALOGUE.flow(
    jacobian=_arneodo_jacobian,
    parameters={"a": 5.5, "b": 3.5, "c": 1.0},
    initial=(0.2, 0.2, -0.75),
    dt=0.02,
    transient=200.0,
    source="Arneodo, Coullet and Tresser, Commun. Math. Phys. 79, 573 (1981)",
)
def arneodo(t: float, s: Any, p: Any, out: Any) -> None:
    """Arneodo-Coullet-Tresser spiral chaos."""
    x, y, z = s[0], s[1], s[2]
    a, b, c = p[0], p[1], p[2]
    out[0] = y
    out[1] = z
    out[2] = a * x - b * y - c * z - x**3


def _aizawa_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    a, b, d, e, f = p[0], p[1], p[3], p[4], p[5]
    out[0, 0] = -b + z
    out[0, 1] = -d
    out[0, 2] = x
    out[1, 0] = d
    out[1, 1] = -b + z
    out[1, 2] = y
    out[2, 0] = 3 * f * x**2 * z - 2 * x * (e * z + 1.0)
    out[2, 1] = -2 * y * (e * z + 1.0)
    out[2, 2] = a - e * (x**2 + y**2) + f * x**3 - 1.0 * z**2


@CATALOGUE.flow(
    jacobian=_aizawa_jacobian,
    parameters={"a": 0.95, "b": 0.7, "c": 0.6, "d": 3.5, "e": 0.25, "f": 0.1},
    initial=(0.1, 0.0, 0.0),
    dt=0.02,
    transient=300.0,
    source="Langford, Int. Ser. Numer. Math. 70, 285 (1984)",
)
def aizawa(t: float, s: Any, p: Any, out: Any) -> None:
    """Aizawa-Langford system, a sphere with a tube through it."""
    x, y, z = s[0], s[1], s[2]
    a, b, c, d, e, f = p[0], p[1], p[2], p[3], p[4], p[5]
    out[0] = x * (z - b) - d * y
    out[1] = d * x + y * (z - b)
    out[2] = c + a * z - z**3 / 3.0 - (x**2 + y**2) * (1.0 + e * z) + f * z * x**3


def _genesio_tesi_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x = s[0]
    a, b, c = p[0], p[1], p[2]
    out[:] = 0.0
    out[0, 1] = 1.0
    out[1, 2] = 1.0
    out[2, 0] = -c + 2 * x
    out[2, 1] = -b
    out[2, 2] = -a


@CATALOGUE.flow(
    jacobian=_genesio_tesi_jacobian,
    parameters={"a": 0.44, "b": 1.1, "c": 1.0},
    initial=(0.1, 0.1, 0.1),
    dt=0.05,
    transient=500.0,
    source="Genesio and Tesi, Automatica 28, 531 (1992)",
)
def genesio_tesi(t: float, s: Any, p: Any, out: Any) -> None:
    """Genesio-Tesi jerk system with one quadratic term."""
    x, y, z = s[0], s[1], s[2]
    a, b, c = p[0], p[1], p[2]
    out[0] = y
    out[1] = z
    out[2] = -c * x - b * y - a * z + x**2


def _abc_flow_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    A, B, C = p[0], p[1], p[2]
    out[:] = 0.0
    out[0, 1] = -C * sin(y)
    out[0, 2] = A * cos(z)
    out[1, 0] = B * cos(x)
    out[1, 2] = -A * sin(z)
    out[2, 0] = -B * sin(x)
    out[2, 1] = C * cos(y)


@CATALOGUE.flow(
    jacobian=_abc_flow_jacobian,
    parameters={"A": 1.0, "B": sqrt(2.0 / 3.0), "C": sqrt(1.0 / 3.0)},
    initial=(1.0, 2.0, 0.5),
    dt=0.05,
    transient=50.0,
    angles={"x": 0.0, "y": 0.0, "z": 0.0},
    spread=0.001,
    source="Dombre et al., J. Fluid Mech. 167, 353 (1986)",
)
def abc_flow(t: float, s: Any, p: Any, out: Any) -> None:
    """Arnold-Beltrami-Childress streamline from a regular start, not chaotic."""
    x, y, z = s[0], s[1], s[2]
    A, B, C = p[0], p[1], p[2]
    out[0] = A * sin(z) + C * cos(y)
    out[1] = B * sin(x) + A * cos(z)
    out[2] = C * sin(y) + B * cos(x)

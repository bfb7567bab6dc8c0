"""Lorenz's equations and their relatives: convection, dynamos, circulation."""

from __future__ import annotations

from typing import Any

from dsr.catalogue.declare import Catalogue

CATALOGUE = Catalogue()


def _lorenz63_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    sigma, rho, beta = p[0], p[1], p[2]
    out[:] = 0.0
    out[0, 0] = -sigma
    out[0, 1] = sigma
    out[1, 0] = rho - z
    out[1, 1] = -1.0
    out[1, 2] = -x
    out[2, 0] = y
    out[2, 1] = x
    out[2, 2] = -beta


@CATALOGUE.flow(
    jacobian=_lorenz63_jacobian,
    parameters={"sigma": 10.0, "rho": 28.0, "beta": 8.0 / 3.0},
    initial=(1.0, 1.0, 20.0),
    dt=0.01,
    transient=50.0,
    source="Lorenz, J. Atmos. Sci. 20, 130 (1963), eqs. 25-27",
)
def lorenz63(t: float, s: Any, p: Any, out: Any) -> None:
    """Lorenz's model of convection, the butterfly."""
    x, y, z = s[0], s[1], s[2]
    sigma, rho, beta = p[0], p[1], p[2]
    out[0] = sigma * (y - x)
    out[1] = x * (rho - z) - y
    out[2] = x * y - beta * z


def _lorenz84_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    a, b = p[0], p[1]
    out[0, 0] = -a
    out[0, 1] = -2 * y
    out[0, 2] = -2 * z
    out[1, 0] = -b * z + y
    out[1, 1] = x - 1
    out[1, 2] = -b * x
    out[2, 0] = b * y + z
    out[2, 1] = b * x
    out[2, 2] = x - 1


@CATALOGUE.flow(
    jacobian=_lorenz84_jacobian,
    parameters={"a": 0.25, "b": 4.0, "F": 8.0, "G": 1.0},
    initial=(1.0, 1.0, 1.0),
    dt=0.02,
    transient=200.0,
    source="Lorenz, Tellus A 36, 98 (1984)",
)
def lorenz84(t: float, s: Any, p: Any, out: Any) -> None:
    """Lorenz's model of the general circulation of the atmosphere."""
    x, y, z = s[0], s[1], s[2]
    a, b, F, G = p[0], p[1], p[2], p[3]
    out[0] = -(y**2) - z**2 - a * x + a * F
    out[1] = x * y - b * x * z - y + G
    out[2] = b * x * y + x * z - z


def _hadley_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    a, b = p[0], p[1]
    out[0, 0] = -a
    out[0, 1] = -2 * y
    out[0, 2] = -2 * z
    out[1, 0] = -b * z + y
    out[1, 1] = x - 1
    out[1, 2] = -b * x
    out[2, 0] = b * y + z
    out[2, 1] = b * x
    out[2, 2] = x - 1


@CATALOGUE.flow(
    jacobian=_hadley_jacobian,
    parameters={"a": 0.2, "b": 4.0, "F": 9.0, "G": 1.0},
    initial=(0.1, 0.1, 0.1),
    dt=0.02,
    transient=200.0,
    source="Lorenz, Tellus A 36, 98 (1984)",
)
def hadley(t: float, s: Any, p: Any, out: Any) -> None:
    """Lorenz-84 at stronger forcing, the Hadley circulation."""
    x, y, z = s[0], s[1], s[2]
    a, b, F, G = p[0], p[1], p[2], p[3]
    out[0] = -(y**2) - z**2 - a * x + a * F
    out[1] = x * y - b * x * z - y + G
    out[2] = b * x * y + x * z - z


def _rucklidge_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    y, z = s[1], s[2]
    k, l = p[0], p[1]
    out[:] = 0.0
    out[0, 0] = -k
    out[0, 1] = l - z
    out[0, 2] = -y
    out[1, 0] = 1.0
    out[2, 1] = 2 * y
    out[2, 2] = -1.0


@CATALOGUE.flow(
    jacobian=_rucklidge_jacobian,
    parameters={"k": 2.0, "l": 6.7},
    initial=(1.0, 0.0, 4.5),
    dt=0.02,
    transient=200.0,
    source="Rucklidge, J. Fluid Mech. 237, 209 (1992)",
)
def rucklidge(t: float, s: Any, p: Any, out: Any) -> None:
    """Rucklidge's model of convection in a magnetic field."""
    x, y, z = s[0], s[1], s[2]
    k, l = p[0], p[1]
    out[0] = -k * x + l * y - y * z
    out[1] = x
    out[2] = -z + y**2


def _shimizu_morioka_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, z = s[0], s[2]
    a, b = p[0], p[1]
    out[:] = 0.0
    out[0, 1] = 1.0
    out[1, 0] = 1 - z
    out[1, 1] = -a
    out[1, 2] = -x
    out[2, 0] = 2 * x
    out[2, 2] = -b


@CATALOGUE.flow(
    jacobian=_shimizu_morioka_jacobian,
    parameters={"a": 0.85, "b": 0.5},
    initial=(0.1, 0.1, 0.1),
    dt=0.05,
    transient=1000.0,
    source="Shimizu and Morioka, Phys. Lett. A 76, 201 (1980)",
)
def shimizu_morioka(t: float, s: Any, p: Any, out: Any) -> None:
    """Shimizu-Morioka model, a normal form of Lorenz-like chaos."""
    x, y, z = s[0], s[1], s[2]
    a, b = p[0], p[1]
    out[0] = y
    out[1] = x - a * y - x * z
    out[2] = -b * z + x**2


def _lu_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    a, b, c = p[0], p[1], p[2]
    out[:] = 0.0
    out[0, 0] = -a
    out[0, 1] = a
    out[1, 0] = -z
    out[1, 1] = c
    out[1, 2] = -x
    out[2, 0] = y
    out[2, 1] = x
    out[2, 2] = -b


@CATALOGUE.flow(
    jacobian=_lu_jacobian,
    parameters={"a": 36.0, "b": 3.0, "c": 20.0},
    initial=(0.1, 0.3, 0.6),
    dt=0.005,
    transient=50.0,
    source="Lu and Chen, Int. J. Bifurcation Chaos 12, 659 (2002)",
)
def lu(t: float, s: Any, p: Any, out: Any) -> None:
    """Lue and Chen's system between those of Lorenz and Chen."""
    x, y, z = s[0], s[1], s[2]
    a, b, c = p[0], p[1], p[2]
    out[0] = a * (y - x)
    out[1] = -x * z + c * y
    out[2] = x * y - b * z


def _burke_shaw_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    a = p[0]
    out[:] = 0.0
    out[0, 0] = -a
    out[0, 1] = -a
    out[1, 0] = -a * z
    out[1, 1] = -1.0
    out[1, 2] = -a * x
    out[2, 0] = a * y
    out[2, 1] = a * x


@CATALOGUE.flow(
    jacobian=_burke_shaw_jacobian,
    parameters={"a": 10.0, "v": 4.272},
    initial=(1.0, 0.0, 0.0),
    dt=0.005,
    transient=100.0,
    source="Shaw, Z. Naturforsch. A 36, 80 (1981)",
)
def burke_shaw(t: float, s: Any, p: Any, out: Any) -> None:
    """Burke-Shaw system, a variation of Lorenz's equations."""
    x, y, z = s[0], s[1], s[2]
    a, v = p[0], p[1]
    out[0] = -a * (x + y)
    out[1] = -y - a * x * z
    out[2] = a * x * y + v


def _rikitake_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    m, a = p[0], p[1]
    out[:] = 0.0
    out[0, 0] = -m
    out[0, 1] = z
    out[0, 2] = y
    out[1, 0] = -a + z
    out[1, 1] = -m
    out[1, 2] = x
    out[2, 0] = -y
    out[2, 1] = -x


@CATALOGUE.flow(
    jacobian=_rikitake_jacobian,
    parameters={"m": 1.0, "a": 1.0},
    initial=(1.0, 0.0, 0.6),
    dt=0.02,
    transient=500.0,
    source="Rikitake, Proc. Camb. Phil. Soc. 54, 89 (1958)",
)
def rikitake(t: float, s: Any, p: Any, out: Any) -> None:
    """Rikitake's two-disk dynamo, a model of magnetic reversals."""
    x, y, z = s[0], s[1], s[2]
    m, a = p[0], p[1]
    out[0] = -m * x + z * y
    out[1] = -m * y + x * (z - a)
    out[2] = 1.0 - x * y


def _lorenz_stenflo_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    a, b, c, d = p[0], p[1], p[2], p[3]
    out[:] = 0.0
    out[0, 0] = -a
    out[0, 1] = a
    out[0, 3] = d
    out[1, 0] = c - z
    out[1, 1] = -1.0
    out[1, 2] = -x
    out[2, 0] = y
    out[2, 1] = x
    out[2, 2] = -b
    out[3, 0] = -1.0
    out[3, 3] = -a


@CATALOGUE.flow(
    jacobian=_lorenz_stenflo_jacobian,
    parameters={"a": 2.0, "b": 0.7, "c": 26.0, "d": 1.5},
    variables="x y z w",
    initial=(1.0, 1.0, 20.0, 0.0),
    dt=0.02,
    transient=200.0,
    source="Stenflo, Phys. Scr. 53, 83 (1996)",
)
def lorenz_stenflo(t: float, s: Any, p: Any, out: Any) -> None:
    """Lorenz-Stenflo equations of acoustic-gravity waves, in four dimensions."""
    x, y, z, w = s[0], s[1], s[2], s[3]
    a, b, c, d = p[0], p[1], p[2], p[3]
    out[0] = a * (y - x) + d * w
    out[1] = x * (c - z) - y
    out[2] = x * y - b * z
    out[3] = -x - a * w


def _hyper_lorenz_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    sigma, rho, beta, r = p[0], p[1], p[2], p[3]
    out[:] = 0.0
    out[0, 0] = -sigma
    out[0, 1] = sigma
    out[0, 3] = 1.0
    out[1, 0] = rho - z
    out[1, 1] = -1.0
    out[1, 2] = -x
    out[2, 0] = y
    out[2, 1] = x
    out[2, 2] = -beta
    out[3, 1] = -z
    out[3, 2] = -y
    out[3, 3] = -r


@CATALOGUE.flow(
    jacobian=_hyper_lorenz_jacobian,
    parameters={"sigma": 10.0, "rho": 28.0, "beta": 8.0 / 3.0, "r": 1.0},
    variables="x y z w",
    initial=(1.0, 1.0, 20.0, 0.0),
    dt=0.005,
    transient=100.0,
    source="Wang and Wang, Physica A 387, 3751 (2008)",
)
def hyper_lorenz(t: float, s: Any, p: Any, out: Any) -> None:
    """Hyperchaotic extension of Lorenz's equations, in four dimensions."""
    x, y, z, w = s[0], s[1], s[2], s[3]
    sigma, rho, beta, r = p[0], p[1], p[2], p[3]
    out[0] = sigma * (y - x) + w
    out[1] = x * (rho - z) - y
    out[2] = x * y - beta * z
    out[3] = -y * z - r * w

"""Lorenz's equations and their relatives: convection, dynamos, circulation."""

# mypy: allow-untyped-defs

from __future__ import annotations

from dsr.catalogue.declare import Catalogue

CATALOGUE = Catalogue()


@CATALOGUE.flow(
    initial=(1.0, 1.0, 20.0),
    dt=0.01,
    transient=50.0,
    source="Lorenz, J. Atmos. Sci. 20, 130 (1963), eqs. 25-27",
)
def lorenz63(x, y, z, sigma=10.0, rho=28.0, beta=8.0 / 3.0):
    """Lorenz's model of convection, the butterfly."""
    return sigma * (y - x), x * (rho - z) - y, x * y - beta * z


@CATALOGUE.flow(
    initial=(1.0, 1.0, 1.0), dt=0.02, transient=200.0, source="Lorenz, Tellus A 36, 98 (1984)"
)
def lorenz84(x, y, z, a=0.25, b=4.0, F=8.0, G=1.0):
    """Lorenz's model of the general circulation of the atmosphere."""
    return -(y**2) - z**2 - a * x + a * F, x * y - b * x * z - y + G, b * x * y + x * z - z


@CATALOGUE.flow(
    initial=(0.1, 0.1, 0.1), dt=0.02, transient=200.0, source="Lorenz, Tellus A 36, 98 (1984)"
)
def hadley(x, y, z, a=0.2, b=4.0, F=9.0, G=1.0):
    """Lorenz-84 at stronger forcing, the Hadley circulation."""
    return lorenz84(x, y, z, a, b, F, G)


@CATALOGUE.flow(
    initial=(1.0, 0.0, 4.5),
    dt=0.02,
    transient=200.0,
    source="Rucklidge, J. Fluid Mech. 237, 209 (1992)",
)
def rucklidge(x, y, z, k=2.0, l=6.7):
    """Rucklidge's model of convection in a magnetic field."""
    return -k * x + l * y - y * z, x, -z + y**2


@CATALOGUE.flow(
    initial=(0.1, 0.1, 0.1),
    dt=0.05,
    transient=1000.0,
    source="Shimizu and Morioka, Phys. Lett. A 76, 201 (1980)",
)
def shimizu_morioka(x, y, z, a=0.85, b=0.5):
    """Shimizu-Morioka model, a normal form of Lorenz-like chaos."""
    return y, x - a * y - x * z, -b * z + x**2


@CATALOGUE.flow(
    initial=(0.1, 0.3, 0.6),
    dt=0.005,
    transient=50.0,
    source="Lu and Chen, Int. J. Bifurcation Chaos 12, 659 (2002)",
)
def lu(x, y, z, a=36.0, b=3.0, c=20.0):
    """Lue and Chen's system between those of Lorenz and Chen."""
    return a * (y - x), -x * z + c * y, x * y - b * z


@CATALOGUE.flow(
    initial=(1.0, 0.0, 0.0),
    dt=0.005,
    transient=100.0,
    source="Shaw, Z. Naturforsch. A 36, 80 (1981)",
)
def burke_shaw(x, y, z, a=10.0, v=4.272):
    """Burke-Shaw system, a variation of Lorenz's equations."""
    return -a * (x + y), -y - a * x * z, a * x * y + v


@CATALOGUE.flow(
    initial=(1.0, 0.0, 0.6),
    dt=0.02,
    transient=500.0,
    source="Rikitake, Proc. Camb. Phil. Soc. 54, 89 (1958)",
)
def rikitake(x, y, z, m=1.0, a=1.0):
    """Rikitake's two-disk dynamo, a model of magnetic reversals."""
    return -m * x + z * y, -m * y + x * (z - a), 1.0 - x * y


@CATALOGUE.flow(
    initial=(1.0, 1.0, 20.0, 0.0),
    dt=0.02,
    transient=200.0,
    source="Stenflo, Phys. Scr. 53, 83 (1996)",
)
def lorenz_stenflo(x, y, z, w, a=2.0, b=0.7, c=26.0, d=1.5):
    """Lorenz-Stenflo equations of acoustic-gravity waves, in four dimensions."""
    return a * (y - x) + d * w, x * (c - z) - y, x * y - b * z, -x - a * w


@CATALOGUE.flow(
    initial=(1.0, 1.0, 20.0, 0.0),
    dt=0.005,
    transient=100.0,
    source="Wang and Wang, Physica A 387, 3751 (2008)",
)
def hyper_lorenz(x, y, z, w, sigma=10.0, rho=28.0, beta=8.0 / 3.0, r=1.0):
    """Hyperchaotic extension of Lorenz's equations, in four dimensions."""
    return sigma * (y - x) + w, x * (rho - z) - y, x * y - beta * z, -y * z - r * w

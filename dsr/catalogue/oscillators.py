"""Oscillators and circuits, forced and free; neurons, stars and food chains that oscillate.

A periodic force has its phase as the last variable of the state, so that the flow is autonomous:
``phase' = omega``. `simulate` reports it within [0, 2 pi).
"""

# mypy: allow-untyped-defs

from __future__ import annotations

from dsr.catalogue.declare import Catalogue
from dsr.catalogue.expressions import cos, fabs, sin

CATALOGUE = Catalogue()


@CATALOGUE.flow(
    initial=(2.0, 0.0), dt=0.05, transient=100.0, source="van der Pol, Phil. Mag. 2, 978 (1926)"
)
def van_der_pol(x, y, mu=1.0):
    """van der Pol's oscillator, a limit cycle."""
    return y, mu * (1.0 - x**2) * y - x


@CATALOGUE.flow(
    initial=(0.1, 0.1, 0.0),
    dt=0.02,
    transient=500.0,
    angles={"phase": 0.0},
    clock="phase",
    source="Parlitz and Lauterborn, Phys. Rev. A 36, 1428 (1987), force a sine in the place of a "
    "cosine; Shaw's form (Z. Naturforsch. A 36, 80 (1981)) drives the other equation",
)
def forced_van_der_pol(x, v, phase, mu=5.0, gamma=5.0, omega=2.466):
    """van der Pol's oscillator, forced into chaos."""
    return v, -x + mu * (1.0 - x**2) * v + gamma * sin(phase), omega


@CATALOGUE.flow(
    initial=(0.1, 0.1, 0.0),
    dt=0.05,
    transient=500.0,
    angles={"phase": 0.0},
    clock="phase",
    source="equation of Guckenheimer and Holmes, Nonlinear Oscillations (1983), section 2.2 "
    "(delta = 0.25 there); parameters of Gilpin, arXiv 2110.05266 (dysts), 'Duffing'",
)
def duffing(x, v, phase, delta=0.1, alpha=-1.0, beta=1.0, gamma=0.35, omega=1.4):
    """Duffing's oscillator in a double well, forced periodically."""
    return v, -delta * v - alpha * x - beta * x**3 + gamma * cos(phase), omega


@CATALOGUE.flow(
    initial=(2.5, 0.0, 0.0),
    dt=0.02,
    transient=500.0,
    angles={"phase": 0.0},
    clock="phase",
    source="Ueda, J. Stat. Phys. 20, 181 (1979)",
)
def ueda(x, v, phase, delta=0.05, gamma=7.5, omega=1.0):
    """Ueda's forced oscillator with a cubic spring."""
    return v, -delta * v - x**3 + gamma * cos(phase), omega


@CATALOGUE.flow(
    initial=(0.7, 0.0, 0.0),
    dt=0.02,
    transient=200.0,
    source="Matsumoto, IEEE Trans. Circuits Syst. 31, 1055 (1984), dimensionless form",
)
def chua(x, y, z, alpha=15.6, beta=28.0, m0=-8.0 / 7.0, m1=-5.0 / 7.0):
    """Chua's circuit with a piecewise-linear diode, the double scroll."""
    current = m1 * x + 0.5 * (m0 - m1) * (fabs(x + 1.0) - fabs(x - 1.0))
    return alpha * (y - x - current), x - y + z, -beta * y


@CATALOGUE.flow(
    initial=(0.1, 0.1, 3.0),
    dt=0.1,
    transient=2000.0,
    source="Hindmarsh and Rose, Proc. R. Soc. B 221, 87 (1984)",
)
def hindmarsh_rose(x, y, z, current=3.25, r=0.006):
    """Hindmarsh-Rose neuron, bursting."""
    return y - x**3 + 3.0 * x**2 - z + current, 1.0 - 5.0 * x**2 - y, r * (4.0 * (x + 1.6) - z)


@CATALOGUE.flow(
    initial=(0.8, 0.2, 9.0),
    dt=1.0,
    transient=5000.0,
    source="Hastings and Powell, Ecology 72, 896 (1991)",
)
def hastings_powell(x, y, z, a1=5.0, b1=3.0, a2=0.1, b2=2.0, d1=0.4, d2=0.01):
    """Hastings-Powell food chain of three species, the teacup."""
    eaten = a1 * x / (1.0 + b1 * x)
    caught = a2 * y / (1.0 + b2 * y)
    return x * (1.0 - x) - eaten * y, eaten * y - caught * z - d1 * y, caught * z - d2 * z


@CATALOGUE.flow(
    initial=(0.1, 0.0, 0.0),
    dt=0.01,
    transient=500.0,
    source="Moore and Spiegel, Astrophys. J. 143, 871 (1966)",
)
def moore_spiegel(x, y, z, T=6.0, R=20.0):
    """Moore-Spiegel oscillator, a thermally excited stellar layer."""
    return y, z, -z - (T - R + R * x**2) * y - T * x

"""Autonomous flows that model something: neurons, circuits, plasmas, food chains."""

from __future__ import annotations

from math import fabs
from typing import Any

from dsr.catalogue.declare import Catalogue

CATALOGUE = Catalogue()


def _hindmarsh_rose_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x = s[0]
    r = p[1]
    out[:] = 0.0
    out[0, 0] = -3 * x**2 + 6.0 * x
    out[0, 1] = 1.0
    out[0, 2] = -1.0
    out[1, 0] = -10.0 * x
    out[1, 1] = -1.0
    out[2, 0] = 4.0 * r
    out[2, 2] = -r


@CATALOGUE.flow(
    jacobian=_hindmarsh_rose_jacobian,
    parameters={"current": 3.25, "r": 0.006},
    initial=(0.1, 0.1, 3.0),
    dt=0.1,
    transient=2000.0,
    source="Hindmarsh and Rose, Proc. R. Soc. B 221, 87 (1984)",
)
def hindmarsh_rose(t: float, s: Any, p: Any, out: Any) -> None:
    """Hindmarsh-Rose neuron, bursting."""
    x, y, z = s[0], s[1], s[2]
    current, r = p[0], p[1]
    out[0] = y - x**3 + 3.0 * x**2 - z + current
    out[1] = 1.0 - 5.0 * x**2 - y
    out[2] = r * (4.0 * (x + 1.6) - z)


def _moore_spiegel_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y = s[0], s[1]
    T, R = p[0], p[1]
    out[:] = 0.0
    out[0, 1] = 1.0
    out[1, 2] = 1.0
    out[2, 0] = -2 * R * x * y - T
    out[2, 1] = -R * x**2 + R - T
    out[2, 2] = -1.0


@CATALOGUE.flow(
    jacobian=_moore_spiegel_jacobian,
    parameters={"T": 6.0, "R": 20.0},
    initial=(0.1, 0.0, 0.0),
    dt=0.01,
    transient=500.0,
    source="Moore and Spiegel, Astrophys. J. 143, 871 (1966)",
)
def moore_spiegel(t: float, s: Any, p: Any, out: Any) -> None:
    """Moore-Spiegel oscillator, a thermally excited stellar layer."""
    x, y, z = s[0], s[1], s[2]
    T, R = p[0], p[1]
    out[0] = y
    out[1] = z
    out[2] = -z - (T - R + R * x**2) * y - T * x


def _newton_leipnik_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    a, b = p[0], p[1]
    out[0, 0] = -a
    out[0, 1] = 10.0 * z + 1
    out[0, 2] = 10.0 * y
    out[1, 0] = 5.0 * z - 1
    out[1, 1] = -0.4
    out[1, 2] = 5.0 * x
    out[2, 0] = -5.0 * y
    out[2, 1] = -5.0 * x
    out[2, 2] = b


@CATALOGUE.flow(
    jacobian=_newton_leipnik_jacobian,
    parameters={"a": 0.4, "b": 0.175},
    initial=(0.349, 0.0, -0.16),
    dt=0.02,
    transient=500.0,
    spread=0.001,
    source="Leipnik and Newton, Phys. Lett. A 86, 63 (1981)",
)
def newton_leipnik(t: float, s: Any, p: Any, out: Any) -> None:
    """Newton-Leipnik rigid body with feedback, two attractors."""
    x, y, z = s[0], s[1], s[2]
    a, b = p[0], p[1]
    out[0] = -a * x + y + 10.0 * y * z
    out[1] = -x - 0.4 * y + 5.0 * x * z
    out[2] = b * z - 5.0 * x * y


def _rabinovich_fabrikant_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    a, g = p[0], p[1]
    out[0, 0] = g + 2 * x * y
    out[0, 1] = x**2 + z - 1.0
    out[0, 2] = y
    out[1, 0] = -3 * x**2 + 3.0 * z + 1.0
    out[1, 1] = g
    out[1, 2] = 3.0 * x
    out[2, 0] = -2.0 * y * z
    out[2, 1] = -2.0 * x * z
    out[2, 2] = -2.0 * a - 2.0 * x * y


@CATALOGUE.flow(
    jacobian=_rabinovich_fabrikant_jacobian,
    parameters={"a": 1.1, "g": 0.87},
    initial=(-1.0, 0.0, 0.5),
    dt=0.01,
    transient=200.0,
    spread=0.001,
    source="Rabinovich and Fabrikant, Sov. Phys. JETP 50, 311 (1979)",
)
def rabinovich_fabrikant(t: float, s: Any, p: Any, out: Any) -> None:
    """Rabinovich-Fabrikant equations of waves in a plasma."""
    x, y, z = s[0], s[1], s[2]
    a, g = p[0], p[1]
    out[0] = y * (z - 1.0 + x**2) + g * x
    out[1] = x * (3.0 * z + 1.0 - x**2) + g * y
    out[2] = -2.0 * z * (a + x * y)


def _hastings_powell_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    a1, b1, a2, b2, d1, d2 = p[0], p[1], p[2], p[3], p[4], p[5]
    out[:] = 0.0
    eaten = a1 * x / (1.0 + b1 * x)
    caught = a2 * y / (1.0 + b2 * y)
    d_eaten = a1 / (1.0 + b1 * x) ** 2
    d_caught = a2 / (1.0 + b2 * y) ** 2
    out[0, 0] = 1.0 - 2.0 * x - d_eaten * y
    out[0, 1] = -eaten
    out[1, 0] = d_eaten * y
    out[1, 1] = eaten - d_caught * z - d1
    out[1, 2] = -caught
    out[2, 1] = d_caught * z
    out[2, 2] = caught - d2


@CATALOGUE.flow(
    jacobian=_hastings_powell_jacobian,
    parameters={"a1": 5.0, "b1": 3.0, "a2": 0.1, "b2": 2.0, "d1": 0.4, "d2": 0.01},
    initial=(0.8, 0.2, 9.0),
    dt=1.0,
    transient=5000.0,
    source="Hastings and Powell, Ecology 72, 896 (1991)",
)
def hastings_powell(t: float, s: Any, p: Any, out: Any) -> None:
    """Hastings-Powell food chain of three species, the teacup."""
    x, y, z = s[0], s[1], s[2]
    a1, b1, a2, b2, d1, d2 = p[0], p[1], p[2], p[3], p[4], p[5]
    eaten = a1 * x / (1.0 + b1 * x)
    caught = a2 * y / (1.0 + b2 * y)
    out[0] = x * (1.0 - x) - eaten * y
    out[1] = eaten * y - caught * z - d1 * y
    out[2] = caught * z - d2 * z


def _van_der_pol_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y = s[0], s[1]
    mu = p[0]
    out[:] = 0.0
    out[0, 1] = 1.0
    out[1, 0] = -2 * mu * x * y - 1
    out[1, 1] = mu * (1.0 - x**2)


@CATALOGUE.flow(
    jacobian=_van_der_pol_jacobian,
    parameters={"mu": 1.0},
    variables="x y",
    initial=(2.0, 0.0),
    dt=0.05,
    transient=100.0,
    source="van der Pol, Phil. Mag. 2, 978 (1926)",
)
def van_der_pol(t: float, s: Any, p: Any, out: Any) -> None:
    """van der Pol's oscillator, a limit cycle."""
    x, y = s[0], s[1]
    mu = p[0]
    out[0] = y
    out[1] = mu * (1.0 - x**2) * y - x


def _chua_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x = s[0]
    alpha, beta, m0, m1 = p[0], p[1], p[2], p[3]
    out[:] = 0.0
    slope = m0 if fabs(x) < 1.0 else m1
    out[0, 0] = -alpha * (1.0 + slope)
    out[0, 1] = alpha
    out[1, 0] = 1.0
    out[1, 1] = -1.0
    out[1, 2] = 1.0
    out[2, 1] = -beta


@CATALOGUE.flow(
    jacobian=_chua_jacobian,
    parameters={"alpha": 15.6, "beta": 28.0, "m0": -8.0 / 7.0, "m1": -5.0 / 7.0},
    initial=(0.7, 0.0, 0.0),
    dt=0.02,
    transient=200.0,
    source="Matsumoto, IEEE Trans. Circuits Syst. 31, 1055 (1984), dimensionless form",
)
def chua(t: float, s: Any, p: Any, out: Any) -> None:
    """Chua's circuit with a piecewise-linear diode, the double scroll."""
    x, y, z = s[0], s[1], s[2]
    alpha, beta, m0, m1 = p[0], p[1], p[2], p[3]
    current = m1 * x + 0.5 * (m0 - m1) * (fabs(x + 1.0) - fabs(x - 1.0))
    out[0] = alpha * (y - x - current)
    out[1] = x - y + z
    out[2] = -beta * y

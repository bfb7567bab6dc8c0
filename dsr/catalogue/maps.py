"""Maps of the interval, of the plane and of space, dissipative and conservative."""

# mypy: allow-untyped-defs

from __future__ import annotations

from math import pi

from dsr.catalogue.declare import Catalogue
from dsr.catalogue.expressions import cos, exp, fabs, floor, sin

CATALOGUE = Catalogue()


@CATALOGUE.map(initial=(0.3,), source="May, Nature 261, 459 (1976)")
def logistic(x, r=4.0):
    """Logistic map of population growth."""
    return r * x * (1.0 - x)


@CATALOGUE.map(initial=(0.3,), source="Strogatz, Nonlinear Dynamics and Chaos (1994), section 10.6")
def sine_map(x, a=1.0):
    """Sine map, unimodal like the logistic map."""
    return a * sin(pi * x)


@CATALOGUE.map(initial=(0.1,), source="Sprott, Chaos and Time-Series Analysis (2003), appendix A")
def cubic_map(x, a=3.0):
    """Cubic map, conjugate to tripling an angle at a = 3."""
    return a * x * (1.0 - x**2)


@CATALOGUE.map(initial=(0.1,), source="Hilborn, Chaos and Nonlinear Dynamics (2000), section 5.10")
def gauss_map(x, a=4.9, b=-0.5):
    """Gauss map, the mouse map."""
    return exp(-a * x**2) + b


@CATALOGUE.map(initial=(0.5,), source="Ricker, J. Fish. Res. Board Can. 11, 559 (1954)")
def ricker(x, r=3.3):
    """Ricker's population model."""
    return x * exp(r - x)


@CATALOGUE.map(initial=(0.3,), source="Ott, Chaos in Dynamical Systems (2002), section 2.1")
def tent(x, mu=0.9999995):
    """Tent map; its slope stays below 2 because floats would end in 0."""
    return mu * (1.0 - fabs(1.0 - 2.0 * x))


@CATALOGUE.map(initial=(0.3,), source="Ott, Chaos in Dynamical Systems (2002), section 2.1")
def doubling(x, slope=1.999999):
    """Doubling map; its slope stays below 2 because floats would end in 0."""
    return (slope * x) % 1.0


@CATALOGUE.map(initial=(0.1, 0.1), source="Henon, Commun. Math. Phys. 50, 69 (1976)")
def henon(x, y, a=1.4, b=0.3):
    """Henon's map, a stretched and folded plane."""
    return 1.0 - a * x**2 + y, b * x


@CATALOGUE.map(initial=(0.1, 0.1), source="Lozi, J. Phys. Colloq. 39, C5-9 (1978)")
def lozi(x, y, a=1.7, b=0.5):
    """Lozi's piecewise-linear map."""
    return 1.0 - a * fabs(x) + y, b * x


@CATALOGUE.map(
    initial=(0.1, 0.1), source="Hammel, Jones and Moloney, J. Opt. Soc. Am. B 2, 552 (1985)"
)
def ikeda(x, y, u=0.9, a=0.4, b=6.0):
    """Ikeda's map of light in a ring cavity."""
    turn = a - b / (1.0 + x**2 + y**2)
    return 1.0 + u * (x * cos(turn) - y * sin(turn)), u * (x * sin(turn) + y * cos(turn))


@CATALOGUE.map(
    initial=(-0.72, -0.64),
    spread=0.001,
    source="Nusse and Yorke, Dynamics: Numerical Explorations (1998)",
)
def tinkerbell(x, y, a=0.9, b=-0.6013, c=2.0, d=0.5):
    """Tinkerbell map."""
    return x**2 - y**2 + a * x + b * y, 2.0 * x * y + c * x + d * y


@CATALOGUE.map(
    initial=(0.8, 0.8), spread=0.001, source="Aronson et al., Commun. Math. Phys. 83, 303 (1982)"
)
def delayed_logistic(x, y, r=2.27):
    """Logistic map whose growth is limited by the generation before."""
    return r * x * (1.0 - y), x


@CATALOGUE.map(initial=(-0.1, 0.1), source="Whitehead and Macdonald, Physica D 13, 401 (1984)")
def burgers_map(x, y, a=0.75, b=1.75):
    """Burgers map, a discretised model of a fluid."""
    return a * x - y**2, b * y + x * y


@CATALOGUE.map(initial=(1.6, 0.0), source="Holmes, Phil. Trans. R. Soc. A 292, 419 (1979)")
def holmes_cubic(x, y, b=0.2, d=2.77):
    """Holmes' cubic map."""
    return y, -b * x + d * y - y**3


@CATALOGUE.map(initial=(0.5, 0.1), source="Holmes, Phil. Trans. R. Soc. A 292, 419 (1979)")
def duffing_map(x, y, b=0.2, a=2.75):
    """Duffing map, a discrete Duffing oscillator."""
    return holmes_cubic(x, y, b, a)


@CATALOGUE.map(initial=(0.3, 0.2), source="Kaplan and Yorke, Lect. Notes Math. 730, 204 (1979)")
def kaplan_yorke_map(x, y, alpha=0.2, slope=1.999999):
    """Kaplan-Yorke map; its slope stays below 2 because floats would end in 0."""
    return (slope * x) % 1.0, alpha * y + cos(4.0 * pi * x)


@CATALOGUE.map(
    initial=(0.3, 0.2),
    angles={"momentum": 0.0, "theta": 0.0},
    source="Chirikov, Phys. Rep. 52, 263 (1979)",
)
def standard_map(momentum, theta, K=5.0):
    """Chirikov's standard map of a kicked rotor."""
    return (momentum + K * sin(theta)) % (2.0 * pi), (theta + momentum + K * sin(theta)) % (
        2.0 * pi
    )


@CATALOGUE.map(
    initial=(0.3, 0.2),
    angles={"x": 0.0, "y": 0.0},
    source="Zaslavsky, Phys. Lett. A 69, 145 (1978)",
)
def zaslavsky_map(x, y, k=8.8, b=0.1):
    """Zaslavsky-type map, a kicked rotor with friction."""
    return (b * x + k * sin(y)) % (2.0 * pi), (y + b * x + k * sin(y)) % (2.0 * pi)


@CATALOGUE.map(initial=(0.5, 3.7), spread=0.001, source="Devaney, Physica D 10, 387 (1984)")
def gingerbread(x, y):
    """Gingerbread man, a conservative piecewise-linear map."""
    return 1.0 - y + fabs(x), x


@CATALOGUE.map(
    initial=(0.3, 0.2),
    angles={"x": (0.0, 1.0), "y": (0.0, 1.0)},
    source="Arnold and Avez, Ergodic Problems of Classical Mechanics (1968)",
)
def arnold_cat(x, y):
    """Arnold's cat map on the torus."""
    return (2.0 * x + y) % 1.0, (x + y) % 1.0


@CATALOGUE.map(initial=(0.3, 0.2), source="Ott, Chaos in Dynamical Systems (2002), section 3.1")
def baker(x, y, slope=1.999999):
    """Baker's map; its slope stays below 2 because floats would end in 0."""
    stretched = slope * x
    strip = floor(stretched)
    return stretched - strip, 0.5 * (y + strip)


@CATALOGUE.map(initial=(0.1, 0.1, 0.1), source="Baier and Klein, Phys. Lett. A 151, 281 (1990)")
def henon3d(x, y, z, a=1.76, b=0.1):
    """Generalised Henon map with two positive exponents."""
    return a - y**2 - b * z, x, y


@CATALOGUE.map(
    initial=(0.085, -0.121, 0.075), spread=0.001, source="Roessler, Phys. Lett. A 71, 155 (1979)"
)
def folded_towel(x, y, z, a=3.8, b=0.05, c=0.35, d=0.1, e=1.9, f=3.78, g=0.2):
    """Roessler's folded towel, a hyperchaotic map."""
    return (
        a * x * (1.0 - x) - b * (y + c) * (1.0 - 2.0 * z),
        d * ((y + c) * (1.0 - 2.0 * z) - 1.0) * (1.0 - e * x),
        f * z * (1.0 - z) + g * y,
    )


@CATALOGUE.map(initial=(0.1, 0.2), source="Kaneko, Prog. Theor. Phys. 69, 1427 (1983)")
def coupled_logistic(x, y, r=4.0, e=0.1):
    """Two logistic maps with diffusive coupling."""
    return (1.0 - e) * r * x * (1.0 - x) + e * r * y * (1.0 - y), (1.0 - e) * r * y * (
        1.0 - y
    ) + e * r * x * (1.0 - x)

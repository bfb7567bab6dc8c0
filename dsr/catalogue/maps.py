"""Maps of the interval and dissipative maps of the plane."""

from __future__ import annotations

from math import copysign, cos, exp, fabs, pi, sin
from typing import Any

from dsr.catalogue.declare import Catalogue

CATALOGUE = Catalogue()


def _logistic_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x = s[0]
    r = p[0]
    out[0, 0] = -r * x + r * (1.0 - x)


@CATALOGUE.map(
    jacobian=_logistic_jacobian,
    parameters={"r": 4.0},
    variables="x",
    initial=(0.3,),
    source="May, Nature 261, 459 (1976)",
)
def logistic(t: float, s: Any, p: Any, out: Any) -> None:
    """Logistic map of population growth."""
    x = s[0]
    r = p[0]
    out[0] = r * x * (1.0 - x)


def _sine_map_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x = s[0]
    a = p[0]
    out[0, 0] = pi * a * cos(pi * x)


@CATALOGUE.map(
    jacobian=_sine_map_jacobian,
    parameters={"a": 1.0},
    variables="x",
    initial=(0.3,),
    source="Strogatz, Nonlinear Dynamics and Chaos (1994), section 10.6",
)
def sine_map(t: float, s: Any, p: Any, out: Any) -> None:
    """Sine map, unimodal like the logistic map."""
    x = s[0]
    a = p[0]
    out[0] = a * sin(pi * x)


def _cubic_map_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x = s[0]
    a = p[0]
    out[0, 0] = -2 * a * x**2 + a * (1.0 - x**2)


@CATALOGUE.map(
    jacobian=_cubic_map_jacobian,
    parameters={"a": 3.0},
    variables="x",
    initial=(0.1,),
    source="Sprott, Chaos and Time-Series Analysis (2003), appendix A",
)
def cubic_map(t: float, s: Any, p: Any, out: Any) -> None:
    """Cubic map, conjugate to tripling an angle at a = 3."""
    x = s[0]
    a = p[0]
    out[0] = a * x * (1.0 - x**2)


def _gauss_map_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x = s[0]
    a = p[0]
    out[0, 0] = -2 * a * x * exp(-a * x**2)


@CATALOGUE.map(
    jacobian=_gauss_map_jacobian,
    parameters={"a": 4.9, "b": -0.5},
    variables="x",
    initial=(0.1,),
    source="Hilborn, Chaos and Nonlinear Dynamics (2000), section 5.10",
)
def gauss_map(t: float, s: Any, p: Any, out: Any) -> None:
    """Gauss map, the mouse map."""
    x = s[0]
    a, b = p[0], p[1]
    out[0] = exp(-a * x**2) + b


def _ricker_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x = s[0]
    r = p[0]
    out[0, 0] = -x * exp(r - x) + exp(r - x)


@CATALOGUE.map(
    jacobian=_ricker_jacobian,
    parameters={"r": 3.3},
    variables="x",
    initial=(0.5,),
    source="Ricker, J. Fish. Res. Board Can. 11, 559 (1954)",
)
def ricker(t: float, s: Any, p: Any, out: Any) -> None:
    """Ricker's population model."""
    x = s[0]
    r = p[0]
    out[0] = x * exp(r - x)


def _tent_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x = s[0]
    mu = p[0]
    out[0, 0] = 2.0 * mu * copysign(1.0, 1.0 - 2.0 * x)


@CATALOGUE.map(
    jacobian=_tent_jacobian,
    parameters={"mu": 0.9999995},
    variables="x",
    initial=(0.3,),
    source="Ott, Chaos in Dynamical Systems (2002), section 2.1",
)
def tent(t: float, s: Any, p: Any, out: Any) -> None:
    """Tent map; its slope stays below 2 because floats would end in 0."""
    x = s[0]
    mu = p[0]
    out[0] = mu * (1.0 - fabs(1.0 - 2.0 * x))


def _doubling_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    slope = p[0]
    out[0, 0] = slope


@CATALOGUE.map(
    jacobian=_doubling_jacobian,
    parameters={"slope": 1.999999},
    variables="x",
    initial=(0.3,),
    source="Ott, Chaos in Dynamical Systems (2002), section 2.1",
)
def doubling(t: float, s: Any, p: Any, out: Any) -> None:
    """Doubling map; its slope stays below 2 because floats would end in 0."""
    x = s[0]
    slope = p[0]
    out[0] = (slope * x) % 1.0


def _henon_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x = s[0]
    a, b = p[0], p[1]
    out[:] = 0.0
    out[0, 0] = -2 * a * x
    out[0, 1] = 1.0
    out[1, 0] = b


@CATALOGUE.map(
    jacobian=_henon_jacobian,
    parameters={"a": 1.4, "b": 0.3},
    variables="x y",
    initial=(0.1, 0.1),
    source="Henon, Commun. Math. Phys. 50, 69 (1976)",
)
def henon(t: float, s: Any, p: Any, out: Any) -> None:
    """Henon's map, a stretched and folded plane."""
    x, y = s[0], s[1]
    a, b = p[0], p[1]
    out[0] = 1.0 - a * x**2 + y
    out[1] = b * x


def _lozi_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x = s[0]
    a, b = p[0], p[1]
    out[:] = 0.0
    out[0, 0] = -a * copysign(1.0, x)
    out[0, 1] = 1.0
    out[1, 0] = b


@CATALOGUE.map(
    jacobian=_lozi_jacobian,
    parameters={"a": 1.7, "b": 0.5},
    variables="x y",
    initial=(0.1, 0.1),
    source="Lozi, J. Phys. Colloq. 39, C5-9 (1978)",
)
def lozi(t: float, s: Any, p: Any, out: Any) -> None:
    """Lozi's piecewise-linear map."""
    x, y = s[0], s[1]
    a, b = p[0], p[1]
    out[0] = 1.0 - a * fabs(x) + y
    out[1] = b * x


def _ikeda_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y = s[0], s[1]
    u, a, b = p[0], p[1], p[2]
    r = 1.0 + x**2 + y**2
    turn = a - b / r
    c = cos(turn)
    d = sin(turn)
    shear = 2.0 * b / r**2
    along = x * c - y * d
    across = x * d + y * c
    out[0, 0] = u * (c - across * shear * x)
    out[0, 1] = u * (-d - across * shear * y)
    out[1, 0] = u * (d + along * shear * x)
    out[1, 1] = u * (c + along * shear * y)


@CATALOGUE.map(
    jacobian=_ikeda_jacobian,
    parameters={"u": 0.9, "a": 0.4, "b": 6.0},
    variables="x y",
    initial=(0.1, 0.1),
    source="Hammel, Jones and Moloney, J. Opt. Soc. Am. B 2, 552 (1985)",
)
def ikeda(t: float, s: Any, p: Any, out: Any) -> None:
    """Ikeda's map of light in a ring cavity."""
    x, y = s[0], s[1]
    u, a, b = p[0], p[1], p[2]
    turn = a - b / (1.0 + x**2 + y**2)
    out[0] = 1.0 + u * (x * cos(turn) - y * sin(turn))
    out[1] = u * (x * sin(turn) + y * cos(turn))


def _tinkerbell_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y = s[0], s[1]
    a, b, c, d = p[0], p[1], p[2], p[3]
    out[0, 0] = a + 2 * x
    out[0, 1] = b - 2 * y
    out[1, 0] = c + 2.0 * y
    out[1, 1] = d + 2.0 * x


@CATALOGUE.map(
    jacobian=_tinkerbell_jacobian,
    parameters={"a": 0.9, "b": -0.6013, "c": 2.0, "d": 0.5},
    variables="x y",
    initial=(-0.72, -0.64),
    spread=0.001,
    source="Nusse and Yorke, Dynamics: Numerical Explorations (1998)",
)
def tinkerbell(t: float, s: Any, p: Any, out: Any) -> None:
    """Tinkerbell map."""
    x, y = s[0], s[1]
    a, b, c, d = p[0], p[1], p[2], p[3]
    out[0] = x**2 - y**2 + a * x + b * y
    out[1] = 2.0 * x * y + c * x + d * y


def _delayed_logistic_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y = s[0], s[1]
    r = p[0]
    out[:] = 0.0
    out[0, 0] = r * (1.0 - y)
    out[0, 1] = -r * x
    out[1, 0] = 1.0


@CATALOGUE.map(
    jacobian=_delayed_logistic_jacobian,
    parameters={"r": 2.27},
    variables="x y",
    initial=(0.8, 0.8),
    spread=0.001,
    source="Aronson et al., Commun. Math. Phys. 83, 303 (1982)",
)
def delayed_logistic(t: float, s: Any, p: Any, out: Any) -> None:
    """Logistic map whose growth is limited by the generation before."""
    x, y = s[0], s[1]
    r = p[0]
    out[0] = r * x * (1.0 - y)
    out[1] = x


def _burgers_map_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y = s[0], s[1]
    a, b = p[0], p[1]
    out[0, 0] = a
    out[0, 1] = -2 * y
    out[1, 0] = y
    out[1, 1] = b + x


@CATALOGUE.map(
    jacobian=_burgers_map_jacobian,
    parameters={"a": 0.75, "b": 1.75},
    variables="x y",
    initial=(-0.1, 0.1),
    source="Whitehead and Macdonald, Physica D 13, 401 (1984)",
)
def burgers_map(t: float, s: Any, p: Any, out: Any) -> None:
    """Burgers map, a discretised model of a fluid."""
    x, y = s[0], s[1]
    a, b = p[0], p[1]
    out[0] = a * x - y**2
    out[1] = b * y + x * y


def _holmes_cubic_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    y = s[1]
    b, d = p[0], p[1]
    out[:] = 0.0
    out[0, 1] = 1.0
    out[1, 0] = -b
    out[1, 1] = d - 3 * y**2


@CATALOGUE.map(
    jacobian=_holmes_cubic_jacobian,
    parameters={"b": 0.2, "d": 2.77},
    variables="x y",
    initial=(1.6, 0.0),
    source="Holmes, Phil. Trans. R. Soc. A 292, 419 (1979)",
)
def holmes_cubic(t: float, s: Any, p: Any, out: Any) -> None:
    """Holmes' cubic map."""
    x, y = s[0], s[1]
    b, d = p[0], p[1]
    out[0] = y
    out[1] = -b * x + d * y - y**3


def _duffing_map_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    y = s[1]
    b, a = p[0], p[1]
    out[:] = 0.0
    out[0, 1] = 1.0
    out[1, 0] = -b
    out[1, 1] = a - 3 * y**2


@CATALOGUE.map(
    jacobian=_duffing_map_jacobian,
    parameters={"b": 0.2, "a": 2.75},
    variables="x y",
    initial=(0.5, 0.1),
    source="Holmes, Phil. Trans. R. Soc. A 292, 419 (1979)",
)
def duffing_map(t: float, s: Any, p: Any, out: Any) -> None:
    """Duffing map, a discrete Duffing oscillator."""
    x, y = s[0], s[1]
    b, a = p[0], p[1]
    out[0] = y
    out[1] = -b * x + a * y - y**3


def _kaplan_yorke_map_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x = s[0]
    alpha, slope = p[0], p[1]
    out[:] = 0.0
    out[0, 0] = slope
    out[1, 0] = -4 * pi * sin(4 * pi * x)
    out[1, 1] = alpha


@CATALOGUE.map(
    jacobian=_kaplan_yorke_map_jacobian,
    parameters={"alpha": 0.2, "slope": 1.999999},
    variables="x y",
    initial=(0.3, 0.2),
    source="Kaplan and Yorke, Lect. Notes Math. 730, 204 (1979)",
)
def kaplan_yorke_map(t: float, s: Any, p: Any, out: Any) -> None:
    """Kaplan-Yorke map; its slope stays below 2 because floats would end in 0."""
    x, y = s[0], s[1]
    alpha, slope = p[0], p[1]
    out[0] = (slope * x) % 1.0
    out[1] = alpha * y + cos(4.0 * pi * x)

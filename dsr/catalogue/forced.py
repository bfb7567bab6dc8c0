"""Oscillators with a periodic force, whose phase is the last variable of the state.

So that they are autonomous: ``phase' = omega``. `simulate` reports the phase within [0, 2 pi).
"""

from __future__ import annotations

from math import cos, pi, sin
from typing import Any

from dsr.catalogue.declare import Catalogue

CATALOGUE = Catalogue()


def _duffing_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, phase = s[0], s[2]
    delta, alpha, beta, gamma = p[0], p[1], p[2], p[3]
    out[:] = 0.0
    out[0, 1] = 1.0
    out[1, 0] = -alpha - 3 * beta * x**2
    out[1, 1] = -delta
    out[1, 2] = -gamma * sin(phase)


@CATALOGUE.flow(
    jacobian=_duffing_jacobian,
    parameters={"delta": 0.1, "alpha": -1.0, "beta": 1.0, "gamma": 0.35, "omega": 1.4},
    variables="x v phase",
    initial=(0.1, 0.1, 0.0),
    dt=0.05,
    transient=500.0,
    angles={"phase": 0.0},
    clock="phase",
    source="Guckenheimer and Holmes, Nonlinear Oscillations (1983), section 2.2",
)
def duffing(t: float, s: Any, p: Any, out: Any) -> None:
    """Duffing's oscillator in a double well, forced periodically."""
    x, v, phase = s[0], s[1], s[2]
    delta, alpha, beta, gamma, omega = p[0], p[1], p[2], p[3], p[4]
    out[0] = v
    out[1] = -delta * v - alpha * x - beta * x**3 + gamma * cos(phase)
    out[2] = omega


def _ueda_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, phase = s[0], s[2]
    delta, gamma = p[0], p[1]
    out[:] = 0.0
    out[0, 1] = 1.0
    out[1, 0] = -3 * x**2
    out[1, 1] = -delta
    out[1, 2] = -gamma * sin(phase)


@CATALOGUE.flow(
    jacobian=_ueda_jacobian,
    parameters={"delta": 0.05, "gamma": 7.5, "omega": 1.0},
    variables="x v phase",
    initial=(2.5, 0.0, 0.0),
    dt=0.02,
    transient=500.0,
    angles={"phase": 0.0},
    clock="phase",
    source="Ueda, J. Stat. Phys. 20, 181 (1979)",
)
def ueda(t: float, s: Any, p: Any, out: Any) -> None:
    """Ueda's forced oscillator with a cubic spring."""
    x, v, phase = s[0], s[1], s[2]
    delta, gamma, omega = p[0], p[1], p[2]
    out[0] = v
    out[1] = -delta * v - x**3 + gamma * cos(phase)
    out[2] = omega


def _shaw_van_der_pol_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, v, phase = s[0], s[1], s[2]
    mu, gamma = p[0], p[1]
    out[:] = 0.0
    out[0, 1] = 1.0
    out[1, 0] = -2 * mu * v * x - 1
    out[1, 1] = mu * (1.0 - x**2)
    out[1, 2] = gamma * cos(phase)


@CATALOGUE.flow(
    jacobian=_shaw_van_der_pol_jacobian,
    parameters={"mu": 5.0, "gamma": 5.0, "omega": 2.466},
    variables="x v phase",
    initial=(0.1, 0.1, 0.0),
    dt=0.02,
    transient=500.0,
    angles={"phase": 0.0},
    clock="phase",
    source="Shaw, Z. Naturforsch. A 36, 80 (1981)",
)
def shaw_van_der_pol(t: float, s: Any, p: Any, out: Any) -> None:
    """van der Pol's oscillator, forced into chaos."""
    x, v, phase = s[0], s[1], s[2]
    mu, gamma, omega = p[0], p[1], p[2]
    out[0] = v
    out[1] = -x + mu * (1.0 - x**2) * v + gamma * sin(phase)
    out[2] = omega


def _driven_pendulum_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    theta, phase = s[0], s[2]
    b, gamma = p[0], p[1]
    out[:] = 0.0
    out[0, 1] = 1.0
    out[1, 0] = -cos(theta)
    out[1, 1] = -b
    out[1, 2] = gamma * cos(phase)


@CATALOGUE.flow(
    jacobian=_driven_pendulum_jacobian,
    parameters={"b": 0.05, "gamma": 0.6, "omega": 0.7},
    variables="theta v phase",
    initial=(0.0, 0.0, 0.0),
    dt=0.05,
    transient=500.0,
    angles={"theta": -pi, "phase": 0.0},
    clock="phase",
    source="D'Humieres et al., Phys. Rev. A 26, 3483 (1982)",
)
def driven_pendulum(t: float, s: Any, p: Any, out: Any) -> None:
    """Damped pendulum, driven periodically."""
    theta, v, phase = s[0], s[1], s[2]
    b, gamma, omega = p[0], p[1], p[2]
    out[0] = v
    out[1] = -sin(theta) - b * v + gamma * sin(phase)
    out[2] = omega

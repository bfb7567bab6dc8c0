"""Sprott's algebraically simple chaotic flows, cases A to I."""

from __future__ import annotations

from typing import Any

from dsr.catalogue.declare import Catalogue

CATALOGUE = Catalogue()


def _sprott_a_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    y, z = s[1], s[2]
    out[:] = 0.0
    out[0, 1] = 1.0
    out[1, 0] = -1.0
    out[1, 1] = z
    out[1, 2] = y
    out[2, 1] = -2 * y


@CATALOGUE.flow(
    jacobian=_sprott_a_jacobian,
    initial=(0.0, 5.0, 0.0),
    dt=0.05,
    transient=500.0,
    spread=0.001,
    source="Sprott, Phys. Rev. E 50, R647 (1994), case A",
)
def sprott_a(t: float, s: Any, p: Any, out: Any) -> None:
    """Sprott's algebraically simple chaotic flow, case A (conservative)."""
    x, y, z = s[0], s[1], s[2]
    out[0] = y
    out[1] = -x + y * z
    out[2] = 1.0 - y**2


def _sprott_b_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    out[:] = 0.0
    out[0, 1] = z
    out[0, 2] = y
    out[1, 0] = 1.0
    out[1, 1] = -1.0
    out[2, 0] = -y
    out[2, 1] = -x


@CATALOGUE.flow(
    jacobian=_sprott_b_jacobian,
    initial=(0.05, 0.05, 0.05),
    dt=0.05,
    transient=500.0,
    spread=0.001,
    source="Sprott, Phys. Rev. E 50, R647 (1994), case B",
)
def sprott_b(t: float, s: Any, p: Any, out: Any) -> None:
    """Sprott's algebraically simple chaotic flow, case B."""
    x, y, z = s[0], s[1], s[2]
    out[0] = y * z
    out[1] = x - y
    out[2] = 1.0 - x * y


def _sprott_c_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    out[:] = 0.0
    out[0, 1] = z
    out[0, 2] = y
    out[1, 0] = 1.0
    out[1, 1] = -1.0
    out[2, 0] = -2 * x


@CATALOGUE.flow(
    jacobian=_sprott_c_jacobian,
    initial=(0.05, 0.05, 0.05),
    dt=0.05,
    transient=500.0,
    spread=0.001,
    source="Sprott, Phys. Rev. E 50, R647 (1994), case C",
)
def sprott_c(t: float, s: Any, p: Any, out: Any) -> None:
    """Sprott's algebraically simple chaotic flow, case C."""
    x, y, z = s[0], s[1], s[2]
    out[0] = y * z
    out[1] = x - y
    out[2] = 1.0 - x**2


def _sprott_d_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    a = p[0]
    out[:] = 0.0
    out[0, 1] = -1.0
    out[1, 0] = 1.0
    out[1, 2] = 1.0
    out[2, 0] = z
    out[2, 1] = 2 * a * y
    out[2, 2] = x


@CATALOGUE.flow(
    jacobian=_sprott_d_jacobian,
    parameters={"a": 3.0},
    initial=(0.05, 0.05, 0.05),
    dt=0.05,
    transient=500.0,
    spread=0.001,
    source="Sprott, Phys. Rev. E 50, R647 (1994), case D",
)
def sprott_d(t: float, s: Any, p: Any, out: Any) -> None:
    """Sprott's algebraically simple chaotic flow, case D."""
    x, y, z = s[0], s[1], s[2]
    a = p[0]
    out[0] = -y
    out[1] = x + z
    out[2] = x * z + a * y**2


def _sprott_e_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y, z = s[0], s[1], s[2]
    a = p[0]
    out[:] = 0.0
    out[0, 1] = z
    out[0, 2] = y
    out[1, 0] = 2 * x
    out[1, 1] = -1.0
    out[2, 0] = -a


@CATALOGUE.flow(
    jacobian=_sprott_e_jacobian,
    parameters={"a": 4.0},
    initial=(0.05, 0.05, 0.05),
    dt=0.05,
    transient=500.0,
    spread=0.001,
    source="Sprott, Phys. Rev. E 50, R647 (1994), case E",
)
def sprott_e(t: float, s: Any, p: Any, out: Any) -> None:
    """Sprott's algebraically simple chaotic flow, case E."""
    x, y, z = s[0], s[1], s[2]
    a = p[0]
    out[0] = y * z
    out[1] = x**2 - y
    out[2] = 1.0 - a * x


def _sprott_f_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x = s[0]
    a = p[0]
    out[:] = 0.0
    out[0, 1] = 1.0
    out[0, 2] = 1.0
    out[1, 0] = -1.0
    out[1, 1] = a
    out[2, 0] = 2 * x
    out[2, 2] = -1.0


@CATALOGUE.flow(
    jacobian=_sprott_f_jacobian,
    parameters={"a": 0.5},
    initial=(0.05, 0.05, 0.05),
    dt=0.05,
    transient=500.0,
    spread=0.001,
    source="Sprott, Phys. Rev. E 50, R647 (1994), case F",
)
def sprott_f(t: float, s: Any, p: Any, out: Any) -> None:
    """Sprott's algebraically simple chaotic flow, case F."""
    x, y, z = s[0], s[1], s[2]
    a = p[0]
    out[0] = y + z
    out[1] = -x + a * y
    out[2] = x**2 - z


def _sprott_g_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, z = s[0], s[2]
    a = p[0]
    out[:] = 0.0
    out[0, 0] = a
    out[0, 2] = 1.0
    out[1, 0] = z
    out[1, 1] = -1.0
    out[1, 2] = x
    out[2, 0] = -1.0
    out[2, 1] = 1.0


@CATALOGUE.flow(
    jacobian=_sprott_g_jacobian,
    parameters={"a": 0.4},
    initial=(0.05, 0.05, 0.05),
    dt=0.05,
    transient=500.0,
    spread=0.001,
    source="Sprott, Phys. Rev. E 50, R647 (1994), case G",
)
def sprott_g(t: float, s: Any, p: Any, out: Any) -> None:
    """Sprott's algebraically simple chaotic flow, case G."""
    x, y, z = s[0], s[1], s[2]
    a = p[0]
    out[0] = a * x + z
    out[1] = x * z - y
    out[2] = -x + y


def _sprott_h_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    z = s[2]
    a = p[0]
    out[:] = 0.0
    out[0, 1] = -1.0
    out[0, 2] = 2 * z
    out[1, 0] = 1.0
    out[1, 1] = a
    out[2, 0] = 1.0
    out[2, 2] = -1.0


@CATALOGUE.flow(
    jacobian=_sprott_h_jacobian,
    parameters={"a": 0.5},
    initial=(0.05, 0.05, 0.05),
    dt=0.05,
    transient=500.0,
    spread=0.001,
    source="Sprott, Phys. Rev. E 50, R647 (1994), case H",
)
def sprott_h(t: float, s: Any, p: Any, out: Any) -> None:
    """Sprott's algebraically simple chaotic flow, case H."""
    x, y, z = s[0], s[1], s[2]
    a = p[0]
    out[0] = -y + z**2
    out[1] = x + a * y
    out[2] = x - z


def _sprott_i_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    y = s[1]
    a = p[0]
    out[:] = 0.0
    out[0, 1] = -a
    out[1, 0] = 1.0
    out[1, 2] = 1.0
    out[2, 0] = 1.0
    out[2, 1] = 2 * y
    out[2, 2] = -1.0


@CATALOGUE.flow(
    jacobian=_sprott_i_jacobian,
    parameters={"a": 0.2},
    initial=(0.05, 0.05, 0.05),
    dt=0.05,
    transient=500.0,
    spread=0.001,
    source="Sprott, Phys. Rev. E 50, R647 (1994), case I",
)
def sprott_i(t: float, s: Any, p: Any, out: Any) -> None:
    """Sprott's algebraically simple chaotic flow, case I."""
    x, y, z = s[0], s[1], s[2]
    a = p[0]
    out[0] = -a * y
    out[1] = x + z
    out[2] = x + y**2 - z

"""Sprott's algebraically simple chaotic flows, cases J to S."""

from __future__ import annotations

from typing import Any

from dsr.catalogue.declare import Catalogue

CATALOGUE = Catalogue()


def _sprott_j_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    y = s[1]
    a = p[0]
    out[:] = 0.0
    out[0, 2] = a
    out[1, 1] = -a
    out[1, 2] = 1.0
    out[2, 0] = -1.0
    out[2, 1] = 2 * y + 1


@CATALOGUE.flow(
    jacobian=_sprott_j_jacobian,
    parameters={"a": 2.0},
    initial=(0.05, 0.05, 0.05),
    dt=0.05,
    transient=500.0,
    spread=0.001,
    source="Sprott, Phys. Rev. E 50, R647 (1994), case J",
)
def sprott_j(t: float, s: Any, p: Any, out: Any) -> None:
    """Sprott's algebraically simple chaotic flow, case J."""
    x, y, z = s[0], s[1], s[2]
    a = p[0]
    out[0] = a * z
    out[1] = -a * y + z
    out[2] = -x + y + y**2


def _sprott_k_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y = s[0], s[1]
    a = p[0]
    out[:] = 0.0
    out[0, 0] = y
    out[0, 1] = x
    out[0, 2] = -1.0
    out[1, 0] = 1.0
    out[1, 1] = -1.0
    out[2, 0] = 1.0
    out[2, 2] = a


@CATALOGUE.flow(
    jacobian=_sprott_k_jacobian,
    parameters={"a": 0.3},
    initial=(0.05, 0.05, 0.05),
    dt=0.05,
    transient=500.0,
    spread=0.001,
    source="Sprott, Phys. Rev. E 50, R647 (1994), case K",
)
def sprott_k(t: float, s: Any, p: Any, out: Any) -> None:
    """Sprott's algebraically simple chaotic flow, case K."""
    x, y, z = s[0], s[1], s[2]
    a = p[0]
    out[0] = x * y - z
    out[1] = x - y
    out[2] = x + a * z


def _sprott_l_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x = s[0]
    a, b = p[0], p[1]
    out[:] = 0.0
    out[0, 1] = 1.0
    out[0, 2] = a
    out[1, 0] = 2 * b * x
    out[1, 1] = -1.0
    out[2, 0] = -1.0


@CATALOGUE.flow(
    jacobian=_sprott_l_jacobian,
    parameters={"a": 3.9, "b": 0.9},
    initial=(0.05, 0.05, 0.05),
    dt=0.05,
    transient=500.0,
    spread=0.001,
    source="Sprott, Phys. Rev. E 50, R647 (1994), case L",
)
def sprott_l(t: float, s: Any, p: Any, out: Any) -> None:
    """Sprott's algebraically simple chaotic flow, case L."""
    x, y, z = s[0], s[1], s[2]
    a, b = p[0], p[1]
    out[0] = y + a * z
    out[1] = b * x**2 - y
    out[2] = 1.0 - x


def _sprott_m_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x = s[0]
    a = p[0]
    out[:] = 0.0
    out[0, 2] = -1.0
    out[1, 0] = -2 * x
    out[1, 1] = -1.0
    out[2, 0] = a
    out[2, 1] = 1.0


@CATALOGUE.flow(
    jacobian=_sprott_m_jacobian,
    parameters={"a": 1.7},
    initial=(0.05, 0.05, 0.05),
    dt=0.05,
    transient=500.0,
    spread=0.001,
    source="Sprott, Phys. Rev. E 50, R647 (1994), case M",
)
def sprott_m(t: float, s: Any, p: Any, out: Any) -> None:
    """Sprott's algebraically simple chaotic flow, case M."""
    x, y, z = s[0], s[1], s[2]
    a = p[0]
    out[0] = -z
    out[1] = -(x**2) - y
    out[2] = a + a * x + y


def _sprott_n_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    z = s[2]
    a = p[0]
    out[:] = 0.0
    out[0, 1] = -a
    out[1, 0] = 1.0
    out[1, 2] = 2 * z
    out[2, 1] = 1.0
    out[2, 2] = -a


@CATALOGUE.flow(
    jacobian=_sprott_n_jacobian,
    parameters={"a": 2.0},
    initial=(0.05, 0.05, 0.05),
    dt=0.05,
    transient=500.0,
    spread=0.001,
    source="Sprott, Phys. Rev. E 50, R647 (1994), case N",
)
def sprott_n(t: float, s: Any, p: Any, out: Any) -> None:
    """Sprott's algebraically simple chaotic flow, case N."""
    x, y, z = s[0], s[1], s[2]
    a = p[0]
    out[0] = -a * y
    out[1] = x + z**2
    out[2] = 1.0 + y - a * z


def _sprott_o_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, z = s[0], s[2]
    a = p[0]
    out[:] = 0.0
    out[0, 1] = 1.0
    out[1, 0] = 1.0
    out[1, 2] = -1.0
    out[2, 0] = z + 1
    out[2, 1] = a
    out[2, 2] = x


@CATALOGUE.flow(
    jacobian=_sprott_o_jacobian,
    parameters={"a": 2.7},
    initial=(0.05, 0.05, 0.05),
    dt=0.05,
    transient=500.0,
    spread=0.001,
    source="Sprott, Phys. Rev. E 50, R647 (1994), case O",
)
def sprott_o(t: float, s: Any, p: Any, out: Any) -> None:
    """Sprott's algebraically simple chaotic flow, case O."""
    x, y, z = s[0], s[1], s[2]
    a = p[0]
    out[0] = y
    out[1] = x - z
    out[2] = x + x * z + a * y


def _sprott_p_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    y = s[1]
    a = p[0]
    out[:] = 0.0
    out[0, 1] = a
    out[0, 2] = 1.0
    out[1, 0] = -1.0
    out[1, 1] = 2 * y
    out[2, 0] = 1.0
    out[2, 1] = 1.0


@CATALOGUE.flow(
    jacobian=_sprott_p_jacobian,
    parameters={"a": 2.7},
    initial=(0.05, 0.05, 0.05),
    dt=0.05,
    transient=500.0,
    spread=0.001,
    source="Sprott, Phys. Rev. E 50, R647 (1994), case P",
)
def sprott_p(t: float, s: Any, p: Any, out: Any) -> None:
    """Sprott's algebraically simple chaotic flow, case P."""
    x, y, z = s[0], s[1], s[2]
    a = p[0]
    out[0] = a * y + z
    out[1] = -x + y**2
    out[2] = x + y


def _sprott_q_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    y = s[1]
    a, b = p[0], p[1]
    out[:] = 0.0
    out[0, 2] = -1.0
    out[1, 0] = 1.0
    out[1, 1] = -1.0
    out[2, 0] = a
    out[2, 1] = 2 * y
    out[2, 2] = b


@CATALOGUE.flow(
    jacobian=_sprott_q_jacobian,
    parameters={"a": 3.1, "b": 0.5},
    initial=(0.05, 0.05, 0.05),
    dt=0.05,
    transient=500.0,
    spread=0.001,
    source="Sprott, Phys. Rev. E 50, R647 (1994), case Q",
)
def sprott_q(t: float, s: Any, p: Any, out: Any) -> None:
    """Sprott's algebraically simple chaotic flow, case Q."""
    x, y, z = s[0], s[1], s[2]
    a, b = p[0], p[1]
    out[0] = -z
    out[1] = x - y
    out[2] = a * x + y**2 + b * z


def _sprott_r_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    x, y = s[0], s[1]
    out[:] = 0.0
    out[0, 1] = -1.0
    out[1, 2] = 1.0
    out[2, 0] = y
    out[2, 1] = x
    out[2, 2] = -1.0


@CATALOGUE.flow(
    jacobian=_sprott_r_jacobian,
    parameters={"a": 0.9, "b": 0.4},
    initial=(0.05, 0.05, 0.05),
    dt=0.05,
    transient=500.0,
    spread=0.001,
    source="Sprott, Phys. Rev. E 50, R647 (1994), case R",
)
def sprott_r(t: float, s: Any, p: Any, out: Any) -> None:
    """Sprott's algebraically simple chaotic flow, case R."""
    x, y, z = s[0], s[1], s[2]
    a, b = p[0], p[1]
    out[0] = a - y
    out[1] = b + z
    out[2] = x * y - z


def _sprott_s_jacobian(t: float, s: Any, p: Any, out: Any) -> None:
    z = s[2]
    a = p[0]
    out[:] = 0.0
    out[0, 0] = -1.0
    out[0, 1] = -a
    out[1, 0] = 1.0
    out[1, 2] = 2 * z
    out[2, 0] = 1.0


@CATALOGUE.flow(
    jacobian=_sprott_s_jacobian,
    parameters={"a": 4.0},
    initial=(0.05, 0.05, 0.05),
    dt=0.05,
    transient=500.0,
    spread=0.001,
    source="Sprott, Phys. Rev. E 50, R647 (1994), case S",
)
def sprott_s(t: float, s: Any, p: Any, out: Any) -> None:
    """Sprott's algebraically simple chaotic flow, case S."""
    x, y, z = s[0], s[1], s[2]
    a = p[0]
    out[0] = -x - a * y
    out[1] = x + z**2
    out[2] = 1.0 + x

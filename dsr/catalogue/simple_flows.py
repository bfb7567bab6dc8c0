"""Flows devised to show chaos in few terms: Roessler's, Thomas', Sprott's and others."""

# mypy: allow-untyped-defs

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dsr.catalogue.declare import Catalogue
from dsr.catalogue.expressions import sin

CATALOGUE = Catalogue()


@CATALOGUE.flow(
    initial=(1.0, 1.0, 0.0),
    dt=0.05,
    transient=500.0,
    source="Roessler, Phys. Lett. A 57, 397 (1976)",
)
def roessler(x, y, z, a=0.2, b=0.2, c=5.7):
    """Roessler's spiral, the simplest chaotic flow he found."""
    return -y - z, x + a * y, b + z * (x - c)


@CATALOGUE.flow(
    initial=(-20.0, 0.0, 0.0, 15.0),
    dt=0.02,
    transient=200.0,
    source="Roessler, Phys. Lett. A 71, 155 (1979)",
)
def hyper_roessler(x, y, z, w, a=0.25, b=3.0, c=0.5, d=0.05):
    """Roessler's hyperchaotic flow with two positive exponents."""
    return -y - z, x + a * y + w, b + x * z, -c * z + d * w


@CATALOGUE.flow(
    initial=(0.1, 1.1, -0.5),
    dt=0.1,
    transient=1000.0,
    source="Thomas, Int. J. Bifurcation Chaos 9, 1889 (1999)",
)
def thomas(x, y, z, b=0.18):
    """Thomas' cyclically symmetric flow, a labyrinth when undamped."""
    return sin(y) - b * x, sin(z) - b * y, sin(x) - b * z


@CATALOGUE.flow(
    initial=(2.2, 2.36, 3.22),
    dt=0.01,
    transient=100.0,
    source="Thomas, Int. J. Bifurcation Chaos 9, 1889 (1999), scaled as in dysts",
)
def thomas_scaled(x, y, z, a=1.85, b=10.0):
    """Thomas' flow at strong forcing and damping."""
    return b * sin(y) - a * x, b * sin(z) - a * y, b * sin(x) - a * z


@CATALOGUE.flow(
    initial=(-6.4, 0.0, 0.0),
    dt=0.005,
    transient=100.0,
    source="Sprott, Chaos and Time-Series Analysis (2003), appendix A",
)
def halvorsen(x, y, z, a=1.27):
    """Halvorsen's cyclically symmetric flow."""
    return (
        -a * x - 4.0 * y - 4.0 * z - y**2,
        -a * y - 4.0 * z - 4.0 * x - z**2,
        -a * z - 4.0 * x - 4.0 * y - x**2,
    )


@CATALOGUE.flow(
    initial=(1.0, 1.0, 0.0),
    dt=0.01,
    transient=200.0,
    source="Dadras and Momeni, Phys. Lett. A 373, 3637 (2009)",
)
def dadras(x, y, z, a=3.0, b=2.7, c=1.7, d=2.0, e=9.0):
    """Dadras-Momeni system with two, three or four scrolls."""
    return y - a * x + b * y * z, c * y - x * z + z, d * x * y - e * z


@CATALOGUE.flow(
    initial=(0.2, 0.2, -0.75),
    dt=0.02,
    transient=200.0,
    source="Arneodo, Coullet and Tresser, Commun. Math. Phys. 79, 573 (1981)",
)
def arneodo(x, y, z, a=5.5, b=3.5, c=1.0):
    """Arneodo-Coullet-Tresser spiral chaos."""
    return y, z, a * x - b * y - c * z - x**3


@CATALOGUE.flow(
    initial=(0.1, 0.1, 0.1),
    dt=0.05,
    transient=500.0,
    source="Genesio and Tesi, Automatica 28, 531 (1992)",
)
def genesio_tesi(x, y, z, a=0.44, b=1.1, c=1.0):
    """Genesio-Tesi jerk system with one quadratic term."""
    return y, z, -c * x - b * y - a * z + x**2


@CATALOGUE.flow(
    initial=(0.1, 0.0, 0.0),
    dt=0.02,
    transient=300.0,
    source="Langford, Int. Ser. Numer. Math. 70, 285 (1984)",
)
def aizawa(x, y, z, a=0.95, b=0.7, c=0.6, d=3.5, e=0.25, f=0.1):
    """Aizawa-Langford system, a sphere with a tube through it."""
    return (
        x * (z - b) - d * y,
        d * x + y * (z - b),
        c + a * z - z**3 / 3.0 - (x**2 + y**2) * (1.0 + e * z) + f * z * x**3,
    )


_SPROTT: dict[str, Callable[..., Any]] = {
    "A": lambda x, y, z: (y, -x + y * z, 1.0 - y**2),
    "B": lambda x, y, z: (y * z, x - y, 1.0 - x * y),
    "C": lambda x, y, z: (y * z, x - y, 1.0 - x**2),
    "D": lambda x, y, z, a=3.0: (-y, x + z, x * z + a * y**2),
    "E": lambda x, y, z, a=4.0: (y * z, x**2 - y, 1.0 - a * x),
    "F": lambda x, y, z, a=0.5: (y + z, -x + a * y, x**2 - z),
    "G": lambda x, y, z, a=0.4: (a * x + z, x * z - y, -x + y),
    "H": lambda x, y, z, a=0.5: (-y + z**2, x + a * y, x - z),
    "I": lambda x, y, z, a=0.2: (-a * y, x + z, x + y**2 - z),
    "J": lambda x, y, z, a=2.0: (a * z, -a * y + z, -x + y + y**2),
    "K": lambda x, y, z, a=0.3: (x * y - z, x - y, x + a * z),
    "L": lambda x, y, z, a=3.9, b=0.9: (y + a * z, b * x**2 - y, 1.0 - x),
    "M": lambda x, y, z, a=1.7: (-z, -(x**2) - y, a + a * x + y),
    "N": lambda x, y, z, a=2.0: (-a * y, x + z**2, 1.0 + y - a * z),
    "O": lambda x, y, z, a=2.7: (y, x - z, x + x * z + a * y),
    "P": lambda x, y, z, a=2.7: (a * y + z, -x + y**2, x + y),
    "Q": lambda x, y, z, a=3.1, b=0.5: (-z, x - y, a * x + y**2 + b * z),
    "R": lambda x, y, z, a=0.9, b=0.4: (a - y, b + z, x * y - z),
    "S": lambda x, y, z, a=4.0: (-x - a * y, x + z**2, 1.0 + x),
}

# Named and kept like the functions above, so that their systems can be pickled too.
for _case, _formula in _SPROTT.items():
    _formula.__name__ = _formula.__qualname__ = f"sprott_{_case.lower()}"
    _formula.__doc__ = f"Sprott's algebraically simple chaotic flow, case {_case}" + (
        " (conservative)" if _case == "A" else ""
    )
    globals()[_formula.__name__] = CATALOGUE.flow(
        initial=(0.0, 5.0, 0.0) if _case == "A" else (0.05, 0.05, 0.05),
        dt=0.05,
        transient=500.0,
        spread=0.001,
        source=f"Sprott, Phys. Rev. E 50, R647 (1994), case {_case}",
    )(_formula)

"""x."""

from dsr.data.systems.declare import Catalogue

CATALOGUE = Catalogue()


def _henon_jacobian(t, s, p, out):
    out[0, 0] = -2.0 * p[0] * s[0]
    out[0, 1] = 1.0
    out[1, 0] = p[1]
    out[1, 1] = 0.0


@CATALOGUE.map(
    jacobian=_henon_jacobian,
    parameters={"a": 1.4, "b": 0.3},
    variables="x y",
    initial=(0.1, 0.1),
    source="Henon, Commun. Math. Phys. 50, 69 (1976)",
)
def henon(t, s, p, out):
    """Henon's map."""
    out[0] = 1.0 - p[0] * s[0] ** 2 + s[1]
    out[1] = p[1] * s[0]

"""x."""

from dsr.data.systems.declare import Catalogue

CATALOGUE = Catalogue()

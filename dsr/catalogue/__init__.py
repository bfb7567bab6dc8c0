"""Simulated systems: a registry of flows and maps, and the integrators that sample them."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)

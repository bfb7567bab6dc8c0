"""dsr: dynamical-systems reconstruction and Koopman analysis from measured time series.

Importing this package is cheap: every part loads on first use.
"""

from lazy_loader import attach_stub

from dsr._version import __version__ as __version__

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)

"""Figures of results: functions that take series and datasets and return plotly figures.

Everything loads on first use, so that ``import dsr.plots`` stays cheap.
"""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)

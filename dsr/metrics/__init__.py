"""The attractor-metrics suite: data, a model's run and a field are judged by the same functions."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)

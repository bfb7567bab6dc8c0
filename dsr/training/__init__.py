"""Teacher forcing, the one training loop, validation, checkpoints; models come by protocol."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)

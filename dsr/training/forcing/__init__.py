"""Teacher forcing: how data keep a model near the recorded trajectory while it is trained."""

from __future__ import annotations

from dsr.training.forcing.generalized import GeneralizedTeacherForcing
from dsr.training.forcing.protocol import Forcing
from dsr.training.forcing.sparse import SparseTeacherForcing

__all__ = ["FORCINGS", "Forcing", "GeneralizedTeacherForcing", "SparseTeacherForcing"]

FORCINGS: dict[str, type[GeneralizedTeacherForcing] | type[SparseTeacherForcing]] = {
    "generalized": GeneralizedTeacherForcing,
    "sparse": SparseTeacherForcing,
}
"""Forcings by the name that ``forcing=`` takes."""

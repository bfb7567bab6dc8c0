"""How a measured series is made into states, and how far noise reaches in them."""

from __future__ import annotations

import numpy as np

from dsr.metrics.doors import Floats
from dsr.metrics.embedding.choice import embedding_for
from dsr.metrics.spectra.timescales import mean_period, theiler_window

__all__ = ["NOISE_DISTANCE", "embedding_of", "noise_distance", "period_of"]

STRETCH = 50_000
"""Samples from the middle of a longer series that the embedding is chosen on."""

NOISE_DISTANCE = 3.0
"""Deviations of stated noise within which neighbours are left out."""


def middle(values: Floats, samples: int) -> Floats:
    """At most so many samples from the middle of a trajectory ``(T, N)``."""
    start = max(0, (values.shape[0] - samples) // 2)
    return values[start : start + samples]


def period_of(values: Floats) -> float:
    """Mean period in samples, the median over the variables."""
    return float(np.median([mean_period(column) for column in values.T]))


def embedding_of(values: Floats, dimension: int | None, delay: int | None) -> tuple[int, int]:
    """Dimension and delay: by the rule for one variable, else 1 and 1; what is given is kept."""
    if values.shape[1] == 1:
        part = middle(values, STRETCH)
        return embedding_for(
            part[:, 0], dimension=dimension, delay=delay, theiler=theiler_window(part)[0]
        )
    return 1 if dimension is None else dimension, 1 if delay is None else delay


def noise_distance(values: Floats, noise: float) -> float:
    """Three times the noise, in units of the scaled state (root mean square over variables)."""
    return float(NOISE_DISTANCE * noise * np.sqrt(np.mean(1.0 / values.var(axis=0))))

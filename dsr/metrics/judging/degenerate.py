"""Runs that are no attractor: diverged, frozen, or periodic where the data is not."""

from __future__ import annotations

import numpy as np

from dsr.metrics.doors import Floats
from dsr.metrics.spectra.timescales import autocorrelation

_FAR = 100.0
_STILL = 1e-3
_CANDIDATE_LAGS = 200
_CANDIDATE_CORRELATION = 0.999
_RECURRENCE = 1e-2
_LEAST_LENGTH = 40


def degeneracy(reference: Floats, generated: Floats, recording: Floats | None = None) -> str | None:
    """Return "diverged", "frozen", "periodic" or None, judged on the whole of ``generated``.

    Where the system itself was recorded far from the reference, being there is no divergence.
    """
    std = reference.std(axis=0, ddof=1)
    if not np.isfinite(generated).all():
        return "diverged"
    middle, scale = reference.mean(axis=0), std
    if recording is not None:
        scale = np.maximum(std, np.sqrt(((recording - middle) ** 2).mean(axis=0)))
    far = (np.abs(generated - middle) > _FAR * scale).any(axis=1)
    if far.mean() > 0.01:
        return "diverged"
    half = generated[len(generated) // 2 :]
    if (half.std(axis=0) < _STILL * std).all():
        return "frozen"
    if recurs(half) and not recurs(reference[len(reference) // 2 :]):
        return "periodic"
    return None


def recurs(values: Floats) -> bool:
    """Whether some lag brings the whole series back to itself within 1 % of a deviation."""
    length = len(values)
    if length < _LEAST_LENGTH:
        return False
    std = values.std(axis=0)
    moving = values[:, std > 0.0]
    std = std[std > 0.0]
    if moving.shape[1] == 0:
        return False
    most = length // 4
    correlation = np.mean([autocorrelation(column, most) for column in moving.T], axis=0)
    lags = np.flatnonzero(correlation > _CANDIDATE_CORRELATION)
    lags = lags[lags >= 2]
    best = lags[np.argsort(-correlation[lags], kind="stable")][:_CANDIDATE_LAGS]
    return any(_returns(moving, std, int(lag)) for lag in best)


def _returns(values: Floats, std: Floats, lag: int) -> bool:
    # A smooth series looks recurrent at tiny lags only if it hardly moves: the criterion demands
    # that every sample comes back, so a cheap look at a few samples settles most lags.
    some = np.linspace(0, len(values) - lag - 1, 50).astype(int)
    if (np.abs(values[some + lag] - values[some]) / std).max() >= _RECURRENCE:
        return False
    return bool((np.abs(values[lag:] - values[:-lag]) / std).max() < _RECURRENCE)

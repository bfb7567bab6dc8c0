"""Runs that are no attractor: diverged, frozen, or periodic where the data is not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsr.metrics.doors import Floats
from dsr.metrics.spectra.timescales import autocorrelation

Ints = NDArray[np.int64]

_FAR = 100.0
_STILL, _DEAD = 1e-3, 1e-9
_LEAST_END = 20
_CANDIDATE_LAGS = 200
_CANDIDATE_CORRELATION = 0.999
_PEAK_CORRELATION = 0.9
_RECURRENCE = 1e-2
_LEAST_LENGTH = 40
_COHERENT = 0.95


def degeneracy(
    references: Floats | list[Floats],
    generated: Floats,
    recordings: Floats | list[Floats] | None = None,
) -> str | None:
    """Return "diverged", "frozen", "periodic" or None, judged on the whole of ``generated``.

    Where the system itself was recorded far from the reference, being there is no divergence; where
    it rests or repeats itself, neither is a run that does so.

    Parameters
    ----------
    references, recordings : array (T_i, N), or list of them
        What the run is beside.
    generated : array (T, N)
        One run, its transient included.

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(size=(1000, 2))
    >>> turns = 0.1 * np.arange(1000.0)
    >>> degeneracy(noise, np.stack([np.sin(turns), np.cos(turns)], axis=1))
    'periodic'
    """
    parts = references if isinstance(references, list) else [references]
    if recordings is None:
        recordings = []
    known = parts + (recordings if isinstance(recordings, list) else [recordings])
    reference = np.concatenate(parts)
    std = reference.std(axis=0, ddof=1)
    if not np.isfinite(generated).all():
        return "diverged"
    middle, scale = reference.mean(axis=0), std
    for one in known[len(parts) :]:
        scale = np.maximum(scale, np.sqrt(((one - middle) ** 2).mean(axis=0)))
    far = (np.abs(generated - middle) > _FAR * scale).any(axis=1)
    if far.mean() > 0.01:
        return "diverged"
    if _rests(generated, std) and not any(_rests(one, std) for one in parts):
        return "frozen"
    if recurs(generated[len(generated) // 2 :]) and not any(coherent(one) for one in known):
        return "periodic"
    return None


def _rests(values: Floats, std: Floats) -> bool:
    """Whether the last quarter hardly moves, or the last tenth not at all.

    A run that dies out within its comparison is dead, however it moved before.
    """
    ends = ((4, _STILL), (10, _DEAD)) if len(values) >= 10 * _LEAST_END else ((4, _STILL),)
    return any(
        (values[-max(1, len(values) // share) :].std(axis=0) < least * std).all()
        for share, least in ends
    )


def coherent(values: Floats) -> bool:
    """Whether a series comes back to itself at some far lag, as cycles and tori do.

    By correlation, not sample by sample: whether whole lags bring a cycle back within a per cent
    depends on how many samples one period has, and noise of observation moves every sample.
    """
    most = len(values) // 4
    if len(values) < _LEAST_LENGTH:
        return False
    moving = values[:, values.std(axis=0) > 0.0]
    if moving.shape[1] == 0:
        return True
    lowest = np.min([autocorrelation(column, most) for column in moving.T], axis=0)
    return bool(lowest[most // 2 :].max() > _COHERENT)


def recurs(values: Floats) -> bool:
    """Whether some lag brings the whole series back to itself within 1 % of a deviation.

    Lags may lie between samples: the series is interpolated there.
    """
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
    if any(_returns(moving, std, int(lag), 0.0) for lag in best):
        return True
    inner = correlation[1:-1]
    peaks = 1 + np.flatnonzero(
        (inner >= correlation[:-2]) & (inner > correlation[2:]) & (inner > _PEAK_CORRELATION)
    )
    peaks = peaks[peaks >= 2]
    for lag in peaks[np.argsort(-correlation[peaks], kind="stable")][:_CANDIDATE_LAGS]:
        before, at, after = correlation[lag - 1 : lag + 2]
        shift = 0.5 * (before - after) / min(before - 2.0 * at + after, -1e-300)
        if _returns(moving, std, int(lag) - (shift < 0.0), float(shift % 1.0)):
            return True
    return False


def _returns(values: Floats, std: Floats, lag: int, share: float) -> bool:
    # A smooth series looks recurrent at tiny lags only if it hardly moves: the criterion demands
    # that every sample comes back, so a cheap look at a few samples settles most lags.
    last = len(values) - lag - 3
    if lag < 1 or last < 1:
        return False
    some = np.linspace(0, last, 50).astype(int)
    if _farthest(values, std, some, lag, share) >= _RECURRENCE:
        return False
    return _farthest(values, std, np.arange(last + 1), lag, share) < _RECURRENCE


def _farthest(values: Floats, std: Floats, rows: Ints, lag: int, share: float) -> float:
    """Largest distance of samples from what is ``lag + share`` samples later (cubic, 4 points)."""
    later = values[rows + lag]
    if share > 0.0:
        u = share
        weights = [
            -u * (u - 1.0) * (u - 2.0) / 6.0, (u + 1.0) * (u - 1.0) * (u - 2.0) / 2.0,
            -(u + 1.0) * u * (u - 2.0) / 2.0, (u + 1.0) * u * (u - 1.0) / 6.0,
        ]  # fmt: skip
        later = np.tensordot(weights, [values[rows + lag + k] for k in (-1, 0, 1, 2)], axes=1)
    return float((np.abs(later - values[rows]) / std).max())

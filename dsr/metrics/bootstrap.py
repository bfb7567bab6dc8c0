"""Moving-block bootstrap: how long a block is, and where the blocks of each resample begin."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from dsr.metrics.doors import Floats
from dsr.metrics.spectra.timescales import autocorrelation

Ints = NDArray[np.int64]


def integrated_time(x: Floats) -> float:
    """Integrated autocorrelation time in samples, the largest over the variables.

    ``tau = 1 + 2 sum rho(l)`` up to the first window ``W >= 6 tau(W)`` (Sokal's rule).
    """
    longest = 1.0
    for column in x.T:
        if column.std() <= 0.0:
            continue
        rho = autocorrelation(column)
        tau = np.maximum(1.0 + 2.0 * np.cumsum(rho[1:]), 1.0)
        enough = np.flatnonzero(np.arange(1, len(tau) + 1) >= 6.0 * tau)
        if len(tau):
            longest = max(longest, float(tau[enough[0]] if len(enough) else tau.max()))
    return longest


def block_length(x: Floats) -> int:
    """Five integrated autocorrelation times, at least 20 samples and at most a twentieth of all."""
    most = max(1, len(x) // 20)
    return int(min(max(math.ceil(5.0 * integrated_time(x)), 20), most))


def block_starts(rng: np.random.Generator, length: int, block: int, resamples: int) -> Ints:
    """First index of every block of every resample, ``(resamples, ceil(length / block))``."""
    blocks = math.ceil(length / block)
    return rng.integers(0, length - block + 1, size=(resamples, blocks))


def resampled_indices(starts: Ints, block: int, length: int) -> Ints:
    """Indices of every resample, ``(resamples, length)``; the last block is cut."""
    indices = starts[:, :, None] + np.arange(block)
    return indices.reshape(len(starts), -1)[:, :length]


def block_weights(total: int, block: int, resamples: int, rng: np.random.Generator) -> Floats:
    """How often each of ``total`` samples is drawn, ``(resamples, total)``; rows sum to it."""
    block = max(1, min(block, total))
    drawn = resampled_indices(block_starts(rng, total, block, resamples), block, total)
    return np.stack([np.bincount(row, minlength=total) for row in drawn]).astype(np.float64)


def recentred_interval(value: float, resamples: Floats) -> tuple[float, float]:
    """95 % interval around ``value``; resampling is biased upwards, so only its spread is used."""
    spread = np.quantile(resamples, [0.025, 0.975]) - np.median(resamples)
    return max(0.0, float(value + spread[0])), float(value + spread[1])


def mean_interval(values: Floats, resamples: int, rng: np.random.Generator) -> tuple[float, float]:
    """95 % interval of the mean of a sequence ``(T,)``, by moving blocks."""
    block = block_length(values[:, None])
    starts = block_starts(rng, len(values), block, resamples)
    means = values[resampled_indices(starts, block, len(values))].mean(axis=1)
    return recentred_interval(float(values.mean()), means)

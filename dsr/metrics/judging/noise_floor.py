"""What a run is measured by: all of a verdict that depends on reference and recording alone.

Noise floor, surrogates, their resamples and the null distribution of spectra are the same for every
run that is compared with one reference, so they are computed once and kept for the next one.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict

import numpy as np

from dsr.kernels.histogram import resampled_divergences
from dsr.metrics.bootstrap import block_length, block_starts, resampled_indices
from dsr.metrics.doors import Floats
from dsr.metrics.geometry.mixture import MixtureReference, finite_rows, strided
from dsr.metrics.geometry.state_space import ALPHA, BinnedReference
from dsr.metrics.spectra.distances import SpectralReference, normalised
from dsr.metrics.surrogates import cloud_like

_LARGEST_BINNED = 5
_CLOUDS = {"binning": 20, "gmm": 5}
_SPECTRAL_CLOUDS = 5
_NULL_DRAWS = 30  # 435 pairs
_KEPT = 2
_LARGEST_KEPT = 1 << 26

_memory: OrderedDict[bytes, Yardstick] = OrderedDict()


class Yardstick:
    """Distances from a reference of everything but the run.

    Parameters
    ----------
    x, b : arrays, (L, N)
        Reference and independent recording, of one length.
    smoothing : float
        Of the spectra, in frequency bins.
    resamples : int
        Moving-block bootstrap resamples.
    seed : int

    Attributes
    ----------
    method : {"binning", "gmm"}
    space : BinnedReference or MixtureReference
    spectra : SpectralReference
    block : int
        Length of the blocks, in samples.
    floor, clouds : float, list of float
        State-space divergences of the recording, and of Gaussian clouds.
    floor_star, cloud_star : arrays, (resamples,)
        Of their resamples.
    spectral_floor, spectral_clouds : float, list of float
        Spectral distances.
    null : array
        Spectral distances that chance alone makes.
    """

    def __init__(self, x: Floats, b: Floats, smoothing: float, resamples: int, seed: int) -> None:
        self.length, self.resamples = len(x), resamples
        self.method = "binning" if x.shape[1] <= _LARGEST_BINNED else "gmm"
        self.space: BinnedReference | MixtureReference = (
            BinnedReference(x) if self.method == "binning" else MixtureReference(x, seed=seed)
        )
        self.block = block_length(x)
        rng = np.random.default_rng([seed, 0])
        clouds = [cloud_like(b, rng) for _ in range(_CLOUDS[self.method])]
        self.floor = self.space.divergence(b)
        self.clouds = [self.space.divergence(s) for s in clouds]
        self.floor_star = self.resampled(b, np.random.default_rng([seed, 1]))
        self.cloud_star = self.resampled(clouds[0], np.random.default_rng([seed, 2]))
        self.spectra = SpectralReference(x, smoothing)
        self.spectral_floor = self.spectra.distance(b)
        self.spectral_clouds = [self.spectra.distance(s) for s in clouds[:_SPECTRAL_CLOUDS]]
        self._target = self.spectra.spectrum(x)
        pooled = 0.5 * (self._target + self.spectra.spectrum(b))
        self.null = self._null(pooled, np.random.default_rng([seed, 3]))

    @classmethod
    def of(cls, x: Floats, b: Floats, smoothing: float, resamples: int, seed: int) -> Yardstick:
        """The yardstick of these arrays; that of the last comparisons is found again."""
        if x.nbytes + b.nbytes > _LARGEST_KEPT:
            return cls(x, b, smoothing, resamples, seed)
        digest = hashlib.blake2b(f"{x.shape}{b.shape}{smoothing}{resamples}{seed}".encode())
        digest.update(np.ascontiguousarray(x).tobytes())
        digest.update(np.ascontiguousarray(b).tobytes())
        key = digest.digest()
        found = _memory.pop(key, None) or cls(x, b, smoothing, resamples, seed)
        _memory[key] = found
        while len(_memory) > _KEPT:
            _memory.popitem(last=False)
        return found

    def resampled(self, y: Floats, rng: np.random.Generator) -> Floats:
        """Divergences of moving-block resamples of a series; inf where no row is finite."""
        if isinstance(self.space, BinnedReference):
            counts, (keys,) = self.space.union(self.space.keys(y))
            starts = block_starts(rng, len(keys), self.block, self.resamples)
            cells = self.space.cells
            return np.asarray(resampled_divergences(counts, keys, starts, self.block, ALPHA, cells))
        finite = finite_rows(y)
        length = len(finite)
        if length == 0:
            return np.full(self.resamples, np.inf)
        block, rows = min(self.block, length), len(strided(finite))
        indices = resampled_indices(block_starts(rng, length, block, self.resamples), block, length)
        weights = [np.bincount(row * rows // length, minlength=rows) for row in indices]
        return self.space.resampled(finite, np.stack(weights).astype(np.float64))

    def noisy_roots(self, spectrum: Floats, rng: np.random.Generator) -> Floats:
        """Roots of smoothed periodograms drawn around one spectrum, ``(draws, frequencies)``."""
        noisy = spectrum * rng.standard_exponential((_NULL_DRAWS, len(spectrum)))
        return np.sqrt(normalised(self.spectra.smooth(noisy.T, self.length) + 1e-300)).T

    def _null(self, pooled: Floats, rng: np.random.Generator) -> Floats:
        first, second = np.triu_indices(_NULL_DRAWS, 1)
        null = np.zeros(len(first))
        for column in pooled.T:
            roots = self.noisy_roots(column, rng)
            # The squared distance of two draws is one less their overlap.
            overlap = (roots @ roots.T)[first, second]
            null += np.sqrt(np.maximum(1.0 - overlap, 0.0)) / pooled.shape[1]
        return null

    def spectral_spread(self, y: Floats, rng: np.random.Generator) -> Floats:
        """Spectral distances from the reference of draws around the spectrum of a series."""
        spread = np.zeros(_NULL_DRAWS)
        own = self.spectra.spectrum(y)
        for column, target in zip(own.T, self._target.T, strict=True):
            gap = self.noisy_roots(column, rng) - np.sqrt(target)
            spread += np.sqrt(0.5 * (gap**2).sum(axis=1)) / own.shape[1]
        return spread

"""Spectral distances from one trajectory of a reference: of recordings, of clouds, by chance."""

from __future__ import annotations

import numpy as np

from dsr.metrics.doors import Floats
from dsr.metrics.judging.distances import Interval
from dsr.metrics.spectra.distances import SpectralReference, normalised

_NULL_DRAWS = 30  # 435 pairs
_LEAST_MARGIN = 1.25
_MOST_FREQUENCIES = 1 << 15
_MOST_SAMPLES, _FEW_CLOUDS = 100_000, 2
"""Of longer series a few clouds do: over so many frequencies all are equally far."""


class SpectralYardstick:
    """Everything of the spectral distance that does not depend on the run.

    Parameters
    ----------
    x : array (L, N)
        Trajectory of the reference.
    stretches, clouds : list of arrays (L, N)
        A shorter one is compared at its own length.
    smoothing : float
        In frequency bins.
    seed : int

    Attributes
    ----------
    floor, surrogate : Interval
        Medians with what stretches or clouds span.
    null : array
        Distances that chance alone makes.
    threshold : float
        Below this chance alone may have made a distance.
    """

    def __init__(
        self, x: Floats, stretches: list[Floats], clouds: list[Floats], smoothing: float, seed: int
    ) -> None:
        self.reference, self.length = SpectralReference(x, smoothing), len(x)
        # Where frequencies are very many, draws are made at every so manieth: chance depends on how
        # many frequencies are averaged over, not on how many there are.
        self._every = -(-(len(x) // 2) // _MOST_FREQUENCIES)
        self._target = self.reference.prepared(len(x))
        pooled, first = self._target, None
        if len(stretches[0]) == len(x):
            first = self.reference.spectrum(stretches[0])
            pooled = 0.5 * (pooled + first)
        self.null = self._null(pooled, np.random.default_rng([seed, 3]))
        known = [first, *[None] * (len(stretches) - 1)]
        floors = [
            float(self.reference.per_variable(b, spectrum).mean())
            for b, spectrum in zip(stretches, known, strict=True)
        ]
        middle = float(np.median(floors))
        spread = np.quantile(self.null, [0.025, 0.975]) - np.median(self.null)
        self.floor = Interval(
            middle, min(max(0.0, middle + spread[0]), *floors), max(middle + spread[1], *floors)
        )
        most = _FEW_CLOUDS if len(x) > _MOST_SAMPLES else len(clouds)
        self.clouds = [self.reference.distance(s) for s in clouds[:most]]
        self.surrogate = Interval(
            float(np.median(self.clouds)), min(self.clouds), max(self.clouds)
        )  # fmt: skip
        self.threshold = max(float(np.quantile(self.null, 0.95)), _LEAST_MARGIN * middle)

    def spread(self, y: Floats, rng: np.random.Generator) -> Floats:
        """Distances from the reference of draws around the spectrum of a series."""
        spread = np.zeros(_NULL_DRAWS)
        own = self.reference.spectrum(y)
        for column, target in zip(own.T, self._target.T, strict=True):
            gap = self._noisy_roots(column, rng) - np.sqrt(normalised(target[:: self._every]))
            spread += np.sqrt(0.5 * (gap**2).sum(axis=1)) / own.shape[1]
        return spread

    def _noisy_roots(self, spectrum: Floats, rng: np.random.Generator) -> Floats:
        """Roots of smoothed periodograms drawn around one spectrum, ``(draws, frequencies)``."""
        spectrum = spectrum[:: self._every]
        noisy = spectrum * rng.standard_exponential((_NULL_DRAWS, len(spectrum)))
        return np.sqrt(normalised(self.reference.smooth(noisy.T, self.length) + 1e-300)).T

    def _null(self, pooled: Floats, rng: np.random.Generator) -> Floats:
        first, second = np.triu_indices(_NULL_DRAWS, 1)
        null = np.zeros(len(first))
        for column in pooled.T:
            roots = self._noisy_roots(column, rng)
            # The squared distance of two draws is one less their overlap.
            overlap = (roots @ roots.T)[first, second]
            null += np.sqrt(np.maximum(1.0 - overlap, 0.0)) / pooled.shape[1]
        return null

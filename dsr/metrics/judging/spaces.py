"""The distances between pooled states that a verdict looks at, each behind one interface."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dsr.metrics.bootstrap import Resampling, block_starts, resampled_indices
from dsr.metrics.doors import Floats
from dsr.metrics.geometry.binned import BinnedReference, bins_for
from dsr.metrics.geometry.lagged import LaggedReference
from dsr.metrics.geometry.mixture import MixtureReference, finite_rows, strided
from dsr.metrics.geometry.nearest_neighbours import nearest_neighbour_terms
from dsr.metrics.judging.distances import Space
from dsr.metrics.judging.facts import LARGEST_BINNED
from dsr.metrics.judging.pools import Pool


class Cells:
    """State-space divergence by cells."""

    def __init__(self, parts: Pool) -> None:
        pooled = np.concatenate(parts)
        self.reference = BinnedReference(pooled, bins_for(len(pooled), pooled.shape[1]))
        self.missed = self.reference.divergence(np.full_like(pooled, np.nan))
        self.settings = {"method": "binning", "bins": self.reference.bins}

    def divergence(self, parts: Pool) -> float:
        """In nats."""
        return self.reference.divergence(np.concatenate(parts))

    def resampled(
        self, parts: Pool, block: int, rng: np.random.Generator, resamples: int
    ) -> Floats:
        """Of resamples, in nats."""
        plan = Resampling.of(parts, block)
        return self.reference.resampled(np.concatenate(parts), plan, rng, resamples)


class Mixtures:
    """State-space divergence by kernels, for many variables."""

    missed = math.inf

    def __init__(self, parts: Pool, seed: int) -> None:
        self.reference = MixtureReference(np.concatenate(parts), seed=seed)
        self.settings = {"method": "gmm", "bandwidth": 1.0}

    def divergence(self, parts: Pool) -> float:
        """In nats; inf where no row is finite."""
        return self.reference.divergence(np.concatenate(parts))

    def resampled(
        self, parts: Pool, block: int, rng: np.random.Generator, resamples: int
    ) -> Floats:
        """Of resamples, in nats."""
        finite = [rows for rows in map(finite_rows, parts) if len(rows)]
        if not finite:
            return np.full(resamples, np.inf)
        pooled = np.concatenate(finite)
        plan = Resampling.of(finite, block)
        weights = plan.weights(rng, resamples, len(strided(pooled)))
        return self.reference.resampled(pooled, weights)


class LaggedPairs:
    """Divergence of pairs of samples a lag apart, by cells, mean over variables: sees the arrow."""

    def __init__(self, parts: Pool, lag: int) -> None:
        self.reference = LaggedReference(parts, min(lag, max(map(len, parts)) // 2))
        self.missed = self.reference.divergence([np.full_like(part, np.nan) for part in parts])
        self.settings = {"lag": self.reference.lag, "bins": self.reference.bins}

    def divergence(self, parts: Pool) -> float:
        """In nats, mean over variables."""
        return self.reference.divergence(parts)

    def resampled(
        self, parts: Pool, block: int, rng: np.random.Generator, resamples: int
    ) -> Floats:
        """Of resamples, in nats; the same blocks of every variable."""
        if max(map(len, parts)) <= self.reference.lag:
            return np.full(resamples, np.inf)
        return self.reference.resampled(parts, Resampling.of(parts, block), rng, resamples)


class Neighbours:
    """Divergence by nearest neighbours, for many variables."""

    missed = math.inf

    def __init__(self, parts: Pool) -> None:
        self._pooled = np.concatenate(parts)
        self.settings: dict[str, Any] = {}
        self._last: tuple[Pool, Floats] = ([], np.zeros(0))

    def divergence(self, parts: Pool) -> float:
        """In nats; inf where a row is not finite."""
        return max(float(self._terms(parts).mean()), 0.0)

    def resampled(
        self, parts: Pool, block: int, rng: np.random.Generator, resamples: int
    ) -> Floats:
        """Of resamples of the places at which densities are compared, in nats.

        Points that are drawn twice coincide, which nearest neighbours take for density.
        """
        terms = self._terms(parts)
        if not np.isfinite(terms).all():
            return np.full(resamples, np.inf)
        few = max(1, min(round(block * len(terms) / len(self._pooled)), len(terms) // 4))
        starts = block_starts(rng, len(terms), few, resamples)
        return np.asarray(terms[resampled_indices(starts, few, len(terms))].mean(axis=1))

    def _terms(self, parts: Pool) -> Floats:
        """Terms of the mean, made once where value and resamples are asked for in turn."""
        if self._last[0] is not parts:
            found = nearest_neighbour_terms(self._pooled, np.concatenate(parts))
            self._last = (parts, found)
        return self._last[1]


def spaces(parts: Pool, lag: int, seed: int) -> dict[str, Space]:
    """The distances of a reference by the names of their scores."""
    many = parts[0].shape[1] > LARGEST_BINNED
    found: dict[str, Space] = {
        "state_space_divergence": Mixtures(parts, seed) if many else Cells(parts),
        "lagged_divergence": LaggedPairs(parts, lag),
    }
    if many:
        found["nearest_neighbour_divergence"] = Neighbours(parts)
    return found

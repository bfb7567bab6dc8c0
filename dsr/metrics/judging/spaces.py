"""The distances between pooled states that a verdict looks at, each behind one interface."""

from __future__ import annotations

import math

import numpy as np

from dsr.metrics.bootstrap import Resampling
from dsr.metrics.doors import Floats
from dsr.metrics.geometry.binned import BinnedReference, bins_for
from dsr.metrics.geometry.mixture import MixtureReference, finite_rows, strided
from dsr.metrics.judging.distances import Space
from dsr.metrics.judging.facts import LARGEST_BINNED
from dsr.metrics.judging.pools import Pool, total


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
        self.lag = lag
        self.bins = bins_for(total(parts), 2)
        self._references = [
            BinnedReference(np.ascontiguousarray(pairs), self.bins) for pairs in self._pairs(parts)
        ]
        nowhere = [np.full((lag + total(parts), len(self._references)), np.nan)]
        self.missed = self.divergence(nowhere)
        self.settings = {"lag": lag, "bins": self.bins}

    def _pairs(self, parts: Pool) -> list[Floats]:
        long = [part for part in parts if len(part) > self.lag]
        if not long:
            long = [np.repeat(part, self.lag + 1, axis=0) for part in parts]
        before = np.concatenate([part[: len(part) - self.lag] for part in long])
        after = np.concatenate([part[self.lag :] for part in long])
        return [np.stack(pair, axis=1) for pair in zip(before.T, after.T, strict=True)]

    def divergence(self, parts: Pool) -> float:
        """In nats, mean over variables."""
        found = [
            reference.divergence(pairs)
            for reference, pairs in zip(self._references, self._pairs(parts), strict=True)
        ]
        return float(np.mean(found))

    def resampled(
        self, parts: Pool, block: int, rng: np.random.Generator, resamples: int
    ) -> Floats:
        """Of resamples, in nats; the same blocks of every variable."""
        plan = Resampling.of(parts, block).shortened(self.lag)
        seed = int(rng.integers(2**63))
        found = [
            reference.resampled(pairs, plan, np.random.default_rng(seed), resamples)
            for reference, pairs in zip(self._references, self._pairs(parts), strict=True)
        ]
        return np.asarray(np.mean(found, axis=0))


def spaces(parts: Pool, lag: int, seed: int) -> dict[str, Space]:
    """The distances of a reference by the names of their scores."""
    many = parts[0].shape[1] > LARGEST_BINNED
    found: dict[str, Space] = {
        "state_space_divergence": Mixtures(parts, seed) if many else Cells(parts),
        "lagged_divergence": LaggedPairs(parts, lag),
    }
    return found

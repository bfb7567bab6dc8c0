"""A forecaster in one file: what followed the most similar stretches of the past."""

from typing import ClassVar

import numpy as np
from scipy.spatial import KDTree

from dsr.errors import InputError
from dsr.models import ReconstructionModel


class NearestNeighbours(ReconstructionModel):
    """Weighted mean of what came after the nearest stretches of the training series.

    Parameters
    ----------
    neighbours : int
        How many stretches are averaged.
    samples : int
        How many samples make a stretch.
    """

    name: ClassVar[str] = "knn"
    arrays: ClassVar[tuple[str, ...]] = ("past", "change")

    def __init__(self, neighbours: int = 4, samples: int = 3) -> None:
        super().__init__()
        for label, value in (("neighbours", neighbours), ("samples", samples)):
            if not isinstance(value, int) or value < 1:
                raise InputError(f"{label} must be a whole number of at least 1, not {value!r}")
        self.neighbours, self.samples = neighbours, samples

    @property
    def context_length(self) -> int:
        """A start is one stretch."""
        return self.samples

    def learn(self, parts, *, inputs, seed):
        """Keep every stretch of the scaled series, and the change that came after it."""
        scaled = [self.scaler.transform(part) for part in parts]
        self.past = np.concatenate([self._stretches(x)[:-1] for x in scaled])
        self.change = np.concatenate([np.diff(x[self.samples - 1 :], axis=0) for x in scaled])

    def run(self, contexts, steps, *, inputs, rng):
        """Go on from each context, sample by sample."""
        tree, k = KDTree(self.past), np.arange(1, min(self.neighbours, len(self.past)) + 1)
        recent = np.stack([self.scaler.transform(c[-self.samples :]) for c in contexts])
        following = []
        for _ in range(steps):
            distance, found = tree.query(recent.reshape(len(recent), -1), k)
            weight = 1.0 / (distance + 1e-12)
            change = (weight[..., None] * self.change[found]).sum(1) / weight.sum(1)[:, None]
            following.append(recent[:, -1] + change)
            recent = np.concatenate([recent[:, 1:], following[-1][:, None]], axis=1)
        return self.scaler.inverse(np.stack(following, axis=1))

    def _stretches(self, x):
        count = len(x) - self.samples + 1
        return np.concatenate([x[d : d + count] for d in range(self.samples)], axis=1)

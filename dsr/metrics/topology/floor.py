"""How far two stretches of one limit set lie apart: what a perfect model would score."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dsr.metrics.doors import Floats
from dsr.metrics.geometry.distances import hausdorff

__all__ = ["Floor", "truth_against_truth"]

RunOn = Callable[[Floats, int], list[Floats]]

_STRETCHES = 3
_MARGIN = 1.25
_MOST_OF_EXTENT = 0.5


class Floor(NamedTuple):
    """Largest Hausdorff distance between stretches of the truth, for each start."""

    largest: Floats
    robust: Floats

    def limits(self, least: float) -> tuple[Floats, Floats]:
        """Distances below which a model's set is the same: a quarter above the floor."""
        return np.maximum(_MARGIN * self.largest, least), np.maximum(_MARGIN * self.robust, least)


def truth_against_truth(
    truth: list[Floats], quantile: float, extent: float, run_on: RunOn | None
) -> Floor:
    """Compare the truth's runs with how they go on, or the halves of each where they cannot.

    Parameters
    ----------
    truth : list of arrays (T, N)
        Runs without their transients.
    quantile : float
        Of the robust form.
    extent : float
        Of all limit sets. Halves of a run are shorter than it, and apart if it still moves: they
        count for at most half of this.
    run_on : function, optional
        Of starts (K, N) and a number of samples, which begin with the starts: runs from there.
    """
    length = len(truth[0])
    if run_on is not None:
        ends = np.stack([run[-1] for run in truth])
        later = run_on(ends, _STRETCHES * length + 1)
        stretches = [
            [run, *np.split(rest[1:], _STRETCHES)] for run, rest in zip(truth, later, strict=True)
        ]
        most = np.inf
    else:
        half = length // 2
        stretches = [[run[:half], run[half : 2 * half]] for run in truth]
        most = _MOST_OF_EXTENT * extent / _MARGIN
    found = np.zeros((2, len(truth)))
    for k, parts in enumerate(stretches):
        usable = [part for part in parts if len(part) and np.isfinite(part).all()]
        for i, one in enumerate(usable):
            for other in usable[:i]:
                for row, q in enumerate((1.0, quantile)):
                    found[row, k] = max(found[row, k], hausdorff(one, other, q))
    found = np.minimum(found, most)
    return Floor(found[0], found[1])

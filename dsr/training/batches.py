"""Windows of a training series: where they may start, and the stream of batches drawn from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsr.errors import InputError
from dsr.kernels.optimiser import gather_windows

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class WindowSource:
    """All admissible windows of several trajectories; none crosses from one into the next.

    Attributes
    ----------
    data : array, (samples, N)
        The trajectories, one after the other.
    starts : array of int
        Rows at which a window of ``steps + 1`` samples may start.
    steps : int
        Predictions per window.
    """

    data: Floats
    starts: NDArray[np.int64]
    steps: int

    @classmethod
    def of(
        cls, trajectories: list[NDArray[np.float64]], sequence_length: int, dtype: Any
    ) -> WindowSource:
        """Lay trajectories ``(T_i, N)`` in a row; windows shrink where the series is short."""
        lengths = np.array([len(part) for part in trajectories])
        steps = window_length(lengths, sequence_length)
        offsets = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        starts = [
            np.arange(offset, offset + length - steps)
            for offset, length in zip(offsets, lengths, strict=True)
            if length > steps
        ]
        data = np.ascontiguousarray(np.concatenate(trajectories), dtype=dtype)
        return cls(data, np.concatenate(starts).astype(np.int64), steps)

    def draw(self, rng: np.random.Generator, updates: int, batch: int) -> NDArray[np.int64]:
        """Draw window starts, uniform over all admissible ones, shape ``(updates, batch)``."""
        return self.starts[rng.integers(0, self.starts.size, size=(updates, batch))]

    def fill(self, windows: Floats, starts: NDArray[np.int64]) -> None:
        """Copy the windows at ``starts`` into ``windows`` ``(steps + 1, S, M)``."""
        gather_windows(self.data, starts, windows)


def window_length(lengths: NDArray[np.int64], requested: int) -> int:
    """Predictions per window: as asked for, or what the trajectories can give.

    A window is at most a third of all samples, and fits into at least half of the trajectories.
    """
    longest = int(np.median(lengths)) - 1
    steps = min(requested, longest, max(10, int(lengths.sum()) // 3))
    if steps < 1:
        raise InputError(
            "every trajectory is too short to train on; at least two samples each are needed"
        )
    return steps

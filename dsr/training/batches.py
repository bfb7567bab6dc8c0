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
    inputs : array, (samples, K)
        External inputs beside them; K = 0 for none.
    starts : array of int
        Rows at which a window of ``steps + 1`` samples may start.
    steps : int
        Predictions per window.
    """

    data: Floats
    inputs: Floats
    starts: NDArray[np.int64]
    steps: int

    @classmethod
    def of(
        cls,
        trajectories: list[NDArray[np.float64]],
        sequence_length: int,
        dtype: Any,
        inputs: list[NDArray[np.float64]] | None = None,
    ) -> WindowSource:
        """Lay trajectories ``(T_i, N)`` in a row, and inputs ``(T_i, K)`` beside them.

        Windows shrink where the series is short.
        """
        lengths = np.array([len(part) for part in trajectories])
        steps = window_length(lengths, sequence_length)
        offsets = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        starts = [
            np.arange(offset, offset + length - steps)
            for offset, length in zip(offsets, lengths, strict=True)
            if length > steps
        ]
        data = np.ascontiguousarray(np.concatenate(trajectories), dtype=dtype)
        drives = np.concatenate(inputs) if inputs else np.zeros((len(data), 0))
        beside = np.ascontiguousarray(drives, dtype=dtype)
        return cls(data, beside, np.concatenate(starts).astype(np.int64), steps)

    def draw(self, rng: np.random.Generator, updates: int, batch: int) -> NDArray[np.int64]:
        """Draw window starts, uniform over all admissible ones, shape ``(updates, batch)``."""
        return self.starts[rng.integers(0, self.starts.size, size=(updates, batch))]

    def fill(self, windows: Floats, starts: NDArray[np.int64], inputs: Floats) -> None:
        """Copy what is at ``starts`` into ``windows`` (T + 1, S, M) and ``inputs`` (T, S, K)."""
        gather_windows(self.data, starts, windows)
        if self.inputs.shape[1]:
            gather_windows(self.inputs, starts, inputs)


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

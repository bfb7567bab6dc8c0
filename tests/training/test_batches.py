"""Windows never cross trajectories, and shrink for short series."""

from __future__ import annotations

import numpy as np

from dsr.training.batches import WindowSource, window_length


def test_no_window_crosses_two_trajectories(rng: np.random.Generator) -> None:
    parts = [np.full((length, 1), float(k)) for k, length in enumerate((300, 120, 500))]
    source = WindowSource.of(parts, 100, np.float64)
    windows = np.zeros((source.steps + 1, 64, 1))
    for starts in source.draw(rng, 50, 64):
        source.fill(windows, starts)
        assert (windows == windows[:1]).all()


def test_every_admissible_start_is_drawn() -> None:
    source = WindowSource.of([np.zeros((12, 1)), np.zeros((13, 1))], 10, np.float64)
    assert source.steps == 10
    np.testing.assert_array_equal(source.starts, [0, 1, 12, 13, 14])


def test_windows_shrink_to_fit() -> None:
    assert window_length(np.array([100_000]), 200) == 200
    assert window_length(np.array([192]), 200) == 64
    assert window_length(np.array([40] * 100), 200) == 39

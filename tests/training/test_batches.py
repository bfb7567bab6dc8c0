"""Windows never cross trajectories, and shrink for short series."""

from __future__ import annotations

import numpy as np

from dsr.training.batches import WindowSource, window_length


def test_no_window_crosses_two_trajectories(rng: np.random.Generator) -> None:
    parts = [np.full((length, 1), float(k)) for k, length in enumerate((300, 120, 500))]
    source = WindowSource.of(parts, 100, np.float64)
    windows, inputs = np.zeros((source.steps + 1, 64, 1)), np.zeros((source.steps, 64, 0))
    for starts in source.draw(rng, 50, 64):
        source.fill(windows, starts, inputs)
        assert (windows == windows[:1]).all()


def test_every_admissible_start_is_drawn() -> None:
    source = WindowSource.of([np.zeros((12, 1)), np.zeros((13, 1))], 10, np.float64)
    assert source.steps == 10
    np.testing.assert_array_equal(source.starts, [0, 1, 12, 13, 14])


def test_windows_shrink_to_fit() -> None:
    assert window_length(np.array([100_000]), 200) == 200
    assert window_length(np.array([192]), 200) == 64
    assert window_length(np.array([40] * 100), 200) == 39


def test_windows_of_inputs_travel_with_those_of_the_data(rng: np.random.Generator) -> None:
    """Input k stands beside the sample that step k starts from."""
    parts = [rng.normal(size=(length, 2)) for length in (60, 90)]
    drives = [np.hstack([part, 10 * part]) for part in parts]
    source = WindowSource.of(parts, 20, np.float64, drives)
    windows, inputs = np.zeros((21, 8, 3)), np.zeros((20, 8, 4))
    for starts in source.draw(rng, 10, 8):
        source.fill(windows, starts, inputs)
        np.testing.assert_array_equal(inputs[:, :, :2], windows[:-1, :, :2])
        np.testing.assert_array_equal(inputs[:, :, 2:], 10 * windows[:-1, :, :2])

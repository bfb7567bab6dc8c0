"""A field that can decide does, and one that cannot says so instead of a sentence of failure."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import dsr
from dsr.data import make_series
from dsr.metrics import evaluate

SIDE = 16
EQUAL, CLOUD = "indistinguishable from the reference", "no better than a Gaussian cloud"


def turning_pattern(frames: int, seed: int) -> xr.DataArray:
    """A spiral that turns once in 12 frames and a wave that travels past it once in 19."""
    rng = np.random.default_rng(seed)
    place = np.linspace(-1.0, 1.0, SIDE)
    y, x = np.meshgrid(place, place, indexing="ij")
    t = np.arange(frames)[:, None, None]
    first, second = rng.uniform(0.0, 2.0 * np.pi, 2)
    spiral = np.cos(np.arctan2(y, x) + 3.0 * np.hypot(x, y) - 2.0 * np.pi * t / 12.0 + first)
    wave = 0.6 * np.sin(np.pi * x - 2.0 * np.pi * t / 19.0 + second)
    values = spiral * np.exp(-(x**2) - y**2) + wave
    values += 0.02 * rng.standard_normal(values.shape)
    return make_series(values[None, :, None], dt=1.0)


@pytest.fixture(scope="module")
def recording() -> xr.DataArray:
    return turning_pattern(2000, 2)


def test_a_right_field_is_like_the_reference(recording: xr.DataArray) -> None:
    """2,000 frames are 160 periods: enough to decide, and a torus in few modes is no cloud."""
    scores = evaluate(turning_pattern(2000, 0), turning_pattern(2000, 1), independent=recording)
    assert scores.attrs["decidable"]
    assert scores.attrs["verdict"] == EQUAL


def test_a_good_model_of_a_field_is_no_cloud(recording: xr.DataArray) -> None:
    model = dsr.models.create("dmd").fit(recording)
    scores = evaluate(turning_pattern(2000, 0), model, independent=recording)
    assert float(scores["prediction_error"]) < 0.5 * float(scores["prediction_error_surrogate"])
    assert scores.attrs["decidable"]
    assert not scores.attrs["verdict"].startswith((CLOUD, "degenerate"))


def test_shuffled_frames_are_no_better_than_a_cloud(recording: xr.DataArray) -> None:
    run = turning_pattern(2000, 1)
    shuffled = run.copy(data=np.random.default_rng(0).permutation(run.values, axis=1))
    scores = evaluate(turning_pattern(2000, 0), shuffled, independent=recording)
    assert scores.attrs["verdict"] == CLOUD


@pytest.mark.parametrize("made", ["field", "model"])
def test_59_frames_are_undecided(made: str) -> None:
    """Five periods decide nothing, for a right field as for a fitted model."""
    recording = turning_pattern(240, 2)
    run = turning_pattern(59, 1) if made == "field" else dsr.models.create("dmd").fit(recording)
    scores = evaluate(turning_pattern(59, 0), run, independent=recording)
    assert not scores.attrs["decidable"]
    assert scores.attrs["verdict"].startswith("undecided: ")

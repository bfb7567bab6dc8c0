"""A field that can decide does, and one that cannot says so instead of a sentence of failure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

import dsr
from dsr.data import make_series
from dsr.metrics import evaluate

SIDE = 16
EQUAL, CLOUD = "indistinguishable from the reference", "no better than a Gaussian cloud"


def turning_pattern(frames: int, seed: int) -> xr.DataArray:
    """A spiral that turns once in 12.4 frames and a wave that passes once in 19.4.

    Not in 12 and 19: a pattern that returns every 12 frames is seen at 12 phases only, which differ
    from recording to recording.
    """
    rng = np.random.default_rng(seed)
    place = np.linspace(-1.0, 1.0, SIDE)
    y, x = np.meshgrid(place, place, indexing="ij")
    t = np.arange(frames)[:, None, None]
    first, second = rng.uniform(0.0, 2.0 * np.pi, 2)
    spiral = np.cos(np.arctan2(y, x) + 3.0 * np.hypot(x, y) - 2.0 * np.pi * t / 12.3607 + first)
    wave = 0.6 * np.sin(np.pi * x - 2.0 * np.pi * t / 19.4164 + second)
    values = spiral * np.exp(-(x**2) - y**2) + wave
    values += 0.02 * rng.standard_normal(values.shape)
    return make_series(values[None, :, None], dt=1.0)


def judged(reference: xr.DataArray, made: Any, recording: xr.DataArray) -> xr.Dataset:
    """Scores with few resamples: these tests ask for the verdict."""
    return evaluate(reference, made, independent=recording, resamples=10)


@pytest.fixture(scope="module")
def recording() -> xr.DataArray:
    return turning_pattern(2000, 2)


def test_a_right_field_is_like_the_reference(recording: xr.DataArray) -> None:
    """2,000 frames are 130 mean periods: enough to decide."""
    scores = judged(turning_pattern(2000, 0), turning_pattern(2000, 1), recording)
    assert scores.attrs["decidable"]
    assert scores.attrs["verdict"] == EQUAL


def test_a_good_model_of_a_field_is_no_cloud(recording: xr.DataArray) -> None:
    model = dsr.models.create("dmd").fit(recording)
    scores = judged(turning_pattern(2000, 0), model, recording)
    assert float(scores["prediction_error"]) < 0.5 * float(scores["prediction_error_surrogate"])
    assert scores.attrs["decidable"]
    assert not scores.attrs["verdict"].startswith((CLOUD, "degenerate"))


def test_shuffled_frames_are_told_by_their_order(recording: xr.DataArray) -> None:
    run = turning_pattern(2000, 1)
    shuffled = run.copy(data=np.random.default_rng(0).permutation(run.values, axis=1))
    scores = judged(turning_pattern(2000, 0), shuffled, recording)
    assert scores.attrs["verdict_geometry"] == "equal"
    assert scores.attrs["p_order"] <= 0.05
    assert scores.attrs["p_spectra"] <= 0.05
    assert scores.attrs["verdict"] != EQUAL


@pytest.mark.parametrize("made", ["field", "model"])
def test_59_frames_are_undecided(made: str) -> None:
    """Five periods decide nothing, for a right field as for a fitted model."""
    recording = turning_pattern(240, 2)
    run = turning_pattern(59, 1) if made == "field" else dsr.models.create("dmd").fit(recording)
    scores = judged(turning_pattern(59, 0), run, recording)
    assert not scores.attrs["decidable"]
    assert scores.attrs["verdict"].startswith("undecided: ")

"""Marks of missing values and turned arrays: said with the cure, and left as they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import dsr
from dsr.data import as_series

WAVE = np.sin(np.arange(60.0))


@pytest.mark.parametrize("mark", [-9999.0, -999.0, 1e20, 9.969209968386869e36])
def test_marks_of_missing_values_are_noticed_and_kept(tmp_path: Path, mark: float) -> None:
    x = np.where(np.arange(60) % 9 == 0, mark, WAVE)
    lines = "".join(f"{k / 10},{v!r},{w!r}\n" for k, (v, w) in enumerate(zip(x, WAVE, strict=True)))
    (tmp_path / "a.csv").write_text(
        "time,x,y\n" + lines.replace("np.float64(", "").replace(")", "")
    )
    series = dsr.load(tmp_path / "a.csv")
    notes = " ".join(series.attrs["notes"])
    assert f"'x' holds {mark:.6g} 7 times" in notes
    assert 'fill="linear"' in notes
    assert "'y'" not in notes
    np.testing.assert_array_equal(series.values[0, :, 0], x)


def test_two_marks_in_one_variable_are_both_named() -> None:
    x = WAVE.copy()
    x[[3, 9]], x[[4, 20, 30]] = -9999.0, -999.0
    notes = " ".join(as_series(x).attrs["notes"])
    assert "-9999 2 times" in notes
    assert "-999 3 times" in notes


@pytest.mark.parametrize(
    "values",
    [
        np.where(WAVE > 0, 1.0, 0.0),
        np.where(np.arange(60) == 5, -999.0, WAVE),
        999.0 + np.round(3 * WAVE),
        np.where(np.arange(60) % 9 == 0, 99.0, 100 * WAVE),
    ],
)
def test_ordinary_values_raise_no_doubt(values: np.ndarray) -> None:
    assert not any("holds" in note for note in as_series(values).attrs["notes"])


def test_an_array_with_more_columns_than_rows_may_be_turned(
    tmp_path: Path, rng: np.random.Generator
) -> None:
    wide = rng.normal(size=(64, 5000))
    np.save(tmp_path / "a.npy", wide)
    for series in (dsr.load(tmp_path / "a.npy"), as_series(wide)):
        assert any("64 samples of 5000 variables" in note for note in series.attrs["notes"])
    assert not any("transpose" in note for note in as_series(wide.T).attrs["notes"])

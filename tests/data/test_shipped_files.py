"""Tables that scikit-learn ships: none is taken for a time series in silence."""

import gzip
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

import dsr
from dsr.errors import InputError

SHIPPED = files("sklearn.datasets.data")


def unpacked(name: str, folder: Path) -> Path:
    content = (SHIPPED / name).read_bytes()
    path = folder / name.removesuffix(".gz")
    path.write_bytes(gzip.decompress(content) if name.endswith(".gz") else content)
    return path


@pytest.mark.parametrize(
    ("name", "samples", "variables"),
    [
        ("breast_cancer.csv", 569, 31),
        ("diabetes_data_raw.csv.gz", 442, 10),
        ("diabetes_target.csv.gz", 442, 1),
        ("linnerud_exercise.csv", 20, 3),
        ("linnerud_physiological.csv", 20, 3),
        ("wine_data.csv", 178, 14),
    ],
)
def test_a_table_without_times_is_counted_in_steps_and_says_so(
    name: str, samples: int, variables: int, tmp_path: Path
) -> None:
    path = unpacked(name, tmp_path)
    series = dsr.load(path)
    assert series.shape == (1, samples, variables)
    assert series.attrs["time_unit"] == "step"
    notes = series.attrs["notes"]
    assert "no time axis and no dt was given: time is counted in steps" in notes
    lines = path.read_text().replace(",", " ").splitlines()[-samples:]
    np.testing.assert_array_equal(series.values[0], [[float(v) for v in r.split()] for r in lines])
    # The first line of these two counts samples and names classes: no header of the columns.
    skipped = "skipped one line of text before the table" in notes
    assert skipped == (name in ("breast_cancer.csv", "wine_data.csv"))


def test_names_of_classes_above_a_table_are_no_numbers(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds 'setosa' in row 1 \(line 1\).*correct it"):
        dsr.load(unpacked("iris.csv", tmp_path))


def test_pixels_that_are_always_dark_are_named(tmp_path: Path) -> None:
    path = unpacked("digits.csv.gz", tmp_path)
    with pytest.raises(InputError, match=r"3 of 65 .*'x0', 'x32', 'x39'.*drop_constant=True"):
        dsr.load(path)
    assert dsr.load(path, drop_constant=True).shape == (1, 1797, 62)


def test_a_compressed_file_is_to_be_unpacked() -> None:
    with pytest.raises(InputError, match=r"compressed .*unpack it first"):
        dsr.load(str(SHIPPED / "digits.csv.gz"))


def test_a_column_called_time_that_holds_words_can_be_refused(tmp_path: Path) -> None:
    path = tmp_path / "tips.csv"
    path.write_text("bill,time\n" + "".join(f"{20 + k % 7},Dinner\n" for k in range(30)))
    with pytest.raises(InputError, match='or pass time="none"'):
        dsr.load(path)
    assert dsr.load(path, time="none").shape == (1, 30, 1)


def test_one_long_row_may_be_turned(tmp_path: Path) -> None:
    path = tmp_path / "row.txt"
    path.write_text(" ".join(str(k % 7 + 0.5) for k in range(50)) + "\n")
    with pytest.raises(InputError, match=r"one sample.*transpose it"):
        dsr.load(path)

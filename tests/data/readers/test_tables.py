"""Text tables, data frames and NumPy files: what is time, what is an index, what is data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import dsr
from dsr.data import as_series, lengths
from dsr.errors import InputError

N = 40
T = np.arange(N) * 0.25
X = np.round(np.sin(T), 6)
Y = np.round(np.cos(T), 6)


def text(*columns: Any, sep: str = ",", header: str | None = None, decimal: str = ".") -> str:
    lines = [
        sep.join(str(v).replace(".", decimal) for v in row) for row in zip(*columns, strict=False)
    ]
    return "\n".join(([header] if header else []) + lines) + "\n"


@pytest.mark.parametrize(
    ("content", "dt", "unit", "names"),
    [
        (text(T, X, Y, header="time,x,y"), 0.25, "time unit", ["x", "y"]),
        (text(T, X, Y, header="time [s],x [mV],y [mV]"), 0.25, "s", ["x [mV]", "y [mV]"]),
        (text(T, X, Y, header="Time (ms),x,y"), 0.00025, "s", ["x", "y"]),
        (text(T, X, Y, sep=";", header="time;x;y"), 0.25, "time unit", ["x", "y"]),
        (text(T, X, Y, sep=";", header="time;x;y", decimal=","), 0.25, "time unit", ["x", "y"]),
        (text(T, X, Y, sep="\t", header="time\tx\ty", decimal=","), 0.25, "time unit", ["x", "y"]),
        (text(T, X, Y, sep="|", header="time|x|y"), 0.25, "time unit", ["x", "y"]),
        (text(T, X, Y, sep="   ", header="time x y"), 0.25, "time unit", ["x", "y"]),
        (text(T, X, Y), 0.25, "time unit", ["x1", "x2"]),
        (text(X, Y), 1.0, "step", ["x0", "x1"]),
        (text(range(N), X, Y, header=",x,y"), 1.0, "step", ["x", "y"]),
        (text(range(1, N + 1), X, Y), 1.0, "step", ["x1", "x2"]),
        (text([f'"{k}"' for k in range(N)], X, Y, header='"x","y"'), 1.0, "step", ["x", "y"]),
        (text(X), 1.0, "step", ["x0"]),
        (text(X, header="signal"), 1.0, "step", ["signal"]),
        ("# made by hand\n% twice\n" + text(T, X, header="time,x"), 0.25, "time unit", ["x"]),
        ("Station 7\n" + text(T, X, Y, header="time,x,y"), 0.25, "time unit", ["x", "y"]),
        (text(range(1700, 1700 + N), X, header="year,spots"), 1.0, "year", ["spots"]),
        (text(T, X, ["calm"] * N, header="time,x,label"), 0.25, "time unit", ["x"]),
        (text(T, X, [""] * N, header="time,x,"), 0.25, "time unit", ["x"]),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_tables_as_people_write_them(
    tmp_path: Path, content: str, dt: float, unit: str, names: list[str], encoding: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(content, encoding=encoding)
    series = dsr.load(path)
    assert series.attrs["dt"] == pytest.approx(dt, rel=1e-12)
    assert series.attrs["time_unit"] == unit
    assert series["variable"].values.tolist() == names
    np.testing.assert_array_equal(series.values[0, :, 0], X)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_endings_do_not_matter(tmp_path: Path, ending: str) -> None:
    content = text(T, X, header="time,x").replace("\n", ending)
    (tmp_path / "a.csv").write_bytes(content.encode())
    assert dsr.load(tmp_path / "a.csv").sizes["time"] == N


def test_numbers_keep_every_bit(tmp_path: Path, rng: np.random.Generator) -> None:
    values = rng.normal(size=200) * 10.0 ** rng.integers(-12, 12, 200)
    (tmp_path / "a.csv").write_text("x\n" + "\n".join(repr(float(v)) for v in values) + "\n")
    np.testing.assert_array_equal(dsr.load(tmp_path / "a.csv").values.ravel(), values)


@pytest.mark.parametrize(
    ("stamps", "dt", "unit"),
    [
        (pd.date_range("2021-03-02", periods=N, freq="h").strftime("%Y-%m-%d %H:%M"), 3600, "s"),
        (pd.date_range("2021-03-02", periods=N, freq="D").strftime("%Y-%m-%d"), 86400, "s"),
        (pd.date_range("2021-03-01", periods=N, freq="MS").strftime("%Y-%m"), 1, "month"),
        (
            pd.date_range("2021-03-02", periods=N, freq="min").strftime("%Y-%m-%dT%H:%M:%SZ"),
            60,
            "s",
        ),
    ],
)
def test_iso_dates_are_time_whatever_their_column_is_called(
    tmp_path: Path, stamps: Any, dt: float, unit: str
) -> None:
    (tmp_path / "a.csv").write_text(text(stamps, X, header="when,x"))
    series = dsr.load(tmp_path / "a.csv")
    assert (series.attrs["dt"], series.attrs["time_unit"]) == (dt, unit)
    assert series.attrs["time_origin"].startswith("2021-03-0")


def test_an_empty_cell_is_missing_and_can_be_filled(tmp_path: Path) -> None:
    cells = [str(v) for v in X]
    cells[5], cells[6] = "", "NA"
    (tmp_path / "a.csv").write_text(text(T, cells, header="time,x"))
    with pytest.raises(InputError, match=r"first at 1\.25"):
        dsr.load(tmp_path / "a.csv")
    filled = dsr.load(tmp_path / "a.csv", fill="linear")
    assert any("2 missing values (5.00%)" in note for note in filled.attrs["notes"])


def test_rows_are_grouped_into_trajectories(tmp_path: Path) -> None:
    run = np.repeat([3, 1], [25, 15])
    times = np.concatenate([T[:25], T[:15]])
    (tmp_path / "a.csv").write_text(text(run, times, X, header="run,time,x"))
    series = dsr.load(tmp_path / "a.csv")
    assert series["trajectory"].values.tolist() == [3, 1]
    assert lengths(series).tolist() == [25, 15]
    assert series.attrs["dt"] == 0.25
    renamed = (tmp_path / "a.csv").read_text().replace("run", "mouse")
    (tmp_path / "b.csv").write_text(renamed)
    assert lengths(dsr.load(tmp_path / "b.csv", trajectory="mouse")).tolist() == [25, 15]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"variables": "voltagee"}, "did you mean 'voltage'"),
        ({"time": "tim"}, "did you mean 'time'"),
        ({"trajectory": "rum"}, "no trajectory column"),
        ({"group": "a"}, "no groups"),
    ],
)
def test_misspelt_columns_get_the_nearest_name(
    tmp_path: Path, options: dict[str, str], says: str
) -> None:
    (tmp_path / "a.csv").write_text(text(T, X, header="time,voltage"))
    with pytest.raises(InputError, match=says):
        dsr.load(tmp_path / "a.csv", **options)


def test_a_chosen_column_may_be_used_as_time(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text(T, X, header="phase,x"))
    series = dsr.load(tmp_path / "a.csv", time="phase", time_unit="rad")
    assert (series.attrs["dt"], series.attrs["time_unit"]) == (0.25, "rad")


def test_data_frames_are_series_too() -> None:
    frame = pd.DataFrame({"x": X, "y": Y}, index=pd.date_range("2000-01-01", periods=N, freq="s"))
    series = as_series(frame)
    assert (series.attrs["dt"], series.attrs["time_unit"]) == (1.0, "s")
    assert series["variable"].values.tolist() == ["x", "y"]
    assert as_series(frame["x"]).sizes["variable"] == 1
    assert as_series(pd.DataFrame({"time": T, "x": X})).attrs["dt"] == 0.25


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<f8", ">f8", "<f4", ">i4", "u1"])
def test_npy_of_any_plain_type(tmp_path: Path, dtype: str, order: Any) -> None:
    values = np.asarray((np.arange(60) % 7).reshape(20, 3), dtype=dtype, order=order)
    np.save(tmp_path / "a.npy", values)
    series = dsr.load(tmp_path / "a.npy", dt=0.5)
    np.testing.assert_array_equal(series.values[0], values)
    assert series.values.flags.c_contiguous


@pytest.mark.parametrize("shape", [(30,), (30, 2), (3, 30, 2)])
def test_npy_shapes(tmp_path: Path, shape: tuple[int, ...], rng: np.random.Generator) -> None:
    values = rng.normal(size=shape)
    np.save(tmp_path / "a.npy", values)
    expected = values.reshape((1,) * (2 - len(shape) // 2 - len(shape) // 3) + shape)
    got = dsr.load(tmp_path / "a.npy").values
    assert got.size == values.size
    np.testing.assert_array_equal(got.ravel(), expected.ravel())


def test_npz_with_a_time_axis_and_columns(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", time=T, u=X, v=Y)
    series = dsr.load(tmp_path / "a.npz")
    assert series["variable"].values.tolist() == ["u", "v"]
    assert series.attrs["dt"] == 0.25
    assert dsr.load(tmp_path / "a.npz", variables="v").values[0, 0, 0] == 1.0
    with pytest.raises(InputError, match="did you mean"):
        dsr.load(tmp_path / "a.npz", variables="vv")


def test_npz_member_is_picked(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", train=np.column_stack([X, Y]), test=np.column_stack([Y, X])[:30])
    assert dsr.load(tmp_path / "a.npz", variables="test").sizes["time"] == 30


def test_names_in_an_archive_never_become_paths(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", **{"../../escape": X})
    assert dsr.load(tmp_path / "a.npz")["variable"].values.tolist() == ["../../escape"]
    assert [p.name for p in tmp_path.iterdir()] == ["a.npz"]

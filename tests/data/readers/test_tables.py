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


def table(path: Path, content: str) -> tuple[Any, str]:
    path.write_text(content)
    series = dsr.load(path)
    return series, " ".join(series.attrs["notes"])


@pytest.mark.parametrize(
    ("header", "sep", "decimal"),
    [("Zeit;Druck;Fluss", ";", ","), ("timer,p,q", ",", "."), ("Age\tp\tq", "\t", ".")],
)
def test_a_first_column_that_increases_evenly_is_time_whatever_its_name(
    tmp_path: Path, header: str, sep: str, decimal: str
) -> None:
    content = text(T, X, Y, sep=sep, header=header, decimal=decimal)
    series, notes = table(tmp_path / "a.csv", content)
    name, *names = header.split(sep)
    assert series["variable"].values.tolist() == names
    assert series.attrs["dt"] == 0.25
    assert f"'{name}' increases evenly" in notes
    assert 'pass time="none"' in notes
    assert "--" not in notes
    refused = dsr.load(tmp_path / "a.csv", time="none")
    assert refused["variable"].values.tolist() == [name, *names]
    assert (refused.attrs["dt"], refused.attrs["time_unit"]) == (1.0, "step")
    wanted = dsr.load(tmp_path / "a.csv", variables=[name, names[0]])
    assert wanted["variable"].values.tolist() == [name, names[0]]


def test_a_unit_in_the_name_of_a_ramp_is_its_unit(tmp_path: Path) -> None:
    series, _ = table(tmp_path / "a.csv", text(range(1, N + 1), X, header="Age (years),x"))
    assert (series.attrs["dt"], series.attrs["time_unit"]) == (1.0, "year")


def test_a_known_name_wins_over_any_ramp(tmp_path: Path) -> None:
    series, notes = table(tmp_path / "a.csv", text(3 * T, X, T, header="volume,x,time"))
    assert series["variable"].values.tolist() == ["volume", "x"]
    assert series.attrs["dt"] == 0.25
    assert "increases evenly" not in notes


def test_neither_an_uneven_nor_a_falling_nor_a_later_column_is_time(tmp_path: Path) -> None:
    for first in (T**2, -T, X):
        series, _ = table(tmp_path / "a.csv", text(first, T + 1, header="u,v"))
        assert series["variable"].values.tolist() == ["u", "v"]


@pytest.mark.parametrize("name", ["", "Unnamed: 0", "rownames", "index", "k"])
@pytest.mark.parametrize("start", [0, 1])
def test_row_numbers_beside_a_time_axis_are_left_out_and_said(
    tmp_path: Path, name: str, start: int
) -> None:
    count = range(start, start + N)
    series, notes = table(tmp_path / "a.csv", text(count, T, X, header=f"{name},time,x"))
    assert series["variable"].values.tolist() == ["x"]
    assert series.attrs["dt"] == 0.25
    assert "only counts rows" in notes
    assert "variables=" in notes


def test_row_numbers_before_a_ramp_are_left_out_too(tmp_path: Path) -> None:
    series, _ = table(tmp_path / "a.csv", text(range(N), T, X, header=",Zeit,x"))
    assert series["variable"].values.tolist() == ["x"]
    assert series.attrs["dt"] == 0.25
    twice = text(range(N), range(N), X, header=",Unnamed: 0,x")
    series, _ = table(tmp_path / "b.csv", twice)
    assert series["variable"].values.tolist() == ["x"]


@pytest.mark.parametrize("name", ["rownames", "sample", "Unnamed: 0"])
def test_without_a_time_axis_row_numbers_are_an_index_of_unit_step(
    tmp_path: Path, name: str
) -> None:
    series, notes = table(tmp_path / "a.csv", text(range(1, N + 1), X, Y, header=f"{name},x,y"))
    assert series["variable"].values.tolist() == ["x", "y"]
    assert (series.attrs["dt"], series.attrs["time_unit"]) == (1.0, "step")
    assert "index of unit step" in notes
    kept = dsr.load(tmp_path / "a.csv", variables=[name, "x"])
    assert kept["variable"].values.tolist() == [name, "x"]


def test_row_numbers_that_begin_anew_in_each_trajectory_are_left_out(tmp_path: Path) -> None:
    run, count = np.repeat([1, 2], N // 2), np.tile(np.arange(N // 2), 2)
    times = np.tile(T[: N // 2], 2)
    content = text(run, count, times, X, header="run,k,time,x")
    assert table(tmp_path / "a.csv", content)[0]["variable"].values.tolist() == ["x"]
    # The ramp itself may begin anew as well.
    series, _ = table(tmp_path / "b.csv", text(run, times, X, header="run,Zeit,x"))
    assert (series.attrs["dt"], series.sizes["trajectory"]) == (0.25, 2)


def test_gaps_in_the_index_of_another_program_are_not_lost(tmp_path: Path) -> None:
    kept = [k for k in range(N) if k % 7]
    (tmp_path / "a.csv").write_text(text(kept, X[kept], header=",x"))
    with pytest.raises(InputError, match="not evenly spaced"):
        dsr.load(tmp_path / "a.csv")


@pytest.mark.parametrize(
    "header", ['"time (s)" "flow rate (l/s)" "p"', "time (s) flow_rate (l/s) p"]
)
def test_names_in_a_space_separated_file_never_shift(tmp_path: Path, header: str) -> None:
    content = text(T, X, Y, sep=" ", header=header)
    series, _ = table(tmp_path / "a.txt", content)
    assert [n.split()[0] for n in series["variable"].values] in (["flow", "p"], ["flow_rate", "p"])
    assert series.attrs["variable_units"] == ["l/s", ""]
    assert (series.attrs["dt"], series.attrs["time_unit"]) == (0.25, "s")


def test_a_header_that_does_not_fit_names_nothing(tmp_path: Path) -> None:
    series, notes = table(tmp_path / "a.txt", text(X, Y, sep=" ", header="wind speed and more"))
    assert series["variable"].values.tolist() == ["x0", "x1"]
    assert "4 names for 2 columns" in notes
    series, _ = table(tmp_path / "b.csv", text(T, X, [""] * N, header="time,x"))
    assert series["variable"].values.tolist() == ["x"]
    assert series.attrs["dt"] == 0.25


@pytest.mark.parametrize("kind", ["fixed", "dated"])
def test_frames_that_pandas_wrote_as_hdf5(tmp_path: Path, kind: str) -> None:
    import h5py

    index: Any = T
    if kind == "dated":
        index = pd.date_range("2001-01-01", periods=N, freq="h").as_unit("ns").asi8
    with h5py.File(tmp_path / "a.h5", "w") as file:
        group = file.create_group("frame")
        group["axis0"] = np.array([b"wind", b"n", b"temp"])
        group["axis1"] = index
        group["axis1"].attrs["kind"] = np.bytes_(b"datetime64" if kind == "dated" else b"float")
        group["block0_items"] = np.array([b"wind", b"temp"])
        group["block0_values"] = np.column_stack([X, Y])
        group["block1_items"] = np.array([b"n"])
        group["block1_values"] = np.round(100 * X).astype(int)[:, None]
    series = dsr.load(tmp_path / "a.h5")
    assert series["variable"].values.tolist() == ["wind", "n", "temp"]
    np.testing.assert_array_equal(series.values[0, :, 2], Y)
    expected = {"fixed": (0.25, "time unit", ""), "dated": (3600.0, "s", "2001-01-01")}[kind]
    assert tuple(series.attrs[k] for k in ("dt", "time_unit", "time_origin")) == expected


@pytest.mark.parametrize("name", ["time", "t", "Zeit"])
def test_times_in_hdf5_are_an_axis_and_never_a_variable(tmp_path: Path, name: str) -> None:
    import h5py

    with h5py.File(tmp_path / "a.h5", "w") as file:
        file[name] = T
        file["u"] = X
        file["table"] = np.column_stack([X, Y])
        file["row"] = np.arange(N)
        file["title"] = "a run"
        file["rate"] = 4.0
    series = dsr.load(tmp_path / "a.h5")
    assert series["variable"].values.tolist() == ["table[0]", "table[1]", "u"]
    assert series.attrs["dt"] == 0.25
    notes = " ".join(series.attrs["notes"])
    assert all(word in notes for word in ("'row'", "title", "rate"))
    assert ("increases evenly" in notes) == (name == "Zeit")


def test_times_in_an_archive_are_told_by_their_increase(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", X=np.column_stack([X, Y]), Zeit=T, title=np.array("a run"))
    series = dsr.load(tmp_path / "a.npz")
    assert (series.attrs["dt"], series.sizes["variable"]) == (0.25, 2)
    notes = " ".join(series.attrs["notes"])
    assert "'Zeit' increases evenly" in notes
    assert "title" in notes
    np.savez(tmp_path / "b.npz", n=np.arange(N), u=X, v=Y)
    assert dsr.load(tmp_path / "b.npz")["variable"].values.tolist() == ["u", "v"]

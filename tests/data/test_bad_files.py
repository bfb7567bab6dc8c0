"""A catalogue of bad files: each is refused in one sentence, and nothing else happens."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import dsr
from dsr.data import describe
from dsr.errors import InputError

TIMES = np.arange(40) * 0.1
GOOD = np.column_stack([np.sin(TIMES), np.cos(TIMES)])

Maker = Callable[[Path], Path]
CATALOGUE: dict[str, tuple[Maker, str]] = {}


def bad(name: str, says: str) -> Callable[[Maker], Maker]:
    """Register a maker of a bad file and a part of the sentence that must meet it."""

    def register(make: Maker) -> Maker:
        CATALOGUE[name] = (make, says)
        return make

    return register


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def table(path: Path, rows: list[str], header: str = "time,x,y") -> Path:
    return written(path, "\n".join([header, *rows]) + "\n")


def rows(values: np.ndarray = GOOD, times: np.ndarray = TIMES) -> list[str]:
    return [f"{t:.6g},{x:.6g},{y:.6g}" for t, (x, y) in zip(times, values, strict=True)]


def netcdf(path: Path, dataset: xr.Dataset, **kwargs: object) -> Path:
    dataset.to_netcdf(path, engine="h5netcdf", **kwargs)
    return path


def series(values: np.ndarray = GOOD, times: np.ndarray = TIMES) -> xr.Dataset:
    coords = {"time": ("time", times, {"units": "s"})}
    return xr.Dataset({n: ("time", values[:, k]) for k, n in enumerate("xy")}, coords=coords)


def npz(path: Path, **arrays: np.ndarray) -> Path:
    np.savez(path, **arrays)
    return path


def npy_bytes(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def header_of(text: str) -> bytes:
    body = text.encode() + b" " * (117 - len(text)) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(body).to_bytes(2, "little") + body


@bad("missing file", "there is no file")
def _(folder: Path) -> Path:
    return folder / "nothing.nc"


@bad("nearly the right name", "did you mean 'lorenz.nc'")
def _(folder: Path) -> Path:
    written(folder / "lorenz.nc", b"x")
    return folder / "lorentz.nc"


@bad("folder", "is a folder")
def _(folder: Path) -> Path:
    return folder


@bad("empty file", "is empty")
def _(folder: Path) -> Path:
    return written(folder / "a.nc", b"")


@bad("device", "not a regular file")
def _(folder: Path) -> Path:
    return Path("/dev/null")


@bad("pipe", "not a regular file")
def _(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


@bad("name with a zero byte", "cannot be opened")
def _(folder: Path) -> Path:
    return folder / "a\0b.nc"


@bad("name too long", "cannot be opened")
def _(folder: Path) -> Path:
    return folder / ("a" * 5000)


@bad("CDF-5", "CDF-5")
def _(folder: Path) -> Path:
    return written(folder / "a.nc", b"CDF\x05" + bytes(100))


@bad("classic header only", "cannot be read as NetCDF")
def _(folder: Path) -> Path:
    return written(folder / "a.nc", b"CDF\x01" + bytes(4))


@bad("classic noise", "NetCDF")
def _(folder: Path) -> Path:
    return written(folder / "a.nc", b"CDF\x02" + np.random.default_rng(1).bytes(2000))


@bad("HDF5 signature only", "cannot be read as NetCDF")
def _(folder: Path) -> Path:
    return written(folder / "a.nc", b"\x89HDF\r\n\x1a\n" + bytes(300))


@bad("HDF5 cut short", "cannot be read as NetCDF")
def _(folder: Path) -> Path:
    path = netcdf(folder / "a.nc", series())
    return written(path, path.read_bytes()[:-700])


@bad("changed byte in a file of dsr", "is damaged")
def _(folder: Path) -> Path:
    path = folder / "a.nc"
    dsr.data.write_dataset(dsr.data.make_series(GOOD, dt=0.1), path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    return written(path, bytes(content))


@bad("no variables", "no variable of real numbers")
def _(folder: Path) -> Path:
    return netcdf(folder / "a.nc", xr.Dataset(attrs={"title": "nothing"}))


@bad("text only", "text")
def _(folder: Path) -> Path:
    return netcdf(folder / "a.nc", xr.Dataset({"name": ("time", ["a", "b"])}))


@bad("complex", "complex")
def _(folder: Path) -> Path:
    data = xr.Dataset({"z": ("time", GOOD[:, 0] + 1j)})
    return netcdf(folder / "a.h5", data, invalid_netcdf=True)


@bad("several groups", "pick one with group=")
def _(folder: Path) -> Path:
    tree = xr.DataTree.from_dict({"/one": series(), "/two": series()})
    tree.to_netcdf(folder / "a.nc", engine="h5netcdf")
    return folder / "a.nc"


@bad("four dimensions", "select points")
def _(folder: Path) -> Path:
    data = xr.Dataset({"u": (("time", "a", "b", "c"), np.zeros((5, 2, 2, 2)))})
    return netcdf(folder / "a.nc", data)


@bad("no clear time", "name it with time=")
def _(folder: Path) -> Path:
    return netcdf(folder / "a.nc", xr.Dataset({"u": (("a", "b"), np.zeros((5, 5)))}))


@bad("uneven", 'pass resample="0.1s"')
def _(folder: Path) -> Path:
    times = TIMES.copy()
    times[20:] += 0.25
    return netcdf(folder / "a.nc", series(times=times))


@bad("backwards", "runs backwards")
def _(folder: Path) -> Path:
    return netcdf(folder / "a.nc", series(times=TIMES[::-1]))


@bad("unsorted", "jumps back")
def _(folder: Path) -> Path:
    return netcdf(folder / "a.nc", series(times=np.r_[TIMES[20:], TIMES[:20]]))


@bad("repeated time", "more than once")
def _(folder: Path) -> Path:
    return netcdf(folder / "a.nc", series(times=np.r_[TIMES[:20], TIMES[19:-1]]))


@bad("missing time", "are missing")
def _(folder: Path) -> Path:
    times = TIMES.copy()
    times[7] = np.nan
    return netcdf(folder / "a.nc", series(times=times))


@bad("unknown time unit", "is not known")
def _(folder: Path) -> Path:
    data = series()
    data["time"].attrs["units"] = "fortnights since 2000-01-01"
    return netcdf(folder / "a.nc", data)


@bad("impossible reference date", "cannot be read")
def _(folder: Path) -> Path:
    data = series()
    data["time"].attrs["units"] = "days since yesterday"
    return netcdf(folder / "a.nc", data)


@bad("NaN", 'fill="linear"')
def _(folder: Path) -> Path:
    values = GOOD.copy()
    values[13, 1] = np.nan
    return netcdf(folder / "a.nc", series(values))


@bad("infinity", "missing values")
def _(folder: Path) -> Path:
    values = GOOD.copy()
    values[13, 1] = np.inf
    return netcdf(folder / "a.nc", series(values))


@bad("constant variable", "drop_constant=True")
def _(folder: Path) -> Path:
    return netcdf(folder / "a.nc", series(np.column_stack([GOOD[:, 0], np.ones(40)])))


@bad("all constant", "does not vary")
def _(folder: Path) -> Path:
    return netcdf(folder / "a.nc", series(np.ones((40, 2))))


@bad("numbers too large", "rescale")
def _(folder: Path) -> Path:
    return netcdf(folder / "a.nc", series(GOOD * 1e200))


@bad("prose", "text without numbers")
def _(folder: Path) -> Path:
    return written(folder / "a.csv", "Dear reader,\nthis is a letter.\n")


@bad("picture", "neither NetCDF")
def _(folder: Path) -> Path:
    return written(folder / "a.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)


@bad("header without rows", "header and no rows")
def _(folder: Path) -> Path:
    return written(folder / "a.csv", "time,x\n")


@bad("comments only", "no lines of data")
def _(folder: Path) -> Path:
    return written(folder / "a.csv", "# one\n# two\n")


@bad("bad cell", "'oops' in row 6 (line 7)")
def _(folder: Path) -> Path:
    lines = rows()
    lines[5] = "0.5,oops,1"
    return table(folder / "a.csv", lines)


@bad("row too long", "line 7 has 4 fields")
def _(folder: Path) -> Path:
    lines = rows()
    lines[5] += ",1"
    return table(folder / "a.csv", lines)


@bad("row too short", "missing values")
def _(folder: Path) -> Path:
    lines = rows()
    lines[5] = "0.5,1"
    return table(folder / "a.csv", lines)


@bad("two columns of one name", "two columns called 'x'")
def _(folder: Path) -> Path:
    return table(folder / "a.csv", rows(), header="time,x,x")


@bad("foreign dates", "ISO date")
def _(folder: Path) -> Path:
    lines = [f"{k % 28 + 1:02d}/03/2021,{k % 7},{k % 5}" for k in range(28)]
    return table(folder / "a.csv", lines)


@bad("only a time column", "no column of numbers")
def _(folder: Path) -> Path:
    return table(folder / "a.csv", [f"{t:.1f}" for t in TIMES], header="time")


@bad("npy objects", "never loaded")
def _(folder: Path) -> Path:
    np.save(folder / "a.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    return folder / "a.npy"


@bad("npy promises 22 TiB", "promises")
def _(folder: Path) -> Path:
    text = "{'descr': '<f8', 'fortran_order': False, 'shape': (3000000000000,), }"
    return written(folder / "a.npy", header_of(text) + bytes(100))


@bad("npy with junk behind", "promises")
def _(folder: Path) -> Path:
    return written(folder / "a.npy", npy_bytes(GOOD) + b"junk")


@bad("npy negative shape", "impossible shape")
def _(folder: Path) -> Path:
    text = "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 3), }"
    return written(folder / "a.npy", header_of(text) + bytes(100))


@bad("npy of 40 dimensions", "impossible shape")
def _(folder: Path) -> Path:
    shape = "(" + "1," * 20 + ")"
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}"
    return written(folder / "a.npy", header_of(text) + bytes(8))


@bad("npy header that is no mapping", "damaged NumPy header")
def _(folder: Path) -> Path:
    return written(folder / "a.npy", header_of("[" * 60) + bytes(8))


@bad("npy empty", "empty")
def _(folder: Path) -> Path:
    return written(folder / "a.npy", npy_bytes(np.zeros((0, 3))))


@bad("npy records", "records")
def _(folder: Path) -> Path:
    return written(folder / "a.npy", npy_bytes(np.zeros(5, dtype=[("a", "f8"), ("b", "f8")])))


@bad("npy true/false", "true/false")
def _(folder: Path) -> Path:
    return written(folder / "a.npy", npy_bytes(np.ones((5, 2), dtype=bool)))


@bad("npy four dimensions", "shape")
def _(folder: Path) -> Path:
    return written(folder / "a.npy", npy_bytes(np.zeros((2, 2, 2, 2))))


@bad("npz cut short", "damaged archive")
def _(folder: Path) -> Path:
    path = npz(folder / "a.npz", x=GOOD)
    return written(path, path.read_bytes()[:-40])


@bad("npz damaged body", "a.npz")
def _(folder: Path) -> Path:
    path = npz(folder / "a.npz", x=GOOD)
    content = bytearray(path.read_bytes())
    content[300] ^= 255
    return written(path, bytes(content))


@bad("npz of several arrays", "pick one with variables=")
def _(folder: Path) -> Path:
    return npz(folder / "a.npz", x=GOOD, y=GOOD[:5])


@bad("npz with two members of one name", "two members")
@pytest.mark.filterwarnings("ignore:Duplicate name")
def _(folder: Path) -> Path:
    import warnings

    with zipfile.ZipFile(folder / "a.npz", "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("x.npy", npy_bytes(GOOD))
        archive.writestr("x.npy", npy_bytes(GOOD + 1))
    return folder / "a.npz"


@bad("npz bomb", "more than 2 GB")
def _(folder: Path) -> Path:
    path = folder / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", npy_bytes(GOOD))
    # The directory alone claims the size; nothing may be unpacked to find out.
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\x01\x02") + 24
    content[at : at + 4] = (3 << 30).to_bytes(4, "little")
    return written(path, bytes(content))


@bad("zip of other things", "not of NumPy arrays")
def _(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("../../evil.txt", "x")
    return folder / "a.zip"


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_a_bad_file_is_refused_in_one_sentence(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    make, says = CATALOGUE[name]
    path = make(tmp_path)
    with pytest.raises(InputError) as caught:
        dsr.load(path)
    sentence = str(caught.value)
    assert says in sentence
    assert "\n" not in sentence
    assert len(sentence) <= 600
    facts = describe(path)
    assert not facts["usable"]
    assert facts["cure"] == sentence
    assert capfd.readouterr() == ("", "")


def test_the_catalogue_is_long_enough() -> None:
    assert len(CATALOGUE) >= 50


def test_mutants_of_a_foreign_file_never_end_in_another_error(tmp_path: Path) -> None:
    # Truncations, changed bytes and swapped blocks: loaded or refused, nothing else.
    rng = np.random.default_rng(5)
    for engine, name in (("scipy", "classic.nc"), ("h5netcdf", "hdf.nc")):
        path = tmp_path / name
        series().to_netcdf(path, engine=engine)
        content = path.read_bytes()
        for _ in range(25):
            mutant = bytearray(content)
            for at in rng.integers(len(mutant) // 2, len(mutant), size=3):
                mutant[at] ^= int(rng.integers(1, 256))
            if rng.random() < 0.3:
                mutant = mutant[: int(rng.integers(8, len(mutant)))]
            path.write_bytes(bytes(mutant))
            sentence = refusal(path)
            assert "\n" not in sentence
            assert len(sentence) <= 600


def refusal(path: Path) -> str:
    """What is said about a file, or nothing if it loads."""
    try:
        dsr.load(path, fill="linear", drop_constant=True)
    except InputError as error:
        return str(error)
    return ""

"""The catalogue of bad inputs: each is refused with one sentence, and no run is touched."""

from __future__ import annotations

import hashlib
import os
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

Call = Callable[..., Any]
GOOD = "time,x,y\n" + "".join(
    f"{k * 0.1:.1f},{np.sin(k):.6f},{np.cos(k):.6f}\n" for k in range(400)
)


def replace_row(row: int, text: str) -> str:
    lines = GOOD.splitlines()
    lines[row] = text
    return "\n".join(lines) + "\n"


def npy_header(shape: str, descr: str = "'<f8'") -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"
    text = text.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


def save_dataset(path: Path, **variables: Any) -> None:
    xr.Dataset(variables).to_netcdf(path, engine="h5netcdf")


def two_groups(path: Path) -> None:
    series = xr.Dataset({"v": ("time", np.sin(np.arange(400.0)))}, {"time": np.arange(400.0)})
    xr.DataTree.from_dict({"/a": series, "/b": series}).to_netcdf(path, engine="h5netcdf")


def holes(path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(400, 4, 5))
    values[50:60, 2, 3] = np.nan
    save_dataset(path, v=(("time", "y", "x"), values))


def truncated(path: Path) -> None:
    save_dataset(path, v=("time", np.random.default_rng(0).normal(size=5000)))
    path.write_bytes(path.read_bytes()[:20_000])


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", npy_header("(10000000000000,)") + bytes(1_000_000))


# Files: name, and either their text, their bytes, or what makes them.
FILES: dict[str, tuple[str, Any]] = {
    "empty": ("a.csv", b""),
    "header only": ("a.csv", "time,x,y\n"),
    "text only": ("a.csv", "hello world\nthis is prose\n" * 300),
    "binary noise": ("a.dat", bytes(range(1, 256)) * 40),
    "uneven rows": ("a.csv", replace_row(50, "4.9,1.0")),
    "a word among numbers": ("a.csv", replace_row(50, "4.9,broken,1.0")),
    "missing value": ("a.csv", replace_row(50, "4.9,,1.0")),
    "infinite value": ("a.csv", replace_row(50, "4.9,inf,1.0")),
    "uneven time": ("a.csv", replace_row(50, "4.97,0.5,1.0")),
    "time runs back": ("a.csv", replace_row(50, "1.0,0.5,1.0")),
    "constant column": ("a.csv", "x,y\n" + "".join(f"{k % 7},1\n" for k in range(400))),
    "too short": ("a.csv", "x,y\n" + "".join(f"{k % 7},{k % 5}\n" for k in range(299))),
    "pickled objects": ("a.npy", lambda p: np.save(p, np.array([{}] * 400), allow_pickle=True)),
    "complex numbers": ("a.npy", lambda p: np.save(p, np.ones((400, 2)) * 1j)),
    "five dimensions": ("a.npy", lambda p: np.save(p, np.zeros((2,) * 5))),
    "header beyond the file": ("a.npy", npy_header("(3000000000000,)") + bytes(100)),
    "trailing junk": ("a.npy", npy_header("(400,)") + bytes(3200) + b"junk"),
    "all NaN": ("a.npy", lambda p: np.save(p, np.full((400, 2), np.nan))),
    "two arrays": ("a.npz", lambda p: np.savez(p, a=np.zeros(400), b=np.zeros(300))),
    "zip bomb": ("a.npz", bomb),
    "no archive": ("a.npz", b"PK\x03\x04" + bytes(500)),
    "damaged NetCDF": ("a.nc", truncated),
    "NetCDF name, other content": ("a.nc", b"\x89HDF\r\n\x1a\n" + bytes(500)),
    "several groups": ("a.nc", two_groups),
    "a field with gaps": ("a.nc", holes),
    "no time dimension": ("a.nc", lambda p: save_dataset(p, v=((), 1.0))),
    "only words": ("a.nc", lambda p: save_dataset(p, v=("time", np.array(["a", "b"] * 200)))),
    "unsupported NetCDF": ("a.nc", b"CDF\x05" + bytes(500)),
    "folder": ("a", lambda p: p.mkdir()),
    "named pipe": ("a.csv", os.mkfifo),
    "absent": ("a.csv", lambda p: None),
}  # fmt: skip

# Options: words after ``dsr``; GOOD, RUN and NEW stand for a good file, a run and a new folder.
OPTIONS: dict[str, str] = {
    "unknown verb": "fitt GOOD",
    "unknown option": "fit GOOD --latnet 3",
    "no file": "fit",
    "unknown model": "fit GOOD --out NEW --model shalow-plrnn",
    "unknown setting": "fit GOOD --out NEW --set learning_rat=0.1",
    "setting without value": "fit GOOD --out NEW --set alpha",
    "setting twice": "fit GOOD --out NEW --set alpha=0.1 --set alpha=0.2",
    "setting against its option": "fit GOOD --out NEW --hidden 5 --set hidden_dim=6",
    "option as setting": "fit GOOD --set out=NEW",
    "setting of another kind": "fit GOOD --out NEW --set batch_size=many",
    "negative seed": "fit GOOD --out NEW --seed -1",
    "seed in words": "fit GOOD --out NEW --seed lucky",
    "budget in words": "fit GOOD --out NEW --budget soon",
    "no budget": "fit GOOD --out NEW --budget 0",
    "no epochs": "fit GOOD --out NEW --epochs 0",
    "epochs and updates": "fit GOOD --out NEW --epochs 2 --set updates=50",
    "alpha beyond one": "fit GOOD --out NEW --alpha 3",
    "alpha in words": "fit GOOD --out NEW --alpha some",
    "too few latent states": "fit GOOD --out NEW --latent 1",
    "no hidden units": "fit GOOD --out NEW --hidden 0",
    "unknown device": "fit GOOD --out NEW --device abacus",
    "half an embedding": "fit GOOD --out NEW --variables x --embed 3",
    "embedding of two variables": "fit GOOD --out NEW --embed 3,4",
    "misspelt variable": "fit GOOD --out NEW --variables x,yy",
    "misspelt time": "fit GOOD --out NEW --time tme",
    "misspelt trajectory": "fit GOOD --out NEW --trajectory run",
    "negative step": "fit GOOD --out NEW --dt -1",
    "unknown fill": "fit GOOD --out NEW --fill magic",
    "unknown resampling": "fit GOOD --out NEW --resample often",
    "inputs for a model they cannot drive": "fit GOOD --out NEW --model gaussian --inputs GOOD",
    "inputs that are not there": "fit GOOD --out NEW --epochs 1 --inputs nowhere.csv",
    "inputs that do not cover": "fit GOOD --out NEW --epochs 1 --inputs SHORT",
    "inputs of a model without any": "generate RUN --steps 5 --inputs GOOD -o a.nc",
    "unknown trainer": "fit GOOD --out NEW --epochs 1 --trainer evolution",
    "no settings file": "fit GOOD --out NEW --config nowhere.toml",
    "damaged settings file": "fit GOOD --out NEW --config GOOD",
    "resume without a folder": "fit GOOD --resume",
    "a run is there already": "fit GOOD --out RUN",
    "resume with other settings": "fit GOOD --out RUN --resume --hidden 99",
    "resume with other data": "fit GOOD --out RUN --resume",
    "folder is a file": "fit GOOD --out GOOD",
    "no run": "evaluate nowhere GOOD",
    "file as run": "generate GOOD --steps 5",
    "other variables": "evaluate RUN GOOD",
    "no steps": "generate RUN --steps 0",
    "too many steps in words": "generate RUN --steps many",
    "unknown kind of output": "generate RUN --steps 5 -o a.xlsx",
    "output without folder": "generate RUN --steps 5 -o nowhere/a.nc",
    "output is a folder": "generate RUN --steps 5 -o FOLDER",
    "output into the run": "generate RUN --steps 5 -o RUN/results.nc",
    "scores into the run": "evaluate RUN RUN/results.nc --group observed -o RUN/metrics.json",
    "output over its input": "embed ONE -o ONE",
    "start elsewhere": "generate RUN --steps 5 --start GOOD -o a.nc",
    "forecast of nothing": "forecast RUN nowhere.nc -o a.nc",
    "unknown system": "simulate lorenz64 -o a.nc",
    "unknown parameter": "simulate lorenz63 --parameter rhoo=3 -o a.nc",
    "parameter in words": "simulate lorenz63 --parameter rho=high -o a.nc",
    "negative noise": "simulate lorenz63 --steps 50 --observation-noise -1 -o a.nc",
    "step of nothing": "simulate lorenz63 --steps 50 --dt 0 -o a.nc",
    "too large a step": "simulate lorenz63 --steps 50 --dt nan -o a.nc",
    "embedding several variables": "embed GOOD -o a.nc",
    "embedding beyond the series": "embed GOOD --variables x --dimension 50 --delay 50 -o a.nc",
    "unknown embedding": "embed GOOD --method magic -o a.nc",
    "delays for pecuzal": "embed GOOD --method pecuzal --delay 3 -o a.nc",
    "unknown score": "metrics GOOD GOOD --metric beauty",
    "unknown score of a run": "evaluate RUN GOOD --variables x,y --metric beauty",
    "unknown reference": "metrics nowhere.nc GOOD",
    "different variables": "metrics GOOD ONE",
    "report of no run": "report GOOD",
    "report of an unknown kind": "report RUN -o a.pdf",
}  # fmt: skip


@pytest.fixture
def place(tmp_path: Path, run_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty folder to work in, with a good file beside it."""
    (tmp_path / "good.csv").write_text(GOOD)
    (tmp_path / "one.csv").write_text("".join(f"{k % 7}\n" for k in range(400)))
    (tmp_path / "short.csv").write_text("".join(GOOD.splitlines(keepends=True)[:101]))
    (tmp_path / "here").mkdir()
    (tmp_path / "folder.nc").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# Options in Python's form: name=value, other than what was typed behind --set and --parameter.
PYTHON = re.compile(
    r"(?<!--set )\b(variables|time|trajectory|group|dt|time_unit|resample|fill|drop_constant|embed|"
    r"inputs|out|resume|start|steps|model|latent_dim|hidden_dim|budget|seed|method|metric)="
)


def assert_refused(done: Any, as_json: bool) -> None:
    message = done.json["error"] if as_json else done.err.removesuffix("\n")
    assert done.code == 2, message
    if as_json:
        assert done.err == ""
        assert done.json["code"] == 2
    else:
        assert done.out == ""
        assert message.startswith("dsr: ")
    assert "\n" not in message
    assert len(message) <= 600
    assert "Traceback" not in message
    assert "please report" not in message
    assert not PYTHON.search(message), message
    assert "True" not in message


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_refused_in_one_sentence(
    call: Call, place: Path, name: str, as_json: bool
) -> None:
    filename, content = FILES[name]
    path = place / filename
    if callable(content):
        content(path)
    elif isinstance(content, str):
        path.write_text(content)
    else:
        path.write_bytes(content)
    done = call("fit", path, "--out", place / "new", *(["--json"] if as_json else []))
    assert_refused(done, as_json)
    assert not (place / "new").exists()
    assert not list((place / "here").iterdir())


@pytest.mark.parametrize("name", OPTIONS)
def test_a_bad_option_is_refused_in_one_sentence(
    call: Call, place: Path, run_folder: Path, name: str
) -> None:
    before = digest(run_folder)
    stands_for = {"GOOD": place / "good.csv", "ONE": place / "one.csv", "RUN": run_folder,
                  "SHORT": place / "short.csv", "NEW": place / "new",
                  "FOLDER": place / "folder.nc"}  # fmt: skip
    words = []
    for word in OPTIONS[name].split():
        for key, path in stands_for.items():
            word = word.replace(key, str(path))
        words.append(word)
    for as_json in (False, True):
        assert_refused(call(*words, *(["--json"] if as_json else [])), as_json)
    assert digest(run_folder) == before
    assert not (place / "new").exists()
    assert not list((place / "here").iterdir())

"""``dsr doctor``: a line for each thing the package stands on."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest

import dsr
from dsr.cli import doctor


def test_doctor_tells_versions_threads_caches_gpu_and_extras(
    call: Callable[..., Any], tmp_path: Path
) -> None:
    done = call("doctor", "--json", "-o", tmp_path / "d.json")
    assert done.code == 0, done.err
    assert done.json["dsr"] == dsr.__version__
    assert done.json["packages"]["numpy"]
    assert done.json["models"] == dsr.models.names()
    assert done.json["threads"]["cores"] >= 1
    assert Path(done.json["compiled"]["folder"]).is_absolute()
    assert {"certify", "distributed"} <= set(done.json["optional"])
    assert json.loads((tmp_path / "d.json").read_text()) == done.json
    said = [line.split()[0] for line in call("doctor").out.splitlines() if line[0] != " "]
    assert said[:6] == ["dsr", "packages", "models", "threads", "compiled", "gpu"]


def test_what_is_missing_is_said_with_the_way_to_get_it(
    call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(name: str) -> str:
        if name == "zarr":
            raise PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr("importlib.metadata.version", version)
    out = call("doctor").out
    assert "distributed  missing zarr: pip install 'dsr-toolkit[distributed]'" in out


def test_compiled_code_is_looked_for_where_numba_was_told_to_keep_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    found = doctor._compiled()
    assert found == {"folder": str(tmp_path / "cache"), "files": 0, "writable": True}

"""A program to call, a small file and a small run that all tests of the command line share."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import dsr
from dsr.cli.main import main


class Outcome(NamedTuple):
    """What a call of the program left: exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Standard output as one strict JSON object."""

        def refuse(word: str) -> None:
            raise AssertionError(f"{word} is not strict JSON")

        assert self.out.count("\n") == 1
        document: dict[str, Any] = json.loads(self.out, parse_constant=refuse)
        return document


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Give a function that runs ``dsr`` in this process."""

    def run(*words: str | Path) -> Outcome:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main([str(word) for word in words])
        captured = capsys.readouterr()
        assert isinstance(stopped.value.code, int)
        return Outcome(stopped.value.code, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def lorenz_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give 2,000 samples of Lorenz-63."""
    path = tmp_path_factory.mktemp("series") / "lorenz.nc"
    dsr.data.write_dataset(dsr.simulate("lorenz63", steps=2000, dt=0.02, seed=1), path)
    return path


@pytest.fixture(scope="session")
def run_folder(lorenz_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a finished run, trained for a moment only."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    dsr.fit(lorenz_file, updates=100, hidden_dim=10, out=folder, progress=False)
    return folder

"""Kill -9 in mid-training, resume, and end with the same bits; stop politely on a signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import dsr

UPDATES = 12_000
PROGRAM = """
import sys
from dsr.cli.main import main
from dsr.training import loop
loop._CHECKPOINT_SECONDS = 0.2   # more states to be killed between
main(sys.argv[1:])
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "lorenz.nc"
    dsr.data.write_dataset(dsr.simulate("lorenz63", steps=4000, dt=0.02, seed=1), path)
    return path


def start(data: Path, out: Path, *more: str) -> subprocess.Popen[str]:
    command = ["fit", str(data), "--out", str(out), "--set", f"updates={UPDATES}", "--json", *more]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *command],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ),
    )  # fmt: skip


def wait_for_checkpoint(process: subprocess.Popen[str], out: Path) -> None:
    deadline = time.monotonic() + 120
    while not (out / "checkpoint" / "state.safetensors").exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def finish(process: subprocess.Popen[str]) -> None:
    told = process.communicate(timeout=300)
    assert process.returncode == 0, told


@pytest.mark.slow
def test_kill_at_five_random_moments_and_resume(data: Path, tmp_path: Path) -> None:
    whole = start(data, tmp_path / "whole")
    finish(whole)
    expected = (tmp_path / "whole" / "model" / "model.safetensors").read_bytes()

    rng = np.random.default_rng(5)
    out = tmp_path / "killed"
    for _ in range(5):
        process = start(data, out, "--resume")
        wait_for_checkpoint(process, out)
        time.sleep(rng.uniform(0.0, 0.6))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert not (out / "metrics.json").exists()
    last = start(data, out, "--resume")
    finish(last)
    assert (out / "model" / "model.safetensors").read_bytes() == expected
    assert not (out / "checkpoint").exists()


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_saves_the_state_and_says_how_to_go_on(
    data: Path, tmp_path: Path, number: int, code: int
) -> None:
    out = tmp_path / "run"
    process = start(data, out)
    wait_for_checkpoint(process, out)
    process.send_signal(number)
    answer, errors = process.communicate(timeout=60)
    assert process.returncode == code
    assert "--resume" in answer
    assert "Traceback" not in answer + errors
    assert (out / "checkpoint" / "state.safetensors").exists()
    assert not (out / "lock").exists()

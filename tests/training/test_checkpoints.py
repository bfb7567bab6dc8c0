"""Checkpoints: what is written comes back; what is damaged is passed over."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dsr.errors import InputError
from dsr.training.checkpoints import Checkpoint, CheckpointStore


def state(value: float) -> Checkpoint:
    rng = np.random.default_rng(3)
    rng.normal(size=7)
    return Checkpoint({"theta": np.full(5, value, np.float32)}, {"rng": rng.bit_generator.state})


def test_round_trip(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path / "c", "identity")
    assert store.read() is None
    store.write(state(1.0))
    found = store.read()
    assert found is not None
    np.testing.assert_array_equal(found.arrays["theta"], np.full(5, 1.0, np.float32))
    rng = np.random.default_rng()
    rng.bit_generator.state = found.values["rng"]
    again = np.random.default_rng(3)
    again.normal(size=7)
    assert rng.normal() == again.normal()


@pytest.mark.parametrize("where", [0.3, 0.6, 0.95])
def test_a_damaged_state_falls_back_to_the_one_before(tmp_path: Path, where: float) -> None:
    store = CheckpointStore(tmp_path, "identity")
    store.write(state(1.0))
    store.write(state(2.0))
    path = tmp_path / "state.safetensors"
    content = bytearray(path.read_bytes())
    content[int(where * len(content))] ^= 0x11
    path.write_bytes(bytes(content))
    found = store.read()
    assert found is not None
    assert found.arrays["theta"][0] == 1.0


def test_a_state_of_other_data_is_refused(tmp_path: Path) -> None:
    CheckpointStore(tmp_path, "one").write(state(1.0))
    with pytest.raises(InputError, match="other data or settings"):
        CheckpointStore(tmp_path, "two").read()


def test_clear_removes_the_folder(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path / "c", "identity")
    store.write(state(1.0))
    store.write(state(2.0))
    store.clear()
    assert not (tmp_path / "c").exists()

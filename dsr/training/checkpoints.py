"""Checkpoints: everything the training loop needs to go on, in one file replaced atomically."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsr.errors import InputError

_NAME = "state.safetensors"
_PREVIOUS = "state.previous.safetensors"


class Checkpoint(NamedTuple):
    """A training state.

    Parameters
    ----------
    arrays : dict of arrays
    values : dict
        Plain values, as JSON takes them.

    Examples
    --------
    >>> Checkpoint({"theta": np.zeros(2)}, {"epoch": 3}).values["epoch"]
    3
    """

    arrays: dict[str, NDArray[Any]]
    values: dict[str, Any]


class CheckpointStore:
    """Two generations of a training state in a folder.

    Parameters
    ----------
    folder : path
        Made when the first state is written.
    identity : str
        Fingerprint of data, model and settings; a state with another one is refused.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = CheckpointStore(folder, identity="these data, these settings")
    ...     store.write(Checkpoint({"theta": np.zeros(2)}, {"epoch": 3}))
    ...     store.read().values
    {'epoch': 3}
    """

    def __init__(self, folder: str | Path, identity: str) -> None:
        self.folder = Path(folder)
        self.identity = identity

    def write(self, checkpoint: Checkpoint) -> None:
        """Write a state; the one before stays as the previous generation."""
        from safetensors.numpy import save

        from dsr.data.files import atomic_write

        arrays = {name: np.ascontiguousarray(a) for name, a in checkpoint.arrays.items()}
        document = json.dumps(checkpoint.values, sort_keys=True)
        metadata = {
            "identity": self.identity,
            "values": document,
            "sha256": _digest(arrays, document + self.identity),
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        current = self.folder / _NAME
        if current.exists():
            current.replace(self.folder / _PREVIOUS)
        atomic_write(current, save(arrays, metadata=metadata))

    def read(self) -> Checkpoint | None:
        """Read the newest intact state; None where there is none.

        Raises
        ------
        InputError
            If the state belongs to other data or settings.
        """
        for name in (_NAME, _PREVIOUS):
            found = self._read(self.folder / name)
            if found is not None:
                return found
        return None

    def _read(self, path: Path) -> Checkpoint | None:
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(path, "np") as file:
                metadata = file.metadata() or {}
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (OSError, SafetensorError):
            return None
        document, identity = metadata.get("values", ""), metadata.get("identity", "")
        if metadata.get("sha256") != _digest(arrays, document + identity):
            return None
        if identity != self.identity:
            raise InputError(
                f"the checkpoint in {self.folder} belongs to other data or settings; "
                "repeat the command it was started with, or choose another --out"
            )
        return Checkpoint(arrays, json.loads(document))

    def clear(self) -> None:
        """Remove the states of a finished training."""
        for name in (_NAME, _PREVIOUS):
            (self.folder / name).unlink(missing_ok=True)
        if self.folder.exists() and not any(self.folder.iterdir()):
            self.folder.rmdir()


def _digest(arrays: dict[str, NDArray[Any]], document: str) -> str:
    total = hashlib.sha256(document.encode())
    for name in sorted(arrays):
        array = arrays[name]
        total.update(f"{name}{array.dtype}{array.shape}".encode())
        total.update(array.tobytes())
    return total.hexdigest()

"""Model files: weights as safetensors, everything else as JSON, tied together by a checksum."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsr.errors import InputError

Floats = NDArray[np.float64]

SCHEMA = 1
_LARGEST_DOCUMENT = 1_000_000


def write_model(folder: str | Path, document: dict[str, Any], arrays: dict[str, Floats]) -> None:
    """Write ``model.safetensors`` and ``model.json``, each replaced atomically."""
    from safetensors.numpy import save

    from dsr.data.files import atomic_write

    weights = save({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    document = {"schema": SCHEMA, **document, "sha256": hashlib.sha256(weights).hexdigest()}
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    atomic_write(folder / "model.safetensors", weights)
    text = json.dumps(document, indent=2, sort_keys=True, allow_nan=False)
    atomic_write(folder / "model.json", text.encode())


def read_model(folder: Path) -> tuple[dict[str, Any], dict[str, Floats]]:
    """Read and check both files of a model."""
    document = read_document(folder / "model.json")
    if document.get("schema") != SCHEMA:
        raise InputError(
            f"{folder} was written by another version of dsr (schema {document.get('schema')!r}); "
            "fit the model again or use that version"
        )
    return document, _read_weights(folder / "model.safetensors", str(document.get("sha256")))


def read_document(path: Path) -> dict[str, Any]:
    """Read a small JSON object; anything else is one clear sentence."""
    try:
        if path.stat().st_size > _LARGEST_DOCUMENT:
            raise InputError(f"{path} is too large to describe a model")
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path.parent} holds no model (no {path.name} in it)") from None
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path} cannot be read as a model description") from None
    if not isinstance(document, dict):
        raise InputError(f"{path} does not describe a model")
    return document


def _read_weights(path: Path, digest: str) -> dict[str, Floats]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        content = path.read_bytes()
    except OSError:
        raise InputError(f"{path} cannot be read; the model is incomplete") from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise InputError(f"{path} does not match its checksum; the model is damaged")
    try:
        return {k: np.asarray(v, dtype=np.float64) for k, v in load(content).items()}
    except (SafetensorError, ValueError, TypeError):
        raise InputError(f"{path} is not a readable safetensors file") from None

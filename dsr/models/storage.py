"""Model files: weights as safetensors, everything else as JSON, tied together by a checksum."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from dsr.data.grid import Grid
from dsr.data.scaler import Scaler
from dsr.errors import InputError

if TYPE_CHECKING:
    from dsr.models.base import ReconstructionModel

Arrays = dict[str, NDArray[Any]]
Model = TypeVar("Model", bound="ReconstructionModel")

SCHEMA = 2
_LARGEST_DOCUMENT = 1_000_000
_OWN = "model."
_IMAGINARY = ".imag"


def describe(model: ReconstructionModel) -> tuple[dict[str, Any], Arrays]:
    """What a file holds of every model: plain values, and arrays."""
    grid, inputs = model.grid, model.input_scaler.to_dict()
    document: dict[str, Any] = {
        "model": model.name,
        "settings": model.settings(),
        "accepts": model.accepts,
        "observation_dim": model.observation_dim,
        "variables": model.variables,
        "variable_units": model.variable_units,
        "dt": model.dt,
        "time_unit": model.time_unit,
        "inputs": {"variables": model.input_variables, "scaler": inputs},
        "grid": None if grid is None else grid.to_dict(),
        "training": {k: v for k, v in model.training.items() if k != "seconds"},
    }
    own: Arrays = {"mean": model.scaler.mean, "std": model.scaler.std}
    if model.start is not None:
        own["start"] = model.start
    if grid is not None:
        own |= {f"grid.{name}": array for name, array in grid.to_arrays().items()}
    return document, own


def restore(model: ReconstructionModel, document: dict[str, Any], own: Arrays) -> None:
    """Give a new model what `describe` said of it."""
    model.accepts = str(document["accepts"])
    model.observation_dim = int(document["observation_dim"])
    model.scaler = Scaler.from_dict(own)
    model.variables = [str(v) for v in document["variables"]]
    model.variable_units = [str(u) for u in document["variable_units"]]
    model.dt = None if document["dt"] is None else float(document["dt"])
    model.time_unit = document["time_unit"]
    model.start = own.get("start")
    model.training = dict(document["training"])
    model.input_variables = [str(v) for v in document["inputs"]["variables"]]
    model.input_scaler = Scaler.from_dict(document["inputs"]["scaler"])
    if document["grid"] is not None:
        stored = {k.removeprefix("grid."): v for k, v in own.items() if k.startswith("grid.")}
        model.grid = Grid.from_stored(document["grid"], stored)


def load_model(cls: type[Model], folder: Path) -> Model:
    """Make a model of its files."""
    document, arrays, own = read_model(folder)
    if document.get("model") != cls.name:
        raise InputError(
            f"{folder} holds a model of kind {document.get('model')!r}, not {cls.name!r}"
        )
    try:
        model = cls(**document["settings"])
        restore(model, document, own)
        model._set_parameters(arrays)
    except InputError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError):
        raise InputError(f"{folder / 'model.json'} is incomplete or damaged") from None
    return model


def write_model(
    folder: str | Path, document: dict[str, Any], parameters: Arrays, own: Arrays
) -> None:
    """Write ``model.safetensors`` and ``model.json``, each replaced atomically.

    Parameters
    ----------
    folder : path
    document : dict
        Plain values.
    parameters, own : dict of arrays
        Parameters of the model (integers, floats or complex numbers), and what every model has.
    """
    from safetensors.numpy import save

    from dsr.data.files import atomic_write

    arrays: Arrays = {}
    for name, array in {**parameters, **{_OWN + k: v for k, v in own.items()}}.items():
        array = np.asarray(array)
        if array.dtype.kind not in "biufc":
            raise InputError(f"the array {name!r} of this model holds no numbers ({array.dtype})")
        if array.dtype.kind == "c":
            arrays[name + _IMAGINARY] = array.imag.copy(order="C")
            array = array.real
        arrays[name] = array.copy(order="C")
    weights = save(arrays)
    document = {"schema": SCHEMA, **document, "sha256": hashlib.sha256(weights).hexdigest()}
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    atomic_write(folder / "model.safetensors", weights)
    text = json.dumps(document, indent=2, sort_keys=True, allow_nan=False)
    atomic_write(folder / "model.json", text.encode())


def read_model(folder: Path) -> tuple[dict[str, Any], Arrays, Arrays]:
    """Read and check both files of a model: plain values, parameters, what every model has."""
    document = read_document(folder / "model.json")
    if document.get("schema") not in (1, SCHEMA):
        raise InputError(
            f"{folder} was written by another version of dsr (schema {document.get('schema')!r}); "
            "fit the model again or use that version"
        )
    arrays = _read_weights(folder / "model.safetensors", str(document.get("sha256")))
    own = {k.removeprefix(_OWN): v for k, v in arrays.items() if k.startswith(_OWN)}
    parameters = {k: v for k, v in arrays.items() if not k.startswith(_OWN)}
    return (
        (document, parameters, own)
        if document["schema"] == SCHEMA
        else _from_schema_1(document, parameters)
    )


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


def _from_schema_1(
    document: dict[str, Any], parameters: Arrays
) -> tuple[dict[str, Any], Arrays, Arrays]:
    """Give a model file of the first schema, of series only, the form of today."""
    try:
        scaler = document["scaler"]
        own: Arrays = {k: np.asarray(scaler[k], dtype=np.float64) for k in ("mean", "std")}
        if document["start"] is not None:
            own["start"] = np.atleast_2d(np.asarray(document["start"], dtype=np.float64))
    except (KeyError, TypeError, ValueError):
        raise InputError("the description of this model is incomplete or damaged") from None
    nothing = {"variables": [], "scaler": {"mean": [], "std": []}}
    return {**document, "accepts": "series", "inputs": nothing, "grid": None}, parameters, own


def _read_weights(path: Path, digest: str) -> Arrays:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        content = path.read_bytes()
    except OSError:
        raise InputError(f"{path} cannot be read; the model is incomplete") from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise InputError(f"{path} does not match its checksum; the model is damaged")
    try:
        stored = load(content)
    except (SafetensorError, ValueError, TypeError):
        raise InputError(f"{path} is not a readable safetensors file") from None
    imaginary = {k: v for k, v in stored.items() if k.endswith(_IMAGINARY)}
    arrays = {k: v for k, v in stored.items() if k not in imaginary}
    for name, part in imaginary.items():
        whole = name.removesuffix(_IMAGINARY)
        joined = np.empty(part.shape, dtype=np.result_type(part.dtype, np.complex64))
        joined.real, joined.imag = arrays[whole], part
        arrays[whole] = joined
    return arrays

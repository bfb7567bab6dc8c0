"""Numpy files: headers are checked against the file before anything is believed."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from dsr.data.raw import LoadOptions, RawTable, nearest, pick
from dsr.errors import InputError

_LARGEST_ARCHIVE = 2 << 30
_TIME_NAMES = ("time", "t", "times")


def read_npy(path: Path, options: LoadOptions) -> RawTable:
    """Read ``(time,)``, ``(time, variable)`` or ``(trajectory, time, variable)``."""
    _check_header(path)
    try:
        values = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError, MemoryError) as error:
        raise InputError(f"{path} cannot be read as a numpy array: {_detail(error)}") from None
    return _table(values, path, options, None)


def _check_header(path: Path) -> None:
    """Refuse headers that promise another size than the file has."""
    try:
        with open(path, "rb") as file:
            version = np.lib.format.read_magic(file)
            reader = {
                (1, 0): np.lib.format.read_array_header_1_0,
                (2, 0): np.lib.format.read_array_header_2_0,
            }.get(version)
            if reader is None:
                raise InputError(f"{path} has an unknown numpy format version {version}")
            shape, _, dtype = reader(file)
            offset = file.tell()
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{path} has a damaged numpy header: {_detail(error)}") from None
    if dtype.hasobject:
        raise InputError(f"{path} holds Python objects, which are never loaded; save plain numbers")
    if any(n < 0 for n in shape):
        raise InputError(f"{path} has a damaged numpy header: negative shape {shape}")
    size = offset + math.prod(shape) * dtype.itemsize
    if size != path.stat().st_size:
        raise InputError(
            f"{path} has {path.stat().st_size} bytes but its header promises {size}; the file is "
            "damaged or incomplete"
        )


def read_npz(path: Path, options: LoadOptions) -> RawTable:
    """Read one array of an archive, and a time axis beside it if there is one."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise InputError(f"{path} is a damaged archive: {_detail(error)}") from None
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        raise InputError(f"{path} holds two members of the same name and cannot be trusted")
    if sum(member.file_size for member in members) > _LARGEST_ARCHIVE:
        raise InputError(
            f"{path} would unpack to more than 2 GB; save the series as NetCDF instead"
        )
    if not names or not all(name.endswith(".npy") for name in names):
        raise InputError(f"{path} is a zip archive and not a numpy .npz file")
    arrays = _members(path)
    axis = next((name for name in arrays if name.lower() in _TIME_NAMES), None)
    if options.time is not None:
        if options.time not in arrays:
            raise nearest(options.time, arrays, "time array")
        axis = options.time
    series = {
        name: array
        for name, array in arrays.items()
        if name != axis and array.dtype.kind in "iuf" and 1 <= array.ndim <= 3 and array.size > 1
    }
    chosen = _chosen(path, series, options)
    time = None if axis is None else arrays[axis]
    return _table(chosen, path, options._replace(variables=None), time)


def _members(path: Path) -> dict[str, Any]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except Exception as error:
        raise InputError(f"{path} holds an array that cannot be read: {_detail(error)}") from None


def _chosen(path: Path, series: dict[str, Any], options: LoadOptions) -> Any:
    if not series:
        raise InputError(f"{path} holds no array of numbers with a time axis")
    if options.variables is None and len(series) > 1:
        listed = ", ".join(sorted(series)[:8])
        raise InputError(f"{path} holds several arrays ({listed}); pick one with variables=")
    blocks = [series[name] for name in pick(list(series), options.variables)]
    if len(blocks) == 1:
        return blocks[0]
    if any(block.ndim != 1 or block.shape != blocks[0].shape for block in blocks):
        raise InputError(
            "arrays can be put side by side only if all are one-dimensional and equally long"
        )
    return np.stack(blocks, axis=1)


def _table(values: Any, path: Path, options: LoadOptions, time: Any) -> RawTable:
    if values.dtype.kind not in "iuf":
        kinds = {"c": "complex numbers", "b": "true and false", "V": "records", "U": "text"}
        kind = kinds.get(values.dtype.kind, str(values.dtype))
        raise InputError(f"{path} holds {kind}, not real numbers")
    if not 1 <= values.ndim <= 3 or values.size == 0:
        raise InputError(
            f"{path} has shape {values.shape}; it must be (time,), (time, variable) or "
            "(trajectory, time, variable) and not empty"
        )
    values = np.asarray(values, dtype=np.float64)
    if values.ndim == 1:
        values = values[:, None]
    if values.ndim == 2:
        values = values[None]
    names = [f"x{k}" for k in range(values.shape[2])]
    chosen = [names.index(name) for name in pick(names, options.variables)]
    if time is not None and (time.ndim != 1 or len(time) != values.shape[1]):
        raise InputError(
            f"the time array of {path} has shape {time.shape}, not ({values.shape[1]},)"
        )
    return RawTable([part[:, chosen] for part in values], [names[k] for k in chosen], time)


def _detail(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__

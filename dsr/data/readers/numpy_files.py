"""NumPy files: headers are checked against the file before anything is believed."""

from __future__ import annotations

import math
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from dsr.data.labelled.picks import Picks, no_such, pick
from dsr.data.readers.objects import numbers
from dsr.data.table import Table, trim_padding
from dsr.data.time.axis import decode_time
from dsr.errors import InputError

_LARGEST_ARCHIVE = 2 << 30
_MOST_DIMENSIONS = 8
_TIME_NAMES = ("time", "t", "times")


def read_npy(path: Path, picks: Picks, *, time_unit: str | None = None) -> Table:
    """Read ``(time,)``, ``(time, variable)`` or ``(trajectory, time, variable)``."""
    del time_unit
    for option, value in (("time", picks.time), ("trajectory", picks.trajectory)):
        if value is not None:
            raise InputError(
                f"{path} is a bare array without names, so {option}={value[:40]!r} is not in it; "
                "leave it out"
            )
    with open(path, "rb") as file:
        _checked_header(file, path.stat().st_size, f"file {path}")
        file.seek(0)
        values = _load(file, f"file {path}")
    return replace(_table(values, f"array in {path}", picks.names), source=path.name)


def read_npz(path: Path, picks: Picks, *, time_unit: str | None = None) -> Table:
    """Read the array of an archive that is wanted, and a time axis beside it if there is one."""
    arrays = _members(path)
    axis = next((name for name in arrays if name.lower() in _TIME_NAMES), None)
    if picks.time is not None:
        if picks.time not in arrays:
            raise no_such(picks.time, arrays, "time array")
        axis = picks.time
    usable = [
        name
        for name, array in arrays.items()
        if name != axis and array.dtype.kind in "iuf" and array.ndim >= 1 and array.size > 1
    ]
    wanted = picks.names
    if wanted is None and len(usable) > 1:
        # Columns of one table: all one-dimensional, and as long as the axis or each other.
        if any(arrays[n].ndim != 1 or len(arrays[n]) != len(arrays[usable[0]]) for n in usable):
            listed = ", ".join(sorted(usable)[:8])
            raise InputError(f"{path} holds several arrays ({listed}); pick one with variables=")
        wanted = usable
    others = [name for name in arrays if name not in usable and name != axis]
    if wanted is not None and (odd := [name for name in wanted if name in others]):
        raise InputError(f"array {odd[0][:60]!r} of {path} is not made of real numbers (time, ...)")
    names = pick(usable, wanted)
    if not names:
        raise InputError(f"{path} holds no array of real numbers with a time axis")
    blocks = [arrays[name] for name in names]
    if len(blocks) > 1:
        if any(block.ndim != 1 or block.shape != blocks[0].shape for block in blocks):
            raise InputError(
                f"arrays {', '.join(names[:4])} of {path} cannot be put side by side: only equally "
                "long one-dimensional ones can; pick one with variables="
            )
        table = _table(np.stack(blocks, axis=1), f"table in {path}", None)
        table = replace(table, names=names)
    else:
        table = _table(blocks[0], f"array {names[0][:60]!r} of {path}", None)
        table = replace(table, names=names) if blocks[0].ndim == 1 else table
    if axis is not None:
        table = _with_axis(table, arrays[axis], axis, time_unit, path)
    notes = [f"left out of the archive: {', '.join(sorted(others)[:8])}"] if others else []
    return replace(trim_padding(table), source=path.name).with_notes(*notes)


def _members(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of an archive, after its directory has been checked against a cap."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = [member.filename for member in members]
            if len(set(names)) < len(names):
                raise InputError(f"{path} holds two members of one name; write the archive anew")
            if sum(member.file_size for member in members) > _LARGEST_ARCHIVE:
                raise InputError(
                    f"{path} would unpack to more than 2 GB; save the series as NetCDF instead"
                )
            if not names or not all(name.endswith(".npy") for name in names):
                raise InputError(f"{path} is a zip archive, but not of NumPy arrays; unpack it")
            arrays = {}
            for member in members:
                what = f"array {member.filename[:-4][:60]!r} of {path}"
                with archive.open(member) as file:
                    _checked_header(file, member.file_size, what)
                with archive.open(member) as file:
                    arrays[member.filename[:-4]] = _load(file, what)
            return arrays
    except InputError:
        raise
    except Exception as error:  # whatever a damaged archive makes zipfile and zlib raise
        raise InputError(f"{path} is a damaged archive ({_detail(error)}); make it anew") from error


def _checked_header(file: Any, size: int, what: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Refuse a header that promises another size than the file has, before any allocation."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            version = np.lib.format.read_magic(file)
            if version == (1, 0):
                shape, _, dtype = np.lib.format.read_array_header_1_0(file)
            elif version == (2, 0):
                shape, _, dtype = np.lib.format.read_array_header_2_0(file)
            else:
                raise ValueError(f"format version {version}")
    except Exception as error:  # ValueError, SyntaxError, RecursionError, tokenizer errors, ...
        raise InputError(
            f"the {what} has a damaged NumPy header ({_detail(error)}); save it again"
        ) from error
    if dtype.hasobject:
        raise InputError(
            f"the {what} holds Python objects, which are never loaded; save plain numbers"
        )
    if len(shape) > _MOST_DIMENSIONS or any(n < 0 for n in shape):
        raise InputError(f"the {what} has an impossible shape {str(shape)[:80]}; save it again")
    promised = file.tell() + math.prod(shape) * dtype.itemsize
    if promised != size:
        raise InputError(
            f"the {what} has {size} bytes but its header promises {promised}; it is damaged or "
            "incomplete: save it again"
        )
    return shape, dtype


def _load(file: IO[bytes], what: str) -> NDArray[Any]:
    try:
        return np.asarray(np.lib.format.read_array(file, allow_pickle=False))
    except Exception as error:  # a damaged body or too little memory
        raise InputError(f"the {what} cannot be read ({_detail(error)}); save it again") from error


def _table(values: NDArray[Any], what: str, wanted: list[str] | None) -> Table:
    if values.dtype.kind == "V":
        raise InputError(
            f"the {what} holds records; save its columns as one plain array of numbers"
        )
    array = numbers(values, what)
    if not 1 <= array.ndim <= 3 or array.size == 0:
        raise InputError(
            f"the {what} has shape {array.shape}; it must be (time,), (time, variable) or "
            "(trajectory, time, variable), and not empty"
        )
    array = array[:, None] if array.ndim == 1 else array
    array = array[None] if array.ndim == 2 else array
    known = [f"x{i}" for i in range(array.shape[2])]
    names = pick(known, wanted)
    columns = [known.index(name) for name in names]
    parts = [np.ascontiguousarray(part[:, columns]) for part in array]
    return trim_padding(Table(values=parts, names=names))


def _with_axis(
    table: Table, times: NDArray[Any], name: str, time_unit: str | None, path: Path
) -> Table:
    most = max(len(part) for part in table.values)
    if times.ndim != 1 or len(times) != most:
        raise InputError(
            f"the time array {name[:60]!r} of {path} has shape {times.shape} and the series has "
            f"{most} samples; name another with time="
        )
    axis = decode_time(times, {}, name=name, time_unit=time_unit)
    axes = [axis._replace(numbers=axis.numbers[: len(part)]) for part in table.values]
    return replace(table, axes=axes)


def _detail(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__

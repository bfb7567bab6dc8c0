"""NumPy files: headers are checked against the file before anything is believed."""

from __future__ import annotations

import math
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from dsr.data.files import decoding
from dsr.data.labelled.clues import find_ramp, is_time_name, without_row_numbers
from dsr.data.labelled.picks import Picks, listed, no_such, pick
from dsr.data.readers.arrays import block_of, numbers
from dsr.data.table import Table, trim_padding
from dsr.data.time.axis import decode_time
from dsr.errors import InputError

_LARGEST_ARCHIVE = 2 << 30
_MOST_DIMENSIONS = 8


def read_npy(path: Path, picks: Picks) -> Table:
    """Read ``(time,)``, ``(time, variable)`` or ``(trajectory, time, variable)``."""
    for option, value in (("time", picks.axis), ("trajectory", picks.trajectory)):
        if value is not None:
            raise InputError(
                f"{path} is a bare array without names, so {option}={value[:40]!r} is not in it; "
                "leave it out"
            )
    with open(path, "rb") as file:
        _check_header(file, path.stat().st_size, f"file {path}")
        file.seek(0)
        values = _load(file, f"file {path}")
    return replace(_table(values, f"array in {path}", picks.names), source=path.name)


def read_npz(path: Path, picks: Picks, *, time_unit: str | None = None) -> Table:
    """Read the array of an archive that is wanted, and a time axis beside it if there is one."""
    arrays = _members(path)
    notes: list[str] = []
    axis = _axis(arrays, picks, notes)
    numeric = [n for n, array in arrays.items() if array.dtype.kind in "iuf" and array.size > 1]
    usable = [name for name in numeric if name != axis]
    others = [name for name in arrays if name not in (*numeric, axis)]
    wanted = picks.names
    if wanted is None and len(usable) > 1:
        columns = {name: arrays[name] for name in usable}
        usable = without_row_numbers(columns, notes, timed=axis is not None)
    if wanted is not None and (odd := [name for name in wanted if name in others]):
        raise InputError(f"array {odd[0][:60]!r} of {path} is not made of real numbers (time, ...)")
    names = pick(usable, wanted)
    if not names:
        raise InputError(f"{path} holds no array of real numbers with a time axis")
    blocks = [arrays[name] for name in names]
    if len(blocks) > 1:
        if any(block.ndim != 1 or block.shape != blocks[0].shape for block in blocks):
            raise InputError(
                f"{path} holds several arrays ({listed(sorted(names))}), and only equally "
                "long one-dimensional ones can be put side by side; pick one with variables="
            )
        table = _table(np.stack(blocks, axis=1), f"table in {path}", None)
    else:
        table = _table(blocks[0], f"array {names[0][:60]!r} of {path}", None)
    if blocks[0].ndim == 1:
        table = replace(table, names=names)
    if axis is not None:
        table = _with_axis(table, arrays[axis], axis, time_unit, path)
    if others:
        notes.append(f"left out, text or single values: {listed(sorted(others))}")
    return replace(trim_padding(table), source=path.name).with_notes(*notes)


def _axis(arrays: dict[str, NDArray[Any]], picks: Picks, notes: list[str]) -> str | None:
    """Name of the array that holds the times: picked, called so, or increasing evenly."""
    if picks.axis is not None:
        if picks.axis not in arrays:
            raise no_such(picks.axis, arrays, "time array")
        return picks.axis
    if picks.untimed:
        return None
    named = next((n for n in arrays if is_time_name(n) and n not in (picks.names or [])), None)
    if named is not None or len(arrays) < 2:
        return named
    lengths = [n for a in arrays.values() if a.dtype.kind in "iuf" for n in a.shape[:2]]
    columns = {n: a for n, a in arrays.items() if a.ndim == 1 and lengths.count(len(a)) > 1}
    return find_ramp(columns, notes, wanted=picks.names, units={})


def _members(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of an archive, after its directory has been checked against a cap."""
    arrays = {}
    with decoding(f"{path} is a damaged archive", "make it anew"), zipfile.ZipFile(path) as archive:
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
        for member in members:
            what = f"array {member.filename[:-4][:60]!r} of {path}"
            with archive.open(member) as file:
                _check_header(file, member.file_size, what)
            with archive.open(member) as file:
                arrays[member.filename[:-4]] = _load(file, what)
    return arrays


def _check_header(file: Any, size: int, what: str) -> None:
    """Refuse a header that promises another size than the file has, before any allocation."""
    with decoding(f"the {what} has a damaged NumPy header", "save it again"):
        version = np.lib.format.read_magic(file)
        if version == (1, 0):
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        elif version == (2, 0):
            shape, _, dtype = np.lib.format.read_array_header_2_0(file)
        else:
            raise ValueError(f"format version {version}")
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


def _load(file: IO[bytes], what: str) -> NDArray[Any]:
    with decoding(f"the {what} cannot be read", "save it again"):
        return np.asarray(np.lib.format.read_array(file, allow_pickle=False))


def _table(values: NDArray[Any], what: str, wanted: list[str] | None) -> Table:
    if values.dtype.kind == "V":
        raise InputError(
            f"the {what} holds records; save its columns as one plain array of numbers"
        )
    array = block_of(numbers(values, what), what)
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
    return replace(table, axes=[axis.upto(len(part)) for part in table.values])

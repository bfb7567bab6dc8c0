"""Zarr stores: a chunk without a file reads as fill values, so chunks are counted first.

Zarr writes no file for a chunk that holds nothing but its fill value, and a store that lost a file
looks the same. What is decided: where the fill value means missing (NaN, or what the array declares
as ``_FillValue``) the chunk reads as missing values, which are then refused or filled like any
others. Another fill value is believed where it also stands in chunks that have files, or where the
whole array is empty and no measurement (whole numbers, a single value). Else the chunk is lost, and
the store refused. Every chunk believed empty is noted.
"""

from __future__ import annotations

import itertools
import json
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dsr.data.files import decoding
from dsr.data.readers.netcdf import SETTINGS, choose_group
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

_SETTINGS = {**SETTINGS, "engine": "zarr", "consolidated": False}
_LARGEST_DOCUMENT = 10_000_000
_GROUP_FILES = ("zarr.json", ".zgroup")


def read_zarr(path: Path, group: str | None) -> tuple[xr.Dataset, list[str]]:
    """Read one group of a store (format 2 or 3), with notes for the user."""
    try:
        import zarr  # noqa: F401
    except ImportError as error:
        raise InputError(
            f"{path} is a Zarr store, and the package zarr is not installed; "
            'run: pip install "dsr-toolkit[distributed]"'
        ) from error
    import xarray as xr

    _refuse_links(path)
    cure = "it may be damaged or incomplete: copy it again"
    with decoding(f"{path} cannot be read as a Zarr store", cure):
        notes = _empty_chunks(path)

        def opened(name: str | None) -> xr.Dataset:
            return xr.open_dataset(path, **_SETTINGS, group=name)

        with opened(choose_group(_groups(path), group, opened, notes)) as dataset:
            # A store keeps no order of its arrays; that of the folder is a matter of chance.
            loaded = dataset.load()
            names = sorted(loaded.data_vars, key=str)
            return loaded.drop_vars(names).assign({n: loaded[n] for n in names}), notes


def _groups(path: Path) -> list[str]:
    names = ["/"]
    for folder in sorted(p for p in path.rglob("*") if p.is_dir()):
        meta = next((folder / n for n in _GROUP_FILES if (folder / n).exists()), None)
        if meta is not None and _document(meta).get("node_type", "group") == "group":
            names.append("/" + folder.relative_to(path).as_posix())
    return names


def _refuse_links(path: Path) -> None:
    for folder, folders, files in os.walk(path):
        for name in (*folders, *files):
            if Path(folder, name).is_symlink():
                raise InputError(
                    f"{path} contains a link ({name[:60]}), which is not followed; replace it by "
                    "the file itself"
                )


def _empty_chunks(path: Path) -> list[str]:
    """Sentences on chunks that have no file and hold fill values; refuse those that are lost."""
    notes = []
    for document in [*path.rglob("zarr.json"), *path.rglob(".zarray")]:
        meta = _document(document)
        if document.name == "zarr.json" and meta.get("node_type") != "array":
            continue
        array = document.parent
        expected, present = _chunks(meta, array, old=document.name == ".zarray")
        if present >= expected:
            continue
        fill = _believed_fill(array, expected - present, whole=present == 0)
        if fill is None:
            raise InputError(
                f"array {array.name[:60]!r} of {path} has {present} of {expected} chunks; the "
                "missing ones would read as fill values: copy the store again"
            )
        if present or expected > 1:
            notes.append(
                f"{expected - present} of {expected} chunks of {array.name[:60]!r} have no file "
                f"and were read as {fill}; compare with the original if the store was copied"
            )
    return notes


def _believed_fill(array: Path, missing: int, *, whole: bool) -> str | None:
    """What chunks without files hold, in words; None where they must have been lost."""
    import xarray as xr
    import zarr

    opened = zarr.open_array(array, mode="r")
    fill = np.asarray(opened.fill_value)
    if whole:
        # An empty array of measurements is none: what it held is lost, whatever the fill value.
        return "fill values" if opened.dtype.kind != "f" or opened.size == 1 else None
    with xr.open_dataset(array.parent, **_SETTINGS, mask_and_scale=False) as raw:
        declared = np.asarray(raw[array.name].attrs.get("_FillValue", np.nan))
    if (opened.dtype.kind == "f" and np.isnan(fill)) or np.array_equal(declared, fill):
        return "missing values"
    values = np.asarray(opened[...])
    sizes = opened.shards or opened.chunks
    steps = [range(0, n, c) for n, c in zip(opened.shape, sizes, strict=True)]
    empty = inside = 0
    for start in itertools.product(*steps):
        block = values[tuple(slice(a, a + c) for a, c in zip(start, sizes, strict=True))]
        same = int((block == fill).sum())
        empty += same == block.size
        inside += same if same < block.size else 0
    return f"its fill value {fill}" if inside or empty > missing else None


def _chunks(meta: dict[str, Any], array: Path, *, old: bool) -> tuple[int, int]:
    """Number of chunk files an array should have and has."""
    try:
        sizes = meta["chunks"] if old else meta["chunk_grid"]["configuration"]["chunk_shape"]
        pairs = zip(meta["shape"], sizes, strict=True)
        expected = math.prod(math.ceil(int(n) / int(c)) for n, c in pairs)
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise InputError(
            f"the description of array {array.name[:60]!r} is damaged; copy the store again"
        ) from error
    files = [f for f in array.rglob("*") if f.is_file() and not f.name.startswith(".")]
    return expected, sum(1 for f in files if f.name != "zarr.json")


def _document(document: Path) -> dict[str, Any]:
    try:
        if document.stat().st_size > _LARGEST_DOCUMENT:
            raise ValueError("too large")
        meta = json.loads(document.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{document} is damaged ({error}); copy the store again") from error
    return meta if isinstance(meta, dict) else {}

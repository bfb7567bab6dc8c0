"""Zarr stores: a missing chunk reads as fill values without a word, so chunks are counted first."""

from __future__ import annotations

import json
import math
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsr.data.files import quiet_cleanup
from dsr.data.labelled.picks import no_such
from dsr.data.readers.netcdf import SETTINGS, choose_group, has_numbers
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

_LARGEST_DOCUMENT = 10_000_000
_GROUP_FILES = ("zarr.json", ".zgroup")


def read_zarr(path: Path, group: str | None) -> tuple[xr.Dataset, list[str]]:
    """Read one group of a store (format 2 or 3), with notes for the user.

    Raises
    ------
    InputError
        If zarr is not installed, or chunks are missing or are links.
    """
    try:
        import zarr  # noqa: F401
    except ImportError as error:
        raise InputError(
            f"{path} is a Zarr store, and the package zarr is not installed; "
            'run: pip install "dsr-toolkit[distributed]"'
        ) from error
    import xarray as xr

    _refuse_links(path)
    _refuse_holes(path)
    notes: list[str] = []
    settings = {**SETTINGS, "engine": "zarr", "consolidated": False}
    with quiet_cleanup(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            name = _group(path, group, settings, notes)
            with xr.open_dataset(path, **settings, group=name) as dataset:
                return dataset.load(), notes
        except InputError:
            raise
        except Exception as error:  # whatever a damaged store makes the libraries raise
            reason = " ".join(str(error).split())[:120]
            raise InputError(
                f"{path} cannot be read as a Zarr store ({type(error).__name__}: {reason}); it may "
                "be damaged or incomplete: copy it again"
            ) from error


def _group(
    path: Path, wanted: str | None, settings: dict[str, Any], notes: list[str]
) -> str | None:
    import xarray as xr

    names = ["/"]
    for folder in sorted(p for p in path.rglob("*") if p.is_dir()):
        meta = next((folder / n for n in _GROUP_FILES if (folder / n).exists()), None)
        if meta is not None and _document(meta).get("node_type", "group") == "group":
            names.append("/" + folder.relative_to(path).as_posix())
    if wanted is not None:
        full = f"/{wanted.strip('/')}"
        if full not in names:
            raise no_such(full, names[1:], "group")
        return full
    if len(names) == 1:
        return None
    found = {}
    for name in names:
        with xr.open_dataset(path, **settings, group=name) as dataset:
            found[name] = has_numbers(dataset)
    return choose_group(found, notes)


def _refuse_links(path: Path) -> None:
    for folder, folders, files in os.walk(path):
        for name in (*folders, *files):
            if Path(folder, name).is_symlink():
                raise InputError(
                    f"{path} contains a link ({name[:60]}), which is not followed; replace it by "
                    "the file itself"
                )


def _refuse_holes(path: Path) -> None:
    """Compare the number of chunks each array should have with the files that are there."""
    for document in [*path.rglob("zarr.json"), *path.rglob(".zarray")]:
        meta = _document(document)
        if document.name == "zarr.json" and meta.get("node_type") != "array":
            continue
        array = document.parent
        expected, present = _chunks(meta, array, old=document.name == ".zarray")
        if present < expected:
            raise InputError(
                f"array {array.name[:60]!r} of {path} has {present} of {expected} chunks; the "
                "missing ones would read as fill values: copy the store again"
            )


def _chunks(meta: dict[str, Any], array: Path, *, old: bool) -> tuple[int, int]:
    """Number of chunk files an array should have and has."""
    try:
        shape = [int(n) for n in meta["shape"]]
        if old:
            sizes = [int(n) for n in meta["chunks"]]
        else:
            sizes = [int(n) for n in meta["chunk_grid"]["configuration"]["chunk_shape"]]
        expected = math.prod(math.ceil(n / c) for n, c in zip(shape, sizes, strict=True))
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

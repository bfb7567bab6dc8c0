"""Zarr stores: a missing chunk reads as fill values without a word, so chunks are counted first."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsr.data.netcdf import own_series, quiet_cleanup, stack_dataset
from dsr.data.raw import LoadOptions, RawTable
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

_LARGEST_DOCUMENT = 10_000_000


def read_zarr(path: Path, options: LoadOptions) -> RawTable | xr.DataArray:
    """Read a Zarr store (version 2 or 3) by the rules of NetCDF files."""
    try:
        import zarr  # noqa: F401
    except ImportError:
        raise InputError(
            f"{path} is a Zarr store, which needs the package zarr; install "
            "dsr-toolkit[distributed]"
        ) from None
    import xarray as xr

    _no_links(path)
    _no_holes(path)
    settings: dict[str, Any] = {"engine": "zarr", "decode_times": False, "decode_timedelta": False}
    with quiet_cleanup():
        try:
            with xr.open_dataset(path, consolidated=False, group=options.group, **settings) as ds:
                dataset = ds.load()
        except Exception as error:
            detail = " ".join(str(error).split())[:120]
            raise InputError(f"{path} cannot be read as a Zarr store: {detail}") from None
    own = own_series(dataset)
    if own is not None and options == LoadOptions(group=options.group):
        return own
    return stack_dataset(dataset, options)


def _no_links(path: Path) -> None:
    for entry in path.rglob("*"):
        if entry.is_symlink():
            raise InputError(
                f"{path} contains a symbolic link ({entry.name}), which is not followed"
            )


def _no_holes(path: Path) -> None:
    """Compare the number of chunks each array should have with the files that are there."""
    for document in [*path.rglob("zarr.json"), *path.rglob(".zarray")]:
        array = document.parent
        meta = _metadata(document)
        if document.name == "zarr.json":
            if meta.get("node_type") != "array":
                continue
            chunks = meta.get("chunk_grid", {}).get("configuration", {}).get("chunk_shape", [])
            present = sum(1 for f in (array / "c").rglob("*") if f.is_file())
            present += (array / "c").is_file()
        else:
            chunks = meta.get("chunks", [])
            present = sum(1 for f in array.rglob("*") if f.is_file() and not f.name.startswith("."))
        shape = meta.get("shape", [])
        try:
            expected = math.prod(
                math.ceil(int(n) / int(c)) for n, c in zip(shape, chunks, strict=True)
            )
        except (TypeError, ValueError, ZeroDivisionError):
            raise InputError(f"{path} has a damaged description of array {array.name!r}") from None
        if present < expected:
            raise InputError(
                f"array {array.name!r} of {path} has {present} of {expected} chunks; the missing "
                "ones would read as fill values, so the store is incomplete"
            )


def _metadata(document: Path) -> dict[str, Any]:
    try:
        if document.stat().st_size > _LARGEST_DOCUMENT:
            raise InputError(f"{document} is too large to describe an array")
        meta = json.loads(document.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{document} is damaged") from None
    return meta if isinstance(meta, dict) else {}

"""Reading and writing: through memory, checked, atomically."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import xarray as xr


def atomic_write(path: str | Path, data: bytes) -> None:
    """Write under a temporary name, then rename."""
    path = Path(path)
    temporary = path.with_name(f"{path.name}.tmp-{os.getpid()}")
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def fingerprint(series: xr.DataArray) -> str:
    """Digest of values, names and step."""
    total = hashlib.sha256(np.ascontiguousarray(series.values).tobytes())
    total.update(
        str((series.dims, series["variable"].values.tolist(), series.attrs.get("dt"))).encode()
    )
    return total.hexdigest()


def to_attrs(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes a file can hold."""
    out: dict[str, Any] = {}
    for key, value in mapping.items():
        if value is None:
            continue
        if isinstance(value, bool | np.bool_):
            out[key] = "true" if value else "false"
        elif isinstance(value, dict):
            out[key] = json.dumps(value)
        elif isinstance(value, list | tuple) and not value:
            out[key] = "[]"
        else:
            out[key] = value
    return out


def write_dataset(obj: Any, path: str | Path) -> None:
    """Write a Dataset, DataArray or DataTree."""
    import xarray as xr

    if isinstance(obj, xr.DataArray):
        obj = obj.to_dataset(name="series")
    if isinstance(obj, xr.DataTree):
        obj = obj.map_over_datasets(_clean) if False else obj.copy()
        for node in obj.subtree:
            node.attrs = to_attrs(node.attrs)
            for v in node.dataset.variables:
                node.dataset.variables[v].attrs = to_attrs(node.dataset.variables[v].attrs)
    else:
        obj = obj.copy()
        obj.attrs = to_attrs(obj.attrs)
        for v in obj.variables:
            obj[v].attrs = to_attrs(obj[v].attrs)
    atomic_write(path, bytes(obj.to_netcdf(engine="h5netcdf")))


def read_dataset(path: str | Path, group: str | None = None) -> xr.Dataset:
    """Read a Dataset."""
    import xarray as xr

    return xr.load_dataset(io.BytesIO(Path(path).read_bytes()), engine="h5netcdf", group=group)


def read_tree(path: str | Path) -> xr.DataTree:
    """Read a DataTree."""
    import xarray as xr

    return xr.open_datatree(io.BytesIO(Path(path).read_bytes()), engine="h5netcdf").load()

"""Reading and writing dsr's own files: through memory, with checksums, and atomically.

A write cut short leaves the old file; a changed byte is noticed before anything is decoded. Bodies
carry HDF5's own checksums (fletcher32), the root attribute ``content_sha256`` a digest of names,
values and attributes, and the last 80 bytes a digest of all before them, which HDF5 ignores.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

_TRAILER = b"dsr-sha256:"
_TRAILER_SIZE = len(_TRAILER) + 64 + 5
_DIGEST = "content_sha256"


def atomic_write(path: str | Path, data: bytes | memoryview) -> None:
    """Write a whole file, or leave what was there: temporary name, fsync, rename.

    Parameters
    ----------
    path : path
    data : bytes
        All that the file shall hold.

    Raises
    ------
    InputError
        If the folder is missing or cannot be written, or the disk is full.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     atomic_write(f"{folder}/a.txt", b"whole")
    ...     pathlib.Path(folder, "a.txt").read_bytes()
    b'whole'
    """
    path = Path(path)
    temporary = path.with_name(f"{path.name}.tmp-{os.getpid()}")
    try:
        try:
            with open(temporary, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written ({reason(error).lower()}); what was there is unchanged: "
            "choose another place or make room"
        ) from error


def fingerprint(series: xr.DataArray) -> str:
    """Digest of values, dims, names and step: the same data give the same 64 digits.

    Parameters
    ----------
    series : DataArray
        A series or field.

    Returns
    -------
    str
        SHA-256 in hexadecimal digits.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.data import make_series
    >>> fingerprint(make_series(np.zeros((4, 1)))) == fingerprint(make_series(np.ones((4, 1))))
    False
    """
    label = "channel" if "channel" in series.dims else "variable"
    names = [str(v) for v in series[label].values] if label in series.coords else []
    total = hashlib.sha256(np.ascontiguousarray(series.values, dtype="<f8").data)
    head = [list(series.dims), list(series.shape), names, float(series.attrs.get("dt", 0.0))]
    total.update(json.dumps(head).encode())
    return total.hexdigest()


def to_attrs(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes that every NetCDF file can hold.

    Parameters
    ----------
    mapping : mapping
        None is left out; true and false become words; mappings, and lists that are empty or hold
        anything but numbers or texts alone, become JSON.

    Returns
    -------
    dict

    Examples
    --------
    >>> to_attrs({"a": True, "b": None, "c": {"d": 1}, "e": [1, 2], "f": []})
    {'a': 'true', 'c': '{"d": 1}', 'e': [1, 2], 'f': '[]'}
    """
    out: dict[str, Any] = {}
    for key, value in mapping.items():
        if value is None:
            continue
        if isinstance(value, bool | np.bool_):
            out[str(key)] = "true" if value else "false"
        elif (
            (isinstance(value, np.ndarray) and value.dtype.kind in "iuf" and value.ndim <= 1)
            or isinstance(value, str | float | np.integer | np.floating)
            or (isinstance(value, int) and abs(value) < 2**63)
        ):
            out[str(key)] = value
        elif isinstance(value, list | tuple) and value and _alike(value):
            out[str(key)] = list(value)
        else:
            out[str(key)] = json.dumps(value, default=_plain)
    return out


def write_dataset(obj: xr.Dataset | xr.DataArray | xr.DataTree, path: str | Path) -> None:
    """Write a Dataset, a series or a DataTree as NetCDF (HDF5), compressed and with checksums.

    Parameters
    ----------
    obj : Dataset, DataArray or DataTree
        A DataArray is stored as the variable ``series``.
    path : path
        Where the file goes; written whole or not at all.

    Raises
    ------
    InputError
        If the place cannot be written or a name cannot be stored.

    Examples
    --------
    >>> import dsr, tempfile
    >>> series = dsr.simulate("henon", steps=100, seed=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_dataset(series, f"{folder}/henon.nc")
    ...     dsr.load(f"{folder}/henon.nc").equals(series)
    True
    """
    import xarray as xr

    try:
        content = _encoded(obj.to_dataset(name="series") if isinstance(obj, xr.DataArray) else obj)
    except (ValueError, TypeError) as error:
        raise InputError(f"{path} cannot be written: {reason(error)}") from error
    trailer = _TRAILER + hashlib.sha256(content).hexdigest().encode() + b"\n\0\0\0\0"
    atomic_write(path, content + trailer)


def _encoded(obj: xr.Dataset | xr.DataTree) -> bytes:
    """Bytes of the NetCDF file, made in memory."""
    import xarray as xr

    tree = obj if isinstance(obj, xr.DataTree) else xr.DataTree(dataset=obj)
    nodes = {node.path: _storable(node.to_dataset(inherit=False)) for node in tree.subtree}
    nodes["/"].attrs.pop(_DIGEST, None)
    nodes["/"].attrs[_DIGEST] = _content_digest(nodes)
    encoding = {name: _encoding(dataset) for name, dataset in nodes.items()}
    whole = xr.DataTree.from_dict(nodes)
    return bytes(whole.to_netcdf(engine="h5netcdf", encoding=encoding))


def read_dataset(path: str | Path, group: str | None = None) -> xr.Dataset:
    """Read one group of a file that `write_dataset` wrote.

    Parameters
    ----------
    path : path
    group : str, optional
        Name of the group; the root if not given.

    Returns
    -------
    xarray.Dataset

    Raises
    ------
    InputError
        If it is missing, damaged, or no NetCDF file.

    Examples
    --------
    >>> import dsr, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_dataset(dsr.simulate("henon", steps=100, seed=1), f"{folder}/henon.nc")
    ...     list(read_dataset(f"{folder}/henon.nc").data_vars)
    ['series']
    """
    tree = read_tree(path)
    if group is None:
        return tree.to_dataset()
    try:
        return tree[group].to_dataset()
    except (KeyError, AttributeError) as error:
        known = ", ".join(name for name in tree.groups if name != "/")
        raise InputError(f"{path} has no group {group!r}; there are: {known or 'none'}") from error


def read_tree(path: str | Path) -> xr.DataTree:
    """Read a file that `write_dataset` wrote, with all its groups, checksums compared.

    Parameters
    ----------
    path : path

    Returns
    -------
    xarray.DataTree

    Raises
    ------
    InputError
        If it is missing, damaged, or no NetCDF file.

    Examples
    --------
    >>> import dsr, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_dataset(dsr.simulate("henon", steps=100, seed=1), f"{folder}/henon.nc")
    ...     read_tree(f"{folder}/henon.nc").groups
    ('/',)
    """
    import xarray as xr

    content = read_bytes(path)
    sealed = refuse_damaged(content, path)
    with (
        decoding(
            f"{path} cannot be read as NetCDF", "it may be damaged: restore it, or write anew"
        ),
        xr.open_datatree(io.BytesIO(content), engine="h5netcdf") as opened,
    ):
        # DataTree.load leaves out a variable that is named like a group.
        nodes = {n.path: n.to_dataset(inherit=False).load() for n in opened.subtree}
        tree = xr.DataTree.from_dict(nodes)
    found = tree.attrs.pop(_DIGEST, None)
    if found is not None and not sealed:
        stored = {node.path: _storable(node.to_dataset(inherit=False)) for node in tree.subtree}
        if found != _content_digest(stored):
            raise InputError(
                f"the content of {path} does not match its checksum: it was edited or damaged "
                f"after dsr wrote it; restore it, or remove the attribute {_DIGEST} if meant so"
            )
    return tree


def refuse_damaged(content: bytes, path: str | Path) -> bool:
    """Compare a file's bytes with the digest dsr put behind them; False where there is none."""
    trailer = content[-_TRAILER_SIZE:]
    if not trailer.startswith(_TRAILER):
        return False
    digest = hashlib.sha256(memoryview(content)[:-_TRAILER_SIZE]).hexdigest().encode()
    if trailer[len(_TRAILER) : len(_TRAILER) + 64] != digest:
        raise InputError(
            f"{path} is damaged: its bytes do not match the checksum dsr wrote behind them; "
            "restore it from a copy, or make it anew"
        )
    return True


def read_bytes(path: str | Path) -> bytes:
    """Whole content of a file."""
    try:
        return Path(path).read_bytes()
    except (OSError, MemoryError) as error:
        raise InputError(f"{path} cannot be read ({reason(error)})") from error


def reason(error: BaseException) -> str:
    """What an error of a library says, in one short line."""
    text = " ".join(str(getattr(error, "strerror", None) or error).split())
    return text[:120] or type(error).__name__


@contextmanager
def decoding(sentence: str, cure: str) -> Iterator[None]:
    """Refuse in one sentence whatever makes a library fail, and keep it from printing more."""
    previous = sys.unraisablehook
    sys.unraisablehook = lambda *_: None  # handles are closed behind a refused file
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except InputError:
        raise
    except MemoryError as error:
        raise InputError(f"{sentence}: it needs more memory than there is; take a part") from error
    except Exception as error:  # whatever a damaged file makes the libraries raise
        what = f"{type(error).__name__}: {reason(error)}"
        raise InputError(f"{sentence} ({what}); {cure}") from error
    finally:
        sys.unraisablehook = previous


def _storable(dataset: xr.Dataset) -> xr.Dataset:
    """Copy whose attributes a file can hold; the variables' data are shared."""
    out = dataset.copy()
    out.attrs = to_attrs(out.attrs)
    for variable in out.variables.values():
        variable.attrs = to_attrs(variable.attrs)
        variable.encoding = {}
    return out


def _encoding(dataset: xr.Dataset) -> dict[str, dict[str, Any]]:
    checked = {"zlib": True, "complevel": 4, "shuffle": True, "fletcher32": True}
    return {
        str(name): {**checked, "chunksizes": _chunks(variable)}
        for name, variable in dataset.variables.items()
        if variable.ndim and variable.size and variable.dtype.kind in "iufb"
    }


def _chunks(variable: xr.Variable) -> tuple[int, ...]:
    """Whole rows of about a megabyte, so that a long series is not one chunk."""
    shape = list(variable.shape)
    long = int(np.argmax(shape))
    rest = max(1, variable.size // shape[long]) * variable.dtype.itemsize
    shape[long] = int(min(shape[long], max(1, (1 << 20) // rest)))
    return tuple(shape)


def _content_digest(nodes: Mapping[str, xr.Dataset]) -> str:
    """Digest of names, dims, values and attributes that does not depend on how they are stored."""
    total = hashlib.sha256()
    for path in sorted(nodes):
        dataset = nodes[path]
        attrs = {k: v for k, v in dataset.attrs.items() if k != _DIGEST}
        total.update(json.dumps([path, _canonical(attrs)], default=_plain).encode())
        for name in sorted(dataset.variables, key=str):
            variable = dataset.variables[name]
            values = np.asarray(variable.values)
            head = [str(name), list(variable.dims), list(values.shape), _canonical(variable.attrs)]
            total.update(json.dumps(head, default=_plain).encode())
            if values.dtype.kind in "iufb":
                kind = "<f8" if values.dtype.kind == "f" else "<i8"
                total.update(np.ascontiguousarray(values).astype(kind).tobytes())
            else:
                total.update(json.dumps([str(v) for v in values.ravel()]).encode())
    return total.hexdigest()


def _canonical(attrs: Mapping[Any, Any]) -> dict[str, Any]:
    """Attributes as they are after a file has held them: no lists of one, no numpy types."""
    out = {}
    for key in sorted(attrs, key=str):
        value = np.asarray(attrs[key]).tolist()
        out[str(key)] = value[0] if isinstance(value, list) and len(value) == 1 else value
    return out


def _alike(values: Any) -> bool:
    texts = all(isinstance(v, str) for v in values)
    kinds = (int, float, np.integer, np.floating)
    return texts or all(isinstance(v, kinds) and not isinstance(v, bool) for v in values)


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else str(value)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable, where the system lets a folder be opened."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

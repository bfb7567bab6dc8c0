"""NetCDF files, classic and HDF5: opened through memory, one group, nothing decoded by guess."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsr.data.files import decoding, read_bytes, refuse_damaged
from dsr.data.labelled.clues import counts_rows
from dsr.data.labelled.picks import listed, no_such
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

# Times are decoded by dsr.data.time.axis, which knows more calendars and never guesses.
SETTINGS: dict[str, Any] = {"decode_times": False, "decode_timedelta": False}
_TIME = {"axis": "T"}


def read_netcdf(path: Path, engine: str, group: str | None) -> tuple[xr.Dataset, list[str]]:
    """Read one group of a file, with notes for the user."""
    import xarray as xr

    content = read_bytes(path)
    sealed = engine == "h5netcdf" and refuse_damaged(content, path)
    settings = {**SETTINGS, "engine": engine}
    notes: list[str] = []
    cure = "it may be damaged or incomplete: fetch it again, or check it with ncdump -h"
    with decoding(f"{path} cannot be read as NetCDF", cure):
        if engine == "h5netcdf":

            def opened(name: str) -> xr.Dataset:
                return xr.open_dataset(io.BytesIO(content), **settings, group=name)

            settings["group"] = choose_group(_groups(content), group, opened, notes)
        elif group not in (None, "/"):
            raise InputError(f"{path} is a classic NetCDF file, which has no groups")
        with xr.open_dataset(io.BytesIO(content), **settings) as dataset:
            loaded = dataset.load()
    if "content_sha256" in loaded.attrs and not sealed:
        notes.append("the file was changed by another program after dsr wrote it")
    return _of_pandas(loaded), notes


def _of_pandas(dataset: xr.Dataset) -> xr.Dataset:
    """Columns of a frame that pandas wrote: ``axis1`` is its index and no variable."""
    import xarray as xr

    if not {"axis0", "axis1", "block0_values"} <= {*map(str, dataset.variables)}:
        return dataset
    index = dataset["axis1"]
    values = index.values
    kind = _text(index.attrs.get("kind", ""))
    if kind.startswith("datetime64"):
        values = values.astype("int64").astype("datetime64[ns]")
    columns: dict[str, Any] = {}
    for name in sorted(str(n) for n in dataset.variables if str(n).endswith("_values")):
        block, items = dataset[name].values, dataset.get(name.replace("values", "items"))
        labels = range(block.shape[1]) if items is None else items.values.ravel().tolist()
        columns |= {_text(label): block[:, k] for k, label in enumerate(labels)}
    order = [_text(label) for label in dataset["axis0"].values.ravel().tolist()]
    named = [name for name in order if name in columns] or list(columns)
    frame = xr.Dataset({name: ("row", columns[name]) for name in named})
    return frame if counts_rows(values) else frame.assign_coords(axis1=("row", values, _TIME))


def _text(value: Any) -> str:
    value = value.item() if hasattr(value, "item") and getattr(value, "size", 1) == 1 else value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _groups(content: bytes) -> list[str]:
    import h5py

    names = ["/"]
    with h5py.File(io.BytesIO(content), "r") as file:
        file.visititems(
            lambda name, item: names.append(f"/{name}") if isinstance(item, h5py.Group) else None
        )
    return names


def choose_group(
    names: list[str], wanted: str | None, opened: Callable[[str], xr.Dataset], notes: list[str]
) -> str | None:
    """Name of the group that is wanted, or the only one with data; None where there are none.

    Examples
    --------
    >>> import xarray as xr
    >>> groups = {"/": xr.Dataset(), "/run1": xr.Dataset({"x": ("time", [1.0, 2.0])})}
    >>> choose_group(list(groups), None, groups.__getitem__, [])
    '/run1'
    """
    if wanted is not None:
        if (name := f"/{wanted.strip('/')}") not in names:
            raise no_such(name, names[1:], "group")
        return name
    if len(names) == 1:
        return None
    full = []
    for name in names:
        with opened(name) as dataset:
            if any(v.dtype.kind in "iuf" and v.ndim for v in dataset.data_vars.values()):
                full.append(name)
    if "/" in full or not full:
        return "/"
    if len(full) > 1:
        raise InputError(f"the data are in several groups ({listed(full)}); pick one with group=")
    notes.append(f"read group {full[0]}, the only one with data")
    return full[0]

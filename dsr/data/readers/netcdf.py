"""NetCDF files, classic and HDF5: opened through memory, one group, nothing decoded by guess."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsr.data.files import quiet_cleanup, read_bytes, reason, refuse_damaged
from dsr.data.labelled.clues import counts_rows
from dsr.data.labelled.picks import no_such
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

# Times are decoded by dsr.data.time.axis, which knows more calendars and never guesses.
SETTINGS: dict[str, Any] = {"decode_times": False, "decode_timedelta": False}
_TIME = {"axis": "T"}


def read_netcdf(path: Path, engine: str, group: str | None) -> tuple[xr.Dataset, list[str]]:
    """Read one group of a file, with notes for the user.

    Raises
    ------
    InputError
        If the file is damaged, or several groups hold data and none is named.
    """
    import xarray as xr

    content = read_bytes(path)
    sealed = engine == "h5netcdf" and refuse_damaged(content, path)
    settings = {**SETTINGS, "engine": engine}
    notes: list[str] = []
    with quiet_cleanup(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if engine == "scipy" and group not in (None, "/"):
                raise InputError(f"{path} is a classic NetCDF file, which has no groups")
            if engine == "h5netcdf":
                group = _group(content, group, settings, notes)
                settings["group"] = group
            with xr.open_dataset(io.BytesIO(content), **settings) as dataset:
                loaded = dataset.load()
        except InputError:
            raise
        except MemoryError as error:
            raise InputError(f"{path} needs more memory than there is; select a part") from error
        except Exception as error:  # whatever a damaged file makes the libraries raise
            raise InputError(
                f"{path} cannot be read as NetCDF ({type(error).__name__}: {reason(error)}); it "
                "may be damaged or incomplete: fetch it again, or check it with ncdump -h"
            ) from error
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


def has_numbers(dataset: xr.Dataset) -> bool:
    """Whether a dataset has a variable of numbers with at least one dimension."""
    return any(v.dtype.kind in "iuf" and v.ndim for v in dataset.data_vars.values())


def choose_group(groups: dict[str, bool], notes: list[str]) -> str:
    """Take the only group with data, or ask.

    Examples
    --------
    >>> choose_group({"/": False, "/run1": True}, [])
    '/run1'
    """
    full = [name for name, holds in groups.items() if holds]
    if "/" in full or not full:
        return "/"
    if len(full) > 1:
        listed = ", ".join(full[:8]) + (", ..." if len(full) > 8 else "")
        raise InputError(f"the data are in several groups ({listed}); pick one with group=")
    notes.append(f"read group {full[0]}, the only one with data")
    return full[0]


def _group(
    content: bytes, wanted: str | None, settings: dict[str, Any], notes: list[str]
) -> str | None:
    """Name of the group to read; most files have one only, and need no look at the others."""
    import h5py
    import xarray as xr

    with h5py.File(io.BytesIO(content), "r") as file:
        names = ["/"]
        file.visititems(
            lambda name, item: names.append(f"/{name}") if isinstance(item, h5py.Group) else None
        )
    if wanted is not None:
        full = f"/{wanted.strip('/')}"
        if full not in names:
            raise no_such(full, names[1:], "group")
        return full
    if len(names) == 1:
        return None
    found = {}
    for name in names:
        with xr.open_dataset(io.BytesIO(content), **settings, group=name) as dataset:
            found[name] = has_numbers(dataset)
    return choose_group(found, notes)

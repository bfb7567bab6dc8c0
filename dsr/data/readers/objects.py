"""Objects in memory: bare arrays, lists, labelled arrays and tables become series."""

from __future__ import annotations

from typing import Any

import numpy as np

from dsr.data.labelled.layout import table_from_dataset
from dsr.data.labelled.relabel import own_series, table_from_dataarray
from dsr.data.readers.arrays import block_of, numbers
from dsr.data.readers.tables import frame_table
from dsr.data.table import Table, trim_padding
from dsr.errors import InputError


def object_table(obj: Any, *, name: str = "series", time_unit: str | None = None) -> Table:
    """Take an object in memory as trajectories; gaps and constants are left to be judged."""
    import xarray as xr

    if isinstance(obj, xr.DataTree):
        raise InputError(f"the {name} is a DataTree; pass one of its datasets")
    if isinstance(obj, xr.DataArray):
        return table_from_dataarray(obj, name=name, time_unit=time_unit)
    if isinstance(obj, xr.Dataset):
        own = own_series(obj)
        if own is not None:
            return table_from_dataarray(own, name=name, time_unit=time_unit)
        return table_from_dataset(obj, source=name, time_unit=time_unit)
    if type(obj).__module__.partition(".")[0] == "pandas" and getattr(obj, "ndim", 0) in (1, 2):
        frame = obj.to_frame() if obj.ndim == 1 else obj
        return frame_table(frame, source=name, time_unit=time_unit)
    return table_from_arrays(obj, name=name)


def table_from_arrays(obj: Any, *, name: str = "series") -> Table:
    """Read a bare array, or a list of arrays, as trajectories ``(time, variable)``."""
    if isinstance(obj, list | tuple) and obj and np.ndim(_first(obj)) >= 1:
        parts = [numbers(part, name) for part in obj]
        if any(part.ndim != parts[0].ndim for part in parts) or parts[0].ndim > 2:
            parts = list(numbers(obj, name))
        elif parts[0].ndim == 1:
            # Rows of one table where they are alike; trajectories of one variable where not.
            rows = len({len(part) for part in parts}) == 1
            parts = [np.stack(parts)] if rows else [part[:, None] for part in parts]
    else:
        parts = list(block_of(numbers(obj, name), name))
    if not parts or any(0 in part.shape for part in parts):
        raise InputError(f"the {name} is empty: it has no samples or no variables")
    if len({part.shape[1:] for part in parts}) != 1:
        raise InputError(
            f"the trajectories of the {name} have different numbers of variables: "
            f"{[part.shape[1] for part in parts][:6]}"
        )
    return trim_padding(Table(values=parts))


def _first(items: Any) -> Any:
    return items[0] if not np.isscalar(items[0]) else 0.0

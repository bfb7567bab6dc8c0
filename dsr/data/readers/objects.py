"""Objects in memory: bare arrays, lists, labelled arrays and tables become series."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsr.data.table import Table, trim_padding
from dsr.errors import InputError


def object_table(obj: Any, *, name: str = "series", time_unit: str | None = None) -> Table:
    """Take an object in memory as trajectories; gaps and constants are left to be judged.

    Raises
    ------
    InputError
        If it is no array of real numbers in one of the accepted layouts.
    """
    import xarray as xr

    from dsr.data.labelled.relabel import table_from_dataarray

    if isinstance(obj, xr.DataTree):
        raise InputError(f"the {name} is a DataTree; pass one of its datasets")
    if isinstance(obj, xr.DataArray):
        return table_from_dataarray(obj, name=name, time_unit=time_unit)
    if isinstance(obj, xr.Dataset):
        from dsr.data.labelled.layout import table_from_dataset
        from dsr.data.labelled.relabel import own_series

        own = own_series(obj)
        if own is not None:
            return table_from_dataarray(own, name=name, time_unit=time_unit)
        return table_from_dataset(obj, source=name, time_unit=time_unit)
    if type(obj).__module__.partition(".")[0] == "pandas" and getattr(obj, "ndim", 0) in (1, 2):
        from dsr.data.readers.tables import frame_table

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
        array = numbers(obj, name)
        array = array[:, None] if array.ndim == 1 else array
        array = array[None] if array.ndim == 2 else array
        if array.ndim not in (3, 5):
            raise InputError(
                f"the {name} has shape {array.shape}; it must be (time, variable) or "
                "(trajectory, time, variable)"
            )
        parts = list(array)
    if not parts or any(0 in part.shape for part in parts):
        raise InputError(f"the {name} is empty: it has no samples or no variables")
    if len({part.shape[1:] for part in parts}) != 1:
        raise InputError(
            f"the trajectories of the {name} have different numbers of variables: "
            f"{[part.shape[1] for part in parts][:6]}"
        )
    return trim_padding(Table(values=parts))


def numbers(values: Any, name: str) -> NDArray[np.float64]:
    """Take an array as native float64 in C order; refuse what is not real numbers.

    Examples
    --------
    >>> numbers([1, 2], "series")
    array([1., 2.])
    """
    try:
        array = np.asarray(values)
    except (ValueError, TypeError, RuntimeError) as error:
        raise InputError(
            f"the {name} is not an array of numbers with one shape; "
            "pass arrays (time, variable), one per trajectory"
        ) from error
    if array.dtype.kind == "c":
        raise InputError(f"the {name} is complex; pass real and imaginary parts as variables")
    if array.dtype.kind == "b":
        raise InputError(f"the {name} holds true/false values; pass numbers")
    if array.dtype.kind in "US":
        raise InputError(f"the {name} holds text; pass numbers")
    if array.dtype.kind not in "iuf" or array.ndim == 0:
        what = "a single number" if array.dtype.kind in "iuf" else f"of type {array.dtype}"
        raise InputError(f"the {name} is {what}; pass an array of real numbers (time, variable)")
    return np.ascontiguousarray(array, dtype=np.float64)


def _first(items: Any) -> Any:
    return items[0] if not np.isscalar(items[0]) else 0.0

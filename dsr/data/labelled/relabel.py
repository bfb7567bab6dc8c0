"""Series that come back: from dsr's own files, from slices, and taken apart for a cure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dsr.data.labelled.clues import looks_like_time
from dsr.data.labelled.layout import table_from_dataset
from dsr.data.labelled.picks import Picks
from dsr.data.readers.arrays import numbers
from dsr.data.series import DIMS, FIELD_DIMS, axis_of, lengths, plane_coords
from dsr.data.table import Table
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr


def table_from_dataarray(
    array: xr.DataArray, *, time_unit: str | None = None, name: str = "series"
) -> Table:
    """Read one labelled array; of a sliced or stacked series, the attributes are honoured."""
    array = array.copy(data=numbers(array.values, name))
    taken = {str(d) for d in (*array.dims, *array.coords)}
    label = next(n for n in (str(array.name or "x"), "x0", "value") if n not in taken)
    if "dt" in array.attrs and "time" in array.dims:
        return _table_from_slice(array, name)
    if array.ndim <= 2 and not any(looks_like_time(array[d], str(d)) for d in array.dims):
        # Nothing says which dimension is time: the first, as for a bare array.
        array = array.rename({array.dims[0]: "time"})
    return table_from_dataset(
        array.to_dataset(name=label), Picks(variables=[label]), time_unit=time_unit, source=name
    )


def series_table(series: xr.DataArray) -> Table:
    """Take a series apart again, missing values and attributes included."""
    attrs = dict(series.attrs)
    axis = axis_of(series)
    counts = lengths(series)
    label = str(series.dims[2])
    own = ("dt", "time_unit", "time_origin", "calendar", "variable_units", "notes", "source")
    return Table(
        values=[series.values[k, :n] for k, n in enumerate(counts)],
        axes=[axis.upto(n) for n in counts],
        names=[str(v) for v in series[label].values],
        units=[str(u) for u in attrs.get("variable_units", [])] or None,
        labels=series["trajectory"].values.tolist() if "trajectory" in series.coords else None,
        split=series["split"].values.tolist() if "split" in series.coords else None,
        notes=tuple(attrs.get("notes", ())),
        source=str(attrs.get("source", "")),
        attrs={k: v for k, v in attrs.items() if k not in own},
        space=plane_coords(series) if series.dims == FIELD_DIMS else None,
    )


def own_series(dataset: xr.Dataset) -> xr.DataArray | None:
    """Series of a file that dsr wrote, its attributes in their own types; None for other files."""
    if "series" not in dataset or dataset["series"].dims not in (DIMS, FIELD_DIMS):
        return None
    series = dataset["series"]
    if "dt" not in series.attrs or "time_unit" not in series.attrs or "time" not in series.coords:
        return None
    attrs: dict[str, Any] = {}
    for key, value in series.attrs.items():
        plain = np.asarray(value).tolist()
        attrs[str(key)] = _as_list(plain) if key in ("notes", "variable_units") else plain
    series = series.copy()
    series.attrs = attrs
    series.encoding = {}
    for name in ("variable", "channel", "split"):
        if name in series.coords:
            series[name] = series[name].astype(str)
    return series


def _table_from_slice(array: xr.DataArray, name: str) -> Table:
    """A series that lost dimensions to ``isel`` or had them reordered."""
    if "channel" in array.dims and not {"y", "x"} & {*array.dims}:
        array = array.rename(channel="variable")  # one point of a field
    width = "channel" if "y" in array.dims else "variable"
    for dim in (width, "trajectory"):
        if dim not in array.dims:
            array = array.expand_dims(dim)
    order = ["trajectory", "time", width, *(d for d in ("y", "x") if d in array.dims)]
    if set(order) != set(array.dims):
        raise InputError(f"the {name} has dimensions {array.dims}; they must be among {order}")
    array = array.transpose(*order)
    if "time" not in array.coords:
        array = array.assign_coords(time=float(array.attrs["dt"]) * np.arange(array.sizes["time"]))
    if width not in array.coords:
        array = array.assign_coords({width: [f"x{i}" for i in range(array.sizes[width])]})
    for coordinate in ("length", "split"):
        if coordinate in array.coords and array[coordinate].ndim == 0:
            array = array.assign_coords({coordinate: ("trajectory", [array[coordinate].item()])})
    return series_table(array.copy(data=np.ascontiguousarray(array.values)))


def _as_list(value: Any) -> list[str]:
    if isinstance(value, str):
        return [] if value == "[]" else [value]
    return [str(v) for v in np.atleast_1d(value)]

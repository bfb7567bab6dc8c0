"""What is in a file, and whether it can be used: the facts behind ``dsr info``."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dsr.data.cleaning import constant_variables
from dsr.data.doors import FORMATS, as_series, load, read, sniff
from dsr.data.labelled.picks import Picks
from dsr.data.series import FIELD_DIMS, axis_of, lengths, plane_coords, trajectories
from dsr.data.table import Table
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr


def describe(series: Any, **options: Any) -> dict[str, Any]:
    """Facts about a series or a file, as plain values.

    Parameters
    ----------
    series : series or path
    **options : Any
        Options of `dsr.load`, for a path.

    Returns
    -------
    dict
        ``usable`` tells whether it loads; if not, ``cure`` is the sentence that says why and what
        to do, and the rest is what could be found out. Otherwise: ``format``, ``kind`` (series or
        field), ``variables`` (of a field: its channels), ``units``, ``trajectories``, ``samples``
        (of each), ``dt``, ``time_unit``, ``time_origin``, ``begin`` (date), ``missing`` (share),
        ``constant`` (names), ``mean``, ``std``, ``split``, ``notes``. Of a field also ``sizes``
        (of its dimensions), ``land`` (share of its cells that never hold a value) and
        ``coordinates`` (of its plane, by name: ``dims``, ``units``, ``low``, ``high``).

    Examples
    --------
    >>> import dsr
    >>> describe(dsr.simulate("henon", steps=500))["samples"]
    [500]
    """
    facts: dict[str, Any] = {}
    try:
        if isinstance(series, str | PathLike):
            path = Path(series)
            facts["file"] = str(path)
            facts["format"] = FORMATS[sniff(path)]
            loaded = load(path, **options)
        else:
            loaded = as_series(series, finite=False)
    except InputError as error:
        known = {**facts, **_glimpse(series, options)}
        return {**known, "usable": False, "cure": str(error)}
    return {**facts, **_facts(loaded)}


def _glimpse(series: Any, options: dict[str, Any]) -> dict[str, Any]:
    """What can be said about a file that needs a cure, or nothing where it cannot be read."""
    try:
        found = read(Path(series), Picks(**{k: options.get(k) for k in Picks._fields}))
    except (InputError, TypeError):
        return {}
    if not isinstance(found, Table):
        return _facts(found)
    total = sum(part.size for part in found.values)
    bad = sum(int((~np.isfinite(part)).sum()) for part in found.values)
    return {
        "kind": "field" if found.is_field else "series",
        "variables": list(found.names or []),
        "trajectories": len(found.values),
        "samples": [len(part) for part in found.values],
        "missing": bad / max(total, 1),
        "notes": list(found.notes),
    }


def _facts(series: xr.DataArray) -> dict[str, Any]:
    attrs = series.attrs
    samples = [int(n) for n in lengths(series)]
    label = str(series.dims[2])
    field = series.dims == FIELD_DIMS
    names = [str(v) for v in series[label].values]
    # One column a variable, or a channel with all its cells.
    parts = trajectories(series)
    columns = [np.concatenate([part[:, k].ravel() for part in parts]) for k in range(len(names))]
    valid = [column[np.isfinite(column)] for column in columns]
    total = sum(column.size for column in columns)
    facts: dict[str, Any] = {
        "kind": "field" if field else "series",
        "variables": names,
        "units": [str(u) for u in attrs.get("variable_units", [])],
        "trajectories": int(series.sizes["trajectory"]),
        "samples": samples,
        "dt": float(attrs["dt"]),
        "time_unit": str(attrs.get("time_unit", "")),
        "time_origin": str(attrs.get("time_origin", "")),
        "begin": axis_of(series).label(0) if attrs.get("time_origin") else "",
        "missing": 1.0 - sum(column.size for column in valid) / total if total else 0.0,
        "split": series["split"].values.tolist() if "split" in series.coords else None,
        "notes": [str(n) for n in attrs.get("notes", [])],
        "constant": [n for n, v in zip(names, valid, strict=True) if v.size and not np.ptp(v)]
        if field
        else [names[i] for i in constant_variables(series)],
        "mean": [float(v.mean()) if v.size else None for v in valid],
        "std": [float(v.std()) if v.size else None for v in valid],
    }
    gaps = facts["missing"] > 0.0
    if field:
        land = np.logical_and.reduce([~np.isfinite(part).any(axis=0) for part in parts])
        gaps = any((~np.isfinite(part[:, ~land])).any() for part in parts)
        facts["sizes"] = {str(k): int(v) for k, v in series.sizes.items()}
        facts["land"] = float(land.mean())
        facts["coordinates"] = {
            name: {"dims": list(dims), "units": str(units.get("units", "")),
                   "low": float(np.nanmin(values)), "high": float(np.nanmax(values))}
            for name, (dims, values, units) in plane_coords(series).items()
            if values.dtype.kind in "iuf" and np.isfinite(values).any()
        }  # fmt: skip
    cure = ""
    if gaps:
        cure = 'pass fill="linear" to fill the missing values'
    elif facts["constant"] and not field:
        cure = "pass drop_constant=True to leave constant variables out"
    return {"usable": not cure, "cure": cure, **facts}

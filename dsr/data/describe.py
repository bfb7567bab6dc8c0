"""What is in a file, and whether it can be used: the facts behind ``dsr info``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr


def describe(series: Any, **options: Any) -> dict[str, Any]:
    """Facts about a series or a file, as plain values.

    Parameters
    ----------
    series : series or path
    **options
        Options of `dsr.load`, for a path.

    Returns
    -------
    dict
        ``usable`` tells whether it loads; if not, ``cure`` is the sentence that says why and what
        to do. Otherwise: format, variables, units, trajectories, samples, dt, time_unit,
        time_origin, splits, notes.

    Examples
    --------
    >>> import dsr
    >>> describe(dsr.simulate("henon", steps=500))["samples"]
    [500]
    """
    facts: dict[str, Any] = {}
    if isinstance(series, str | Path):
        from dsr.data.load import load, sniff

        path = Path(series)
        facts["file"] = str(path)
        facts["format"] = sniff(path)
        try:
            loaded = load(path, **options)
        except InputError as error:
            return {**facts, "usable": False, "cure": str(error)}
    else:
        from dsr.data.series import as_series

        loaded = as_series(series)
    return {**facts, "usable": True, **_facts(loaded)}


def _facts(series: xr.DataArray) -> dict[str, Any]:
    from dsr.data.series import lengths

    attrs = series.attrs
    if "variable" not in series.dims:
        return {
            "kind": "field",
            "sizes": {str(k): int(v) for k, v in series.sizes.items()},
            "missing": float(np.mean(~np.isfinite(series.values))),
            "notes": [str(n) for n in attrs.get("notes", [])],
        }
    samples = [int(n) for n in lengths(series)]
    values = np.concatenate([series.values[k, :n] for k, n in enumerate(samples)])
    splits = series["split"].values.tolist() if "split" in series.coords else None
    return {
        "kind": "series",
        "variables": [str(v) for v in series["variable"].values],
        "units": [str(u) for u in attrs.get("variable_units", [])],
        "trajectories": series.sizes["trajectory"],
        "samples": samples,
        "dt": float(attrs["dt"]),
        "time_unit": str(attrs["time_unit"]),
        "time_origin": str(attrs.get("time_origin", "")),
        "mean": [float(m) for m in values.mean(axis=0)],
        "std": [float(s) for s in values.std(axis=0)],
        "split": splits,
        "notes": [str(n) for n in attrs.get("notes", [])],
    }

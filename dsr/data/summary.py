"""What is in a file, and whether it can be used: the facts behind ``dsr info``."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dsr.data.cleaning import constant_variables
from dsr.data.series import as_series, lengths
from dsr.data.table import Table
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
        to do, and the rest is what could be found out. Otherwise: ``format``, ``kind`` (series or
        field), ``variables``, ``units``, ``trajectories``, ``samples`` (of each), ``dt``,
        ``time_unit``, ``time_origin``, ``missing`` (share), ``constant`` (names), ``mean``,
        ``std``, ``split``, ``notes``.

    Examples
    --------
    >>> import dsr
    >>> describe(dsr.simulate("henon", steps=500))["samples"]
    [500]
    """
    facts: dict[str, Any] = {}
    try:
        if isinstance(series, str | PathLike):
            from dsr.data.doors import FORMATS, load, sniff

            path = Path(series)
            facts["file"] = str(path)
            facts["format"] = FORMATS[sniff(path)]
            loaded = load(path, **options)
        else:
            loaded = as_series(series, finite=False)
    except InputError as error:
        return {**facts, "usable": False, "cure": str(error), **_glimpse(series, options)}
    return {**facts, **_facts(loaded)}


def _glimpse(series: Any, options: dict[str, Any]) -> dict[str, Any]:
    """What can be said about a file that needs a cure, or nothing where it cannot be read."""
    from dsr.data.doors import read
    from dsr.data.labelled.picks import Picks

    names = ("variables", "time", "trajectory", "group")
    try:
        found = read(Path(series), Picks(**{k: options.get(k) for k in names}))
    except (InputError, TypeError):
        return {}
    if not isinstance(found, Table):
        return {k: v for k, v in _facts(found).items() if k not in ("usable", "cure")}
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
    flat = np.concatenate(
        [series.values[k, :n].reshape(n, -1) for k, n in enumerate(samples)], axis=0
    )
    valid = np.isfinite(flat)
    facts: dict[str, Any] = {
        "kind": "series" if label == "variable" else "field",
        "variables": [str(v) for v in series[label].values],
        "units": [str(u) for u in attrs.get("variable_units", [])],
        "trajectories": int(series.sizes["trajectory"]),
        "samples": samples,
        "dt": float(attrs["dt"]),
        "time_unit": str(attrs.get("time_unit", "")),
        "time_origin": str(attrs.get("time_origin", "")),
        "missing": float(1.0 - valid.mean()) if valid.size else 0.0,
        "split": series["split"].values.tolist() if "split" in series.coords else None,
        "notes": [str(n) for n in attrs.get("notes", [])],
    }
    if label == "channel":
        sizes = {str(k): int(v) for k, v in series.sizes.items()}
        return {"usable": True, "cure": "", **facts, "sizes": sizes}
    constant = [facts["variables"][i] for i in constant_variables(series)]
    cure = ""
    if not valid.all():
        cure = 'pass fill="linear" (--fill linear) to fill the missing values'
    elif constant:
        cure = "pass drop_constant=True (--drop-constant) to leave constant variables out"
    masked = np.where(valid, flat, np.nan)
    with np.errstate(all="ignore"):
        mean = [
            float(np.mean(c[np.isfinite(c)])) if np.isfinite(c).any() else None for c in masked.T
        ]
        std = [float(np.std(c[np.isfinite(c)])) if np.isfinite(c).any() else None for c in masked.T]
    return {"usable": not cure, "cure": cure, **facts, "constant": constant,
            "mean": mean, "std": std}  # fmt: skip

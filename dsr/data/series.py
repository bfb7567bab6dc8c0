"""The one convention for data: what a series is, and the single door that makes one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

DIMS = ("trajectory", "time", "variable")
FIELD_DIMS = ("trajectory", "time", "channel", "y", "x")


def make_series(
    values: Any,
    *,
    dt: float = 1.0,
    time_unit: str = "s",
    variables: Sequence[str] | None = None,
    like: xr.DataArray | None = None,
    start: float = 0.0,
    trajectory: Any = None,
    split: Sequence[str] | None = None,
    source: str = "",
    notes: Sequence[str] = (),
) -> xr.DataArray:
    """Label arrays as a series.

    Parameters
    ----------
    values : array (K, T, N) or list of arrays (T_i, N)
        Trajectories; unequal lengths are padded with NaN and counted in the ``length`` coordinate.
    dt, time_unit, start
        Step and unit of the time axis, and its first value.
    variables : list of str, optional
        Names; ``x0, x1, ...`` if not given.
    like : DataArray, optional
        Series whose names, units, step and origin are copied.
    trajectory, split : sequences of length K, optional
        Labels, and "train" or "test" for each trajectory.
    source, notes
        Where it came from; sentences for the user.

    Returns
    -------
    xarray.DataArray, (trajectory, time, variable), float64

    Examples
    --------
    >>> import numpy as np
    >>> make_series(np.zeros((1, 5, 2)), dt=0.5).sizes
    Frozen({'trajectory': 1, 'time': 5, 'variable': 2})
    """
    import xarray as xr

    lengths = None
    if isinstance(values, list | tuple):
        parts = [np.asarray(part, dtype=np.float64) for part in values]
        sizes = np.array([len(part) for part in parts])
        block = np.full((len(parts), int(sizes.max()), parts[0].shape[1]), np.nan)
        for k, part in enumerate(parts):
            block[k, : len(part)] = part
        if (sizes != sizes[0]).any():
            lengths = sizes
    else:
        block = np.ascontiguousarray(values, dtype=np.float64)
    attrs: dict[str, Any] = {"time_origin": "", "calendar": "", "variable_units": []}
    if like is not None:
        attrs.update(like.attrs)
        dt, time_unit = like.attrs.get("dt", dt), like.attrs.get("time_unit", time_unit)
        variables = variables or [str(v) for v in like["variable"].values]
    count, samples, width = block.shape
    attrs.update(dt=float(dt), time_unit=time_unit, source=source, notes=list(notes))
    coords: dict[str, Any] = {
        "trajectory": np.arange(count) if trajectory is None else np.asarray(trajectory),
        "time": start + dt * np.arange(samples),
        "variable": list(variables) if variables else [f"x{i}" for i in range(width)],
    }
    if lengths is not None:
        coords["length"] = ("trajectory", lengths)
    if split is not None:
        coords["split"] = ("trajectory", list(split))
    return xr.DataArray(block, dims=DIMS, coords=coords, attrs=attrs, name="series")


def lengths(series: xr.DataArray) -> NDArray[np.int64]:
    """Number of valid samples of each trajectory."""
    if "length" in series.coords:
        limit = series.sizes["time"]
        return np.minimum(np.asarray(series["length"].values, dtype=np.int64), limit)
    return np.full(series.sizes["trajectory"], series.sizes["time"], dtype=np.int64)


def trajectories(series: Any) -> list[Floats]:
    """Valid samples of each trajectory, as contiguous arrays ``(T_i, N)``."""
    series = as_series(series)
    return [
        np.ascontiguousarray(series.values[k, :n], dtype=np.float64)
        for k, n in enumerate(lengths(series))
    ]


def as_series(
    obj: Any,
    *,
    dt: float | None = None,
    time_unit: str | None = None,
    minimum: int | None = None,
    name: str = "series",
) -> xr.DataArray:
    """Make a checked series of whatever is given."""
    import xarray as xr

    if isinstance(obj, str | Path):
        from dsr.data.load import load

        return as_series(load(obj, dt=dt, time_unit=time_unit), minimum=minimum, name=name)
    if isinstance(obj, xr.DataArray) and obj.dims == DIMS and "dt" in obj.attrs:
        series = obj
    else:
        values = np.asarray(obj.values if isinstance(obj, xr.DataArray) else obj)
        if values.dtype.kind not in "iuf":
            raise InputError(f"the {name} must be numbers, not {values.dtype}")
        values = values.astype(np.float64)
        if values.ndim == 1:
            values = values[:, None]
        if values.ndim == 2:
            values = values[None]
        if values.ndim != 3 or 0 in values.shape:
            raise InputError(f"the {name} must have shape (time, variable), not {values.shape}")
        series = make_series(values, dt=dt or 1.0, time_unit=time_unit or "step")
    valid = [series.values[k, :n] for k, n in enumerate(lengths(series))]
    if not all(np.isfinite(v).all() for v in valid):
        raise InputError(f"the {name} holds NaN or inf; pass fill='linear' when loading it")
    if minimum is not None and sum(len(v) for v in valid) < minimum:
        raise InputError(f"the {name} has fewer than {minimum} samples")
    return series

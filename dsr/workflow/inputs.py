"""External inputs brought onto the time axis of the series that they drive."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

_TOLERANCE = 1e-3


_CURES = ("fill", "resample")


def open_series(
    series: Any, options: Mapping[str, Any] | None, name: str = "series"
) -> xr.DataArray:
    """Read a file, or check a series in memory."""
    if isinstance(series, str | Path):
        from dsr.data.doors import load

        return load(series, **(options or {}))
    if options:
        raise InputError("load options only apply to a file; this series is in memory already")
    from dsr.data import as_series

    return as_series(series, name=name)


def open_inputs(inputs: Any, load: Mapping[str, Any] | None) -> xr.DataArray:
    """Read external inputs, of whose options only the cures are those of the series."""
    kept = {k: v for k, v in (load or {}).items() if k in _CURES or (k, v) == ("time", "none")}
    return open_series(inputs, kept if isinstance(inputs, str | Path) else None, "inputs")


def aligned(
    inputs: Any, series: xr.DataArray, load: Mapping[str, Any] | None = None
) -> xr.DataArray:
    """Cut external inputs to the samples of a series.

    Parameters
    ----------
    inputs : series or path
        Inputs at the same step, that cover the series. What has no time axis of its own (a bare
        array, a file without one) begins with the series.
    series : DataArray
        A checked series or field.
    load : mapping, optional
        Options that the series was read with: ``fill`` and ``resample``, and ``time="none"``, hold
        for a file of inputs too.

    Returns
    -------
    xarray.DataArray, (trajectory, time, variable)
        With the time axis, trajectories and split of the series.

    Raises
    ------
    InputError
        If step or unit differ, or samples of the series have no inputs.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.data import make_series
    >>> series = make_series(np.zeros((5, 1)), dt=0.5, start=1.0)
    >>> aligned(make_series(np.arange(9.0)[:, None], dt=0.5), series).values.ravel()
    array([2., 3., 4., 5., 6.])
    """
    from dsr.data.series import lengths, make_series, trajectories

    drive, first = _read(inputs, series, load or {})
    dt, unit = float(series.attrs["dt"]), str(series.attrs["time_unit"])
    counts = lengths(series)
    parts = trajectories(drive)
    parts = parts * len(counts) if len(parts) == 1 else parts
    if len(parts) != len(counts):
        raise InputError(
            f"the inputs have {len(parts)} trajectories and the series {len(counts)}; give one for "
            "each, or one for all"
        )
    lacking = max(-first, max(first + n - len(p) for n, p in zip(counts, parts, strict=True)))
    if lacking > 0:
        begin = float(series["time"].values[0])
        where = "begin" if -first > 0 else "end"
        raise InputError(
            f"the inputs do not cover the series, which runs from {begin:g} to "
            f"{begin + dt * (int(counts.max()) - 1):g} {unit}: they {where} {lacking} samples too "
            f"{'late' if where == 'begin' else 'early'}; give inputs for all samples"
        )
    cut = [part[first : first + n] for n, part in zip(counts, parts, strict=True)]
    result = make_series(
        cut,
        like=drive,
        dt=dt,
        time_unit=unit,
        start=float(series["time"].values[0]),
        trajectory=series["trajectory"].values,
        split=series["split"].values.tolist() if "split" in series.coords else None,
        source=str(drive.attrs.get("source", "")),
    )
    origin = {name: series.attrs.get(name, "") for name in ("time_origin", "calendar")}
    return result.assign_attrs(origin)


def _read(inputs: Any, series: xr.DataArray, load: Mapping[str, Any]) -> tuple[xr.DataArray, int]:
    """The inputs as a series, and which of their samples belongs to the first of the series."""
    import xarray as xr

    from dsr.data import as_series

    dt, unit = float(series.attrs["dt"]), str(series.attrs["time_unit"])
    labelled = isinstance(inputs, xr.DataArray | xr.Dataset | str | Path)
    drive = open_inputs(inputs, load) if labelled else as_series(
        inputs, dt=dt, time_unit=unit, name="inputs"
    )  # fmt: skip
    if "variable" not in drive.dims:
        raise InputError("external inputs must be a series (time, variable), and are a field")
    own = str(drive.attrs["time_unit"])
    if not labelled or (own == "step" and unit != "step"):
        return drive, 0
    if own != unit:
        raise InputError(
            f"the time of the inputs is in {own!r} and that of the series in {unit!r}; give both "
            "in the same unit"
        )
    step = float(drive.attrs["dt"])
    if abs(step - dt) > _TOLERANCE * dt:
        raise InputError(
            f"the inputs have a step of {step:g} {unit} and the series one of {dt:g}; resample "
            "one of them to the step of the other"
        )
    begin = float(series["time"].values[0]) - float(drive["time"].values[0])
    samples = (begin - _later(drive, series)) / dt
    first = round(samples)
    if abs(samples - first) > max(0.01, _TOLERANCE * abs(samples)):
        raise InputError(
            "the samples of the inputs lie between those of the series, "
            f"{abs(samples - first):.2g} of a step beside them; resample them onto its time axis"
        )
    return drive, first


def _later(drive: xr.DataArray, series: xr.DataArray) -> float:
    """How much later time zero of the inputs is than that of the series, in its unit."""
    import cftime

    from dsr.data.time.calendars import MONTHLY, read_reference
    from dsr.data.time.units import SECONDS

    origins = [str(one.attrs.get("time_origin", "")) for one in (drive, series)]
    unit = str(series.attrs["time_unit"])
    if origins[0] == origins[1] or not all(origins):
        return 0.0
    if unit in MONTHLY:
        months = [12 * int(text[:4]) + int(text[5:7]) for text in origins]
        return (months[0] - months[1]) / (12.0 if unit == "year" else 1.0)
    calendar = str(series.attrs.get("calendar") or "standard")
    moment = read_reference(0.0, f"seconds since {origins[0]}", calendar, "time of the inputs")
    later = float(cftime.date2num(moment, f"seconds since {origins[1]}", calendar=calendar))
    return later / float(np.float64(SECONDS.get(unit, 1.0)))

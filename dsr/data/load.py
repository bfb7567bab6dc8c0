"""`load`: from any file to a series, by what the file is and not by what it is called."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dsr.data.clean import constant_columns, fill_gaps, missing_error
from dsr.data.even_axis import EvenAxis, even_axis
from dsr.data.even_axis import resample as resampled
from dsr.data.raw import LoadOptions, RawTable
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

_MAGIC = (
    (b"\x89HDF", "hdf5"),
    (b"CDF\x01", "classic"),
    (b"CDF\x02", "classic"),
    (b"\x93NUMPY", "npy"),
    (b"PK\x03\x04", "npz"),
    (b"PK\x05\x06", "npz"),
)


def load(
    path: str | Path,
    *,
    variables: Sequence[str] | str | None = None,
    time: str | None = None,
    trajectory: str | None = None,
    group: str | None = None,
    dt: float | None = None,
    time_unit: str | None = None,
    resample: float | str | None = None,
    fill: str | None = None,
    drop_constant: bool = False,
) -> xr.DataArray:
    """Read a series from NetCDF (classic or HDF5), Zarr, CSV, ``.npy`` or ``.npz``.

    Parameters
    ----------
    path : path
        The file; its kind is told from its first bytes.
    variables : list of str or "a,b", optional
        Which variables; all numeric ones with a time dimension if not given.
    time, trajectory : str, optional
        Names of the time axis and of the trajectory dimension (or column).
    group : str, optional
        Group of a NetCDF file.
    dt, time_unit : float, str, optional
        Step and unit for a file without a time axis (or instead of it).
    resample : float, str or "auto", optional
        Interpolate onto an even axis of this step: in the unit of the axis, or as ``"0.1s"``.
    fill : {"linear", "nearest", "previous"}, optional
        Fill missing values along time.
    drop_constant : bool
        Leave out variables that never change.

    Returns
    -------
    xarray.DataArray, (trajectory, time, variable)
        float64, complete and evenly sampled. Dates become seconds since the first sample
        (``attrs["time_origin"]``); axes regular in calendar months or years keep these as unit.
        ``attrs["notes"]`` says what was done or left out. A file with two space axes gives a field
        ``(trajectory, time, channel, y, x)``.

    Raises
    ------
    InputError
        One sentence that says what is wrong, where, and which option cures it.

    Examples
    --------
    >>> import dsr, tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "pendulum.csv")
    ...     _ = path.write_text("time,angle\\n" + "".join(f"{k/10},{k%7}\\n" for k in range(30)))
    ...     series = dsr.load(path)
    >>> series.attrs["dt"], series.sizes["time"]
    (0.1, 30)
    """
    path = Path(path)
    options = LoadOptions(variables, time, trajectory, group, dt, time_unit)
    found = read(path, options)
    if not isinstance(found, RawTable):
        if "variable" not in found.dims:
            return found
        if resample is None and fill is None and not drop_constant:
            return _checked(found, path)
        found = _as_table(found)
    return assemble(found, path, options, resample=resample, fill=fill, drop_constant=drop_constant)


def read(path: Path, options: LoadOptions) -> RawTable | xr.DataArray:
    """Read a file by its first bytes."""
    kind = sniff(path)
    if kind == "zarr":
        from dsr.data.zarr_store import read_zarr

        return read_zarr(path, options)
    if kind in ("hdf5", "classic"):
        from dsr.data.netcdf import read_netcdf

        return read_netcdf(path, "h5netcdf" if kind == "hdf5" else "scipy", options)
    if kind == "npy":
        from dsr.data.arrays import read_npy

        return read_npy(path, options)
    if kind == "npz":
        from dsr.data.arrays import read_npz

        return read_npz(path, options)
    from dsr.data.tables import read_csv_table

    return read_csv_table(path, options)


def sniff(path: Path) -> str:
    """Kind of a file: zarr, hdf5, classic, npy, npz or text."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            if any((path / name).exists() for name in ("zarr.json", ".zgroup", ".zmetadata")):
                return "zarr"
            raise InputError(f"{path} is a folder and not a Zarr store; name a file in it")
        if not stat.S_ISREG(mode):
            raise InputError(f"{path} is not a regular file")
        with open(path, "rb") as file:
            head = file.read(8)
    except FileNotFoundError:
        raise InputError(f"there is no file {str(path)!r}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{str(path)!r} cannot be opened: {reason}") from None
    if not head:
        raise InputError(f"{path} is empty")
    if head.startswith(b"CDF\x05"):
        raise InputError(
            f"{path} is a 64-bit-data (CDF-5) NetCDF file, which is not supported; convert it "
            "with nccopy -k nc4"
        )
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return "text"


def assemble(
    table: RawTable,
    path: Path,
    options: LoadOptions,
    *,
    resample: float | str | None,
    fill: str | None,
    drop_constant: bool,
) -> xr.DataArray:
    """Make a series of what a reader found: even axis, cures, checks, labels."""
    from dsr.data.series import make_series

    parts = [np.ascontiguousarray(part, dtype=np.float64) for part in table.values]
    if not parts or any(part.size == 0 for part in parts):
        raise InputError(f"{path} holds no samples")
    notes = list(table.notes)
    axis, parts = _axis(table, parts, options, resample, notes)
    notes += axis.notes
    if fill is not None and any(not np.isfinite(p).all() for p in parts):
        missing = sum(int((~np.isfinite(p)).sum()) for p in parts)
        parts = fill_gaps(parts, fill)
        notes.append(f"filled {missing} missing values ({fill})")
    error = missing_error(parts, table.variables, lambda k: _when(table, axis, k))
    if error is not None:
        raise error
    variables, units = list(table.variables), list(table.units or [""] * len(table.variables))
    parts, variables, units = _without_constants(parts, variables, units, drop_constant, notes)
    series = make_series(
        parts if len({len(p) for p in parts}) > 1 else np.stack(parts),
        dt=axis.dt, time_unit=axis.unit, variables=variables, start=axis.start,
        trajectory=table.trajectory, split=table.split, source=path.name, notes=notes,
    )  # fmt: skip
    series.attrs.update(time_origin=axis.origin, calendar=axis.calendar, variable_units=units)
    series.attrs.update(table.attrs)
    return _checked(series, path)


def _axis(
    table: RawTable, parts: list[Any], options: LoadOptions, wish: Any, notes: list[str]
) -> tuple[EvenAxis, list[Any]]:
    longest = max(len(part) for part in parts)
    if wish is None:
        axis = even_axis(
            table.time, longest, unit=table.time_unit, dt=options.dt, time_unit=options.time_unit
        )
        return axis, parts
    time = table.time
    if options.dt is not None:
        time = options.dt * np.arange(longest)
    if time is None:
        raise InputError("resample= needs a time axis, or dt=")
    if any(len(part) != len(time) for part in parts):
        raise InputError("trajectories of unequal length cannot be resampled; load them one by one")
    parts, target, unit, origin = resampled(parts, time, wish, table.time_unit)
    step = float(target[1] - target[0])
    notes.append(f"resampled to a step of {step:.6g} {unit} by linear interpolation")
    unit = options.time_unit or unit
    return EvenAxis(float(target[0]), step, unit, origin, "", []), parts


def _when(table: RawTable, axis: EvenAxis, k: int) -> str:
    if table.time is not None and k < len(table.time) and table.time.dtype.kind in "MO":
        label = table.time[k]
        return str(label.astype("datetime64[s]")) if table.time.dtype.kind == "M" else str(label)
    return f"{axis.start + k * axis.dt:.6g} {axis.unit} (sample {k})"


def _without_constants(
    parts: list[Any], variables: list[str], units: list[str], drop: bool, notes: list[str]
) -> tuple[list[Any], list[str], list[str]]:
    still = constant_columns(parts)
    if not still.any():
        return parts, variables, units
    names = [v for v, s in zip(variables, still, strict=True) if s]
    if still.all():
        raise InputError(f"no variable ever changes ({', '.join(names[:5])}); there is no dynamics")
    if not drop:
        raise InputError(
            f"variable {', '.join(names[:5])} never changes ({len(names)} of {len(variables)} "
            "variables); pass drop_constant=True (--drop-constant) to leave it out"
        )
    notes.append(f"left out, never changing: {', '.join(names)}")
    keep = np.flatnonzero(~still)
    return (
        [np.ascontiguousarray(p[:, keep]) for p in parts],
        [variables[k] for k in keep],
        [units[k] for k in keep],
    )


def _as_table(series: xr.DataArray) -> RawTable:
    from dsr.data.series import lengths

    values = [series.values[k, :n] for k, n in enumerate(lengths(series))]
    split = series["split"].values.tolist() if "split" in series.coords else None
    return RawTable(
        values, [str(v) for v in series["variable"].values], series["time"].values,
        str(series.attrs["time_unit"]), list(series.attrs.get("variable_units", [])),
        series["trajectory"].values, split, list(series.attrs.get("notes", [])),
    )  # fmt: skip


def _checked(series: xr.DataArray, path: Path) -> xr.DataArray:
    from dsr.data.series import as_series

    with np.errstate(over="ignore", invalid="ignore"):
        spread = np.nanstd(series.values.reshape(-1, series.sizes["variable"]), axis=0)
    if not np.isfinite(spread).all():
        raise InputError(
            f"values of {path.name} are too large to compute with (above 1e150); rescale the series"
        )
    return as_series(series)

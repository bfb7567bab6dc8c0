"""The doors: from any file or object to a series, by what it is and not by what it is called."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dsr.data import series as ground
from dsr.data.cleaning import Cures, finish, judged
from dsr.data.doubts import with_doubts
from dsr.data.files import reason
from dsr.data.labelled.layout import table_from_dataset
from dsr.data.labelled.picks import Picks, no_such, pick
from dsr.data.labelled.relabel import own_series, series_table
from dsr.data.readers.netcdf import read_netcdf
from dsr.data.readers.numpy_files import read_npy, read_npz
from dsr.data.readers.objects import object_table
from dsr.data.readers.tables import read_csv
from dsr.data.readers.zarr_store import read_zarr
from dsr.data.table import Table, assemble
from dsr.errors import InputError
from dsr.text import suggestion

if TYPE_CHECKING:
    import xarray as xr

_MAGIC = (
    (b"\x89HDF\r\n\x1a\n", "hdf5"),
    (b"CDF\x01", "classic"),
    (b"CDF\x02", "classic"),
    (b"\x93NUMPY", "npy"),
    (b"PK\x03\x04", "npz"),
    (b"PK\x05\x06", "npz"),
)
FORMATS = {
    "hdf5": "NetCDF-4 (HDF5)",
    "classic": "NetCDF-3 (classic)",
    "npy": "NumPy array",
    "npz": "NumPy archive",
    "zarr": "Zarr store",
    "text": "text table",
}
_ZARR_FILES = ("zarr.json", ".zgroup", ".zmetadata", ".zarray")


def load(
    path: str | PathLike[str],
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
        The file, or the folder of a Zarr store; its kind is told from its first bytes.
    variables : list of str or "a,b", optional
        Which variables; all numeric ones with a time dimension if not given. In an ``.npz``
        file, which array.
    time, trajectory : str, optional
        Names of the time axis and of the trajectory dimension (in a table: columns). ``"none"``:
        nothing in the file is a time axis.
    group : str, optional
        Group of a NetCDF file or Zarr store.
    dt : float, optional
        Sampling step of a file without a time axis, or whose axis only counts samples.
    time_unit : str, optional
        Unit of `dt`; or the unit wanted of an axis in seconds (``"day"``) or months (``"year"``).
    resample : float, str or "auto", optional
        Interpolate onto an even axis of this step: in the unit of the axis, or as ``"0.1s"``.
    fill : {"linear", "nearest", "previous", "mean"}, optional
        Fill missing values along time.
    drop_constant : bool
        Leave out variables that do not vary.

    Returns
    -------
    xarray.DataArray, (trajectory, time, variable)
        float64, complete and evenly sampled. Dates and durations become seconds after the first
        sample, whose date is ``attrs["time_origin"]``; axes that are regular in calendar months
        or years have these as unit. ``attrs["notes"]`` say what was done or left out. A file
        whose variables have two space dimensions gives a field
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
    place = _as_path(path)
    name = f"series in {place.name}"
    picks = Picks(variables, time, trajectory, group)
    cures = Cures(dt, time_unit, resample, fill, drop_constant)
    found = read(place, picks, time_unit=time_unit)
    if not isinstance(found, Table):
        if all(option is None for option in (*picks[:3], *cures[:4])):
            return judged(found, drop_constant=drop_constant, name=name)
        found = _chosen(found, picks)
    return finish(found, cures, name=name)


def as_series(
    obj: Any,
    *,
    dt: float | None = None,
    time_unit: str | None = None,
    minimum: int | None = None,
    name: str = "series",
    finite: bool = True,
) -> xr.DataArray:
    """Make a checked series of whatever is given: the single door of the package.

    Parameters
    ----------
    obj : DataArray, Dataset, array, list of arrays, DataFrame or path
        A series as it is; a labelled array with a time dimension; a bare array ``(time,)``,
        ``(time, variable)`` or ``(trajectory, time, variable)``; a list of arrays
        ``(time, variable)`` of any lengths, one per trajectory; or what `dsr.load` reads.
    dt, time_unit : optional
        Step and unit where `obj` has no time axis.
    minimum : int, optional
        Least number of samples, over all trajectories.
    name : str
        What to call it in messages.
    finite : bool
        Refuse NaN and infinities within the trajectories; of a field, those that come and go.

    Returns
    -------
    xarray.DataArray, (trajectory, time, variable), float64, C-contiguous
        `obj` itself, not a copy, where it is a sound series already. Of labelled arrays with two
        space dimensions: a field ``(trajectory, time, channel, y, x)``, its coordinates kept.

    Raises
    ------
    InputError
        If it cannot be used; the message says what, where and what to do.

    Examples
    --------
    >>> import numpy as np
    >>> series = as_series(np.zeros((100, 3)), dt=0.1)
    >>> series.dims, series.attrs["dt"]
    (('trajectory', 'time', 'variable'), 0.1)
    """
    if isinstance(obj, str | PathLike):
        obj = load(obj, dt=dt, time_unit=time_unit)
    elif not ground.is_settled(obj):
        table = object_table(obj, name=name, time_unit=time_unit)
        obj = assemble(with_doubts(table), dt=dt, time_unit=time_unit)
    return ground.checked(obj, minimum=minimum, name=name, finite=finite)


def trajectories(series: Any) -> list[NDArray[np.float64]]:
    """Valid samples of each trajectory, as contiguous arrays ``(T_i, N)``, padding left out.

    Parameters
    ----------
    series : series
        Anything `as_series` takes; of a field the arrays are ``(T_i, C, Y, X)``.

    Returns
    -------
    list of ndarray

    Raises
    ------
    InputError
        As `as_series`.

    Examples
    --------
    >>> import numpy as np
    >>> [part.shape for part in trajectories([np.zeros((5, 2)), np.ones((3, 2))])]
    [(5, 2), (3, 2)]
    """
    return ground.trajectories(as_series(series))


def read(path: Path, picks: Picks, *, time_unit: str | None = None) -> Table | xr.DataArray:
    """Read a file as it stands, before any cure; a series that dsr wrote comes back as it was."""
    kind = sniff(path)
    if kind in ("hdf5", "classic", "zarr"):
        return _read_dataset(path, kind, picks, time_unit)
    if picks.group is not None:
        raise InputError(f"{path} is a {FORMATS[kind]}, which has no groups; leave group= out")
    if kind == "npy":
        return read_npy(path, picks)
    return (read_npz if kind == "npz" else read_csv)(path, picks, time_unit=time_unit)


def sniff(path: Path) -> str:
    """Tell the kind of a file from its first bytes: a key of ``FORMATS``."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            if any((path / name).exists() for name in _ZARR_FILES):
                return "zarr"
            raise InputError(f"{path} is a folder and no Zarr store; name a file in it")
        if not stat.S_ISREG(mode):
            raise InputError(f"{path} is not a regular file; copy its content to one")
        with open(path, "rb") as file:
            head = file.read(8)
    except FileNotFoundError as error:
        raise InputError(f"there is no file {_shown(path)}{_neighbour(path)}") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{_shown(path)} cannot be opened: {reason(error)}") from error
    if not head:
        raise InputError(f"{path} is empty")
    if head.startswith(b"\x1f\x8b"):
        raise InputError(f"{path} is compressed (gzip); unpack it first, with: gunzip -k FILE")
    if head.startswith(b"CDF\x05"):
        raise InputError(
            f"{path} is a NetCDF file of the 64-bit data kind (CDF-5), which is not supported; "
            "convert it with: nccopy -k nc4 OLD NEW"
        )
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return "text"


def _read_dataset(
    path: Path, kind: str, picks: Picks, time_unit: str | None
) -> Table | xr.DataArray:
    if kind == "zarr":
        dataset, notes = read_zarr(path, picks.group)
    else:
        engine = "h5netcdf" if kind == "hdf5" else "scipy"
        dataset, notes = read_netcdf(path, engine, picks.group)
    own = own_series(dataset)
    if own is not None:
        return own
    table = table_from_dataset(dataset, picks, time_unit=time_unit, source=path.name)
    return table.with_notes(*notes)


def _chosen(series: xr.DataArray, picks: Picks) -> Table:
    """Take a series of dsr's own apart, with the variables asked for."""
    for name, expected in ((picks.axis, "time"), (picks.trajectory, "trajectory")):
        if name not in (None, expected):
            raise no_such(str(name), [expected], f"{expected} axis")
    label = str(series.dims[2])
    known = [str(v) for v in series[label].values]
    wanted = pick(known, picks.names)
    if wanted != known:
        series = ground.select(series, [known.index(name) for name in wanted])
    table = series_table(series)
    return replace(table, axes=None) if picks.untimed else table


def _as_path(path: Any) -> Path:
    try:
        return Path(os.fspath(path))
    except TypeError as error:
        raise InputError(f"a path is needed, not {type(path).__name__}") from error


def _shown(path: Path) -> str:
    text = str(path)
    return repr(text if len(text) <= 200 else f"{text[:100]}...{text[-90:]}")


def _neighbour(path: Path) -> str:
    """Offer a file of nearly the same name in the same folder."""
    try:
        names = [entry.name for entry in path.parent.iterdir()][:2000]
    except OSError:
        return ""
    hint = suggestion(path.name, names)
    return f"; {hint}" if hint.startswith("did") else ""

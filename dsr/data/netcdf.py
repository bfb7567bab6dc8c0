"""NetCDF, classic and HDF5: variables with a time dimension become one series."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dsr.data.raw import LoadOptions, RawTable, nearest, pick
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

_TIME_NAMES = ("time", "t", "date", "datetime", "timestamp", "times")
_TRAJECTORY_NAMES = (
    "trajectory", "traj", "station", "subject", "trial", "realization", "member", "ensemble", "run",
)  # fmt: skip
_SPACE_NAMES = ("lat", "lon", "latitude", "longitude", "x", "y", "xc", "yc", "rlat", "rlon")
_MOST_FEATURES = 512
_CLEAR_AXIS = 5


def read_netcdf(path: Path, engine: str, options: LoadOptions) -> RawTable | xr.DataArray:
    """Read a file with the given xarray engine; dsr's own series come back as they were."""
    dataset, notes = _open(path, engine, options.group)
    own = own_series(dataset)
    if own is not None and options == LoadOptions(group=options.group):
        return own
    table = stack_dataset(dataset, options)
    if isinstance(table, RawTable):
        table.notes[:0] = notes
    return table


def own_series(dataset: xr.Dataset) -> xr.DataArray | None:
    """Series of a file that dsr wrote, with its attributes in their own types; None for others."""
    from dsr.data.series import DIMS

    if "series" not in dataset or dataset["series"].dims != DIMS:
        return None
    series = dataset["series"]
    if "dt" not in series.attrs or "time_unit" not in series.attrs:
        return None
    series = series.astype(np.float64)
    attrs: dict[str, Any] = {}
    for name, value in series.attrs.items():
        if name in ("notes", "variable_units"):
            attrs[name] = _as_list(value)
        elif isinstance(value, np.generic):
            attrs[name] = value.item()
        elif isinstance(value, np.ndarray):
            attrs[name] = value.tolist()
        else:
            attrs[name] = value
    series.attrs = attrs
    for name in ("variable", "split"):
        if name in series.coords:
            series[name] = series[name].astype(str)
    return series


def _as_list(value: Any) -> list[str]:
    if isinstance(value, str):
        return [] if value in ("", "[]") else [value]
    return [str(v) for v in np.atleast_1d(value)]


def _open(path: Path, engine: str, group: str | None) -> tuple[xr.Dataset, list[str]]:
    import xarray as xr

    notes: list[str] = []
    content = io.BytesIO(path.read_bytes())
    settings: dict[str, Any] = {"engine": engine, "decode_times": False, "decode_timedelta": False}
    with quiet_cleanup():
        try:
            if engine == "h5netcdf" and group is None:
                group = _only_group(content, settings, notes)
                content.seek(0)
            if group is not None:
                settings["group"] = group
            with xr.open_dataset(content, **settings) as dataset:
                return dataset.load(), notes
        except InputError:
            raise
        except MemoryError:
            raise InputError(f"{path} needs more memory than there is") from None
        except Exception as error:
            detail = " ".join(str(error).split())[:120]
            raise InputError(
                f"{path} cannot be read as NetCDF ({type(error).__name__}: {detail}); it may be "
                "damaged or incomplete"
            ) from None


def _only_group(content: io.BytesIO, settings: dict[str, Any], notes: list[str]) -> str | None:
    """Group that holds the data where the root holds none; several are asked about."""
    import xarray as xr

    groups = xr.open_groups(content, **settings)
    full = [name for name, ds in groups.items() if any(_numeric(v) for v in ds.data_vars.values())]
    if "/" in full or not full:
        return None
    if len(full) > 1:
        raise InputError(f"the file holds several groups with data ({', '.join(full)}); pick one "
                         "with group=")  # fmt: skip
    notes.append(f"read group {full[0]}, the only one with data")
    return full[0]


@contextmanager
def quiet_cleanup() -> Iterator[None]:
    """Keep libraries from printing the errors of handles they close behind a refused file."""
    previous = sys.unraisablehook
    sys.unraisablehook = lambda *_: None
    try:
        yield
    finally:
        sys.unraisablehook = previous


def stack_dataset(dataset: xr.Dataset, options: LoadOptions) -> RawTable | xr.DataArray:
    """Stack the variables that share the time dimension; a field comes back labelled."""
    notes: list[str] = []
    candidates = _candidates(dataset, notes)
    if not candidates:
        raise InputError("the file holds no numeric variable with at least one dimension")
    time_dim, coordinate = _time(dataset, candidates, options, notes)
    trajectory = _trajectory(dataset, candidates, options, time_dim)
    usable = [n for n in candidates if time_dim in dataset[n].dims]
    left = [n for n in candidates if n not in usable]
    if left and options.variables is None:
        notes.append(f"left out, without the time dimension {time_dim!r}: {', '.join(left[:8])}")
    field = _field(dataset, usable, options, time_dim, trajectory)
    if field is not None:
        return field
    columns = _columns(dataset, usable, time_dim, trajectory)
    names = pick(list(columns), _expanded(options.variables, list(columns)))
    blocks = [columns[name] for name in names]
    most = max(len(block) for block in blocks)
    whole = np.stack([np.broadcast_to(b, (most, b.shape[1])) for b in blocks], axis=2)
    source = dataset[coordinate] if coordinate else None
    time, unit = (None, "") if source is None else decode_time(source)
    units = [str(dataset[_owner(n, dataset)].attrs.get("units", "")) for n in names]
    labels = dataset[trajectory].values if trajectory in dataset.coords else None
    return RawTable(
        _cut(dataset, whole), names, time, unit, units, labels, _split(dataset, trajectory), notes
    )


def decode_time(variable: xr.DataArray) -> tuple[np.ndarray[Any, Any], str]:
    """Values of a time variable: dates where its units say so, else numbers and their unit."""
    import xarray as xr

    units = str(variable.attrs.get("units", ""))
    values = variable.values
    if values.dtype.kind in "Mm":
        return values, ""
    if values.dtype.kind in "SUO":
        try:
            return values.astype("datetime64[ns]"), ""
        except ValueError:
            raise InputError("the time variable holds text that is no ISO date") from None
    found = re.match(r"\s*(months?|years?)\s+since\s", units)
    if found:
        name = found.group(1).rstrip("s")
        return values.astype(np.float64), name
    if " since " not in units:
        return values, units
    try:
        with _no_warnings():
            decoded = xr.decode_cf(
                xr.Dataset({"time": ("n", values, dict(variable.attrs))}), decode_timedelta=False
            )
        return np.asarray(decoded["time"].values), ""
    except Exception as error:
        detail = " ".join(str(error).split())[:120]
        raise InputError(f"the time units {units!r} cannot be decoded: {detail}") from None


@contextmanager
def _no_warnings() -> Iterator[None]:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _numeric(variable: Any) -> bool:
    return variable.dtype.kind in "iuf" and variable.ndim > 0


def _candidates(dataset: xr.Dataset, notes: list[str]) -> list[str]:
    helpers: set[str] = set()
    for variable in dataset.variables.values():
        for key in ("bounds", "grid_mapping", "ancillary_variables", "cell_measures"):
            words = str({**variable.attrs, **variable.encoding}.get(key, ""))
            helpers.update(re.findall(r"\w+", words))
    names = [str(n) for n in dataset.data_vars if n not in helpers]
    good = [n for n in names if _numeric(dataset[n])]
    left = [n for n in names if n not in good]
    if left:
        notes.append(f"left out, neither numbers nor series: {', '.join(left[:8])}")
    return good


def _time(
    dataset: xr.Dataset, candidates: list[str], options: LoadOptions, notes: list[str]
) -> tuple[str, str | None]:
    """Time dimension, and the variable that holds its values if there is one."""
    dims = [str(d) for n in candidates for d in dataset[n].dims]
    if options.time is not None:
        known = list(dict.fromkeys([*dims, *map(str, dataset.variables)]))
        if options.time not in known:
            raise nearest(options.time, known, "time axis")
        if options.time in dataset.variables:
            variable = dataset[options.time]
            if variable.ndim != 1:
                raise InputError(f"the time variable {options.time!r} must have one dimension")
            return str(variable.dims[0]), options.time
        return options.time, None
    for name in map(str, dataset.variables):
        variable = dataset[name]
        marked = variable.attrs.get("axis") == "T" or variable.attrs.get("standard_name") == "time"
        dated = " since " in str(variable.attrs.get("units", ""))
        if (
            variable.ndim == 1
            and str(variable.dims[0]) in dims
            and (marked or dated or name.lower() in _TIME_NAMES)
        ):
            return str(variable.dims[0]), name
    for dim in dims:
        if dim.lower() in _TIME_NAMES:
            return dim, None
    sizes = sorted({(dataset.sizes[d], d) for d in dims}, reverse=True)
    if len(sizes) == 1 or sizes[0][0] >= _CLEAR_AXIS * sizes[1][0]:
        notes.append(f"took dimension {sizes[0][1]!r} for time, the longest by far")
        return sizes[0][1], None
    listed = ", ".join(f"{d} ({n})" for n, d in sizes)
    raise InputError(f"no dimension is clearly time ({listed}); name it with time=")


def _trajectory(
    dataset: xr.Dataset, candidates: list[str], options: LoadOptions, time_dim: str
) -> str | None:
    dims = {str(d) for n in candidates for d in dataset[n].dims} - {time_dim}
    if options.trajectory is not None:
        if options.trajectory not in dims:
            raise nearest(options.trajectory, sorted(dims), "trajectory dimension")
        return options.trajectory
    return next((d for d in sorted(dims) if d.lower() in _TRAJECTORY_NAMES), None)


def _columns(
    dataset: xr.Dataset, usable: list[str], time_dim: str, trajectory: str | None
) -> dict[str, Any]:
    """Arrays ``(K, T)`` by name; a feature dimension gives one column for each of its entries."""
    columns: dict[str, Any] = {}
    for name in usable:
        variable = dataset[name]
        extra = [str(d) for d in variable.dims if d not in (time_dim, trajectory)]
        if len(extra) > 1:
            raise InputError(
                f"variable {name!r} has dimensions {tuple(variable.dims)}; a series has time, "
                "one feature dimension and trajectories, so select from the others first"
            )
        order = [d for d in (trajectory, time_dim, *extra) if d in variable.dims]
        values = variable.transpose(*order).values.astype(np.float64)
        if trajectory is None or trajectory not in variable.dims:
            values = values[None]
        if not extra:
            columns[name] = values
            continue
        size = values.shape[2]
        if size > _MOST_FEATURES or extra[0].lower() in _SPACE_NAMES:
            raise InputError(
                f"variable {name!r} has a dimension {extra[0]!r} of {size} entries, which is "
                "space and not a list of variables; select points of it first"
            )
        labels = dataset[extra[0]].values if extra[0] in dataset.coords else range(size)
        texts = [str(label) for label in labels]
        single = len(usable) == 1 and extra[0] in dataset.coords
        for j, text in enumerate(texts):
            columns[text if single else f"{name}[{text}]"] = values[:, :, j]
    return columns


def _expanded(wanted: Any, names: list[str]) -> Any:
    """A wanted ``u`` stands for all of ``u[0], u[1], ...``."""
    if wanted is None:
        return None
    listed = wanted.split(",") if isinstance(wanted, str) else [str(w) for w in wanted]
    result: list[str] = []
    for name in (n.strip() for n in listed):
        members = [n for n in names if n.startswith(f"{name}[")]
        result += members if members and name not in names else [name]
    return result


def _owner(column: str, dataset: xr.Dataset) -> str:
    if column in dataset.variables:
        return column
    base = column.rsplit("[", 1)[0]
    return base if base in dataset.variables else str(next(iter(dataset.data_vars)))


def _cut(dataset: xr.Dataset, whole: Any) -> list[Any]:
    """One array for each trajectory, without the padding that a ``length`` coordinate marks."""
    if "length" not in dataset.variables or dataset["length"].size != len(whole):
        return list(whole)
    ends = dataset["length"].values.astype(int)
    if (ends < 1).any() or (ends > whole.shape[1]).any():
        raise InputError("the length coordinate does not fit the time axis of the file")
    return [part[:end] for part, end in zip(whole, ends, strict=True)]


def _split(dataset: xr.Dataset, trajectory: str | None) -> list[str] | None:
    if trajectory is None or "split" not in dataset.variables:
        return None
    if dataset["split"].dims != (trajectory,):
        return None
    return [str(s) for s in dataset["split"].values]


def _field(
    dataset: xr.Dataset, usable: list[str], options: LoadOptions, time_dim: str,
    trajectory: str | None,
) -> xr.DataArray | None:  # fmt: skip
    """A field ``(trajectory, time, channel, y, x)`` where the variables have two space axes."""
    import xarray as xr

    names = pick(usable, options.variables) if set(_names(options.variables)) <= set(usable) else []
    names = [n for n in names if len(set(dataset[n].dims) - {time_dim, trajectory}) >= 2]
    if not names:
        return None
    shapes = {tuple(d for d in dataset[n].dims if d not in (time_dim, trajectory)) for n in names}
    first = next(iter(shapes))
    if len(shapes) != 1 or len(first) not in (2, 3):
        raise InputError(
            "the variables of the field have different dimensions; pick with variables="
        )
    order = [d for d in (trajectory, time_dim, *first) if d is not None]
    blocks = [dataset[n].transpose(*order).values.astype(np.float64) for n in names]
    blocks = [b if trajectory is not None else b[None] for b in blocks]
    values = np.concatenate(blocks, axis=2) if len(first) == 3 else np.stack(blocks, axis=2)
    notes = ["a field with two space axes"]
    return xr.DataArray(
        values, dims=("trajectory", "time", "channel", "y", "x"),
        attrs={"dt": options.dt or 1.0, "time_unit": options.time_unit or "step", "notes": notes},
        name="field",
    )  # fmt: skip


def _names(variables: Any) -> list[str]:
    if variables is None:
        return []
    listed = variables.split(",") if isinstance(variables, str) else list(variables)
    return [str(v).strip() for v in listed]

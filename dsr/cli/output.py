"""Where results go: names that collide with nothing, and one writer for every kind of file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsr.errors import InputError

if TYPE_CHECKING:
    from xarray import DataArray, Dataset

SERIES_SUFFIXES = (".nc", ".csv", ".npy")
RESULT_SUFFIXES = (".nc", ".json")
_PARTS_OF_A_RUN = ("results.nc", "metrics.json")


def free_name(stem: str, suffix: str = ".nc", folder: Path | None = None) -> Path:
    """Return a file name that is not taken: ``stem.nc``, else ``stem-2.nc``, ``stem-3.nc`` ...

    Examples
    --------
    >>> free_name("a-name-nobody-has-taken").name
    'a-name-nobody-has-taken.nc'
    """
    folder = Path() if folder is None else folder
    path, count = folder / f"{stem}{suffix}", 2
    while path.exists() or path.is_symlink():
        path, count = folder / f"{stem}-{count}{suffix}", count + 1
    return path


def output_path(
    out: Path | None,
    stem: str,
    suffixes: tuple[str, ...] = SERIES_SUFFIXES,
    *,
    keep: tuple[str | Path | None, ...] = (),
) -> Path:
    """Return the file to write, checked before any long work begins.

    Parameters
    ----------
    out : Path or None
        What the user asked for; a file of that name is replaced. None: a free name from ``stem``.
    stem : str
        The beginning of the name where none was given.
    suffixes : tuple of str
        The kinds of file that can be written.
    keep : tuple of paths
        Files that are read, and must not be replaced by what is made from them.

    Raises
    ------
    InputError
        If the kind is unknown, the folder is missing, the name is a folder's, or the file is an
        input or a part of a run.
    """
    if out is None:
        return free_name(stem)
    if out.suffix.lower() not in suffixes:
        raise InputError(
            f"cannot write '{out}': its ending names no kind of file that can be written here; "
            f"use {', '.join(suffixes[:-1])} or {suffixes[-1]}"
        )
    if out.is_dir():
        raise InputError(f"cannot write '{out}': it is a folder; name a file in it")
    if not out.absolute().parent.is_dir():
        raise InputError(
            f"cannot write '{out}': there is no folder '{out.parent}'; make it or choose another"
        )
    for read in keep:
        if read is not None and Path(read).exists() and out.exists() and out.samefile(read):
            raise InputError(
                f"'{out}' is what is read here and would be replaced; choose another -o"
            )
    if out.name in _PARTS_OF_A_RUN and (out.absolute().parent / "config.toml").is_file():
        raise InputError(
            f"'{out}' is a part of the run in '{out.parent}' and would be replaced; choose "
            "another -o"
        )
    return out


def write_series(series: DataArray, path: Path) -> None:
    """Write a series as NetCDF, CSV or NumPy file, by the ending of its name, in one step.

    A reader never meets half a file: the content goes to a temporary name first.
    """
    from dsr.data.files import atomic_write, write_dataset

    if "channel" in series.dims:
        only_netcdf(path)
    suffix = path.suffix.lower()
    if suffix == ".nc":
        write_dataset(series, path)
    elif suffix == ".csv":
        atomic_write(path, _as_csv(series))
    else:
        atomic_write(path, _as_npy(series))


def write_result(dataset: Dataset, summary: Mapping[str, Any], path: Path) -> None:
    """Write a result as NetCDF (everything) or JSON (what ``--json`` prints)."""
    if path.suffix.lower() == ".nc":
        from dsr.data.files import write_dataset

        write_dataset(dataset, path)
    else:
        write_json(summary, path)


def write_json(summary: Mapping[str, Any], path: Path) -> None:
    """Write what ``--json`` prints into a file."""
    from dsr.cli.console import strict
    from dsr.data.files import atomic_write

    text = json.dumps(strict(summary), allow_nan=False, indent=2)
    atomic_write(path, (text + "\n").encode())


def series_facts(series: DataArray, path: Path) -> dict[str, Any]:
    """Return what ``--json`` says about a series that was written."""
    trajectories, steps = series.shape[:2]
    label = str(series.dims[2])
    facts = {
        "file": str(path),
        "trajectories": trajectories,
        "steps": steps,
        "dims": list(series.dims),
        "shape": list(series.shape),
        "dt": series.attrs.get("dt"),
        "time_unit": series.attrs.get("time_unit"),
        "notes": list(series.attrs.get("notes", [])),
    }
    return {**facts, f"{label}s": [str(name) for name in series[label].values]}


def hand_over(series: DataArray, path: Path, *, as_json: bool, **more: Any) -> None:
    """Write a series and say so; what is known beside it stands in ``--json``."""
    from dsr.cli.console import print_json, say

    write_series(series, path)
    facts = {**series_facts(series, path), **more}
    if as_json:
        print_json(facts)
        return
    field = "channel" in series.dims
    several = f"{facts['trajectories']} x " if facts["trajectories"] > 1 else ""
    names = ", ".join(facts["channels" if field else "variables"])
    grid = " on a grid of {} x {}".format(*facts["shape"][3:]) if field else ""
    reason = f"; {more['reason']}" if "reason" in more else ""
    say(f"wrote {several}{facts['steps']} {'frames' if field else 'samples'} of {names}{grid} to "
        f"{path}{reason}")  # fmt: skip


def only_netcdf(path: Path) -> None:
    """Refuse what cannot hold the coordinates, the mask and the units of a field."""
    if path.suffix.lower() != ".nc":
        raise InputError(
            f"cannot write '{path}': a field is written as NetCDF only, with its coordinates and "
            "units; use a name that ends in .nc"
        )


def _as_npy(series: DataArray) -> bytes:
    import io

    import numpy as np

    values = series.values[0] if series.shape[0] == 1 else series.values
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(values), allow_pickle=False)
    return buffer.getvalue()


def _as_csv(series: DataArray) -> bytes:
    import pandas as pd

    from dsr.data import lengths

    names = [str(name) for name in series["variable"].values]
    parts = []
    for index, length in enumerate(lengths(series)):
        block = series.isel(trajectory=index, time=slice(0, int(length)))
        frame = pd.DataFrame(block.values, columns=names)
        frame.insert(0, "time", block["time"].values)
        if series.shape[0] > 1:
            frame.insert(0, "trajectory", series["trajectory"].values[index])
        parts.append(frame)
    # pandas writes the shortest text that reads back to the same float64
    return pd.concat(parts).to_csv(index=False, lineterminator="\n").encode()

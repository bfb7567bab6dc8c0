"""Where results go: names that collide with nothing, and one writer for every kind of file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsr.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xarray import DataArray, Dataset

SERIES_SUFFIXES = (".nc", ".csv", ".npy")
RESULT_SUFFIXES = (".nc", ".json")
_PARTS_OF_A_RUN = ("results.nc", "metrics.json")


def free_name(stem: str, suffix: str = ".nc") -> Path:
    """Return a file name that is not taken: ``stem.nc``, else ``stem-2.nc``, ``stem-3.nc`` ...

    Examples
    --------
    >>> free_name("a-name-nobody-has-taken").name
    'a-name-nobody-has-taken.nc'
    """
    path, count = Path(f"{stem}{suffix}"), 2
    while path.exists() or path.is_symlink():
        path, count = Path(f"{stem}-{count}{suffix}"), count + 1
    return path


def output_path(out: Path | None, stem: str, *, keep: tuple[str | Path | None, ...] = ()) -> Path:
    """Return the file a series goes to, by default one named by ``stem`` that is not there yet."""
    return checked_path(out, SERIES_SUFFIXES, keep=keep) or free_name(stem)


def checked_path(
    out: Path | None, suffixes: tuple[str, ...], *, keep: tuple[str | Path | None, ...] = ()
) -> Path | None:
    """Return what the user wants written, checked before any long work begins.

    Parameters
    ----------
    out : Path or None
        A file of that name is replaced.
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
        return None
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


def give(
    facts: Mapping[str, Any], lines: Iterable[str], target: Path | None, *, as_json: bool
) -> None:
    """Say what was found, as one JSON object or for people, and write the object where asked."""
    from dsr.cli.console import print_json, say, strict
    from dsr.data.files import atomic_write

    if target is not None:
        text = json.dumps(strict(facts), allow_nan=False, indent=2)
        atomic_write(target, (text + "\n").encode())
    if as_json:
        print_json(facts)
    else:
        say("\n".join(lines))


def give_scores(
    scores: Dataset, summary: Mapping[str, Any], target: Path | None, *, as_json: bool
) -> None:
    """Say what `dsr.metrics.evaluate` found, and write it: all of it in a NetCDF file."""
    from dsr.cli.console import judgement_lines
    from dsr.data.files import write_dataset

    facts = dict(summary)
    lines = judgement_lines(facts, scores.attrs, "frames" if "space" in scores.attrs else "samples")
    if target is not None:
        facts["out"] = str(target)
        lines.append(f"scores    {target}")
        if target.suffix.lower() == ".nc":
            write_dataset(scores, target)
            target = None
    give(facts, lines, target, as_json=as_json)


def hand_over(series: DataArray, path: Path, *, as_json: bool, **more: Any) -> None:
    """Write a series, whole or not at all, and say so; ``more`` is known beside it."""
    from dsr.data.files import atomic_write, write_dataset

    trajectories, steps = series.shape[:2]
    label = str(series.dims[2])
    field = label == "channel"
    if field:
        only_netcdf(path)
    suffix = path.suffix.lower()
    if suffix == ".nc":
        write_dataset(series, path)
    else:
        atomic_write(path, _as_csv(series) if suffix == ".csv" else _as_npy(series))
    names = [str(name) for name in series[label].values]
    facts = {
        "file": str(path),
        "trajectories": trajectories,
        "steps": steps,
        "dims": list(series.dims),
        "shape": list(series.shape),
        "dt": series.attrs.get("dt"),
        "time_unit": series.attrs.get("time_unit"),
        "notes": list(series.attrs.get("notes", [])),
        f"{label}s": names,
        **more,
    }
    several = f"{trajectories} x " if trajectories > 1 else ""
    grid = " on a grid of {} x {}".format(*series.shape[3:]) if field else ""
    reason = f"; {more['reason']}" if "reason" in more else ""
    line = (
        f"wrote {several}{steps} {'frames' if field else 'samples'} of {', '.join(names)}{grid} "
        f"to {path}{reason}"
    )
    give(facts, [line], None, as_json=as_json)


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

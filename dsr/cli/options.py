"""Options that several verbs share, and how texts from the shell become values."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer

from dsr.errors import InputError

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of every random choice.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "--out", "-o", help="File to write (.nc, .csv or .npy); a free name if not given."
    ),
]
Variables = Annotated[
    str | None, typer.Option(help="Variables to use, separated by commas; all if not given.")
]
Time = Annotated[str | None, typer.Option(help="Name of the time axis.")]
Trajectory = Annotated[str | None, typer.Option(help="Name of the trajectory dimension or column.")]
Group = Annotated[str | None, typer.Option(help="Group of a NetCDF file.")]
Dt = Annotated[float | None, typer.Option(help="Sampling step, for a file without a time axis.")]
TimeUnit = Annotated[str | None, typer.Option(help="Unit of that step.")]
Resample = Annotated[
    str | None, typer.Option(help="Interpolate onto an even axis of this step, e.g. 0.1s, or auto.")
]
Fill = Annotated[str | None, typer.Option(help="Fill missing values: linear, nearest or previous.")]
DropConstant = Annotated[
    bool, typer.Option("--drop-constant", help="Leave out variables that never change.")
]


def loader_options(**given: Any) -> dict[str, Any]:
    """Options of `dsr.load` that were given."""
    return {name: value for name, value in given.items() if value not in (None, False)}


def parse_value(text: str) -> Any:
    """A TOML value (``3``, ``1e-3``, ``true``, ``"text"``) where it is one, else the text itself.

    Examples
    --------
    >>> parse_value("8000"), parse_value("1e-3"), parse_value("true"), parse_value("adaptive")
    (8000, 0.001, True, 'adaptive')
    """
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError):
        return text


def parse_pairs(pairs: list[str], option: str) -> dict[str, Any]:
    """Values of repeated ``key=value`` options."""
    result: dict[str, Any] = {}
    for pair in pairs:
        key, mark, text = pair.partition("=")
        if not mark or not key.strip():
            raise InputError(f"{option} {pair!r} is not of the form key=value")
        result[key.strip().replace("-", "_")] = parse_value(text.strip())
    return result


def read_config(path: Path) -> dict[str, Any]:
    """Settings of a TOML file: flat keys, or the ``config.toml`` of a run."""
    from dsr.runs import read_toml

    if not path.is_file():
        raise InputError(f"there is no settings file {str(path)!r}")
    document = read_toml(path)
    settings = document.get("settings")
    if isinstance(settings, dict):
        document = {**settings, **{k: document[k] for k in ("model", "seed") if k in document}}
    if document.get("load") == {}:
        del document["load"]
    return document

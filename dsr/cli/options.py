"""Options that several verbs share, and how texts from the shell become values."""

from __future__ import annotations

import functools
import inspect
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from dsr.errors import InputError

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of every random choice.")]
UnusedSeed = Annotated[int, typer.Option("--seed", min=0, help="Accepted; nothing is drawn here.")]
JsonOut = Annotated[
    Path | None, typer.Option("--out", "-o", help="Also write what --json prints (.json).")
]
ScoresOut = Annotated[
    Path | None, typer.Option("--out", "-o", help="Also write the scores (.nc or .json).")
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--out", "-o",
        help="File to write (.nc, .csv or .npy; a field: .nc); a free name if not given.",
    ),
]  # fmt: skip
Inputs = Annotated[
    str | None,
    typer.Option(
        help="File of the external inputs that drive the model, on a time axis of its own; --fill, "
        "--resample and --time none hold for it too."
    ),
]
Baselines = Annotated[bool, typer.Option(help="Judge the baselines beside the model.")]
_LOADER: dict[str, Any] = {
    "variables": Annotated[
        str | None, typer.Option(help="Variables to use, separated by commas; all if not given.")
    ],
    "time": Annotated[
        str | None, typer.Option(help="Name of the time axis, or none: every row is a step.")
    ],
    "trajectory": Annotated[
        str | None, typer.Option(help="Name of the trajectory dimension or column.")
    ],
    "group": Annotated[str | None, typer.Option(help="Group of a NetCDF file.")],
    "dt": Annotated[
        float | None, typer.Option(help="Sampling step, for a file without a time axis.")
    ],
    "time_unit": Annotated[str | None, typer.Option(help="Unit of that step.")],
    "resample": Annotated[
        str | None,
        typer.Option(help="Interpolate onto an even axis of this step, e.g. 0.1s, or auto."),
    ],
    "fill": Annotated[
        str | None, typer.Option(help="Fill missing values: linear, nearest or previous.")
    ],
    "drop_constant": Annotated[
        bool, typer.Option("--drop-constant", help="Leave out variables that never change.")
    ],
}


def reads_a_file(verb: Callable[..., None]) -> Callable[..., None]:
    """Give a verb the options of `dsr.load`; its argument ``load`` receives those that were given.

    The options are written down once, here, and are the same wherever a file is read.
    """
    signature = inspect.signature(verb, eval_str=True)
    parameters: list[inspect.Parameter] = []
    for name, parameter in signature.parameters.items():
        if name != "load":
            parameters.append(parameter)
            continue
        for option, annotation in _LOADER.items():
            default = False if option == "drop_constant" else None
            parameters.append(
                parameter.replace(name=option, annotation=annotation, default=default)
            )

    @functools.wraps(verb)
    def with_options(**given: Any) -> None:
        load = {name: given.pop(name) for name in _LOADER}
        verb(load={k: v for k, v in load.items() if v not in (None, False)}, **given)

    with_options.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    with_options.__annotations__ = {p.name: p.annotation for p in parameters}
    return with_options


def parse_value(text: str) -> Any:
    """A TOML value (``3``, ``1e-3``, ``true``, ``"text"``) where it is one, else the text itself.

    Examples
    --------
    >>> parse_value("8000"), parse_value("1e-3"), parse_value("true"), parse_value("adaptive")
    (8000, 0.001, True, 'adaptive')
    """
    try:
        document = tomllib.loads(f"value = {text}")
    except (tomllib.TOMLDecodeError, RecursionError):
        return text
    return document["value"] if len(document) == 1 else text  # a newline may hide a second key


def parse_pairs(pairs: list[str], option: str) -> dict[str, Any]:
    """Values of repeated ``key=value`` options."""
    result: dict[str, Any] = {}
    for pair in pairs:
        key, mark, text = pair.partition("=")
        if not mark or not key.strip():
            raise InputError(f"{option} {pair!r} is not of the form key=value")
        name, value = key.strip().replace("-", "_"), parse_value(text.strip())
        if name in result and result[name] != value:
            raise InputError(f"{option} gives {name} twice: {result[name]} and {value}; keep one")
        result[name] = value
    return result


def read_config(path: Path) -> dict[str, Any]:
    """Settings of a TOML file: flat keys, or the ``config.toml`` of a run."""
    from dsr.runs import flat_settings, read_toml

    if not path.is_file():
        raise InputError(f"there is no settings file {str(path)!r}")
    document = read_toml(path)
    if isinstance(document.get("settings"), dict):
        own = {k: v for k, v in document.items() if k in ("model", "seed")}
        document = {**flat_settings(document), **own}
    if document.get("load") == {}:
        del document["load"]
    return document

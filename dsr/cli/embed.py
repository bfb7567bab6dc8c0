"""``dsr embed FILE``: delay coordinates of a series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dsr.cli import options as opt
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr


@opt.reads_a_file
def embed(
    file: Annotated[str, typer.Argument(help="Series; of one variable for --method uniform.")],
    method: Annotated[
        str, typer.Option(help="uniform (one delay), or pecuzal (delays and variables chosen).")
    ] = "uniform",
    dimension: Annotated[
        int | None, typer.Option(min=1, help="Coordinates; chosen if not given.")
    ] = None,
    delay: Annotated[int | None, typer.Option(min=1, help="Samples between them.")] = None,
    load: dict[str, Any] | None = None,
    out: opt.Output = None,
    seed: opt.UnusedSeed = 0,
    json: opt.Json = False,
) -> None:
    """Write delay coordinates, chosen by a rule where not given."""
    from pathlib import Path

    from dsr.cli.output import hand_over, output_path
    from dsr.data import load as read

    del seed
    if method not in ("uniform", "pecuzal"):
        raise InputError(f"unknown method {method!r}; use uniform or pecuzal")
    if method == "pecuzal" and (dimension or delay):
        raise InputError("pecuzal chooses dimension and delays itself; leave both out")
    path = output_path(out, f"{Path(file).stem}-embedded", keep=(file,))
    series = read(file, **(load or {}))
    if "variable" not in series.dims:
        raise InputError(f"{file} is a field; delay coordinates need a series")
    embedded, choice = _pecuzal(series) if method == "pecuzal" else _uniform(
        series, dimension, delay
    )  # fmt: skip
    hand_over(embedded, path, as_json=json, method=method, **choice)


def _uniform(
    series: xr.DataArray, dimension: int | None, delay: int | None
) -> tuple[xr.DataArray, dict[str, Any]]:
    from dsr.data import delay_embed

    reason = "given"
    if dimension is None or delay is None:
        from dsr.metrics import choose_embedding

        chosen = choose_embedding(series)
        dimension, delay = dimension or chosen.dimension, delay or chosen.delay
        reason = chosen.reason
    embedded = delay_embed(series, dimension, delay)
    return embedded, {"dimension": dimension, "delay": delay, "reason": reason}


def _pecuzal(series: xr.DataArray) -> tuple[xr.DataArray, dict[str, Any]]:
    from dsr.metrics import pecuzal

    embedded = pecuzal(series)
    names = ("columns", "delays", "cost_change", "reason")
    return embedded, {
        "dimension": embedded.sizes["variable"], **{name: embedded.attrs[name] for name in names}
    }  # fmt: skip

"""``dsr embed FILE``: delay coordinates of a series of one variable."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from dsr.cli import options as opt
from dsr.errors import InputError


@opt.reads_a_file
def embed(
    file: Annotated[str, typer.Argument(help="Series of one variable.")],
    dimension: Annotated[
        int | None, typer.Option(min=1, help="Coordinates; chosen if not given.")
    ] = None,
    delay: Annotated[int | None, typer.Option(min=1, help="Samples between them.")] = None,
    load: dict[str, Any] | None = None,
    out: opt.Output = None,
    seed: opt.UnusedSeed = 0,
    json: opt.Json = False,
) -> None:
    """Write delay coordinates, chosen by a stated rule where they are not given."""
    from pathlib import Path

    from dsr.cli.console import print_json, say
    from dsr.cli.output import output_path, series_facts, write_series
    from dsr.data import choose_embedding, delay_embed
    from dsr.data import load as read

    del seed
    path = output_path(out, f"{Path(file).stem}-embedded", keep=(file,))
    series = read(file, **(load or {}))
    if "variable" not in series.dims:
        raise InputError(f"{file} is a field; delay coordinates need a series of one variable")
    chosen, lag, reason = choose_embedding(series)
    embedded = delay_embed(series, dimension or chosen, delay or lag)
    write_series(embedded, path)
    facts = {
        **series_facts(embedded, path),
        "dimension": dimension or chosen,
        "delay": delay or lag,
        "reason": "given" if dimension and delay else reason,
    }
    if json:
        print_json(facts)
    else:
        say(f"wrote {facts['dimension']} coordinates {facts['delay']} samples apart to {path} "
            f"({facts['reason']})")  # fmt: skip

"""``dsr report RUN``: write the page of a run again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dsr.cli import options as opt


def report(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Page to write; report.html in the run.")
    ] = None,
    seed: opt.UnusedSeed = 0,
    json: opt.Json = False,
) -> None:
    """Write the report of a run: one page that needs no network."""
    from dsr.cli.console import print_json, say
    from dsr.cli.output import output_path
    from dsr.report import write_report
    from dsr.runs import open_run, require_finished

    del seed
    opened = require_finished(open_run(run))
    target = None if out is None else output_path(out, "report", (".html", ".htm"))
    path = write_report(opened, target)
    if json:
        print_json({"run": str(run), "report": str(path)})
    else:
        say(f"wrote {path}")

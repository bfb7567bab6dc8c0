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
    from dsr.cli.output import checked_path, give
    from dsr.report import write_report
    from dsr.runs import open_run, require_finished

    del seed
    opened = require_finished(open_run(run))
    path = write_report(opened, checked_path(out, (".html", ".htm")))
    give({"run": str(run), "report": str(path)}, [f"wrote {path}"], None, as_json=json)

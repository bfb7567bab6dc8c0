"""``dsr generate`` and ``dsr forecast``: runs of a fitted model, written to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from dsr.cli import options as opt

Steps = Annotated[int, typer.Option(min=1, help="Samples to make.")]
RunFolder = Annotated[Path, typer.Argument(help="Run folder.")]


def generate(
    run: RunFolder,
    steps: Steps = 10_000,
    start: Annotated[
        str | None, typer.Option(help="File whose last sample is the start; else a stored state.")
    ] = None,
    out: opt.Output = None,
    seed: opt.Seed = 0,
    json: opt.Json = False,
) -> None:
    """Let the model of a run go freely on its attractor."""
    del seed  # a free run of a fitted model has nothing random
    model = _model(run)
    begin = None if start is None else _context(run, start)
    _write(model.generate(begin, steps), out, f"{run.name}-generated", json)


def forecast(
    run: RunFolder,
    file: Annotated[str, typer.Argument(help="Series to continue.")],
    steps: Steps = 100,
    out: opt.Output = None,
    seed: opt.Seed = 0,
    json: opt.Json = False,
) -> None:
    """Continue a series with the model of a run."""
    del seed
    model = _model(run)
    _write(model.forecast(_context(run, file), steps), out, f"{run.name}-forecast", json)


def _model(run: Path) -> Any:
    from dsr.runs import open_run, require_finished

    return require_finished(open_run(run)).model


def _context(run: Path, file: str) -> Any:
    """A file in the coordinates of the run: its variables, its delay embedding."""
    from dsr.pipeline import prepared
    from dsr.runs import open_run

    return prepared(open_run(run), file)


def _write(series: Any, out: Path | None, stem: str, json: bool) -> None:
    from dsr.cli.console import print_json, say
    from dsr.cli.output import output_path, series_facts, write_series

    path = output_path(out, stem)
    write_series(series, path)
    facts = series_facts(series, path)
    if json:
        print_json(facts)
    else:
        say(f"wrote {facts['steps']} samples of {', '.join(facts['variables'])} to {path}")

"""``dsr generate`` and ``dsr forecast``: runs of a fitted model, written to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dsr.cli import options as opt
from dsr.errors import DivergedError

if TYPE_CHECKING:
    from xarray import DataArray

    from dsr.runs import Run

Steps = Annotated[int, typer.Option(min=1, help="Samples to make.")]
RunFolder = Annotated[Path, typer.Argument(help="Run folder.")]


@opt.reads_a_file
def generate(
    run: RunFolder,
    steps: Steps = 10_000,
    start: Annotated[
        str | None, typer.Option(help="File whose last sample is the start; else a stored state.")
    ] = None,
    load: dict[str, Any] | None = None,
    out: opt.Output = None,
    seed: opt.UnusedSeed = 0,
    json: opt.Json = False,
) -> None:
    """Let the model of a run go freely on its attractor."""
    from dsr.cli.output import output_path

    del seed
    opened = _open(run)
    path = output_path(out, f"{opened.folder.resolve().name}-generated", keep=(start,))
    begin = None if start is None else _context(opened, start, load or {})
    _write(opened.model.generate(begin, steps), path, json)


@opt.reads_a_file
def forecast(
    run: RunFolder,
    file: Annotated[str, typer.Argument(help="Series to continue.")],
    steps: Steps = 100,
    load: dict[str, Any] | None = None,
    out: opt.Output = None,
    seed: opt.UnusedSeed = 0,
    json: opt.Json = False,
) -> None:
    """Continue a series with the model of a run."""
    from dsr.cli.output import output_path

    del seed
    opened = _open(run)
    path = output_path(out, f"{opened.folder.resolve().name}-forecast", keep=(file,))
    _write(opened.model.forecast(_context(opened, file, load or {}), steps), path, json)


def _open(run: Path) -> Run:
    from dsr.runs import open_run, require_finished

    return require_finished(open_run(run))


def _context(run: Run, file: str, load: dict[str, Any]) -> Any:
    """A file in the coordinates of the run: its variables, its delay embedding."""
    from dsr.workflow.evaluation import prepared

    return prepared(run, file, opt.as_in_the_run(run, load))


def _write(series: DataArray, path: Path, json: bool) -> None:
    from dsr.cli.console import print_json, say
    from dsr.cli.output import series_facts, write_series

    _refuse_divergence(series)
    write_series(series, path)
    facts = series_facts(series, path)
    if json:
        print_json(facts)
    else:
        say(f"wrote {facts['steps']} samples of {', '.join(facts['variables'])} to {path}")


def _refuse_divergence(series: DataArray) -> None:
    import numpy as np

    bad = ~np.isfinite(series.values).all(axis=(0, 2))
    if bad.any():
        raise DivergedError(
            f"the model leaves the finite numbers at sample {int(np.argmax(bad)) + 1} of "
            f"{bad.size}, so nothing was written; ask for fewer --steps, or fit again with another "
            "seed or a longer budget"
        )

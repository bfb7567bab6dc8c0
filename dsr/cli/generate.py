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
        str | None, typer.Option(help="File whose end is the start; else a stored stretch.")
    ] = None,
    inputs: opt.Inputs = None,
    load: dict[str, Any] | None = None,
    out: opt.Output = None,
    seed: opt.Seed = 0,
    json: opt.Json = False,
) -> None:
    """Let the model of a run go freely on its attractor."""
    from dsr.workflow.evaluation import inputs_of_run, prepared

    opened, path = _open(run, out, "generated", keep=(start, inputs))
    begin = None if start is None else prepared(opened, start, load)
    drive = None if inputs is None else inputs_of_run(
        opened, inputs, begin, steps, load=load, covered=False
    )  # fmt: skip
    series = opened.model.generate(begin, steps, inputs=drive, seed=seed)
    _write(opened, series, path, json)


@opt.reads_a_file
def forecast(
    run: RunFolder,
    file: Annotated[str, typer.Argument(help="Series to continue.")],
    steps: Steps = 100,
    inputs: opt.Inputs = None,
    load: dict[str, Any] | None = None,
    out: opt.Output = None,
    seed: opt.Seed = 0,
    json: opt.Json = False,
) -> None:
    """Continue every trajectory of a series with the model of a run."""
    from dsr.workflow.evaluation import inputs_of_run, prepared

    opened, path = _open(run, out, "forecast", keep=(file, inputs))
    context = prepared(opened, file, load)
    drive = None if inputs is None else inputs_of_run(
        opened, inputs, context, steps, load=load, covered=True
    )  # fmt: skip
    series = opened.model.forecast(context, steps, inputs=drive, seed=seed)
    _write(opened, series, path, json)


def _open(run: Path, out: Path | None, what: str, keep: tuple[str | None, ...]) -> tuple[Run, Path]:
    """The run, and the file to write, which is checked before any long work begins."""
    from dsr.cli.output import only_netcdf, output_path
    from dsr.runs import open_run, require_finished

    opened = require_finished(open_run(run))
    path = output_path(out, f"{opened.folder.resolve().name}-{what}", keep=keep)
    if opened.model.accepts == "field":
        only_netcdf(path)
    return opened, path


def _write(run: Run, series: DataArray, path: Path, as_json: bool) -> None:
    """Write a run that is finite; land stays without values in every frame."""
    import numpy as np

    from dsr.cli.output import hand_over

    finite = np.isfinite(series.values)
    field = "channel" in series.dims
    if field:
        observed = run.results["observed"].to_dataset()["series"]
        finite |= np.isnan(observed.values[0, 0])
    bad = ~finite.all(axis=(0, *range(2, finite.ndim)))
    if bad.any():
        raise DivergedError(
            f"the model leaves the finite numbers at {'frame' if field else 'sample'} "
            f"{int(np.argmax(bad)) + 1} of {bad.size}, so nothing was written; ask for fewer "
            "steps=, or fit again with another seed or a longer budget"
        )
    hand_over(series, path, as_json=as_json)

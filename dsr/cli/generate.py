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
    opened, path = _open(run, out, "generated", keep=(start, inputs))
    begin = None if start is None else _context(opened, start, load or {})
    drive = None if inputs is None else _drive(inputs, begin, steps, covered=False)
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
    opened, path = _open(run, out, "forecast", keep=(file, inputs))
    context = _context(opened, file, load or {})
    drive = None if inputs is None else _drive(inputs, context, steps, covered=True)
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


def _context(run: Run, file: str, load: dict[str, Any]) -> Any:
    """A file in the coordinates of the run: its variables, its delay embedding."""
    from dsr.workflow.evaluation import prepared

    return prepared(run, file, opt.as_in_the_run(run, load))


def _drive(file: str, context: DataArray | None, steps: int, *, covered: bool) -> Any:
    """Inputs from a file, over what they drive: a run out of a context, and the context too."""
    from dsr.data import lengths, make_series
    from dsr.workflow.inputs import aligned

    if context is None:
        return file  # a stored start has no time: the file begins with it
    import numpy as np

    dt, counts = float(context.attrs["dt"]), lengths(context)
    begin = float(context["time"].values[0]) + (0.0 if covered else dt * (int(counts[0]) - 1))
    axis = make_series(
        [np.zeros((int(n) - 1 + steps if covered else steps, 1)) for n in counts],
        dt=dt, time_unit=str(context.attrs["time_unit"]), start=begin,
        trajectory=context["trajectory"].values,
    )  # fmt: skip
    same = {name: context.attrs.get(name, "") for name in ("time_origin", "calendar")}
    return aligned(file, axis.assign_attrs(same))


def _write(run: Run, series: DataArray, path: Path, as_json: bool) -> None:
    from dsr.cli.output import hand_over

    _refuse_divergence(run, series)
    hand_over(series, path, as_json=as_json)


def _refuse_divergence(run: Run, series: DataArray) -> None:
    import numpy as np

    finite = np.isfinite(series.values)
    field = "channel" in series.dims
    if field:  # land stays without values in every frame
        observed = run.results["observed"].to_dataset()["series"]
        finite |= np.isnan(observed.values[0, 0])
    bad = ~finite.all(axis=(0, *range(2, finite.ndim)))
    if bad.any():
        raise DivergedError(
            f"the model leaves the finite numbers at {'frame' if field else 'sample'} "
            f"{int(np.argmax(bad)) + 1} of {bad.size}, so nothing was written; ask for fewer "
            "steps=, or fit again with another seed or a longer budget"
        )

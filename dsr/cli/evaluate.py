"""``dsr evaluate RUN FILE``: judge a run on another file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from dsr.cli import options as opt


@opt.reads_a_file
def evaluate(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    file: Annotated[str, typer.Argument(help="Series to judge it on.")],
    out: opt.ScoresOut = None,
    seed: opt.Seed = 0,
    metric: Annotated[
        list[str] | None,
        typer.Option(help="One more score, such as valid_prediction_time; repeatable."),
    ] = None,
    inputs: opt.Inputs = None,
    baselines: opt.Baselines = True,
    load: dict[str, Any] | None = None,
    json: opt.Json = False,
) -> None:
    """Judge a run on a file.

    Of the file it was trained on only the part counts that was held out. The files must have the
    same time step, names and units.
    """
    from dsr.cli.output import RESULT_SUFFIXES, checked_path, give_scores
    from dsr.runs import open_run, require_finished
    from dsr.workflow.evaluation import judge_again

    opened = require_finished(open_run(run))
    target = checked_path(out, RESULT_SUFFIXES, keep=(file, inputs))
    outcome = judge_again(
        opened, file, inputs=inputs, load=load, seed=seed, more_metrics=metric or (),
        baselines=baselines,
    )  # fmt: skip
    about = {"run": str(run), "file": file, "model": opened.config.get("model")}
    give_scores(outcome.metrics, about | outcome.summary, target, as_json=json)

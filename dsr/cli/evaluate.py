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
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Also write the scores (.nc or .json).")
    ] = None,
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
    from dsr.cli.console import print_json, print_judgement, say
    from dsr.cli.output import RESULT_SUFFIXES, output_path, write_result
    from dsr.metrics import evaluate as judge
    from dsr.metrics import metrics_to_json
    from dsr.metrics.judging.facts import chosen
    from dsr.runs import open_run, require_finished
    from dsr.workflow.baselines import baseline_scores, baselines_to_json
    from dsr.workflow.evaluation import judged_series

    opened = require_finished(open_run(run))
    target = (
        None if out is None else output_path(out, "scores", RESULT_SUFFIXES, keep=(file, inputs))
    )
    settings = {"load": opt.as_in_the_run(opened, load or {}), "seed": seed, "inputs": inputs}
    model, series, options = judged_series(opened, file, settings)
    field = opened.model.accepts == "field"
    if metric:
        options["metrics"] = [*chosen(None, fields=field, model=True), *metric]
    scores = judge(series, model, **options)
    summary: dict[str, Any] = {
        "run": str(run),
        "file": file,
        "model": opened.config.get("model"),
        "verdict": scores.attrs["verdict"],
        "decidable": scores.attrs["decidable"],
        "compared_length": scores.attrs["compared_length"],
        "metrics": metrics_to_json(scores),
    }
    if baselines and "independent" in options:
        summary["baselines"] = baselines_to_json(
            baseline_scores(series, options["independent"], seed=seed, leave_out=model.name)
        )
    if target is not None:
        write_result(scores, summary, target)
        summary["out"] = str(target)
    if json:
        print_json(summary)
        return
    print_judgement(summary, scores.attrs, "frames" if field else "samples")
    if target is not None:
        say(f"scores    {target}")

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
    baselines: Annotated[
        bool, typer.Option(help="Judge SINDy, persistence and a Gaussian cloud beside it.")
    ] = True,
    load: dict[str, Any] | None = None,
    json: opt.Json = False,
) -> None:
    """Judge a run on a file; the file it was trained on is judged on its held-out part."""
    from dsr.cli.console import baselines_table, metrics_table, print_json, say, verdict_lines
    from dsr.cli.output import RESULT_SUFFIXES, output_path, write_result
    from dsr.metrics import evaluate as judge
    from dsr.metrics import metrics_to_json
    from dsr.metrics.judging.scorecard import METRICS
    from dsr.runs import open_run, require_finished
    from dsr.workflow.baselines import baseline_scores, baselines_to_json
    from dsr.workflow.evaluation import judged_series

    opened = require_finished(open_run(run))
    target = None if out is None else output_path(out, "scores", RESULT_SUFFIXES, keep=(file,))
    settings = {"load": opt.as_in_the_run(opened, load or {}), "seed": seed}
    model, series, options = judged_series(opened, file, settings)
    if metric:
        options["metrics"] = [*METRICS, *metric]
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
    say(metrics_table(summary["metrics"], scores.attrs.get("time_unit")))
    say("")
    if "baselines" in summary:
        say(baselines_table(summary))
        say("")
    say("\n".join(verdict_lines(scores.attrs)))
    if target is not None:
        say(f"scores    {target}")

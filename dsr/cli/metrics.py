"""``dsr metrics REFERENCE GENERATED``: judge one series against another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from dsr.cli import options as opt


@opt.reads_a_file
def metrics(
    reference: Annotated[str, typer.Argument(help="What was observed.")],
    generated: Annotated[str, typer.Argument(help="What a model made.")],
    independent: Annotated[
        str | None, typer.Option(help="Another recording of the same system, for the noise floor.")
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(help="One more score, such as energy_distance; repeatable."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Also write the scores (.nc or .json).")
    ] = None,
    load: dict[str, Any] | None = None,
    seed: opt.Seed = 0,
    json: opt.Json = False,
) -> None:
    """Judge a generated series or field against a reference."""
    from dsr.cli.console import print_json, print_judgement
    from dsr.cli.output import RESULT_SUFFIXES, output_path, write_result
    from dsr.data import load as read
    from dsr.metrics import evaluate, metrics_to_json
    from dsr.metrics.doors import read_generated
    from dsr.metrics.judging.facts import METRICS, chosen

    target = (
        None
        if out is None
        else output_path(out, "scores", RESULT_SUFFIXES, keep=(reference, generated, independent))
    )
    options = load or {}
    observed = read(reference, **options)
    field = "channel" in observed.dims
    # Of fields all scores are shown; those of series that need a model are left out.
    wanted = chosen(None, fields=True, model=False) if field else METRICS[:2]
    scores = evaluate(
        observed, read_generated(generated, **options), seed=seed,
        independent=None if independent is None else read(independent, **options),
        metrics=[*wanted, *(metric or [])],
    )  # fmt: skip
    summary = {
        "reference": reference,
        "generated": generated,
        "verdict": scores.attrs["verdict"],
        "decidable": scores.attrs["decidable"],
        "compared_length": scores.attrs["compared_length"],
        "metrics": metrics_to_json(scores),
    }
    if target is not None:
        write_result(scores, summary, target)
        summary["out"] = str(target)
    if json:
        print_json(summary)
        return
    print_judgement(summary, scores.attrs, "frames" if field else "samples")

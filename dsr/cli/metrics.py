"""``dsr metrics REFERENCE GENERATED``: judge one series against another."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from dsr.cli import options as opt

_OF_MODELS = ("prediction_error", "largest_lyapunov_exponent")


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
    out: opt.ScoresOut = None,
    load: dict[str, Any] | None = None,
    seed: opt.Seed = 0,
    json: opt.Json = False,
) -> None:
    """Judge a generated series or field against a reference."""
    from dsr.cli.output import RESULT_SUFFIXES, checked_path, give_scores
    from dsr.data import load as read
    from dsr.metrics import evaluate, metrics_to_json
    from dsr.metrics.doors import read_generated
    from dsr.metrics.judging.facts import chosen, joined
    from dsr.metrics.judging.told import verdict_to_json

    target = checked_path(out, RESULT_SUFFIXES, keep=(reference, generated, independent))
    options = load or {}
    observed = read(reference, **options)
    # All that are shown unasked are, but those that need a model.
    fields = "channel" in observed.dims
    wanted = chosen(None, fields=fields, model=False)
    if not fields:
        wanted = joined(wanted, None, observed.sizes["variable"])
    scores = evaluate(
        observed, read_generated(generated, **options), seed=seed,
        independent=None if independent is None else read(independent, **options),
        metrics=[*(n for n in wanted if n not in _OF_MODELS), *(metric or [])],
    )  # fmt: skip
    summary = {
        "reference": reference,
        "generated": generated,
        **verdict_to_json(scores),
        "metrics": metrics_to_json(scores),
    }
    give_scores(scores, summary, target, as_json=json)

"""``dsr simulate`` and ``dsr systems``: series of known systems."""

from __future__ import annotations

from typing import Annotated

import typer

from dsr.cli import options as opt


def simulate(
    name: Annotated[str, typer.Argument(help="A system; dsr systems lists them.")],
    steps: Annotated[int, typer.Option(min=1, help="Samples per trajectory.")] = 100_000,
    dt: Annotated[float | None, typer.Option(help="Sampling step; the system's own.")] = None,
    trajectories: Annotated[int, typer.Option(min=1, help="Number of trajectories.")] = 1,
    transient: Annotated[float | None, typer.Option(help="Time to leave out first.")] = None,
    observation_noise: Annotated[
        float, typer.Option(help="Noise on the samples, in standard deviations.")
    ] = 0.0,
    process_noise: Annotated[
        float, typer.Option(help="Noise on the state, in standard deviations per root time.")
    ] = 0.0,
    parameter: Annotated[
        list[str] | None, typer.Option(help="A parameter, as name=value; repeatable.")
    ] = None,
    out: opt.Output = None,
    seed: opt.Seed = 0,
    json: opt.Json = False,
) -> None:
    """Simulate a registered system and write the series."""
    from dsr.cli.output import hand_over, output_path
    from dsr.data import simulate as make

    path = output_path(out, name)
    series = make(
        name, steps=steps, dt=dt, trajectories=trajectories, transient=transient,
        parameters=opt.parse_pairs(parameter or [], "--parameter") or None,
        observation_noise=observation_noise, process_noise=process_noise, seed=seed,
    )  # fmt: skip
    hand_over(series, path, as_json=json)


def systems(out: opt.JsonOut = None, seed: opt.UnusedSeed = 0, json: opt.Json = False) -> None:
    """List the systems that can be simulated."""
    from dsr.cli.console import table
    from dsr.cli.output import checked_path, give
    from dsr.data import system
    from dsr.data import systems as names
    from dsr.text import number

    del seed
    target = checked_path(out, (".json",))
    entries = [system(name) for name in names()]
    facts = {"systems": [
        {"name": s.name, "kind": s.kind, "dimension": s.dimension, "dt": s.dt,
         "parameters": s.parameters, "variables": s.variables, "description": s.description,
         "source": s.source} for s in entries
    ]}  # fmt: skip
    rows = [[s.name, s.kind, s.description, str(s.dimension), number(s.dt)] for s in entries]
    lines = [table(["system", "kind", "description", "variables", "dt"], rows, left=3)]
    give(facts, lines, target, as_json=json)

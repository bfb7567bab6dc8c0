"""``dsr info RUN|FILE``: what is there, and whether it can be used."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from dsr.cli import options as opt
from dsr.errors import InputError


@opt.reads_a_file
def info(
    path: Annotated[Path, typer.Argument(help="Run folder or file.")],
    load: dict[str, Any] | None = None,
    out: opt.JsonOut = None,
    seed: opt.UnusedSeed = 0,
    json: opt.Json = False,
) -> None:
    """Tell what a run or a file holds; a file that cannot be used is told with its cure."""
    from dsr.cli.console import print_json, say
    from dsr.cli.output import output_path, write_json

    del seed
    target = None if out is None else output_path(out, "info", (".json",))
    if path.is_dir() and (path / "config.toml").is_file():
        facts = _run_facts(path)
        lines = _run_lines(facts)
    else:
        from dsr.data import describe

        facts = describe(path, **(load or {}))
        if not facts["usable"]:
            raise InputError(str(facts["cure"]))
        lines = _file_lines(facts)
    if target is not None:
        write_json(facts, target)
    if json:
        print_json(facts)
    else:
        say("\n".join(lines))


def _run_facts(path: Path) -> dict[str, Any]:
    from dsr.runs import open_run

    run = open_run(path)
    facts: dict[str, Any] = {"run": str(path), "finished": run.finished, **run.config}
    if run.finished:
        facts["verdict"] = run.summary.get("verdict")
        facts["metrics"] = run.summary.get("metrics")
    return facts


def _run_lines(facts: dict[str, Any]) -> list[str]:
    from dsr.cli.console import metrics_table

    data, settings = facts.get("data", {}), facts.get("settings", {})
    lines = [
        f"run        {facts['run']}" + ("" if facts["finished"] else " (not finished)"),
        f"model      {facts.get('model')}, seed {facts.get('seed')}",
        f"data       {data.get('source')}: {', '.join(data.get('variables', []))}",
        f"settings   {', '.join(f'{k}={v}' for k, v in settings.items() if k != 'load')}",
        f"reproduce  {facts.get('reproduce', {}).get('command')}",
    ]
    if facts["finished"]:
        lines += [f"verdict    {facts['verdict']}", "", metrics_table(facts["metrics"])]
    return lines


def _file_lines(facts: dict[str, Any]) -> list[str]:
    from dsr.cli.console import table
    from dsr.text import number

    lines = [f"file       {facts['file']} ({facts['format']})"]
    if facts["kind"] == "field":
        sizes = ", ".join(f"{k} {v}" for k, v in facts["sizes"].items())
        lines.append(f"field      {sizes}; {facts['missing']:.1%} missing")
        lines.append("use        a field; the models of this version take series of variables")
    else:
        samples = sorted(set(facts["samples"]))
        length = f"{samples[0]}" if len(samples) == 1 else f"{samples[0]} to {samples[-1]}"
        origin = f", from {facts['time_origin']}" if facts["time_origin"] else ""
        lines.append(f"series     {facts['trajectories']} x {length} samples")
        lines.append(f"time       step {number(facts['dt'])} {facts['time_unit']}{origin}")
        if facts["split"]:
            lines.append(f"split      {', '.join(facts['split'])}")
        enough = sum(facts["samples"]) >= 300
        lines.append("use        ready for dsr fit" if enough
                     else "use        too short for dsr fit, which needs 300 samples")  # fmt: skip
        rows = [
            [name, unit or "-", number(mean), number(std)]
            for name, unit, mean, std in zip(
                facts["variables"], facts["units"] or [""] * len(facts["variables"]),
                facts["mean"], facts["std"], strict=True,
            )
        ]  # fmt: skip
        lines += ["", table(["variable", "unit", "mean", "std"], rows[:64], left=2)]
    lines += [f"note       {note}" for note in facts["notes"]]
    return lines

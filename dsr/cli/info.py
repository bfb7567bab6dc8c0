"""``dsr info RUN|FILE``: what is there, and whether it can be used."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from dsr.cli import options as opt
from dsr.cli.syntax import spoken
from dsr.errors import InputError


@opt.reads_a_file
def info(
    path: Annotated[Path, typer.Argument(help="Run folder or file.")],
    load: dict[str, Any] | None = None,
    out: opt.JsonOut = None,
    seed: opt.UnusedSeed = 0,
    json: opt.Json = False,
) -> None:
    """Tell what a run or a file holds, and whether it can be used.

    A file that cannot be used is told with its cure.
    """
    from dsr.cli.output import checked_path, give

    del seed
    target = checked_path(out, (".json",))
    if path.is_dir() and (path / "config.toml").is_file():
        facts = _run_facts(path)
        lines = _run_lines(facts)
    else:
        from dsr.data import describe

        facts = describe(path, **(load or {}))
        if not facts["usable"]:
            raise InputError(str(facts["cure"]))
        lines = _file_lines(facts)
    give(facts, lines, target, as_json=json)


def _run_facts(path: Path) -> dict[str, Any]:
    from dsr.metrics.judging.told import VERDICT_FACTS
    from dsr.runs import open_run

    run = open_run(path)
    facts: dict[str, Any] = {"run": str(path), "finished": run.finished, **run.config}
    if run.finished:
        facts["verdict"] = run.summary.get("verdict")
        facts |= {name: run.summary[name] for name in VERDICT_FACTS if name in run.summary}
        facts["metrics"] = run.summary.get("metrics")
    return facts


def _run_lines(facts: dict[str, Any]) -> list[str]:
    from dsr.cli.console import exponent_lines, hanging, metrics_table, verdict_lines

    data, settings = facts.get("data", {}), facts.get("settings", {})
    flat = {k: v for k, v in settings.items() if not isinstance(v, dict)}
    tables = {"settings": flat, **{k: v for k, v in settings.items() if isinstance(v, dict)}}
    lines = [
        f"run        {facts['run']}" + ("" if facts["finished"] else " (not finished)"),
        f"model      {facts.get('model')}, seed {facts.get('seed')}",
        hanging("data", f"{data.get('source')}: {', '.join(data.get('variables', []))}"),
        *(hanging(name, ", ".join(f"{k}={v}" for k, v in table.items()))
          for name, table in tables.items() if table),
        # In one line, to be copied.
        f"reproduce  {facts.get('reproduce', {}).get('command')}",
    ]  # fmt: skip
    if facts["finished"]:
        unit = data.get("time_unit")
        lines += [*verdict_lines({**facts, **_clock(data)}, left=11), ""]
        lines += [metrics_table(facts["metrics"], unit), *exponent_lines(facts, left=11)]
    return lines


def _clock(data: dict[str, Any]) -> dict[str, Any]:
    """Step and unit of time, so that a length in samples can be told in time too."""
    return {name: data[name] for name in ("dt", "time_unit") if name in data}


def _file_lines(facts: dict[str, Any]) -> list[str]:
    from dsr.cli.console import hanging, table
    from dsr.text import number
    from dsr.workflow.recording import LEAST_SAMPLES, models_for

    field = facts["kind"] == "field"
    samples, total = sorted(set(facts["samples"])), sum(facts["samples"])
    length = f"{samples[0]}" if len(samples) == 1 else f"{samples[0]} to {samples[-1]}"
    begin = f", from {facts['begin']}" if facts["begin"] else ""
    lines = [
        f"file       {facts['file']} ({facts['format']})",
        f"{facts['kind']:<11}{facts['trajectories']} x {length} {'frames' if field else 'samples'}",
        f"time       step {number(facts['dt'])} {facts['time_unit']}{begin}",
    ]
    if facts["split"]:
        lines.append(f"split      {', '.join(facts['split'])}")
    if field:
        lines += _grid_lines(facts)
    least = LEAST_SAMPLES[facts["kind"]]
    use = "ready for dsr fit"
    if total < least:
        use = f"too short for dsr fit, which needs {least} {'frames' if field else 'samples'}"
    elif field:
        use += f" --model {', '.join(models_for('field'))}"
    lines.append(hanging("use", use))
    names, units = facts["variables"], facts["units"] or [""] * len(facts["variables"])
    rows = [
        [name, unit or "-", number(mean), number(std)]
        for name, unit, mean, std in zip(names, units, facts["mean"], facts["std"], strict=True)
    ]
    head = ["channel" if field else "variable", "unit", "mean", "std"]
    lines += ["", table(head, rows[:64], left=2)]
    return lines + [hanging("note", spoken(note)) for note in facts["notes"]]


def _grid_lines(facts: dict[str, Any]) -> list[str]:
    from dsr.text import number

    sizes, land = facts["sizes"], facts["land"]
    cells = sizes["channel"] * sizes["y"] * sizes["x"]
    never = f"; {round(land * cells)} of {cells} cells are never observed (land)" if land else ""
    lines = [f"grid       {sizes['y']} x {sizes['x']} (y, x){never}"]
    named = [c["dims"] for name, c in facts["coordinates"].items() if name not in ("y", "x")]
    for name, c in facts["coordinates"].items():
        if name not in ("y", "x") or c["dims"] not in named:  # y is lat again where there is a lat
            span = f"{number(c['low'])} to {number(c['high'])} {c['units']}".rstrip()
            lines.append(f"{name:<10} {span} ({', '.join(c['dims'])})")
    return lines

"""Is the verdict right at its stated rate? Size and power over 36 processes, six lengths.

``make study-verdict`` runs it (hours on two cores, resumable: what is stored is not done again).
Each draw is one recording, whose first four fifths are the training part and whose last is the
reference, and a run of the same process from another start, as it is and damaged. In full and as
three delays of the first variable; with the training part and, for some, without.

``--systems``, ``--lengths``, ``--repeats``, ``--damages`` take a subset, ``--workers`` the number of
processes; ``--report`` only prints what is stored. ``--anew`` forgets what is stored.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from common import RESULTS, machine, store, stored
from verdict_judging import DAMAGES, PARTS, PROCESSES, VIEWS, WORDS, cases, judgements
from verdict_summary import report, summary

FILE = RESULTS / "verdict_study.json"
# Draws of the truth, and how many of them are damaged too.
REPEATS = {60: (30, 3), 150: (30, 3), 400: (30, 3), 2_000: (20, 4), 15_000: (20, 4),
           20_000: (20, 4), 100_000: (8, 2)}  # fmt: skip
ALONE = ("truth", "parameter +10 %", "noise 10 %", "reversed")  # judged without a recording too
Key = tuple[str, bool, str]


def key(row: dict[str, Any]) -> tuple[int, str, bool, str]:
    """What tells one group of judgements from another."""
    return row["length"], row["view"], row["recording"], row["damage"]


def wanted(document: dict[str, Any], chosen: argparse.Namespace) -> Iterator[tuple[Any, ...]]:
    """Every (process, length, seed) with something left to judge, the shorter first."""
    for length in chosen.lengths:
        truths, damaged = REPEATS[length]
        truths = truths if chosen.repeats is None else chosen.repeats
        damaged = min(truths, damaged if chosen.damaged is None else chosen.damaged)
        for seed in range(truths):
            for name in chosen.systems:
                process = PROCESSES[name]
                if length not in process.lengths:
                    continue
                done = {
                    (*key(row), s) for row in document["runs"].get(name, []) for s in row["tried"]
                }
                left: list[Key] = [
                    (view, with_recording, damage)
                    for view in chosen.views if cases(process, view)
                    for damage in (chosen.damages if seed < damaged else ("truth",))
                    for with_recording in (True, False) if with_recording or damage in ALONE
                    if (length, view, with_recording, damage, seed) not in done
                ]  # fmt: skip
                if left:
                    yield name, length, seed, left


def keep(document: dict[str, Any], task: tuple[Any, ...], found: list[dict[str, Any]]) -> None:
    """Put what was judged into its groups; what could not be done is noted as tried."""
    name, length, seed, asked = task
    groups = {key(row): row for row in document["runs"].setdefault(name, [])}
    results = {key(result): result for result in found}
    for view, with_recording, damage in asked:
        at = (length, view, with_recording, damage)
        row = groups.get(at)
        if row is None:
            row = dict(zip(("length", "view", "recording", "damage"), at, strict=True))
            row |= {"tried": [], "seeds": [], "verdict": "", "periods": 0.0, "segments": []}
            row |= {part: [] for part in PARTS}
            document["runs"][name].append(row)
        row["tried"].append(seed)
        if (result := results.get(at)) is None:
            continue
        count = len(row["verdict"])
        row["periods"] = round((row["periods"] * count + result["periods"]) / (count + 1), 1)
        row["verdict"] += result["verdict"]
        row["seeds"].append(seed)
        row["segments"].append(result["segments"])
        for part in PARTS:
            value = result[part]
            row[part].append(round(value, 4) if value == value else None)


def study(document: dict[str, Any], chosen: argparse.Namespace, file: Path | None) -> None:
    """Do what is left, in as many processes as asked for; write now and then."""
    tasks = list(wanted(document, chosen))
    print(f"{len(tasks)} draws to judge", flush=True)
    last = time.monotonic()
    with ProcessPoolExecutor(chosen.workers, get_context("spawn")) as pool:
        waiting = {pool.submit(judgements, *task): task for task in tasks}
        for count, future in enumerate(as_completed(waiting), 1):
            task = waiting.pop(future)
            keep(document, task, future.result())
            if file and (time.monotonic() - last > 30.0 or count == len(tasks)):
                last = time.monotonic()
                document["summary"] = summary(document)
                store(file, document)
                size = document["summary"]["size"]["all"]
                print(f"{count} of {len(tasks)}: {task[0]} {task[1]}, truth passes "
                      f"{size['passed']} of {size['counted']}", flush=True)  # fmt: skip


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """Read the command line; everything is the default."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    every = sorted({k for process in PROCESSES.values() for k in process.lengths})
    parser.add_argument("--systems", nargs="+", choices=list(PROCESSES), default=list(PROCESSES))
    parser.add_argument("--lengths", nargs="+", type=int, choices=every, default=every)
    parser.add_argument("--damages", nargs="+", choices=list(DAMAGES), default=list(DAMAGES))
    parser.add_argument("--views", nargs="+", choices=VIEWS, default=list(VIEWS))
    parser.add_argument("--repeats", type=int, help="draws of the truth; default: by length")
    parser.add_argument("--damaged", type=int, help="how many of the draws are damaged too")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--file", type=Path, default=FILE)
    parser.add_argument("--anew", action="store_true", help="forget what is stored")
    parser.add_argument("--report", action="store_true", help="only print what is stored")
    return parser.parse_args(words)


def main() -> None:
    """Do what is not done yet, then print the tables."""
    chosen = arguments()
    document = {"runs": {}} if chosen.anew else stored(chosen.file)
    if not chosen.report:
        document |= {
            "what": "verdicts on true and damaged runs: one letter a draw, in the order of seeds",
            "letters": WORDS,
            "machine": machine("scipy"),
        }
        study(document, chosen, chosen.file)
    print(report(summary(document)))


if __name__ == "__main__":
    main()

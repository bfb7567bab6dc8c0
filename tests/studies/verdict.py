"""Is the verdict right at its stated rate? Size and power over 35 processes, six lengths.

``make study-verdict`` runs it (hours on two cores, resumable: what is stored is not done again).
Each draw is one recording, whose first four fifths are the training part and whose last is the
reference, and a run of the same process from another start, as it is and damaged. In full and as
three delays of the first variable; with the training part and, for some, without.

``--systems``, ``--lengths``, ``--repeats``, ``--damages`` take a subset, ``--workers`` how many
run side by side; ``--way test`` asks the test beneath the sentence, which is faster. ``--report``
only prints what is stored, ``--anew`` forgets it.
"""

from __future__ import annotations

import argparse
import math
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from common import RESULTS, machine, store, stored
from verdict_judging import DAMAGES, PARTS, PROCESSES, VIEWS, WAYS, WORDS, cases, judgements
from verdict_summary import report, summary

FILE = RESULTS / "verdict_study.json"
# Draws of the truth, and how many of them are damaged too.
REPEATS = {60: (30, 3), 150: (30, 3), 400: (30, 3), 2_000: (20, 4), 15_000: (20, 4),
           20_000: (20, 4), 100_000: (8, 2)}  # fmt: skip
ALONE = ("truth", "parameter +10 %", "noise 10 %", "reversed")  # judged without a recording too
Case = tuple[int, str, bool]
Asked = tuple[str, bool, str]


def case(row: dict[str, Any]) -> Case:
    """What tells one set of judgements of a process from another."""
    return row["length"], row["view"], row["recording"]


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
                    (*case(row), damage): len(said["verdict"])
                    for row in document["runs"].get(name, [])
                    for damage, said in row["said"].items()
                }
                left: list[Asked] = [
                    (view, with_recording, damage)
                    for view in chosen.views if cases(process, view)
                    for damage in (chosen.damages if seed < damaged else ("truth",))
                    for with_recording in ((True,) if chosen.recorded else (True, False))
                    if with_recording or damage in ALONE
                    if done.get((length, view, with_recording, damage), 0) <= seed
                ]  # fmt: skip
                if left:
                    yield name, length, seed, left, chosen.way


def keep(document: dict[str, Any], name: str, found: list[dict[str, Any]]) -> None:
    """Add one draw: letter k of what was said of a damage belongs to seed k."""
    stored_rows = document["runs"].setdefault(name, [])
    rows = {case(row): row for row in stored_rows}
    for result in found:
        row = rows.get(case(result))
        if row is None:
            at = zip(("length", "view", "recording"), case(result), strict=True)
            row = rows[case(result)] = {**dict(at), "periods": 0, "segments": 0, "said": {}}
            stored_rows.append(row)
        said = row["said"].setdefault(result["damage"], {"verdict": ""})
        said["verdict"] += result["verdict"]
        true = result["damage"] == "truth"
        if true:
            row["periods"] = round(result["periods"], 1)
            row["segments"] = result["segments"]
        if not result.get("p_value", math.nan) >= 0.0:
            continue
        # In full for the truth; of a damage, the family-wise p-value and the part that gave it.
        said.setdefault("p_value", []).append(round(result["p_value"], 3))
        for part in PARTS[1:] if true else ():
            said.setdefault(part, []).append(round(result[part], 3))
        if not true:
            least = min(PARTS[1:], key=lambda part: result[part])
            said["part"] = said.get("part", "") + least[2]


def study(document: dict[str, Any], chosen: argparse.Namespace, file: Path | None) -> None:
    """Do what is left, in as many processes as asked for; write now and then."""
    tasks = list(wanted(document, chosen))
    print(f"{len(tasks)} draws to judge", flush=True)
    last = time.monotonic()
    with ProcessPoolExecutor(chosen.workers, get_context("spawn")) as pool:
        try:
            # In the order of the tasks, so that the draws of a group stay in that of their seeds.
            for count, (task, said) in enumerate(
                zip(tasks, pool.map(_judged, tasks), strict=True), 1
            ):
                keep(document, task[0], said)
                if file and (time.monotonic() - last > 30.0 or count == len(tasks)):
                    last = time.monotonic()
                    document["summary"] = summary(document)
                    store(file, document)
                    size = document["summary"]["size"]["all"]
                    print(f"{count} of {len(tasks)}: {task[0]} {task[1]}, truth passes "
                          f"{size['passed']} of {size['counted']}", flush=True)  # fmt: skip
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise SystemExit("interrupted; the same command goes on from here") from None


def _stop(*_: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough
    raise KeyboardInterrupt


def _judged(task: tuple[Any, ...]) -> list[dict[str, Any]]:
    return judgements(*task)


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
    parser.add_argument("--recorded", action="store_true", help="only with a training part")
    parser.add_argument("--way", choices=WAYS, default="evaluate", help="the sentence, or the test")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--file", type=Path, default=FILE)
    parser.add_argument("--anew", action="store_true", help="forget what is stored")
    parser.add_argument("--report", action="store_true", help="only print what is stored")
    return parser.parse_args(words)


def main() -> None:
    """Do what is not done yet, then print the tables."""
    chosen = arguments()
    signal.signal(signal.SIGTERM, _stop)  # or the workers outlive it
    document = {"runs": {}} if chosen.anew else stored(chosen.file)
    if document.get("way", chosen.way) != chosen.way:
        raise SystemExit(f"{chosen.file} was judged by --way {document['way']}; add --anew")
    if not chosen.report:
        document |= {
            "what": "verdicts on true and damaged runs: one letter a draw, in the order of seeds",
            "letters": WORDS,
            "way": chosen.way,
            "machine": machine("scipy"),
        }
        study(document, chosen, chosen.file)
    print(report(summary(document)))


if __name__ == "__main__":
    main()

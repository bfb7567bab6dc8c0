"""What the study of the verdict found: size, power, the price of caution, and the issue's aims.

The letters are those of `verdict_judging.WORDS`. The truth *passes* where it is called
indistinguishable. "Undecided" and "refused" count against it only where the reference is longer
than 100 mean periods: below, the data are allowed to be too few. A damaged run is *flagged* where
it is given any other sentence than those two and the first; undecided is not flagged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from verdict_damages import DAMAGES
from verdict_systems import PROCESSES

LONG = 100.0  # mean periods
FEW = ("chaotic flow", "map", "cycle", "forced")  # where today's size was honest: few variables
Row = dict[str, Any]
Keep = Callable[[str, Row], bool]


def rows(document: dict[str, Any], keep: Keep) -> Iterator[tuple[str, Row]]:
    """What was said of each damage of each process, in each case."""
    for name, found in document["runs"].items():
        for case in found:
            for damage, said in case["said"].items():
                row = {**case, "damage": damage, "verdict": said["verdict"]}
                if keep(name, row):
                    yield name, row


def truth(document: dict[str, Any], keep: Keep) -> dict[str, Any]:
    """Count how often the truth passes."""
    passed = counted = undecided = judged = 0
    periods = []
    for _, row in rows(document, lambda n, r: r["damage"] == "truth" and keep(n, r)):
        open_ended = sum(row["verdict"].count(letter) for letter in "UR")
        judged += len(row["verdict"])
        undecided += open_ended
        passed += row["verdict"].count("E")
        counted += len(row["verdict"]) - (0 if row["periods"] > LONG else open_ended)
        periods.append(row["periods"])
    share = passed / counted if counted else float("nan")
    return {
        "judged": judged, "counted": counted, "passed": passed, "share": _round(share),
        "error": _round((share * (1.0 - share) / counted) ** 0.5) if counted else None,
        "undecided": _round(undecided / judged) if judged else None,
        "periods": [_round(float(q), 1) for q in (min(periods), np.median(periods), max(periods))]
        if periods else [],
    }  # fmt: skip


def power(document: dict[str, Any], damage: str, keep: Keep) -> dict[str, Any]:
    """Count how often one damage is flagged."""
    letters = "".join(r["verdict"] for _, r in rows(document, lambda n, r: (
        r["damage"] == damage and r["recording"] and keep(n, r)
    )))  # fmt: skip
    letters = letters.replace("-", "")
    flagged = sum(letters.count(letter) for letter in "SNDFP")
    return {
        "judged": len(letters), "flagged": flagged,
        "share": _round(flagged / len(letters)) if letters else None,
        "undecided": _round(sum(letters.count(c) for c in "UR") / len(letters))
        if letters else None,
    }  # fmt: skip


def _round(value: float, digits: int = 3) -> float | None:
    return round(value, digits) if np.isfinite(value) else None


def _group(*groups: str) -> Keep:
    return lambda name, row: PROCESSES[name].group in groups


def summary(document: dict[str, Any]) -> dict[str, Any]:
    """All tables, as they stand in ``docs/results/verdict_study.json``."""
    every = [row for _, row in rows(document, lambda n, r: True)]
    lengths = sorted({row["length"] for row in every})
    views = sorted({row["view"] for row in every}, reverse=True)
    size = {
        "all": truth(document, lambda n, r: True),
        "by_length": {
            str(k): truth(document, lambda n, r, k=k: r["length"] == k) for k in lengths
        },
        "by_case": {
            f"{view}, {'with' if with_b else 'without'} recording": truth(
                document, lambda n, r, v=view, b=with_b: (r["view"], r["recording"]) == (v, b)
            )
            for view in views for with_b in (True, False)
        },
        "by_process": {
            name: {
                "group": PROCESSES[name].group,
                **truth(document, lambda n, r, name=name: n == name),
                "by_length": {
                    str(k): truth(
                        document, lambda n, r, name=name, k=k: n == name and r["length"] == k
                    )["share"] for k in lengths
                },
            }
            for name in document["runs"]
        },
    }  # fmt: skip
    tables = {
        "few": lambda n, r: r["view"] == "full" and _group(*FEW)(n, r),
        "all": lambda n, r: r["view"] == "full",
        "many": lambda n, r: r["view"] == "full" and n.startswith("lorenz96"),
        "stochastic": lambda n, r: r["view"] == "full" and _group("stochastic")(n, r),
        "delay": lambda n, r: r["view"] == "delay",
    }
    powers = {
        label: {
            damage: {
                str(k): power(document, damage, lambda n, r, k=k, keep=keep: (
                    r["length"] == k and keep(n, r)
                ))
                for k in lengths
            }
            for damage in DAMAGES
        }
        for label, keep in tables.items()
    }  # fmt: skip
    return {"size": size, "power": powers, "aims": aims(size, powers)}


SUBTLE = ("parameter -5 %", "parameter +5 %", "time x 1.05", "one deviation +10 %", "noise 10 %")


def aims(size: dict[str, Any], powers: dict[str, Any]) -> list[dict[str, Any]]:
    """What the verdict promises, with what was measured."""

    def at(table: str, *damages: str) -> float | None:
        found = [powers[table][d].get("20000", {"judged": 0}) for d in damages]
        judged = sum(f["judged"] for f in found)
        return _round(sum(f["flagged"] for f in found if f["judged"]) / judged) if judged else None

    worst = min(
        ((s["share"], n) for n, s in size["by_process"].items() if s["share"] is not None),
        default=(None, ""),
    )
    everywhere = size["all"]["share"]
    table = [
        ("the truth passes, all processes and lengths", everywhere, 0.93),
        (f"the truth passes in the worst process ({worst[1]})", worst[0], 0.85),
        ("20,000: reversed run flagged, irreversible processes", at("all", "reversed"), 0.90),
        ("20,000: parameter 5 % off", at("few", "parameter -5 %", "parameter +5 %"), 0.85),
        ("20,000: time 5 % off", at("few", "time x 1.05"), 0.90),
        ("20,000: one deviation +10 %", at("few", "one deviation +10 %"), 0.90),
        ("20,000: noise of 10 %", at("few", "noise 10 %"), 0.95),
        ("20,000: one deviation +10 % of 10 to 20 variables",
         at("many", "one deviation +10 %"), 0.80),
    ]  # fmt: skip
    listed = [
        {"aim": aim, "found": found, "wanted": wanted,
         "met": None if found is None else found >= wanted}
        for aim, found, wanted in table
    ]  # fmt: skip
    if everywhere is not None and everywhere > 0.97:
        listed.append({
            "aim": "price of passing above 97 %: subtle damages flagged at 20,000",
            "found": at("few", *SUBTLE), "wanted": None, "met": None,
        })  # fmt: skip
    return listed


def report(found: dict[str, Any]) -> str:
    """The summary as a page of text."""
    lengths = list(found["size"]["by_length"])
    lines = ["The truth", _truth_line("all", found["size"]["all"])]
    for key in ("by_length", "by_case", "by_process"):
        lines += ["", *(_truth_line(name, s) for name, s in found["size"][key].items())]
    titles = {
        "few": "Power, flows, maps, cycles and forced systems of few variables",
        "all": "Power, all processes", "many": "Power, 10 and 20 variables",
        "stochastic": "Power, stochastic processes", "delay": "Power, three delays of one variable",
    }  # fmt: skip
    for label, title in titles.items():
        lines += ["", title, f"{'':26s}" + "".join(f"{int(k):>16,d}" for k in lengths)]
        for damage, by_length in found["power"][label].items():
            cells = "".join(f"{_cell(by_length[k]):>16s}" for k in lengths)
            if any(entry["judged"] for entry in by_length.values()):
                lines.append(f"{damage:26s}{cells}")
    lines += ["", "Aims"]
    for aim in found["aims"]:
        met = {None: "-", True: "met", False: "NOT MET"}[aim["met"]]
        lines.append(f"{aim['aim']:62s} {_share(aim['found'])} of {_share(aim['wanted'])}  {met}")
    return "\n".join(lines)


def _truth_line(name: str, size: dict[str, Any]) -> str:
    low, middle, high = size["periods"] or (0, 0, 0)
    return (
        f"{name:28s} passes {_share(size['share'])} of {size['counted']:4d}, "
        f"undecided {_share(size['undecided'])}, {middle:g} ({low:g} to {high:g}) mean periods"
    )


def _cell(entry: dict[str, Any]) -> str:
    if not entry["judged"]:
        return "-"
    unsure = f" ({entry['undecided']:.2f}?)" if entry["undecided"] else ""
    return f"{entry['share']:.2f}{unsure}"


def _share(value: float | None) -> str:
    return "   -" if value is None else f"{value:4.2f}"

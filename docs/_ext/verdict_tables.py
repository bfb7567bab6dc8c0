"""Tables of the study of the verdict, for the directive ``results verdict_study TABLE``."""

from __future__ import annotations

from typing import Any

Rows = list[list[str]]


def aims(document: dict[str, Any]) -> Rows:
    """What was promised, and what was found."""
    rows = [["aim", "found", "wanted", ""]]
    for aim in document["summary"]["aims"]:
        met = {None: "", True: "met", False: "not met"}[aim["met"]]
        rows.append([aim["aim"], _share(aim["found"]), _share(aim["wanted"]), met])
    return rows


def size(document: dict[str, Any]) -> Rows:
    """How often the truth passes, by length and by what is judged."""
    found = document["summary"]["size"]
    rows = [_HEAD, _line("all", found["all"])]
    rows += [_line(f"{int(k):,} samples", s) for k, s in found["by_length"].items()]
    return rows + [_line(name, s) for name, s in found["by_case"].items()]


def processes(document: dict[str, Any]) -> Rows:
    """How often the truth passes, by process."""
    found = document["summary"]["size"]["by_process"]
    return [_HEAD, *(_line(name.replace("_", " "), s) for name, s in found.items())]


def power(document: dict[str, Any], table: str = "few") -> Rows:
    """How often each damage is flagged, by length."""
    found = document["summary"]["power"][table]
    lengths = [k for k in found["truth"] if found["truth"][k]["judged"]]
    rows = [["run", *(f"{int(k):,}" for k in lengths)]]
    for damage, by_length in found.items():
        if any(by_length[k]["judged"] for k in lengths):
            rows.append([damage, *(_flagged(by_length[k]) for k in lengths)])
    return rows


def many(document: dict[str, Any]) -> Rows:
    """`power` for 10 and 20 variables."""
    return power(document, "many")


def stochastic(document: dict[str, Any]) -> Rows:
    """`power` for stochastic processes."""
    return power(document, "stochastic")


_HEAD = ["reference", "truth passes", "of", "undecided", "mean periods (range)"]


def _line(name: str, found: dict[str, Any]) -> list[str]:
    low, middle, high = found["periods"] or (0.0, 0.0, 0.0)
    error = f" ± {found['error']:.2f}" if found["error"] else ""
    return [
        name, f"{_share(found['share'])}{error}", f"{found['counted']:,}",
        _share(found["undecided"]), f"{middle:,.0f} ({low:,.0f} to {high:,.0f})",
    ]  # fmt: skip


def _flagged(entry: dict[str, Any]) -> str:
    if not entry["judged"]:
        return ""
    unsure = f" ({entry['undecided']:.2f} undecided)" if entry["undecided"] else ""
    return f"{entry['share']:.2f}{unsure}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


TABLES = {
    f"verdict_study {table.__name__}": table
    for table in (aims, size, processes, power, many, stochastic)
}

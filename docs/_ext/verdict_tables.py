"""Tables of the study of the verdict, for the directive ``results verdict_study TABLE``.

The study takes hours and may have run in part: what was not judged has no row.
"""

from __future__ import annotations

from typing import Any

Rows = list[list[str]]


_ASKED = {
    "evaluate": "the sentence of dsr.metrics.evaluate",
    "test": "the test beneath the sentence, where short and none are one",
}


def state(document: dict[str, Any]) -> Rows:
    """What the file holds: a study may have run in part."""
    cases = [case for found in document["runs"].values() for case in found]
    told = {"truth": 0, "damaged": 0}
    for case in cases:
        for damage, said in case["said"].items():
            count = len(said["verdict"].replace("-", ""))
            told["truth" if damage == "truth" else "damaged"] += count
    lengths = sorted({case["length"] for case in cases})
    way = str(document.get("way", ""))
    rows = [
        ["in this file", ""],
        ["processes", str(len(document["runs"]))],
        ["samples of a reference", "; ".join(f"{k:,}" for k in lengths)],
        ["true runs judged", f"{told['truth']:,}"],
        ["damaged runs judged", f"{told['damaged']:,}"],
        ["asked", _ASKED.get(way, way)],
        ["remark", str(document.get("note") or "")],
    ]
    return [row for k, row in enumerate(rows) if k == 0 or row[1]]


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
    return rows + [_line(name, s) for name, s in found["by_case"].items() if s["judged"]]


def processes(document: dict[str, Any]) -> Rows:
    """How often the truth passes, by process."""
    found = document["summary"]["size"]["by_process"]
    return [_HEAD, *(_line(name.replace("_", " "), s) for name, s in found.items() if s["judged"])]


def power(document: dict[str, Any], table: str = "few") -> Rows:
    """How often each damage is flagged, by length."""
    found = document["summary"]["power"].get(table, {})
    lengths = sorted(
        {k for by_length in found.values() for k, entry in by_length.items() if entry["judged"]},
        key=int,
    )
    rows = [["run", *(f"{int(k):,}" for k in lengths)]]
    for damage, by_length in found.items():
        cells = [_flagged(by_length.get(k, {"judged": 0})) for k in lengths]
        if any(cells):
            rows.append([damage, *cells])
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
    for table in (state, aims, size, processes, power, many, stochastic)
}

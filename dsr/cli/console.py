"""What the command line says: one JSON object, a table, one line of error."""

from __future__ import annotations

import json
import math
import re
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dsr.cli.syntax import spoken
from dsr.text import number, one_line

_WIDTH = 100


def strict(value: Any) -> Any:
    """Return ``value`` made of what strict JSON can hold; NaN and infinities become null.

    Examples
    --------
    >>> strict({"low": float("nan"), "high": 1.5})
    {'low': None, 'high': 1.5}
    """
    if isinstance(value, Mapping):
        return {str(key): strict(item) for key, item in value.items()}
    if isinstance(value, str) or value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "tolist"):  # numpy scalars and arrays, without importing numpy
        return strict(value.tolist())
    if isinstance(value, Sequence | set | frozenset):
        return [strict(item) for item in value]
    return str(value)


def print_json(value: Mapping[str, Any]) -> None:
    """Print one strict JSON object, and nothing else, on standard output."""
    sys.stdout.write(json.dumps(strict(value), allow_nan=False) + "\n")


def say(text: str) -> None:
    """Print a line for people on standard output."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """Print a remark on standard error, where it disturbs no pipe."""
    sys.stderr.write(one_line(text) + "\n")


def fail(message: str, code: int, *, as_json: bool) -> int:
    """Print an error in the form that was asked for, and return the exit code."""
    if as_json:
        print_json({"error": one_line(message), "code": code})
    else:
        sys.stderr.write(one_line(f"dsr: {message}") + "\n")
    return code


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """Return rows of text as aligned columns; the first ``left`` columns are flush left.

    Columns are as wide as they need to be: nothing is ever cut off or wrapped, so that the output
    can be read by a person, ``grep`` and ``awk`` alike.

    Examples
    --------
    >>> print(table(["metric", "value"], [["error", "0.5"]]))
    metric  value
    ------  -----
    error     0.5
    """
    cells = [[one_line(str(cell), 120) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    cells.insert(1, ["-" * width for width in widths])
    lines = []
    for row in cells:
        padded = [
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def _titles(names: Iterable[str], time_unit: str | None = None) -> dict[str, str]:
    """Titles of scores, in the order of display, with the unit where that is one of time."""
    from dsr.metrics.judging.facts import FACTS

    order = list(FACTS)
    known = sorted((n for n in names if n in FACTS), key=order.index)
    titles = {name: FACTS[name].title for name in known}
    for name in known:
        unit = FACTS[name].unit
        if time_unit and "time unit" in unit:
            titles[name] += f", {re.sub('time units?', time_unit, unit)}"
    return titles | {name: name.replace("_", " ") for name in names if name not in FACTS}


def metrics_table(metrics: Mapping[str, Mapping[str, Any]], time_unit: str | None = None) -> str:
    """Return the table of metrics: value, 95 % interval, noise floor and surrogate.

    Parameters
    ----------
    metrics : mapping
        The ``metrics`` object of ``dsr fit --json``: for each name ``value``, ``low``, ``high``,
        ``noise_floor`` and ``surrogate``.
    time_unit : str, optional
        Unit of time of the series, for what is a rate.
    """
    rows = []
    for name, title in _titles(metrics, time_unit).items():
        entry = metrics[name]
        low, high = entry.get("low"), entry.get("high")
        interval = "-" if low is None or high is None else f"{number(low)} to {number(high)}"
        values = [number(entry.get(part)) for part in ("value", "noise_floor", "surrogate")]
        rows.append([title, values[0], interval, *values[1:]])
    return table(["metric", "value", "95 % interval", "noise floor", "surrogate"], rows)


def baselines_table(summary: Mapping[str, Any], time_unit: str | None = None) -> str:
    """Return the scores of a model and of the baselines: a row for each score, then the verdicts.

    Parameters
    ----------
    summary : mapping
        What ``dsr fit --json`` prints: ``model``, ``verdict``, ``metrics`` and ``baselines``.
    time_unit : str, optional
        Unit of time of the series, for what is a rate.

    Returns
    -------
    str
        At most 100 columns wide: baselines that find no room stand in a further part, beside the
        model again.
    """
    titles = _titles(summary["metrics"], time_unit)
    names = list(titles)
    baselines = {k: v for k, v in summary["baselines"].items() if v["verdict"]}
    model = [number(summary["metrics"][name].get("value")) for name in names]
    columns = {k: [number(v["metrics"].get(name)) for name in names] for k, v in baselines.items()}
    parts: list[str] = []
    left = list(columns)
    while left or not parts:
        shown = left
        while True:
            rows = zip(titles.values(), model, *(columns[k] for k in shown), strict=True)
            text = table(["score", summary["model"], *shown], list(rows))
            if len(shown) < 2 or max(map(len, text.split("\n"))) <= _WIDTH:
                break
            shown = shown[:-1]
        parts.append(text)
        left = left[len(shown) :]
    verdicts = {summary["model"]: summary["verdict"]}
    verdicts |= {k: v["verdict"] or f"not judged: {spoken(str(v['reason']))}"
                 for k, v in summary["baselines"].items()}  # fmt: skip
    indent = max(map(len, verdicts)) + 2
    parts.append("\n".join(hanging(k, v, indent) for k, v in verdicts.items()))
    return "\n\n".join(parts)


def hanging(name: str, text: str, left: int = 11) -> str:
    """Return a name and, from column ``left`` on, what is said of it, in lines of 100 columns.

    Examples
    --------
    >>> print(hanging("model", "shallow-plrnn", 8))
    model   shallow-plrnn
    """
    lines = textwrap.wrap(
        one_line(text), _WIDTH - left, break_long_words=False, break_on_hyphens=False
    )
    return f"{name:<{left}}" + f"\n{'':<{left}}".join(lines or [""])


def verdict_lines(attrs: Mapping[Any, Any], of: str = "samples") -> list[str]:
    """Return the verdict, how much was compared, and whether that much can decide at all.

    Parameters
    ----------
    attrs : mapping
        The attributes of what `dsr.metrics.evaluate` returns.
    of : str
        What was compared.

    Examples
    --------
    >>> attrs = {"verdict": "as good as new data", "compared_length": 50, "dt": 0.5}
    >>> print("\\n".join(verdict_lines({**attrs, "time_unit": "s", "decidable": "true"})))
    verdict   as good as new data
    compared  50 samples (25 s)
    """
    length, unit = int(attrs["compared_length"]), str(attrs.get("time_unit", "step"))
    span = ""
    if unit != "step" and attrs.get("dt"):
        plural = "s" if len(unit) > 3 and not unit.endswith("s") else ""
        span = f" ({length * float(attrs['dt']):g} {unit}{plural})"
    lines = [f"verdict   {attrs['verdict']}", f"compared  {length} {of}{span}"]
    if str(attrs.get("decidable")).lower() == "false":
        lines.append("          this length cannot tell a good model from a Gaussian cloud")
    return lines


def judgement_lines(summary: Mapping[str, Any], attrs: Mapping[Any, Any], of: str) -> list[str]:
    """Return the scores, those of the baselines where there are any, and the verdict.

    Parameters
    ----------
    summary : mapping
        ``metrics`` and ``baselines``, as ``--json`` has them.
    attrs : mapping
        The attributes of what `dsr.metrics.evaluate` returns.
    of : str
        What was compared.
    """
    lines = [metrics_table(summary["metrics"], attrs.get("time_unit")), ""]
    if summary.get("baselines"):
        lines += [baselines_table(summary, attrs.get("time_unit")), ""]
    return lines + verdict_lines(attrs, of)

"""What the command line says: one JSON object, a table, one line of error."""

from __future__ import annotations

import json
import math
import re
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dsr.cli.syntax import spoken
from dsr.text import number, one_line

if TYPE_CHECKING:
    from dsr.metrics.judging.told import Told

_WIDTH = 100
_SATURATED = (
    "the state-space divergence is saturated: even recordings miss most cells of the reference at "
    "this length"
)


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
        ``noise_floor`` and ``surrogate``, the last two also with ``_low`` and ``_high`` where
        several draws were made.
    time_unit : str, optional
        Unit of time of the series, for what is a rate.
    """
    rows = []
    for name, title in _titles(metrics, time_unit).items():
        entry = metrics[name]
        rows.append([
            title, number(entry.get("value")), _interval(entry, "low", "high"),
            *(_beside(entry, which) for which in ("noise_floor", "surrogate")),
        ])  # fmt: skip
    return table(["metric", "value", "95 % interval", "noise floor", "surrogate"], rows)


def _interval(entry: Mapping[str, Any], low: str, high: str) -> str:
    """An interval, or a dash where one of its ends is missing."""
    ends = [entry.get(low), entry.get(high)]
    return "-" if None in ends else f"{number(ends[0], 3)} to {number(ends[1], 3)}"


def _beside(entry: Mapping[str, Any], which: str) -> str:
    """A floor or a surrogate: the interval of its draws, one number where there is no more."""
    spread = _interval(entry, f"{which}_low", f"{which}_high")
    return number(entry.get(which)) if spread == "-" else spread


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
    from dsr.metrics.judging.told import brief

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
    verdicts = {summary["model"]: brief(summary["verdict"])}
    verdicts |= {k: brief(v["verdict"] or f"not judged: {spoken(str(v['reason']))}")
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


def verdict_lines(attrs: Mapping[Any, Any], of: str = "samples", left: int = 10) -> list[str]:
    """Return the verdict, the p-values it rests on, how much was compared, and what speaks against.

    Parameters
    ----------
    attrs : mapping
        The attributes of what `dsr.metrics.evaluate` returns, or the object of ``--json``.
    of : str
        What was compared.
    left : int
        Width of the names.

    Examples
    --------
    >>> attrs = {"verdict": "as good as new data", "compared_length": 50, "dt": 0.5}
    >>> print("\\n".join(verdict_lines({**attrs, "time_unit": "s", "decidable": "true"})))
    verdict   as good as new data
    compared  50 samples (25 s)
    >>> attrs |= {"p_value": 0.41, "p_geometry": 0.62, "p_order": 0.41, "p_spectra": 0.8}
    >>> print(verdict_lines({**attrs, "level": 0.05})[1])
    tested    p 0.41 at level 5 %: geometry 0.62, time order 0.41, spectra 0.8
    """
    from dsr.metrics.judging.told import told

    found = told(attrs)
    sentence, because = found.sentence, found.undecided_because
    if found.open and found.kind != "undecided":
        # Older versions stored the cautious sentence where nothing could be told.
        sentence = "undecided: at this length the truth cannot be told from a Gaussian cloud"
    lines = [hanging("verdict", sentence, left)]
    if found.open and because and because.strip(".") not in sentence:
        lines.append(hanging("because", because, left))
    if found.tested:
        lines.append(hanging("tested", _tested(found), left))
    lines += [hanging("withheld", reason, left) for reason in found.withheld_because]
    if str(attrs.get("saturated")).lower() == "true":
        lines.append(hanging("note", _SATURATED, left))
    if math.isfinite(found.compared_length):
        lines.append(hanging("compared", _compared(attrs, found.compared_length, of), left))
    return lines


def _tested(found: Told) -> str:
    """The p-values of a verdict in one line."""
    from dsr.metrics.judging.told import PARTS

    level = f" at level {100 * found.level:g} %" if math.isfinite(found.level) else ""
    parts = [f"{PARTS[part][0]} {number(p, 2)}" for part, p in found.p.items() if math.isfinite(p)]
    whole = f"p {number(found.p_value, 2)}" if math.isfinite(found.p_value) else "parts"
    segments = ""
    if math.isfinite(found.segments) and math.isfinite(found.segments_generated):
        segments = f"; {found.segments:.0f} segments and {found.segments_generated:.0f} of the run"
    # What cannot be decided rests on no p-value, however small.
    relied = "not relied on: " if found.open else ""
    return f"{relied}{whole}{level}: {', '.join(parts)}{segments}"


def _compared(attrs: Mapping[Any, Any], samples: float, of: str) -> str:
    """How much was compared, in samples and, where they have a unit, in time."""
    length, unit = int(samples), str(attrs.get("time_unit", "step"))
    span = ""
    if unit != "step" and attrs.get("dt"):
        plural = "s" if len(unit) > 3 and not unit.endswith("s") else ""
        span = f" ({length * float(attrs['dt']):g} {unit}{plural})"
    return f"{length} {of}{span}"


def judgement_lines(summary: Mapping[str, Any], attrs: Mapping[Any, Any], of: str) -> list[str]:
    """Return the scores, those of the baselines where there are any, and the verdict.

    Parameters
    ----------
    summary : mapping
        ``metrics``, ``lyapunov`` and ``baselines``, as ``--json`` has them.
    attrs : mapping
        The attributes of what `dsr.metrics.evaluate` returns.
    of : str
        What was compared.
    """
    unit = attrs.get("time_unit")
    lines = [metrics_table(summary["metrics"], unit), *exponent_lines(summary), ""]
    if summary.get("baselines"):
        lines += [baselines_table(summary, unit), ""]
    return lines + verdict_lines(attrs, of)


def exponent_lines(summary: Mapping[str, Any], left: int = 10) -> list[str]:
    """Return whether the exponents are converged, and what is implausible of them.

    Parameters
    ----------
    summary : mapping
        With ``lyapunov``, as ``--json`` has it.
    left : int
        Width of the name.

    Examples
    --------
    >>> known = {"converged": False, "sum": 0.23, "growing": True, "count": 4}
    >>> exponent_lines({"lyapunov": {**known, "kaplan_yorke_dimension": 4.0}})[1:]
    ['exponent  not converged; sum 0.23, above zero: implausible; Kaplan-Yorke dimension 4 of 4']
    """
    known = summary.get("lyapunov") or {}
    if not isinstance(known.get("converged"), bool):
        return []
    said = ["converged" if known["converged"] else "not converged"]
    if known.get("sum") is not None:
        doubt = ", above zero: implausible" if known.get("growing") else ""
        said.append(f"sum {number(known['sum'])}{doubt}")
    dimension = known.get("kaplan_yorke_dimension")
    if dimension is not None:
        most = f" of {known['count']}" if dimension == known.get("count") else ""
        said.append(f"Kaplan-Yorke dimension {number(dimension)}{most}")
    return ["", hanging("exponent", "; ".join(said), left)]

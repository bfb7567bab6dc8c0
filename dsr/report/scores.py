"""The table of scores: each beside its interval, noise floor and surrogate, with a small scale."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from dsr.plots.theme import shorten
from dsr.report.evidence import Evidence
from dsr.report.figures import Figures
from dsr.report.markup import Markup, join, paragraph, part, table
from dsr.report.numbers import MISSING, as_flag, as_float, interval, number
from dsr.report.wording import facts, grade, meaning, p_value

_PARTS = ("low", "high", "noise_floor", "surrogate")
_JUDGED = {
    "state_space_divergence": "geometry", "nearest_neighbour_divergence": "geometry",
    "lagged_divergence": "order", "hellinger_spectral_distance": "spectra",
}  # fmt: skip
_BASELINES = {
    "sindy": ("SINDy", "sparse polynomial equations (SINDy)"),
    "dmd": ("DMD", "linear dynamics (DMD)"),
    "climatology": ("climatology", "the mean of each phase of the cycle (climatology)"),
    "persistence": ("persistence", "the last value repeated (persistence)"),
    "gaussian": (
        "Gaussian cloud", "independent draws with the mean and covariance of the data (Gaussian)"
    ),
}  # fmt: skip
_SATURATED = (
    "Saturated: at this length even recordings of the system miss most of its cells, so it decides "
    "nothing."
)
_WIDTH, _MARGIN = 124, 12


def score_names(metrics: Any) -> list[str]:
    """Scalar scores of a dataset, the known ones first; what belongs to one is none of its own."""
    parts = {part for fact in facts().values() for part in fact.parts}
    found = [
        str(name)
        for name in metrics.data_vars
        if metrics[name].ndim == 0
        and name not in parts
        and any(f"{name}_{part}" in metrics for part in _PARTS)
        and not str(name).endswith(tuple(f"_{part}" for part in _PARTS))
    ]
    order = list(facts())
    return sorted(found, key=lambda n: (order.index(n) if n in order else len(order), n))


def value_of(metrics: Any, name: str, which: str = "") -> float:
    """One number of a score, NaN where there is none."""
    full = f"{name}_{which}" if which else name
    return as_float(metrics[full].values) if full in metrics else math.nan


def scores_section(evidence: Evidence, figures: Figures) -> Markup:
    """All scores with what they mean."""
    del figures
    metrics = evidence.metrics
    if metrics is None:
        return paragraph("No scores: this run has not been judged, or its results cannot be read.")
    rows = []
    surrogates: dict[str, list[str]] = {}
    for name in score_names(metrics):
        what = meaning(name, metrics[name].attrs)
        value, low, high, floor, other = (value_of(metrics, name, which) for which in ("", *_PARTS))
        unit = _unit(evidence, name, what.unit) if math.isfinite(value) else ""
        reason = metrics[name].attrs.get("reason")
        note = f"Not available: {shorten(reason, 200)}" if reason else what.note
        if name == "state_space_divergence" and as_flag(evidence.attrs.get("saturated")):
            note += " " + _SATURATED
        if what.surrogate and math.isfinite(other):
            surrogates.setdefault(what.surrogate, []).append(what.title)
        unit = Markup('<span class="unit">{}</span>').format(unit) if unit else ""
        rows.append([
            part("metric", what.title, what.symbol, note),
            Markup("<strong>{}</strong>{}").format(number(value), unit),
            interval(low, high), *(_beside(metrics, name, w) for w in ("noise_floor", "surrogate")),
            scale(
                value, low, high, floor, other, label=what.title, spreads=_spreads(metrics, name)
            ),
            judgement(evidence, name),
        ])  # fmt: skip
    head = ["score", "value", "95 % interval", "noise floor", "surrogate", "on a scale", "verdict"]
    caption = (
        "Scores on the test part. Noise floor: the same score between recordings of the system. "
        "Surrogate: the same score without dynamics"
    )
    said = [f"{words} ({', '.join(titles)})" for words, titles in surrogates.items()]
    caption += f": {'; '.join(said)}." if said else "."
    if any(f"{name}_noise_floor_low" in metrics for name in score_names(metrics)):
        caption += " Below each its interval, over several stretches and clouds."
    scores = table(caption, head, rows, numeric=(1, 2, 3, 4), class_="scores cards")
    return join([scores, part("scale_key")])


def _beside(metrics: Any, name: str, which: str) -> Markup | str:
    """A floor or a surrogate, above the interval of its draws where there is one."""
    middle = number(value_of(metrics, name, which))
    low, high = (number(value_of(metrics, name, f"{which}_{end}"), 2) for end in ("low", "high"))
    if MISSING in (low, high):
        return middle
    return Markup('{}<span class="unit">{} – {}</span>').format(middle, low, high)


def _spreads(metrics: Any, name: str) -> dict[str, tuple[float, float]]:
    """Intervals of floor and surrogate, of those that have one."""
    found = {}
    for mark, which in (("floor", "noise_floor"), ("surrogate", "surrogate")):
        low, high = (value_of(metrics, name, f"{which}_{end}") for end in ("low", "high"))
        if math.isfinite(low) and math.isfinite(high):
            found[mark] = (low, high)
    return found


def _unit(evidence: Evidence, name: str, unit: str) -> str:
    """Unit of a score; those that depend on the data, in the data's own."""
    if name == "largest_lyapunov_exponent":
        return lyapunov_unit(evidence)
    if unit == "time units":
        return evidence.time_unit
    if unit.startswith("units of") and evidence.observed is not None:
        units = evidence.observed.attrs.get("variable_units", [])
        units = {units} if isinstance(units, str) else {str(u) for u in units}
        return shorten(units.pop(), 20) if len(units) == 1 else unit
    return "" if unit == "1" else unit


def baselines_section(evidence: Evidence, figures: Figures) -> Markup:
    """The model's scores above those of the baselines."""
    from dsr.metrics.judging.told import brief

    del figures
    baselines, metrics = evidence.summary.get("baselines"), evidence.metrics
    if not isinstance(baselines, Mapping) or not baselines or metrics is None:
        return Markup("")
    entries = {n: e if isinstance(e, Mapping) else {} for n, e in baselines.items()}
    shared = {name for entry in entries.values() for name in entry.get("metrics") or {}}
    names = [name for name in score_names(metrics) if name in shared]
    meanings = [meaning(name, metrics[name].attrs) for name in names]
    strong = Markup("<strong>{}</strong>")
    said = [brief(evidence.verdict)]
    columns = [[strong.format(number(value_of(metrics, name))) for name in names]]
    for entry in entries.values():
        scores = entry.get("metrics") or {}
        columns.append([Markup(number(scores.get(name))) for name in names])
        words = entry.get("verdict") or f"not judged: {entry.get('reason') or 'unknown'}"
        said.append(brief(str(words)))
    rows = [
        [Markup("{} {}").format(what.title, what.symbol), *values]
        for what, *values in zip(meanings, *columns, strict=True)
    ]
    cell = Markup('<span class="said">{}</span>')
    rows.append(["Verdict", *(cell.format(shorten(text, 200)) for text in said)])
    titles = [_BASELINES[n][0] if n in _BASELINES else shorten(n, 40) for n in entries]
    head = ["score", evidence.model, *titles]
    known = [_BASELINES[name][1] for name in entries if name in _BASELINES]
    caption = (
        "The same scores on the same test part for models that cost nothing to try, fitted to the "
        f"same training part{': ' if known else ''}{', '.join(known)}. A reconstruction is worth "
        "its training where it beats them."
    )
    return table(caption, head, rows, numeric=range(1, len(head)), class_="cards")


def lyapunov_unit(evidence: Evidence) -> str:
    """Unit of the exponents."""
    metrics = evidence.metrics
    if metrics is not None and "lyapunov_exponent" in metrics:
        units = metrics["lyapunov_exponent"].attrs.get("units")
        if units:
            return shorten(units, 20)
    return f"per {evidence.time_unit}"


def judgement(evidence: Evidence, name: str) -> Markup | str:
    """What a score says, in words; the p-value of the part that it belongs to beside them."""
    metrics = evidence.metrics
    assert metrics is not None
    beside = ""
    if name in _JUDGED:
        found, aspect = evidence.told, _JUDGED[name]
        kind, words = grade(found.words[aspect])
        if found.open:
            kind, words = grade("undecided") if words else ("", "")
        elif found.kind == "degenerate" and found.words[aspect] == "undecided":
            kind, words = "quiet", "not tested"
        if words and math.isfinite(found.p[aspect]):
            beside = f"p = {p_value(found.p[aspect])}"
    elif name == "prediction_error":
        kind, words = _against_persistence(metrics)
    elif name == "largest_lyapunov_exponent":
        kind, words = _chaos(evidence, value_of(metrics, name), value_of(metrics, name, "low"))
    else:
        kind, words = "", ""
    if not words:
        return MISSING
    said = Markup('<span class="grade {}">{}</span>').format(kind, words)
    return said + Markup('<span class="unit">{}</span>').format(beside) if beside else said


def _against_persistence(metrics: Any) -> tuple[str, str]:
    value, other = (
        value_of(metrics, "prediction_error"),
        value_of(metrics, "prediction_error", "surrogate"),
    )
    if not (math.isfinite(value) and math.isfinite(other)):
        return "", ""
    if value < other:
        return "good", "better than persistence"
    return "poor", "no better than persistence"


def _chaos(evidence: Evidence, value: float, low: float) -> tuple[str, str]:
    """What the exponent says: loudly only of a model that passed, with a converged spectrum."""
    from dsr.metrics.judging.told import lyapunov_facts

    if not math.isfinite(value):
        return "", ""
    converged = lyapunov_facts(evidence.metrics).get("converged")
    if converged is False:
        return "quiet", "not converged"
    certain = low if math.isfinite(low) else value
    if certain <= 0:
        return "quiet", "chaos not certain" if value > 0 else "not chaotic"
    found = evidence.told
    if converged and found.kind == "indistinguishable" and not found.open:
        return "plain", "chaotic"
    return "quiet", "positive, of this model only"


def scale(
    value: float, low: float, high: float, floor: float, surrogate: float, *, label: str,
    spreads: Mapping[str, tuple[float, float]],
) -> Markup:  # fmt: skip
    """Draw the value (dot, with its interval) between noise floor (bar) and surrogate (ring).

    ``spreads`` holds the intervals of "floor" and "surrogate", where they have one.
    """
    marks = {"value": value, "noise floor": floor, "surrogate": surrogate}
    shown = {name: v for name, v in marks.items() if math.isfinite(v)}
    if "value" not in shown or len(shown) < 2:
        return Markup("")
    ends = [v for pair in spreads.values() for v in pair]
    place = _placing([v for v in (*shown.values(), low, high, *ends) if math.isfinite(v)])
    spread = [place(v) for v in (low, high) if math.isfinite(v)]
    marks_at = {"spread": spread if len(spread) == 2 else None, "value": place(value)}
    marks_at |= {key.split()[-1]: place(v) for key, v in shown.items()}
    marks_at |= {f"{key}_spread": [place(v) for v in pair] for key, pair in spreads.items()}
    names = ("floor", "surrogate", "floor_spread", "surrogate_spread")
    missing: dict[str, Any] = dict.fromkeys(names)
    spoken = ", ".join(f"{name} {number(v)}" for name, v in shown.items())
    return part("scale", f"{label}: {spoken}", _WIDTH, missing | marks_at)


def _placing(known: list[float]) -> Callable[[float], str]:
    logarithmic = min(known) > 0 and max(known) / min(known) > 3

    def warp(v: float) -> float:
        return math.log(v) if logarithmic else v

    left, right = warp(min(known)), warp(max(known))
    width = (right - left) or 1.0
    inner = _WIDTH - 2 * _MARGIN
    return lambda v: f"{_MARGIN + (warp(v) - left) / width * inner:.1f}"

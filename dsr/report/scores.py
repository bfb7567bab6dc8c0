"""The table of scores: each beside its interval, noise floor and surrogate, with a small scale."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from dsr.plots.theme import shorten
from dsr.report.evidence import Evidence
from dsr.report.figures import Figures
from dsr.report.markup import Markup, join, paragraph, part, table
from dsr.report.numbers import MISSING, as_float, interval, number
from dsr.report.wording import facts, grade, meaning

_PARTS = ("low", "high", "noise_floor", "surrogate")
_JUDGED = {
    "state_space_divergence": "verdict_geometry",
    "hellinger_spectral_distance": "verdict_time",
}
_BASELINES = {
    "sindy": ("SINDy", "sparse polynomial equations (SINDy)"),
    "dmd": ("DMD", "linear dynamics (DMD)"),
    "climatology": ("climatology", "the mean of each phase of the cycle (climatology)"),
    "persistence": ("persistence", "the last value repeated (persistence)"),
    "gaussian": (
        "Gaussian cloud", "independent draws with the mean and covariance of the data (Gaussian)"
    ),
}  # fmt: skip
_WIDTH, _MARGIN = 124, 12


def score_names(metrics: Any) -> list[str]:
    """Scalar scores of a dataset, the known ones first."""
    found = [
        str(name)
        for name in metrics.data_vars
        if metrics[name].ndim == 0
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
        if what.surrogate and math.isfinite(other):
            surrogates.setdefault(what.surrogate, []).append(what.title)
        unit = Markup('<span class="unit">{}</span>').format(unit) if unit else ""
        rows.append([
            part("metric", what.title, what.symbol, note),
            Markup("<strong>{}</strong>{}").format(number(value), unit),
            interval(low, high), number(floor), number(other),
            scale(value, low, high, floor, other, label=what.title),
            judgement(evidence, name),
        ])  # fmt: skip
    head = ["score", "value", "95 % interval", "noise floor", "surrogate", "on a scale", "verdict"]
    caption = (
        "Scores on the test part. Noise floor: the same score between two recordings of the "
        "system. Surrogate: the same score without dynamics"
    )
    said = [f"{words} ({', '.join(titles)})" for words, titles in surrogates.items()]
    caption += f": {'; '.join(said)}." if said else "."
    scores = table(caption, head, rows, numeric=(1, 2, 3, 4), class_="scores cards")
    return join([scores, part("scale_key")])


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
    del figures
    baselines, metrics = evidence.summary.get("baselines"), evidence.metrics
    if not isinstance(baselines, Mapping) or not baselines or metrics is None:
        return Markup("")
    entries = {n: e if isinstance(e, Mapping) else {} for n, e in baselines.items()}
    shared = {name for entry in entries.values() for name in entry.get("metrics") or {}}
    names = [name for name in score_names(metrics) if name in shared]
    meanings = [meaning(name, metrics[name].attrs) for name in names]
    strong = Markup("<strong>{}</strong>")
    said = [evidence.verdict]
    columns = [[strong.format(number(value_of(metrics, name))) for name in names]]
    for entry in entries.values():
        scores = entry.get("metrics") or {}
        columns.append([Markup(number(scores.get(name))) for name in names])
        said.append(entry.get("verdict") or f"not judged: {entry.get('reason') or 'unknown'}")
    rows = [
        [Markup("{} {}").format(what.title, what.symbol), *values]
        for what, *values in zip(meanings, *columns, strict=True)
    ]
    words = Markup('<span class="said">{}</span>')
    rows.append(["Verdict", *(words.format(shorten(text, 200)) for text in said)])
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
    """What a score says, in words."""
    metrics = evidence.metrics
    assert metrics is not None
    if name in _JUDGED:
        kind, words = grade(evidence.attrs.get(_JUDGED[name]))
    elif name == "prediction_error":
        kind, words = _against_persistence(metrics)
    elif name == "largest_lyapunov_exponent":
        kind, words = _chaos(value_of(metrics, name), value_of(metrics, name, "low"))
    else:
        kind, words = "", ""
    return Markup('<span class="grade {}">{}</span>').format(kind, words) if words else MISSING


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


def _chaos(value: float, low: float) -> tuple[str, str]:
    if not math.isfinite(value):
        return "", ""
    certain = low if math.isfinite(low) else value
    if certain > 0:
        return "plain", "chaotic"
    return "plain", "chaos not certain" if value > 0 else "not chaotic"


def scale(
    value: float, low: float, high: float, floor: float, surrogate: float, *, label: str
) -> Markup:
    """Draw the value (dot, with its interval) between noise floor (bar) and surrogate (ring)."""
    marks = {"value": value, "noise floor": floor, "surrogate": surrogate}
    shown = {name: v for name, v in marks.items() if math.isfinite(v)}
    if "value" not in shown or len(shown) < 2:
        return Markup("")
    place = _placing([v for v in (*shown.values(), low, high) if math.isfinite(v)])
    spread = [place(v) for v in (low, high) if math.isfinite(v)]
    marks_at = {"spread": spread if len(spread) == 2 else None, "value": place(value)}
    marks_at |= {key.split()[-1]: place(v) for key, v in shown.items()}
    missing: dict[str, Any] = {"floor": None, "surrogate": None}
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

"""The table of scores: each beside its interval, noise floor and surrogate, with a small scale."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from dsr.plots.theme import shorten
from dsr.report.evidence import Evidence
from dsr.report.figures import Figures
from dsr.report.markup import Html, html, table, tag
from dsr.report.numbers import MISSING, as_float, interval, number
from dsr.report.wording import grade, meaning

_ORDER = (
    "state_space_divergence", "hellinger_spectral_distance", "prediction_error",
    "largest_lyapunov_exponent",
)  # fmt: skip
_PARTS = ("low", "high", "noise_floor", "surrogate")
_JUDGED = {
    "state_space_divergence": "verdict_geometry",
    "hellinger_spectral_distance": "verdict_time",
}
_BASELINES = {"sindy": "SINDy", "persistence": "persistence", "gaussian": "Gaussian cloud"}
_WIDTH, _MARGIN = 124, 6


def score_names(metrics: Any) -> list[str]:
    """Scalar scores of a dataset, the known ones first."""
    found = [
        str(name)
        for name in metrics.data_vars
        if metrics[name].ndim == 0
        and any(f"{name}_{part}" in metrics for part in _PARTS)
        and not str(name).endswith(tuple(f"_{part}" for part in _PARTS))
    ]
    return sorted(found, key=lambda n: (_ORDER.index(n) if n in _ORDER else len(_ORDER), n))


def part(metrics: Any, name: str, which: str = "") -> float:
    """One number of a score, NaN where there is none."""
    full = f"{name}_{which}" if which else name
    return as_float(metrics[full].values) if full in metrics else math.nan


def score_table(evidence: Evidence) -> Html:
    """All scores with what they mean."""
    metrics = evidence.metrics
    assert metrics is not None
    rows = []
    for name in score_names(metrics):
        what = meaning(name, metrics[name].attrs)
        value, low, high, floor, surrogate = (part(metrics, name, which) for which in ("", *_PARTS))
        unit = what.unit if math.isfinite(value) else ""
        if name == "largest_lyapunov_exponent" and math.isfinite(value):
            unit = lyapunov_unit(evidence)
        reason = metrics[name].attrs.get("reason")
        note = f"Not available: {shorten(reason, 200)}" if reason else what.note
        rows.append([
            Html(
                tag("span", what.title, " ", what.symbol, class_="metric")
                + (tag("span", note, class_="note") if note else html(""))
            ),
            Html(tag("strong", number(value)) + (tag("span", unit, class_="unit") if unit else "")),
            interval(low, high),
            number(floor),
            number(surrogate),
            scale(value, low, high, floor, surrogate, label=what.title),
            judgement(evidence, name),
        ])  # fmt: skip
    head = ["score", "value", "95 % interval", "noise floor", "surrogate", "on a scale", "verdict"]
    caption = (
        "Scores on the test part. Noise floor: the same score between two recordings of the "
        "system. Surrogate: the same score without dynamics, of a Gaussian cloud or, "
        "for the prediction error, of repeating the last value."
    )
    return table(caption, head, rows, numeric=(1, 2, 3, 4), class_="scores")


def baselines_section(evidence: Evidence, figures: Figures) -> Html:
    """The model's scores above those of the baselines."""
    del figures
    baselines, metrics = evidence.summary.get("baselines"), evidence.metrics
    if not isinstance(baselines, Mapping) or not baselines or metrics is None:
        return html("")
    names = [name for name in score_names(metrics) if name in _ORDER]
    meanings = [meaning(name, metrics[name].attrs) for name in names]
    own: list[Any] = [tag("strong", evidence.model)]
    own += [tag("strong", number(part(metrics, name))) for name in names]
    rows = [[*own, evidence.verdict]]
    for name, entry in baselines.items():
        scores = entry.get("metrics", {}) if isinstance(entry, Mapping) else {}
        said = entry.get("verdict") or f"not judged: {entry.get('reason') or 'unknown'}"
        values = [number(as_float(scores.get(metric))) for metric in names]
        rows.append([_BASELINES.get(name, shorten(name, 40)), *values, shorten(said, 200)])
    head = ["model", *(what.symbol or what.title for what in meanings), "verdict"]
    caption = (
        "The same scores on the same test part for models that cost nothing to try, fitted to the "
        "same training part: sparse polynomial equations (SINDy), the last value repeated, "
        "and independent draws with the mean and covariance of the data. A reconstruction "
        "is worth its training where it beats them."
    )
    numeric = tuple(range(1, len(names) + 1))
    return table(caption, head, rows, numeric=numeric)


def lyapunov_unit(evidence: Evidence) -> str:
    """Unit of the exponents."""
    metrics = evidence.metrics
    if metrics is not None and "lyapunov_exponent" in metrics:
        units = metrics["lyapunov_exponent"].attrs.get("units")
        if units:
            return shorten(units, 20)
    return f"per {evidence.time_unit}"


def judgement(evidence: Evidence, name: str) -> Html:
    """What a score says, in words."""
    metrics = evidence.metrics
    assert metrics is not None
    if name in _JUDGED:
        kind, words = grade(evidence.attrs.get(_JUDGED[name]))
    elif name == "prediction_error":
        kind, words = _against_persistence(metrics)
    elif name == "largest_lyapunov_exponent":
        kind, words = _chaos(part(metrics, name), part(metrics, name, "low"))
    else:
        kind, words = "", ""
    return tag("span", words, class_=f"grade {kind}") if words else html(MISSING)


def _against_persistence(metrics: Any) -> tuple[str, str]:
    value, other = part(metrics, "prediction_error"), part(metrics, "prediction_error", "surrogate")
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
) -> Html:
    """Draw the value (dot, with its interval) between noise floor (bar) and surrogate (ring)."""
    marks = {"value": value, "noise floor": floor, "surrogate": surrogate}
    known = [v for v in (*marks.values(), low, high) if math.isfinite(v)]
    if not math.isfinite(value) or sum(math.isfinite(v) for v in marks.values()) < 2:
        return html("")
    logarithmic = min(known) > 0 and max(known) / min(known) > 3
    place = _placing(known, logarithmic)
    middle = 11
    parts = [_line(_MARGIN, _WIDTH - _MARGIN, middle, "axis")]
    if math.isfinite(low) and math.isfinite(high):
        parts.append(_line(place(low), place(high), middle, "spread"))
    if math.isfinite(floor):
        x = f"{place(floor):.1f}"
        parts.append(tag("line", x1=x, x2=x, y1=3, y2=19, class_="floor"))
    if math.isfinite(surrogate):
        parts.append(
            tag("circle", cx=f"{place(surrogate):.1f}", cy=middle, r=4, class_="surrogate")
        )
    parts.append(tag("circle", cx=f"{place(value):.1f}", cy=middle, r=4.5, class_="value"))
    spoken = ", ".join(f"{name} {number(v)}" for name, v in marks.items() if math.isfinite(v))
    return tag(
        "svg", *parts, viewBox=f"0 0 {_WIDTH} 22", width=_WIDTH, height=22, class_="scale",
        role="img", aria_label=f"{label}: {spoken}",
    )  # fmt: skip


def _placing(known: list[float], logarithmic: bool) -> Callable[[float], float]:
    def warp(v: float) -> float:
        return math.log(v) if logarithmic else v

    left, right = warp(min(known)), warp(max(known))
    width = right - left or 1.0
    return lambda v: _MARGIN + 6 + (warp(v) - left) / width * (_WIDTH - 2 * _MARGIN - 12)


def _line(x1: float, x2: float, y: float, class_: str) -> Html:
    return tag("line", x1=f"{x1:.1f}", x2=f"{x2:.1f}", y1=y, y2=y, class_=class_)

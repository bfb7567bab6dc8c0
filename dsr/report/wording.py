"""The words of the page: verdicts, what each score means, and what it does not say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from dsr.plots.theme import shorten
from dsr.report.evidence import Evidence
from dsr.report.markup import Markup, escape, symbol
from dsr.report.numbers import as_flag, as_float, count, span


class Meaning(NamedTuple):
    """How a score is written and read."""

    title: str
    symbol: Markup | str = ""
    unit: str = ""
    surrogate: str = ""
    note: str = ""


def facts() -> Mapping[str, Any]:
    """What is known of each score, in the order of display."""
    from dsr.metrics.judging.facts import FACTS

    return FACTS


_GRADES = {
    "equal": ("good", "at the noise floor"),
    "short": ("fair", "short of the reference"),
    "none": ("poor", "no better than a cloud"),
}

_DEGENERATE = {
    "diverged": "the free run leaves the data behind: it diverges",
    "frozen": "the free run comes to rest where the data keeps moving",
    "periodic": "the free run repeats a cycle that the data does not have",
}


def meaning(name: str, attrs: Mapping[str, Any]) -> Meaning:
    """How to write a score; names this page does not know speak for themselves."""
    known = facts().get(name)
    if known is None:
        title = shorten(name.replace("_", " "))
        return Meaning(title[:1].upper() + title[1:], unit=shorten(attrs.get("units", ""), 20))
    sign: Markup | str = symbol(*known.symbol) if known.symbol else ""
    if name == "prediction_error" and math.isfinite(as_float(attrs.get("steps"))):
        sign = Markup("{}({})").format(sign, count(attrs["steps"]))
    return Meaning(known.title, sign, known.unit, known.surrogate, known.meaning)


def grade(word: Any) -> tuple[str, str]:
    """Class and words of the judgement of one score."""
    text = str(word or "")
    return _GRADES.get(text, ("", shorten(text)))


def verdict_class(verdict: str) -> str:
    """Colour of a verdict."""
    text = verdict.lower()
    if "degenerate" in text or "no better" in text:
        return "poor"
    if "indistinguishable" in text:
        return "good"
    return "fair" if text else "unknown"


def verdict_sentence(evidence: Evidence) -> Markup:
    """The result in one sentence."""
    verdict = shorten(evidence.verdict, 200)
    if not verdict:
        return escape("This run has not been judged yet.")
    head, _, kind = verdict.partition(":")
    if head.strip() == "degenerate":
        rest = _DEGENERATE.get(kind.strip().split(" ")[0], kind.strip())
        return Markup("The reconstruction is <strong>degenerate</strong>: {}.").format(rest)
    return Markup("The model’s free run is <strong>{}</strong>.").format(verdict)


def compared(evidence: Evidence) -> str:
    """How much was compared, and whether that was enough to decide."""
    length = as_float(evidence.attrs.get("compared_length"))
    sentences: list[str] = []
    if math.isfinite(length):
        whole = ""
        if evidence.time_unit != "step":
            whole = f" ({span(length * evidence.dt, evidence.time_unit)})"
        sentences.append(
            f"Compared over {count(length)} samples{whole} that neither training nor selection saw."
        )
    decidable = evidence.attrs.get("decidable")
    if decidable is not None:
        if as_flag(decidable):
            sentences.append("The data can decide: its noise floor is clear of the surrogate.")
        else:
            sentences.append(
                "The data cannot decide: at this length its own noise floor is not clear of the "
                "surrogate, so the verdict is the cautious one."
            )
    return " ".join(sentences)


def limits(evidence: Evidence) -> list[Any]:
    """What the numbers on this page do not say."""
    attrs = evidence.attrs
    items: list[Any] = []
    length = as_float(attrs.get("compared_length"))
    if math.isfinite(length):
        items.append(
            f"The verdict holds for {count(length)} samples. Differences that need a longer record "
            "to be seen were not seen: the shorter the comparison, the more alike everything looks."
        )
    d_stsp, d_h = symbol("D", "stsp"), symbol("D", "H")
    items += [
        Markup(
            "{} does not see time. A shuffled copy of the data would score at the floor; "
            "{} and the exponents are there to catch that."
        ).format(d_stsp, d_h),
        Markup(
            "{} does not see phases. A random series with the same spectrum would score near "
            "zero; {} is there to catch that."
        ).format(d_h, d_stsp),
        "No score can be expected below its noise floor: two recordings of the same system differ "
        "by that much at this length and noise.",
        "Intervals come from resampling blocks of this one comparison (moving-block bootstrap). "
        "They hold its sampling error, not what another seed, recording or split would give.",
        "Lyapunov exponents are the model’s, computed from its Jacobians. They agree with the "
        "system’s only as far as the model does.",
        "The free run was started on the attractor that was measured. Other basins, other "
        "parameters and rare events outside the record are not tested.",
    ]
    convention = attrs.get("convention")
    if convention:
        bins = attrs.get("bins")
        detail = f", {shorten(bins, 30)} bins per variable" if bins not in (None, "") else ""
        items.append(
            f"Numbers follow the convention “{shorten(convention)}”{detail}; compare them only "
            "with numbers of the same convention and length."
        )
    if evidence.width > 3:
        items.append(
            f"With {evidence.width} variables the portrait is a projection: two runs can look the "
            "same in it and differ elsewhere."
        )
    return items

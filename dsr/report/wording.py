"""The words of the page: verdicts, what each score means, and what it does not say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dsr.plots.theme import shorten
from dsr.report.evidence import Evidence
from dsr.report.markup import Markup, escape, symbol
from dsr.report.numbers import as_float, count, number, span

if TYPE_CHECKING:
    from dsr.metrics.judging.told import Told


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
    "equal": ("good", "no difference shown"),
    "short": ("fair", "short of the reference"),
    "none": ("poor", "no better than a cloud"),
    "undecided": ("open", "undecided"),
}
_TONES = {
    "degenerate": "poor", "no better": "poor", "indistinguishable": "good", "undecided": "open",
}  # fmt: skip

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


def verdict_class(found: Told) -> str:
    """Colour of a verdict: neither praise nor blame where the data cannot decide."""
    if found.open:
        return "open"
    return _TONES.get(found.kind, "fair" if found.sentence else "unknown")


def verdict_sentence(evidence: Evidence) -> Markup:
    """The result in one sentence."""
    found, verdict = evidence.told, shorten(evidence.verdict, 300)
    if not verdict:
        return escape("This run has not been judged yet.")
    head, _, kind = verdict.partition(":")
    if found.open:
        said = _without_stop(kind) if found.kind == "undecided" else ""
        beginning = Markup("Whether the model reproduces the system is <strong>undecided</strong>")
        return Markup("{}: {}.").format(beginning, said) if said else beginning + "."
    if head.strip() == "degenerate":
        rest = _DEGENERATE.get(kind.strip().split(" ")[0], kind.strip())
        return Markup("The reconstruction is <strong>degenerate</strong>: {}.").format(rest)
    return Markup("The model’s free run is <strong>{}</strong>.").format(verdict)


def _without_stop(text: str) -> str:
    return text.strip().rstrip(".")


def sentence(text: str, limit: int = 400) -> str:
    """A reason as a sentence of its own.

    Examples
    --------
    >>> sentence("the record is short")
    'The record is short.'
    """
    words = _without_stop(shorten(text, limit))
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def compared(evidence: Evidence) -> str:
    """How much was compared, whether that was enough to decide, and what speaks against the run."""
    found = evidence.told
    length = found.compared_length
    sentences: list[str] = []
    if math.isfinite(length):
        whole = ""
        if evidence.time_unit != "step":
            whole = f" ({span(length * evidence.dt, evidence.time_unit)})"
        sentences.append(
            f"Compared over {count(length)} samples{whole} that neither training nor selection saw."
        )
    if found.tested:
        reason = _without_stop(found.undecided_because)
        if found.open and reason and reason not in found.sentence:
            sentences.append(sentence(reason))
        if math.isfinite(found.p_value) and not found.open and found.kind != "degenerate":
            sentences.append(f"{_result(found)} (p = {p_value(found.p_value)}).")
        if found.withheld_because:
            reasons = "; ".join(_without_stop(shorten(r, 200)) for r in found.withheld_because)
            sentences.append(f"What speaks against it whatever the test says: {reasons}.")
    elif found.open and found.kind != "undecided":
        # A version that had no sentence for it stored the most cautious one.
        sentences.append(
            "The data cannot decide: at this length its own noise floor is not clear of the "
            f"surrogate. The sentence stored with the run, “{shorten(found.sentence, 120)}”, is "
            "no finding about the model."
        )
    elif found.decidable and found.kind != "undecided":
        sentences.append("The data can decide: its noise floor is clear of the surrogate.")
    return " ".join(sentences)


def _result(found: Told) -> str:
    """What the test of all parts together says, in a few words."""
    if not math.isfinite(found.level):
        return "Test of sameness"
    differs = "differs from" if found.p_value <= found.level else "shows no difference from"
    return f"At level {percent(found.level)} the run {differs} the recordings"


def p_value(p: Any) -> str:
    """A p-value in two digits.

    Examples
    --------
    >>> p_value(0.4123), p_value(0.001)
    ('0.41', '0.0010')
    """
    return number(p, 2)


def percent(share: float) -> str:
    """A share in per cent.

    Examples
    --------
    >>> percent(0.05)
    '5 %'
    """
    return f"{100 * share:g} %"


def _of_the_test(found: Told) -> list[str]:
    """What a test of segments leaves open."""
    if not found.tested:
        return []
    from dsr.metrics.judging.features import AMPLITUDE, CLOCK

    items = [
        f"Differences below {percent(AMPLITUDE)} of a deviation, or below what a clock "
        f"{percent(CLOCK)} off would make, count as none: without that no model of an exact cycle "
        "could ever pass."
    ]
    if found.level > 0:
        items.append(
            f"Level {percent(found.level)} means that one in {round(1 / found.level)} right models "
            "is called different by chance. How often right and wrong models pass, by system and "
            "length, is measured on the page “The verdict” of the documentation."
        )
    return items


def limits(evidence: Evidence) -> list[Any]:
    """What the numbers on this page do not say."""
    attrs, found = evidence.attrs, evidence.told
    items: list[Any] = []
    length = found.compared_length
    if math.isfinite(length):
        items.append(
            f"The verdict holds for {count(length)} samples. Differences that need a longer record "
            "to be seen were not seen: the shorter the comparison, the more alike everything looks."
        )
    items += _of_the_test(found)
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
        "A score below its noise floor is no merit, and one above it no proof: the floor is itself "
        "measured on a few stretches, and lies anywhere in its interval.",
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

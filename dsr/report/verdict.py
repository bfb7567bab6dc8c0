"""The section on how the verdict was reached: the parts of the test, and what speaks against it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from dsr.plots.verdicts import verdict_parts
from dsr.report.evidence import Evidence
from dsr.report.figures import Figures
from dsr.report.markup import Markup, join, part, table
from dsr.report.numbers import MISSING, count, number
from dsr.report.wording import grade, p_value, percent, sentence

if TYPE_CHECKING:
    from dsr.metrics.judging.told import Told

_LOOKS_AT = {
    "geometry": "where the run is: means, spreads, products, shape of the distribution",
    "order": "which way time goes, and how the state moves on: lagged pairs, moments that change "
    "sign under reversal, steps",
    "spectra": "how fast: autocovariances, cross-covariances and increments over lags",
}

_DEGENERATE = (
    "A run that diverges, comes to rest or repeats a cycle that the data does not have is called "
    "degenerate, whatever its scores and whatever a test says."
)


def verdict_section(evidence: Evidence, figures: Figures) -> Markup:
    """The parts of the test with their p-values, and what was withheld and why."""
    found = evidence.told
    if evidence.metrics is None:
        return Markup("")
    degenerate = found.kind == "degenerate" and math.isfinite(found.level)
    opening = part("paragraph", _DEGENERATE) if degenerate else Markup("")
    if not found.tested:
        return opening
    spoken = ", ".join(f"{name} {p_value(p)}" for name, p in _known(found))
    picture = figures.plot(verdict_parts(evidence.metrics), f"p-values of the verdict: {spoken}")
    caption = (
        "How often a run of the same process would differ from the recordings as much as this one "
        f"does, or more. The values are adjusted for the number of parts{_level(found)}."
    )
    if math.isfinite(found.recordings_p):
        caption += " The ring: test part against training part, without the model."
    left = figures.figure(picture, caption=caption)
    beside = part("columns", "halves", left, _parts_table(found))
    return join([opening, _method(found), beside, *_remarks(found)])


def _known(found: Told) -> list[tuple[str, float]]:
    from dsr.metrics.judging.told import PARTS

    return [(PARTS[name][0], p) for name, p in found.p.items() if math.isfinite(p)]


def _level(found: Told) -> str:
    if not math.isfinite(found.level):
        return ""
    return f", so the level of {percent(found.level)} (dashed) holds for all of them together"


def _method(found: Told) -> Markup:
    """What was done, with the size of the segments."""
    words = (
        "Test part and training part were pooled, and cut with the free run into segments so long "
        "that neighbours are nearly independent"
    )
    if math.isfinite(found.segments):
        words += f": {count(found.segments)} of the recordings"
        if math.isfinite(found.segments_generated):
            words += f" and {count(found.segments_generated)} of the run"
        if math.isfinite(found.segment_length):
            words += f", {count(found.segment_length)} samples each"
        if math.isfinite(found.periods):
            words += f" ({number(found.periods)} mean periods)"
    # Of data that cannot decide no p-value is relied on, however small.
    relied = " The values below are shown for what they are; the verdict does not rest on them."
    words += (
        ". Were both of one process, it would not matter which segments are called the run’s: the "
        "differences of their features are compared with those under random names."
    )
    return part("paragraph", words + relied if found.open else words)


def _parts_table(found: Told) -> Markup:
    """One row for each part, one for all."""
    from dsr.metrics.judging.told import PARTS

    rows: list[list[Any]] = []
    for name, (title, _, _) in PARTS.items():
        kind, words = grade(found.words.get(name))
        said = Markup('<span class="grade {}">{}</span>').format(kind, words) if words else MISSING
        title = title[:1].upper() + title[1:]
        rows.append([part("metric", title, "", _LOOKS_AT[name]), p_value(found.p[name]), said])
    rows.append([part("metric", "All together", "", ""), p_value(found.p_value), ""])
    return table("Parts of the test", ["part", "p-value", "word"], rows, numeric=(1,))


def _remarks(found: Told) -> list[Markup]:
    """Why a sentence was withheld or could not be had, and what the recordings say themselves."""
    made = []
    if found.open and found.undecided_because:
        items = [sentence(found.undecided_because)]
        made.append(part("items", items, "Why it is undecided"))
    if found.withheld_because:
        reasons = [sentence(reason) for reason in found.withheld_because]
        made.append(part("items", reasons, "What speaks against the run whatever the test says"))
    if math.isfinite(found.recordings_p):
        p = p_value(found.recordings_p)
        words = f"The test part against the training part, by the same test: p = {p}."
        if found.recordings_p <= found.level:
            words += (
                " The recordings differ among themselves, as a series does that drifts or changes "
                "its regime: a right model may then be called different too."
            )
        made.append(part("paragraph", words))
    return made

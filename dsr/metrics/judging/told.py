"""The verdict as it is told: read back from fresh scores, from a file, or from a summary.

Console, report and ``--json`` take the sentence, the p-values of its parts and the reasons from
here, so that results of every age are read alike: those of older versions lack most of it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dsr.metrics.judging.withheld import withheld

PARTS = {
    "geometry": ("geometry", "p_geometry", "verdict_geometry"),
    "order": ("time order", "p_order", "verdict_order"),
    "spectra": ("spectra", "p_spectra", "verdict_time"),
}
"""The parts of the test: their words, and the attributes of their p-value and their judgement."""

_NUMBERS = ("p_value", "p_geometry", "p_order", "p_spectra", "level", "recordings_p",
            "segment_length", "mean_period")  # fmt: skip
_COUNTS = ("segments", "segments_generated", "compared_length")
_REASONS = ("decidable", "saturated", "undecided_because", "withheld_because")
_WORDS = tuple(word for _, _, word in PARTS.values())
VERDICT_FACTS = (*_NUMBERS, *_COUNTS, *_WORDS, *_REASONS, "lyapunov")
"""What stands beside ``verdict`` in a summary, of what the scores hold."""

_KINDS = ("undecided", "degenerate", "indistinguishable", "no better", "better")


@dataclass(frozen=True)
class Told:
    """What is known of a verdict.

    Attributes
    ----------
    sentence : str
        As it is stored; empty if nobody judged.
    kind : str
        "undecided", "degenerate", "indistinguishable", "no better", "better", or "" for a sentence
        of somebody else.
    p_value, level : float
        Of all parts together, and what it is held against; NaN in results of older versions.
    p, words : dict of str
        By part (`PARTS`): p-value, and "equal", "short", "none", "undecided" or "".
    segments, segments_generated, segment_length, mean_period, compared_length : float
        Counts, and lengths in samples; NaN where unknown.
    recordings_p : float
        Of the recordings against each other, by the same test.
    decidable : bool or None
        None where nobody said.
    undecided_because : str
    withheld_because : tuple of str
    """

    sentence: str
    kind: str
    p_value: float
    level: float
    p: dict[str, float]
    words: dict[str, str]
    segments: float
    segments_generated: float
    segment_length: float
    mean_period: float
    compared_length: float
    recordings_p: float
    decidable: bool | None
    undecided_because: str
    withheld_because: tuple[str, ...]

    @property
    def tested(self) -> bool:
        """Whether the segments were tested, as results of older versions were not."""
        return any(math.isfinite(p) for p in (self.p_value, *self.p.values()))

    @property
    def open(self) -> bool:
        """Whether nothing was decided; older versions then stored the cautious sentence."""
        old = not self.tested and self.decidable is False and self.kind != "degenerate"
        return self.kind == "undecided" or (old and bool(self.sentence))

    @property
    def periods(self) -> float:
        """Length of a segment in mean periods."""
        return self.segment_length / self.mean_period if self.mean_period > 0 else math.nan


def told(attrs: Mapping[Any, Any]) -> Told:
    """Read a verdict.

    Parameters
    ----------
    attrs : mapping
        The attributes of what `dsr.metrics.evaluate` returns, fresh or from a file, or the object
        that ``dsr fit --json`` prints. Whatever is missing is unknown.

    Returns
    -------
    Told

    Examples
    --------
    >>> found = told({"verdict": "undecided: a longer record would decide", "decidable": "false"})
    >>> found.kind, found.open, found.tested
    ('undecided', True, False)
    """
    sentence = str(attrs.get("verdict") or "")
    numbers = {name: _number(attrs.get(name)) for name in (*_NUMBERS, *_COUNTS)}
    return Told(
        sentence=sentence,
        kind=kind_of(sentence),
        p={part: numbers.pop(p) for part, (_, p, _) in PARTS.items()},
        words={part: str(attrs.get(word) or "") for part, (_, _, word) in PARTS.items()},
        decidable=_flag(attrs.get("decidable")),
        undecided_because=str(attrs.get("undecided_because") or ""),
        withheld_because=_sentences(attrs.get("withheld_because")),
        **numbers,
    )


def kind_of(sentence: str) -> str:
    """Which of the sentences one is, by how it begins.

    Examples
    --------
    >>> kind_of("degenerate: frozen"), kind_of("better than a Gaussian cloud, short of ...")
    ('degenerate', 'better')
    """
    return next((kind for kind in _KINDS if sentence.startswith(kind)), "")


def brief(sentence: str) -> str:
    """Cut what would decide from the sentence of data that cannot, where there is no room.

    Examples
    --------
    >>> brief("undecided: a longer record would decide"), brief("degenerate: frozen")
    ('undecided', 'degenerate: frozen')
    """
    return "undecided" if kind_of(sentence) == "undecided" else sentence


def verdict_to_json(scores: Any) -> dict[str, Any]:
    """Make plain values of a verdict and of what was found of the exponents.

    Parameters
    ----------
    scores : Dataset
        What `dsr.metrics.evaluate` gives.

    Returns
    -------
    dict
        ``verdict`` and, of what the scores hold, ``p_value``, ``p_geometry``, ``p_order``,
        ``p_spectra``, ``level``, ``recordings_p``, ``segments``, ``segments_generated``,
        ``segment_length``, ``mean_period``, ``compared_length``, ``decidable``,
        ``saturated``, ``verdict_geometry``, ``verdict_order``, ``verdict_time``,
        ``undecided_because``, ``withheld_because``, and ``lyapunov`` (`lyapunov_facts`). What is
        not finite is None.

    Examples
    --------
    >>> import xarray as xr
    >>> attrs = {"verdict": "degenerate: frozen", "p_value": float("nan"), "decidable": True}
    >>> verdict_to_json(xr.Dataset(attrs=attrs))
    {'verdict': 'degenerate: frozen', 'p_value': None, 'decidable': True}
    """
    attrs, found = scores.attrs, told(scores.attrs)
    plain: dict[str, Any] = {"verdict": found.sentence}
    plain |= {name: _plain(attrs[name]) for name in _NUMBERS if name in attrs}
    plain |= {
        name: None if math.isnan(getattr(found, name)) else int(getattr(found, name))
        for name in _COUNTS
        if name in attrs
    }
    if found.decidable is not None:
        plain["decidable"] = found.decidable
    if _flag(attrs.get("saturated")) is not None:
        plain["saturated"] = _flag(attrs["saturated"])
    plain |= {word: found.words[part] for part, (_, _, word) in PARTS.items() if word in attrs}
    if "undecided_because" in attrs:
        plain["undecided_because"] = found.undecided_because
    if "withheld_because" in attrs:
        plain["withheld_because"] = list(found.withheld_because)
    exponents = lyapunov_facts(scores)
    return plain | ({"lyapunov": exponents} if exponents else {})


def lyapunov_facts(scores: Any) -> dict[str, Any]:
    """Tell what is known of a spectrum of exponents, empty where there is none.

    Parameters
    ----------
    scores : Dataset
        What `dsr.metrics.evaluate` gives.

    Returns
    -------
    dict
        ``converged`` and ``complete`` (None where nobody said), ``status``, ``count``, ``sum`` (of
        a complete spectrum), ``growing`` (whether that is above zero by more than its error, and
        not of what may be a map that folds),
        ``kaplan_yorke_dimension``.

    Examples
    --------
    >>> import xarray as xr
    >>> exponents = ("index", [0.9, 0.0, -14.5], {"complete": "true", "converged": "false"})
    >>> facts = lyapunov_facts(xr.Dataset({"lyapunov_exponent": exponents}))
    >>> facts["converged"], facts["sum"]
    (False, -13.6)
    """
    if "lyapunov_exponent" not in scores:
        return {}
    exponents = scores["lyapunov_exponent"]
    values = [_number(v) for v in exponents.values.ravel()]
    if not values or not all(math.isfinite(v) for v in values):
        return {}
    about = exponents.attrs
    complete = _flag(about.get("complete"))
    dimension = scores.attrs.get("kaplan_yorke_dimension")
    if "kaplan_yorke_dimension" in scores:
        dimension = scores["kaplan_yorke_dimension"].values
    return {
        "converged": _flag(about.get("converged")),
        "status": str(about.get("status") or ""),
        "complete": complete,
        "count": len(values),
        "sum": math.fsum(values) if complete else None,
        "growing": bool(complete) and _growing(scores, values),
        "kaplan_yorke_dimension": _plain(dimension),
    }


def _growing(scores: Any, values: list[float]) -> bool:
    """Whether volumes grow, by the rule of the verdict where its scores hold what that needs."""
    if "exponent_sum_low" in scores:
        about = {name: scores[name] for name in ("exponent_sum_low", "lyapunov_exponent")}
        period = _number(scores.attrs.get("mean_period"))
        return bool(withheld(about, math.inf if math.isnan(period) else period))
    # Rounding, and the errors of the terms.
    slack = 1e-6 * max(abs(v) for v in values)
    if "lyapunov_exponent_high" in scores:
        high = [_number(v) for v in scores["lyapunov_exponent_high"].values.ravel()]
        squares = [(h - v) ** 2 for h, v in zip(high, values, strict=True) if math.isfinite(h)]
        slack += math.sqrt(math.fsum(squares))
    return math.fsum(values) > slack


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _plain(value: Any) -> float | None:
    number = _number(value)
    return number if math.isfinite(number) else None


def _flag(value: Any) -> bool | None:
    """A flag as it is, or as files keep it; None for anything else."""
    text = str(value).lower()
    return True if text in ("true", "1") else False if text in ("false", "0") else None


def _sentences(value: Any) -> tuple[str, ...]:
    """A list of sentences, of which a file keeps one as a text and none as ``[]``."""
    if value is None:
        return ()
    if isinstance(value, str):
        if value.startswith("["):
            try:
                value = json.loads(value)
            except ValueError:
                value = [value]
        else:
            value = [value]
    items = value if isinstance(value, list | tuple) else getattr(value, "tolist", list)()
    return tuple(str(item) for item in items if str(item))

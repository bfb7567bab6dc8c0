"""One score as variables of a dataset: its value, and what stands beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from dsr.metrics.judging.facts import FACTS

SUFFIXES = ("low", "high", "noise_floor", "surrogate")
NOT_FINITE = "the generated series is not finite"


def entry(
    name: str,
    value: float = math.nan,
    low: float = math.nan,
    high: float = math.nan,
    noise_floor: float = math.nan,
    surrogate: float = math.nan,
    *,
    beside: Mapping[str, tuple[float, float]] | None = None,
    reason: str | Mapping[str, str] = NOT_FINITE,
    **attrs: Any,
) -> dict[str, Any]:
    """Variables ``NAME``, ``NAME_low``, ``NAME_high``, ``NAME_noise_floor``, ``NAME_surrogate``.

    Parameters
    ----------
    name : str
        A key of `dsr.metrics.judging.facts.FACTS`.
    value, low, high, noise_floor, surrogate : float
    beside : mapping of str to (float, float), optional
        Intervals of ``"noise_floor"`` and ``"surrogate"``: ``NAME_noise_floor_low`` and so on.
    reason : str, or mapping
        Why a number is missing; by suffix, ``""`` for all that are not named.
    **attrs
        Of every variable; the unit is that of the fact if not given.

    Returns
    -------
    dict
        ``{variable: ((), number, attrs)}``.
    """
    fact = FACTS[name]
    why = {"": reason} if isinstance(reason, str) else dict(reason)
    data: dict[str, Any] = {}
    given = (value, low, high, noise_floor, surrogate)
    numbers = dict(zip(("", *SUFFIXES), given, strict=True))
    for which, ends in (beside or {}).items():
        numbers |= {f"{which}_low": ends[0], f"{which}_high": ends[1]}
    for suffix, number in numbers.items():
        own = {"units": fact.unit, **attrs}
        if suffix == "surrogate" and fact.surrogate:
            own["what"] = fact.surrogate
        if not math.isfinite(number):
            default = fact.no_interval if suffix in ("low", "high") else ""
            plain = suffix.removesuffix("_low").removesuffix("_high")
            own["reason"] = (
                default or why.get(suffix) or why.get(plain) or why.get("") or NOT_FINITE
            )
        data[f"{name}_{suffix}" if suffix else name] = ((), float(number), own)
    return data


def absent(name: str, reason: str, **attrs: Any) -> dict[str, Any]:
    """A score that does not apply: all NaN, with one reason."""
    return entry(name, reason=reason, **attrs)

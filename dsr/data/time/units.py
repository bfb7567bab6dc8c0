"""Units of time: their names, how they convert, and steps written by people."""

from __future__ import annotations

import re

import numpy as np

from dsr.errors import InputError

_SECONDS = (
    (1.0, ("s", "sec", "secs", "second", "seconds")),
    (1e-3, ("ms", "msec", "msecs", "millisec", "millisecond", "milliseconds")),
    (1e-6, ("us", "µs", "μs", "microsec", "microsecond", "microseconds")),
    (1e-9, ("ns", "nanosec", "nanosecond", "nanoseconds")),
    (60.0, ("min", "mins", "minute", "minutes")),
    (3600.0, ("h", "hr", "hrs", "hour", "hours")),
    (86400.0, ("d", "day", "days")),
    (604800.0, ("week", "weeks")),
)
SECONDS = {alias: factor for factor, aliases in _SECONDS for alias in aliases}
CALENDAR_UNITS = {
    "month": "month", "months": "month", "mon": "month",
    "year": "year", "years": "year", "yr": "year", "yrs": "year", "a": "year",
}  # fmt: skip


def parse_step(text: str | float, unit: str) -> float:
    """Read a sampling step such as ``"0.1s"``, ``"2 min"`` or ``0.1`` in the unit of an axis.

    Examples
    --------
    >>> parse_step("2 min", "s"), parse_step(0.5, "month")
    (120.0, 0.5)
    """
    match = re.fullmatch(r"\s*([0-9.]+(?:[eE][+-]?[0-9]+)?)\s*([^\W\d]*[\w ]*)\s*", str(text))
    wanted = match.group(2).strip() if match else ""
    try:
        number = float(match.group(1)) if match else float("nan")
    except ValueError:
        number = float("nan")
    if not (np.isfinite(number) and number > 0):
        raise InputError(
            f"resample={str(text)[:40]!r} is not a step; pass a positive number, a text such as "
            '"0.1s", or "auto"'
        )
    factor = 1.0 if wanted in ("", unit) else unit_factor(wanted, unit)
    if factor is None:
        raise InputError(
            f"resample={str(text)[:40]!r} is in {wanted[:20]!r} but the time axis is in {unit!r}; "
            f"give the step in {unit!r}"
        )
    return number * factor


def unit_factor(old: str, new: str) -> float | None:
    """How many `new` units one `old` unit has; None if they do not convert."""
    if old in SECONDS and new in SECONDS:
        return SECONDS[old] / SECONDS[new]
    first, second = CALENDAR_UNITS.get(old), CALENDAR_UNITS.get(new)
    if first is None or second is None:
        return None
    months = {"month": 1.0, "year": 12.0}
    return months[first] / months[second]


def unit_word(text: str) -> str:
    """Name of a unit as the tables here spell it; capitals do not matter."""
    text = text.strip()
    return text if text in SECONDS else text.lower()

"""How numbers are written on the page."""

from __future__ import annotations

import math
from typing import Any

MISSING = "–"
_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def as_flag(value: Any) -> bool:
    """Read a flag as it is, or as files of results keep it.

    Examples
    --------
    >>> as_flag(True), as_flag("true"), as_flag("false")
    (True, True, False)
    """
    return str(value).lower() in ("true", "1")


def as_float(value: Any) -> float:
    """Make a float of a scalar of any kind, NaN of everything else."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def number(value: Any, digits: int = 3) -> str:
    """Write a number with significant digits, a real minus sign and powers of ten.

    Examples
    --------
    >>> number(-0.012345), number(3.2e-7), number(float("nan")), number(123456)
    ('−0.0123', '3.20 × 10⁻⁷', '–', '123,456')
    """
    x = as_float(value)
    if math.isnan(x):
        return MISSING
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    if x == 0:
        return "0"
    size = math.floor(math.log10(abs(x)))
    if -3 <= size < 6:
        text = f"{x:,.{max(0, digits - 1 - size)}f}"
    else:
        mantissa, exponent = f"{x:.{digits - 1}e}".split("e")
        text = f"{mantissa} × 10{str(int(exponent)).translate(_SUPERSCRIPT)}"
    return text.replace("-", "−")


def interval(low: Any, high: Any) -> str:
    """Write an interval.

    Examples
    --------
    >>> interval(0.11, 0.1351)
    '0.110 to 0.135'
    """
    if math.isnan(as_float(low)) or math.isnan(as_float(high)):
        return MISSING
    return f"{number(low)} to {number(high)}"


def count(value: Any) -> str:
    """Write a whole number with thousands separated.

    Examples
    --------
    >>> count(100000)
    '100,000'
    """
    x = as_float(value)
    return MISSING if not math.isfinite(x) else f"{round(x):,}"


def duration(seconds: Any) -> str:
    """Write a time that somebody waited.

    Examples
    --------
    >>> duration(95.2), duration(3.21)
    ('1 min 35 s', '3.2 s')
    """
    x = as_float(seconds)
    if not math.isfinite(x):
        return MISSING
    if x < 10:
        return f"{x:.1f} s"
    hours, rest = divmod(round(x), 3600)
    minutes, left = divmod(rest, 60)
    parts = [(hours, "h"), (minutes, "min"), (left, "s")]
    shown = [f"{amount} {unit}" for amount, unit in parts if amount]
    return " ".join(shown[:2]) or "0 s"


def span(amount: Any, unit: str) -> str:
    """Write a duration in a unit of the data's own.

    Examples
    --------
    >>> span(1000, "time unit"), span(1, "step"), span(2.5, "s")
    ('1,000 time units', '1 step', '2.50 s')
    """
    x = as_float(amount)
    text = count(x) if x.is_integer() else number(x)
    plural = "s" if len(unit) > 3 and not unit.endswith("s") and text != "1" else ""
    return f"{text} {unit}{plural}"

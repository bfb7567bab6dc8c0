"""Numbers, durations and sentences as people read them."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from typing import Any

LONGEST_ERROR = 600
"""Most characters of an error message."""


def one_line(text: str, limit: int = LONGEST_ERROR) -> str:
    """Return ``text`` as one printable line of at most ``limit`` characters.

    File and variable names come from strangers: newlines and terminal escapes in them must not
    reach the terminal.

    Examples
    --------
    >>> one_line("two\\n  lines")
    'two lines'
    """
    line = " ".join(text.split())
    line = "".join(letter if letter.isprintable() else "?" for letter in line)
    return line if len(line) <= limit else line[: limit - 3].rstrip() + "..."


def number(value: Any, digits: int = 4) -> str:
    """Return a number with ``digits`` significant digits, ``-`` where there is none.

    Examples
    --------
    >>> number(0.123456), number(None), number(float("nan"))
    ('0.1235', '-', '-')
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "-"
    return f"{value:.{digits}g}"


def duration(seconds: float) -> str:
    """Return a length of time as people write it.

    Examples
    --------
    >>> duration(75.2), duration(9.6), duration(3700)
    ('1:15', '10 s', '1:01:40')
    """
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def suggestion(name: Any, known: Iterable[Any]) -> str:
    """Return what to say of a name that is not known: the nearest one that is, or all of them.

    Examples
    --------
    >>> suggestion("lornez", ["lorenz", "thomas"])
    "did you mean 'lorenz'?"
    >>> suggestion("x", ["lorenz", "thomas"])
    'known: lorenz, thomas'
    """
    names = {str(k).lower(): str(k) for k in reversed(list(known))}
    close = difflib.get_close_matches(str(name).lower(), list(names), n=1)
    if close:
        return f"did you mean {names[close[0]][:60]!r}?"
    listed = sorted(text[:40] for text in names.values())
    return f"known: {', '.join(listed[:40]) or 'none'}{', ...' if len(listed) > 40 else ''}"

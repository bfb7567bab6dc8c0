"""Names a user picks from a file, and the nearest name where one is misspelt."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dsr.errors import InputError


class Picks(NamedTuple):
    """Which parts of a file are wanted; None takes what the file offers."""

    variables: Sequence[str] | str | None = None
    time: str | None = None
    trajectory: str | None = None
    group: str | None = None

    @property
    def names(self) -> list[str] | None:
        """Variables as a list, whether they came as one text or as a list."""
        if self.variables is None:
            return None
        given = self.variables
        listed = given.split(",") if isinstance(given, str) else [str(name) for name in given]
        names = list(dict.fromkeys(name.strip() for name in listed if name.strip()))
        if not names:
            raise InputError("variables= names no variable; leave it out to take all of them")
        return names


def pick(known: Sequence[str], wanted: Sequence[str] | None) -> list[str]:
    """Wanted names in their order, or all; a misspelt one gets the nearest name offered.

    Examples
    --------
    >>> pick(["x", "y", "z"], ["z", "x"])
    ['z', 'x']
    """
    if wanted is None:
        return list(known)
    for name in wanted:
        if name not in known:
            raise no_such(name, known, "variable")
    return list(wanted)


def no_such(name: str, known: Iterable[str], what: str) -> InputError:
    """Error for a name that is not there, with the nearest one that is."""
    names = [str(k) for k in known]
    lower = {n.lower(): n for n in reversed(names)}
    close = difflib.get_close_matches(name.lower(), list(lower), n=1)
    listed = ", ".join(n[:40] for n in names[:8]) + (", ..." if len(names) > 8 else "")
    hint = f"did you mean {lower[close[0]][:60]!r}?" if close else f"there are: {listed or 'none'}"
    return InputError(f"there is no {what} {name[:60]!r}; {hint}")

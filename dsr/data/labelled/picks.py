"""Names a user picks from a file, and the nearest name where one is misspelt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from dsr.errors import InputError
from dsr.text import suggestion


class Picks(NamedTuple):
    """Which parts of a file are wanted; None takes what the file offers."""

    variables: Sequence[str] | str | None = None
    time: str | None = None
    trajectory: str | None = None
    group: str | None = None

    @property
    def untimed(self) -> bool:
        """Whether the user says that nothing is a time axis (``time="none"``)."""
        return self.time is not None and self.time.strip().lower() == "none"

    @property
    def axis(self) -> str | None:
        """Name of the time axis the user picked."""
        return None if self.untimed else self.time

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
    return InputError(f"there is no {what} {name[:60]!r}; {suggestion(name, known)}")


def listed(names: Sequence[Any], most: int = 8) -> str:
    """Names in a row, the first ones where they are many.

    Examples
    --------
    >>> listed("abc", 2)
    'a, b, ... (3 in all)'
    """
    shown = ", ".join(str(name)[:40] for name in names[:most])
    return f"{shown}, ... ({len(names)} in all)" if len(names) > most else shown

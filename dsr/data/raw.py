"""What a reader hands on: numbers and labels as they stood in the file, before any check."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsr.errors import InputError

Floats = NDArray[np.float64]


class LoadOptions(NamedTuple):
    """Names the user picks."""

    variables: Sequence[str] | None = None
    time: str | None = None
    trajectory: str | None = None
    group: str | None = None
    dt: float | None = None
    time_unit: str | None = None


@dataclass
class RawTable:
    """Values of a file with its time axis.

    Attributes
    ----------
    values : list of arrays, (T_i, N)
        One for each trajectory; NaN and inf may be among them.
    time : array or None
        Numbers, ``datetime64``, ``timedelta64`` or cftime objects; None where the file has no axis.
    """

    values: list[Floats]
    variables: list[str]
    time: NDArray[Any] | None = None
    time_unit: str = ""
    units: list[str] = field(default_factory=list)
    trajectory: Sequence[Any] | None = None
    split: Sequence[str] | None = None
    notes: list[str] = field(default_factory=list)
    attrs: dict[str, Any] = field(default_factory=dict)


def nearest(name: str, known: Iterable[str], what: str) -> InputError:
    """Error for a name that is not there, offering the nearest one that is."""
    names = [str(k) for k in known]
    close = difflib.get_close_matches(name, names, n=1)
    listed = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    hint = f"did you mean {close[0]!r}?" if close else f"there are: {listed or 'none'}"
    return InputError(f"there is no {what} {name!r} in this file; {hint}")


def pick(names: Sequence[str], wanted: Sequence[str] | str | None) -> list[str]:
    """Chosen variables, in the order asked for; a misspelt one gets the nearest name offered."""
    if wanted is None:
        return list(names)
    chosen = wanted.split(",") if isinstance(wanted, str) else [str(w) for w in wanted]
    chosen = [name.strip() for name in chosen if name.strip()]
    if not chosen:
        raise InputError("variables names no variable; leave it out to take all of them")
    for name in chosen:
        if name not in names:
            raise nearest(name, names, "variable")
    return chosen

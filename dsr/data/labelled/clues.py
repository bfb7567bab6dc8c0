"""What tells time axes, row numbers and trajectories: names, attributes, and the values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsr.data.labelled.picks import listed
from dsr.data.time.axis import TOLERANCE

TIME_NAMES = (
    "time", "t", "times", "date", "dates", "datetime", "timestamp", "seconds", "sec", "year",
    "years",
)  # fmt: skip
TRAJECTORY_NAMES = (
    "trajectory", "traj", "station", "subject", "trial", "realization", "realisation", "member",
    "ensemble", "run", "instance",
)  # fmt: skip
# What pandas, R and spreadsheets write above row numbers: nothing, or nothing of the data.
_NAMELESS = ("", "index", "unnamed: 0", "rownames", "row.names")
_LEAST_RAMP = 3


def is_time_name(name: str) -> bool:
    """Whether a name means time, its unit in brackets aside.

    Examples
    --------
    >>> is_time_name("Time (ms)"), is_time_name("timer")
    (True, False)
    """
    return re.sub(r"\s*[\[(].*[\])]\s*$", "", name).strip().lower() in TIME_NAMES


def is_nameless(name: str) -> bool:
    """Whether a column has no name of its own, as row numbers have in a file."""
    return name.strip().lower() in _NAMELESS


def looks_like_time(variable: Any, name: str) -> bool:
    """Whether dates, CF attributes or the name of a variable say that it is a time axis."""
    attrs = {**variable.encoding, **variable.attrs}
    return (
        variable.dtype.kind in "Mm"
        or attrs.get("axis") == "T"
        or attrs.get("standard_name") == "time"
        or " since " in str(attrs.get("units", ""))
        or is_time_name(name)
    )


def counts_rows(values: NDArray[Any]) -> bool:
    """Whether numbers are 0, 1, 2, ... or 1, 2, 3, ...

    Examples
    --------
    >>> counts_rows(np.array([1, 2, 3])), counts_rows(np.array([0.0, 0.5]))
    (True, False)
    """
    if values.dtype.kind not in "iuf" or values.ndim != 1 or not values.size:
        return False
    return bool((values == values[0] + np.arange(len(values))).all()) and values[0] in (0, 1)


def is_ramp(values: NDArray[Any]) -> bool:
    """Whether numbers increase in even steps, as times do.

    Examples
    --------
    >>> is_ramp(np.array([0.0, 0.5, 1.0])), is_ramp(np.array([0.0, 0.5, 2.0]))
    (True, False)
    """
    if values.dtype.kind not in "iuf" or values.ndim != 1 or len(values) < _LEAST_RAMP:
        return False
    t = values.astype(np.float64)
    step = float(t[-1] - t[0]) / (len(t) - 1)
    # Nothing that is missing passes a comparison.
    off = np.abs(t - t[0] - step * np.arange(len(t)))
    return bool(step > 0.0 and (off <= TOLERANCE * step).all())


def find_ramp(
    columns: Mapping[str, NDArray[Any]],
    notes: list[str],
    *,
    wanted: Sequence[str] | None,
    units: Mapping[str, str],
    rows: Sequence[NDArray[np.int64]] = (),
    first: bool = False,
) -> str | None:
    """Name of the column that increases evenly and is the time axis of the others, if there is one.

    `columns` stand in the order of the file; `notes` takes the sentence for the user. A column that
    only counts is an axis if it has a unit, and else the number of a row; one that is wanted as a
    variable is none. The axis may begin anew in the `rows` of each trajectory. ``first`` looks at
    the first column only, row numbers aside; it must have others behind it.
    """
    for name in list(columns)[: -1 if first else None]:
        parts = [columns[name][row] for row in rows] or [columns[name]]
        if name not in (wanted or ()):
            if _counts(columns[name], parts) and not units.get(name):
                continue
            if all(is_ramp(part) for part in parts):
                notes.append(
                    f"{name[:60]!r} increases evenly and was taken for time; if it is a variable, "
                    'pass time="none"'
                )
                return name
        if first:
            break
    return None


def without_row_numbers(
    columns: Mapping[str, NDArray[Any]],
    notes: list[str],
    *,
    timed: bool,
    anywhere: bool = True,
    rows: Sequence[NDArray[np.int64]] = (),
) -> list[str]:
    """Names of the columns that are measurements and do not number rows; all if there were none.

    `timed` says whether there is a time axis, ``anywhere`` whether any column that counts is a
    number of rows, or the first only; the rest is as in `find_ramp`.
    """
    left = []
    for k, (name, values) in enumerate(columns.items()):
        parts = [values[row] for row in rows] or [values]
        nameless = is_nameless(name)
        if (_counts(values, parts) and (anywhere or k == 0 or nameless)) or (
            nameless and _all_differ(values)
        ):
            left.append(name)
    if not left or len(left) == len(columns):
        return list(columns)
    index = "" if timed else ", an index of unit step"
    notes.append(
        f"left out {listed([*map(repr, left)], 4)}, which only counts rows{index}; name it in "
        "variables= to keep it"
    )
    return [name for name in columns if name not in left]


def _counts(values: NDArray[Any], parts: Sequence[NDArray[Any]]) -> bool:
    """Whether a column counts rows, those of the file or of each trajectory."""
    return counts_rows(values) or all(counts_rows(part) for part in parts)


def _all_differ(values: NDArray[Any]) -> bool:
    """Whether whole numbers are all different, as those of rows are after a selection."""
    if values.dtype.kind not in "iuf" or not np.isfinite(values).all():
        return False
    return bool((values % 1 == 0).all()) and len(np.unique(values)) == len(values)

"""What tells time axes, row numbers and trajectories: names, attributes, and the values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

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


def row_numbers(
    columns: Mapping[str, NDArray[Any]],
    *,
    anywhere: bool,
    rows: Iterable[NDArray[np.int64]] = (),
) -> list[str]:
    """Names of the columns that number rows and are no measurement.

    Parameters
    ----------
    columns : mapping of str to ndarray (T,)
        In the order of the file.
    anywhere : bool
        Whether any column that counts is a number of rows, as beside a time axis; otherwise the
        first one only.
    rows : iterable of ndarray
        Rows of each trajectory; a count may begin anew in each.

    Returns
    -------
    list of str
        Never all of the columns.
    """
    groups = list(rows)
    found = []
    for k, (name, values) in enumerate(columns.items()):
        nameless = is_nameless(name)
        counts = counts_rows(values) or (
            bool(groups) and all(counts_rows(values[row]) for row in groups)
        )
        if (counts and (anywhere or k == 0 or nameless)) or (nameless and _all_differ(values)):
            found.append(name)
    return found if len(found) < len(columns) else []


def _all_differ(values: NDArray[Any]) -> bool:
    """Whether whole numbers are all different, as those of rows are after a selection."""
    if values.dtype.kind not in "iuf" or not np.isfinite(values).all():
        return False
    return bool((values % 1 == 0).all()) and len(np.unique(values)) == len(values)


def ramp_note(name: str) -> str:
    """Sentence on a time axis that was told by its values, and how to refuse it."""
    return (
        f"{name[:60]!r} increases evenly and was taken for time; if it is a variable, pass "
        'time="none" (--time none)'
    )


def row_note(names: list[str], *, timed: bool) -> str:
    """Sentence on row numbers left out, and how to keep them."""
    listed = ", ".join(repr(name[:60]) for name in names[:4])
    index = "" if timed else ", an index of unit step"
    return f"left out {listed}, which only counts rows{index}; name it in variables= to keep it"

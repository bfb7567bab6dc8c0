"""What looks wrong in a table and is said, but left as it is: only its owner can know."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsr.data.table import Table

_SENTINELS = (99.0, 99.9, 99.99, 999.0, 999.9, 999.99, 9999.0, 9999.9, 99999.0, 999999.0, 32768.0,
              1e20, 1e30, 1e35, 1e36, 9.969209968386869e36)  # fmt: skip
# Fewer columns than this are a small table, whichever way it is turned.
_MANY = 20


def with_doubts(table: Table) -> Table:
    """Add notes on numbers that may mark missing values, and on an array that may be turned.

    Examples
    --------
    >>> x = np.where(np.arange(50) % 7 == 0, -9999.0, np.sin(np.arange(50.0)))
    >>> with_doubts(Table([x[:, None]], names=["x"])).notes[0][:24]
    "'x' holds -9999 8 times,"
    """
    notes = []
    if table.axes is None and not table.is_field:
        samples, width = max(len(part) for part in table.values), table.values[0].shape[1]
        if width > samples and width >= _MANY:
            notes.append(
                f"read as {samples} samples of {width} variables; if its rows are the variables, "
                "transpose the array"
            )
    for k in range(table.values[0].shape[1]):
        name = table.names[k] if table.names else f"x{k}"
        values = np.concatenate([part[:, k].ravel() for part in table.values])
        notes += _sentinels(values, name)
    return table.with_notes(*notes)


def _sentinels(values: NDArray[np.float64], name: str) -> list[str]:
    """Sentences on extreme values that are usual marks of what is missing."""
    notes = []
    values = values[np.isfinite(values)]
    while values.size:
        low, high = float(values.min()), float(values.max())
        mark = next(
            (v for v in (low, high) if np.isclose(abs(v), _SENTINELS, 1e-6, 0.0).any()), None
        )
        rest = values[values != mark]
        if mark is None or rest.size < 2 or values.size - rest.size < 2:
            break
        floor, ceiling = float(rest.min()), float(rest.max())
        if max(floor - mark, mark - ceiling) <= ceiling - floor:
            break
        notes.append(
            f"{name[:60]!r} holds {mark:.6g} {values.size - rest.size} times, far from its other "
            f"values ({floor:.6g} to {ceiling:.6g}); if it marks missing values, replace it by NaN "
            '(an empty cell) and pass fill="linear"'
        )
        values = rest
    return notes

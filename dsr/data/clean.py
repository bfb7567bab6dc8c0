"""Missing values and constant channels: said clearly, cured only when asked."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsr.errors import InputError

Floats = NDArray[np.float64]

FILLS = ("linear", "nearest", "previous")


def constant_columns(parts: list[Floats]) -> NDArray[np.bool_]:
    """Variables that never change, over all trajectories."""
    low = np.min([np.nanmin(p, axis=0) for p in parts], axis=0)
    high = np.max([np.nanmax(p, axis=0) for p in parts], axis=0)
    size = np.maximum(np.abs(low), np.abs(high))
    return np.asarray(high - low <= 1e-12 * size)


def fill_gaps(parts: list[Floats], how: str) -> list[Floats]:
    """Fill non-finite samples along time, each variable and trajectory alone."""
    if how not in FILLS:
        raise InputError(f"fill={how!r} is not known; use one of {', '.join(FILLS)}")
    return [np.stack([_filled(c, how) for c in part.T], axis=1) for part in parts]


def _filled(column: Floats, how: str) -> Floats:
    good = np.flatnonzero(np.isfinite(column))
    if len(good) == 0:
        raise InputError("a variable has no finite sample at all, so there is nothing to fill from")
    if len(good) == len(column):
        return column
    index = np.arange(len(column))
    if how == "linear":
        return np.interp(index, good, column[good])
    after = np.clip(np.searchsorted(good, index), 0, len(good) - 1)
    before = np.clip(np.searchsorted(good, index, side="right") - 1, 0, len(good) - 1)
    if how == "previous":
        return column[good[before]]
    nearer = np.abs(good[after] - index) < np.abs(index - good[before])
    return column[np.where(nearer, good[after], good[before])]


def missing_error(parts: list[Floats], variables: list[str], when: Any) -> InputError | None:
    """Error that names the first non-finite sample, or None; ``when(k)`` labels sample k."""
    bad = [~np.isfinite(part) for part in parts]
    total = sum(int(b.sum()) for b in bad)
    if total == 0:
        return None
    share = total / sum(b.size for b in bad)
    k = next(i for i, b in enumerate(bad) if b.any())
    t, j = (int(v) for v in np.argwhere(bad[k])[0])
    kind = "NaN" if np.isnan(parts[k][t, j]) else "infinite"
    which = f" of trajectory {k}" if len(parts) > 1 else ""
    whole = [v for v, column in zip(variables, np.concatenate(bad).T, strict=True) if column.all()]
    if whole:
        return InputError(
            f"variable {whole[0]} holds no finite value at all; leave it out with variables="
        )
    return InputError(
        f"variable {variables[j]} is {kind} at {when(t)}{which} ({share:.3%} of all values are "
        "missing); pass fill='linear' to interpolate, or leave the variable out"
    )

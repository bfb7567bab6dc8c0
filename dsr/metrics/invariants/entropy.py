"""Permutation entropy: the order patterns of a series, and the ones it never shows."""

from __future__ import annotations

from math import factorial, log
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.data import as_series, trajectories
from dsr.errors import InputError

__all__ = ["permutation_entropy"]


def permutation_entropy(
    series: Any, *, order: int = 3, delay: int = 1, weighted: bool = False
) -> xr.Dataset:
    """Entropy of the order patterns of ``order`` samples, ``delay`` apart, for each variable.

    Parameters
    ----------
    series : series
    order : int
        Length of a pattern, 2 to 8; ties are ordered by time.
    delay : int
        Samples between the members of a pattern.
    weighted : bool
        Whether a pattern counts by the variance of its samples instead of once, so that small
        wiggles of noise weigh little (Fadlallah et al. 2013).

    Returns
    -------
    Dataset
        Over "variable": ``entropy`` (nats), ``normalised`` (entropy / ln order!), ``missing``
        (patterns never seen); ``probability`` over ("variable", "pattern"), where a pattern "201"
        means that the third sample is the smallest and the second the largest. Counts are summed
        over trajectories; no pattern crosses from one to the next. ``attrs["windows"]`` is the
        number of patterns read: missing ones mean something only if it is far above order!.

    Raises
    ------
    InputError
        If a trajectory is shorter than one pattern, holds NaN, or an option is out of range.

    References
    ----------
    Bandt & Pompe, Phys. Rev. Lett. 88, 174102 (2002);
    Fadlallah, Chen, Keil & Principe, Phys. Rev. E 87, 022911 (2013).

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import permutation_entropy
    >>> float(permutation_entropy(np.arange(100.0)).entropy)
    0.0
    """
    if not 2 <= order <= 8:
        raise InputError(f"order must be from 2 to 8, not {order}")
    if delay < 1:
        raise InputError(f"delay must be at least 1 sample, not {delay}")
    checked = as_series(series, minimum=(order - 1) * delay + 2, name="series")
    weights = order ** np.arange(order)[::-1]
    codes, names = _patterns(order)
    names_count = factorial(order)
    counts = np.zeros((checked.sizes["variable"], names_count), dtype=np.int64)
    spread = np.zeros(counts.shape)
    windows = 0
    for part in trajectories(checked):
        size = part.shape[0] - (order - 1) * delay
        windows += size
        for v, column in enumerate(part.T):
            stacked = np.stack([column[m * delay : m * delay + size] for m in range(order)], axis=1)
            seen = np.argsort(stacked, axis=1, kind="stable") @ weights
            which = np.searchsorted(codes, seen)
            counts[v] += np.bincount(which, minlength=names_count)
            if weighted:
                spread[v] += np.bincount(which, stacked.var(axis=1), names_count)
    probability = counts / windows
    if weighted:
        total = spread.sum(axis=1, keepdims=True)
        # A series that never varies has no weights: its patterns count once each.
        probability = np.where(total > 0, spread / np.where(total > 0, total, 1.0), probability)
    logs = np.log(probability, where=probability > 0, out=np.zeros_like(probability))
    entropy = np.maximum(0.0, -(probability * logs).sum(axis=1))
    result = xr.Dataset(
        {
            "entropy": ("variable", entropy, {"units": "nats"}),
            "normalised": ("variable", entropy / log(names_count)),
            "missing": ("variable", (counts == 0).sum(axis=1)),
            "probability": (("variable", "pattern"), probability),
        },
        coords={"variable": checked["variable"].values, "pattern": names},
        attrs={"order": order, "delay": delay, "windows": windows, "weighted": weighted},
    )
    return result.squeeze("variable" if len(counts) == 1 else [])


def _patterns(order: int) -> tuple[NDArray[np.int64], list[str]]:
    """Every pattern as a rising code in base ``order``, and as text."""
    from itertools import permutations

    every = np.array(list(permutations(range(order))), dtype=np.int64)
    codes = every @ order ** np.arange(order)[::-1]
    return codes, ["".join(str(m) for m in row) for row in every]

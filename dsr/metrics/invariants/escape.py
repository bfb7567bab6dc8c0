"""Whether an orbit leaves to infinity: at once, or slowly enough that its exponents stay finite."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsr.metrics.doors import Floats

LARGEST = 1e12
"""States beyond count as gone, as for the integrators."""

_ORDERED, _GROWN, _GROWING = 0.95, 3.0, 1.2


def gone(state: Floats, bounded: NDArray[np.bool_]) -> bool:
    """Whether a state is not finite, or beyond `LARGEST` in a variable that should be bounded."""
    with np.errstate(invalid="ignore"):
        return bool(not np.isfinite(state).all() or (np.abs(state[bounded]) > LARGEST).any())


def leaving(samples: Floats) -> NDArray[np.bool_]:
    """Which variables of an orbit grow without an end in sight.

    The distance from the mean of the first block, largest in each block, grows from block to block
    nearly always (95 % of all pairs), to more than three times what it was in the first, and by a
    fifth in the last quarter. An orbit on an attractor has no such order; one that settles on it
    stops growing.

    Parameters
    ----------
    samples : array, (blocks, samples per block, n)

    Returns
    -------
    array of bool, (n,)
    """
    apart = np.abs(samples - samples[0].mean(axis=0)).max(axis=1)
    blocks = len(apart)
    first, second = np.triu_indices(blocks, 1)
    ordered = (apart[second] > apart[first]).mean(axis=0) >= _ORDERED
    grown = apart[-1] > _GROWN * apart[0]
    growing = apart[-1] > _GROWING * apart[blocks - 1 - blocks // 4]
    size = np.abs(samples).max(axis=(0, 1))
    return np.asarray(ordered & grown & growing & (apart[-1] > 1e-9 * size))

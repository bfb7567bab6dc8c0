"""Trajectories taken together: a number of samples out of several, and stretches of them."""

from __future__ import annotations

import numpy as np

from dsr.metrics.doors import Floats

Pool = list[Floats]
"""Trajectories ``(T_i, N)`` of one system that count together."""


def total(parts: Pool) -> int:
    """Samples of all trajectories."""
    return sum(map(len, parts))


def span(parts: Pool, start: int, length: int) -> Pool:
    """Cut ``length`` samples out of the trajectories laid end to end, as trajectories.

    Examples
    --------
    >>> parts = [np.arange(5.0)[:, None], np.arange(4.0)[:, None]]
    >>> [part[:, 0].tolist() for part in span(parts, 3, 4)]
    [[3.0, 4.0], [0.0, 1.0]]
    """
    found, begin = [], 0
    for part in parts:
        cut = part[max(start - begin, 0) : max(start + length - begin, 0)]
        if len(cut):
            found.append(cut)
        begin += len(part)
    return found


def stretches(parts: Pool, length: int, most: int) -> list[Pool]:
    """Several stretches of ``length`` samples, evenly spread and overlapping by half at most.

    Each lies within one trajectory where one is long enough.

    Parameters
    ----------
    parts : list of arrays (T_i, N)
        Of at least ``length`` samples together.
    length, most : int
        Samples of a stretch; the largest number of stretches.

    Returns
    -------
    list of pools
        At least one; the last ends with the last sample.

    Examples
    --------
    >>> parts = [np.zeros((700, 2)), np.zeros((300, 2))]
    >>> [[len(part) for part in pool] for pool in stretches(parts, 400, 5)]
    [[400], [400]]
    >>> [[len(part) for part in pool] for pool in stretches(parts, 800, 5)]
    [[500, 300]]
    """
    inside = [
        [part[start : start + length]]
        for part in parts
        if len(part) >= length
        for start in _starts(len(part) - length, length, most)
    ]
    if inside:
        some = np.linspace(0, len(inside) - 1, min(most, len(inside)))
        return [inside[round(k)] for k in some]
    spare = total(parts) - length
    return [span(parts, start, length) for start in _starts(spare, length, most)]


def _starts(spare: int, length: int, most: int) -> list[int]:
    count = min(most, 1 + (2 * spare) // length)
    return [int(start) for start in np.linspace(0, spare, count)] if count > 1 else [spare]


def distinct(parts: Pool) -> list[int]:
    """First place of every array: a single run beside many trajectories is not many runs."""
    return sorted({id(part): k for k, part in reversed(list(enumerate(parts)))}.values())

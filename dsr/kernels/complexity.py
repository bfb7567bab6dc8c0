"""Loops of entropies and complexities: templates that match, and phrases never seen before."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["matching_templates", "phrases"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@njit(cache=True)
def matching_templates(
    column: Floats, length: int, delay: int, radius: float, order: Ints, places: Ints
) -> tuple[int, int]:
    """Count ordered pairs of templates that match in ``length`` and in ``length + 1`` samples.

    Parameters
    ----------
    column : (T,) array
    length, delay : int
        A template is ``column[i], column[i + delay], ...``, ``length`` of them.
    radius : float
        Templates match if no sample differs by more than this.
    order : (T - length * delay,) array of int
        Starts of templates, by rising ``column[start]``.
    places : (S,) array of int
        Places in ``order`` of the templates that are compared with all others.

    Returns
    -------
    matches, longer : int
        Pairs alike in ``length`` samples, and those of them alike in the next sample too.
    """
    matches, longer = 0, 0
    for c in range(places.size):
        i = order[places[c]]
        for way in (-1, 1):
            k = places[c] + way
            while 0 <= k < order.size:
                j = order[k]
                if abs(column[j] - column[i]) > radius:
                    break
                alike = True
                for m in range(1, length):
                    if abs(column[j + m * delay] - column[i + m * delay]) > radius:
                        alike = False
                        break
                if alike:
                    matches += 1
                    if abs(column[j + length * delay] - column[i + length * delay]) <= radius:
                        longer += 1
                k += way
    return matches, longer


@njit(cache=True)
def phrases(symbols: Ints, letters: int) -> int:
    """Count the phrases of a sequence (Lempel & Ziv 1976), in time that grows like its length.

    A phrase goes on as long as it has been seen before, overlapping itself or not. What has been
    seen is held in a suffix automaton, a letter behind.

    Parameters
    ----------
    symbols : (T,) array of int
        From 0 to ``letters - 1``.
    letters : int

    Returns
    -------
    int
    """
    total = symbols.size
    steps = np.full((2 * total + 1, letters), -1, dtype=np.int32)
    link = np.full(2 * total + 1, -1, dtype=np.int32)
    longest = np.zeros(2 * total + 1, dtype=np.int32)
    states, last = 1, 0
    here, matched, count = 0, 0, 0
    for t in range(total):
        letter = symbols[t]
        if steps[here, letter] >= 0:
            here = steps[here, letter]
            matched += 1
        else:
            count += 1
            here, matched = 0, 0
        new = states
        states += 1
        longest[new] = longest[last] + 1
        p = last
        while p >= 0 and steps[p, letter] < 0:
            steps[p, letter] = new
            p = link[p]
        if p < 0:
            link[new] = 0
        else:
            q = steps[p, letter]
            if longest[p] + 1 == longest[q]:
                link[new] = q
            else:
                clone = states
                states += 1
                longest[clone] = longest[p] + 1
                steps[clone] = steps[q]
                link[clone] = link[q]
                while p >= 0 and steps[p, letter] == q:
                    steps[p, letter] = clone
                    p = link[p]
                link[q] = clone
                link[new] = clone
                if here == q and matched <= longest[clone]:
                    here = clone
        last = new
    return count + (1 if matched > 0 else 0)

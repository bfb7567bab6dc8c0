"""Delay coordinates that need not be evenly spaced, chosen by the PECUZAL algorithm."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.data import trajectories
from dsr.data.embedding import delay_columns
from dsr.errors import InputError
from dsr.kernels.continuity import continuity, neighbour_spread
from dsr.kernels.neighbours import nearest
from dsr.metrics.doors import Floats, reference_series
from dsr.metrics.embedding.delays import default_delay

__all__ = ["pecuzal"]

REFERENCES = 2000
CONTINUITY_NEIGHBOURS = 13
FEWEST_NEIGHBOURS = 8
COST_NEIGHBOURS = 3
LARGEST_DIMENSION = 50
CONFIDENCE = 0.05
LIKELIHOOD = 0.5
SATURATED = 0.5


class _Choice(NamedTuple):
    """Coordinates chosen so far, what each added, and the cost that they leave."""

    pairs: tuple[tuple[int, int], ...]
    gains: tuple[float, ...]
    cost: Floats


def pecuzal(
    series: Any, *, max_delay: int = 50, theiler: int | None = None, threshold: float = 0.02
) -> xr.DataArray:
    r"""Embed one or several variables by delays chosen one at a time (PECUZAL).

    A next coordinate is looked for where the continuity statistic peaks over delays, that is where
    points near each other in the coordinates so far are most spread in the new one; of the
    peaks of all variables the one is taken that lowers Uzal's cost L most, and none is added
    once the cost no longer falls.

    Parameters
    ----------
    series : series
        One variable or several; each is standardised for the choice.
    max_delay : int
        Largest delay looked at, in samples.
    theiler : int, optional
        Neighbours within this many samples are left out. Default: the first minimum of mutual
        information, the largest over the variables.
    threshold : float
        A coordinate must lower L by more than this. The published value is 0; at 2,000 points
        white noise alone can lower L by 0.01.

    Returns
    -------
    series
        Variables such as x, x(t-9), y(t-4), in original units. ``attrs["delays"]`` and
        ``attrs["columns"]`` name the coordinates, ``attrs["cost_change"]`` is the fall of L with
        each further one, and ``attrs["reason"]`` says why no more were added.

    Raises
    ------
    InputError
        If a trajectory is shorter than eight times the largest delay or 200 samples.

    Notes
    -----
    Two steps are not in the published algorithm. A delay of one sample is a candidate too where the
    continuity statistic has there reached half of its largest value, as in a map: its later peaks
    are chance. And a coordinate is dropped again if others, taken later, made it needless. Other
    constants as published: 8 to 13 neighbours and a binomial level of 5 % for the continuity
    statistic, 3 neighbours for the cost, delays 0 to 50. Delays point to the past (the published
    code looks ahead), so that the coordinates at a time are known at that time. The choice is made
    on the longest trajectory, at 2,000 evenly spaced points. A series without structure, such as
    white noise, keeps a single coordinate.

    References
    ----------
    Kraemer, Datseris, Kurths, Kiss, Ocampo-Espindola & Marwan, New J. Phys. 23, 033017 (2021);
    Uzal, Grinblat & Verdes, Phys. Rev. E 84, 016223 (2011).

    Examples
    --------
    >>> import dsr
    >>> x = dsr.simulate("lorenz63", steps=3000, dt=0.03).sel(variable=["x"])
    >>> embedded = pecuzal(x)
    >>> embedded.sizes["variable"]
    3
    """
    checked = reference_series(series, minimum=200, name="series")
    longest = max(trajectories(checked), key=len)
    if max_delay < 1 or len(longest) < 8 * max_delay:
        raise InputError(
            f"max_delay must be from 1 to an eighth of the longest trajectory "
            f"({len(longest) // 8}), not {max_delay}"
        )
    values = (longest - longest.mean(axis=0)) / longest.std(axis=0)
    window = max(default_delay(c) for c in values.T) if theiler is None else int(theiler)
    search = _Search(values, max_delay, window, threshold)
    choices = [search.run(column) for column in range(values.shape[1])]
    best = min(choices, key=lambda choice: (sum(choice.gains), len(choice.pairs)))
    result = delay_columns(checked, best.pairs)
    full = len(best.pairs) == LARGEST_DIMENSION
    result.attrs.update(
        delays=[delay for _, delay in best.pairs],
        columns=[str(checked["variable"].values[column]) for column, _ in best.pairs],
        cost_change=[round(gain, 6) for gain in best.gains],
        theiler=window,
        reason="the largest number of coordinates is reached" if full else (
            "no further delay lowers the cost" if best.gains else
            "no delay lowers the cost: the series shows no structure that delays unfold"
        ),
        embedding=json.dumps({"pairs": best.pairs}),
    )  # fmt: skip
    result.attrs["notes"] = [
        *checked.attrs.get("notes", []),
        f"embedded in {len(best.pairs)} delay coordinates by PECUZAL",
    ]
    return result


class _Search:
    """Adds one coordinate after the other to a first one."""

    def __init__(self, values: Floats, most: int, theiler: int, threshold: float) -> None:
        self._values = np.ascontiguousarray(values)
        self._most, self._theiler, self._threshold = most, theiler, threshold
        last = len(values) - 2 * most
        self._references = np.unique(
            np.linspace(0, last - 1, min(REFERENCES, last)).astype(np.int64)
        )
        self._ranks = _ranks()

    def run(self, column: int) -> _Choice:
        """All coordinates that follow ``column`` without delay."""
        choice = _Choice(((column, 0),), (), self._cost(((column, 0),)))
        while len(choice.pairs) < LARGEST_DIMENSION:
            following = [self._with(choice, pair) for pair in self._candidates(choice.pairs)]
            if not following:
                break
            better = min(following, key=lambda other: other.gains[-1])
            if not better.gains[-1] < -self._threshold:
                break
            choice = better
        return self._pruned(choice)

    def _pruned(self, choice: _Choice) -> _Choice:
        """Drop what later coordinates made needless: its removal costs no more than a new one must.

        A greedy search may begin with a long delay that a shorter one, taken later, replaces.
        """
        while len(choice.pairs) > 2:
            rest = [
                (*choice.pairs[:k], *choice.pairs[k + 1 :]) for k in range(1, len(choice.pairs))
            ]
            costs = [self._cost(pairs) for pairs in rest]
            gains = [_first_fall(choice.cost - cost) for cost in costs]
            least = int(np.argmax(gains))
            if gains[least] < -self._threshold:
                break
            choice = self._in_order(rest[least])
        return choice

    def _in_order(self, pairs: tuple[tuple[int, int], ...]) -> _Choice:
        """The same coordinates, each next one that which lowers the cost most."""
        choice = _Choice(pairs[:1], (), self._cost(pairs[:1]))
        left = list(pairs[1:])
        while left:
            choice = min((self._with(choice, pair) for pair in left), key=lambda c: c.gains[-1])
            left.remove(choice.pairs[-1])
        return choice

    def _with(self, choice: _Choice, pair: tuple[int, int]) -> _Choice:
        pairs = (*choice.pairs, pair)
        cost = self._cost(pairs)
        return _Choice(pairs, (*choice.gains, _first_fall(cost - choice.cost)), cost)

    def _points(self, pairs: tuple[tuple[int, int], ...]) -> Floats:
        most, total = self._most, len(self._values)
        columns = [self._values[most - d : total - d, c] for c, d in pairs]
        return np.ascontiguousarray(np.stack(columns, axis=1))

    def _candidates(self, pairs: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
        """Peaks over delays of the continuity statistic, for every variable."""
        neighbours, _ = nearest(
            self._points(pairs), self._references, count=CONTINUITY_NEIGHBOURS,
            theiler=self._theiler,
        )  # fmt: skip
        found = []
        for column in range(self._values.shape[1]):
            curve = continuity(
                np.ascontiguousarray(self._values[:, column]), self._references, neighbours,
                self._most, FEWEST_NEIGHBOURS, self._ranks,
            )  # fmt: skip
            delays = _peaks(curve)
            # Where one step unfolds most of what any can, as in a map, later peaks are chance.
            if curve[1] > SATURATED * curve.max() and 1 not in delays:
                delays.append(1)
            found += [(column, delay) for delay in delays if (column, delay) not in pairs]
        return found

    def _cost(self, pairs: tuple[tuple[int, int], ...]) -> Floats:
        """Uzal's L for horizons 1, 2, ... up to the largest delay."""
        points = self._points(pairs)
        neighbours, _ = nearest(
            points, self._references, count=COST_NEIGHBOURS, theiler=self._theiler,
            last=len(points) - self._most,
        )  # fmt: skip
        spread = neighbour_spread(points, self._references, neighbours, self._most)
        spread = spread[np.isfinite(spread[:, 0])]
        if not len(spread):
            return np.full(self._most, np.inf)
        now = spread[:, :1]
        ahead = np.cumsum(spread[:, 1:], axis=1) / np.arange(1, self._most + 1)
        normaliser = 1.0 / np.mean(1.0 / now)
        return np.asarray(0.5 * np.log10((ahead / now).mean(axis=0) * normaliser))


def _ranks() -> NDArray[np.int64]:
    """How many of k neighbours chance alone would put within a radius, at the 5 % level."""
    from scipy.stats import binom

    counts = np.arange(FEWEST_NEIGHBOURS, CONTINUITY_NEIGHBOURS + 1)
    return np.asarray(binom.ppf(1.0 - CONFIDENCE, counts, LIKELIHOOD), dtype=np.int64)


def _peaks(curve: Floats) -> list[int]:
    """Local maxima over delays, the curve taken to begin at 0."""
    padded = np.concatenate([[0.0], curve])
    inner = (padded[1:-1] > padded[:-2]) & (padded[1:-1] >= padded[2:])
    return [int(k) for k in np.flatnonzero(inner)]


def _first_fall(change: Floats) -> float:
    """Change of the cost at its first local minimum over horizons from 2 on."""
    for k in range(2, len(change)):
        if change[k] > change[k - 1]:
            return float(change[k - 1])
    return float(change[-1])

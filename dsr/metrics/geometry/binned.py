"""A histogram of a reference series over cells of state space, compared with many others."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsr.errors import InputError
from dsr.kernels.histogram import (
    cell_keys,
    counts_divergence,
    left_closed_bins,
    merged_counts,
    segment_divergences,
    truncated_bins,
)
from dsr.metrics.bootstrap import Resampling
from dsr.metrics.doors import Floats

Ints = NDArray[np.int64]

ALPHA = 1e-5
"""Pseudo-count per cell, as published."""

CONVENTIONS = ("dsr", "icml2023", "neurips2024")
_DENSE_CELLS = 1_000_000
_MARGIN = 0.1


class _Grid(NamedTuple):
    """Where the cells are: bins per variable, range of each, rule of the index."""

    bins: int
    low: Floats
    high: Floats
    truncated: bool

    def keys(self, points: Floats) -> Ints:
        """Cell of each point; ``bins ** N`` for points outside."""
        points = np.ascontiguousarray(points)
        if self.truncated:
            index = truncated_bins(points, self.low, self.high, self.bins)
        else:
            width = (self.high - self.low) / self.bins
            edges = self.low[:, None] + np.arange(self.bins + 1) * width[:, None]
            index = left_closed_bins(points, edges)
        return np.asarray(cell_keys(index, self.bins, self.bins ** points.shape[1]))


class BinnedReference:
    """A histogram of a reference series, made once and compared with many others.

    Parameters
    ----------
    x : array, (T, N)
        Reference, finite.
    bins : int, optional
        Bins per variable; as the convention says if not given.
    convention : {"dsr", "icml2023", "neurips2024"}
        Range, index rule and what becomes of points outside (see `state_space_divergence`).
    binning : {"range", "2std"}
        "2std": cells between -2 and 2 standard deviations of zero, as in earlier code.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(1000, 2))
    >>> BinnedReference(x, 10).divergence(x)
    0.0
    """

    def __init__(
        self, x: Floats, bins: int | None = None, convention: str = "dsr", binning: str = "range"
    ) -> None:
        x = np.ascontiguousarray(x, dtype=np.float64)
        ranges = (x.min(axis=0), x.max(axis=0), x.std(axis=0, ddof=1))
        self._prepare(*ranges, bins, convention)
        if binning == "2std":
            self._grid = _Grid(self.bins, -2.0 * ranges[2], 2.0 * ranges[2], True)
        self.length = len(x)
        self._keys = self._count(self._grid.keys(x))
        if self._dense:
            self._counts = np.bincount(self._keys, minlength=self._inside + 1).astype(np.float64)
        else:
            self._sorted = np.sort(self._keys)

    def _prepare(
        self, low: Floats, high: Floats, std: Floats, bins: int | None, convention: str
    ) -> None:
        variables = len(low)
        self.convention = check_convention(convention)
        self.bins = default_bins(variables, convention) if bins is None else check_bins(bins)
        if self.bins**variables >= 2**62:
            raise InputError(
                f"{self.bins} bins in {variables} variables are too many cells to name; use fewer "
                "bins or method='gmm'"
            )
        if convention == "neurips2024":
            self._grid = _Grid(self.bins, low, high, True)
        else:
            self._grid = _Grid(self.bins, low - _MARGIN * std, high + _MARGIN * std, False)
        self._inside = self.bins**variables
        self.outside_counts = convention == "dsr"
        self.cells = float(self._inside + self.outside_counts)
        self._dense = self._inside + 1 <= _DENSE_CELLS

    @classmethod
    def from_blocks(
        cls, ranges: tuple[Floats, Floats, Floats], blocks: Iterable[Floats],
        bins: int | None = None, convention: str = "dsr",
    ) -> BinnedReference:  # fmt: skip
        """Make the histogram block by block, of a reference that does not fit into memory.

        Parameters
        ----------
        ranges : tuple of arrays, (N,)
            Least and largest value and standard deviation (``ddof=1``) over all blocks.
        blocks : iterable of arrays, (T_i, N)
        bins, convention
            As for the class. Such a reference can be compared, but not resampled.
        """
        made = cls.__new__(cls)
        made._prepare(*ranges, bins, convention)
        made._keys = np.zeros(0, dtype=np.int64)
        found, made.length = made.tally(blocks)
        if made._dense:
            made._counts = np.asarray(found, dtype=np.float64)
        else:
            made._sorted = np.asarray(found, dtype=np.int64)
        return made

    def tally(self, blocks: Iterable[Floats]) -> tuple[Floats | Ints, int]:
        """Counts of all cells (few cells) or sorted keys (many) of blocks, and their length."""
        length = 0
        counts = np.zeros(self._inside + 1 if self._dense else 0)
        keys: list[Ints] = []
        for block in blocks:
            length += len(block)
            some = self.keys(block)
            if self._dense:
                counts += np.bincount(some, minlength=self._inside + 1)
            else:
                keys.append(some)
        return (counts, length) if self._dense else (np.sort(np.concatenate(keys)), length)

    def _count(self, keys: Ints) -> Ints:
        """Published conventions forget points outside; ours counts them in a cell of their own."""
        return keys if self.outside_counts else keys[keys < self._inside]

    def keys(self, y: Floats) -> Ints:
        """Cells of the counted points of a series ``(T', N)``."""
        return self._count(self._grid.keys(np.asarray(y, dtype=np.float64)))

    def union(self, *keys: Ints) -> tuple[Floats, list[Ints]]:
        """Reference counts over all cells anyone visits, and each series as indices into them."""
        if self._dense:
            # Cells in order without sorting any points: as many as a small table holds.
            seen = self._counts > 0.0
            for some in keys:
                seen[some] = True
            place = np.cumsum(seen) - 1
            return self._counts[seen], [place[some] for some in keys]
        cells = np.unique(np.concatenate([self._keys, *keys]))
        counts = np.zeros(len(cells))
        np.add.at(counts, np.searchsorted(cells, self._keys), 1.0)
        return counts, [np.searchsorted(cells, k) for k in keys]

    def resampled(
        self, y: Floats, plan: Resampling, rng: np.random.Generator, resamples: int = 200
    ) -> Floats:
        """Divergences of the reference from resamples of a series ``(T', N)``.

        Parameters
        ----------
        y : array (T', N)
            Trajectories pooled in the order of the plan.
        plan : Resampling
            See `dsr.metrics.bootstrap`.
        rng : numpy.random.Generator
        resamples : int

        Returns
        -------
        array (resamples,)
            Spread around a median that is too large: a resample misses a third of the blocks.
        """
        counts, (keys,) = self.union(self._grid.keys(np.asarray(y, dtype=np.float64)))
        firsts, lasts = plan.segments(rng, resamples)
        found = segment_divergences(counts, keys, firsts, lasts, ALPHA, self.cells)
        return np.asarray(np.maximum(found, 0.0))

    def divergence(self, y: Floats) -> float:
        """KL divergence in nats of the reference from a series; NaN where nothing is counted."""
        return self.compare(self.tally([y])[0])

    def reverse(self, y: Floats) -> float:
        """Divergence of the series from the reference."""
        return self.compare(self.tally([y])[0], reverse=True)

    def share_outside(self, y: Floats) -> float:
        """Share of the points of a series outside the range of the reference."""
        return float((self._grid.keys(np.asarray(y, dtype=np.float64)) == self._inside).mean())

    def compare(self, tallied: Floats | Ints, *, reverse: bool = False) -> float:
        """Divergence of the reference from what `tally` counted, or the other way round."""
        if self._dense:
            h, g = self._counts, np.asarray(tallied, dtype=np.float64)
        else:
            h, g = merged_counts(self._sorted, np.asarray(tallied, dtype=np.int64))
        if h.sum() == 0 or g.sum() == 0:
            return float("nan")
        if reverse:
            h, g = g, h
        return float(max(counts_divergence(h, g, ALPHA, self.cells), 0.0))


def check_cells(binned: BinnedReference, length: int) -> None:
    """Pseudo-counts must not swamp the data: raise in our convention, warn in the published."""
    mass = ALPHA * binned.cells
    if mass <= 0.01 * length:
        return
    message = (
        f"{binned.bins} bins give {binned.cells:.3g} cells, whose pseudo-counts weigh {mass:.3g} "
        f"samples against {length}; use fewer bins, more samples or method='gmm'"
    )
    if binned.convention == "dsr":
        raise InputError(message)
    warnings.warn(message, UserWarning, stacklevel=4)


def default_bins(variables: int, convention: str) -> int:
    """Bins per variable: 30, or what keeps 27,000 cells for more than three variables."""
    if convention != "dsr" or variables <= 3:
        return 30
    bins: int = round(27_000 ** (1 / variables))
    return max(2, bins)


def bins_for(length: int, variables: int, convention: str = "dsr") -> int:
    """Bins per variable that a number of samples can fill.

    Parameters
    ----------
    length : int
        Samples of the shorter series.
    variables : int
    convention : {"dsr", "icml2023", "neurips2024"}

    Returns
    -------
    int
        `default_bins` where they make at most four cells for each sample; else the most that do,
        and at least 4. Where most cells hold one sample or none the divergence is that of any two
        clouds: it is saturated, and says nothing.

    Examples
    --------
    >>> from dsr.metrics.geometry.binned import bins_for
    >>> bins_for(20_000, 3), bins_for(1_000, 3), bins_for(60, 3)
    (30, 15, 6)
    """
    bins = default_bins(variables, convention)
    if bins**variables <= 4 * length:
        return bins
    fewer = int((4.0 * length) ** (1.0 / variables) + 1e-9)
    return min(bins, max(4, fewer))


def check_convention(convention: str) -> str:
    """Return a known convention; anything else is refused."""
    if convention not in CONVENTIONS:
        raise InputError(f"unknown convention {convention!r}; use one of {', '.join(CONVENTIONS)}")
    return convention


def check_bins(bins: Any) -> int:
    """Return a whole number of bins of at least 1."""
    if isinstance(bins, bool) or not isinstance(bins, int | np.integer) or bins < 1:
        raise InputError(f"bins must be a whole number of at least 1, not {bins!r}")
    return int(bins)

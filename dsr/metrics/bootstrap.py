"""Resampling of dependent series: how long a block is, where the resamples lie, what they claim.

A series is resampled in blocks that hold several of its periods, many short ones as wholes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsr.metrics.doors import Floats
from dsr.metrics.spectra.timescales import autocorrelation, mean_period

Ints = NDArray[np.int64]

_LEAST_BLOCK = 20
_BLOCKS = 20
_LEAST_UNITS = 4.0
_MANY = 20
"""From so many trajectories on whole trajectories are drawn."""


def integrated_time(x: Floats) -> float:
    """Integrated autocorrelation time in samples, the largest over the variables.

    ``tau = 1 + 2 sum rho(l)`` up to the first window ``W >= 6 tau(W)`` (Sokal's rule).
    """
    return max([1.0, *(_summed(autocorrelation(c)) for c in x.T if c.std() > 0.0)])


def _summed(rho: Floats) -> float:
    """``1 + 2 sum rho``, at least 1, up to the window of Sokal; the largest where none is."""
    tau = np.maximum(1.0 + 2.0 * np.cumsum(rho[1:]), 1.0)
    enough = np.flatnonzero(np.arange(1, len(tau) + 1) >= 6.0 * tau)
    return float(tau[enough[0]] if len(enough) else tau.max(initial=1.0))


def memory(x: Floats) -> float:
    """Samples that a block must hold, the largest over the variables: not yet rounded or capped.

    The largest of 20, five integrated times ``1 + 2 sum rho``, five mean periods and five times
    ``1 + 2 sum rho^2``. The first sum cancels where a series oscillates: the square does not.
    """
    longest = 4.0
    for column in x.T:
        if column.std() <= 0.0:
            continue
        rho = autocorrelation(column)
        longest = max(longest, _summed(rho), _summed(rho**2), mean_period(column))
    return 5.0 * longest


def block_length(x: Floats | Sequence[Floats]) -> int:
    """Length of the blocks that a series, or several, are resampled in: see `Resampling`.

    Parameters
    ----------
    x : array (T, N), or sequence of such arrays

    Returns
    -------
    int
        `memory` of the series (the median over several), at most a twentieth of all samples and at
        most the longest trajectory.
    """
    return Resampling.of(x, whole=False).block


@dataclass(frozen=True)
class Resampling:
    """How the pooled samples of one trajectory or several are drawn again.

    From 20 trajectories on whole ones are drawn, whatever their memory; else blocks, none of which
    reaches from one trajectory into the next.

    Parameters
    ----------
    lengths : tuple of int
        Samples of each trajectory, in the order in which they are pooled.
    block : int
        Samples of a block; a shorter trajectory is a block of its own.
    whole : bool
        Whether whole trajectories are drawn.
    memory : float
        Samples that a block should hold; more than ``block`` where the series is too short for it.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics.bootstrap import Resampling
    >>> plan = Resampling.of([np.random.default_rng(0).normal(size=(500, 1))] * 2)
    >>> plan.block, plan.whole, plan.units
    (20, False, 50.0)
    """

    lengths: tuple[int, ...]
    block: int
    whole: bool = False
    memory: float = 0.0

    @classmethod
    def of(
        cls, x: Floats | Sequence[Floats], block: int | None = None, whole: bool | None = None
    ) -> Resampling:
        """Take block and unit from the series themselves; what is given is kept."""
        parts = [x] if isinstance(x, np.ndarray) else list(x)
        lengths = tuple(len(part) for part in parts)
        if whole is None:
            whole = len(parts) >= _MANY
        if block is not None:
            held = float(block)
        elif whole:
            held = float(np.median(lengths))
        else:
            held = float(np.median([memory(part) for part in sorted(parts, key=len)[-10:]]))
        most = sum(lengths) // _BLOCKS if block is None and not whole else max(lengths)
        return cls(lengths, max(1, min(math.ceil(held), most, max(lengths))), whole, held)

    @property
    def total(self) -> int:
        """Samples of all trajectories."""
        return sum(self.lengths)

    @property
    def units(self) -> float:
        """Independent blocks or trajectories in the pool, at least 4: what resamples can tell.

        Blocks that had to be cut depend on each other, and count for fewer.
        """
        if self.whole:
            return max(float(len(self.lengths)), _LEAST_UNITS)
        return max(self.total / max(self.block, self.memory), _LEAST_UNITS)

    def shortened(self, by: int) -> Resampling:
        """The same for series that lose samples at their ends, as pairs at a lag do."""
        lengths = tuple(n - by for n in self.lengths if n > by)
        block = max(1, min(self.block, max(lengths)))
        return Resampling(lengths, block, self.whole, self.memory)

    def segments(self, rng: np.random.Generator, resamples: int) -> tuple[Ints, Ints]:
        """First row of every block of every resample and the row after its last, in the pool.

        Returns
        -------
        two arrays of int64 (resamples, blocks)
            The last blocks are cut (to nothing, if need be) so that no resample has more samples
            than the pool.
        """
        if len(self.lengths) == 1:
            firsts = block_starts(rng, self.total, self.block, resamples)
            sizes = np.full_like(firsts, self.block)
        else:
            lengths = np.array(self.lengths, dtype=np.int64)
            ends = lengths if self.whole else np.minimum(lengths, self.block)
            weights = np.ones(len(lengths)) if self.whole else lengths.astype(np.float64)
            weights /= weights.sum()
            count = len(lengths) if self.whole else math.ceil(self.total / (weights * ends).sum())
            drawn = rng.choice(len(lengths), size=(resamples, count), p=weights)
            within = rng.integers(0, (lengths - ends + 1)[drawn])
            firsts = (np.cumsum(lengths) - lengths)[drawn] + within
            sizes = ends[drawn]
        if not self.whole:
            left = self.total - (np.cumsum(sizes, axis=1) - sizes)
            sizes = np.clip(left, 0, sizes)
        return firsts, firsts + sizes

    def rows(self, rng: np.random.Generator, resamples: int) -> list[Ints]:
        """Rows of the pool that each resample consists of; one array for each resample."""
        firsts, lasts = self.segments(rng, resamples)
        return [
            np.concatenate([np.arange(a, b) for a, b in zip(some, ends, strict=True)])
            for some, ends in zip(firsts, lasts, strict=True)
        ]

    def weights(self, rng: np.random.Generator, resamples: int, rows: int) -> Floats:
        """How often each of ``rows`` evenly spread stretches of the pool is drawn, in samples.

        For estimators that take some thousand of the samples only.

        Returns
        -------
        array (resamples, rows)
        """
        firsts, lasts = self.segments(rng, resamples)
        edges = np.arange(rows + 1) * self.total // rows
        out = np.empty((resamples, rows))
        for r in range(resamples):
            line = np.bincount(firsts[r], minlength=self.total + 1)
            line -= np.bincount(lasts[r], minlength=self.total + 1)
            drawn = np.concatenate([[0], np.cumsum(np.cumsum(line[:-1]))])
            out[r] = np.diff(drawn[edges])
        return out


def block_starts(rng: np.random.Generator, length: int, block: int, resamples: int) -> Ints:
    """First index of every block of every resample, ``(resamples, ceil(length / block))``."""
    blocks = math.ceil(length / block)
    return rng.integers(0, length - block + 1, size=(resamples, blocks))


def resampled_indices(starts: Ints, block: int, length: int) -> Ints:
    """Indices of every resample, ``(resamples, length)``; the last block is cut."""
    indices = starts[:, :, None] + np.arange(block)
    return indices.reshape(len(starts), -1)[:, :length]


def block_weights(total: int, block: int, resamples: int, rng: np.random.Generator) -> Floats:
    """How often each of ``total`` samples is drawn, ``(resamples, total)``; rows sum to it."""
    return Resampling((total,), max(1, min(block, total))).weights(rng, resamples, total)


def widening(units: float) -> float:
    """By how much a bootstrap of few blocks is too narrow: Student's t over the normal quantile.

    Resamples of n blocks know the variance with a divisor of n for n - 1, and only roughly.
    """
    from scipy.special import stdtrit

    units = max(units, 2.0)
    return float(stdtrit(units - 1.0, 0.975) / 1.959964 * math.sqrt(units / (units - 1.0)))


def recentred_interval(
    value: float, resamples: Floats, units: float = math.inf
) -> tuple[float, float]:
    """95 % interval around ``value``: the wider half of the spread of its resamples on both sides.

    Resamples are biased upwards, so only their spread is used. It is skewed, and whether a value is
    a low one or a high one of its generator is not known: so it reaches as far down as up.

    Parameters
    ----------
    value : float
        Of all samples, at least 0.
    resamples : array (R,)
        Of the resamples.
    units : float
        Independent blocks or trajectories (`Resampling.units`): few of them widen the interval.
    """
    spread = np.abs(np.quantile(resamples, [0.025, 0.975]) - np.median(resamples))
    half = float(spread.max()) * (1.0 if math.isinf(units) else widening(units))
    return max(0.0, value - half), value + half


def mean_interval(values: Floats, resamples: int, rng: np.random.Generator) -> tuple[float, float]:
    """95 % interval of the mean of a sequence ``(T,)``, by moving blocks."""
    plan = Resampling.of(values[:, None])
    firsts, lasts = plan.segments(rng, resamples)
    centre = float(values.mean())
    sums = np.concatenate([[0.0], np.cumsum(values - centre)])
    means = centre + (sums[lasts] - sums[firsts]).sum(axis=1) / (lasts - firsts).sum(axis=1)
    return recentred_interval(centre, means, plan.units)

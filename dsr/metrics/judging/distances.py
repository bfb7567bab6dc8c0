"""Distances from a reference of everything but the run: recordings, clouds, and their resamples."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np

from dsr.metrics.bootstrap import Resampling, recentred_interval
from dsr.metrics.doors import Floats
from dsr.metrics.judging.pools import Pool, total

_HUGE = 1e200
_WORK = 3e7
_LEAST_RESAMPLES = 40
_SATURATED = 0.5


class Space(Protocol):
    """A distance of pooled trajectories from those of a reference.

    Attributes
    ----------
    settings : dict
        How it is taken, for the attributes of the scores.
    """

    settings: dict[str, Any]

    @property
    def missed(self) -> float:
        """Distance of a run that is nowhere where the reference is; inf where there is no limit."""
        ...

    def divergence(self, parts: Pool) -> float:
        """Distance of trajectories."""
        ...

    def resampled(
        self, parts: Pool, block: int, rng: np.random.Generator, resamples: int
    ) -> Floats:
        """Distances of resamples of them, ``(resamples,)``."""
        ...


class Interval(NamedTuple):
    """A number with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


class Measured(NamedTuple):
    """Distance of a run, and where resampling puts it beside recordings and clouds.

    Attributes
    ----------
    own : Interval
    delta, gamma : array, (2,)
        95 % intervals of its excess over recordings, and over Gaussian clouds.
    """

    own: Interval
    delta: Floats
    gamma: Floats

    @property
    def clear_of_clouds(self) -> bool:
        """Whether the run is closer to the reference than a cloud, beyond chance."""
        return bool(self.gamma[1] < 0.0)


class Aspect:
    """One distance, and what stands beside that of a run.

    Parameters
    ----------
    space : Space
        Made of the reference.
    stretches, clouds : list of pools
        Stretches of recordings, and Gaussian clouds (the first of them are resampled), each of as
        many samples as the reference.
    block : int
        Samples of the blocks of resampling.
    resamples, seed : int

    Attributes
    ----------
    floor, surrogate : Interval
        Median over stretches (clouds) with the wider of two intervals: what the single ones span,
        and what resampling says of one.
    """

    def __init__(
        self, space: Space, stretches: list[Pool], clouds: list[Pool], block: int, resamples: int,
        seed: int,
    ) -> None:  # fmt: skip
        self.space, self.block = space, block
        longest = max(total(pool) for pool in stretches)
        self.resamples = int(np.clip(_WORK / longest, min(_LEAST_RESAMPLES, resamples), resamples))
        self._units = Resampling.of(stretches[0], block).units
        rng = np.random.default_rng([seed, 1])
        floors, self._floor_star = self._found(stretches, len(stretches), rng)
        self.floor = self._spread(floors, self._floor_star)
        values, self._cloud_star = self._found(clouds, 2, np.random.default_rng([seed, 2]))
        self.surrogate = self._spread(values, self._cloud_star)

    @property
    def saturated(self) -> bool:
        """Whether even a recording misses most of the reference's cells: then it says nothing."""
        return bool(self.floor.value > _SATURATED * self.space.missed)

    def _found(
        self, pools: list[Pool], few: int, rng: np.random.Generator
    ) -> tuple[list[float], list[Floats]]:
        """Distances of several pools, and resamples in equal numbers from the first few."""
        each = -(-self.resamples // min(few, len(pools)))
        values, stars = [], []
        for k, pool in enumerate(pools):
            values.append(self.space.divergence(pool))
            if k < few:
                stars.append(self.space.resampled(pool, self.block, rng, each))
        return values, stars

    def _spread(self, values: list[float], stars: list[Floats]) -> Interval:
        middle = float(np.median(values))
        centred = np.concatenate([star - np.median(star) for star in stars])
        low, high = recentred_interval(middle, middle + centred, self._units)
        return Interval(middle, min(low, *values), max(high, *values))

    def measure(self, runs: Pool, rng: np.random.Generator) -> Measured:
        """Measure runs: ``(T_k, N)`` each, of as many samples together as the reference."""
        value = self.space.divergence(runs)
        star = self.space.resampled(runs, self.block, rng, self.resamples)
        floor, cloud = (
            rng.permutation(np.concatenate(stars))[: self.resamples]
            for stars in (self._floor_star, self._cloud_star)
        )
        with np.errstate(invalid="ignore"):
            delta, gamma = star - floor, star - cloud
        ends = (np.nan, np.nan)
        if np.isfinite(star).all() and np.isfinite(value):
            ends = recentred_interval(value, star, Resampling.of(runs, self.block).units)
        over = [quantiles(excess, [0.025, 0.975]) for excess in (delta, gamma)]
        return Measured(Interval(value, *ends), *over)


def quantiles(values: Floats, levels: list[float]) -> Floats:
    """Quantiles of differences that may be infinite, between which interpolation gives NaN."""
    bounded = np.clip(values, -_HUGE, _HUGE)
    found = np.asarray(np.nanquantile(bounded, levels))
    return np.where(np.abs(found) > _HUGE / 1e6, np.copysign(np.inf, found), found)

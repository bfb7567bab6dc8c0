"""What a run is measured by: all of a verdict that depends on reference and recordings alone.

Noise floors, surrogates, their resamples, the null distribution of spectra and the test of sameness
are the same for every run that is compared with one reference, so they are computed once and kept
for the next one.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import NamedTuple

import numpy as np

from dsr.errors import InputError
from dsr.metrics.bootstrap import block_length
from dsr.metrics.geometry.lagged import default_lag
from dsr.metrics.judging.distances import Aspect, Space
from dsr.metrics.judging.facts import LARGEST_BINNED
from dsr.metrics.judging.pools import Pool, span, stretches, total
from dsr.metrics.judging.sameness import Sameness
from dsr.metrics.judging.spaces import spaces
from dsr.metrics.judging.spectral import SpectralYardstick
from dsr.metrics.spectra.distances import SpectralReference
from dsr.metrics.surrogates import cloud_like

_STRETCHES, _FEW_STRETCHES = 5, 3
_CLOUDS = 20
_FEW_CLOUDS, _FEWEST_CLOUDS = 5, 3
_MANY_SAMPLES = 200_000
_MOST_TRAJECTORIES = 8
_KEPT = 2
_LARGEST_KEPT = 1 << 26

_memory: OrderedDict[bytes, Yardstick] = OrderedDict()


class Settings(NamedTuple):
    """How a yardstick is made: smoothing of the spectra (in bins), resamples, seed."""

    smoothing: float
    resamples: int
    seed: int


class Ruler:
    """Distances from one set of trajectories, that count together.

    Parameters
    ----------
    x : pool
        Reference, in total as long as what is compared.
    recordings : pool
        Whole, at least as long.
    lag : int
        Of the lagged pairs, in samples.
    settings : Settings
    few : bool
        Fewer stretches, clouds and resamples: for one of many trajectories.

    Attributes
    ----------
    length, block : int
        Samples compared, and samples of a block of resampling.
    aspects : dict of str to Aspect
        By the names of their scores.
    spectra : SpectralYardstick or None
        Of a single trajectory.
    """

    def __init__(
        self, x: Pool, recordings: Pool, lag: int, settings: Settings, *, few: bool = False
    ) -> None:
        self.length, self.block = total(x), block_length(x)
        wide = x[0].shape[1] > LARGEST_BINNED
        large = self.length > _MANY_SAMPLES or wide
        some = stretches(recordings, self.length, _FEW_STRETCHES if few or wide else _STRETCHES)
        rng = np.random.default_rng([settings.seed, 0])
        count = _FEW_CLOUDS if few or large else _CLOUDS
        if self.length > _MANY_SAMPLES:
            count = _FEWEST_CLOUDS
        clouds = self._clouds(recordings, some, count, rng)
        resamples = min(settings.resamples, 50) if few else settings.resamples
        self.aspects = {
            name: Aspect(space, some, clouds, self.block, resamples, settings.seed)
            for name, space in spaces(x, lag, settings.seed).items()
        }
        self.spectra = None
        if len(x) == 1:
            pieces = [max(pool, key=len) for pool in some]
            few_clouds = [cloud[0] for cloud in clouds[:_FEW_CLOUDS]]
            self.spectra = SpectralYardstick(
                x[0], pieces, few_clouds, settings.smoothing, settings.seed
            )

    def _clouds(
        self, recordings: Pool, some: list[Pool], count: int, rng: np.random.Generator
    ) -> list[Pool]:
        """Draws like all recordings together, as a model without dynamics makes, then like each."""
        whole = np.concatenate(recordings)
        each = [np.concatenate(pool) for pool in some[:_FEW_STRETCHES]] if len(some) > 1 else []
        like = [whole] * count + each
        return [[cloud_like(one, rng, self.length)] for one in like]


class Yardstick:
    """A reference with its recordings: all trajectories together, and each.

    Parameters
    ----------
    targets : pool
        Trajectories of the reference.
    recordings : pool or None
        Independent ones; without them other trajectories, or the second half of a single one, stand
        in, except in the test of sameness.
    lengths : list of int
        Samples of the run beside each target.
    settings : Settings

    Attributes
    ----------
    sameness : Sameness
    pooled : Ruler
    parts : list of (index, Ruler)
        Of each trajectory, or of eight of many: the same as ``pooled`` if there is one.
    cuts : list of int
        Samples of each trajectory that are compared.
    """

    def __init__(
        self, targets: Pool, recordings: Pool | None, lengths: list[int], settings: Settings
    ) -> None:
        if recordings is not None and recordings[0].shape[1] != targets[0].shape[1]:
            raise InputError(
                f"the independent recording has {recordings[0].shape[1]} variables and the "
                f"reference {targets[0].shape[1]}; pass the same variables"
            )
        self._targets, self._settings = targets, settings
        self._alone: Sameness | None = None
        self._spaces: dict[int, dict[str, Space]] = {}
        self.sameness = Sameness(targets, recordings or [], seed=settings.seed)
        paired = [x[:n] for x, n in zip(targets, lengths, strict=True)]
        self.lag = default_lag(paired)
        self._paired = [len(x) for x in paired]
        if len(targets) == 1:
            beside = recordings or [targets[0][len(targets[0]) // 2 :]]
            most = len(targets[0]) if recordings else len(targets[0]) // 2
            self.cuts = [min(most, lengths[0], total(beside))]
            self.pooled = Ruler([paired[0][: self.cuts[0]]], beside, self.lag, settings)
            self.parts = [(0, self.pooled)]
            self.rows = [0]
            return
        self.rows = list(range(len(targets))) if recordings else list(range(0, len(targets), 2))
        first = [paired[k] for k in self.rows]
        beside = recordings or [paired[k] for k in range(1, len(targets), 2)]
        length = min(total(first), total(beside))
        self.pooled = Ruler(span(first, 0, length), beside, self.lag, settings)
        others = [recordings or [paired[(k + 1) % len(paired)]] for k in range(len(paired))]
        self.cuts = [min(len(x), total(b)) for x, b in zip(paired, others, strict=True)]
        some = np.unique(np.linspace(0, len(paired) - 1, min(len(paired), _MOST_TRAJECTORIES)))
        self.parts = [
            (k, Ruler([paired[k][: self.cuts[k]]], others[k], self.lag, settings, few=True))
            for k in map(int, some)
        ]

    @classmethod
    def of(
        cls, targets: Pool, recordings: Pool | None, lengths: list[int], settings: Settings
    ) -> Yardstick:
        """The yardstick of these arrays; that of the last comparisons is found again."""
        every = [*targets, *(recordings or [])]
        if sum(part.nbytes for part in every) > _LARGEST_KEPT:
            return cls(targets, recordings, lengths, settings)
        shapes = [part.shape for part in every]
        digest = hashlib.blake2b(f"{shapes}{len(targets)}{lengths}{settings}".encode())
        for part in every:
            digest.update(np.ascontiguousarray(part).tobytes())
        key = digest.digest()
        found = _memory.pop(key, None) or cls(targets, recordings, lengths, settings)
        _memory[key] = found
        while len(_memory) > _KEPT:
            _memory.popitem(last=False)
        return found

    def alone(self, recordings: Pool) -> Sameness:
        """The test against the recordings alone, made once."""
        if self._alone is None:
            self._alone = Sameness(recordings, [], seed=self._settings.seed)
        return self._alone

    def space_of(self, k: int, name: str) -> Space:
        """A distance from one trajectory that has no ruler of its own."""
        if k not in self._spaces:
            parts = [self._targets[k][: self.cuts[k]]]
            self._spaces[k] = spaces(parts, self.lag, self._settings.seed)
        return self._spaces[k][name]

    def spectrum_of(self, k: int) -> SpectralReference:
        """The spectrum of one trajectory that has no ruler of its own."""
        return SpectralReference(self._targets[k][: self.cuts[k]], self._settings.smoothing)

    def pool(self, runs: Pool) -> Pool:
        """The parts of runs that the pooled reference is compared with."""
        beside = [run[:n] for run, n in zip(runs, self._paired, strict=True)]
        return span([beside[k] for k in self.rows], 0, self.pooled.length)

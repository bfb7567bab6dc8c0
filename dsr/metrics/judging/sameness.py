"""Whether a run and a reference come from one process: a permutation test over segments.

Reference and recordings are cut into segments so long that neighbours are nearly independent, and
so is the run. Were both of one process, it would not matter which segments are called the run's:
the differences of mean features are compared with those of 999 random namings (Westfall and Young,
*Resampling-Based Multiple Testing*, 1993, for the family of statistics). Nothing is assumed of the
distribution of the features, and dependence inside a segment does no harm.

The null is an interval: differences below 2 % of a deviation of a feature, or below what a clock
2.5 % off would make, count as none. An exactly periodic process has no spread for a test to measure
by, and no model is the worse for less.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from dsr.metrics.doors import Floats
from dsr.metrics.judging.features import PARTS, Battery, Means
from dsr.metrics.judging.flow import Flow, flow_margins
from dsr.metrics.spectra.timescales import autocorrelation, mean_period
from dsr.metrics.surrogates import cloud_like

__all__ = ["LEVEL", "PARTS", "Found", "Sameness"]

LEVEL = 0.05
"""Family-wise: the share of right runs that the test says are different."""

PERIODS = 5
"""Mean periods in a segment, at least."""

LEAST_SEGMENTS = 8
"""Of the run, and of the reference."""

_SHORTEST = 8
_MOST_SEGMENTS = 40
_MOST_POINTS, _PLENTY = 200_000, 40_000
_MANY = 15
_CORRELATED = 0.1
_WANDERING = 0.2
_LONGEST_LOOK = 200_000


class Found(NamedTuple):
    """What a test found.

    Attributes
    ----------
    p_value : float
        Family-wise; the smallest of the parts.
    parts : dict of str to float
        P-value of each part, adjusted for all statistics of all parts.
    segments, segments_generated : int
        Of the reference with its recordings, and of the run.
    """

    p_value: float
    parts: dict[str, float]
    segments: int
    segments_generated: int


class Sameness:
    """All of the test that depends on reference and recordings alone.

    Parameters
    ----------
    references : list of arrays, (T_i, N)
        Trajectories of the reference.
    recordings : list of arrays, (T_j, N)
        Of the same system, independent; may be empty.
    seed : int
    permutations : int

    Attributes
    ----------
    mean_period : float
        In samples.
    segment_length : int
        In samples; after merging, see Notes.
    segments : int
        Of reference and recordings together.
    undecided_because : str
        Why these data cannot decide and what would; empty where they can.

    Notes
    -----
    A segment holds five mean periods and three times ``1 + 2 sum rho^2`` samples, but leaves at
    least eight and at most forty to the reference. Segments are merged two by two while the
    features of neighbours are correlated by more than 0.1 and sixteen are left to the reference.
    Where there are many trajectories (15 or more on both sides) each is one unit.
    """

    def __init__(
        self, references: list[Floats], recordings: list[Floats], *, seed: int = 0,
        permutations: int = 999,
    ) -> None:  # fmt: skip
        self._rng_seed, self._permutations = seed, permutations
        self._references, self._recordings = references, recordings
        every = [*references, *recordings]
        of_scale = np.concatenate(recordings or references)
        longest = max(every, key=len)[:_LONGEST_LOOK]
        self.mean_period = _period(longest)
        self._many = len(every) >= 2 * _MANY and len(references) >= _MANY
        self.segment_length, self._wanted = self._length(longest)
        points = sum(map(len, every))
        # Every other sample of a cycle of 38 samples shows 19 phases, others in another record.
        fine = int(self.mean_period / 32)
        stride = max(1, points // _MOST_POINTS, min(points // _PLENTY, fine))
        self._battery = Battery.of(
            of_scale.mean(axis=0), of_scale.std(axis=0, ddof=1), self.mean_period,
            self.segment_length, stride, math.ceil(_period(longest, np.max)),
            np.random.default_rng([seed, 0]),
        )  # fmt: skip
        self._cut_length, self._merged = self.segment_length, 0
        self._own, self._others = self._cut(references), self._cut(recordings)
        self._margins = self._battery.margins(np.concatenate([*self._own, *self._others]))
        self._means = [self._battery.means(w) for w in [*self._own, *self._others]]
        self._flow = Flow(self._battery, [*self._own, *self._others], self.mean_period)
        self._correlation = 0.0 if self._many else self._merge()

    @property
    def segments(self) -> int:
        """Segments of reference and recordings together."""
        return self._count([*self._own, *self._others])

    @cached_property
    def undecided_because(self) -> str:
        """Why these data cannot decide, and what would; empty where they can."""
        if self._short or self._count(self._own) < LEAST_SEGMENTS:
            needed = _round(1.2 * LEAST_SEGMENTS * self._wanted)
            return (
                f"the reference holds {self._periods_of_reference():.0f} mean periods, too few to "
                f"tell a model from the system; about {needed} samples would decide"
            )
        if self._correlation > _WANDERING:
            return (
                "the reference drifts more slowly than it is long; a record ten times as long, or "
                "many independent recordings, would decide"
            )
        if self.cloud.p_value > LEVEL:
            return (
                "a Gaussian cloud passes the same test; a longer record, or a second recording, "
                "would decide if there are dynamics to be seen"
            )
        return ""

    @cached_property
    def recordings_p(self) -> float:
        """P-value of the reference against its recordings; NaN without any."""
        if not self._others:
            return math.nan
        means = self._means[len(self._own) :] + self._means[: len(self._own)]
        return self._compare(self._others, self._own, means).p_value

    def test(self, runs: list[Floats]) -> Found:
        """Compare runs, ``(T_k, N)`` each, with reference and recordings."""
        made = self._cut(runs)
        means = [*self._means, *(self._battery.means(w) for w in made)]
        return self._compare([*self._own, *self._others], made, means)

    @cached_property
    def cloud(self) -> Found:
        """What is found of a Gaussian cloud in place of the run."""
        rng = np.random.default_rng([self._rng_seed, 1])
        like = np.concatenate(self._recordings or self._references)
        return self.test([cloud_like(like, rng, len(part)) for part in self._references])

    def _length(self, longest: Floats) -> tuple[int, int]:
        wanted = max(
            _SHORTEST, math.ceil(PERIODS * self.mean_period), math.ceil(3 * _memory(longest))
        )
        lengths = [len(part) for part in self._references]
        most = max(_SHORTEST, min(sum(lengths) // LEAST_SEGMENTS, max(lengths)))
        # A cycle or a torus never forgets: eight segments of it are as good as any.
        least = math.ceil(PERIODS * self.mean_period)
        everything = [*lengths, *map(len, self._recordings)]
        self._short = most < least and not (self._many and min(everything) >= _SHORTEST)
        length = min(wanted, most)
        if len(self._references) > 1:
            length = min(length, max(_SHORTEST, min(everything)))
        return max(length, sum(lengths) // _MOST_SEGMENTS), least

    def _periods_of_reference(self) -> float:
        return sum(map(len, self._references)) / self.mean_period

    def _cut(self, parts: list[Floats]) -> list[Floats]:
        """Standardised segments ``(segments, samples, N)`` of each series."""
        found = []
        for values in parts:
            length = min(self._cut_length, len(values))
            if length < max(_SHORTEST, self._cut_length // 2):
                continue
            step = length - min(self._battery.ramp, length // 3)
            count = 1 + (len(values) - length) // step
            # Where one segment fades the next begins: together they weigh every sample alike.
            start = (len(values) - length - (count - 1) * step) // 2
            rows = (start + np.arange(count) * step)[:, None] + np.arange(length)
            found.append(self._battery.standardised(values)[rows])
        return found

    def _count(self, cut: list[Floats]) -> int:
        """How many units segments make, merged or one for each trajectory."""
        return len(cut) if self._many else sum(max(1, len(w) >> self._merged) for w in cut)

    def _units(self, features: Floats) -> Floats:
        """Averages over the segments of each unit."""
        if self._many:
            return np.asarray(features.mean(axis=0, keepdims=True))
        return _halved(features, self._merged)

    def _merge(self) -> float:
        """Merge neighbouring segments while they are alike; the correlation that remains."""
        while True:
            correlation = max(
                _neighbours([_halved(group, self._merged) for group in groups], margin)
                for groups, margin in zip(
                    zip(*self._means, strict=True), self._margins, strict=True
                )
            )
            fewest = sum(len(w) >> (self._merged + 1) for w in self._own)
            if correlation <= _CORRELATED or fewest < LEAST_SEGMENTS:
                return correlation
            self._merged += 1
            self.segment_length *= 2

    def _dependence(self, units: list[Floats], margin: Floats) -> float:
        """By how much the variance of a mean of neighbours exceeds that of any segments, at most.

        A random naming tears neighbours apart. Twice their correlation is what it takes away from
        the variance of a mean; its own error, one over the root of their number, is added to it.
        """
        if self._many:
            return 1.0
        error = 1.0 / math.sqrt(max(1, sum(map(len, units))))
        return 1.0 + 2.0 * max(0.0, _neighbours(units, margin) + error)

    def _compare(self, first: list[Floats], second: list[Floats], means: list[Means]) -> Found:
        """Test segments of one side against those of the other, whose features are given."""
        n, m = self._count(first), self._count(second)
        if min(n, m) < 2:
            return Found(1.0, dict.fromkeys(PARTS, 1.0), n, m)
        rng = np.random.default_rng([self._rng_seed, 2])
        named = np.zeros((self._permutations + 1, n + m))
        named[0, n:] = 1.0
        chosen = rng.random((self._permutations, n + m)).argsort(axis=1)[:, :m]
        np.put_along_axis(named[1:], chosen, 1.0, axis=1)
        flow = self._flow.features([*first, *second])
        groups = [
            [self._units(part) for part in group] for group in (*zip(*means, strict=True), flow)
        ]
        margins = [*self._margins, flow_margins(np.concatenate(groups[-1]), first[0].shape[2])]
        geometry, order, spectra, moves = (
            _smallest_p(
                np.concatenate(units),
                margin,
                named,
                m,
                self._dependence(units[: len(first)], margin),
            )
            for units, margin in zip(groups, margins, strict=True)
        )
        smallest = {
            "geometry": geometry, "order": np.minimum(order, moves), "spectra": spectra
        }  # fmt: skip
        overall = np.min(list(smallest.values()), axis=0)
        parts = {part: float(np.mean(overall <= p[0] + 1e-12)) for part, p in smallest.items()}
        return Found(min(parts.values()), parts, n, m)


def _smallest_p(
    features: Floats, margin: Floats, named: Floats, m: int, dependence: float
) -> Floats:
    """The smaller p-value of two statistics, for every naming (the true one first)."""
    total = len(features)
    centred = features - features.mean(axis=0)
    spread = centred.std(axis=0)
    # The sum of all is zero: what the run has above the mean the rest has below it.
    difference = (named @ centred) * (1.0 / m + 1.0 / (total - m))
    difference[0] /= math.sqrt(dependence)
    excess = np.maximum(np.abs(difference) - margin, 0.0)
    t = excess / (spread * math.sqrt(1.0 / m + 1.0 / (total - m)) + 1e-12)
    values = np.stack([(t**2).mean(axis=1), t.max(axis=1)])
    ranked = np.sort(values, axis=1)
    above = [
        values.shape[1] - np.searchsorted(r, v - 1e-12) for r, v in zip(ranked, values, strict=True)
    ]
    return np.asarray(np.min(above, axis=0) / values.shape[1])


def _halved(features: Floats, times: int) -> Floats:
    """Averages of neighbouring segments, two by two; an odd one at the end is left out."""
    for _ in range(times):
        if len(features) < 2:
            break
        even = len(features) // 2 * 2
        features = 0.5 * (features[0:even:2] + features[1:even:2])
    return features


def _neighbours(parts: list[Floats], margin: Floats) -> float:
    """Correlation of the features of neighbouring segments, mean over features.

    Those that vary less than counts at all (most of those of a cycle) have none. The mean over a
    finite record pulls a correlation down by one over the number of segments: added again.
    """
    centred = [values - values.mean(axis=0) for values in parts if len(values) > 3]
    if not centred:
        return 0.0
    power = np.sum([(c * c).sum(axis=0) for c in centred], axis=0)
    product = np.sum([(c[1:] * c[:-1]).sum(axis=0) for c in centred], axis=0)
    total = sum(map(len, centred))
    moving = power > margin**2 * total
    if not moving.any():
        return 0.0
    found = product[moving] / power[moving] + len(centred) / total
    return float(found.sum() / len(moving))


def _period(values: Floats, of: Callable[[list[float]], Any] = np.median) -> float:
    """Mean period in samples, the median (or what is asked for) over variables."""
    return float(of([mean_period(column) for column in values.T]))


def _memory(values: Floats) -> float:
    """``1 + 2 sum rho^2`` in samples, the largest over variables: the memory of second moments."""
    lags = min(len(values) // 4, 20_000)
    chance = 1.0 / len(values)
    squares = [autocorrelation(column, lags)[1:] ** 2 - chance for column in values.T]
    return max(1.0 + 2.0 * float(np.clip(s, 0.0, None).sum()) for s in squares)


def _round(samples: float) -> str:
    """A number of samples in two figures."""
    digits = max(0, int(math.log10(max(samples, 1.0))) - 1)
    return f"{math.ceil(samples / 10**digits) * 10**digits:,}"

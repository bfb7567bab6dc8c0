"""What a stretch of a series looks like: pointwise features, averaged over segments.

Three groups. *Geometry*: where the state is (random Fourier features of at most three variables at
a time, means, squares, products). *Order*: which way time goes (random Fourier features of lagged
pairs, moments and cross-covariances that change sign under reversal). *Spectra*: symmetric
covariances, auto and cross, over lags up to several mean periods, and squared increments.

An average over a long segment of a mixing process is nearly independent of its neighbours, however
strongly single samples depend on each other: the unit that the test of `sameness` permutes. The
weights fall off at both ends over a period: what is cut off of a cycle there would depend on the
phase, and a phase may persist from one segment to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dsr.metrics.doors import Floats

PARTS = ("geometry", "order", "spectra")

BANDWIDTHS = (0.3, 0.6, 1.2)
"""Of the random Fourier features, in standard deviations of the reference."""

SIXTHS = (0.5, 1, 2, 3, 4, 6, 8, 12, 16, 20)
"""Lags of the covariances, in sixths of the mean period."""

AMPLITUDE, CLOCK = 0.02, 0.025
"""Differences that count as none: in deviations of a feature, and as a relative change of clock."""

_EACH = 44
_FARTHEST = 20.0
_MOST_PAIRS = 190
_ODD_LAGS = 6
_FOR_MARGINS = 100_000


class Means(NamedTuple):
    """Averages of the features of each group, ``(segments, features)``."""

    geometry: Floats
    order: Floats
    spectra: Floats


@dataclass(frozen=True)
class Battery:
    """Features in the units of a reference.

    Attributes
    ----------
    mean, std : arrays, (N,)
        Of the reference.
    lags : tuple of int
        In samples, all shorter than half a segment.
    lag : int
        Of the pairs: a sixth of the mean period.
    waves, lagged_waves : arrays, (N, D), (2 N, D)
        Wave vectors of the random Fourier features.
    phases, lagged_phases : arrays, (D,)
    pairs : tuple of two arrays of int
        Variables whose products are taken.
    stride : int
        Every which sample of a segment is looked at.
    ramp : int
        Samples over which the weights of a segment rise and fall.
    """

    mean: Floats
    std: Floats
    lags: tuple[int, ...]
    lag: int
    waves: Floats
    phases: Floats
    lagged_waves: Floats
    lagged_phases: Floats
    pairs: tuple[np.ndarray, np.ndarray]
    stride: int
    ramp: int

    @classmethod
    def of(
        cls, mean: Floats, std: Floats, period: float, segment: int, stride: int, ramp: int,
        rng: np.random.Generator,
    ) -> Battery:  # fmt: skip
        """Draw wave vectors, and choose lags by the mean period and the length of a segment."""
        count = len(mean)
        rounded = {max(1, round(period * k / 6)) for k in SIXTHS if period * k / 6 <= segment / 2}
        first, second = np.triu_indices(count, 1)
        if len(first) > _MOST_PAIRS:
            some = np.sort(rng.permutation(len(first))[:_MOST_PAIRS])
            first, second = first[some], second[some]
        lag = max(1, min(round(period / 6), segment // 4))
        waves, phases = _waves(count, rng)
        lagged_waves, lagged_phases = _waves(2 * count, rng)
        return cls(
            mean, std, tuple(sorted(rounded | {1})), lag, waves, phases, lagged_waves,
            lagged_phases, (first, second), stride, ramp,
        )  # fmt: skip

    def average(self, values: Floats, every: int) -> Floats:
        """Average over the samples of segments ``(segments, samples, ...)``, every so many."""
        return np.asarray(taper(values.shape[1], self.ramp // every) @ values)

    def standardised(self, values: Floats) -> Floats:
        """Values in deviations of the reference; what is far away stays finite."""
        z = (np.nan_to_num(values, posinf=1e300, neginf=-1e300) - self.mean) / self.std
        return np.clip(z, -_FARTHEST, _FARTHEST)

    def means(self, segments: Floats) -> Means:
        """Average the features over standardised segments ``(segments, samples, N)``."""
        found = [self._covariances(segments, lag) for lag in self.lags]
        odd, even = self._by_group(found)
        jump = self.average(np.square(np.diff(segments, axis=1)[:, :: self.stride]), self.stride)
        order = np.concatenate([self._lagged(segments, self.lag), *odd], axis=1)
        spectra = np.concatenate([*even, jump], axis=1)
        return Means(self._geometry(segments), order, spectra)

    def margins(self, segments: Floats) -> Means:
        """Differences that count as none, for each feature, by segments of the reference."""
        segments = segments[:: max(1, segments.shape[0] * segments.shape[1] // _FOR_MARGINS)]
        slower, faster = (
            [self._at(segments, lag * factor) for lag in self.lags]
            for factor in (1.0 - CLOCK, 1.0 + CLOCK)
        )
        as_is = [self._at(segments, lag) for lag in self.lags]
        moved = [_farther(*three) for three in zip(slower, faster, as_is, strict=True)]
        around = [self._lagged(segments, self.lag + k).mean(axis=0) for k in (-1, 0, 1)]
        lagged = np.abs(np.diff(around, axis=0)).max(axis=0) * CLOCK * self.lag
        odd, even = self._by_group(moved)
        jump = np.square(np.diff(segments, axis=1)).mean(axis=(0, 1)) * ((1.0 + CLOCK) ** 2 - 1.0)
        order, spectra = np.concatenate([lagged, *odd]), np.concatenate([*even, jump])
        spread = self._spread(segments)
        clock = Means(np.zeros_like(spread.geometry), order, spectra)
        return Means(*(c + AMPLITUDE * s for c, s in zip(clock, spread, strict=True)))

    def points(self, w: Floats) -> Floats:
        """Features of single states ``(..., N)``: waves, values, squares, products."""
        first, second = self.pairs
        waves = np.cos(w @ self.waves + self.phases)
        return np.concatenate([waves, w, w * w, w[..., first] * w[..., second]], axis=-1)

    def _geometry(self, w: Floats) -> Floats:
        return self.average(self.points(w[:, :: self.stride]), self.stride)

    def _lagged(self, w: Floats, lag: int) -> Floats:
        before, after = _pair(w, lag, self.stride)
        both = np.concatenate([before, after], axis=2)
        waves = np.cos(both @ self.lagged_waves + self.lagged_phases)
        return self.average(waves, self.stride)

    def _by_group(self, found: list[Covariances]) -> tuple[list[Floats], list[Floats]]:
        odd = [part for c in found[:_ODD_LAGS] for part in (c.cubic, c.quartic)]
        return odd + [c.turning for c in found], [p for c in found for p in (c.own, c.together)]

    def _covariances(self, w: Floats, lag: int) -> Covariances:
        return covariances(w, lag, self.stride, self.pairs, self.ramp)

    def _at(self, w: Floats, lag: float) -> Covariances:
        """Covariances of the whole at a lag between two samples."""
        low = int(lag)
        share = lag - low
        ends = [self._covariances(w, k) for k in (low, min(low + 1, w.shape[1] - 1))]
        return Covariances(
            *((1.0 - share) * a.mean(0) + share * b.mean(0) for a, b in zip(*ends, strict=True))
        )

    def _spread(self, segments: Floats) -> Means:
        """Standard deviation of each feature over single samples of the reference."""
        points = segments.reshape(-1, segments.shape[2])
        every = max(1, len(points) // 20_000)
        points = points[::every]
        geometry = self.points(points).std(axis=0)
        both = np.concatenate(_pair(segments, self.lag, self.stride), axis=2)
        both = both.reshape(-1, both.shape[2])[:: max(1, every // self.stride)]
        lagged = np.cos(both @ self.lagged_waves + self.lagged_phases).std(axis=0)
        odd, even = self._by_group([_spreads(segments, k, every, self.pairs) for k in self.lags])
        jump = np.square(np.diff(segments, axis=1)).reshape(-1, points.shape[1]).std(axis=0)
        return Means(geometry, np.concatenate([lagged, *odd]), np.concatenate([*even, jump]))


class Covariances(NamedTuple):
    """Averages of products of a sample ``p`` and a later one ``q``.

    Attributes
    ----------
    cubic, quartic : arrays, (..., N)
        ``p^2 q - p q^2`` and ``p^3 q - p q^3``: zero for a process that looks the same backwards.
    turning : array, (..., pairs)
        ``p_i q_j - p_j q_i``, as well.
    own : array, (..., N)
        ``p q``.
    together : array, (..., pairs)
        ``p_i q_j + p_j q_i``.
    """

    cubic: Floats
    quartic: Floats
    turning: Floats
    own: Floats
    together: Floats


def covariances(
    w: Floats, lag: int, stride: int, pairs: tuple[np.ndarray, np.ndarray], ramp: int
) -> Covariances:
    """Products of samples ``lag`` apart, averaged over each segment ``(segments, samples, N)``."""
    p, q = _pair(w, lag, stride)
    first, second = pairs
    weights = taper(p.shape[1], ramp // stride)
    pq = p * q
    matrix = np.matmul(p.transpose(0, 2, 1) * weights, q)
    across, back = matrix[:, first, second], matrix[:, second, first]
    return Covariances(
        weights @ (pq * (p - q)), weights @ (pq * (p * p - q * q)), across - back,
        weights @ pq, across + back,
    )  # fmt: skip


def taper(count: int, ramp: int) -> Floats:
    """Weights of ``count`` samples, their sum one: level, with a rise and a fall of ``ramp``."""
    rise = min(ramp, count // 3)
    weights = np.ones(count)
    weights[:rise] = np.sin(0.5 * np.pi * (np.arange(rise) + 0.5) / max(rise, 1)) ** 2
    weights[count - rise :] = weights[:rise][::-1]
    return np.asarray(weights / weights.sum())


def _farther(one: Covariances, other: Covariances, middle: Covariances) -> Covariances:
    """The larger of two distances from the middle, entry by entry."""
    three = zip(one, other, middle, strict=True)
    return Covariances(*(np.maximum(abs(a - c), abs(b - c)) for a, b, c in three))


def _spreads(w: Floats, lag: int, every: int, pairs: tuple[np.ndarray, np.ndarray]) -> Covariances:
    p, q = (a.reshape(-1, a.shape[2])[::every] for a in _pair(w, lag, 1))
    first, second = pairs
    pq = p * q
    across, back = p[:, first] * q[:, second], p[:, second] * q[:, first]
    all_of_them = (pq * (p - q), pq * (p * p - q * q), across - back, pq, across + back)
    return Covariances(*(values.std(axis=0) for values in all_of_them))


def _pair(w: Floats, lag: int, stride: int) -> tuple[Floats, Floats]:
    """Samples of each segment and those ``lag`` later."""
    end = w.shape[1] - lag
    return w[:, :end:stride], w[:, lag::stride][:, : len(range(0, end, stride))]


def _waves(count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Wave vectors along at most three of ``count`` variables, and phases."""
    drawn = []
    for width in BANDWIDTHS:
        for _ in range(_EACH):
            wave = np.zeros(count)
            chosen = rng.permutation(count)[: min(3, count)]
            wave[chosen] = rng.standard_normal(len(chosen)) / width
            drawn.append(wave)
    return np.array(drawn).T, rng.uniform(0.0, 2.0 * np.pi, len(drawn))

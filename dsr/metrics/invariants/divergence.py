"""Curves of the mean logarithmic distance between neighbours, and their straight parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsr.kernels.neighbours import mean_divergence, nearest
from dsr.metrics.bootstrap import block_weights
from dsr.metrics.doors import Floats
from dsr.metrics.embedding.delays import delay_matrix

__all__ = [
    "Divergence", "Setting", "Slope", "candidates", "curve_slopes", "divergence_curves",
    "flow_half_width", "reach", "scaling_window", "slope", "state",
]  # fmt: skip

CANDIDATES = 100_000
"""Neighbours are looked for among so many points, evenly spread over a longer series."""

COARSE = 8
"""One part of the orbit in so many holds the neighbours of the coarse curve."""

PARTNERS = 30
FEWEST_PARTNERS = 10
RESAMPLES = 200
RADII = (0.005, 0.01, 0.02, 0.03, 0.05)

_TURN = 0.5


@dataclass(frozen=True)
class Divergence:
    """Mean logarithmic distance S(k) with what each reference point added to it."""

    curve: Floats
    value: Floats
    used: NDArray[np.int64]


@dataclass(frozen=True)
class Setting:
    """How neighbours are chosen and followed.

    Attributes
    ----------
    method : {"rosenstein", "kantz"}
    period : float
        Mean period in samples.
    theiler, half, steps, delay : int
        Samples: see `divergence_curves`.
    beyond : float
        Neighbours nearer than this are left out.
    """

    method: str
    period: float
    theiler: int
    half: int
    steps: int
    delay: int
    beyond: float


@dataclass(frozen=True)
class Slope:
    """Slope of a divergence curve over ``[start, stop)``.

    Attributes
    ----------
    divergence : Divergence
    start, stop : int
    straight : bool
        Whether this is a straight part by the rule of `scaling_window`.
    radius : int
        Number of the radius among those of Kantz; 0 for Rosenstein.
    """

    divergence: Divergence
    start: int
    stop: int
    straight: bool
    radius: int

    @property
    def slope(self) -> float:
        """Per sample."""
        return slope(self.divergence.curve, self.start, self.stop)

    def gain(self) -> float:
        """Growth of S over the part."""
        curve = self.divergence.curve
        return float(curve[self.stop - 1] - curve[self.start])

    def ends(self) -> Floats:
        """Slopes from the start and from a fifth of the way, to half and four fifths of it."""
        curve = self.divergence.curve
        found = []
        for begin in (0.0, 0.2):
            for end in (0.5, 0.8):
                start, stop = reach(curve, begin) - 1, reach(curve, end)
                if stop - start >= 3:
                    found.append(slope(curve, start, stop))
        return np.array(found)

    def half_width(self, block: int, rng: np.random.Generator) -> float:
        """95 % half-width from moving-block resamples of the reference points."""
        value, used = self.divergence.value, self.divergence.used
        total = value.shape[0]
        block = min(max(block, 20), max(1, total // 20))
        weights = block_weights(total, block, RESAMPLES, rng)
        inside = slice(self.start, self.stop)
        curves = (weights @ value[:, inside]) / np.maximum(weights @ used[:, inside], 1)
        lag = np.arange(self.stop - self.start) - (self.stop - self.start - 1) / 2
        slopes = curves @ lag / (lag @ lag)
        low, high = np.quantile(slopes, [0.025, 0.975])
        return float(high - low) / 2


def state(values: Floats, dimension: int, delay: int) -> Floats:
    """Delay vectors of one variable; several variables with delays of the first one appended.

    Variables are divided by their standard deviation, so that no unit decides who is near.
    """
    scaled = (values - values.mean(axis=0)) / values.std(axis=0)
    first = delay_matrix(scaled[:, 0], dimension, delay)
    return np.ascontiguousarray(np.hstack([first, scaled[(dimension - 1) * delay :, 1:]]))


def flow_half_width(points: Floats, period: float) -> int:
    """Samples before and after over which a direction of flow is taken; 0 where there is no flow.

    A flow goes on in the direction it came from: the cosine between steps of a 24th of a period
    that follow one another is above one half on average. Maps and noise turn at every step.
    """
    half = max(1, int(period / 24))
    step = points[half:] - points[:-half]
    before, after = step[:-half], step[half:]
    lengths = np.sqrt((before**2).sum(axis=1) * (after**2).sum(axis=1))
    turns = (before * after).sum(axis=1)[lengths > 0] / lengths[lengths > 0]
    return half if turns.size and turns.mean() > _TURN else 0


def candidates(total: int, chunk: int = 0) -> NDArray[np.int64] | None:
    """Indices of the points that neighbours are looked for among; None for all of them.

    With ``chunk`` samples above 0 only one chunk of the orbit in `COARSE` is left.
    """
    step = -(-total // CANDIDATES)
    if chunk == 0 and step == 1:
        return None
    kept = np.arange(0, total, step, dtype=np.int64)
    return kept if chunk == 0 else kept[(kept // chunk) % COARSE == 0]


def divergence_curves(
    points: Floats,
    steps: int,
    *,
    theiler: int,
    half: int,
    method: str = "rosenstein",
    beyond: float = 0.0,
    most: int,
    lags: tuple[int, int] | None = None,
    chunk: int = 0,
) -> list[Divergence]:
    """Divergence curves over ``lags``: one for Rosenstein, one for each radius for Kantz.

    Parameters
    ----------
    points : (T, N) array, scaled
    steps : int
        Samples that neighbours are followed for.
    theiler : int
        Neighbours within so many samples are left out.
    half : int
        See `flow_half_width`: above 0, distances are taken across the flow.
    method : {"rosenstein", "kantz"}
    beyond : float
        Neighbours nearer than this are left out.
    most : int
        Largest number of reference points.
    lags : (int, int), optional
        First and one past the last lag of the curve. Default: 0 to ``steps``.
    chunk : int
        See `candidates`.
    """
    first, stop = lags or (0, steps + 1)
    last = points.shape[0] - steps - half
    if last - half < 2:
        return []
    references = np.unique(np.linspace(half, last - 1, min(most, last - half)).astype(np.int64))
    index, distance = nearest(
        points,
        references,
        count=1 if method == "rosenstein" else PARTNERS,
        theiler=theiler,
        last=last,
        beyond=beyond,
        candidates=candidates(points.shape[0], chunk),
    )
    index[index < half] = -1
    if method == "rosenstein":
        choices = [index]
    else:
        spread = float(np.sqrt(points.var(axis=0).sum()))
        choices = []
        for radius in RADII:
            near = np.where(distance <= radius * spread, index, -1)
            near[np.sum(near >= 0, axis=1) < FEWEST_PARTNERS] = -1
            choices.append(near)
    curves = []
    for near in choices:
        value, used = mean_divergence(
            points, references, near, first, stop, method == "kantz", half
        )
        curves.append(Divergence(_average(value, used), value, used))
    return curves


def _average(value: Floats, used: NDArray[np.int64]) -> Floats:
    """S(k); NaN at lags where no reference point has a neighbour."""
    number = used.sum(axis=0)
    return np.where(number > 0, value.sum(axis=0) / np.maximum(number, 1), np.nan)


def reach(curve: Floats, share: float = 0.8) -> int:
    """Lags up to the first at which S has made a share of its way to the plateau."""
    plateau = curve[-max(1, curve.size // 5) :].mean()
    reached = np.flatnonzero(curve >= curve[0] + share * (plateau - curve[0]))
    return int(reached[0]) + 1 if reached.size else curve.size


def scaling_window(curve: Floats, period: float) -> tuple[int, int] | None:
    """Longest part of S(k) whose local slopes vary by less than 20 %, as a slice; None if none.

    Parameters
    ----------
    curve : (K,) array
        S(k) for k = 0, 1, ...
    period : float
        Mean period in samples: local slopes are taken over this many.
    """
    end = reach(curve)
    if end < 3:
        return None
    # Centred differences, narrower towards the ends: a steep start must not be smoothed away.
    lag = np.arange(end)
    half = np.minimum(np.minimum(lag, curve.size - 1 - lag), round(period / 2))
    before, after = np.maximum(lag - np.maximum(half, 1), 0), lag + np.maximum(half, 1)
    after = np.minimum(after, curve.size - 1)
    local = (curve[after] - curve[before]) / (after - before)
    guess = slope(curve, 0, end)
    if guess <= 0:
        return None
    shortest = int(max(8, np.ceil(0.5 / guess)))
    best: tuple[float, int, int] | None = None
    for start in range(end - shortest + 1):
        part = local[start:]
        mean = np.cumsum(part) / np.arange(1, part.size + 1)
        most, least = np.maximum.accumulate(part), np.minimum.accumulate(part)
        fine = (mean > 0) & (most <= 1.2 * mean) & (least >= 0.8 * mean)
        sizes = np.flatnonzero(fine) + 1
        sizes = sizes[sizes >= shortest]
        if sizes.size and (best is None or sizes[-1] > best[0]):
            best = (float(sizes[-1]), start, start + int(sizes[-1]))
    return None if best is None else best[1:]


def slope(curve: Floats, start: int, stop: int) -> float:
    """Least-squares slope of ``curve[start:stop]`` per sample."""
    lag = np.arange(start, stop) - (start + stop - 1) / 2
    return float(lag @ curve[start:stop] / (lag @ lag))


def curve_slopes(
    points: Floats, setting: Setting, most: int, *, coarse: bool = False
) -> list[Slope]:
    """Slopes of the straight parts: one for Rosenstein, one for each filled radius for Kantz.

    The first is the one to show: the smallest radius with a straight part, else the largest. A
    curve without a straight part is taken up to where it bends. Empty without neighbours.
    """
    curves = divergence_curves(
        points, setting.steps, theiler=setting.theiler, half=setting.half,
        method=setting.method, beyond=setting.beyond, most=most,
        chunk=int(np.ceil(2 * setting.period)) if coarse else 0,
    )  # fmt: skip
    found = []
    for number, divergence in enumerate(curves):
        filled = divergence.used[:, 0].mean() >= 0.5 or number == len(curves) - 1
        if not (filled and divergence.used.any() and np.isfinite(divergence.curve).all()):
            continue
        part = scaling_window(divergence.curve, setting.period)
        start, stop = part or (0, max(3, reach(divergence.curve)))
        found.append(Slope(divergence, start, stop, part is not None, number))
    straight = [each for each in found if each.straight]
    return straight or found[-1:]

"""The course of an orbit under its tangent vectors, and what may be said of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dsr.metrics.doors import Floats
from dsr.metrics.invariants.clock import BOUNDED_GROWTH, RESOLUTION, zero_band
from dsr.metrics.invariants.escape import gone, leaving
from dsr.metrics.invariants.orbits import BLOCKS, Orbit

_CELLS = 64
_LOOKS = 4
_REST = 1e-10
_TOLERANCE = 0.02
_PERIODS = 5
"""Fewest mean periods over which a drift is told from a swing."""
_DWARFED = 1e3
_DECAYED = -8.0
"""Logarithm of a decay that is not taken for the uneven pace of a cycle."""


class Course(NamedTuple):
    """Growth of the tangent vectors along an orbit, and what became of the orbit."""

    cells: Floats
    """Exponents (40 times the cells of a block, K) over short stretches; NaN once not finite."""
    cell_time: float
    period: float
    """Mean period, in time units."""
    resting: bool
    """It stands still, or its motion dies out."""
    autonomous: bool
    lost: str
    """Why it has no exponents in the limit, as a sentence; empty for an orbit that stays."""

    @property
    def swing(self) -> float:
        """Range of the logarithm by which the first vector grew along the way."""
        return float(np.ptp(np.cumsum(self.cells[:, 0]))) * self.cell_time


def follow(orbit: Orbit, V: Floats) -> Course:
    """Run an orbit through its transient and 40 blocks of cells, and watch where it goes."""
    setting = orbit.setting
    intervals = setting.block // setting.interval
    # Blocks of whole cells, each of whole intervals; few steps are left over.
    parts = intervals
    if intervals > _CELLS:
        parts = min(range(_CELLS, _CELLS // 2, -1), key=lambda k: (intervals % k, -k))
    steps = intervals // parts * setting.interval
    cells = np.full((BLOCKS * parts, setting.vectors), np.nan)
    with np.errstate(over="ignore", invalid="ignore"):
        orbit.settle(V)
    period, early = 1.0, np.nan
    lost = "" if not gone(orbit.state, orbit.bounded) else _left(orbit, "in the transient")
    if not lost:
        period, early = orbit.period(), _size(orbit.motion())
    groups = np.array_split(np.arange(parts), min(_LOOKS, parts))
    samples = np.full((BLOCKS, len(groups), orbit.size), np.nan)
    for b in range(BLOCKS):
        for k, group in enumerate(groups):
            if not np.isfinite(orbit.state).all():
                break
            rows = slice(b * parts + group[0], b * parts + group[-1] + 1)
            orbit.advance(V, cells[rows], steps, setting.interval)
            samples[b, k] = orbit.state
            finite = np.isfinite(cells[rows]).all()
            if not lost and (gone(orbit.state, orbit.bounded) or not finite):
                lost = _left(orbit, f"after {rows.stop * steps} of {len(cells) * steps} steps")
    cell_time = steps * setting.time_per_step
    if not lost and (len(cells) * cell_time >= _PERIODS * period or _outgrown(samples)):
        lost = _slowly(orbit, samples)
    cells /= cell_time
    late = np.nan if lost else _size(orbit.motion())
    resting = bool(late <= _REST * (1.0 + np.abs(orbit.state).max()))
    if not (resting or lost) and cells.shape[1]:
        # On a cycle the steps stay as they are; towards a point they shrink with the vectors.
        shrunk = np.log(max(late, 1e-300) / max(early, 1e-300))
        decay = cells.mean(axis=0).max() * len(cells) * cell_time
        resting = bool(decay < _DECAYED and shrunk < 0.5 * decay)
    return Course(cells, cell_time, period, resting, not lost and orbit.autonomous, lost)


class Judgement(NamedTuple):
    """What may be said of a spectrum."""

    status: str
    converged: bool
    reason: str


def judge(
    mean: Floats, half: Floats, local: Floats, long_memory: bool, duration: float, course: Course
) -> Judgement:
    """Status and convergence of exponents (K,) that fall, with half-widths and 40 blocks each."""
    if course.lost:
        return Judgement("diverged", False, course.lost)
    resolution, band = RESOLUTION / course.period, zero_band(duration)
    # Growth that comes back, and never makes more than a bounded factor, is none.
    even = course.swing <= 2.0 * BOUNDED_GROWTH
    error = min(half[0], course.swing / duration) if even else half[0]
    middle = len(local) // 2
    halves = [part[:, 0] for part in (local[:middle], local[middle:])]
    apart = abs(halves[0].mean() - halves[1].mean())
    # The difference of two halves spreads twice as widely as the mean of both.
    drifts = apart >= 3.0 * half[0] + 1e-12 * abs(mean[0])
    wanted = max(resolution, _TOLERANCE * abs(mean[0]))
    reason = ""
    if error > wanted:
        why = ", and the memory of the orbit is long" if long_memory else ""
        reason = (
            f"the largest exponent is known to {error:.2g} only, and {wanted:.2g} is asked for"
            f"{why}; a longer orbit would narrow it"
        )
    elif drifts:
        reason = "the two halves of the orbit differ in the largest exponent by more than chance"
    zero = np.maximum(half, band)
    converged = not reason
    if course.resting and mean[0] < 0.0:
        return Judgement("fixed_point", converged, reason)
    # Growth may be certain before its rate is known to two per cent.
    sure = not drifts and mean[0] > 2.0 * half[0]
    if mean[0] > zero[0] and sure:
        return Judgement("chaotic", converged, reason)
    if mean[0] < -zero[0]:
        # An autonomous flow that decays can only rest; a map may cycle.
        status = "fixed_point" if course.autonomous else "periodic"
        return Judgement(status, converged, reason)
    decays = course.autonomous and mean[0] < min(-1.0 / duration, -10.0 * half[0])
    if (
        (half[0] > max(resolution, band) and not even)
        or mean[0] > max(zero[0], resolution)
        or decays
    ):
        reason = reason or "whether the largest exponent is zero is not certain"
        return Judgement("not_converged", False, reason)
    second = len(mean) > 1 and mean[1] < -zero[1]
    return Judgement("periodic" if second else "neutral", converged, reason)


def _outgrown(samples: Floats) -> bool:
    """Whether the state at the end dwarfs that of the first block, as no swing does."""
    size = np.abs(samples).max(axis=(1, 2))
    return bool(size[-1] > _DWARFED * size[0])


def _slowly(orbit: Orbit, samples: Floats) -> str:
    """Why an orbit that is still finite has no exponents; empty if it stays."""
    grow = np.flatnonzero(leaving(samples) & orbit.bounded)
    away = [i for i in grow if not orbit.on_circle(int(i))]
    if not away:
        return ""
    distance = np.abs(samples[-1, :, away] - samples[0, :, away].mean(axis=-1)[:, None]).max()
    return (
        f"the orbit leaves to infinity: it is {distance:.3g} from where it began and still moves "
        "away at the end (declare a variable on a circle by angles=, or start elsewhere by "
        "initial=)"
    )


def _left(orbit: Orbit, when: str) -> str:
    size = np.abs(orbit.state).max()
    where = f"reached {size:.3g}" if np.isfinite(size) else "left the finite numbers"
    return f"the orbit leaves to infinity: it {where} {when}; start elsewhere by initial="


def _size(vector: Floats) -> float:
    return float(np.abs(vector).max())

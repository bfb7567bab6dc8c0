"""A sentence about generated series, derived from numbers by a fixed rule.

One judgement over all trajectories together. Whether run and reference differ is asked by a
permutation test over segments (`dsr.metrics.judging.sameness`); how they differ by distances, of
the run, of recordings of the system (the noise floor) and of Gaussian clouds (no dynamics), all at
one common length, since the divergence depends strongly on it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dsr.metrics.doors import Floats
from dsr.metrics.judging.degenerate import degeneracy
from dsr.metrics.judging.distances import Aspect, Interval, Measured
from dsr.metrics.judging.noise_floor import Settings, Yardstick
from dsr.metrics.judging.pools import Pool, distinct
from dsr.metrics.judging.sameness import LEAST_SEGMENTS, LEVEL, PARTS, Found, Sameness

EQUAL, SHORT, NONE, UNDECIDED = "equal", "short", "none", "undecided"
SENTENCES = {
    EQUAL: "indistinguishable from the reference",
    SHORT: "better than a Gaussian cloud, short of the reference",
    NONE: "no better than a Gaussian cloud",
}

_RECORDINGS_LEVEL = 0.01
_WORDS = {"geometry": "geometry", "order": "order", "spectra": "time"}
_GEOMETRY = ("nearest_neighbour_divergence", "state_space_divergence")


@dataclass(frozen=True)
class Verdict:
    """What was found of the runs together.

    Attributes
    ----------
    fate : str
        How the run is degenerate; empty where it is not.
    undecided_because : str
        Why the data cannot decide and what would; empty where they can.
    found : Found
        Of the test of sameness.
    words : dict of str to str
        Of geometry, order and time: equal, short, none or undecided.
    scores : dict of str to Measured
        Distances of all trajectories together, by the names of their scores.
    each : dict of str to list of Interval
        Distances of each trajectory; the ends of those that were not resampled are NaN.
    spectral : list of Interval
        Spectral distance of each trajectory.
    per_variable : array (N,)
        Spectral distance of each variable, median over trajectories.
    recordings_p : float
        P-value of the reference against its recordings; NaN without any.
    like_recordings : bool
        Where those differ: whether the run is like the recordings alone.
    """

    yardstick: Yardstick
    fate: str
    undecided_because: str
    found: Found
    words: dict[str, str]
    scores: dict[str, Measured]
    each: dict[str, list[Interval]]
    spectral: list[Interval]
    per_variable: Floats
    recordings_p: float
    like_recordings: bool

    def sentence(self, withheld: list[str]) -> str:
        """The verdict.

        Parameters
        ----------
        withheld : list of str
            Why a run that the test cannot tell from the reference is not called like it.
        """
        if self.fate:
            return f"degenerate: {self.fate}"
        if self.undecided_because:
            return f"undecided: {self.undecided_because}"
        if NONE in self.words.values():
            return SENTENCES[NONE]
        passed = self.found.p_value > LEVEL and not withheld
        return SENTENCES[EQUAL if passed else SHORT]


def judge(
    targets: Pool, recordings: Pool | None, runs: Pool, wholes: Pool, settings: Settings
) -> Verdict:
    """Judge generated series.

    Parameters
    ----------
    targets : list of arrays (T_i, N)
        Trajectories of the reference.
    recordings : list of arrays (T_j, N), or None
        Independent recordings of the system.
    runs : list of arrays (T_k, N)
        One beside each target.
    wholes : list of arrays
        The same before any cut, on which degeneracy is judged.
    settings : Settings
    """
    lengths = [len(run) for run in runs]
    yardstick = Yardstick.of(targets, recordings, lengths, settings)
    once = distinct(wholes)
    single = [runs[k] for k in once]
    fate = _fate(targets, recordings, [wholes[k] for k in once])
    together = yardstick.pool(runs)
    scores = {
        name: aspect.measure(together, np.random.default_rng([settings.seed, 4]))
        for name, aspect in yardstick.pooled.aspects.items()
    }
    each = _each(yardstick, runs, scores, settings)
    spectral, per_variable = _spectral(yardstick, runs, settings)
    sameness = yardstick.sameness
    why = sameness.undecided_because
    found = Found(math.nan, dict.fromkeys(PARTS, math.nan), sameness.segments, 0)
    like_recordings = False
    if fate != "diverged":
        found = sameness.test(single)
        if not fate and not why and found.segments_generated < LEAST_SEGMENTS // 2:
            why = _too_short(sameness, found)
    recordings_p = sameness.recordings_p
    words = _words(yardstick, found, scores, spectral, why)
    if not fate and not why and recordings_p <= _RECORDINGS_LEVEL:
        assert recordings is not None
        if found.p_value <= LEVEL:
            alone = yardstick.alone(recordings)
            like_recordings = alone.test(single).p_value > LEVEL
        if not like_recordings and NONE not in words.values():
            why = (
                "reference and recordings of the system differ from each other "
                f"(p = {recordings_p:.3f}), so neither shows what it does in the long run; "
                "a longer record, or more of them, would decide"
            )
            words = dict.fromkeys(words, UNDECIDED)
    return Verdict(
        yardstick, fate, why, found, words, scores, each, spectral, per_variable, recordings_p,
        like_recordings,
    )  # fmt: skip


def _fate(targets: Pool, recordings: Pool | None, wholes: Pool) -> str:
    """How most of the runs are degenerate; of equally many the first, and none if most are not."""
    fates = [degeneracy(targets, whole, recordings) or "" for whole in wholes]
    if "diverged" in fates:
        return "diverged"
    bad = [fate for fate in fates if fate]
    return max(bad, key=bad.count) if 2 * len(bad) >= len(fates) and bad else ""


def _too_short(sameness: Sameness, found: Found) -> str:
    least = LEAST_SEGMENTS * sameness.segment_length
    return (
        f"the run holds {found.segments_generated} segments of {sameness.segment_length} samples, "
        f"too few to compare; a run of about {least:,} samples would decide"
    )


def _words(
    yardstick: Yardstick, found: Found, scores: dict[str, Measured], spectral: list[Interval],
    why: str,
) -> dict[str, str]:  # fmt: skip
    """Each part: equal where the test sees no difference, none where a cloud is as close.

    A run that diverged has no p-value, and no part of the system.
    """
    if math.isnan(found.p_value):
        return dict.fromkeys(_WORDS.values(), NONE)
    if why:
        return dict.fromkeys(_WORDS.values(), UNDECIDED)
    cloud = yardstick.sameness.cloud.parts
    words = {}
    for part, word in _WORDS.items():
        words[word] = EQUAL if found.parts[part] > LEVEL else SHORT
        # A part in which a cloud passes for the system can call nothing a cloud.
        if words[word] == SHORT and cloud[part] <= LEVEL:
            if part == "spectra":
                none = _spectral_none(yardstick, spectral)
            elif part == "geometry":
                name = next(name for name in _GEOMETRY if name in scores)
                none = no_better(yardstick.pooled.aspects[name], scores[name])
            else:
                # A divergence of lagged pairs is cheap for a cloud, which is everywhere, and dear
                # for a thin orbit a little beside: it cannot say which of the two is closer.
                none = False
            words[word] = NONE if none else SHORT
    return words


def no_better(aspect: Aspect, measured: Measured) -> bool:
    """Whether a run is no closer to the reference than a cloud, by a score that can tell."""
    return not aspect.saturated and not measured.clear_of_clouds


def _spectral_none(yardstick: Yardstick, spectral: list[Interval]) -> bool:
    clouds = [s for _, ruler in yardstick.parts if ruler.spectra for s in ruler.spectra.clouds]
    # Not clearly closer is no closer: the upper end of its interval, where there is one.
    ends = [one.value if math.isnan(one.high) else one.high for one in spectral]
    own = float(np.median(ends))
    return own >= float(np.quantile(clouds, 0.05))


def _each(
    yardstick: Yardstick, runs: Pool, scores: dict[str, Measured], settings: Settings
) -> dict[str, list[Interval]]:
    """Distances of each trajectory; of many only some are resampled."""
    if len(runs) == 1:
        return {name: [measured.own] for name, measured in scores.items()}
    rulers = dict(yardstick.parts)
    each: dict[str, list[Interval]] = {name: [] for name in scores}
    for k, run in enumerate(runs):
        beside = [run[: yardstick.cuts[k]]]
        for name, values in each.items():
            if k in rulers:
                rng = np.random.default_rng([settings.seed, 4])
                values.append(rulers[k].aspects[name].measure(beside, rng).own)
            else:
                space = yardstick.space_of(k, name)
                values.append(Interval(space.divergence(beside), math.nan, math.nan))
    return each


def _spectral(
    yardstick: Yardstick, runs: Pool, settings: Settings
) -> tuple[list[Interval], Floats]:
    found, rows = [], []
    rulers = dict(yardstick.parts)
    for k, run in enumerate(runs):
        beside = run[: yardstick.cuts[k]]
        ruler = rulers.get(k)
        spectra = None if ruler is None else ruler.spectra
        reference = yardstick.spectrum_of(k) if spectra is None else spectra.reference
        per_variable = reference.per_variable(beside)
        value = float(per_variable.mean())
        low = high = math.nan
        if spectra is not None and np.isfinite(beside).all() and (per_variable < 1.0).all():
            spread = spectra.spread(beside, np.random.default_rng([settings.seed, 5]))
            ends = np.quantile(spread, [0.025, 0.975]) - np.median(spread)
            low, high = max(0.0, value + ends[0]), min(value + ends[1], 1.0)
        found.append(Interval(value, float(low), float(high)))
        rows.append(per_variable)
    return found, np.asarray(np.median(rows, axis=0))

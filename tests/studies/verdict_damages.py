"""What is done to the truth in the study of the verdict, from a wrong parameter to a tape loop.

Each damage gives the pieces of a run from those of an independent, true one. A damage that cannot
be done to a process (it has no parameter to change, it leaves the finite numbers) gives None, and
so does one that leaves the process what it is: a reversed film of a reversible process is true.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from verdict_systems import Process

from dsr.errors import DivergedError
from dsr.metrics.spectra.timescales import mean_period
from dsr.metrics.surrogates import cloud_like, iaaft_like

Pieces = list[np.ndarray]


@dataclass
class Truth:
    """A true run, what a model would be fitted to, and how to draw the process anew."""

    process: Process
    seed: int
    run: Pieces
    recording: Pieces
    view: str
    rng: np.random.Generator

    def other(self, factor: float = 1.0, clock: float = 1.0) -> Pieces | None:
        """Draw the process with another parameter or clock."""
        try:
            return pieces(self.process, self.seed, "run", sum(map(len, self.run)), factor, clock)
        except DivergedError:
            return None


def pieces(
    process: Process, seed: int, role: str, samples: int, factor: float = 1.0, clock: float = 1.0
) -> Pieces:
    """Draw one long stretch, or many short ones from starts of their own."""
    if not process.pieces:
        return [process.stretch(seed, samples, role, factor, clock)]
    return [
        process.stretch(seed, process.pieces, f"{role} {k}", factor, clock)
        for k in range(samples // process.pieces)
    ]


def _parameter(truth: Truth, factor: float) -> Pieces | None:
    return truth.other(factor=factor) if truth.process.parameter else None


def _time(truth: Truth, clock: float) -> Pieces | None:
    return truth.other(clock=clock) if truth.process.clock else None


def _first_variable(truth: Truth, factor: float = 1.0, shift: float = 0.0) -> Pieces:
    x = np.concatenate(truth.run)
    centre, deviation = x[:, 0].mean(), x[:, 0].std()
    made = [part.copy() for part in truth.run]
    for part in made:
        part[:, 0] = centre + factor * (part[:, 0] - centre) + shift * deviation
    return made


def _noise(truth: Truth, level: float) -> Pieces:
    scale = level * np.concatenate(truth.run).std(axis=0)
    return [part + scale * truth.rng.standard_normal(part.shape) for part in truth.run]


def _amplitude(truth: Truth, factor: float) -> Pieces:
    centre = np.concatenate(truth.run).mean(axis=0)
    return [centre + factor * (part - centre) for part in truth.run]


def _iaaft(truth: Truth) -> Pieces:
    return [iaaft_like(part, truth.rng, 50) for part in truth.run]


def _linear(truth: Truth) -> Pieces:
    """Run a VAR(1) fitted to the recording, with its own residuals' covariance."""
    x = np.concatenate(truth.recording)
    centre = x.mean(axis=0)
    before = np.concatenate([part[:-1] for part in truth.recording]) - centre
    after = np.concatenate([part[1:] for part in truth.recording]) - centre
    step = np.linalg.lstsq(before, after, rcond=None)[0]
    left = after - before @ step
    made = []
    for part in truth.run:
        kicks = cloud_like(left, truth.rng, len(part) + 500)
        y = np.empty_like(kicks)
        y[0] = kicks[0]
        for k in range(1, len(y)):
            y[k] = y[k - 1] @ step + kicks[k]
        made.append(centre + y[500:])
    return made


def _cloud(truth: Truth) -> Pieces:
    x = np.concatenate(truth.recording)
    return [cloud_like(x, truth.rng, len(part)) for part in truth.run]


def _shuffled(truth: Truth) -> Pieces:
    return [part[truth.rng.permutation(len(part))] for part in truth.run]


def _blocks(truth: Truth, size: int = 100) -> Pieces | None:
    if len(truth.run[0]) < 4 * size:
        return None
    made = []
    for part in truth.run:
        starts = size * truth.rng.permutation(len(part) // size)
        made.append(np.concatenate([part[s : s + size] for s in starts]))
    return made


def _tiled(truth: Truth, share: float = 0.1) -> Pieces:
    """Repeat the first tenth of each piece: a tape loop with a splice."""
    return [part[np.arange(len(part)) % max(2, round(share * len(part)))] for part in truth.run]


def _reversed(truth: Truth) -> Pieces | None:
    scalar = truth.view == "delay" or truth.run[0].shape[1] == 1
    kind = truth.process.reversible
    if kind == "yes" or (kind == "one variable" and scalar):
        return None
    return [part[::-1].copy() for part in truth.run]


def _cycle(truth: Truth) -> Pieces | None:
    """Repeat the loop of about one mean period that closes best, as a model stuck on a cycle."""
    if not truth.process.chaotic:
        return None
    x = truth.run[0]
    period = float(np.median([mean_period(column) for column in x.T]))
    lags = np.arange(max(2, int(0.5 * period)), int(2.5 * period) + 2)
    lags = lags[lags < len(x) // 2]
    if not len(lags):
        return None
    scaled = x / x.std(axis=0)
    gaps = [
        np.abs(scaled[lag:] - scaled[:-lag]).max(axis=1) for lag in lags[:: len(lags) // 60 + 1]
    ]
    best = int(np.argmin([gap.min() for gap in gaps]))
    lag, start = int(lags[:: len(lags) // 60 + 1][best]), int(np.argmin(gaps[best]))
    return [x[start + np.arange(len(part)) % lag] for part in truth.run]


Damage = Callable[[Truth], Pieces | None]

DAMAGES: dict[str, Damage] = {
    "truth": lambda truth: truth.run,
    **{f"parameter {p:+d} %": partial(_parameter, factor=1.0 + p / 100) for p in (-5, 5, -10, 10)},
    **{f"time x {c:g}": partial(_time, clock=c) for c in (1.02, 1.05, 1.1)},
    "one variance +10 %": partial(_first_variable, factor=1.1**0.5),
    "one deviation +10 %": partial(_first_variable, factor=1.1),
    "one shifted by 0.1": partial(_first_variable, shift=0.1),
    **{f"noise {p} %": partial(_noise, level=p / 100) for p in (2, 5, 10)},
    "reversed": _reversed,
    "IAAFT": _iaaft,
    "VAR(1)": _linear,
    "Gaussian cloud": _cloud,
    "shuffled": _shuffled,
    "blocks of 100 shuffled": _blocks,
    "amplitude x 0.5": partial(_amplitude, factor=0.5),
    "amplitude x 0.3": partial(_amplitude, factor=0.3),
    "tiled": _tiled,
    "cycle": _cycle,
}


def damaged(name: str, truth: Truth) -> Pieces | None:
    """Apply a damage by name; None where it cannot be done or would leave a true run."""
    if name in truth.process.sound:
        return None
    return DAMAGES[name](truth)

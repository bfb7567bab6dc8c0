"""One judgement of the study of the verdict: draw, damage, embed, ask, and note what was said."""

from __future__ import annotations

import math
import zlib
from typing import Any

import numpy as np
import verdict_noise  # noqa: F401  (adds its processes)
from verdict_damages import DAMAGES, Pieces, Truth, damaged, pieces
from verdict_systems import PROCESSES, Process

import dsr
from dsr.data.series import make_series
from dsr.errors import InputError
from dsr.metrics.judging.degenerate import degeneracy
from dsr.metrics.judging.sameness import LEVEL, Sameness
from dsr.metrics.spectra.timescales import mean_period

VIEWS = ("full", "delay")
DELAYS = 3
RECORDED = 4  # the training part is this many times the test part, as in a fit

WORDS = {
    "E": "indistinguishable from the reference",
    "S": "better than a Gaussian cloud, short of the reference",
    "N": "no better than a Gaussian cloud",
    "D": "degenerate: diverged",
    "F": "degenerate: frozen",
    "P": "degenerate: periodic",
    "U": "undecided: ...",
    "R": "refused: too short to be judged at all",
    "-": "not done: the damage does not apply to this process",
}
PARTS = ("p_value", "p_geometry", "p_order", "p_spectra")
WAYS = ("evaluate", "test")
ASKED = ("state_space_divergence", "hellinger_spectral_distance")


def letter(sentence: str) -> str:
    """Shorten a verdict to one letter of `WORDS`."""
    if sentence.startswith("undecided: "):
        return "U"
    return {words: key for key, words in WORDS.items()}[sentence]


def embedded(parts: Pieces, delay: int) -> Pieces:
    """Three delays of the first variable."""
    lost = (DELAYS - 1) * delay
    return [
        np.column_stack([x[d * delay : len(x) - lost + d * delay, 0] for d in range(DELAYS)])
        for x in parts
    ]


class Judge:
    """One reference and recording, asked about many runs, in one of two ways.

    ``"evaluate"`` is what a user sees: the sentence of `dsr.metrics.evaluate`. ``"test"`` is the
    test beneath it, which prepares the reference once and is several times as fast: E, S (for
    different, be it short or none), U, or a degenerate run.
    """

    def __init__(self, x: Pieces, b: Pieces | None, way: str, seed: int) -> None:
        self.x, self.b, self.way, self.seed = x, b, way, seed
        if way == "test":
            self.sameness = Sameness(x, b or [], seed=seed)

    def of(self, y: Pieces) -> dict[str, Any]:
        """Say what is found of a run: a letter, p-values, segments, the mean period."""
        return self._tested(y) if self.way == "test" else self._evaluated(y)

    def _evaluated(self, y: Pieces) -> dict[str, Any]:
        b = None if self.b is None else _series(self.b)
        try:
            attrs = dsr.metrics.evaluate(
                _series(self.x), _series(y), independent=b, metrics=ASKED, seed=self.seed
            ).attrs
        except InputError:
            nothing = dict.fromkeys(PARTS, math.nan)
            return {"verdict": "R", "segments": 0, "period": math.nan, **nothing}
        return {
            "verdict": letter(attrs["verdict"]),
            "segments": int(attrs.get("segments", 0)),
            "period": float(attrs.get("mean_period", math.nan)),
            **{name: float(attrs.get(name, math.nan)) for name in PARTS},
        }

    def _tested(self, y: Pieces) -> dict[str, Any]:
        test = self.sameness
        fates = {degeneracy(x, run, (self.b or self.x)[0])
                 for x, run in zip(self.x, y, strict=True)}  # fmt: skip
        found = test.test(y)
        if len(fates) == 1 and (fate := fates.pop()) is not None:
            word = letter(f"degenerate: {fate}")
        elif test.undecided_because:
            word = "U"
        else:
            word = "S" if found.p_value <= LEVEL else "E"
        return {
            "verdict": word, "segments": found.segments, "period": test.mean_period,
            "p_value": found.p_value,
            **{f"p_{part}": value for part, value in found.parts.items()},
        }  # fmt: skip


def _series(parts: Pieces) -> Any:
    return make_series(np.stack(parts), dt=1.0, time_unit="step")


def cases(process: Process, view: str) -> bool:
    """Whether a view of the process is studied: trajectories of 250 samples are not embedded."""
    return view == "full" or not process.pieces


def judgements(
    name: str, length: int, seed: int, wanted: list[tuple[str, bool, str]], way: str
) -> list[dict[str, Any]]:
    """Judge one draw of a process: each of the wanted (view, with recording, damage).

    The test part follows the training part in one recording, as in a fit; the run is another one.
    What cannot be done to this process has the letter "-".
    """
    process = PROCESSES[name]
    recording = pieces(process, seed, "recording", (RECORDED + 1) * length)
    if process.pieces:
        count = length // process.pieces
        x, b = recording[:count], recording[count:]
    else:
        x, b = [recording[0][-length:]], [recording[0][:-length]]
    run = pieces(process, seed, "run", length)
    delay = max(1, round(mean_period(b[0][:, 0]) / 6.0))
    if length <= (DELAYS - 1) * delay + 8:
        wanted = [key for key in wanted if key[0] == "full"]
    judges: dict[tuple[str, bool], Judge] = {}
    found = []
    for view, with_recording, damage in wanted:
        rng = np.random.default_rng([seed, length, zlib.crc32(damage.encode())])
        y = damaged(damage, Truth(process, seed, run, b, view, rng))
        said: dict[str, Any] = {"verdict": "-", "period": math.nan}
        if y is not None:
            seen = (lambda parts: embedded(parts, delay)) if view == "delay" else list
            if (view, with_recording) not in judges:
                judges[view, with_recording] = Judge(
                    seen(x), seen(b) if with_recording else None, way, seed
                )
            said = judges[view, with_recording].of(seen(y))
        if math.isnan(said["period"]):
            said["period"] = max(mean_period(column) for column in b[0].T)
        periods = sum(map(len, x)) / said.pop("period")
        found.append({
            "length": length, "view": view, "recording": with_recording, "damage": damage,
            "seed": seed, "periods": periods, **said,
        })  # fmt: skip
    return found


__all__ = ["DAMAGES", "PARTS", "PROCESSES", "VIEWS", "WAYS", "WORDS", "cases", "judgements"]

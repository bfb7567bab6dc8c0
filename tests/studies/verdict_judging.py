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
}
PARTS = ("p_value", "p_geometry", "p_order", "p_spectra")


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


def verdict(x: Pieces, y: Pieces, b: Pieces | None, seed: int) -> dict[str, Any]:
    """Ask `dsr.metrics.evaluate`, and keep what the study counts."""
    x, y, b = (None if parts is None else _series(parts) for parts in (x, y, b))
    try:
        attrs = dsr.metrics.evaluate(x, y, independent=b, seed=seed).attrs
    except InputError:
        return {"verdict": "R", "segments": 0, "period": math.nan} | dict.fromkeys(PARTS, math.nan)
    return {
        "verdict": letter(attrs["verdict"]),
        "segments": int(attrs.get("segments", 0)),
        "period": float(attrs.get("mean_period", math.nan)),
        **{name: float(attrs.get(name, math.nan)) for name in PARTS},
    }


def _series(parts: Pieces) -> Any:
    return make_series(np.stack(parts), dt=1.0, time_unit="step")


def cases(process: Process, view: str) -> bool:
    """Whether a view of the process is studied: trajectories of 250 samples are not embedded."""
    return view == "full" or not process.pieces


def judgements(
    name: str, length: int, seed: int, wanted: list[tuple[str, bool, str]]
) -> list[dict]:
    """Judge one draw of a process: each of the wanted (view, with recording, damage).

    The test part follows the training part in one recording, as in a fit; the run is another one.
    """
    process = PROCESSES[name]
    recording = pieces(process, seed, "recording", (RECORDED + 1) * length)
    if process.pieces:
        count = length // process.pieces
        x, b = recording[:count], recording[count:]
    else:
        x, b = [recording[0][-length:]], [recording[0][:-length]]
    run = pieces(process, seed, "run", length)
    found = []
    for view, with_recording, damage in wanted:
        rng = np.random.default_rng([seed, length, zlib.crc32(damage.encode())])
        y = damaged(damage, Truth(process, seed, run, b, view, rng))
        if y is None:
            continue
        at_hand = [x, y, b]
        if view == "delay":
            delay = max(1, round(mean_period(b[0][:, 0]) / 6.0))
            at_hand = [embedded(parts, delay) for parts in at_hand]
        if min(len(part) for part in at_hand[0]) < 2:
            continue
        said = verdict(at_hand[0], at_hand[1], at_hand[2] if with_recording else None, seed)
        if math.isnan(said["period"]):
            said["period"] = max(mean_period(column) for column in at_hand[2][0].T)
        periods = sum(len(part) for part in at_hand[0]) / said.pop("period")
        found.append({
            "length": length, "view": view, "recording": with_recording, "damage": damage,
            "seed": seed, "periods": periods, **said,
        })  # fmt: skip
    return found


__all__ = ["DAMAGES", "PARTS", "PROCESSES", "VIEWS", "WORDS", "cases", "judgements"]

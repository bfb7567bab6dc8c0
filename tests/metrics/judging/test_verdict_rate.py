"""The study of the verdict in two minutes: a seeded part of it, with what it promises.

The whole of it (`make study-verdict`) is in ``docs/results/verdict_study.json``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "studies"))

from verdict import arguments, keep
from verdict_damages import DAMAGES
from verdict_judging import PROCESSES, judgements
from verdict_summary import report, summary

LENGTH = 4_000
DRAWS = 3
TRUE = ("lorenz63", "halvorsen", "henon", "van_der_pol", "torus", "duffing", "henon_heiles",
        "ou_1", "ou_2", "noisy_cycle", "double_well", "two_lorenz")  # fmt: skip
WRONG = {
    "lorenz63": ("parameter +10 %", "one deviation +10 %", "noise 10 %", "reversed", "IAAFT",
                 "VAR(1)", "Gaussian cloud", "shuffled", "amplitude x 0.3", "cycle"),
    "henon": ("parameter -10 %", "noise 10 %", "reversed", "shuffled"),
    "van_der_pol": ("time x 1.1", "one deviation +10 %", "noise 10 %", "reversed"),
    "ou_1": ("amplitude x 0.3", "shuffled", "Gaussian cloud"),
    "ou_2": ("reversed", "shuffled"),
    "torus": ("reversed", "shuffled", "time x 1.1"),
    "two_lorenz": ("shuffled", "IAAFT", "reversed"),
}  # fmt: skip


def judge(name: str, *damages: str, draws: int = 1, length: int = LENGTH) -> list[dict]:
    """Judge as a user would, in full and with a training part."""
    wanted = [("full", True, damage) for damage in damages]
    return [
        found
        for seed in range(draws)
        for found in judgements(name, length, seed, wanted, "evaluate")
    ]


@pytest.mark.slow
def test_the_truth_passes_at_the_stated_rate() -> None:
    said = {name: "".join(f["verdict"] for f in judge(name, "truth", draws=DRAWS)) for name in TRUE}
    passed = sum(letters.count("E") for letters in said.values())
    undecided = sum(letters.count("U") for letters in said.values())
    assert passed >= 0.93 * (DRAWS * len(TRUE) - undecided), said
    assert undecided <= 0.2 * DRAWS * len(TRUE), said


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_flagged(name: str) -> None:
    found = {f["damage"]: f["verdict"] for f in judge(name, *WRONG[name])}
    assert set(found) == set(WRONG[name])
    assert not [damage for damage, letter in found.items() if letter not in "SNDFP"], found


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lorenz63", "ou_1", "van_der_pol", "henon"])
def test_sixty_samples_are_never_called_worthless_nor_a_copy_at_a_third_right(name: str) -> None:
    found = judge(name, "truth", "amplitude x 0.3", draws=3, length=60)
    assert "N" not in {f["verdict"] for f in found if f["damage"] == "truth"}
    assert "E" not in {f["verdict"] for f in found if f["damage"] == "amplitude x 0.3"}


def test_each_draw_is_another_and_the_same_again() -> None:
    for name in ("henon", "logistic", "van_der_pol", "torus", "ou_1", "ou_2", "short_lorenz"):
        process = PROCESSES[name]
        first, again = (process.stretch(0, 200, "run") for _ in range(2))
        assert first.tobytes() == again.tobytes()
        assert abs(first - process.stretch(1, 200, "run")).max() > 1e-3, name
        assert abs(first - process.stretch(0, 200, "recording")).max() > 1e-3, name


def test_the_study_covers_what_was_promised() -> None:
    groups = {process.group for process in PROCESSES.values()}
    assert len(PROCESSES) >= 24
    assert groups >= {"chaotic flow", "map", "cycle", "forced", "conservative", "delay",
                      "stochastic", "many variables"}  # fmt: skip
    assert set(arguments([]).lengths) >= {60, 150, 400, 2_000, 20_000, 100_000}
    assert {"truth", "reversed", "noise 10 %", "time x 1.05"} <= set(DAMAGES)


def test_undecided_counts_against_the_truth_only_in_long_references() -> None:
    document: dict = {"runs": {}}
    for seed, word in enumerate("EEUS"):
        for periods, view in ((20.0, "full"), (200.0, "delay")):
            keep(document, "lorenz63", [{
                "length": 400, "view": view, "recording": True, "damage": "truth", "seed": seed,
                "periods": periods, "verdict": word, "segments": 9, "p_value": 0.5,
                "p_geometry": 0.5, "p_order": 0.6, "p_spectra": 0.7,
            }])  # fmt: skip
    found = summary(document)
    cases = found["size"]["by_case"]
    assert cases["full, with recording"]["counted"] == 3
    assert cases["delay, with recording"]["counted"] == 4
    assert found["size"]["all"]["share"] == pytest.approx(4 / 7, abs=1e-3)
    assert found["power"]["few"]["truth"]["400"] == {
        "judged": 4, "flagged": 1, "share": 0.25, "undecided": 0.25,
    }  # fmt: skip
    assert "NOT MET" in report(found)

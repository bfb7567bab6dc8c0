"""Tables that fit a terminal."""

from __future__ import annotations

from typing import Any

import pytest

from dsr.cli.console import (
    baselines_table,
    exponent_lines,
    hanging,
    judgement_lines,
    metrics_table,
    verdict_lines,
)
from dsr.metrics.judging.facts import FACTS

NAMES = ("state_space_divergence", "hellinger_spectral_distance", "prediction_error",
         "largest_lyapunov_exponent")  # fmt: skip


def summary(count: int) -> dict[str, object]:
    entry = {"verdict": "better than a Gaussian cloud, short of the reference", "reason": None}
    scores = dict.fromkeys(NAMES, -1.25e-7)
    return {
        "model": "shallow-plrnn",
        "verdict": "indistinguishable from the reference",
        "metrics": {name: {"value": 0.123456} for name in NAMES},
        "baselines": {f"a-long-baseline-{k}": {**entry, "metrics": scores} for k in range(count)}
        | {"sindy": {"verdict": None, "metrics": {}, "reason": "too many terms, " * 20
                     + "fit it by itself with model='sindy'"}},
    }  # fmt: skip


def test_baselines_stand_in_columns_and_never_wider_than_a_terminal() -> None:
    for count in range(9):
        text = baselines_table(summary(count))
        assert max(map(len, text.splitlines())) <= 100
        assert all(text.count(f"a-long-baseline-{k}") == 2 for k in range(count))
        assert text.count("-1.25e-07") == 4 * count
    lines = baselines_table(summary(2)).splitlines()
    assert lines[0].split() == ["score", "shallow-plrnn", "a-long-baseline-0", "a-long-baseline-1"]
    assert sum(line.startswith("State-space divergence") for line in lines) == 1


def test_a_baseline_that_was_not_judged_says_why_and_has_no_column() -> None:
    text = baselines_table(summary(1))
    assert "sindy" not in text.splitlines()[0]
    assert "not judged: too many terms" in text


def test_a_hanging_text_is_never_cut() -> None:
    lines = hanging("settings", "name=value, " * 40).splitlines()
    assert len(lines) == 6
    assert all(len(line) <= 100 and line[:11].strip() in ("settings", "") for line in lines)


def test_scores_have_one_title_and_one_order_everywhere() -> None:
    entry = {"value": 0.5, "low": None, "high": None, "noise_floor": None, "surrogate": None}
    names = [*reversed(FACTS), "a_score_of_somebody_else"]
    lines = metrics_table(dict.fromkeys(names, entry), "ms").splitlines()[2:]
    shown = [line.split("  ")[0].split(", ")[0] for line in lines]
    assert shown == [*(f.title.split(", ")[0] for f in FACTS.values()), "a score of somebody else"]
    assert any(line.startswith("Largest Lyapunov exponent, per ms  ") for line in lines)


UNDECIDED = "undecided: a second recording, or about 1,200 samples, would decide"
PARTS = {"p_value": 0.0012, "p_geometry": 0.41, "p_order": 0.0012, "p_spectra": 0.8, "level": 0.05}


def attrs(verdict: str = "indistinguishable from the reference", **more: Any) -> dict[str, Any]:
    return {"verdict": verdict, "compared_length": 60, "decidable": True, **more}


def test_the_parts_of_a_verdict_stand_in_one_line() -> None:
    lines = verdict_lines(attrs(**PARTS))
    assert lines == [
        "verdict   indistinguishable from the reference",
        "tested    p 0.0012 at level 5 %: geometry 0.41, time order 0.0012, spectra 0.8",
        "compared  60 samples",
    ]
    assert not any(line.startswith("tested") for line in verdict_lines(attrs()))


def test_what_cannot_be_decided_is_told_apart_from_failure() -> None:
    because = "the reference holds 3 mean periods"
    lines = verdict_lines(attrs(UNDECIDED, decidable=False, undecided_because=because, **PARTS))
    assert lines[:2] == [f"verdict   {UNDECIDED}", f"because   {because}"]
    # Results of an older version, fresh, from a file and from a summary.
    for flag in (False, "false"):
        told = verdict_lines(attrs("no better than a Gaussian cloud", decidable=flag))[0]
        assert told.startswith("verdict   undecided: ")
    told = verdict_lines(attrs("no better than a Gaussian cloud", decidable=True))[0]
    assert told == "verdict   no better than a Gaussian cloud"
    told = verdict_lines(attrs("degenerate: frozen", decidable=False))[0]
    assert told == "verdict   degenerate: frozen"
    # What is degenerate is decided, however short the record.
    short = attrs("degenerate: frozen", decidable=False, undecided_because=because, **PARTS)
    assert not any("because" in line or "relied" in line for line in verdict_lines(short))


@pytest.mark.parametrize("reasons", [["worse than persistence"], "worse than persistence"])
def test_what_is_withheld_is_said(reasons: object) -> None:
    lines = verdict_lines(attrs(withheld_because=reasons, **PARTS))
    assert "withheld  worse than persistence" in lines
    assert not any("withheld" in line for line in verdict_lines(attrs(withheld_because="[]")))


def test_converged_stands_beside_the_exponent() -> None:
    of = {name: {"value": 0.5} for name in NAMES}
    known = {"sum": -13.7, "growing": False, "count": 3, "kaplan_yorke_dimension": 2.06}
    for converged, said in ((True, "converged"), (False, "not converged")):
        told = {"metrics": of, "lyapunov": {"converged": converged, **known}}
        lines = "\n".join(judgement_lines(told, attrs(), "")).splitlines()
        line = f"exponent  {said}; sum -13.7; Kaplan-Yorke dimension 2.06"
        # Right below the table, before anything else.
        assert lines.index(line) == len(NAMES) + 3
    assert "converged" not in "".join(judgement_lines({"metrics": of}, attrs(), ""))


def test_a_saturated_divergence_is_named() -> None:
    assert any("saturated" in line for line in verdict_lines(attrs(saturated=True)))
    assert not any("saturated" in line for line in verdict_lines(attrs(saturated="false")))


def test_implausible_exponents_are_named() -> None:
    known = {"converged": True, "sum": 0.23, "growing": True, "count": 4}
    line = exponent_lines({"lyapunov": {**known, "kaplan_yorke_dimension": 4.0}})[-1]
    assert "sum 0.23, above zero: implausible" in line
    assert "dimension 4 of 4" in line
    assert not exponent_lines({"lyapunov": {}})
    assert not exponent_lines({})


def test_a_p_value_beside_what_is_undecided_is_not_relied_on() -> None:
    lines = verdict_lines(attrs(UNDECIDED, decidable=False, **PARTS))
    assert lines[1].startswith("tested    not relied on: p 0.0012")


def test_the_table_of_scores_fits_a_terminal() -> None:
    wide = dict.fromkeys(("value", "low", "high", "noise_floor", "surrogate"), -0.123456)
    wide |= {
        f"{w}_{end}": 0.0123456 for w in ("noise_floor", "surrogate") for end in ("low", "high")
    }
    assert max(map(len, metrics_table(dict.fromkeys(NAMES, wide)).splitlines())) <= 100


def test_floors_and_surrogates_are_shown_as_the_range_of_their_draws() -> None:
    entry = {"value": 0.5, "noise_floor": 0.3, "noise_floor_low": 0.2, "noise_floor_high": 0.4,
             "surrogate": 2.5}  # fmt: skip
    line = metrics_table({"state_space_divergence": entry}).splitlines()[-1]
    assert "0.2 to 0.4" in line
    assert "0.3" not in line
    assert line.endswith("2.5")


def test_baselines_that_nobody_could_judge_take_one_word() -> None:
    found = summary(1) | {"verdict": UNDECIDED}
    found["baselines"] = {"persistence": {"verdict": UNDECIDED, "metrics": {}, "reason": None}}
    lines = baselines_table(found).splitlines()
    assert [line.split() for line in lines[-2:]] == [
        ["shallow-plrnn", "undecided"], ["persistence", "undecided"],
    ]  # fmt: skip

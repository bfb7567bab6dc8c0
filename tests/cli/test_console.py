"""Tables that fit a terminal."""

from __future__ import annotations

from dsr.cli.console import baselines_table, hanging, metrics_table
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

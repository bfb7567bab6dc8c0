"""How a verdict is told on the page: its parts, what it cannot decide, and what it does not say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import xarray as xr
from test_report_page import Reader, make_run, scores

from dsr.data.files import read_tree, write_dataset
from dsr.report import render

GREEN = "indistinguishable from the reference"
SHORT = "better than a Gaussian cloud, short of the reference"
NONE = "no better than a Gaussian cloud"
UNDECIDED = "undecided: about 1,200 samples, or a second recording, would decide"


def judged(verdict: str = GREEN, **attrs: Any) -> xr.Dataset:
    """Scores of a run whose segments were tested."""
    found = scores(verdict, p_value=0.41, p_geometry=0.41, p_order=0.62, p_spectra=0.8, level=0.05,
                   verdict_geometry="equal", verdict_order="equal", verdict_time="equal",
                   segments=46, segments_generated=23, segment_length=500, mean_period=100.0,
                   undecided_because="", withheld_because=[], recordings_p=0.37)  # fmt: skip
    found.attrs |= attrs
    ranges = {"state_space_divergence": (0.09, 0.14), "hellinger_spectral_distance": (0.045, 0.07)}
    for name, ends in ranges.items():
        for end, value in zip(("low", "high"), ends, strict=True):
            found[f"{name}_noise_floor_{end}"] = value
            found[f"{name}_surrogate_{end}"] = 10 * value
    for suffix, value in {"": 0.03, "_low": 0.02, "_high": 0.05, "_noise_floor": 0.028}.items():
        found[f"lagged_divergence{suffix}"] = value
    return about_exponents(found)


def about_exponents(found: xr.Dataset, **attrs: Any) -> xr.Dataset:
    told = {"converged": True, "complete": True, "status": "chaotic", **attrs}
    for name in ("lyapunov_exponent", "largest_lyapunov_exponent"):
        found[name].attrs |= told
    return found


def page_of(metrics: xr.Dataset, stored: Path | None = None, **baselines: Any) -> str:
    """The page, of scores as they are or as a file gives them back."""
    if stored is not None:
        write_dataset(metrics, stored / "metrics.nc")
        metrics = read_tree(stored / "metrics.nc").to_dataset()
    run = make_run(None, metrics=metrics)
    run.summary["baselines"] = baselines
    return render(run)


@pytest.fixture(autouse=True)
def without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the five megabytes that draw the figures: these tests read words."""
    monkeypatch.setattr("plotly.offline.get_plotlyjs", lambda: "")


def section(page: str, title: str) -> str:
    start = page.index(f"<h2>{title}</h2>")
    return page[start : page.index("</section>", start)]


def tone(page: str) -> str:
    return re.findall(r'<div class="verdict (\w+)">', page)[0]


def row(page: str, title: str) -> str:
    """The row of one score in their table, as text."""
    table = section(page, "Scores")
    found = re.findall(r"<tr>.*?</tr>", table, flags=re.DOTALL)
    return next(Reader(f"<table>{r}</table>").text for r in found if title in r)


@pytest.mark.parametrize(
    ("verdict", "kind"),
    [(GREEN, "good"), (SHORT, "fair"), (NONE, "poor"), ("degenerate: frozen", "poor"),
     (UNDECIDED, "open"), ("", "unknown")],
)  # fmt: skip
def test_each_sentence_has_its_tone(verdict: str, kind: str) -> None:
    assert tone(page_of(judged(verdict))) == kind


def test_what_is_undecided_is_neither_praised_nor_blamed() -> None:
    because = "the reference holds 3 mean periods"
    words = dict.fromkeys(("verdict_geometry", "verdict_order", "verdict_time"), "undecided")
    page = page_of(judged(UNDECIDED, decidable=False, undecided_because=because, **words))
    opening = Reader(page[: page.index("<nav")]).text
    assert "is undecided : about 1,200 samples, or a second recording, would decide." in opening
    assert "The reference holds 3 mean periods." in opening
    assert "At level" not in opening
    assert "the verdict does not rest on them" in section(page, "How the verdict was reached")
    for phrase in ("indistinguishable", "no better", "short of"):
        assert phrase not in opening
    shown = section(page, "Scores") + section(page, "How the verdict was reached")
    assert not re.findall(r'"grade (poor|fair)"', shown)


def test_six_subjects_that_cannot_decide_are_not_called_failures() -> None:
    # A run of an older version: the cautious sentence stands for "cannot tell".
    page = page_of(scores(NONE, decidable="false", verdict_geometry="none"))
    assert tone(page) == "open"
    opening = Reader(page[: page.index("<nav")]).text
    assert "is undecided ." in opening
    assert "The data cannot decide" in opening
    assert "no better than a cloud" not in row(page, "State-space divergence")
    assert tone(page_of(scores(NONE, decidable="true"))) == "poor"
    assert tone(page_of(scores("degenerate: frozen", decidable="false"))) == "poor"


@pytest.mark.parametrize("stored", [False, True], ids=["fresh", "stored"])
def test_how_the_verdict_was_reached_is_told(tmp_path: Path, stored: bool) -> None:
    page = page_of(judged(), tmp_path if stored else None)
    told = section(page, "How the verdict was reached")
    text = Reader(f"<section>{told}</section>").text
    for words in (
        "46 of the recordings and 23 of the run, 500 samples each (5.00 mean periods)",
        "the level of 5 % (dashed) holds for all of them together",
        "0.41 no difference shown", "0.62 no difference shown", "0.80 no difference shown",
        "test part against the training part, by the same test: p = 0.37",
    ):  # fmt: skip
        assert words in text
    assert "differ among themselves" not in text
    limits = Reader(f"<section>{section(page, 'What the numbers do not say')}</section>").text
    assert "one in 20 right models" in limits
    assert "2 % of a deviation" in limits
    assert "The verdict holds for 2,000 samples" in limits


def test_a_run_of_an_older_version_has_no_section_on_a_test() -> None:
    page = page_of(scores())
    assert "How the verdict was reached" not in page
    assert "right models" not in page
    assert tone(page) == "good"


@pytest.mark.parametrize("stored", [False, True], ids=["fresh", "stored"])
@pytest.mark.parametrize("count", [1, 2])
def test_what_is_withheld_is_said_with_its_reasons(
    tmp_path: Path, count: int, stored: bool
) -> None:
    reasons = ["worse than persistence at every lead", "the sum of exponents is positive"][:count]
    page = page_of(judged(SHORT, withheld_because=reasons), tmp_path if stored else None)
    opening = Reader(page[: page.index("<nav")]).text
    assert f"whatever the test says: {'; '.join(reasons)}." in opening
    told = section(page, "How the verdict was reached")
    assert all(f"{reason[0].upper()}{reason[1:]}." in told for reason in reasons)


def test_recordings_that_differ_among_themselves_are_named() -> None:
    told = section(page_of(judged(recordings_p=0.004)), "How the verdict was reached")
    assert "p = 0.0040" in told
    assert "differ among themselves" in told


def test_the_word_beside_a_score_is_that_of_its_part_with_its_p_value() -> None:
    # The interval of the score excludes the floor's, and yet the part shows no difference.
    page = page_of(judged(p_order=0.002, verdict_order="short", verdict=SHORT))
    assert row(page, "State-space divergence").endswith("no difference shown p = 0.41")
    assert row(page, "Lagged").endswith("short of the reference p = 0.0020")
    assert row(page, "Spectral distance").endswith("no difference shown p = 0.80")
    assert "at the noise floor" not in page


def test_floors_and_surrogates_stand_as_intervals_in_table_and_picture() -> None:
    page = page_of(judged())
    assert "0.110 0.090 – 0.14" in row(page, "State-space divergence")
    assert "2.30 0.90 – 1.4" in row(page, "State-space divergence")
    drawn = re.findall(r'<rect x="([\d.]+)" width="([\d.]+)"[^>]*class="floor-spread"', page)
    assert len(drawn) == 2
    assert all(float(width) > 1 for _, width in drawn)
    assert page.count('class="surrogate-spread"') == 2
    old = page_of(scores())
    assert 'class="floor-spread"' not in old
    assert "0.110" in row(old, "State-space divergence")


@pytest.mark.parametrize("verdict", [GREEN, SHORT, NONE, UNDECIDED, "degenerate: periodic"])
@pytest.mark.parametrize("converged", [True, False])
def test_chaotic_is_said_aloud_only_of_a_model_that_passed(verdict: str, converged: bool) -> None:
    page = page_of(about_exponents(judged(verdict), converged=converged))
    aloud = '<span class="grade plain">chaotic</span>' in section(page, "Scores")
    assert aloud is (verdict == GREEN and converged)
    assert ("not converged" in row(page, "Largest Lyapunov")) is not converged


def exponents(*values: float, **attrs: Any) -> str:
    """The section of exponents, of a spectrum."""
    found = about_exponents(judged()).drop_vars("lyapunov_exponent")
    found["lyapunov_exponent"] = ("index", list(values))
    found["kaplan_yorke_dimension"] = attrs.pop("dimension", 2.06)
    if "sum_low" in attrs:
        found["exponent_sum_low"] = attrs.pop("sum_low")
    about_exponents(found, **attrs)
    return section(page_of(found), "Lyapunov exponents")


def test_a_positive_sum_is_named_as_implausible() -> None:
    assert "implausible" in exponents(0.9, 0.1, -0.5)
    assert "implausible" not in exponents(0.9, 0.0, -14.5)
    # By the rule of the verdict, where its scores hold the sum with its own error.
    assert "implausible" not in exponents(0.9, 0.1, -0.5, sum_low=-0.1)
    assert "implausible" in exponents(0.9, 0.1, -0.5, sum_low=0.4)
    # Rounding of a conservative orbit is no growth.
    assert "implausible" not in exponents(0.3, 0.0, 0.0, -0.3 + 1e-12, dimension=4.0)


def test_a_sum_stands_only_below_a_complete_spectrum() -> None:
    for complete in (True, False, "true", "false"):
        shown = exponents(0.9, 0.1, -0.5, complete=complete)
        assert (">sum<" in shown) is (str(complete).lower() == "true")
        assert ("implausible" in shown) is (str(complete).lower() == "true")


def test_a_dimension_as_large_as_it_can_be_gets_its_caveat() -> None:
    assert "the most it can be" in exponents(0.9, 0.1, -0.5, dimension=3.0)
    assert "the most it can be" not in exponents(0.9, 0.0, -14.5)


def test_what_belongs_to_a_score_has_no_row_of_its_own() -> None:
    found = judged()
    for suffix in ("", "_low", "_high"):
        found[f"exponent_sum{suffix}"] = -13.6
    page = page_of(found)
    assert "Exponent sum" not in page
    cards = re.findall(r"<dt>(.*?) <", page)
    assert cards[0] == "State-space divergence"
    assert "Largest Lyapunov exponent" in cards
    assert len(cards) == 4


@pytest.mark.parametrize("flag", [True, "true", False, "false"])
def test_a_saturated_divergence_is_named(flag: object) -> None:
    said = "even recordings of the system miss most of its cells" in page_of(judged(saturated=flag))
    assert said is (str(flag).lower() == "true")


def test_a_degenerate_run_was_not_tested() -> None:
    words = dict.fromkeys(("verdict_geometry", "verdict_order", "verdict_time"), "undecided")
    none = dict.fromkeys(("p_value", "p_geometry", "p_order", "p_spectra"), float("nan"))
    page = page_of(judged("degenerate: frozen", **words, **none))
    assert row(page, "State-space divergence").endswith("not tested")
    assert "whatever a test says" in section(page, "How the verdict was reached")
    short = {"decidable": False, "undecided_because": "the reference is short"}
    tested = page_of(judged("degenerate: frozen", **short))
    assert "reference is short" not in tested
    opening = Reader(tested[: tested.index("<nav")]).text
    assert "p = " not in opening
    assert "whatever a test says" in section(tested, "How the verdict was reached")
    assert "p-value" in section(tested, "How the verdict was reached")
    assert tone(page) == "poor"


def test_exponents_that_are_not_converged_give_no_lyapunov_time() -> None:
    assert "the Lyapunov time" in exponents(0.9, 0.0, -14.5)
    doubtful = exponents(0.9, 0.0, -14.5, converged="false")
    assert "the Lyapunov time" not in doubtful
    assert "not converged" in doubtful


def test_baselines_that_nobody_could_judge_are_called_undecided_in_short() -> None:
    beside = {"verdict": UNDECIDED, "metrics": {"state_space_divergence": 2.2}}
    shown = section(page_of(judged(UNDECIDED), persistence=beside), "Beside baselines")
    assert shown.count('<span class="said">undecided</span>') == 2


def test_the_figure_of_the_parts_is_on_the_page() -> None:
    page = page_of(judged(p_order=0.002))
    label = "p-values of the verdict: geometry 0.41, time order 0.0020, spectra 0.80"
    assert label in page
    figures = re.findall('<script class="figure-data"[^>]*>(.*?)</script>', page)
    assert any("level 5 %" in json.dumps(json.loads(f), ensure_ascii=False) for f in figures)


@pytest.mark.parametrize("broken", ["text", None, [], {"a": 1}, float("nan")])
def test_damaged_attributes_of_a_verdict_do_not_lose_the_page(broken: Any) -> None:
    names = ("p_value", "p_geometry", "level", "segments", "segment_length", "mean_period",
             "recordings_p", "withheld_because", "undecided_because", "decidable")  # fmt: skip
    page = page_of(judged(**dict.fromkeys(names, broken)))
    assert "Missing on this page" not in page
    assert "Scores" in page

"""The report of a run: whatever a run holds or lacks, a page comes out, safe and small."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from dsr.data import make_series
from dsr.errors import InputError
from dsr.report import render, write_report

SCORES = {
    "state_space_divergence": (0.16, 0.12, 0.21, 0.11, 2.3),
    "hellinger_spectral_distance": (0.06, 0.05, 0.08, 0.055, 0.88),
    "prediction_error": (2e-4, 1e-4, 3e-4, np.nan, 1.3),
    "largest_lyapunov_exponent": (0.9, 0.86, 0.94, np.nan, np.nan),
}


def lorenz(steps: int, start: tuple[float, float, float], dt: float = 0.02) -> np.ndarray:
    """Integrate the Lorenz equations by RK4."""

    def rhs(s: np.ndarray) -> np.ndarray:
        x, y, z = s
        return np.array([10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z])

    out, s = np.empty((steps, 3)), np.array(start)
    for k in range(steps):
        k1 = rhs(s)
        k2 = rhs(s + dt / 2 * k1)
        k3 = rhs(s + dt / 2 * k2)
        k4 = rhs(s + dt * k3)
        s = s + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        out[k] = s
    return out


def scores(verdict: str = "indistinguishable from the reference", **attrs: Any) -> xr.Dataset:
    """Make what `dsr.metrics.evaluate` returns."""
    suffixes = ("", "_low", "_high", "_noise_floor", "_surrogate")
    data: dict[str, Any] = {
        name + suffix: value
        for name, values in SCORES.items()
        for suffix, value in zip(suffixes, values, strict=True)
    }
    data["hellinger_per_variable"] = ("variable", [0.05, 0.06, 0.07])
    data["lyapunov_exponent"] = ("index", [0.9, 0.0, -14.5])
    data["prediction_error_curve"] = ("step", np.geomspace(1e-6, 1e-3, 20))
    data["prediction_error_persistence"] = ("step", np.geomspace(1e-3, 1.3, 20))
    dataset = xr.Dataset(data, {"variable": ["x", "y", "z"], "step": np.arange(1, 21)})
    dataset["prediction_error"].attrs["steps"] = 20
    dataset.attrs = {
        "verdict": verdict, "verdict_geometry": "equal", "verdict_time": "short",
        "decidable": "true", "compared_length": 2000, "convention": "dsr", "bins": 30,
        "dt": 0.02, "time_unit": "s", **attrs,
    }  # fmt: skip
    return dataset


def make_run(
    observed: np.ndarray | None,
    generated: np.ndarray | None = None,
    *,
    metrics: xr.Dataset | None = None,
    names: list[str] | None = None,
    **config: Any,
) -> Any:
    """Make something that looks like a run."""
    tree: dict[str, Any] = {}
    if observed is not None:
        tree["/observed"] = make_series(observed[None], dt=0.02, variables=names)
    if generated is not None:
        tree["/generated"] = make_series(generated[None], dt=0.02, variables=names, start=9.0)
        tree["/forecast"] = make_series(generated[None, :300], dt=0.02, variables=names, start=0.02)
    nodes = {path: s.to_dataset(name="series") for path, s in tree.items()}
    updates = np.arange(50, 1050, 50.0)
    nodes["/history"] = xr.Dataset(
        {n: ("record", v) for n, v in {
            "update": updates, "loss": 1 / updates, "alpha": np.full(20, 0.1),
            "score": np.where(updates > 500, 2.0, np.nan)}.items()},
        attrs={"selected_update": 600},
    )  # fmt: skip
    results = xr.DataTree.from_dict(nodes)
    settings = {"latent_dim": 3, "alpha": "adaptive", "clipped": False}
    document: dict[str, Any] = {
        "model": "shallow-plrnn", "seed": 0, "settings": settings,
        "data": {"source": "folder/lorenz.nc", "fingerprint": "ab12", "dt": 0.02,
                 "time_unit": "s", "train_samples": 8000, "test_samples": 2000, "notes": []},
        "versions": {"dsr": "0.1.0"}, "reproduce": {"command": "dsr fit folder/lorenz.nc"},
    } | config  # fmt: skip
    summary = {"verdict": "", "updates": 1000, "seconds": 3.2, "seed": 0, "selected_update": 600}
    return SimpleNamespace(
        folder=Path("."), config=document, summary=summary, results=results,
        metrics=xr.Dataset() if metrics is None else metrics,
    )  # fmt: skip


@pytest.fixture(scope="module")
def good_run() -> Any:
    return make_run(lorenz(2000, (1, 1, 20)), lorenz(2000, (-3, -4, 25)), metrics=scores())


class Reader(HTMLParser):
    """Collects elements and the text outside of scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.stack: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "br", "hr"):
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if not self.stack or self.stack[-1] not in ("script", "style"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_a_report_is_one_file_that_asks_for_nothing(good_run: Any, tmp_path: Path) -> None:
    path = write_report(good_run, tmp_path / "report.html")
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
    assert path.stat().st_size < 6_000_000
    reader = Reader(path.read_text(encoding="utf-8"))
    assert not reader.stack
    links = [a.get(k) for _, a in reader.elements for k in ("src", "href") if a.get(k)]
    assert all(str(link).startswith(("#", "data:")) for link in links)
    policy = next(a["content"] for t, a in reader.elements if a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "http" not in policy


def test_a_report_says_what_was_found_in_a_scientists_order(good_run: Any) -> None:
    text = Reader(render(good_run)).text
    order = [
        "lorenz.nc", "indistinguishable from the reference", "Compared over 2,000 samples (40 s)",
        "Figure 1.", "Power spectra of the standardised", "0.120 to 0.210",
        "Lyapunov spectrum of the model", "against repeating the last value", "were kept",
        "latent_dim", "does not see phases", "dsr fit folder/lorenz.nc", "ab12",
    ]  # fmt: skip
    places = [text.find(words) for words in order]
    assert -1 not in places
    assert places == sorted(places)


def test_every_picture_has_words_and_every_figure_a_caption(good_run: Any) -> None:
    elements = Reader(render(good_run)).elements
    plots = [a for t, a in elements if t == "div" and a.get("class") == "plot"]
    assert len(plots) == 8
    assert all(a.get("aria-label") and a.get("role") == "img" for a in plots)
    names = [t for t, _ in elements]
    assert names.count("figure") == names.count("figcaption") == 7
    assert {"table", "caption", "main", "h1"} <= set(names)


def test_the_page_depends_on_nothing_but_the_run(good_run: Any) -> None:
    assert render(good_run) == render(good_run)


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "</script><script>alert(1)</script>",
     "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "<!--", "]]>", "a" * 500,
     "\x00\ud800", "{{7*7}} ${x} %s"],
)  # fmt: skip
def test_names_are_text_and_nothing_else(text: str) -> None:
    x = lorenz(200, (1, 1, 20))
    run = make_run(
        x, x, names=[text, "y", "z"], model=text, settings={text: text},
        metrics=scores(verdict=text, convention=text, time_unit=text),
        data={"source": text, "notes": [text], "time_unit": text, "fingerprint": text},
        versions={text: text}, reproduce={"command": text},
    )  # fmt: skip
    ordinary = make_run(
        x, x, settings={"alpha": 1}, metrics=scores(), versions={"dsr": "1"},
        data={"source": "s", "notes": ["n"], "time_unit": "s", "fingerprint": "f"},
    )  # fmt: skip
    found, expected = Reader(render(run)), Reader(render(ordinary))
    assert not found.stack
    for name in ("script", "img", "svg", "a", "h1"):
        count = [sum(t == name for t, _ in reader.elements) for reader in (found, expected)]
        assert count[0] == count[1], name
    assert not any(k.startswith("on") for _, a in found.elements for k in a)


def test_long_names_are_cut() -> None:
    run = make_run(None, model="m" * 500, data={"source": "s" * 500})
    text = Reader(render(run)).text
    assert "m" * 79 + "…" in text
    assert "m" * 80 not in text


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300])
def test_a_run_that_diverges_still_has_a_page(bad: float) -> None:
    x = lorenz(600, (1, 1, 20))
    y = x.copy()
    y[100:] = bad
    metrics = scores("degenerate: diverged")
    for name in ("largest_lyapunov_exponent", "state_space_divergence"):
        metrics[name] = metrics[name] * np.nan
    metrics["lyapunov_exponent"] = metrics["lyapunov_exponent"] * np.nan
    text = Reader(render(make_run(x, y, metrics=metrics))).text
    assert "degenerate" in text
    assert "lies outside the frame or is not finite" in text
    assert "nan" not in text.lower().split()


@pytest.mark.parametrize("width", [1, 2, 4, 7, 64, 300])
def test_any_number_of_variables_has_a_page(width: int, rng: np.random.Generator) -> None:
    x = np.cumsum(rng.normal(size=(400, width)), axis=0)
    page = render(make_run(x, x + 0.1))
    assert len(page) < 6_000_000
    assert ("All variables, in standard" in page) == (width > 6)


@pytest.mark.parametrize("samples", [1, 2, 5, 30])
def test_a_short_test_part_has_a_page(samples: int, rng: np.random.Generator) -> None:
    x = rng.normal(size=(samples, 2))
    assert "Figure 1." in render(make_run(x, x))


def test_a_constant_series_has_a_page() -> None:
    assert "Figure 1." in render(make_run(np.ones((100, 3)), np.zeros((100, 3))))


def test_what_is_missing_is_said() -> None:
    class Broken(SimpleNamespace):
        @property
        def results(self) -> Any:
            raise InputError("results.nc is damaged")

    text = Reader(render(Broken(config={"model": "m"}, summary={}))).text
    assert "has not been judged yet" in text
    assert "results.nc is damaged" in text


def test_what_is_not_decidable_is_said() -> None:
    x = lorenz(300, (1, 1, 20))
    text = Reader(render(make_run(x, x, metrics=scores(decidable="false")))).text
    assert "The data cannot decide" in text


def test_long_runs_do_not_make_long_pages(rng: np.random.Generator) -> None:
    x = np.cumsum(rng.normal(size=(100_000, 6)), axis=0)
    page = render(make_run(x, x))
    assert len(page.encode()) < 6_000_000
    assert re.search(r"The first 5,000 and 5,000 points", page)


def test_a_failed_write_leaves_the_old_page(good_run: Any, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("old")
    with pytest.raises(InputError, match="cannot be written"):
        write_report(good_run, tmp_path / "missing" / "report.html")
    assert (tmp_path / "report.html").read_text() == "old"

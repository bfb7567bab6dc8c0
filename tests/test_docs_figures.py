"""Figures in the documentation: a thumbnail without a browser, and data that nothing executes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

pytest.importorskip("sphinx", reason="the documentation needs the extra [docs]")
pytest.importorskip("PIL", reason="thumbnails need Pillow, of the extra [docs]")

from dsr import plots

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def scraper(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "_ext"))
    import plotly_scraper

    return plotly_scraper


@pytest.fixture
def series() -> np.ndarray:
    t = np.linspace(0, 40, 800)
    return np.stack([np.sin((1 + k) * t) for k in range(8)], axis=1)


def test_each_figure_is_taken_once(scraper: Any, series: np.ndarray, tmp_path: Path) -> None:
    names = {"a": plots.time_series(series), "other": 3}
    variables = {
        "src_file": "example.py",
        "example_globals": names,
        "image_path_iterator": iter([tmp_path / f"image{i}.png" for i in range(5)]),
    }
    first = scraper.plotly_scraper(None, variables, {})
    assert first.count("raw:: html") == 1
    assert scraper.plotly_scraper(None, variables, {}) == ""
    names["b"] = plots.attractor(series)
    assert scraper.plotly_scraper(None, variables, {}).count("raw:: html") == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["image0.png", "image1.png"]


def test_a_figure_on_a_page_is_data(scraper: Any, series: np.ndarray) -> None:
    figure = plots.time_series(series, title="</script><script>alert(1)</script>")
    text = scraper.fragment(figure, "one")
    found = re.findall(r"<script[^>]*>(.*?)</script>", text)
    assert len(found) == 1
    assert len(json.loads(found[0])["data"]) == len(figure.data)
    assert "template" not in json.loads(found[0])["layout"]


@pytest.mark.parametrize(
    "make", [plots.attractor, plots.carpet, plots.power_spectra, plots.time_series]
)
@pytest.mark.parametrize("width", [1, 2, 8])
def test_a_thumbnail_shows_data_and_model(
    scraper: Any, series: np.ndarray, make: Any, width: int
) -> None:
    x = series[:, :width]
    image = scraper.thumbnail.draw(make(x, 0.5 * x), (320, 200))
    assert image.size == (320, 200)
    pixels = np.asarray(image).reshape(-1, 3).astype(int)
    bluish = (pixels[:, 2] - pixels[:, 0] > 60).sum()
    reddish = (pixels[:, 0] - pixels[:, 2] > 60).sum()
    assert bluish > 100
    assert reddish > 100 or make is plots.carpet


def test_a_thumbnail_of_a_field_shows_its_values_and_its_land(scraper: Any) -> None:
    t, x = np.arange(30)[:, None, None], np.arange(32)
    wave = np.sin(2 * np.pi * x / 32 - 0.2 * t) * np.ones((1, 20, 1))
    wave[:, 5:15, 5:15] = np.nan
    image = scraper.thumbnail.draw(plots.field_comparison(wave, 0.9 * wave), (320, 200))
    pixels = np.asarray(image).reshape(-1, 3).astype(int)
    land = (np.abs(pixels - (0xC9, 0xCE, 0xD4)).sum(axis=1) < 6).sum()
    values = (np.ptp(pixels, axis=1) > 60).sum()
    assert land > 1000
    assert values > 5000


def test_a_thumbnail_shows_points_that_have_names(scraper: Any) -> None:
    scores = xr.Dataset(
        {"state_space_divergence": 0.3, "hellinger_spectral_distance": 0.1},
        attrs={"verdict": "no better than a Gaussian cloud"},
    )
    far = scores + 1.0
    image = scraper.thumbnail.draw(plots.verdict_map({"near": scores, "far": far}), (320, 200))
    assert (np.ptp(np.asarray(image).reshape(-1, 3).astype(int), axis=1) > 60).sum() > 20


def test_frames_of_a_slider_stand_on_the_page(scraper: Any) -> None:
    figure = plots.field_comparison(np.random.default_rng(0).normal(size=(5, 12, 16)))
    found = re.findall(r"<script[^>]*>(.*?)</script>", scraper.fragment(figure, "one"))
    assert len(json.loads(found[0])["frames"]) == 5


def test_what_is_nearer_looks_larger(scraper: Any) -> None:
    eye = np.array([0.0, -2.0, 0.0])
    near, far = (
        np.ptp(scraper.thumbnail.project(np.array([[-0.5, y, 0], [0.5, y, 0]]), eye)[:, 0])
        for y in (-0.5, 0.5)
    )
    assert near / far == pytest.approx(2.5 / 1.5)


def test_a_thumbnail_places_points_by_the_words_of_an_axis(scraper: Any) -> None:
    """The p-values of a verdict stand on lines with names, which are no numbers."""
    p = {"p_geometry": 0.9, "p_order": 0.001, "p_spectra": 0.9, "level": 0.05}
    image = scraper.thumbnail.draw(plots.verdict_parts(xr.Dataset(attrs=p)), (300, 300))
    pixels = np.asarray(image).astype(int)
    rows, columns = np.nonzero(pixels[..., 2] - pixels[..., 0] > 60)
    left = columns < 150
    assert 130 < rows[left].mean() < 170  # time order, the middle line, is the one far left
    assert rows[~left].min() < 80
    assert rows[~left].max() > 220

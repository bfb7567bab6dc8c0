"""The report in a real browser: all figures drawn, nothing complained about, nothing fetched."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from runs_of_fields import field_run
from test_report_page import lorenz, make_run, scores

from dsr.report import write_report

BROWSER = next(
    (p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no headless Chromium on PATH"),
]


def open_page(path: Path, profile: Path, *options: str) -> tuple[str, list[str]]:
    """Open a page; give the document as it stands at the end, and what the console said."""
    assert BROWSER is not None
    command = [
        BROWSER, "--headless", "--no-sandbox", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader", "--hide-scrollbars", f"--user-data-dir={profile}",
        "--virtual-time-budget=30000", "--enable-logging=stderr", "--v=0",
        "--window-size=1280,2000", *options, "--dump-dom", path.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    # Remarks on the speed of drawing are none of the page's business.
    speed = ("GPU stall", "Canvas2D: Multiple readback")
    return done.stdout, [line for line in console if not any(s in line for s in speed)]


def check(dom: str, console: list[str], plots: int) -> None:
    assert console == []
    assert len(re.findall(r'class="plot js-plotly-plot"', dom)) == plots
    assert re.search(r'<html[^>]*data-drawn="(\d+)"', dom)[1] == str(plots)  # type: ignore[index]
    assert "main-svg" in dom


@pytest.mark.parametrize("mode", [(), ("--force-dark-mode",)], ids=["light", "dark"])
def test_every_figure_is_drawn_without_a_complaint(tmp_path: Path, mode: tuple[str, ...]) -> None:
    run = make_run(lorenz(2000, (1, 1, 20)), lorenz(2000, (-3, -4, 25)), metrics=scores())
    # Intervals are drawn in one colour, whatever that of the markers.
    for side, shift in (("low", -0.1), ("high", 0.1)):
        run.metrics[f"lyapunov_exponent_{side}"] = run.metrics["lyapunov_exponent"] + shift
    page = write_report(run, tmp_path / "report.html")
    # The page's policy forbids every request; one would stand in the console as a violation.
    check(*open_page(page, tmp_path / "profile", *mode), plots=8)


def test_the_slider_of_a_field_moves_its_pictures(tmp_path: Path) -> None:
    page = write_report(field_run(), tmp_path / "report.html")
    move = """
      const node = document.getElementById("plot-0");
      const still = {mode: "immediate", transition: {duration: 0}, frame: {duration: 0}};
      setTimeout(() => Plotly.animate(node, ["9"], still), 12000);
      const say = () => { document.body.dataset.slider = node._fullLayout.sliders[0].active; };
      setTimeout(say, 16000);
    """
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("</body>", f"<script>{move}</script></body>"))
    dom, console = open_page(page, tmp_path / "profile")
    check(dom, console, plots=6)
    assert 'data-slider="9"' in dom


def test_hostile_names_and_broken_runs_do_nothing(tmp_path: Path, rng: np.random.Generator) -> None:
    text = '</script><img src="https://example.invalid/x" onerror="alert(1)">'
    x = np.cumsum(rng.normal(size=(300, 8)), axis=0)
    y = x.copy()
    y[50:] = np.nan
    names = [text, "<a href='https://example.invalid'>x</a>", *"abcdef"]
    run = make_run(x, y, names=names, model=text, metrics=xr.Dataset())
    page = write_report(run, tmp_path / "report.html")
    dom, console = open_page(page, tmp_path / "profile")
    check(dom, console, plots=7)
    dom = re.sub(r"<script.*?</script>", "", dom, flags=re.DOTALL)
    assert not re.search(r'<(?:a|img|image)\b[^>]*(?:href|src)="https?:', dom)


def test_a_phone_needs_no_sideways_scrolling(tmp_path: Path) -> None:
    run = make_run(lorenz(2000, (1, 1, 20)), lorenz(2000, (-3, -4, 25)), metrics=scores())
    write_report(run, tmp_path / "report.html")
    # Chromium has no window as narrow as a phone, but a frame may be; it measures itself.
    probe = "<script>addEventListener('load', () => setTimeout(() => parent.postMessage("
    probe += "[document.documentElement.scrollWidth, innerWidth].join(), '*'), 9000))</script>"
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    (tmp_path / "report.html").write_text(page.replace("</body>", f"{probe}</body>"))
    frame = tmp_path / "frame.html"
    frame.write_text(
        "<iframe src='report.html' style='width:390px;height:3000px;border:0'></iframe>"
        "<script>onmessage = (e) => { document.body.dataset.widths = e.data; };</script>"
    )
    dom, _ = open_page(frame, tmp_path / "profile")
    found = re.search(r'data-widths="(\d+),(\d+)"', dom)
    assert found
    assert int(found[1]) <= int(found[2]) == 390

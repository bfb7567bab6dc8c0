"""Sections: each guarded, one for whatever a fit found out, and those of fields and drives."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from runs_of_fields import field_run, field_scores, wave
from test_report_page import Reader, lorenz, make_run, scores

from dsr.data import make_series
from dsr.data.files import read_tree, write_dataset
from dsr.report import render


def titles(page: str) -> list[str]:
    return re.findall(r"<h2>(.*?)</h2>", page)


def run_with(**groups: xr.Dataset) -> Any:
    """Run of a series with further groups of results."""
    run = make_run(lorenz(300, (1, 1, 20)), lorenz(300, (-3, -4, 25)), metrics=scores())
    nodes = {f"/{name}": node.to_dataset() for name, node in run.results.children.items()}
    nodes |= {f"/{name}": node for name, node in groups.items()}
    run.results = xr.DataTree.from_dict(nodes)
    return run


def test_a_section_that_cannot_be_made_costs_the_page_nothing_else() -> None:
    metrics = scores()
    metrics["prediction_error_curve"] = ("step", ["broken"] * 20)
    page = render(make_run(lorenz(300, (1, 1, 20)), lorenz(300, (-3, -4, 25)), metrics=metrics))
    reader = Reader(page)
    assert not reader.stack
    text = reader.text
    assert text.count("This section could not be made") == 1
    missing = text[text.index("Missing on this page", text.index("How to reproduce")) :]
    assert "the section “Prediction error” cannot be shown" in missing
    assert "Missing on this page" not in render(run_with())
    # Figures that were placed before a section failed are gone with it.
    plots = [a["id"] for t, a in reader.elements if a.get("class") == "plot"]
    assert plots == [f"plot-{k}" for k in range(len(plots))]
    assert len(re.findall('class="figure-data"', page)) == len(plots)
    assert {"Attractor", "Scores", "Training", "Settings"} <= set(titles(page))


@pytest.mark.parametrize("name", ["data", "settings", "versions", "reproduce"])
@pytest.mark.parametrize("value", ["text", 3, [1, 2], {"dt": "x", "notes": 5, "load": [[]]}])
def test_damaged_settings_do_not_lose_the_page(name: str, value: Any) -> None:
    x = lorenz(100, (1, 1, 20))
    page = render(make_run(x, x, metrics=scores(compared_length="long"), **{name: value}))
    assert "Attractor" in titles(page)


def test_modes_are_a_table_and_points_of_the_complex_plane() -> None:
    eigenvalues = np.exp(0.1j * np.arange(-3, 4))
    modes = xr.Dataset(
        {
            "eigenvalue": ("mode", eigenvalues),
            "frequency": ("mode", np.linspace(-0.3, 0.3, 7), {"units": "1/day"}),
        },
        {"mode": np.arange(7)},
    )
    page = render(run_with(modes=modes))
    assert "Modes" in titles(page)
    text = Reader(page).text
    for words in ("eigenvalue, real", "eigenvalue, imaginary", "frequency (1/day)", "0.9553"):
        assert words in text
    assert "Eigenvalue in the complex plane" in text
    pairs = xr.Dataset(
        {f"eigenvalue_{n}": ("mode", getattr(eigenvalues, n)) for n in ("real", "imag")}
    )
    assert "Eigenvalue in the complex plane" in Reader(render(run_with(modes=pairs))).text


def test_results_named_like_their_group_are_read(tmp_path: Path) -> None:
    modes = xr.Dataset({"modes": (("mode", "variable"), np.ones((40, 30)) * (1 + 2j))})
    write_dataset(xr.DataTree.from_dict({"/modes": modes}), tmp_path / "results.nc")
    page = render(run_with(modes=read_tree(tmp_path / "results.nc")["modes"].to_dataset()))
    assert "Modulus of modes over mode, variable" in Reader(page).text


def test_small_tables_of_numbers_keep_their_names() -> None:
    terms = ["1", "x", "x^2"]
    data = {"coefficient": (("variable", "term"), np.array([[0.0, 1.5, 0.0], [2.0, 0.0, -3.25]]))}
    equations = xr.Dataset(data, {"variable": ["x", "y"], "term": terms}, {"warning": "two of 9."})
    text = Reader(render(run_with(equations=equations))).text
    assert "Coefficient by term and variable term x y 1 0 2.000 x 1.500 0 x^2 0 −3.250" in text
    assert "Two of 9. " in text


def test_equations_are_shown_as_they_are_written() -> None:
    text = "dx/dt = 10.0 y - 10.0 x <b>"
    equations = xr.Dataset({"equation": ("variable", [text])}, {"variable": ["x"]})
    page = render(run_with(equations=equations))
    assert titles(page).index("Equations") < titles(page).index("Training")
    assert "<code>dx/dt = 10.0 y - 10.0 x &lt;b&gt;</code>" in page


def test_a_log_of_a_fit_becomes_curves_and_maps_of_bounded_size() -> None:
    rng = np.random.default_rng(0)
    long = 200_000
    log = xr.Dataset(
        {
            "distance": ("step", rng.normal(size=long), {"units": "std"}),
            "phase": ("step", np.exp(1j * np.arange(long))),
            "word": ("step", [f"w{k % 7}" for k in range(long)]),
            "weights": (("a", "b"), rng.normal(size=(900, 700))),
            "patterns": (("mode", "channel", "y", "x"), rng.normal(size=(9, 2, 20, 30))),
            "count": 12, "spread": ((), 0.25, {"units": "m"}), "empty": ("none", np.zeros(0)),
            "holes": ("step", np.full(long, np.nan)),
        },
        attrs={"description": "How often it was encoded again."},
    )  # fmt: skip
    page = render(run_with(re_encodings=log))
    text = Reader(page).text
    assert "Re encodings" in titles(page)
    for words in ("How often it was", "count 12", "0.2500 m", "Distance (std), phase, holes over"):
        assert words in text
    assert "Weights over a, b" in text
    assert "Patterns over mode, channel, y, x" in text
    assert "Missing on this page" not in titles(page)
    assert len(page) < 5_800_000


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x onerror=1>', "{{7*7}}"]
)
def test_names_of_results_are_text_and_nothing_else(text: str) -> None:
    name = text.replace("/", "|")
    group = xr.Dataset(
        {name: ("step", np.arange(40.0), {"units": text, "long_name": text}),
         "word": ("step", [text] * 40), "one": ((), text, {"units": text})},
        attrs={"description": text, name: text},
    )  # fmt: skip
    hostile = Reader(render(run_with(**{name: group})))
    ordinary = Reader(render(run_with(plain=group.rename({name: "x"}))))
    assert not hostile.stack
    for element in ("script", "img"):
        found = [sum(t == element for t, _ in r.elements) for r in (hostile, ordinary)]
        assert found[0] == found[1]
        assert not any(k.startswith("on") for _, a in hostile.elements for k in a)


def test_a_field_is_shown_as_pictures_over_time() -> None:
    page = render(field_run())
    found = titles(page)
    assert found[0] == "Field"
    assert not {"Attractor", "Lyapunov exponents", "Missing on this page"} & set(found)
    text = Reader(page).text
    for words in (
        "2 channels", "16 × 24 grid", "on the slider’s time", "Cells without values are grey",
        "Root mean square error over all cells", "against repeating the last frame",
        "Energy by radial wavenumber", "A few grid points of the first channel",
    ):  # fmt: skip
        assert words in text
    first = json.loads(re.findall('<script class="figure-data"[^>]*>(.*?)</script>', page)[0])
    assert [trace["type"] for trace in first["data"]] == ["heatmap"] * 6
    assert len(first["frames"]) == 24
    assert len(first["layout"]["sliders"][0]["steps"]) == 24
    assert set(first["narrow"]) >= {"sliders", "coloraxis", "coloraxis4"}
    assert len(page) < 7_000_000


def test_a_field_without_a_run_or_scores_has_a_page() -> None:
    run = field_run()
    run.results = xr.DataTree.from_dict({"/observed": wave(5).to_dataset(name="series")})
    run.metrics = xr.Dataset()
    assert titles(render(run))[:2] == ["Field", "Time series"]


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e300])
def test_a_field_that_diverges_still_has_a_page(bad: float) -> None:
    run = field_run()
    made = wave(59, 1)
    made[:, 10:] = bad
    run.results["generated"] = made.to_dataset(name="series")
    run.results["forecast"] = made.to_dataset(name="series")
    run.metrics = field_scores().drop_vars("rmse_curve")
    page = render(run)
    assert "Missing on this page" not in titles(page)
    assert "Root mean square error over all cells" in page


def test_the_error_of_a_field_without_its_curve_is_that_of_the_run() -> None:
    run = field_run()
    run.metrics = field_scores().drop_vars("rmse_curve")
    page = render(run)
    figures = re.findall('<script class="figure-data"[^>]*>(.*?)</script>', page)
    names = [trace["name"] for trace in json.loads(figures[1])["data"]]
    assert names == ["dmd", "persistence"]


def test_settings_of_both_schemas_are_shown() -> None:
    nested = {
        "model": {"latent_dim": 3, "clipped": True}, "trainer": {"updates": 500},
        "forcing": {"alpha": "adaptive"}, "data": {"test": 0.2}, "load": {"fill": "linear"},
    }  # fmt: skip
    text = Reader(render(make_run(None, settings=nested))).text
    for words in ("Model setting value latent_dim 3 clipped true", "Forcing setting value alpha",
                  "updates 500", "Reading the file setting value fill linear"):  # fmt: skip
        assert words in text
    flat = {"latent_dim": 3, "updates": 500, "load": {"fill": "linear"}}
    text = Reader(render(make_run(None, settings=flat))).text
    assert "Model and training setting value latent_dim 3 updates 500" in text
    assert "fill linear" in text


def test_what_drives_a_model_is_shown_with_its_names() -> None:
    drive = make_series(np.sin(np.arange(300) * 0.1)[None, :, None], dt=0.02, variables=["force"])
    text = Reader(render(run_with(inputs=drive.to_dataset(name="series")))).text
    assert "What drives the system, given to the model: force." in text


def test_baselines_stand_in_a_table_that_a_phone_can_show() -> None:
    run = run_with()
    run.summary["baselines"] = {
        "dmd": {"verdict": "no better than a Gaussian cloud",
                "metrics": {"state_space_divergence": 2.2, "prediction_error": None}},
        "mine": {"reason": "it failed"},
    }  # fmt: skip
    page = render(run)
    reader = Reader(page)
    cell = next(a for t, a in reader.elements if t == "td" and a.get("data-label") == "DMD")
    assert cell["class"] == "number"
    assert "not judged: it failed" in reader.text
    assert "linear dynamics (DMD)" in reader.text
    assert (
        len([a for t, a in reader.elements if t == "table" and "cards" in (a.get("class") or "")])
        == 2
    )


@pytest.mark.parametrize("stored", [False, True], ids=["fresh", "stored"])
@pytest.mark.parametrize("complete", [False, True])
def test_exponents_are_summed_only_where_all_are_known(
    tmp_path: Path, complete: bool, stored: bool
) -> None:
    metrics = scores()
    metrics["lyapunov_exponent"].attrs["complete"] = complete
    if stored:
        write_dataset(metrics, tmp_path / "metrics.nc")
        metrics = read_tree(tmp_path / "metrics.nc").to_dataset()
    page = render(make_run(lorenz(300, (1, 1, 20)), metrics=metrics))
    section = page[page.index("<h2>Lyapunov exponents</h2>") :]
    section = section[: section.index("</section>")]
    assert "-14.5" in section.replace("\N{MINUS SIGN}", "-")
    assert (">sum<" in section) is complete

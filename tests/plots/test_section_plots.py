"""Figures of sections, return maps and orbit diagrams show what was computed, and no more."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import xarray as xr

import dsr
from dsr import metrics, plots
from dsr.errors import InputError
from dsr.plots.prepare import MOST_POINTS


def flow(seed: int = 0, steps: int = 4000) -> xr.DataArray:
    return dsr.simulate("lorenz63", steps=steps, dt=0.02, seed=seed)


def traces(figure: Any) -> dict[str, Any]:
    return {trace.name: trace for trace in figure.data}


def test_a_section_is_drawn_over_what_the_plane_leaves_free() -> None:
    found = metrics.poincare_section(flow(), variable="z", value=27.0)
    figure = plots.poincare_section(found, metrics.poincare_section(flow(1), variable="z"))
    drawn = traces(figure)
    assert set(drawn) == {"data", "model run"}
    np.testing.assert_allclose(drawn["data"].x, found["state"].sel(variable="x"), rtol=1e-5)
    np.testing.assert_allclose(drawn["data"].y, found["state"].sel(variable="y"), rtol=1e-5)
    assert figure.layout.xaxis.title.text == "x"
    other = plots.poincare_section(found, variables=("y", "x"))
    assert other.layout.xaxis.title.text == "y"


def test_a_return_map_is_drawn_with_its_diagonal() -> None:
    found = metrics.return_map(flow(), variable="z")
    drawn = traces(plots.return_map(found, metrics.return_map(flow(1), variable="z")))
    assert set(drawn) == {"fixed points", "data", "model run"}
    np.testing.assert_allclose(drawn["data"].y, found["next"], rtol=1e-5)
    np.testing.assert_array_equal(drawn["fixed points"].x, drawn["fixed points"].y)


def test_an_orbit_diagram_is_drawn_over_its_parameter() -> None:
    found = metrics.orbit_diagram("logistic", "r", [3.2, 3.5, 4.5], points=10)
    (dots,) = plots.orbit_diagram(found).data
    assert len(dots.x) == 20
    assert np.unique(dots.x).tolist() == pytest.approx([3.2, 3.5])


def test_figures_stay_small_and_valid() -> None:
    x = np.random.default_rng(0).standard_normal((30_000, 2))
    section = metrics.poincare_section(x, variable=0, value=0.0)
    figures = [
        plots.poincare_section(section, variables=("x0", "x1")),
        plots.return_map(metrics.return_map(x)),
        plots.orbit_diagram(metrics.orbit_diagram("logistic", "r", [2.0])),
    ]
    for figure in figures:
        assert all(len(trace.x) <= MOST_POINTS for trace in figure.data)
        json.loads(figure.to_json(), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def test_empty_results_can_be_drawn() -> None:
    section = metrics.poincare_section(flow(), variable="x", value=1e3)
    assert len(plots.poincare_section(section).data[0].x) == 0
    assert plots.return_map(metrics.return_map(None, section=section)).data


@pytest.mark.parametrize(
    "plot", [plots.poincare_section, plots.return_map, plots.orbit_diagram]
)  # fmt: skip
def test_something_else_is_refused(plot: Any) -> None:
    with pytest.raises(InputError, match=r"dsr\.metrics"):
        plot(xr.Dataset({"a": 1.0}))


def test_variables_of_a_section_are_checked() -> None:
    section = metrics.poincare_section(flow())
    with pytest.raises(InputError, match="two of its variables"):
        plots.poincare_section(section, variables=("x", "q"))

"""Figures: what they show, how large they are, and that no series breaks them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

import dsr
from dsr import plots
from dsr.data import make_series
from dsr.errors import InputError
from dsr.plots.portrait import portrait
from dsr.plots.prepare import MOST_POINTS, drawable, min_max
from dsr.plots.theme import DARK, DATA, FONT, MODEL, OKABE_ITO, label, template

SERIES_PLOTS: list[Callable[..., Any]] = [
    plots.attractor, plots.carpet, plots.power_spectra, plots.time_series
]  # fmt: skip


def circle(samples: int, width: int = 3, turns: float = 20.0) -> np.ndarray:
    t = np.linspace(0, 2 * np.pi * turns, samples)
    return np.stack([np.sin((1 + k) * t + k) for k in range(width)], axis=1)


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours after WCAG 2.2."""

    def luminance(colour: str) -> float:
        parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def test_colours_are_those_of_okabe_and_ito_and_can_be_seen() -> None:
    assert {DATA, MODEL} <= set(OKABE_ITO.values())
    for colour in (DATA, MODEL):
        assert contrast(colour, "#fdfdfc") >= 3
        assert contrast(DARK[colour], "#14171a") >= 3
    for mode, ground in (("light", "#fdfdfc"), ("dark", "#14171a")):
        assert contrast(template(mode).layout.font.color, ground) >= 4.5
        assert template(mode).layout.font.family == FONT


@given(st.text(max_size=300))
def test_labels_are_short_escaped_single_lines(text: str) -> None:
    out = label(text)
    assert not set("<>\"'\n\r") & set(out)
    assert len(out) <= 80 * len("&quot;")


@pytest.mark.parametrize("plot", SERIES_PLOTS)
@pytest.mark.parametrize("width", [1, 2, 3, 5, 40])
def test_any_number_of_variables_can_be_drawn(plot: Callable[..., Any], width: int) -> None:
    x = circle(500, width)
    assert plot(x, x[::-1]).data


@pytest.mark.parametrize("plot", SERIES_PLOTS)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300, 0.0])
def test_whatever_a_model_makes_can_be_drawn(plot: Callable[..., Any], bad: float) -> None:
    x = circle(400)
    for kept in (0, 1, 200):
        y = x.copy()
        y[kept:] = bad
        text = plot(x, y).to_json()
        json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


@pytest.mark.parametrize("plot", SERIES_PLOTS)
def test_traces_stay_small(plot: Callable[..., Any]) -> None:
    x = circle(60_000, 6, 900)
    figure = plot(x, x, **({"samples": 60_000} if plot is plots.time_series else {}))
    for trace in figure.data:
        if trace.type != "heatmap":
            values = trace.y
            assert len(values) <= MOST_POINTS
            assert values.dtype == np.float32


def test_other_variables_than_the_data_are_refused() -> None:
    for plot in SERIES_PLOTS:
        with pytest.raises(InputError, match="2 variables and the data has 3"):
            plot(circle(100), circle(100, 2))


def test_what_is_no_series_is_refused() -> None:
    for wrong in (np.zeros((0, 3)), np.zeros((2, 2, 2, 2)), np.array(["a", "b"])):
        with pytest.raises(InputError, match="must be numbers"):
            plots.time_series(wrong)
    field = xr.DataArray(np.zeros((5, 1, 2, 2)), dims=("time", "channel", "y", "x"))
    with pytest.raises(InputError, match="select points or modes"):
        plots.attractor(field)


def test_a_plane_is_drawn_flat_and_a_single_variable_in_delay_space() -> None:
    assert plots.attractor(circle(500, 2)).data[0].type == "scatter"
    lone = plots.attractor(circle(500, 1))
    assert lone.data[0].type == "scatter3d"
    assert "t − 1" in lone.layout.scene.yaxis.title.text


def test_more_variables_are_shown_in_principal_components() -> None:
    base = circle(1000, 2)
    mixed = base @ np.random.default_rng(0).normal(size=(2, 8))
    view = portrait(mixed)
    assert view.titles[0].startswith("PC 1")
    # Eight mixtures of two signals lie in a plane: the third component is empty.
    assert np.nanstd(view.data[:, 2]) < 1e-6 * np.nanstd(view.data[:, 0])


def test_the_data_chooses_the_frame_and_a_wild_run_cannot_hide_it() -> None:
    x = circle(800)
    y = 100 * x
    view = portrait(x, y)
    assert np.all(view.high - view.low < 2 * (x.max(axis=0) - x.min(axis=0)))
    assert view.outside > 0.9


def test_a_fixed_point_is_visible_and_a_map_is_drawn_as_points() -> None:
    x = circle(800)
    still = plots.attractor(x, np.zeros_like(x))
    assert still.data[1].mode == "markers"
    logistic = np.empty((500, 1))
    logistic[0] = 0.3
    for k in range(499):
        logistic[k + 1] = 3.9 * logistic[k] * (1 - logistic[k])
    assert plots.attractor(logistic).data[0].mode == "markers"


def test_the_peak_of_a_spectrum_is_where_the_oscillation_is() -> None:
    t = np.arange(4000) * 0.05
    series = make_series(np.sin(2 * np.pi * 1.5 * t)[None, :, None], dt=0.05)
    trace = plots.power_spectra(series).data[0]
    assert trace.x[int(np.argmax(trace.y))] == pytest.approx(1.5, rel=0.03)


def test_the_spectrum_of_white_noise_integrates_to_its_variance(rng: np.random.Generator) -> None:
    noise = make_series(rng.normal(size=(1, 20_000, 1)), dt=0.5)
    trace = plots.power_spectra(noise).data[0]
    # One-sided density over frequencies up to 1/(2 dt) = 1.
    assert np.mean(trace.y[trace.x > 0.1]) == pytest.approx(1.0, rel=0.1)


def test_trajectories_are_not_joined() -> None:
    series = make_series([circle(300), circle(200)], dt=0.1)
    view = portrait(series)
    gaps = np.flatnonzero(np.isnan(view.data).all(axis=1))
    assert len(gaps) == 1
    assert len(drawable(series).parts[1]) == 200


def test_a_forecast_is_drawn_at_its_own_time() -> None:
    x = make_series(circle(200)[None], dt=0.1)
    y = make_series(circle(200)[None], dt=0.1, start=5.0)
    assert plots.time_series(x, y).data[1].x0 == 5.0
    assert plots.time_series(x, y, elapsed=True).data[1].x0 == 0.0


@given(st.lists(st.floats(-1e6, 1e6), min_size=50, max_size=400))
def test_decimation_keeps_the_extremes(values: list[float]) -> None:
    array = np.array(values)
    kept = array[min_max(array, 20)]
    assert len(kept) <= 20
    assert {kept.min(), kept.max()} == {array.min(), array.max()}


def test_the_chosen_record_is_marked() -> None:
    update = np.arange(50.0, 1050, 50)
    history = xr.Dataset(
        {"update": ("record", update), "loss": ("record", 1 / update)},
        attrs={"selected_update": 500},
    )
    rings = [t for t in plots.training_history(history).data if t.name == "chosen"]
    assert [ring.x[0] for ring in rings] == [500]
    with pytest.raises(InputError, match="is empty"):
        plots.training_history(xr.Dataset())


def test_exponents_carry_their_intervals() -> None:
    data = {n: ("index", v) for n, v in (("exponent", [1.0, -2.0]), ("low", [0.9, -2.2]),
                                        ("high", [1.2, -1.9]))}  # fmt: skip
    error = plots.lyapunov_exponents(xr.Dataset(data)).data[0].error_y
    assert np.allclose(error.array, [0.2, 0.1])
    assert np.allclose(error.arrayminus, [0.1, 0.2])
    with pytest.raises(InputError, match="lyapunov_spectrum"):
        plots.lyapunov_exponents(xr.Dataset())


def test_a_curve_of_nothing_but_nan_can_be_drawn() -> None:
    metrics = xr.Dataset({"prediction_error_curve": ("step", [np.nan, np.inf])}, {"step": [1, 2]})
    assert plots.prediction_error(metrics).data


def test_candidates_are_placed_by_their_two_distances() -> None:
    def scores(space: float, time: float, verdict: str) -> xr.Dataset:
        values = {
            "state_space_divergence": space, "state_space_divergence_noise_floor": 0.1,
            "state_space_divergence_surrogate": 2.0, "hellinger_spectral_distance": time,
            "hellinger_spectral_distance_noise_floor": 0.06,
            "hellinger_spectral_distance_surrogate": 0.9,
        }  # fmt: skip
        return xr.Dataset(values, attrs={"verdict": verdict})

    figure = plots.verdict_map({
        "good": scores(0.1, 0.06, "indistinguishable from the reference"),
        "equal": scores(0.0, 0.0, "indistinguishable from the reference"),
        "stuck": scores(15.0, 1.0, "degenerate: frozen"),
        "short": scores(1.0, 0.2, "undecided: a longer record would decide"),
        "shorter": scores(1.1, 0.3, "undecided: another recording would decide"),
    })  # fmt: skip
    assert [trace.x[0] for trace in figure.data] == [0.1, 1e-3, 15.0, 1.0, 1.1]
    assert [trace.showlegend for trace in figure.data] == [True, False, True, True, False]
    looks = {(trace.marker.color, trace.marker.symbol) for trace in figure.data}
    assert len({colour for colour, _ in looks}) == len({mark for _, mark in looks}) == 3
    assert figure.data[3].name == "undecided"
    assert len(figure.layout.shapes) == 4
    with pytest.raises(InputError, match="candidates"):
        plots.verdict_map({})


def test_the_parts_of_a_verdict_stand_beside_their_level() -> None:
    attrs = {"p_geometry": 0.4, "p_order": 0.002, "p_spectra": 0.7, "level": 0.1}
    lone = plots.verdict_parts(xr.Dataset(attrs=attrs))
    assert dict(zip(lone.data[0].y, lone.data[0].x, strict=True)) == {
        "geometry": 0.4, "time order": 0.002, "spectra": 0.7,
    }  # fmt: skip
    colours = dict(zip(lone.data[0].y, lone.data[0].marker.color, strict=True))
    assert colours["time order"] != colours["geometry"] == colours["spectra"]
    assert lone.layout.shapes[0].x0 == 0.1
    assert lone.layout.annotations[0].text == "level 10 %"
    low, high = (10**v for v in lone.layout.xaxis.range)
    assert low < 0.002 < 1.0 < high
    figure = plots.verdict_parts(xr.Dataset(attrs={**attrs, "recordings_p": 0.5}))
    assert figure.data[1].x == (0.5,)
    assert figure.data[1].marker.symbol == "circle-open"
    # A part without a value leaves no dot, and a value of zero has a place on the axis.
    part = plots.verdict_parts(xr.Dataset(attrs={"p_geometry": 0.0, "p_order": np.nan}))
    assert part.data[0].y == ("geometry",)
    assert part.data[0].x[0] > 0.0
    for nothing in ({}, {"recordings_p": 0.5}, {"p_geometry": "text"}):
        with pytest.raises(InputError, match="p-values"):
            plots.verdict_parts(xr.Dataset(attrs=nothing))


def test_exponents_that_are_not_converged_are_drawn_hollow() -> None:
    for told, symbol in ((True, "circle"), ("false", "circle-open"), (False, "circle-open")):
        data = {"lyapunov_exponent": ("index", [0.9, 0.0], {"converged": told})}
        assert plots.lyapunov_exponents(xr.Dataset(data)).data[0].marker.symbol == symbol


def test_the_region_that_was_fitted_is_shown_with_its_slope() -> None:
    series = dsr.simulate("henon", steps=3000, seed=0)
    dimension = dsr.metrics.correlation_dimension(series)
    exponent = dsr.metrics.largest_lyapunov_from_data(series)
    for estimate, name in ((dimension, "dimension"), (exponent, "exponent")):
        figure = plots.scaling_region(estimate)
        line = figure.data[1]
        x, y = np.array(line.x, dtype=float), np.array(line.y, dtype=float)
        if name == "dimension":
            x, y = np.log(x), np.log(y)
        slope = (y[-1] - y[0]) / (x[-1] - x[0])
        assert slope == pytest.approx(float(estimate[name]), rel=1e-4)
        assert figure.layout.shapes[0].x0 <= min(line.x) + 1e-6
        assert "converged" in figure.layout.title.text
    with pytest.raises(InputError, match="scaling region"):
        plots.scaling_region(xr.Dataset({"x": 1.0}))

"""Figures of fields, of training over decades, and how axes are written."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import xarray as xr

from dsr import plots
from dsr.data import make_series
from dsr.errors import InputError
from dsr.plots.dataset import complex_plane, curves, heat_maps
from dsr.plots.theme import DARK, LAND, axis_title, log_axis


def wave(frames: int, first: int = 0, side: int = 12, channels: int = 1) -> xr.DataArray:
    t = first + np.arange(frames)[:, None, None, None]
    shift = np.arange(channels)[:, None, None]
    values = np.sin(2 * np.pi * np.arange(side) / side - 0.3 * t + shift) + np.zeros((side, 1))
    return make_series(values[None], dt=0.5, time_unit="day", start=0.5 * first)


def test_frames_of_equal_time_are_compared() -> None:
    figure = plots.field_comparison(wave(40), wave(30, 5), frames=30)
    for frame in figure.frames:
        assert np.allclose(frame.data[2].z, 0, atol=1e-6)
    labels = [step.label for step in figure.layout.sliders[0].steps]
    assert labels[0] == "2.5"
    assert labels[-1] == "17"
    # Where the times do not meet, frames of equal number are.
    figure = plots.field_comparison(wave(10), wave(10, 500))
    assert len(figure.frames) == 10


def test_the_slider_is_bounded_and_so_are_the_cells() -> None:
    figure = plots.field_comparison(
        wave(500, side=300, channels=5), wave(500, side=300, channels=5), channels=9, frames=99
    )
    assert len(figure.frames) == 40
    assert len(figure.data) == 9
    assert sum(t.z.size for frame in figure.frames for t in frame.data) <= 300_000
    assert len(figure.to_json()) < 3_000_000


def test_one_colour_scale_for_data_and_model_and_an_even_one_for_the_error() -> None:
    figure = plots.field_comparison(wave(20, channels=2), 3 * wave(20, channels=2), channels=2)
    axes = [trace.coloraxis for trace in figure.data]
    assert axes == [
        "coloraxis",
        "coloraxis",
        "coloraxis2",
        "coloraxis3",
        "coloraxis3",
        "coloraxis4",
    ]
    assert figure.layout.coloraxis.cmax == pytest.approx(1, abs=0.01)
    assert figure.layout.coloraxis2.cmin == -figure.layout.coloraxis2.cmax


def test_land_is_grey_and_axes_carry_latitudes() -> None:
    field = wave(8)
    field[..., 2:4, 3:5] = np.nan
    lat = xr.DataArray(np.linspace(60, 5, 12), dims="y", attrs={"units": "degrees_north"})
    figure = plots.field_comparison(field.assign_coords(lat=lat), field.assign_coords(lat=lat))
    assert np.isnan(figure.data[0].z[2:4, 3:5]).all()
    assert figure.layout.plot_bgcolor == LAND
    assert DARK[LAND] != LAND
    assert figure.layout.yaxis.title.text == "lat (degrees_north)"
    assert figure.data[0].y[0] == 60
    # A file gives the unit of a single channel as one text.
    figure = plots.field_comparison(field.assign_attrs(variable_units="degC"))
    assert figure.layout.coloraxis.colorbar.title.text.endswith("(degC)")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300, 0.0])
def test_whatever_a_model_makes_of_a_field_can_be_drawn(bad: float) -> None:
    for kept in (0, 1, 5):
        made = wave(10)
        made[:, kept:] = bad
        text = plots.field_comparison(wave(10), made).to_json()
        json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


@pytest.mark.parametrize("shape", [(6, 4, 5), (6, 2, 4, 5), (1, 6, 2, 4, 5)])
def test_bare_arrays_are_fields_too(shape: tuple[int, ...]) -> None:
    field = np.random.default_rng(0).normal(size=shape)
    assert len(plots.field_comparison(field).data) == 1
    assert len(plots.field_comparison(field, field, columns=1).data) == 3


def test_what_is_no_field_is_refused() -> None:
    with pytest.raises(InputError, match="a field has"):
        plots.field_comparison(xr.DataArray(np.zeros((5, 3)), dims=("time", "variable")))
    with pytest.raises(InputError, match="must be numbers"):
        plots.field_comparison(np.zeros((5, 3)))
    with pytest.raises(InputError, match="on one grid"):
        plots.field_comparison(wave(5), wave(5, side=10))


def test_the_error_of_a_field_is_drawn_over_lead_time() -> None:
    def scores(top: float) -> xr.Dataset:
        curve = np.geomspace(0.001, top, 20)
        return xr.Dataset({"rmse_curve": ("time", curve)}, attrs={"dt": 0.5, "time_unit": "day"})

    figure = plots.field_error({"dmd": scores(1.0), "persistence": scores(2.0)})
    assert figure.layout.xaxis.title.text == "lead time (day)"
    assert figure.layout.yaxis.type == "log"
    assert figure.data[0].x[[0, -1]].tolist() == [0.5, 10.0]
    assert figure.data[1].line.dash == "dash"
    lone = plots.field_error(scores(0.002))
    assert lone.layout.yaxis.type is None
    for wrong in ({}, {"a": xr.Dataset()}):
        with pytest.raises(InputError):
            plots.field_error(wrong)


def test_spectra_leave_out_the_mean_and_the_corners() -> None:
    energy = xr.DataArray([9.0, 4.0, 2.0, 1e-30, 7.0], dims="wavenumber")
    trace = plots.radial_spectra(energy, energy).data[1]
    assert list(trace.x) == [1, 2, 3]
    assert trace.y[0] == 4


def history(score: list[float]) -> xr.Dataset:
    record = {"update": np.arange(1, len(score) + 1), "score": score}
    return xr.Dataset({n: ("record", np.asarray(v, dtype=float)) for n, v in record.items()})


def test_a_validation_score_over_decades_is_drawn_on_a_logarithmic_axis() -> None:
    assert plots.training_history(history([231, 50, 2, 0.3])).layout.yaxis.type == "log"
    assert plots.training_history(history([231, 230, 229])).layout.yaxis.type is None
    mixed = plots.training_history(history([231, 200, 2, -1, -2]))
    assert {"-1", "0", "100"} <= set(mixed.layout.yaxis.ticktext)
    heights = mixed.data[0].y
    assert np.all(np.diff(heights) < 0)
    assert heights[0] - heights[2] < 30 * (heights[2] - heights[4])
    assert mixed.data[0].customdata.tolist() == [231, 200, 2, -1, -2]


def test_intervals_of_exponents_have_one_colour() -> None:
    names = {"exponent": [1.0, -2.0], "low": [0.9, -2.2], "high": [1.2, -1.9]}
    data = xr.Dataset({n: ("index", v) for n, v in names.items()})
    error = plots.lyapunov_exponents(data).data[0].error_y
    # Without one, plotly takes the list of colours of the markers and cannot read it.
    assert isinstance(error.color, str)


@pytest.mark.parametrize("span", [1.5, 5.0, 80.0, 1e4, 1e12])
def test_a_logarithmic_axis_has_between_two_and_eight_ticks(span: float) -> None:
    axis = log_axis([1.0, span])
    step: Any = axis.get("dtick", "auto")
    if step == "D2":
        ticks = [m * 10.0**k for k in range(-1, 9) for m in (1, 2, 5)]
        assert 2 <= sum(1 <= t <= span for t in ticks) <= 8
    elif step != "auto":
        assert 2 <= np.log10(span) // step + 1 <= 8


def test_titles_of_low_panels_are_short_lines() -> None:
    for text in axis_title("a very long name &lt;b&gt; of a variable", "kg m-2 s-1").split("<br>"):
        assert len(text) <= 30
    assert axis_title("x", "m") == "x (m)"
    figure = plots.time_series(make_series(np.zeros((1, 50, 2)), variables=["n" * 60, "y"], dt=0.1))
    assert len(figure.layout.yaxis.title.text) <= 16


def test_any_dataset_can_be_drawn() -> None:
    data = xr.Dataset(
        {"a": ("t", np.arange(9.0)), "z": ("t", np.exp(1j * np.arange(9))),
         "m": (("k", "u", "v"), np.zeros((7, 300, 500)))}
    )  # fmt: skip
    figure = curves([data["a"], data["z"]])
    assert [t.name for t in figure.data] == ["a", "z (real)", "z (imaginary)"]
    assert len(complex_plane("z", data["z"].values).data) == 2
    maps = heat_maps(data["m"]).data
    assert len(maps) == 4
    assert max(maps[0].z.shape) <= 200

"""Poincaré sections and return maps: exact for circles, known shapes for known attractors."""

from __future__ import annotations

import numpy as np
import pytest

import dsr
from dsr.data import make_series
from dsr.errors import InputError
from dsr.metrics import poincare_section, return_map


def circle(dt: float, turns: float = 20.0) -> object:
    t = dt * np.arange(round(2 * np.pi * turns / dt)) + 0.037
    return make_series(np.stack([np.cos(t), np.sin(t)], axis=1)[None], dt=dt, variables=["x", "y"])


def error(dt: float, interpolation: str) -> float:
    found = poincare_section(circle(dt), variable="y", value=0.3, interpolation=interpolation)
    inner = found["state"].sel(variable="x").values[1:-1]
    return float(np.abs(inner - np.sqrt(1 - 0.09)).max())


@pytest.mark.parametrize(("interpolation", "order"), [("linear", 2), ("cubic", 4)])
def test_crossings_are_as_accurate_as_said(interpolation: str, order: int) -> None:
    coarse, fine = error(0.2, interpolation), error(0.1, interpolation)
    assert np.log2(coarse / fine) == pytest.approx(order, abs=0.5)
    assert fine < 1.5e-3
    assert error(0.05, "cubic") < 1e-6


def test_crossings_have_a_direction_a_time_and_a_return_time() -> None:
    up, down, both = (
        poincare_section(circle(0.05), variable="y", value=0.0, direction=d)
        for d in ("up", "down", "both")
    )
    assert up.sizes["crossing"] + down.sizes["crossing"] == both.sizes["crossing"]
    assert (up["state"].sel(variable="x") > 0).all()
    assert (down["state"].sel(variable="x") < 0).all()
    for found in (up, down):
        np.testing.assert_allclose(found["return_time"].values[1:], 2 * np.pi, atol=1e-4)
        assert np.isnan(found["return_time"].values[0])
    assert (np.diff(both["time"].values) > 0).all()
    assert float(down["time"][0]) == pytest.approx(np.pi - 0.037, abs=1e-4)


def test_a_plane_may_lie_askew() -> None:
    found = poincare_section(circle(0.05), plane=([1.0, 1.0], 0.0), direction="both")
    np.testing.assert_allclose(found["state"].values.sum(axis=1), 0.0, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(found["state"].values, axis=1), 1.0, atol=2e-4)


def test_a_limit_cycle_has_one_point() -> None:
    flow = dsr.simulate("van_der_pol", steps=20_000, dt=0.05, seed=0)
    found = poincare_section(flow, variable="x", value=0.0)
    assert found.sizes["crossing"] > 50
    assert float(np.ptp(found["state"].sel(variable="y").values)) < 1e-3
    assert float(np.ptp(found["return_time"].values[1:])) < 1e-3


def scatter(value: np.ndarray, after: np.ndarray) -> float:
    """Largest change of the next value between neighbours in value, against the whole range."""
    order = np.argsort(value)
    gap = np.diff(value[order])
    near = gap < 0.002 * np.ptp(value)
    return float(np.quantile(np.abs(np.diff(after[order]))[near], 0.9) / np.ptp(after))


def test_maxima_of_lorenz_map_by_a_cusp() -> None:
    """Lorenz 1963, figure 4: one value for each, rising to a cusp and falling after it."""
    flow = dsr.simulate("lorenz63", steps=60_000, dt=0.01, seed=0)
    found = return_map(flow, variable="z")
    value, after = found["value"].values, found["next"].values
    assert scatter(value, after) < 0.02
    peak = value[after.argmax()]
    left, right = value < peak - 0.3, value > peak + 0.3
    for side, sign in ((left, 1), (right, -1)):
        order = np.argsort(value[side])
        assert np.corrcoef(value[side][order], after[side][order])[0, 1] * sign > 0.9
    # Steeper than one everywhere, so that no cycle is stable.
    slopes = (
        np.polyfit(value[right], after[right], 1)[0],
        np.polyfit(value[left], after[left], 1)[0],
    )
    assert slopes[0] < -1 < 1 < slopes[1]
    assert float(found["return_time"].mean()) == pytest.approx(0.75, abs=0.03)


def test_noise_has_no_such_map() -> None:
    found = return_map(np.random.default_rng(0).standard_normal(20_000))
    assert scatter(found["value"].values, found["next"].values) > 0.2


def test_the_section_of_roessler_is_a_map_with_one_hump() -> None:
    flow = dsr.simulate("roessler", steps=150_000, dt=0.05, seed=0)
    section = poincare_section(flow, variable="y", value=0.0, direction="up")
    section = section if float(section["state"][0, 0]) < 0 else poincare_section(
        flow, variable="y", value=0.0, direction="down"
    )  # fmt: skip
    found = return_map(None, section=section)
    assert found.attrs["variable"] == "x"
    value, after = -found["value"].values, -found["next"].values
    assert scatter(value, after) < 0.02
    top = value[after.argmax()]
    assert value.min() < top < value.max()
    for side, sign in ((value < top, 1), (value > top, -1)):
        assert np.corrcoef(value[side], after[side])[0, 1] * sign > 0.8


def test_pairs_stay_within_a_trajectory_and_lag_skips() -> None:
    flow = dsr.simulate("lorenz63", steps=2000, dt=0.01, trajectories=2, seed=0)
    single = [return_map(flow.isel(trajectory=[k]), variable="z") for k in (0, 1)]
    found = return_map(flow, variable="z")
    assert found.sizes["return"] == sum(one.sizes["return"] for one in single)
    second = return_map(flow, variable="z", lag=2)
    np.testing.assert_allclose(second["value"][:5], found["value"][:5])
    np.testing.assert_allclose(second["next"][:5], found["next"][1:6])


def test_minima_are_the_maxima_upside_down() -> None:
    flow = dsr.simulate("lorenz63", steps=2000, dt=0.01, seed=0)
    up, down = return_map(-flow, variable="z"), return_map(flow, variable="z", kind="minima")
    np.testing.assert_allclose(up["value"], -down["value"])


def test_a_plane_that_is_never_met_gives_an_empty_section() -> None:
    found = poincare_section(circle(0.1), variable="x", value=5.0)
    assert found.sizes["crossing"] == 0
    assert return_map(None, section=found).sizes["return"] == 0


@pytest.mark.parametrize(
    ("options", "word"),
    [({"variable": "q"}, "q"), ({"plane": ([1.0], 0.0)}, "normal"), ({"plane": 3}, "plane"),
     ({"plane": ([0.0, 0.0], 0.0)}, "zero"), ({"direction": "left"}, "direction"),
     ({"variable": "x", "plane": ([1.0, 0.0], 0.0)}, "not by both")],
)  # fmt: skip
def test_options_are_checked(options: dict[str, object], word: str) -> None:
    with pytest.raises(InputError, match=word):
        poincare_section(circle(0.1), **options)


def test_a_map_of_both_directions_is_refused() -> None:
    section = poincare_section(circle(0.1), variable="y", direction="both")
    with pytest.raises(InputError, match="direction"):
        return_map(None, section=section)

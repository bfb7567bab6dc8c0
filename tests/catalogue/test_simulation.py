"""Simulated series: seeds, noise, starts, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import dsr
from dsr.data import System, simulate
from dsr.errors import DivergedError, InputError


def test_same_seed_same_bits_and_trajectories_do_not_depend_on_their_number() -> None:
    one = simulate("lorenz63", steps=500, trajectories=3, seed=5)
    two = simulate("lorenz63", steps=500, trajectories=3, seed=5)
    more = simulate("lorenz63", steps=700, trajectories=4, seed=5)
    other = simulate("lorenz63", steps=500, trajectories=3, seed=6)
    np.testing.assert_array_equal(one.values, two.values)
    np.testing.assert_array_equal(one.values, more.values[:3, :500])
    assert not np.array_equal(one.values, other.values)
    assert np.abs(one.values[0] - one.values[1]).max() > 1.0


def test_observation_noise_is_relative_to_the_standard_deviation() -> None:
    clean = simulate("lorenz63", steps=20_000, seed=1)
    noisy = simulate("lorenz63", steps=20_000, seed=1, observation_noise=0.1)
    added = (noisy - clean).values[0].std(axis=0) / clean.values[0].std(axis=0)
    np.testing.assert_allclose(added, 0.1, rtol=0.03)


def test_process_noise_grows_with_the_root_of_time() -> None:
    """dx = -x dt + s dW has the stationary variance s**2 / 2; here s = 0.5 std(sine) = 0.3536."""
    made = System(
        "pair",
        lambda t, x, p: (-x[0] + 0.0 * x[1], x[2], -x[1]),
        parameters=[],
        initial=[1.0, 1.0, 0.0],
        dt=0.01,
        variables=["relaxing", "q", "v"],
    )
    calm = simulate(made, steps=2000, initial=[1.0, 1.0, 0.0]).values[0, :, 0].std(ddof=1)
    noisy = simulate(
        made, steps=400_000, initial=[1.0, 1.0, 0.0], process_noise=0.5, seed=2
    ).values[0, 1000:, 0]
    pilot = simulate(made, steps=400_000, initial=[1.0, 1.0, 0.0]).values[0, :, 0].std(ddof=1)
    assert calm > pilot
    assert noisy.var() == pytest.approx((0.5 * pilot) ** 2 / 2, rel=0.1)


def test_the_phase_of_a_forcing_is_wrapped_and_never_noisy() -> None:
    series = simulate("duffing", steps=3000, process_noise=0.02, observation_noise=0.1, seed=1)
    phase = series.sel(variable="phase").values[0]
    assert phase.min() >= 0.0
    assert phase.max() < 2 * math.pi
    advance = np.mod(np.diff(phase), 2 * math.pi)
    np.testing.assert_allclose(advance, 1.4 * 0.05, atol=1e-9)


def test_initial_is_the_first_sample_and_continues_a_series() -> None:
    whole = simulate("lorenz63", steps=300, seed=2)
    rest = simulate("lorenz63", steps=200, initial=whole.values[0, 100])
    np.testing.assert_allclose(rest.values[0], whole.values[0, 100:], atol=1e-6)
    np.testing.assert_array_equal(rest.values[0, 0], whole.values[0, 100])


def test_attributes_tell_the_settings() -> None:
    series = dsr.simulate("lorenz63", steps=10, dt=0.02, parameters={"rho": 35})
    assert series.dims == ("trajectory", "time", "variable")
    assert series.attrs["dt"] == 0.02
    assert series.attrs["time_unit"] == "time unit"
    assert '"rho": 35.0' in series.attrs["parameters"]
    assert simulate("henon", steps=10).attrs["time_unit"] == "step"


def test_divergence_is_told() -> None:
    with pytest.raises(DivergedError, match="'henon' left the finite numbers"):
        simulate("henon", steps=100, initial=[5.0, 5.0])
    blowup = System("blowup", lambda t, x, p: [x[0] ** 2], parameters=[], initial=[1.0], dt=0.1)
    for method in ("rk4", "tsit5", "dop853"):
        with pytest.raises(DivergedError, match="smaller dt"):
            simulate(blowup, steps=100, initial=[1.0], method=method)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"system": "lorentz63"}, "did you mean 'lorenz63'"),
        ({"system": 3}, "by its name"),
        ({"parameters": {"rh": 3.0}}, "did you mean 'rho'"),
        ({"parameters": [1.0]}, "has 3 parameters"),
        ({"parameters": {"rho": math.nan}}, "finite"),
        ({"parameters": {"rho": "many"}}, "number"),
        ({"steps": 0}, "steps"),
        ({"steps": 1.5}, "steps"),
        ({"dt": 0.0}, "dt"),
        ({"dt": -0.1}, "dt"),
        ({"dt": math.nan}, "dt"),
        ({"trajectories": 0}, "trajectories"),
        ({"transient": -1.0}, "transient"),
        ({"observation_noise": -0.1}, "observation_noise"),
        ({"process_noise": math.inf}, "process_noise"),
        ({"initial": [1.0, 2.0]}, "3 variables"),
        ({"initial": [1.0, 2.0, math.nan]}, "finite"),
        ({"initial": [[1.0, 2.0, 3.0]] * 2}, "trajectories"),
        ({"initial": "here"}, "initial"),
        ({"seed": -1}, "seed"),
        ({"method": "euler"}, "rk4"),
        ({"system": "henon", "dt": 0.1}, "is a map"),
        ({"steps": 1, "observation_noise": 0.1}, "above 1"),
    ],
)
def test_unusable_settings_are_refused_in_one_sentence(
    arguments: dict[str, Any], message: str
) -> None:
    settings = {"system": "lorenz63", "steps": 10, **arguments}
    with pytest.raises(InputError, match=message) as caught:
        simulate(settings.pop("system"), **settings)
    assert len(str(caught.value)) < 600
    assert "\n" not in str(caught.value)

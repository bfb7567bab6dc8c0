"""Largest exponent from a measured series: known systems, and series that have none."""

from __future__ import annotations

import numpy as np
import pytest

import dsr
from dsr.errors import InputError
from dsr.metrics import largest_lyapunov_from_data
from dsr.metrics.invariants.exponent_from_data import scaling_window


def logistic(steps: int) -> np.ndarray:
    x = np.empty(steps)
    x[0] = 0.3
    for t in range(steps - 1):
        x[t + 1] = 4.0 * x[t] * (1.0 - x[t])
    return x


@pytest.mark.parametrize("method", ["rosenstein", "kantz"])
def test_logistic_map_reaches_ln_two(method: str) -> None:
    found = largest_lyapunov_from_data(logistic(5000), method=method, dimension=2, delay=1)
    assert float(found["exponent"]) == pytest.approx(np.log(2), abs=0.05)
    assert bool(found["converged"]), found.attrs["reason"]


@pytest.mark.parametrize("dimension", [2, 3, 4])
def test_henon_map(dimension: int) -> None:
    x = dsr.simulate("henon", steps=6000, seed=0).values[0, :, 0]
    found = largest_lyapunov_from_data(x, dimension=dimension, delay=1, theiler=1)
    assert float(found["exponent"]) == pytest.approx(0.419, abs=0.05)


@pytest.mark.parametrize("dt", [0.02, 0.05])
def test_lorenz_per_time_unit(dt: float) -> None:
    x = dsr.simulate("lorenz63", steps=10_000, dt=dt, seed=0).sel(variable=["x"])
    found = largest_lyapunov_from_data(x)
    assert float(found["exponent"]) == pytest.approx(0.906, abs=0.15)
    assert found.attrs["units"] == "1/time unit"
    assert float(found["low"]) <= float(found["exponent"]) <= float(found["high"])


def test_the_full_state_needs_no_delays() -> None:
    series = dsr.simulate("lorenz63", steps=10_000, dt=0.02, seed=1)
    found = largest_lyapunov_from_data(series)
    assert found.attrs["embedding_dim"] == 1
    assert float(found["exponent"]) == pytest.approx(0.906, abs=0.15)


def test_a_sine_has_no_exponent() -> None:
    found = largest_lyapunov_from_data(np.sin(2 * np.pi * np.arange(3000) / 37.3))
    assert not bool(found["converged"])
    assert found.attrs["reason"]


def test_noise_has_no_exponent(rng: np.random.Generator) -> None:
    found = largest_lyapunov_from_data(rng.normal(size=3000), dimension=3, delay=1)
    assert not bool(found["converged"])


def test_same_seed_same_numbers() -> None:
    one, other = (
        largest_lyapunov_from_data(logistic(1500), dimension=2, delay=1, seed=4) for _ in range(2)
    )
    assert one.identical(other)


def test_trajectories_keep_their_own_exponents() -> None:
    series = dsr.simulate("henon", steps=3000, trajectories=2, seed=2)
    found = largest_lyapunov_from_data(series)
    each = found["exponent_per_trajectory"]
    assert each.sizes == {"trajectory": 2}
    assert float(found["exponent"]) == pytest.approx(float(each.median()))


def test_the_scaling_window_is_the_straight_part() -> None:
    """A steep start, twenty straight steps of slope 0.1, then a plateau."""
    curve = np.concatenate([[-4.0, -3.0, -2.5], -2.4 + 0.1 * np.arange(21), np.full(60, -0.4)])
    window = scaling_window(curve, period=1.0)
    assert window is not None
    start, stop = window
    assert start >= 2
    assert stop <= 25
    slopes = np.diff(curve[start:stop])
    assert np.median(slopes) == pytest.approx(0.1)


def test_a_curve_that_never_rises_has_no_window() -> None:
    assert scaling_window(np.linspace(0.0, -3.0, 50), period=1.0) is None


@pytest.mark.parametrize(
    ("series", "words"),
    [
        (np.arange(50.0), "200"),
        (np.ones(500), "vary"),
        (np.full(500, np.nan), "NaN|finite|missing"),
    ],
)
def test_bad_series_are_refused(series: np.ndarray, words: str) -> None:
    with pytest.raises(InputError, match=words):
        largest_lyapunov_from_data(series)


def test_unknown_methods_are_refused() -> None:
    with pytest.raises(InputError, match="kantz"):
        largest_lyapunov_from_data(logistic(500), method="wolf")

"""Lyapunov spectrum from a measured series: known systems, spurious exponents, refusals."""

from __future__ import annotations

import numpy as np
import pytest

import dsr
from dsr.catalogue import reference_values
from dsr.errors import InputError
from dsr.metrics import lyapunov_spectrum_from_data


def test_henon_has_its_two_exponents() -> None:
    found = lyapunov_spectrum_from_data(dsr.simulate("henon", steps=5000, seed=0))
    true = np.array(reference_values("henon")["exponents"])
    assert found["converged"].values.all(), found.attrs["reason"]
    np.testing.assert_allclose(found["exponent"].values, true, atol=0.1)
    assert (found["low"].values <= true).all()
    assert (true <= found["high"].values).all()
    assert float(found["kaplan_yorke_dimension"]) == pytest.approx(1.258, abs=0.05)


def test_lorenz_has_one_that_grows_and_one_that_keeps_time() -> None:
    series = dsr.simulate("lorenz63", steps=8000, dt=0.03, seed=0)
    found = lyapunov_spectrum_from_data(series)
    assert found["converged"].values[:2].all(), found.attrs["reason"]
    for index, true in enumerate([0.9056, 0.0]):
        assert float(found["low"][index]) <= true <= float(found["high"][index])
    assert float(found["exponent"][2]) < -4
    assert found["exponent"].attrs["units"] == "1/time unit"


@pytest.mark.parametrize("dimension", [3, 4])
def test_a_delay_too_many_makes_no_exponent(dimension: int) -> None:
    """Plain fits find twice the exponent of the Henon map in 3 and 4 delays of x."""
    x = dsr.simulate("henon", steps=4000, seed=0).isel(variable=[0])
    found = lyapunov_spectrum_from_data(x, dimension=dimension, delay=1)
    assert found.sizes["index"] == dimension
    assert float(found["exponent"][0]) == pytest.approx(0.419, abs=0.04)
    assert not found["converged"].values[1:].any()


def test_a_cycle_and_noise_have_no_growth(rng: np.random.Generator) -> None:
    for series in (dsr.simulate("van_der_pol", steps=3000, dt=0.15), rng.normal(size=(2000, 2))):
        found = lyapunov_spectrum_from_data(series)
        assert not (bool(found["converged"][0]) and float(found["low"][0]) > 0)


def test_another_unit_of_time_only_rescales() -> None:
    series = dsr.simulate("halvorsen", steps=3000, dt=0.02, seed=0)
    slow = series.assign_attrs(dt=1000 * series.attrs["dt"]).assign_coords(
        time=1000 * series["time"]
    )
    one, other = lyapunov_spectrum_from_data(series), lyapunov_spectrum_from_data(slow)
    np.testing.assert_allclose(1000 * other["exponent"], one["exponent"], rtol=1e-9)
    assert (one["converged"].values == other["converged"].values).all()


def test_too_large_a_state_is_refused(rng: np.random.Generator) -> None:
    with pytest.raises(InputError, match="20 at most"):
        lyapunov_spectrum_from_data(rng.normal(size=(300, 21)))


def test_too_few_points_are_no_number(rng: np.random.Generator) -> None:
    found = lyapunov_spectrum_from_data(rng.normal(size=(250, 15)), theiler=120)
    assert np.isnan(found["exponent"].values).all()
    assert not found["converged"].values.any()
    assert "too few" in found.attrs["reason"]

"""SINDy: equations in original units, driven from outside."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dsr
from dsr.data import make_series
from dsr.errors import InputError
from dsr.models import SINDy


def duffing(phase: float, steps: int, transient: float = 500.0) -> tuple[Any, Any]:
    """Position and speed of the forced Duffing oscillator, and its drive as an input."""
    whole = dsr.simulate(
        "duffing", steps=steps, transient=transient, initial=[0.1, 0.1, phase], seed=0
    )
    like = {"dt": whole.attrs["dt"], "time_unit": whole.attrs["time_unit"]}
    values = whole.values[0]
    states = make_series(values[:, :2], variables=["x", "v"], **like)
    return states, make_series(np.cos(values[:, 2:]), variables=["drive"], **like)


@pytest.fixture(scope="module")
def driven() -> Any:
    states, drive = duffing(0.0, 12_000)
    return SINDy(degree=3, threshold=0.02).fit(states, inputs=drive)


def test_the_forced_duffing_oscillator_is_found(driven: Any) -> None:
    found = driven.diagnostics()["equations"]["coefficient"]
    expected = {"x": (0.0, 1.0), "v": (1.0, -0.1), "drive": (0.0, 0.35), "x^3": (0.0, -1.0)}
    assert found["term"].values.tolist() == list(expected)
    for term, values in expected.items():
        np.testing.assert_allclose(found.sel(term=term), values, atol=0.003)
    assert repr(driven) == "SINDy(degree=3, threshold=0.02): 2 equations with 5 terms"


def test_its_exponents_are_those_of_the_oscillator(driven: Any) -> None:
    """Of the system that its coefficients write down; their sum is that of v in dv/dt."""
    found = driven.diagnostics()["equations"]["coefficient"].sel(variable="v")
    signs = {"delta": ("v", -1), "alpha": ("x", -1), "beta": ("x^3", -1), "gamma": ("drive", 1)}
    parameters = {key: sign * float(found.sel(term=term)) for key, (term, sign) in signs.items()}
    settings = {"duration": 5_000.0, "transient": 500.0}
    truth, own = (
        dsr.metrics.lyapunov_spectrum("duffing", parameters=p, **settings)
        for p in (None, parameters)
    )
    assert float(own["exponent"][0]) == pytest.approx(float(truth["exponent"][0]), rel=0.15)
    assert float(own["exponent"].sum()) == pytest.approx(-0.1, abs=0.002)


def test_it_forecasts_under_a_drive_it_has_not_seen(driven: Any) -> None:
    states, drive = duffing(2.0, 600)
    forecast = driven.forecast(states.isel(time=slice(0, 100)), 200, inputs=drive)
    error = np.abs(forecast.values[0] - states.values[0, 100:300]) / states.values[0].std(axis=0)
    assert error[:100].max() < 0.02
    assert error.max() < 0.1


def test_a_free_run_under_another_phase_is_on_the_attractor(driven: Any) -> None:
    states, drive = duffing(2.0, 20_000)
    run = driven.generate(states.isel(time=[0]), 19_999, inputs=drive)
    truth = states.isel(time=slice(1, None))
    assert float(dsr.metrics.state_space_divergence(truth, run)) <= 0.3
    assert dsr.metrics.hellinger_spectral_distance(truth, run).attrs["mean"] <= 0.15


def test_a_map_sees_the_input_of_its_own_sample(rng: np.random.Generator) -> None:
    u, x = rng.normal(size=(500, 1)), np.zeros((500, 1))
    for k in range(499):
        x[k + 1] = 0.5 * x[k] - 0.1 * x[k] ** 2 + 0.7 * u[k]
    model = SINDy(threshold=1e-3).fit(x, inputs=u)
    assert model.equations() == ["x0[k+1] = 0.5 x0 + 0.7 u0 - 0.1 x0^2"]
    forecast = model.forecast(x[:100], 50, inputs=u[:149])
    np.testing.assert_allclose(forecast.values[0], x[100:150], atol=1e-9)
    z, v = model.encode(x[7]), model.input_scaler.transform(u[7])
    np.testing.assert_allclose(model.decode(model.step(z, v)), x[8], atol=1e-9)
    with pytest.raises(InputError, match="driven by u0"):
        model.step(z)


def test_equations_are_in_the_units_of_the_series() -> None:
    """sigma, rho and beta of the Lorenz system, in units of a thousandth for x."""
    series = dsr.simulate("lorenz63", steps=10_000, dt=0.002, seed=0)
    scaled = series.copy(data=series.values * [1000.0, 1.0, 1.0])
    model = SINDy().fit(scaled)
    terms = model.diagnostics()["equations"]["coefficient"]
    assert float(terms.sel(variable="x", term="y")) == pytest.approx(10_000.0, rel=0.01)
    assert float(terms.sel(variable="y", term="x")) == pytest.approx(0.028, rel=0.01)
    assert float(terms.sel(variable="z", term="x y")) == pytest.approx(0.001, rel=0.01)
    assert float(terms.sel(variable="z", term="z")) == pytest.approx(-8 / 3, rel=0.01)
    assert model.equations()[2].startswith("dz/dt = -2.67 z + 0.001 x y")
    assert model.equations(scaled=True)[2] != model.equations()[2]
    z = model.encode(scaled.values[0, 100])
    change = (model.decode(model.step(z)) - scaled.values[0, 100]) / 0.002
    x, y, height = scaled.values[0, 100]
    np.testing.assert_allclose(change[2], 0.001 * x * y - 8 / 3 * height, rtol=0.05)


def test_an_unfitted_model_says_so_briefly() -> None:
    assert repr(SINDy()) == "SINDy(degree=2, threshold=0.05)"

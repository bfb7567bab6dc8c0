"""Dynamic mode decomposition: eigenvalues, modes and forecasts of systems that are known."""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

import numpy as np
import pytest

from dsr.data import make_series
from dsr.errors import InputError
from dsr.kernels.principal import principal_directions, signal_rank
from dsr.models import DMD

MATRIX = np.array([[0.9, 0.3, 0.0], [-0.3, 0.9, 0.1], [0.0, 0.0, 0.7]])


def linear(steps: int = 80, shift: float = 0.0) -> Any:
    x = np.empty((steps, 3))
    x[0] = [1.0, -2.0, 3.0]
    for k in range(steps - 1):
        x[k + 1] = MATRIX @ x[k]
    return make_series(x + shift, dt=0.5, time_unit="day")


def waves(frames: int, size: int, noise: float = 0.0, seed: int = 0) -> Any:
    """A field of two travelling waves of known frequency, one decaying; with land."""
    rng = np.random.default_rng(seed)
    y, x = np.meshgrid(np.arange(size), np.arange(size), indexing="ij")
    k = np.arange(frames)[:, None, None]
    values = 5.0 + np.cos(0.2 * x - 0.1 * k) + 0.999**k * np.sin(0.3 * y + 0.25 * k)
    values = values + noise * rng.standard_normal(values.shape)
    values[:, : size // 4, : size // 4] = np.nan
    return make_series(values[None, :, None], dt=2.0, time_unit="hour")


@pytest.mark.parametrize("shift", [0.0, 50.0])
@pytest.mark.parametrize("delays", [1, 3])
def test_a_linear_system_is_found_exactly(shift: float, delays: int) -> None:
    series = linear(shift=shift)
    model = DMD(delays=delays).fit(series)
    found, expected = (np.sort_complex(v) for v in (model.eigenvalues, np.linalg.eigvals(MATRIX)))
    np.testing.assert_allclose(found, expected, atol=1e-6)
    forecast = model.forecast(series.isel(time=slice(0, 10)), 40)
    np.testing.assert_allclose(forecast.values[0], series.values[0, 10:50], atol=1e-6)


def test_modes_and_amplitudes_give_the_series_back() -> None:
    series = linear(shift=4.0)
    modes = DMD().fit(series).diagnostics()["modes"]
    assert modes["modes"].dims == ("mode", "variable")
    powers = modes["eigenvalue"].values ** np.arange(80)[:, None]
    again = (modes["amplitude"].values * powers) @ modes["modes"].values
    np.testing.assert_allclose(again.real + 4.0, series.values[0], atol=1e-9)
    np.testing.assert_allclose(again.imag, 0.0, atol=1e-9)


def test_frequencies_and_growth_rates_are_per_unit_of_time() -> None:
    modes = DMD(rank=4).fit(waves(400, 12)).diagnostics()["modes"]
    assert modes["modes"].dims == ("mode", "channel", "y", "x")
    assert modes["frequency"].attrs["units"] == "1/hour"
    frequency = np.sort(np.abs(modes["frequency"].values)) * 2 * np.pi
    np.testing.assert_allclose(frequency, [0.05, 0.05, 0.125, 0.125], atol=1e-6)
    slow = modes["growth_rate"].values[np.argsort(np.abs(modes["frequency"].values))]
    np.testing.assert_allclose(slow, [0.0, 0.0, *2 * [np.log(0.999) / 2]], atol=1e-6)
    assert np.isnan(modes["modes"].values[:, 0, :3, :3]).all()
    assert np.isfinite(modes["modes"].values[:, 0, 3:]).all()


def test_it_agrees_with_pydmd() -> None:
    pydmd = pytest.importorskip("pydmd")
    series = linear()
    other = pydmd.DMD(svd_rank=-1, exact=True).fit(series.values[0].T)
    model = DMD().fit(series)
    np.testing.assert_allclose(
        np.sort_complex(model.eigenvalues), np.sort_complex(other.eigs), atol=1e-8
    )
    for value, mode in zip(model.eigenvalues, model.modes, strict=True):
        same = other.modes[:, np.argmin(np.abs(other.eigs - value))]
        overlap = np.vdot(same, mode) / np.linalg.norm(same) / np.linalg.norm(mode)
        assert abs(overlap) == pytest.approx(1.0, abs=1e-8)


def test_inputs_are_told_from_dynamics(rng: np.random.Generator) -> None:
    """Proctor et al.: without the control the eigenvalues are wrong, with it they are right."""
    u = rng.normal(size=(400, 2)).cumsum(axis=0)
    push = np.array([[0.5, 0.0], [0.0, -1.0], [0.3, 0.2]])
    x = np.zeros((400, 3))
    for k in range(399):
        x[k + 1] = MATRIX @ x[k] + push @ u[k]
    model = DMD().fit(x, inputs=u)
    found, expected = (np.sort_complex(v) for v in (model.eigenvalues, np.linalg.eigvals(MATRIX)))
    np.testing.assert_allclose(found, expected, atol=1e-8)
    forecast = model.forecast(x[:100], 50, inputs=u[:149])
    np.testing.assert_allclose(forecast.values[0], x[100:150], atol=1e-8)
    # The size of the push in original units, wherever the inputs have their mean.
    z, v = model.encode(x[3]), model.input_scaler.transform(u[3])
    more = model.input_scaler.transform(u[3] + [1.0, 0.0])
    effect = model.decode(model.step(z, more)) - model.decode(model.step(z, v))
    np.testing.assert_allclose(effect, push[:, 0], atol=1e-8)
    alone = np.sort_complex(DMD().fit(x).eigenvalues)
    assert np.abs(alone - expected).max() > 0.01
    with pytest.raises(InputError, match="driven by u0, u1"):
        model.step(z)


def test_growth_without_bound_is_reported_and_not_hidden() -> None:
    k = np.arange(300)
    series = np.stack([1.01**k * np.cos(0.2 * k), 1.01**k * np.sin(0.2 * k)], axis=1)
    model = DMD().fit(series)
    attrs = model.diagnostics()["modes"].attrs
    assert attrs["unstable"] == 2
    assert attrs["largest_modulus"] == pytest.approx(1.01)
    assert "outside the unit circle" in attrs["warning"]
    run = model.generate(steps=120_000).values[0]
    assert np.isfinite(run[:1000]).all()
    assert np.isnan(run[-1]).all()
    assert "warning" not in DMD().fit(linear()).diagnostics()["modes"].attrs


def test_the_rank_is_that_of_the_signal() -> None:
    """Gavish and Donoho's threshold keeps what stands above the noise, here three waves."""
    model = DMD().fit(waves(400, 12, noise=0.05))
    assert model.latent_dim == 4
    assert DMD(rank=2).fit(waves(400, 12)).latent_dim == 2
    assert DMD(rank=50).fit(linear()).latent_dim == 3
    noise = np.random.default_rng(0).normal(size=(400, 100))
    assert signal_rank(np.linalg.svd(noise, compute_uv=False), noise.shape) <= 2


def test_both_ways_to_the_directions_agree(
    monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    values = rng.normal(size=(70, 4)) @ rng.normal(size=(4, 50))
    for wide in (values, values.T.copy()):
        basis, sigma = principal_directions(wide, len)
        monkeypatch.setattr("dsr.kernels.principal._SMALL", 0)
        other, same = principal_directions(wide, len)
        monkeypatch.undo()
        assert len(sigma) == len(same) == 4
        np.testing.assert_allclose(same, sigma, rtol=1e-8)
        np.testing.assert_allclose(np.abs((basis * other).sum(axis=0)), 1.0, atol=1e-8)


def test_a_large_field_takes_seconds_and_little_memory() -> None:
    field = waves(2000, 64, noise=0.1)
    tracemalloc.start()
    begin = time.perf_counter()
    model = DMD().fit(field)
    seconds = time.perf_counter() - begin
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert model.latent_dim == 4
    assert seconds < 60.0
    assert peak < 1e9
    forecast = model.forecast(field.isel(time=slice(0, 5)), 100)
    clean = waves(105, 64).values[0, 5:]
    assert np.nanmean((forecast.values[0] - clean) ** 2) < 0.02


def test_settings_and_data_that_make_no_sense_are_refused() -> None:
    for settings in ({"rank": 0}, {"rank": 1.5}, {"delays": 0}, {"delays": True}):
        with pytest.raises(InputError, match="whole number of at least 1"):
            DMD(**settings)
    with pytest.raises(InputError, match="too short for 80 delays"):
        DMD(delays=80).fit(linear())
    with pytest.raises(InputError, match="nothing in the series varies"):
        DMD().fit(np.ones((50, 2)))
    with pytest.raises(InputError, match=r"\(\.\.\., 3, 3\)"):
        DMD(delays=3).fit(linear()).encode(np.zeros((2, 3)))

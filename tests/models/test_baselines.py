"""Baselines: what they must give, exactly."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

import dsr
from dsr.errors import InputError
from dsr.models import GaussianCloud, Persistence, SINDy


def test_persistence_repeats_the_last_sample_of_each_trajectory(rng: np.random.Generator) -> None:
    series = dsr.data.make_series(rng.normal(size=(2, 40, 3)), dt=0.1)
    forecast = Persistence().fit(series).forecast(series, 4)
    np.testing.assert_allclose(
        forecast.values, np.repeat(series.values[:, -1:], 4, axis=1), rtol=1e-12
    )


def test_gaussian_cloud_has_the_moments_of_the_data(rng: np.random.Generator) -> None:
    mixing = np.array([[2.0, 0.0], [1.5, 0.3]])
    series = rng.normal(size=(5000, 2)) @ mixing.T + [10.0, -3.0]
    cloud = GaussianCloud().fit(series, seed=4).generate(steps=40_000).values[0]
    np.testing.assert_allclose(cloud.mean(0), series.mean(0), atol=0.05)
    np.testing.assert_allclose(np.cov(cloud.T), np.cov(series.T), rtol=0.05, atol=0.05)


def test_sindy_finds_the_lorenz_equations() -> None:
    """Seven terms, and the divergence of the flow, -(sigma + 1 + beta), within 2 %."""
    series = dsr.simulate("lorenz63", steps=10_000, dt=0.002, seed=0)
    model = SINDy(threshold=0.05).fit(series)
    assert (model.parameters()["coefficients"] != 0).sum() == 7
    assert len(model.equations()) == 3
    z = model.encode(series.values[0, 1000])
    linear = (model.jacobian(z) - np.eye(3)) / series.attrs["dt"]
    divergence = np.trace(linear)
    assert divergence == pytest.approx(-(10 + 1 + 8 / 3), rel=0.02)


def test_sindy_finds_the_logistic_map() -> None:
    series = dsr.simulate("logistic", steps=2000, seed=0)
    model = SINDy(threshold=1e-3).fit(series)
    x = series.values[0, 100]
    expected = 4 * x * (1 - x)
    found = model.decode(model.step(model.encode(x)))
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("model", [Persistence(), GaussianCloud(), SINDy()])
def test_baselines_save_and_load(model: object, tmp_path: Path) -> None:
    series = dsr.simulate("lorenz63", steps=2000, dt=0.01, seed=0)
    model.fit(series)
    model.save(tmp_path)
    again = dsr.models.load(tmp_path)
    np.testing.assert_array_equal(again.generate(steps=20).values, model.generate(steps=20).values)


def test_sindy_refuses_a_library_out_of_bounds(rng: np.random.Generator) -> None:
    with pytest.raises(InputError, match="terms"):
        SINDy(degree=4).fit(rng.normal(size=(100, 20)))
    with pytest.raises(InputError, match="degree"):
        SINDy(degree=0)


def test_persistence_and_the_cloud_take_fields(rng: np.random.Generator) -> None:
    modes = rng.normal(size=(3, 30 * 50))
    frames = (10.0 + rng.normal(size=(1200, 3)) @ modes).reshape(1, 1200, 1, 30, 50)
    frames[..., :4, :7] = np.nan
    field = dsr.data.make_series(frames, dt=0.1)
    land = np.isnan(frames[0, 0])
    still = Persistence().fit(field).forecast(field, 4)
    np.testing.assert_array_equal(still.values[0], np.repeat(frames[0, -1:], 4, axis=0))
    model = GaussianCloud().fit(field)
    assert model.factor.shape == (30 * 50 - 28, 3)
    cloud = model.generate(steps=6_000, seed=3).values[0]
    assert (np.isnan(cloud) == land).all()
    drawn, given = cloud[:, ~land], frames[0][:, ~land]
    np.testing.assert_allclose(drawn.std(0), given.std(0), rtol=0.05)
    np.testing.assert_allclose(np.cov(drawn[:, :5].T), np.cov(given[:, :5].T), atol=0.3)
    assert (np.abs(drawn.mean(0) - given.mean(0)) < 0.1 * given.std(0)).all()


def test_a_cloud_of_a_large_field_takes_seconds(rng: np.random.Generator) -> None:
    frames = rng.normal(size=(2000, 20)) @ rng.normal(size=(20, 4096))
    field = dsr.data.make_series(frames.reshape(1, 2000, 1, 64, 64))
    begin = time.perf_counter()
    model = GaussianCloud().fit(field)
    cloud = model.generate(steps=500)
    assert time.perf_counter() - begin < 60.0
    assert model.factor.shape[1] <= 20
    assert cloud.values.var() == pytest.approx(frames.var(), rel=0.1)

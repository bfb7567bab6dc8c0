"""Models judged by their protocol: contexts, inputs, fields on their grid, the run that is kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

import dsr
from dsr.data import make_series
from dsr.errors import InputError
from dsr.metrics import (
    evaluate,
    forecast_skill,
    judged,
    lyapunov_spectrum,
    metrics_to_json,
    prediction_error,
    sliced_wasserstein,
    topological_error,
    valid_prediction_time,
)
from dsr.metrics.judging.facts import FACTS, METRICS
from dsr.models.base import ReconstructionModel


class Rotation(ReconstructionModel):
    """x(t+1) = 2 cos(w) x(t) - x(t-1): right from two samples, and from nothing less."""

    name = "rotation"
    accepts = "series | field"

    def __init__(self, angle: float = 0.3) -> None:
        super().__init__()
        self.angle = angle

    @property
    def context_length(self) -> int:
        """Two samples."""
        return 2

    def learn(self, parts: Any, *, inputs: Any, seed: int) -> None:
        """Nothing is to be learnt."""

    def run(self, contexts: Any, steps: int, *, inputs: Any, rng: Any) -> Any:
        """Iterate."""
        runs = [np.stack([c[-2] for c in contexts]), np.stack([c[-1] for c in contexts])]
        for _ in range(steps):
            runs.append(2 * np.cos(self.angle) * runs[-1] - runs[-2])
        return np.stack(runs[2:], axis=1)


class Driven(ReconstructionModel):
    """z(t+1) = a z(t) + u(t): a state-space model under one input."""

    name = "driven"
    takes_inputs = True

    def __init__(self, rate: float = 0.5) -> None:
        super().__init__()
        self.rate = rate

    def learn(self, parts: Any, *, inputs: Any, seed: int) -> None:
        """Nothing is to be learnt."""

    def step(self, z: Any, u: Any = None) -> Any:
        """One step, the standardised input taken back to its units."""
        return self.rate * np.asarray(z) + self.input_scaler.inverse(u)

    def jacobian(self, z: Any, u: Any = None) -> Any:
        """Depends on the input alone."""
        return np.array([[self.rate * np.exp(self.input_scaler.inverse(u)[0])]])

    def encode(self, x: Any) -> Any:
        """States are observations."""
        return np.asarray(x, dtype=np.float64)

    def decode(self, z: Any) -> Any:
        """Observations are states."""
        return np.asarray(z)

    def run(self, contexts: Any, steps: int, *, inputs: Any, rng: Any) -> Any:
        """Iterate under the inputs."""
        runs = []
        for context, drive in zip(contexts, inputs, strict=True):
            z, frames = context[-1], []
            for u in drive[len(context) - 1 :][:steps]:
                z = self.step(z, u)
                frames.append(z)
            runs.append(frames)
        return np.array(runs)


def waves(frames: int = 300, land: bool = False, channels: int = 1) -> xr.DataArray:
    """A field whose every cell is a sine of the angle 0.3."""
    t, y, x = np.arange(frames), np.arange(12.0), np.arange(14.0)
    phase = y[:, None] + 0.5 * x
    values = np.sin(0.3 * t[:, None, None] + phase)[:, None] * np.arange(1.0, channels + 1)[
        :, None, None
    ]  # fmt: skip
    if land:
        values[:, :, :3, 4:9] = np.nan
    return make_series(values[None], dt=0.1)


def driven_series(steps: int, seed: int) -> tuple[xr.DataArray, xr.DataArray]:
    """A series of the driven map, and what drove it."""
    u = 0.3 * np.random.default_rng(seed).standard_normal(steps)
    x = np.zeros(steps)
    for t in range(steps - 1):
        x[t + 1] = 0.5 * x[t] + u[t]
    names: Any = {"dt": 0.1, "time_unit": "s"}
    return make_series(x[:, None], **names), make_series(u[:, None], variables=["u"], **names)


def test_a_perfect_model_of_fields_has_no_error() -> None:
    field = waves()
    scores, run = judged(field, Rotation().fit(field))
    for name in ("rmse", "nmse", "prediction_error"):
        assert float(scores[name]) < 1e-9, name
    assert float(scores["ssim"]) == pytest.approx(1.0)
    assert run is not None
    assert run["time"].values[0] == field["time"].values[2]
    np.testing.assert_allclose(run.values, field.values[:, 2:], atol=1e-9)


def test_land_counts_for_nothing() -> None:
    whole, dry = waves(channels=2), waves(land=True, channels=2)
    model = Rotation(0.29)
    scores, run = judged(dry, model.fit(dry), independent=dry.isel(time=slice(0, 120)))
    assert run is not None
    assert np.isnan(run.values[..., :3, 4:9]).all()
    wrong = (
        whole.values[0, 2:] - model.fit(whole).generate(whole.isel(time=slice(0, 2)), 298).values[0]
    )
    valid = np.isfinite(dry.values[0, 0])
    by_hand = np.sqrt((wrong[:, valid].reshape(298, 2, -1) ** 2).mean(axis=2)).mean()
    assert float(scores["rmse"]) == pytest.approx(by_hand)
    for name in ("rmse", "ssim", "correlation_time", "radial_spectrum_log_distance"):
        for suffix in ("", "_noise_floor", "_surrogate"):
            assert np.isfinite(scores[name + suffix]), name + suffix
    same = evaluate(dry, dry)
    for name, best in {"rmse": 0, "ssim": 1, "radial_spectrum_hellinger": 0}.items():
        assert float(same[name]) == pytest.approx(best, abs=1e-12)


def test_frames_of_unequal_trajectories_are_compared_as_far_as_they_go() -> None:
    field = waves()
    two = make_series([field.values[0], field.values[0, 40:240]], like=field)
    scores, run = judged(two, Rotation(0.3).fit(field))
    assert float(scores["rmse"]) < 1e-9
    assert run is not None
    assert run["length"].values.tolist() == [298, 198]
    assert np.isfinite(scores["correlation_time"])


def test_a_field_with_gaps_that_move_is_refused() -> None:
    field = waves(60)
    field[0, 7, 0, 2, 2] = np.nan
    with pytest.raises(InputError, match="not finite"):
        evaluate(field, waves(60))


def test_a_start_is_as_many_samples_as_a_model_needs() -> None:
    t = np.arange(400.0)
    series = make_series(np.stack([np.sin(0.3 * t), np.cos(0.3 * t)], axis=1), dt=0.1)
    model = Rotation().fit(series)
    scores, run = judged(series, model)
    assert float(scores["prediction_error"]) < 1e-20
    assert float(scores["hellinger_spectral_distance"]) < 0.1
    assert run is not None
    assert run.sizes["time"] == 399
    np.testing.assert_allclose(prediction_error(model, series, 9), 0.0, atol=1e-20)
    skill = forecast_skill(model, series, 9)
    np.testing.assert_allclose(skill["nrmse"].sel(forecast="model"), 0.0, atol=1e-9)
    assert bool(valid_prediction_time(series, model)["censored"].all())
    truth = make_series(np.stack([series.values[0], series.values[0, ::-1]]), dt=0.1)
    error = topological_error(truth, model, initial=truth.values[:, 0], steps=400, transient=100)
    assert float(error["error"]) == 0.0


def test_the_run_that_is_kept_is_the_run_that_was_judged() -> None:
    class Draws(dsr.models.GaussianCloud):
        runs = 0

        def generate(self, *args: Any, **options: Any) -> xr.DataArray:
            """Draw otherwise each time."""
            self.runs += 1
            return super().generate(*args, **{**options, "seed": self.runs})

    series = dsr.simulate("lorenz63", steps=2000, dt=0.05, seed=0)
    model = Draws().fit(series)
    scores, run = judged(series, model, resamples=20)
    assert run is not None
    assert run.sizes["time"] == series.sizes["time"]
    assert run["variable"].values.tolist() == ["x", "y", "z"]
    again = evaluate(series, run, resamples=20)
    for name in ("state_space_divergence", "hellinger_spectral_distance"):
        assert float(again[name]) == float(scores[name])
    assert judged(series, run, resamples=20).generated is None


def test_a_driven_model_runs_under_the_inputs_of_the_reference() -> None:
    series, drive = driven_series(1500, 0)
    model = Driven().fit(series, inputs=drive)
    other, its_drive = driven_series(1200, 1)
    scores, run = judged(other, model, inputs=its_drive, independent=series, resamples=20)
    assert run is not None
    start = other.sizes["time"] - run.sizes["time"]
    assert start == scores.attrs["transient"] + 1
    np.testing.assert_allclose(run.values[0], other.values[0, start:], atol=1e-12)
    np.testing.assert_allclose(run["time"], other["time"][start:])
    assert float(scores["state_space_divergence"]) < 0.01
    assert float(scores["prediction_error"]) < 1e-20
    error = prediction_error(model, other, 5, inputs=its_drive)
    np.testing.assert_allclose(error, 0.0, atol=1e-20)
    with pytest.raises(InputError, match="same time axis"):
        evaluate(other, model, inputs=its_drive.isel(time=slice(0, 600)))


def test_exponents_of_a_driven_model_are_those_under_its_inputs() -> None:
    series, drive = driven_series(2001, 0)
    model = Driven().fit(series, inputs=drive)
    found = lyapunov_spectrum(model, inputs=drive, transient=0)
    by_hand = (np.log(0.5) + drive.values[0, :2000, 0].mean()) / 0.1
    assert float(found["exponent"][0]) == pytest.approx(by_hand, rel=1e-9)
    assert found.attrs["units"] == "per s"
    with pytest.raises(InputError, match="longer stretch of inputs"):
        lyapunov_spectrum(model, inputs=drive, steps=3000)


def test_other_steps_units_and_names_are_refused() -> None:
    fine = dsr.simulate("lorenz63", steps=1000, dt=0.01, seed=0)
    coarse = dsr.simulate("lorenz63", steps=1000, dt=0.05, seed=1)
    model = dsr.models.Persistence().fit(fine)
    with pytest.raises(InputError, match="time step"):
        evaluate(coarse, model)
    with pytest.raises(InputError, match="time step"):
        evaluate(coarse, fine)
    with pytest.raises(InputError, match="variables"):
        evaluate(fine.assign_coords(variable=["a", "b", "c"]), model)
    with pytest.raises(InputError, match="time step"):
        prediction_error(model, coarse, 3)
    turned = fine.isel(variable=[2, 0, 1])
    assert float(evaluate(fine, turned, resamples=10)["state_space_divergence"]) == 0.0
    bare = evaluate(coarse.values[0], model, metrics=["prediction_error"])
    assert np.isfinite(bare["prediction_error"])


def test_sliced_wasserstein_is_one_number() -> None:
    runs = dsr.simulate("henon", steps=300, trajectories=2, seed=0)
    x, y = runs.isel(trajectory=[0]), runs.isel(trajectory=[1])
    asked = evaluate(x, y, independent=y, metrics=["sliced_wasserstein"], resamples=10)
    assert float(asked["sliced_wasserstein"]) == float(sliced_wasserstein(x, y))


def test_every_fact_is_whole_and_every_score_has_one() -> None:
    for name, fact in FACTS.items():
        assert fact.name == name
        assert fact.title
        assert fact.meaning.endswith(".")
        assert fact.unit
        assert fact.better in ("lower", "higher", "")
        if fact.score:
            assert callable(fact.function())
    x = dsr.simulate("henon", steps=400, seed=0)
    wanted = [name for name, fact in FACTS.items() if fact.for_series]
    model = dsr.models.Persistence().fit(x)
    assert list(metrics_to_json(evaluate(x, model, metrics=wanted, resamples=10))) == wanted
    assert tuple(metrics_to_json(evaluate(x, x, resamples=10))) == METRICS
    with pytest.raises(InputError, match="did you mean"):
        evaluate(x, x, metrics=["energy_distanc"])


def test_entropy_of_some_exponents_is_not_that_of_all() -> None:
    doubling = dsr.models.ShallowPLRNN.from_matrices(
        A=[2.0, 1.5, 0.5], W1=np.zeros((3, 1)), W2=np.zeros((1, 3)), h1=np.zeros(3), h2=[0.0]
    )
    start = np.zeros(3)
    one = lyapunov_spectrum(doubling, count=1, steps=400, initial=start)
    assert not one.attrs["complete"]
    assert np.isnan(one["ks_entropy"])
    three = lyapunov_spectrum(doubling, steps=400, initial=start)
    assert three.attrs["complete"]
    assert float(three["ks_entropy"]) == pytest.approx(np.log(3.0))


def test_a_cloud_as_wide_as_the_training_data_has_not_diverged() -> None:
    """The end of a decaying series is a thousand times narrower than its beginning."""
    rng = np.random.default_rng(0)
    t = np.arange(4000)
    decay = np.exp(-t / 400)[:, None] * rng.standard_normal((4000, 2))
    train, test = make_series(decay[:3200]), make_series(decay[3200:])
    cloud = dsr.models.GaussianCloud().fit(train)
    verdict = evaluate(test, cloud, independent=train, resamples=10).attrs["verdict"]
    assert "diverged" not in verdict
    away = test.copy(data=test.values + 1e3)
    assert "diverged" in evaluate(test, away, independent=train, resamples=10).attrs["verdict"]


def test_a_climatology_is_told_when_each_start_was() -> None:
    """Its forecasts of a cycle without noise are right, and its run keeps the phase."""
    cycle = np.sin(2 * np.pi * np.arange(12) / 12) + 0.3 * np.cos(2 * np.pi * np.arange(12) / 4)
    series = make_series(
        np.stack([np.tile(cycle, 40), np.tile(cycle[::-1], 40)], axis=1), dt=1.0, time_unit="month"
    )
    test = series.isel(time=slice(305, None))
    model = dsr.models.Climatology().fit(series.isel(time=slice(0, 300)))
    assert float(prediction_error(model, test, 9).max()) < 1e-12
    scores, run = judged(test, model, resamples=10)
    assert float(scores["prediction_error"]) < 1e-12
    assert run is not None
    phases = run["time"].values.astype(int) % 12
    np.testing.assert_allclose(run.values[0, :, 0], cycle[phases], atol=1e-12)


def test_inputs_too_short_for_an_exponent_leave_the_other_scores() -> None:
    series, drive = driven_series(80, 0)
    model = Driven().fit(series, inputs=drive)
    scores = evaluate(series, model, inputs=drive, resamples=10)
    exponent = scores["largest_lyapunov_exponent"]
    assert np.isnan(exponent)
    assert "too short" in exponent.attrs["reason"]
    assert np.isfinite(scores["prediction_error"])


def test_the_compiled_exponents_of_a_driven_model_are_those_of_its_steps() -> None:
    class Plain:
        """The same model without its shallow form."""

        def __init__(self, model: Any) -> None:
            for name in ("step", "jacobian", "encode", "decode", "start_state", "latent_dim", "dt",
                         "time_unit", "input_variables", "input_scaler"):  # fmt: skip
                setattr(self, name, getattr(model, name))

    series, drive = driven_series(1000, 0)
    model = dsr.models.ShallowPLRNN(1, 6).fit(series, inputs=drive, updates=20, seed=0)
    assert model.canonical().C is not None
    fast, plain = (lyapunov_spectrum(m, inputs=drive) for m in (model, Plain(model)))
    np.testing.assert_allclose(fast["block_exponent"], plain["block_exponent"], rtol=1e-9)
    assert float(fast["exponent"][0]) != float(lyapunov_spectrum(model, steps=1000)["exponent"][0])

"""Fitting, running, saving: the protocol every state-space model follows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dsr
from dsr.errors import InputError
from dsr.models import ShallowPLRNN
from dsr.training import GradientTrainer, SparseTeacherForcing, TrainingSettings


@pytest.fixture(scope="module")
def series() -> Any:
    return dsr.simulate("lorenz63", steps=2500, dt=0.02, seed=3)


@pytest.fixture(scope="module")
def model(series: Any) -> ShallowPLRNN:
    return ShallowPLRNN(3, 30).fit(series, updates=600, seed=1)


def test_training_lowers_the_loss(model: ShallowPLRNN) -> None:
    loss = model.history["loss"].values
    assert loss[-1] < 0.2 * loss[0]
    assert model.history["update"].values[-1] == 600


def test_short_forecasts_beat_persistence(model: ShallowPLRNN, series: Any) -> None:
    from dsr.models import Persistence

    context, future = series.isel(time=slice(0, 1000)), series.isel(time=slice(1000, 1010))
    error = abs(model.forecast(context, 10).values - future.values).mean()
    frozen = abs(Persistence().fit(series).forecast(context, 10).values - future.values).mean()
    assert error < 0.3 * frozen


def test_forecast_continues_the_time_axis(model: ShallowPLRNN, series: Any) -> None:
    forecast = model.forecast(series, 5)
    dt = series.attrs["dt"]
    expected = float(series["time"][-1]) + dt * np.arange(1, 6)
    np.testing.assert_allclose(forecast["time"], expected, rtol=1e-12)
    assert list(forecast["variable"].values) == list(series["variable"].values)
    assert forecast.attrs["dt"] == dt


def test_encode_and_decode_are_inverse(model: ShallowPLRNN, series: Any) -> None:
    x = series.values[0, :7]
    np.testing.assert_allclose(model.decode(model.encode(x)), x, rtol=1e-12)


def test_generate_accepts_states_series_and_nothing(model: ShallowPLRNN, series: Any) -> None:
    x = series.values[0, :2]
    assert model.generate(x, 4).shape == (2, 4, 3)
    assert model.generate(steps=4).shape == (1, 4, 3)
    one = series.isel(time=slice(0, 1))
    np.testing.assert_array_equal(model.generate(one, 4).values, model.generate(x[:1], 4).values)
    one_step = model.decode(model.step(model.encode(x[0])))
    np.testing.assert_allclose(model.generate(x[0], 1).values[0, 0], one_step, rtol=1e-9)


@pytest.mark.parametrize("wrong", [[1.0, 2.0], [np.nan, 0.0, 0.0], [[[0.0, 0.0, 0.0]]]])
def test_wrong_starts_are_refused(model: ShallowPLRNN, wrong: Any) -> None:
    with pytest.raises(InputError):
        model.generate(wrong, 5)


@pytest.mark.parametrize("steps", [0, -3, 2.5, True])
def test_wrong_steps_are_refused(model: ShallowPLRNN, steps: Any) -> None:
    with pytest.raises(InputError, match="steps"):
        model.generate(steps=steps)


def test_context_of_another_step_or_width_is_refused(model: ShallowPLRNN, series: Any) -> None:
    with pytest.raises(InputError, match="time step"):
        model.forecast(dsr.simulate("lorenz63", steps=100, dt=0.05), 5)
    with pytest.raises(InputError, match="variables"):
        model.forecast(series.isel(variable=[0]), 5)


def test_save_and_load(model: ShallowPLRNN, tmp_path: Path) -> None:
    model.save(tmp_path / "m")
    again = dsr.models.load(tmp_path / "m")
    for name, array in model.parameters().items():
        np.testing.assert_array_equal(again.parameters()[name], array)
    np.testing.assert_array_equal(again.generate(steps=9).values, model.generate(steps=9).values)
    assert again.dt == model.dt
    assert again.variables == model.variables
    model.save(tmp_path / "n")
    for name in ("model.json", "model.safetensors"):
        assert (tmp_path / "m" / name).read_bytes() == (tmp_path / "n" / name).read_bytes()


def test_damaged_model_files_are_refused(model: ShallowPLRNN, tmp_path: Path) -> None:
    folder = tmp_path / "m"
    model.save(folder)
    weights, document = folder / "model.safetensors", folder / "model.json"
    good_weights, good_document = weights.read_bytes(), document.read_text()

    def refused() -> None:
        with pytest.raises(InputError) as caught:
            dsr.models.load(folder)
        assert "\n" not in str(caught.value)

    flipped = bytearray(good_weights)
    flipped[-3] ^= 1
    weights.write_bytes(bytes(flipped))
    refused()
    weights.unlink()
    refused()
    weights.write_bytes(good_weights)
    altered = [
        good_document.replace(*change)
        for change in (
            ('"schema": 2', '"schema": 9'),
            ('"hidden_dim": 30', '"hidden_dim": 31'),
            ("shallow-plrnn", "os.system"),
        )
    ]
    for text in ("", "[]", "{", "{}", "[" * 100_000, *altered):
        document.write_text(text)
        refused()
    damaged = json.loads(good_document)
    damaged["settings"]["latent_dim"] = "3"
    document.write_text(json.dumps(damaged))
    refused()
    document.write_text(good_document)
    broken = dsr.models.load(folder)
    broken.scaler = broken.scaler._replace(std=np.array([0.0, 1.0, 1.0]))
    broken.save(folder)
    refused()


def test_misspelt_options_get_the_nearest_name_offered(series: Any) -> None:
    with pytest.raises(InputError, match="did you mean 'batch_size'"):
        ShallowPLRNN(3, 5).fit(series, batchsize=3)
    with pytest.raises(InputError, match="did you mean 'batch_size'"):
        ShallowPLRNN(3, 5).settle_budget(series, 1.0, batchsize=3)


def test_a_trainer_is_taken_whole_or_by_its_settings(series: Any) -> None:
    trainer = GradientTrainer(TrainingSettings(updates=50, sequence_length=20))
    whole = ShallowPLRNN(3, 5).fit(series, trainer=trainer, seed=4)
    parts = ShallowPLRNN(3, 5).fit(series, updates=50, sequence_length=20, seed=4)
    np.testing.assert_array_equal(whole.theta(), parts.theta())
    assert whole.training["sequence_length"] == 20
    with pytest.raises(InputError, match="not both"):
        ShallowPLRNN(3, 5).fit(series, trainer=trainer, updates=50)


def test_a_budget_buys_whole_epochs(series: Any) -> None:
    model = ShallowPLRNN(3, 5)
    bought = model.settle_budget(series, 0.5, sequence_length=20, updates=123)
    assert list(bought) == ["updates"]
    assert bought["updates"] % 50 == 0
    assert model.seconds_per_update is not None
    assert bought["updates"] == pytest.approx(0.5 / model.seconds_per_update, abs=26)


def test_sparse_forcing_trains_a_model_of_lorenz_63(series: Any) -> None:
    from dsr.models import Persistence

    forcing = SparseTeacherForcing(25)
    model = ShallowPLRNN(3, 30).fit(series, forcing=forcing, updates=1500, validations=5, seed=1)
    loss = model.history["loss"].values
    assert loss[-1] < 0.2 * loss[0]
    assert model.training["forcing"] == {"kind": "sparse teacher forcing", "interval": 25}
    assert "alpha" not in model.history
    context, future = series.isel(time=slice(0, 1000)), series.isel(time=slice(1000, 1010))
    error = abs(model.forecast(context, 10).values - future.values).mean()
    frozen = abs(Persistence().fit(series).forecast(context, 10).values - future.values).mean()
    assert error < 0.5 * frozen


def test_the_interval_that_a_rule_chose_is_recorded(series: Any) -> None:
    forcing = SparseTeacherForcing("autocorrelation")
    model = ShallowPLRNN(3, 5).fit(series, forcing=forcing, updates=50)
    record = model.training["forcing"]
    assert record["rule"] == "autocorrelation"
    assert 5 <= record["interval"] <= 30


@pytest.mark.parametrize("latent", [3, 5])
def test_torch_recurrence_trains_alike_under_sparse_forcing(series: Any, latent: int) -> None:
    settings = {
        "updates": 50, "dtype": "float64", "sequence_length": 20, "seed": 2,
        "forcing": SparseTeacherForcing(6),
    }  # fmt: skip
    compiled = ShallowPLRNN(latent, 10).fit(series, **settings)
    plain = ShallowPLRNN(latent, 10).fit(series, device="torch", **settings)
    np.testing.assert_allclose(plain.theta(), compiled.theta(), rtol=1e-6, atol=1e-9)


def test_torch_recurrence_adapts_its_forcing_where_states_are_unobserved(series: Any) -> None:
    """Jacobians are taken at the states of the last pass, not at zero."""
    settings = {"updates": 50, "dtype": "float64", "sequence_length": 20, "seed": 2}
    compiled = ShallowPLRNN(5, 10).fit(series, **settings)
    plain = ShallowPLRNN(5, 10).fit(series, device="torch", **settings)
    np.testing.assert_allclose(plain.theta(), compiled.theta(), rtol=1e-6, atol=1e-9)


def test_torch_recurrence_trains_alike(series: Any) -> None:
    settings = {"updates": 50, "dtype": "float64", "sequence_length": 20, "seed": 2}
    compiled = ShallowPLRNN(3, 10).fit(series, **settings)
    plain = ShallowPLRNN(3, 10).fit(series, device="torch", **settings)
    np.testing.assert_allclose(plain.theta(), compiled.theta(), rtol=1e-6, atol=1e-9)


def test_a_missing_gpu_is_one_sentence(series: Any) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(InputError, match="not available"):
        ShallowPLRNN(3, 5).fit(series, device="cuda", updates=50)


def test_noise_changes_training_and_clean_targets_are_the_default(series: Any) -> None:
    runs = [
        ShallowPLRNN(3, 10).fit(series, updates=100, **noise).history["loss"].values[-1]
        for noise in ({}, {"noise_std": 0.2}, {"noise_std": 0.2, "noise_on_targets": True})
    ]
    assert runs[0] < runs[1] < runs[2]


def test_trajectories_of_unequal_length_train(series: Any) -> None:
    values = series.values[0]
    ragged = dsr.data.make_series([values[:900], values[1000:1500]], dt=0.02)
    model = ShallowPLRNN(3, 10).fit(ragged, updates=50)
    assert model.generate(ragged, 5).shape == (2, 5, 3)


def test_too_few_latent_states_are_refused_before_a_word_of_progress(
    series: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InputError, match="latent_dim of at least 3"):
        dsr.fit(series, latent_dim=1, updates=50, out=tmp_path / "run", progress=True)
    assert capsys.readouterr().err == ""
    assert not (tmp_path / "run").exists()

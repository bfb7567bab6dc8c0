"""External inputs drive a model while it is trained, warmed up, validated and run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dsr
from dsr.errors import InputError
from dsr.models import ShallowPLRNN
from dsr.training import GeneralizedTeacherForcing, Validator


def relaxation(inputs: np.ndarray, x: float = 0.0) -> np.ndarray:
    """``x -> 0.8 x + 0.5 u``, so that input k drives the step out of sample k."""
    values = [x]
    for u in inputs[:-1, 0]:
        values.append(0.8 * values[-1] + 0.5 * u)
    return np.array(values)[:, None]


@pytest.fixture(scope="module")
def data() -> tuple[np.ndarray, np.ndarray]:
    inputs = 3.0 + np.random.default_rng(0).normal(size=(2000, 1))
    return relaxation(inputs), inputs


@pytest.fixture(scope="module")
def model(data: Any) -> ShallowPLRNN:
    values, inputs = data
    return ShallowPLRNN(1, 4).fit(
        values, inputs=inputs, updates=2000, noise_std=0.0, sequence_length=20, seed=1,
        validations=2, learning_rate=2e-2, forcing=GeneralizedTeacherForcing(alpha=0.3),
    )  # fmt: skip


def test_a_driven_system_is_learned_and_follows_inputs_it_never_saw(model: ShallowPLRNN) -> None:
    inputs = 3.0 + np.sin(np.arange(80) / 5.0)[:, None]
    truth = relaxation(inputs, x=6.0)
    run = model.generate(truth[0], 79, inputs=inputs[:-1])
    np.testing.assert_allclose(run.values[0], truth[1:], atol=0.05)
    ahead = model.forecast(truth[:30], 50, inputs=inputs)
    np.testing.assert_allclose(ahead.values[0], truth[30:], atol=0.05)
    with pytest.raises(InputError, match="driven by"):
        model.generate(truth[0], 5)


def test_a_driven_model_is_saved_and_loaded(model: ShallowPLRNN, tmp_path: Path) -> None:
    model.save(tmp_path)
    again = dsr.models.load(tmp_path)
    assert again.parameters()["C"].shape == (1, 1)
    inputs = np.random.default_rng(1).normal(size=(50, 1))
    start = np.array([2.0])
    expected = model.generate(start, 50, inputs=inputs)
    np.testing.assert_array_equal(again.generate(start, 50, inputs=inputs), expected)


def test_unobserved_states_follow_the_inputs_of_a_context(data: Any) -> None:
    values, inputs = data
    model = ShallowPLRNN(3, 6).fit(values, inputs=inputs, updates=50, sequence_length=20)
    context, drive = values[:40], inputs[:60]
    u = model.input_scaler.transform(drive)
    scaled = model.scaler.transform(context)
    z = model.encode(context[0])
    for k in range(39):
        z = model.step(z, u[k])
        z[:1] = scaled[k + 1]
    expected = []
    for k in range(39, 59):
        z = model.step(z, u[k])
        expected.append(model.decode(z))
    run = model.forecast(context, 20, inputs=drive)
    np.testing.assert_allclose(run.values[0], expected, rtol=1e-9)


def test_a_driven_model_forgets_its_inputs_when_fitted_without(data: Any) -> None:
    values, inputs = data
    settings = {"updates": 50, "sequence_length": 20, "seed": 3}
    model = ShallowPLRNN(1, 4).fit(values, inputs=inputs, **settings)
    alone = ShallowPLRNN(1, 4).fit(values, **settings)
    np.testing.assert_array_equal(model.fit(values, **settings).theta(), alone.theta())


def test_torch_trains_a_driven_model_alike(data: Any) -> None:
    values, inputs = data
    settings = {"updates": 50, "dtype": "float64", "sequence_length": 10, "inputs": inputs,
                "batch_size": 4, "validations": 1}  # fmt: skip
    compiled = ShallowPLRNN(2, 6).fit(values, **settings)
    plain = ShallowPLRNN(2, 6).fit(values, device="torch", **settings)
    np.testing.assert_allclose(plain.theta(), compiled.theta(), rtol=1e-6, atol=1e-9)


def test_inputs_on_another_time_axis_are_refused(data: Any) -> None:
    values, inputs = data
    with pytest.raises(InputError, match="inputs"):
        ShallowPLRNN(1, 4).fit(values, inputs=inputs[:-1], updates=50)


def test_validation_runs_are_driven_by_the_stretch_they_are_scored_on(data: Any) -> None:
    """The true system under its inputs wins by far over itself under others, or none."""
    values, inputs = data

    def run(start: np.ndarray, steps: int, drive: np.ndarray | None = None) -> np.ndarray:
        assert drive is not None
        assert drive.shape == (steps, len(start), 1)
        out, x = [], start
        for u in drive:
            x = 0.8 * x + 0.5 * u
            out.append(x)
        return np.array(out)

    validator = Validator([values[:1600]], [values[1600:]], inputs=[inputs[1600:]])
    rolled = Validator([values[:1600]], [values[1600:]], inputs=[inputs[:400]])
    true, other = validator.score(run), rolled.score(run)
    assert true["skill"] == -6.0
    assert other["skill"] > -2.0
    assert true["score"] < other["score"]

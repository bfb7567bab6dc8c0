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


OMEGA = 1.4


def duffing(steps: int, phase: float, initial: tuple[float, float]) -> tuple[Any, np.ndarray]:
    """The oscillator of the catalogue in (x, v), and what drives it beside each sample."""

    def rhs(t: float, x: Any, p: Any) -> Any:
        return x[1], -0.1 * x[1] + x[0] - x[0] ** 3 + 0.35 * np.cos(OMEGA * t + p[0])

    system = dsr.data.System(
        "driven duffing", rhs, parameters={"phase": phase}, initial=initial, dt=0.2
    )
    series = dsr.simulate(system, steps=steps, transient=0)
    return series, np.cos(OMEGA * 0.2 * np.arange(steps) + phase)[:, None]


@pytest.mark.slow
def test_a_model_of_forced_duffing_follows_a_drive_of_another_phase() -> None:
    """Geometry, spectrum and largest exponent are right under a drive the fit never saw."""
    from dsr.kernels.lyapunov import piecewise_linear_blocks
    from dsr.metrics import (
        hellinger_spectral_distance,
        lyapunov_spectrum,
        state_space_divergence,
    )

    series, drive = duffing(40_000, 0.0, (0.1, 0.1))
    model = ShallowPLRNN(2, 50, clipped=True).fit(
        series, inputs=drive, updates=4000, batch_size=32, sequence_length=30, noise_std=0.0,
        learning_rate=3e-3, seed=1, forcing=GeneralizedTeacherForcing(decay=0.99),
    )  # fmt: skip
    truth, other = duffing(20_001, 2.0, (0.5, -0.3))
    run = model.generate(truth.values[0, 0], 20_000, inputs=other[:-1])
    truth = truth.isel(time=slice(1, None))
    assert float(state_space_divergence(truth, run)) <= 0.3
    assert hellinger_spectral_distance(truth, run).attrs["mean"] <= 0.15

    steps = 300_000
    inputs = np.cos(OMEGA * model.dt * np.arange(steps) + 1.0)[:, None, None]
    form, sums = model.canonical(), np.empty((1, 2))
    drive = form.drive(model.input_scaler.transform(inputs))
    z, V = model.encode(truth.values[0, 100]), np.eye(2)
    piecewise_linear_blocks(*form, z, V, 2_000, 1, sums, drive[:2_000])
    piecewise_linear_blocks(*form, z, V, steps - 2_000, 1, sums, drive[2_000:])
    largest = sums[0, 0] / ((steps - 2_000) * model.dt)
    expected = float(lyapunov_spectrum("duffing", steps=400_000)["exponent"][0])
    assert largest == pytest.approx(expected, rel=0.15)

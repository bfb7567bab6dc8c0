"""What the base class does for every model: any latent space, options, arrays of any kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import toys

import dsr
from dsr.data import make_series
from dsr.errors import InputError
from dsr.models import GaussianCloud, Persistence, ReconstructionModel, SINDy
from dsr.models.storage import read_model, write_model


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch) -> None:
    toys.register(monkeypatch)


@pytest.fixture(scope="module")
def pumped() -> Any:
    """A rotation that pumps a decaying variable by its square: exact in quadratic monomials."""
    turn = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    x = np.empty((1500, 3))
    x[0] = [1.0, 0.5, 0.0]
    for k in range(1499):
        x[k + 1, :2] = turn @ x[k, :2]
        x[k + 1, 2] = 0.9 * x[k, 2] + 0.3 * x[k, 0] ** 2
    return make_series(x, dt=0.1, time_unit="s")


def test_a_latent_space_without_observations_forecasts_exactly(pumped: Any) -> None:
    context, truth = pumped.isel(time=slice(0, 600)), pumped.values[0, 600:650]
    model = toys.EDMD().fit(context)
    assert np.abs(model.eigenvalues.imag).max() > 0.1
    np.testing.assert_allclose(model.forecast(context, 50).values[0], truth, atol=1e-6)
    np.testing.assert_allclose(model.generate(context, 50).values[0], truth, atol=1e-6)
    error = dsr.metrics.prediction_error(model, pumped, 20)
    assert float(error.max()) < 1e-6


def test_it_is_right_through_fit_and_evaluate(pumped: Any, tmp_path: Path) -> None:
    run = dsr.fit(pumped, model="toy-edmd", out=tmp_path / "run", baselines=False, progress=False)
    for scores in (run.metrics, dsr.evaluate(run, pumped)):
        assert float(scores["prediction_error"]) < 1e-6
    forecast = run.results["forecast"]["series"]
    truth = run.results["observed"]["series"].sel(time=forecast["time"], method="nearest")
    np.testing.assert_allclose(forecast["time"], truth["time"].values, atol=1e-6)
    np.testing.assert_allclose(forecast.values, truth.values, atol=1e-5)
    assert run.model.eigenvalues.dtype == np.complex128
    assert run.report.stat().st_size > 10_000


@pytest.mark.parametrize("model", [SINDy(), Persistence(), GaussianCloud()])
def test_a_setting_given_to_fit_is_refused(model: Any, rng: np.random.Generator) -> None:
    values = rng.normal(size=(60, 2))
    with pytest.raises(InputError, match="unknown option 'theshold'"):
        model.fit(values, theshold=99)
    if isinstance(model, SINDy):
        with pytest.raises(InputError, match=r"SINDy\(threshold=...\)"):
            model.fit(values, threshold=99)


def test_arrays_of_any_kind_come_back_as_they_were(tmp_path: Path) -> None:
    values = [np.nan, np.inf, -0.0, 1.5]
    arrays = {
        "ints": np.array([[1, -2], [2**62, 0]]),
        "small": np.array([1, 255], dtype=np.uint8),
        "flags": np.array([True, False, True]),
        "number": np.float64(0.1),
        "single": np.array(values, dtype=np.float32),
        "complex": np.array([complex(a, b) for a in values for b in values]),
        "narrow": np.array([1.5 - 2j], dtype=np.complex64),
        "columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "none": np.zeros((0, 3)),
    }
    write_model(tmp_path, {"model": "any"}, arrays, {"mean": np.zeros(2)})
    _, again, own = read_model(tmp_path)
    assert set(again) == set(arrays)
    assert set(own) == {"mean"}
    for name, array in arrays.items():
        assert again[name].dtype == array.dtype
        assert again[name].shape == array.shape
        assert again[name].tobytes() == array.tobytes(order="C"), name


def test_an_array_of_texts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no numbers"):
        write_model(tmp_path, {"model": "any"}, {"names": np.array(["a"])}, {})


def test_the_layout_of_an_array_does_not_change_a_run(
    tmp_path: Path, rng: np.random.Generator
) -> None:
    model = toys.EDMD().fit(rng.normal(size=(200, 3)).cumsum(axis=0))
    model.save(tmp_path)
    again = dsr.models.load(tmp_path)
    np.testing.assert_array_equal(again.generate(steps=50), model.generate(steps=50))


@pytest.mark.parametrize("name", ["gaussian", "persistence", "shallow-plrnn", "sindy"])
def test_models_written_before_fields_are_read(name: str) -> None:
    """Files of the first schema, and the runs that the code of that day made of them."""
    folder = Path(__file__).parent / "schema_1" / name
    model = dsr.models.load(folder)
    assert (model.variables, model.time_unit) == (["x", "y", "z"], "time unit")
    expected = np.load(folder / "generated.npy")
    np.testing.assert_allclose(model.generate(steps=len(expected)).values[0], expected, rtol=1e-9)


def test_inputs_of_runs_of_unequal_length_are_cut_for_each(rng: np.random.Generator) -> None:
    drive = [rng.normal(size=(n, 1)) for n in (60, 40)]
    parts = []
    for u in drive:
        x = np.zeros((len(u), 1))
        for k in range(len(u) - 1):
            x[k + 1] = 0.5 * x[k] + u[k]
        parts.append(x)
    model = dsr.models.DMD().fit(make_series(parts), inputs=make_series(drive))
    contexts = make_series([part[:-5] for part in parts])
    forecast = model.forecast(contexts, 5, inputs=make_series(drive)).values
    np.testing.assert_allclose(forecast, np.stack([part[-5:] for part in parts]), atol=1e-9)


def test_a_class_that_says_nothing_is_told_what_is_missing(rng: np.random.Generator) -> None:
    class Empty(ReconstructionModel):
        name = "empty"

    with pytest.raises(TypeError, match="neither learn nor fit"):
        Empty().fit(rng.normal(size=(50, 1)))

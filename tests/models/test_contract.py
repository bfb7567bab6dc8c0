"""What every model must do, whoever wrote it: over all names of the registry, and toys."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import toys
import xarray as xr

from dsr.data import make_series
from dsr.data.files import read_dataset, write_dataset
from dsr.errors import InputError
from dsr.models import create, load, names, registry
from dsr.protocols import Forecaster, Runs, StateSpace

PATCH = pytest.MonkeyPatch()
toys.register(PATCH)
CLASSES = {name: registry.model_class(name) for name in names()}
PATCH.undo()

CASES = [
    (name, kind)
    for name, cls in CLASSES.items()
    for kind in ("series", "field")
    if kind in cls.accepts
]
DRAWS = ("gaussian", "toy-walk")
LAND = (0, slice(0, 2), slice(1, 3))
UNITS = ["K", "m s-1"]


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch) -> None:
    toys.register(monkeypatch)


def turning(samples: int, width: int, seed: int = 3) -> Any:
    """Two rotations seen through a random matrix, with a little noise."""
    rng = np.random.default_rng(seed)
    k = np.arange(samples)[:, None]
    angles = np.concatenate([0.21 * k, 0.21 * k + 1.2, 0.33 * k], axis=1)
    return np.cos(angles) @ rng.normal(size=(3, width)) + 0.02 * rng.normal(size=(samples, width))


@functools.cache
def data(kind: str) -> Any:
    """A series of two trajectories, or a field with land and coordinates of two kinds."""
    if kind == "series":
        values = np.stack([turning(400, 2), turning(400, 2)[::-1]])
        made = make_series(
            values, dt=0.25, time_unit="hour", variables=["height", "speed"], start=10.0
        )
        return made.assign_attrs(variable_units=UNITS)
    frames = 280.0 + turning(120, 2 * 5 * 6).reshape(1, 120, 2, 5, 6)
    frames[(slice(None), slice(None), *LAND)] = np.nan
    space = {
        "y": ("y", np.linspace(-10.0, 10.0, 5), {"units": "degrees_north"}),
        "x": ("x", np.linspace(0.0, 50.0, 6), {"units": "degrees_east"}),
        "lat": (
            ("y", "x"),
            np.add.outer(np.arange(5.0), np.arange(6.0)),
            {"long_name": "latitude"},
        ),
    }
    made = make_series(
        frames, dt=0.25, time_unit="hour", variables=["height", "speed"], start=10.0, space=space
    )
    return made.assign_attrs(variable_units=UNITS)


@functools.cache
def drive() -> Any:
    values = np.sin(0.4 * np.arange(400.0))[:, None]
    return make_series(values, dt=0.25, time_unit="hour", variables=["wind"], start=10.0)


@functools.cache
def driven() -> Any:
    """Two oscillators pushed by the wind."""
    values = np.zeros((2, 400, 2))
    values[:, 0] = [[1.0, 0.0], [-1.0, 0.5]]
    for k, wind in enumerate(drive().values[0, :-1, 0]):
        x, v = values[:, k].T
        values[:, k + 1] = np.stack([x + 0.1 * v, v - 0.1 * x - 0.02 * v + 0.1 * wind], axis=1)
    return make_series(values, like=data("series"), start=10.0)


@functools.cache
def fitted(name: str, kind: str, with_drive: bool = False) -> Any:
    """One model of each kind, shared by the tests; none of them changes it."""
    series = data(kind)
    with pytest.MonkeyPatch.context() as patch:
        toys.register(patch)
        observed = series.sizes["variable"] if kind == "series" else 54
        model = create(name, **CLASSES[name].suggest(observed))
    options: dict[str, Any] = {"updates": 50} if CLASSES[name].trained else {}
    if with_drive:
        options["inputs"] = drive()
        series = driven()
    return model.fit(series, seed=0, **options)


def end(series: Any, samples: int) -> Any:
    return series.isel(time=slice(-samples, None))


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_it_keeps_the_protocol(name: str, kind: str) -> None:
    model = fitted(name, kind)
    assert isinstance(model, Runs)
    assert isinstance(model, Forecaster)
    assert (model.name, model.accepts) == (name, kind)
    assert (model.dt, model.time_unit) == (0.25, "hour")
    assert (model.variables, model.variable_units) == (["height", "speed"], UNITS)
    if isinstance(model, StateSpace):
        z = model.start_state()
        assert z is not None
        assert z.shape == (model.latent_dim,)
        assert model.step(z).shape == z.shape
        assert model.jacobian(z).shape == (model.latent_dim, model.latent_dim)
        assert model.decode(z).shape == (model.observation_dim,)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_the_jacobian_is_the_derivative_of_the_step(name: str, kind: str) -> None:
    model = fitted(name, kind)
    if not isinstance(model, StateSpace):
        pytest.skip("not a map of latent states")
    z = model.start_state()
    assert z is not None
    shift = 1e-6 * np.random.default_rng(1).normal(size=z.shape)
    difference = model.step(z + shift) - model.step(z - shift)
    np.testing.assert_allclose(model.jacobian(z) @ shift, difference / 2, rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_a_free_run_is_the_map_iterated(name: str, kind: str) -> None:
    """Frame k is k + 1 steps after the start."""
    model = fitted(name, kind)
    if not isinstance(model, StateSpace):
        pytest.skip("not a map of latent states")
    context = end(data(kind).isel(trajectory=[0]), model.context_length)
    z = model.encode(model.rows(context)[0][0 if model.context_length == 1 else slice(None)])
    run = model.rows(model.generate(context, 5))[0]
    for frame in run:
        z = model.step(z)
        np.testing.assert_allclose(frame, model.decode(z), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_it_is_saved_and_loaded_to_the_bit(name: str, kind: str, tmp_path: Path) -> None:
    model = fitted(name, kind)
    model.save(tmp_path / "one")
    again = load(tmp_path / "one")
    again.save(tmp_path / "two")
    for file in ("model.json", "model.safetensors"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    for key, array in model.parameters().items():
        back = again.parameters()[key]
        assert back.dtype == array.dtype
        np.testing.assert_array_equal(back, array)
    assert model.generate(steps=9, seed=5).identical(again.generate(steps=9, seed=5))
    context = end(data(kind), 30)
    assert model.forecast(context, 4, seed=1).identical(again.forecast(context, 4, seed=1))


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_a_forecast_goes_on_in_time_with_names_units_and_places(name: str, kind: str) -> None:
    model, series = fitted(name, kind), data(kind)
    context = series.isel(time=slice(20, 70)).assign_attrs(
        time_origin="2001-05-01", calendar="noleap"
    )
    forecast = model.forecast(context, 7)
    assert forecast.dims == series.dims
    np.testing.assert_allclose(forecast["time"].values, series["time"].values[70:77])
    np.testing.assert_array_equal(forecast["trajectory"], series["trajectory"])
    label = series.dims[2]
    np.testing.assert_array_equal(forecast[label], series[label])
    for key, value in {"dt": 0.25, "time_unit": "hour", "variable_units": UNITS}.items():
        assert forecast.attrs[key] == value
    assert (forecast.attrs["time_origin"], forecast.attrs["calendar"]) == ("2001-05-01", "noleap")
    if kind == "field":
        for place in ("y", "x", "lat"):
            xr.testing.assert_identical(forecast[place].variable, series[place].variable)
        land = np.isnan(series.values[0, 0])
        assert land.sum() == 4
        assert (np.isnan(forecast.values) == land).all()
    else:
        assert np.isfinite(forecast.values).all()


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_a_free_run_begins_one_step_after_its_start(name: str, kind: str) -> None:
    model, series = fitted(name, kind), data(kind)
    start = series.isel(time=slice(0, model.context_length))
    run = model.generate(start, 6)
    assert run.sizes["time"] == 6
    first = series["time"].values[model.context_length]
    np.testing.assert_allclose(run["time"].values, first + 0.25 * np.arange(6))
    assert model.generate(steps=3).sizes == {**series.sizes, "trajectory": 1, "time": 3}


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_starts_of_every_kind_mean_the_same(name: str, kind: str) -> None:
    model, series = fitted(name, kind), data(kind)
    length = model.context_length
    labelled = end(series.isel(trajectory=[0]), length)
    bare = labelled.values[0] if length > 1 else labelled.values[0, 0]
    expected = model.generate(labelled, 5, seed=2).values
    np.testing.assert_array_equal(model.generate(bare, 5, seed=2).values, expected)
    if length == 1:
        state = labelled.isel(trajectory=0, time=0)
        np.testing.assert_array_equal(model.generate(state, 5, seed=2).values, expected)
    several = model.generate(np.stack([bare, bare]), 5, seed=2)
    assert several.sizes["trajectory"] == 2
    # A product with two columns may be rounded otherwise than one with one.
    np.testing.assert_allclose(several.values[:1], expected[:1], rtol=1e-12)
    long = model.generate(end(series.isel(trajectory=[0]), length + 10), 5, seed=2)
    assert long.shape == expected.shape


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_the_seed_decides_what_is_drawn(name: str, kind: str) -> None:
    model, context = fitted(name, kind), end(data(kind), 20)
    for run in (model.generate, model.forecast):
        one = run(context, 8, seed=4)
        assert one.identical(run(context, 8, seed=4))
        assert one.identical(run(context, 8, seed=5)) == (name not in DRAWS)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_a_misspelt_option_is_refused_with_the_nearest_name(name: str, kind: str) -> None:
    model = create(name, **CLASSES[name].suggest(2))
    option = "updates" if CLASSES[name].trained else "progress"
    with pytest.raises(InputError, match=f"did you mean '{option}'"):
        model.fit(data(kind), **{option[:-1]: 1})
    for setting in CLASSES[name].setting_names():
        with pytest.raises(InputError, match=f"did you mean '{setting}'"):
            create(name, **{setting + "s": 1})


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_missing_values_are_refused(name: str, kind: str) -> None:
    series = data(kind).copy(deep=True)
    series.values[0, 7, 1, ...] = np.nan
    with pytest.raises(InputError, match="missing"):
        create(name, **CLASSES[name].suggest(2)).fit(series)
    with pytest.raises(InputError, match="missing"):
        fitted(name, kind).forecast(series, 3)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_a_context_of_another_kind_is_refused_in_one_sentence(name: str, kind: str) -> None:
    model, context = fitted(name, kind), end(data(kind), 40)
    label = str(context.dims[2])
    others = {
        "trained on height, speed": context.assign_coords({label: ["height", "sped"]}),
        "is in feet": context.assign_attrs(variable_units=["feet", "m s-1"]),
        "time step of 0.5": make_series(context.values, like=context, dt=0.5),
        "time of the context is in 'day'": context.assign_attrs(time_unit="day"),
        "height, speed|model was trained on 2": context.isel({label: [0]}),
    }
    others["field" if kind == "series" else "series"] = data(
        "field" if kind == "series" else "series"
    )
    for sentence, other in others.items():
        for run in (model.forecast, model.generate):
            with pytest.raises(InputError, match=sentence) as caught:
                run(other, 3)
            assert "\n" not in str(caught.value)
    if model.context_length > 1:
        with pytest.raises(InputError, match="needs"):
            model.forecast(end(context, model.context_length - 1), 3)
    if kind == "field":
        with pytest.raises(InputError, match="grid"):
            model.forecast(context.isel(x=slice(1, None)), 3)
        with pytest.raises(InputError, match="mask"):
            model.forecast(context.where(context["x"] > 5.0), 3)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_senseless_steps_and_starts_are_refused(name: str, kind: str) -> None:
    model = fitted(name, kind)
    for steps in (0, -1, 2.5, True, "9"):
        with pytest.raises(InputError, match="steps"):
            model.generate(steps=steps)
    for start in (1.0, np.zeros(7), np.zeros((3, 7)), np.zeros((2, 2, 2, 2, 2, 2))):
        with pytest.raises(InputError, match="shape"):
            model.generate(start, 3)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_diagnostics_can_be_written(name: str, kind: str, tmp_path: Path) -> None:
    found = fitted(name, kind).diagnostics()
    assert ("history" in found) == CLASSES[name].trained
    for key, dataset in found.items():
        assert isinstance(dataset, xr.Dataset)
        write_dataset(dataset, tmp_path / f"{key}.nc")
        again = read_dataset(tmp_path / f"{key}.nc")
        for variable in dataset.variables:
            np.testing.assert_array_equal(again[variable].values, dataset[variable].values)


@pytest.mark.parametrize("name", [n for n, k in CASES if k == "series"])
def test_a_series_of_another_kind_of_model_is_refused(name: str) -> None:
    if "field" in CLASSES[name].accepts:
        pytest.skip("takes both")
    with pytest.raises(InputError, match="this is a field"):
        create(name, **CLASSES[name].suggest(2)).fit(data("field"))


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_inputs_are_refused_where_nothing_takes_them(name: str, kind: str) -> None:
    model = fitted(name, kind)
    with pytest.raises(InputError, match=r"without external inputs|cannot drive"):
        model.forecast(end(data(kind), 20), 3, inputs=np.zeros((40, 1)))
    if not CLASSES[name].takes_inputs:
        with pytest.raises(InputError, match="cannot drive"):
            create(name, **CLASSES[name].suggest(2)).fit(data(kind), inputs=drive())


@pytest.mark.parametrize("name", [n for n, c in CLASSES.items() if c.takes_inputs])
def test_inputs_drive_what_takes_them(name: str, tmp_path: Path) -> None:
    series, model = driven(), fitted(name, "series", True)
    assert (model.input_variables, model.input_dim) == (["wind"], 1)
    context = series.isel(time=slice(0, 100))
    forecast = model.forecast(context, 12, inputs=drive())
    assert np.isfinite(forecast.values).all()
    bare = model.forecast(context, 12, inputs=drive().values[0])
    np.testing.assert_array_equal(bare.values, forecast.values)
    other = model.forecast(context, 12, inputs=-2.0 * drive().values[0] + 1.0)
    assert np.abs(other - forecast).max() > 1e-6
    # What comes after the run does not matter, and what drives its first step does.
    start = series.isel(time=slice(0, model.context_length))
    late = drive().isel(time=slice(model.context_length - 1, None))
    run = model.generate(start, 12, inputs=late)
    np.testing.assert_allclose(
        model.generate(start, 12, inputs=late.isel(time=slice(0, 12))).values, run.values
    )
    changed = late.copy(deep=True)
    changed.values[0, 0] += 1.0
    assert np.abs(model.generate(start, 12, inputs=changed) - run).isel(time=0).max() > 1e-9
    model.save(tmp_path)
    assert load(tmp_path).forecast(context, 12, inputs=drive()).identical(forecast)
    if isinstance(model, StateSpace):
        z, u = model.start_state(), model.input_scaler.transform([0.3])
        assert z is not None
        assert np.abs(model.step(z, u) - model.step(z, u + 1.0)).max() > 1e-9
        assert model.jacobian(z, u).shape == (model.latent_dim, model.latent_dim)


@pytest.mark.parametrize("name", [n for n, c in CLASSES.items() if c.takes_inputs])
def test_inputs_that_do_not_fit_are_refused(name: str) -> None:
    series, model = driven(), fitted(name, "series", True)
    context, whole = series.isel(time=slice(0, 100)), drive()
    cases = {
        "driven by wind": None,
        "samples and 111 are needed": whole.isel(time=slice(0, 105)),
        "2 variables": np.zeros((400, 2)),
        "trained on wind": whole.assign_coords(variable=["rain"]),
        "time step": make_series(whole.values, like=whole, dt=0.5, start=10.0),
        "begin at 10.75 hour, and must begin with what they drive at 10 hour": whole.isel(
            time=slice(3, None)
        ),
        "missing values": whole.where(whole["time"] != 15.0),
    }
    for sentence, inputs in cases.items():
        with pytest.raises(InputError, match=sentence):
            model.forecast(context, 12, inputs=inputs)
    fresh = create(name, **CLASSES[name].suggest(2))
    for sentence, inputs in {
        "same time axis": whole.isel(time=slice(0, 300)),
        "must begin": whole.assign_coords(time=whole["time"].values + 1.0),
        "time step": make_series(whole.values, like=whole, dt=0.5, start=10.0),
    }.items():
        with pytest.raises(InputError, match=sentence):
            fresh.fit(series, inputs=inputs)

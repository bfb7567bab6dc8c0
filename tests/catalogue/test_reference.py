"""Reference values and the bundled dataset: consistent, and reproduced."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import dsr
from dsr.catalogue import reference_names, reference_values
from dsr.data import read_dataset, system
from dsr.errors import InputError

STIFF = ("kuramoto_sivashinsky", "mackey_glass")

ROOT = Path(__file__).resolve().parents[2]


def made_from(entry: dict[str, Any]) -> Any:
    made = system(entry["system"]).with_parameters(entry.get("parameters"))
    if "dimension" in entry:
        made = made.with_initial(np.r_[8.01, np.full(entry["dimension"] - 1, 8.0)])
    return made


def test_there_are_enough_entries() -> None:
    kinds = [system(reference_values(name)["system"]).kind for name in reference_names()]
    assert kinds.count("flow") >= 30
    assert kinds.count("map") >= 12


def test_unknown_names_get_a_suggestion() -> None:
    with pytest.raises(InputError, match="did you mean 'lorenz63'"):
        reference_values("lorentz63")


@pytest.mark.parametrize("name", reference_names())
def test_entries_are_complete_and_consistent(name: str) -> None:
    entry = reference_values(name)
    exponents = np.array(entry["exponents"])
    own = entry["own"]
    assert entry["source"]
    assert {"exponents", "half_widths", "kaplan_yorke_dimension", "step"} <= set(own)
    assert entry["tolerance"] > 0
    assert (np.diff(exponents) <= 1e-12).all()
    assert abs(own["exponents"][0] - exponents[0]) <= entry["tolerance"]
    if "exponent_sum" in entry:
        assert sum(own["exponents"]) == pytest.approx(entry["exponent_sum"], abs=5e-3, rel=1e-3)


def test_the_doubtful_entries_are_corrected() -> None:
    """Of an audit: a bias of 3 %, a tolerance of 22 %, a missing exact sum, a wrong citation."""
    assert reference_values("hindmarsh_rose")["exponents"][0] == pytest.approx(0.0134, abs=2e-4)
    entry = reference_values("henon_heiles")
    assert entry["tolerance"] <= 0.12 * entry["exponents"][0]
    assert reference_values("moore_spiegel")["exponent_sum"] == -1
    assert "Shaw's" in reference_values("forced_van_der_pol")["checked"]
    assert "dysts" in system("duffing").source


@pytest.mark.parametrize("name", ["lorenz63", "roessler", "halvorsen", "duffing", "sprott_b"])
def test_an_autonomous_flow_has_a_zero_exponent(name: str) -> None:
    own = reference_values(name)["own"]
    assert abs(own["exponents"][1]) <= max(2e-3, own["half_widths"][1])


@pytest.mark.slow
@pytest.mark.parametrize("name", reference_names())
def test_sum_of_exponents_is_the_mean_divergence(name: str) -> None:
    made = made_from(reference_values(name))
    if made.name in STIFF:
        pytest.skip("the step is stable for the stiff exponents, and not accurate")
    samples = 20_000
    spectrum = dsr.metrics.lyapunov_spectrum(made, duration=samples * made.dt)
    total = float(spectrum["exponent"].sum())
    states = dsr.simulate(made, steps=samples).values[0]
    rates = []
    for x in states:
        J = made.jacobian_matrix(0.0, x)
        rates.append(np.trace(J) if made.kind == "flow" else np.log(np.abs(np.linalg.det(J))))
    # Two orbits: their means differ by the standard error of both, seen in 20 blocks.
    error = np.reshape(rates, (20, -1)).mean(axis=1).std(ddof=1) * np.sqrt(2 / 20)
    assert total == pytest.approx(np.mean(rates), abs=1e-3 + 5 * error, rel=1e-4)


def script() -> ModuleType:
    path = ROOT / "datasets" / "make_lorenz63.py"
    spec = importlib.util.spec_from_file_location("make_lorenz63", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_dataset_is_what_its_script_makes() -> None:
    path = ROOT / "datasets" / "lorenz63.nc"
    stored = read_dataset(path)["series"]
    assert path.stat().st_size < 4_000_000
    assert dict(stored.sizes) == {"trajectory": 2, "time": 100_000, "variable": 3}
    assert stored.dtype == np.float32
    assert stored["split"].values.tolist() == ["train", "test"]
    fresh = script().build(steps=500)["series"]
    np.testing.assert_allclose(fresh.values, stored.values[:, :500], atol=1e-5)
    np.testing.assert_allclose(fresh["time"], stored["time"][:500], atol=1e-12)


def test_the_dataset_loads_as_a_series() -> None:
    series = dsr.load(ROOT / "datasets" / "lorenz63.nc")
    assert series.dims == ("trajectory", "time", "variable")
    assert series.attrs["dt"] == pytest.approx(0.01)
    train, test = dsr.data.split_series(series)
    assert train.sizes["time"] == test.sizes["time"] == 100_000
    np.testing.assert_array_equal(train.values[0], series.values[0])
    np.testing.assert_array_equal(test.values[0], series.values[1])

"""Lyapunov spectra with known answers."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import dsr
from dsr.catalogue import reference_values
from dsr.data import System, system
from dsr.errors import InputError
from dsr.metrics import kaplan_yorke, lyapunov_spectrum
from dsr.metrics.invariants.lyapunov import half_widths
from dsr.models import ShallowPLRNN


@pytest.mark.parametrize(
    ("name", "duration", "largest"),
    [
        ("lorenz63", 20_000, 0.9056),
        ("roessler", 60_000, 0.0714),
        ("halvorsen", 10_000, 0.787),
        ("rucklidge", 30_000, 0.1911),
        ("rikitake", 60_000, 0.1271),
        ("sprott_b", 60_000, 0.2099),
        ("duffing", 100_000, 0.1564),
    ],
)
def test_largest_exponent_of_flows(name: str, duration: float, largest: float) -> None:
    parameters = {"duffing": {"delta": 0.25, "gamma": 0.4, "omega": 1.0}}.get(name)
    spectrum = lyapunov_spectrum(name, duration=duration, parameters=parameters)
    exponents = spectrum["exponent"].values
    assert exponents[0] == pytest.approx(largest, rel=0.02)
    assert np.abs(exponents).min() <= 2e-3
    assert spectrum.attrs["units"] == "per time unit"


@pytest.mark.parametrize(
    ("name", "length"),
    [
        ("lorenz63", 20_000), ("burke_shaw", 10_000), ("lorenz_stenflo", 50_000),
        ("shimizu_morioka", 180_000), ("sprott_b", 200_000), ("rucklidge", 250_000),
        ("henon", 400_000), ("lozi", 400_000), ("logistic", 100_000), ("ikeda", 600_000),
        ("folded_towel", 400_000), ("tinkerbell", 800_000),
    ],
)  # fmt: skip
def test_largest_exponent_of_twelve_systems_within_one_per_cent(name: str, length: int) -> None:
    """Against the values of an independent program, kept in ``dsr/catalogue/reference.toml``."""
    entry = reference_values(name)
    made = system(entry["system"]).with_parameters(entry.get("parameters"))
    size = {"duration": length} if made.kind == "flow" else {"steps": length}
    found = lyapunov_spectrum(made, **size)["exponent"].values
    assert found[0] == pytest.approx(entry["exponents"][0], rel=0.01)
    if made.kind == "flow":
        assert np.abs(found).min() <= 2e-3


def test_exponents_of_maps_are_per_step() -> None:
    spectrum = lyapunov_spectrum("henon", steps=400_000)
    np.testing.assert_allclose(spectrum["exponent"], [0.4192, -1.6231], rtol=0.01)
    assert spectrum.attrs["units"] == "per step"


def test_sum_of_exponents_is_the_divergence_of_the_flow() -> None:
    spectrum = lyapunov_spectrum("lorenz63", duration=300)
    assert float(spectrum["exponent"].sum()) == pytest.approx(-(10 + 1 + 8 / 3), rel=1e-5)


@pytest.mark.parametrize("transient", [0.0, 10.012, 33.333])
def test_the_sum_does_not_depend_on_where_the_transient_ends(transient: float) -> None:
    spectrum = lyapunov_spectrum("lorenz63", duration=100, transient=transient)
    assert float(spectrum["exponent"].sum()) == pytest.approx(-(10 + 1 + 8 / 3), rel=1e-5)


def test_kaplan_yorke_dimension_of_lorenz_and_of_a_cycle() -> None:
    assert kaplan_yorke(np.array([0.9056, 0.0, -14.5722])) == pytest.approx(2.0621, abs=1e-4)
    assert kaplan_yorke(np.array([-0.1, -2.0])) == 0.0
    cycle = lyapunov_spectrum("van_der_pol", duration=2000)
    assert float(cycle["kaplan_yorke_dimension"]) == pytest.approx(1.0)
    assert cycle.attrs["status"] == "periodic"


def test_linear_flow_and_map_are_exact() -> None:
    decay = System("decay", lambda t, x, p: [-0.9 * x[0]], parameters=[], initial=[1.0], dt=0.1)
    assert float(lyapunov_spectrum(decay, duration=50)["exponent"][0]) == pytest.approx(-0.9, 1e-6)
    stretch = System(
        "stretch", lambda t, x, p: [1.1 * x[0], 0.8 * x[1]], parameters=[],
        initial=[1e-3, 1e-3], kind="map",
    )  # fmt: skip
    found = lyapunov_spectrum(stretch, steps=800, transient=50)["exponent"]
    np.testing.assert_allclose(found, np.log([1.1, 0.8]), rtol=1e-6)


def test_tent_map_model_is_exact_per_step() -> None:
    model = ShallowPLRNN.from_matrices([0.0], [[-1.9, -1.9]], [[1.0], [-1.0]], [1.0], [0.0, 0.0])
    spectrum = lyapunov_spectrum(model)
    assert float(spectrum["exponent"][0]) == pytest.approx(np.log(1.9), rel=1e-12)
    assert spectrum.attrs["units"] == "per step"


def test_compiled_and_plain_loops_agree(rng: np.random.Generator) -> None:
    model = ShallowPLRNN.from_matrices(
        rng.uniform(0.1, 0.5, 2), rng.normal(size=(2, 6)), rng.normal(size=(6, 2)) * 0.5,
        rng.normal(size=2), rng.normal(size=6), clipped=True,
    )  # fmt: skip
    plain = SimpleNamespace(step=model.step, jacobian=model.jacobian, latent_dim=2, dt=None,
                            time_unit=None, encode=model.encode, decode=model.decode,
                            start_state=model.start_state)  # fmt: skip
    compiled = lyapunov_spectrum(model, steps=400, initial=[0.1, 0.2])
    other = lyapunov_spectrum(plain, steps=400, initial=[0.1, 0.2])
    np.testing.assert_allclose(compiled["exponent"], other["exponent"], rtol=1e-6, atol=1e-9)


def test_exponents_of_a_fitted_model_are_per_time_unit() -> None:
    series = dsr.simulate("lorenz63", steps=2000, dt=0.05, seed=0)
    model = ShallowPLRNN(3, 10).fit(series, updates=50)
    assert lyapunov_spectrum(model, steps=200).attrs["units"] == "per time unit"


def test_a_diverging_model_is_told_with_its_reason() -> None:
    model = ShallowPLRNN.from_matrices([2.0], [[0.0]], [[0.0]], [1.0], [0.0])
    spectrum = lyapunov_spectrum(model, steps=4000)
    assert spectrum.attrs["status"] == "diverged"
    assert "leaves to infinity" in spectrum.attrs["reason"]


@pytest.mark.parametrize("wrong", [
    {"steps": 10}, {"duration": -1.0}, {"steps": 500, "duration": 5.0}, {"count": 9},
    {"parameters": {"sigm": 1.0}}, {"initial": [1.0]},
])  # fmt: skip
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        lyapunov_spectrum("lorenz63", **wrong)
    with pytest.raises(InputError):
        lyapunov_spectrum("lorens63")
    with pytest.raises(InputError):
        lyapunov_spectrum(3)


def test_a_decaying_flow_and_map_end_in_a_fixed_point() -> None:
    decay = System("decay", lambda t, x, p: [-0.9 * x[0]], parameters=[], initial=[1.0], dt=0.1)
    assert lyapunov_spectrum(decay, duration=400).attrs["status"] == "fixed_point"
    logistic = lyapunov_spectrum("logistic", parameters={"r": 2.8}, steps=4000)
    assert logistic.attrs["status"] == "fixed_point"
    assert float(logistic["exponent"][0]) == pytest.approx(np.log(0.8), abs=1e-6)


def test_a_stable_cycle_of_a_map_is_periodic() -> None:
    cycle = lyapunov_spectrum("logistic", parameters={"r": 3.83}, steps=8000)
    assert cycle.attrs["status"] == "periodic"
    assert float(cycle["exponent"][0]) == pytest.approx(-0.3697, abs=1e-3)


def test_a_conservative_system_fills_its_space() -> None:
    found = lyapunov_spectrum("henon_heiles", duration=3000)
    assert float(found["kaplan_yorke_dimension"]) == 4.0
    assert float(lyapunov_spectrum("standard_map", steps=20_000)["kaplan_yorke_dimension"]) == 2.0


def test_correlated_blocks_widen_the_interval() -> None:
    """Of an autoregressive series with r = 0.8 about (1 - r) / (1 + r) are independent."""
    rng = np.random.default_rng(0)
    blocks = np.zeros((4000, 1))
    for k in range(1, len(blocks)):
        blocks[k] = 0.8 * blocks[k - 1] + rng.normal()
    plain = 2.02 * blocks.std(ddof=1) / np.sqrt(len(blocks))
    assert half_widths(blocks)[0] == pytest.approx(3.0 * plain, rel=0.1)
    white = rng.normal(size=(40, 1))
    assert half_widths(white)[0] == pytest.approx(2.02 * white.std(ddof=1) / np.sqrt(40))

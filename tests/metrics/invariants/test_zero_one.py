"""The 0-1 test for chaos: what it says of motion whose nature is known."""

from __future__ import annotations

import numpy as np
import pytest

import dsr
from dsr.errors import InputError
from dsr.metrics import zero_one_test
from dsr.metrics.invariants.zero_one import displacement


def logistic(r: float, steps: int = 2000) -> object:
    return dsr.simulate("logistic", steps=steps, parameters={"r": r}, seed=0)


def torus(steps: int = 40_000) -> np.ndarray:
    phase = 2 * np.pi * np.arange(steps) / 61
    return np.sin(phase) + 0.7 * np.sin(phase * np.sqrt(2))


def test_the_displacement_is_that_of_the_definition(rng: np.random.Generator) -> None:
    values, angle = rng.normal(size=200) + 0.5, 1.3
    walk = np.cumsum(values * np.exp(1j * angle * np.arange(1, 201)))
    expected = [np.mean(np.abs(walk[n : n + 180] - walk[:180]) ** 2) for n in range(1, 21)]
    np.testing.assert_allclose(displacement(values, angle, 20), expected, rtol=1e-10)


def test_the_logistic_map_is_chaotic_at_4_and_regular_at_3_55() -> None:
    chaos, cycle = zero_one_test(logistic(4.0)), zero_one_test(logistic(3.55))
    assert float(chaos["K"]) > 0.98
    assert str(chaos["verdict"].values) == "chaotic"
    assert abs(float(cycle["K"])) < 0.05
    assert str(cycle["verdict"].values) == "regular"


@pytest.mark.parametrize("dt", [0.01, 0.05])
def test_an_oversampled_flow_is_still_chaotic(dt: float) -> None:
    x = dsr.simulate("lorenz63", steps=round(1000 / dt), dt=dt, seed=0).isel(variable=[0])
    found = zero_one_test(x)
    assert float(found["low"]) > 0.95
    assert int(found["stride"]) * dt == pytest.approx(0.4, abs=0.1)
    assert "mean period" in found.attrs["subsampling"]


def test_chaos_sampled_too_finely_is_why_samples_are_left_out() -> None:
    x = dsr.simulate("lorenz63", steps=20_000, dt=0.002, seed=0).isel(variable=[0])
    assert float(zero_one_test(x, stride=1)["K"]) < 0.8


def test_a_torus_and_a_limit_cycle_are_regular() -> None:
    cycle = dsr.simulate("van_der_pol", steps=20_000, dt=0.1, seed=0)
    for found in (zero_one_test(torus()), zero_one_test(cycle).isel(variable=0)):
        assert str(found["verdict"].values) == "regular"
        assert abs(float(found["K"])) < 0.05


@pytest.mark.parametrize(
    ("name", "steps", "parameters", "word"),
    [("roessler", 80_000, None, "chaotic"), ("roessler", 40_000, {"c": 2.5}, "regular"),
     ("lorenz63", 60_000, {"rho": 160.0}, "regular"), ("ikeda", 1500, None, "chaotic")],
)  # fmt: skip
def test_other_systems(
    name: str, steps: int, parameters: dict[str, float] | None, word: str
) -> None:
    x = dsr.simulate(name, steps=steps, parameters=parameters, seed=1).isel(variable=[0])
    assert str(zero_one_test(x)["verdict"].values) == word


def test_the_verdict_does_not_hang_on_units_or_offset() -> None:
    x = logistic(3.9).values[0]
    first, other = zero_one_test(x), zero_one_test(1e-6 * x)
    assert float(other["K"]) == pytest.approx(float(first["K"]), rel=1e-9)
    assert str(zero_one_test(x + 5.0)["verdict"].values) == "chaotic"


def test_too_few_samples_decide_nothing() -> None:
    found = zero_one_test(logistic(4.0, steps=300))
    assert str(found["verdict"].values) == "undecided"


def test_trajectories_count_together() -> None:
    x = dsr.simulate("logistic", steps=800, trajectories=3, parameters={"r": 4.0}, seed=0)
    found = zero_one_test(x)
    assert found["correlation"].shape == (100,)
    assert str(found["verdict"].values) == "chaotic"


def test_options_are_checked() -> None:
    with pytest.raises(InputError, match="stride"):
        zero_one_test(logistic(4.0, steps=100), stride=50)
    with pytest.raises(InputError, match="stride"):
        zero_one_test(logistic(4.0, steps=100), stride=0)

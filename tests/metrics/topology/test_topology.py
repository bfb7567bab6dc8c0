"""Topological error and basins: wells with known sinks, exponents and shares of starts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.spatial.distance import directed_hausdorff
from scipy.stats import binomtest, wasserstein_distance

import dsr
from dsr.data import System, make_series
from dsr.errors import InputError
from dsr.metrics import basin_agreement, state_space_divergence, topological_error
from dsr.metrics.topology.topological_error import wilson_interval
from dsr.models import ShallowPLRNN

Array = NDArray[np.float64]

SINK = np.sqrt(10.0)


def _force(t: float, s: Any, p: Any) -> Any:
    return [s[1], -p[0] * s[1] + p[1] * s[0] - p[2] * s[0] ** 3]


def _slope(t: float, s: Any, p: Any) -> Any:
    return [[0.0, 1.0], [p[1] - 3.0 * p[2] * s[0] ** 2, -p[0]]]


TWO_WELLS = System(
    "two_wells",
    _force,
    jacobian=_slope,
    parameters={"damping": 0.5, "linear": 1.0, "cubic": 0.1},
    initial=[1.0, 0.0],
    variables=["x", "v"],
    dt=0.05,
)
"""Damped Duffing oscillator of Goering et al. 2024, section 4: x'' = -0.5 x' + x - 0.1 x^3."""

ONE_WELL = TWO_WELLS.with_parameters({"linear": -1.0})
NEARER_WELLS = TWO_WELLS.with_parameters({"cubic": 0.2})
DAMPED_WELLS = TWO_WELLS.with_parameters({"damping": 1.5})
RATES = {ONE_WELL: -0.25, NEARER_WELLS: -0.25, DAMPED_WELLS: -0.75}
"""Real parts of the eigenvalues at the sinks: minus half the damping, twice."""

STARTS = np.array([[x, v] for x in (-4.0, -1.5, 1.5, 4.0) for v in (-2.0, 0.5)])
STEPS = 800  # 40 time units, of which the first 30 are dropped


class Runs:
    """A model that is nothing but its runs: the smallest thing with ``generate``."""

    def __init__(self, values: Array) -> None:
        self.values = values

    def generate(self, start: Any, steps: int, **_: Any) -> Array:
        """Give the same runs from whatever start."""
        assert len(start) == len(self.values)
        return self.values[:, :steps]

    def forecast(self, context: Any, steps: int, **_: Any) -> Array:
        """It only runs."""
        raise NotImplementedError


def tent(slope: float = 1.9) -> ShallowPLRNN:
    """The tent map ``1 - slope |z|``; it is chaotic with exponent ln(slope) up to a slope of 2."""
    return ShallowPLRNN.from_matrices(
        A=[0.0], W1=[[-slope, -slope]], W2=[[1.0], [-1.0]], h1=[1.0], h2=[0.0, 0.0]
    )


def circles(rng: np.random.Generator, radii: list[float], steps: int = 200) -> Array:
    """Runs (K, steps, 2) on circles of these radii, from random phases."""
    phase = rng.uniform(0, 2 * np.pi, (len(radii), 1)) + 0.1 * np.arange(steps)
    return np.array(radii)[:, None, None] * np.stack([np.cos(phase), np.sin(phase)], axis=2)


def sink(system: System, start: Array) -> float:
    """Where a start comes to rest, by scipy's integrator."""
    p = system.parameter_values
    run = solve_ivp(lambda t, s: _force(t, s, p), (0, 80), start, rtol=1e-9, atol=1e-9)
    return float(run.y[0, -1])


def resting(places: list[float]) -> Runs:
    """A model that rests at x = place, v = 0, from start to start."""
    ends = np.array([[place, 0.0] for place in places])
    return Runs(np.repeat(ends[:, None], STEPS, axis=1))


# Wilson's interval ---------------------------------------------------------------------------


@pytest.mark.parametrize(("hits", "total"), [(0, 10), (3, 10), (50, 100), (99, 100), (7, 7)])
def test_the_ends_of_wilsons_interval_solve_his_quadratic(hits: int, total: int) -> None:
    """(share - p)^2 = z^2 p (1 - p) / n (Wilson, J. Am. Stat. Assoc. 22, 209, 1927)."""
    share, q = hits / total, 1.96**2 / total
    roots = np.sort(np.roots([1 + q, -(2 * share + q), share**2]).real)
    np.testing.assert_allclose(wilson_interval(hits, total), roots, atol=1e-12)
    peer = binomtest(hits, total).proportion_ci(0.95, method="wilson")
    np.testing.assert_allclose(wilson_interval(hits, total), peer, atol=1e-4)  # z = 1.95996


def test_wilsons_interval_stays_within_zero_and_one_and_knows_nothing_of_no_trials() -> None:
    assert wilson_interval(0, 5)[0] == 0.0
    assert wilson_interval(5, 5)[1] == 1.0
    assert wilson_interval(0, 0) == (0.0, 1.0)


# Topological error ---------------------------------------------------------------------------


def test_identical_systems_have_no_topological_error() -> None:
    found = topological_error(TWO_WELLS, TWO_WELLS, initial=STARTS, steps=STEPS)
    assert float(found["error"]) == float(found["error_robust"]) == 0.0
    assert float(found["statistical_error"]) == 0.0
    assert found["hausdorff"].values.tolist() == [0.0] * 8
    assert found["matches"].values.all()
    assert not found["diverged"].values.any()
    assert found.attrs["exponents"] == "compared"
    assert found.attrs["transient"] == 600
    np.testing.assert_allclose([found["low"], found["high"]], wilson_interval(0, 8))


def test_both_exponents_of_both_sinks_are_minus_a_quarter() -> None:
    """The Jacobian at x = +-sqrt(10) has the eigenvalues -1/4 +- i sqrt(2 - 1/16)."""
    known = np.full((2, 2), -0.25)
    starts = np.array([[4.0, 0.5], [-1.5, 0.5]])
    settings: dict[str, Any] = {"initial": starts, "steps": STEPS, "exponent_tolerance": 0.1}
    found = topological_error(TWO_WELLS, TWO_WELLS, reference_exponents=known, **settings)
    assert float(found["error"]) == 0.0
    for factor in (1.25, 0.8):
        rates = {"reference_exponents": factor * known}
        off = topological_error(TWO_WELLS, TWO_WELLS, **rates, **settings)
        assert float(off["error"]) == 1.0


def test_the_runs_end_in_the_sinks_at_plus_and_minus_the_root_of_ten() -> None:
    ends = [sink(TWO_WELLS, s) for s in STARTS]
    np.testing.assert_allclose(np.abs(ends), SINK, atol=1e-6)
    assert 0 < np.sum(np.array(ends) > 0) < 8
    found = topological_error(TWO_WELLS, resting(ends), initial=STARTS, steps=STEPS)
    assert float(found["error"]) == 0.0
    # After 30 time units what is left of a start is exp(-30 / 4) of it.
    assert 0.0 < float(found["hausdorff"].max()) < 10 * np.exp(-7.5)
    # A tenth of the root of the total variance of the ends.
    assert found.attrs["epsilon"] == pytest.approx(0.1 * np.std(ends), rel=1e-3)
    assert "only limit sets" in found.attrs["exponents"]  # runs alone have no Jacobian


@pytest.mark.parametrize("wrong", RATES)
def test_other_sinks_and_other_exponents_are_errors_from_every_start(wrong: System) -> None:
    """One well at 0, wells at +-sqrt(5), and wells in place that attract three times as fast."""
    found = topological_error(
        TWO_WELLS,
        wrong,
        initial=STARTS[::2],
        steps=STEPS,
        reference_exponents=np.full((4, 2), -0.25),
        generated_exponents=np.full((4, 2), RATES[wrong]),
    )
    assert float(found["error"]) == float(found["error_robust"]) == 1.0
    np.testing.assert_allclose([found["low"], found["high"]], wilson_interval(4, 4))
    apart = [abs(sink(TWO_WELLS, s) - sink(wrong, s)) for s in STARTS[::2]]
    np.testing.assert_allclose(found["hausdorff"], apart, atol=0.01)


def test_wrong_places_are_found_without_being_told_of_exponents() -> None:
    """Sinks of equal exponents: what differs is where they are."""
    found = topological_error(TWO_WELLS, ONE_WELL, initial=STARTS[::3], steps=STEPS)
    assert found.attrs["exponents"] == "compared"
    assert float(found["error"]) == 1.0
    far = topological_error(TWO_WELLS, ONE_WELL, initial=STARTS[::3], steps=STEPS, epsilon=4.0)
    assert float(far["error"]) == 0.0


def test_the_error_is_the_share_of_starts_and_has_wilsons_interval(
    rng: np.random.Generator,
) -> None:
    truth = circles(rng, [1.0, 1.0, 2.0, 2.0, 2.0])
    model = circles(rng, [1.0, 2.0, 2.0, 1.0, 2.0])
    found = topological_error(truth, model)
    assert found["matches"].values.tolist() == [True, False, True, False, True]
    assert float(found["error"]) == pytest.approx(0.4)
    np.testing.assert_allclose([found["low"], found["high"]], wilson_interval(2, 5))
    assert found.attrs["transient"] == 0
    for k in range(5):
        there = directed_hausdorff(truth[k], model[k])[0]
        back = directed_hausdorff(model[k], truth[k])[0]
        assert float(found["hausdorff"][k]) == pytest.approx(max(there, back), rel=1e-12)


def test_the_distance_is_the_larger_of_both_directions(rng: np.random.Generator) -> None:
    """A run on a part of the limit set is near it, but the limit set is not near the run."""
    whole = circles(rng, [1.0], steps=500)
    part = whole[:, :17]  # an arc of 1.6 radians: what is opposite to its middle is farthest
    chord = 2 * np.sin((np.pi - 0.8) / 2)  # from there to the ends of the arc
    for pair in ((whole, part), (part, whole)):
        found = topological_error(*pair, epsilon=0.5)
        assert float(found["error"]) == 1.0
        assert float(found["hausdorff"][0]) == pytest.approx(chord, abs=0.01)


def test_one_stray_point_rules_the_error_but_not_its_robust_form(
    rng: np.random.Generator,
) -> None:
    truth = circles(rng, [1.0, 1.0])
    model = truth.copy()
    model[0, 40] = [5.0, 0.0]
    found = topological_error(truth, model)
    assert float(found["error"]) == 0.5
    assert float(found["error_robust"]) == 0.0
    assert float(found["hausdorff"][0]) == pytest.approx(4.0, abs=0.05)
    assert float(found["hausdorff_robust"][0]) == 0.0


def test_the_threshold_of_distance_is_a_tenth_of_the_root_of_the_total_variance(
    rng: np.random.Generator,
) -> None:
    runs = rng.normal(size=(2, 80, 3)) * [1.0, 2.0, 3.0]
    points = runs.reshape(-1, 3)
    total = ((points - points.mean(axis=0)) ** 2).sum(axis=1).mean()
    found = topological_error(runs, runs).attrs["epsilon"]
    assert found == pytest.approx(0.1 * np.sqrt(total), rel=1e-12)
    found = basin_agreement(runs, runs, transient=0).attrs["threshold"]
    assert found == pytest.approx(0.05 * np.sqrt(total), rel=1e-12)


def test_the_threshold_of_distance_is_the_users(rng: np.random.Generator) -> None:
    truth = circles(rng, [1.0, 1.0])
    model = truth + np.array([0.3, 0.0])
    assert float(topological_error(truth, model, epsilon=0.31)["error"]) == 0.0
    assert float(topological_error(truth, model, epsilon=0.2)["error"]) == 1.0


def test_the_statistical_error_is_the_mean_sliced_wasserstein_distance(
    rng: np.random.Generator,
) -> None:
    """In one dimension by scipy; a shift in the plane projects to its mean of |cos|, 2 / pi."""
    x, y = rng.normal(size=(2, 3, 1000, 1))
    expected = [wasserstein_distance(a.ravel(), 3 * b.ravel()) for a, b in zip(x, y, strict=True)]
    found = topological_error(x, 3 * y)
    assert float(found["statistical_error"]) == pytest.approx(np.mean(expected), rel=1e-3)
    plane = circles(rng, [1.0, 2.0])
    moved = topological_error(plane, plane + np.array([0.6, 0.8]))
    assert float(moved["statistical_error"]) == pytest.approx(2 / np.pi, rel=0.05)


def test_exponents_within_a_band_of_zero_have_no_sign(rng: np.random.Generator) -> None:
    """A computed zero exponent is never exactly zero, and its sign is a coin toss."""
    runs = circles(rng, [1.0, 1.0])
    true, found = np.array([[0.003, -2.0]] * 2), np.array([[-0.004, -2.0]] * 2)
    exponents = {"reference_exponents": true, "generated_exponents": found}
    assert float(topological_error(runs, runs, **exponents)["error"]) == 0.0
    assert float(topological_error(runs, runs, zero_band=1e-4, **exponents)["error"]) == 1.0


@pytest.mark.parametrize(
    ("model", "error"),
    [
        ([0.9, 0.0, -14.0], 0.0),
        ([0.5, 0.0, -14.0], 0.0),  # 44 % off
        ([0.4, 0.0, -14.0], 1.0),  # 56 % off
        ([-0.9, 0.0, -14.0], 1.0),  # not chaotic
        ([0.9, 0.2, -14.0], 1.0),  # hyperchaotic
        ([0.9, -0.2, -14.0], 1.0),  # no neutral direction
        ([0.9, 0.0, 0.0], 1.0),  # does not contract
        ([0.9, 0.0, -14.0, -20.0, -20.0], 0.0),  # hidden states may contract besides
    ],
)
def test_signs_of_all_common_exponents_and_the_size_of_the_largest_must_fit(
    rng: np.random.Generator, model: list[float], error: float
) -> None:
    runs = circles(rng, [1.0, 1.0], steps=70)
    found = topological_error(
        runs, runs, reference_exponents=[[0.9, 0.0, -14.0]] * 2, generated_exponents=[model] * 2
    )
    assert found.attrs["exponents"] == "compared"
    assert float(found["error"]) == error


def test_exponents_are_those_of_each_start() -> None:
    """x + x (1 - x) (x + 2) / 5 has the multiplier 2/5 at its fixed point 1, and -1/5 at -2."""

    def step(t: float, s: Any, p: Any) -> Any:
        return [s[0] + s[0] * (1.0 - s[0]) * (s[0] + 2.0) / 5.0]

    pair = System("two_points", step, parameters=[], initial=[0.5], kind="map")
    settings: dict[str, Any] = {"initial": [[0.5], [-0.5]], "steps": 400}
    known = np.log([[2 / 5], [1 / 5]])
    for rates, error in ((known, 0.0), (known[::-1], 1.0)):
        found = topological_error(
            pair, pair, reference_exponents=rates, exponent_tolerance=1e-6, **settings
        )
        assert float(found["error"]) == error


def test_exponents_known_of_one_side_only_are_not_compared(rng: np.random.Generator) -> None:
    runs = circles(rng, [1.0, 1.0])
    found = topological_error(runs, runs, reference_exponents=[[0.9, -1.0]] * 2)
    assert float(found["error"]) == 0.0
    assert "only limit sets" in found.attrs["exponents"]


def test_a_model_is_compared_with_its_exponents_and_without() -> None:
    """ln 1.9 is twice ln 1.4; the intervals that tent maps of these slopes fill overlap mostly."""
    starts = np.array([[0.1], [0.3], [-0.2]])
    same = topological_error(tent(), tent(), initial=starts)
    assert float(same["error"]) == 0.0
    assert same.attrs["exponents"] == "compared"
    settings: dict[str, Any] = {"initial": starts, "epsilon": 10.0}
    assert float(topological_error(tent(), tent(1.4), **settings)["error"]) == 0.0
    strict = topological_error(tent(), tent(1.4), exponent_tolerance=0.4, **settings)
    assert float(strict["error"]) == 1.0
    exact = topological_error(
        tent(), tent(), reference_exponents=[[np.log(1.9)]] * 3, exponent_tolerance=1e-9, **settings
    )
    assert float(exact["error"]) == 0.0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_runs_that_are_not_finite_count_as_errors(rng: np.random.Generator, bad: float) -> None:
    truth = circles(rng, [1.0, 1.0, 1.0, 1.0])
    model = truth.copy()
    model[1, -1, 0] = bad
    found = topological_error(truth, model)
    assert float(found["error"]) == float(found["error_robust"]) == 0.25
    assert found["diverged"].values.tolist() == [False, True, False, False]
    assert found["hausdorff"].values.tolist() == [0.0, np.inf, 0.0, 0.0]
    assert "not finite" in found.attrs["reason"]
    lost = topological_error(truth, np.full_like(truth, bad))
    assert float(lost["error"]) == float(lost["error_robust"]) == 1.0
    assert float(lost["statistical_error"]) == np.inf


def test_a_model_that_runs_away_is_wrong_from_every_start() -> None:
    away = ShallowPLRNN.from_matrices(A=[1.5], W1=[[0.0]], W2=[[0.0]], h1=[0.0], h2=[0.0])
    found = topological_error(tent(), away, initial=[[0.1], [0.3]])
    assert found["diverged"].values.all()
    assert float(found["error"]) == 1.0
    agreement = basin_agreement(tent(), away, initial=[[0.1], [0.3]])
    assert float(agreement["agreement"]) == 0.0
    assert agreement["label_generated"].values.tolist() == [1, 1]  # one attractor, then "other"


def test_runs_are_matched_and_references_finite(rng: np.random.Generator) -> None:
    runs = circles(rng, [1.0, 2.0, 1.0, 2.0])
    broken = runs.copy()
    broken[0, -1] = np.nan
    for metric in (topological_error, basin_agreement):
        with pytest.raises(InputError, match="match"):
            metric(runs, runs[:3])
        with pytest.raises(InputError, match="match"):
            metric(runs, runs[:, :, :1])
        with pytest.raises(InputError, match="not finite"):
            metric(broken, runs)
        with pytest.raises(InputError):
            metric(runs, np.array([["a", "b"]]))
    for transient in (-1, 199, 1000):
        with pytest.raises(InputError, match="transient"):
            topological_error(runs, runs, transient=transient)
    with pytest.raises(InputError, match="initial"):
        topological_error(TWO_WELLS, TWO_WELLS)


# Basins --------------------------------------------------------------------------------------


def test_identical_systems_agree_on_every_start_and_on_what_scipy_finds() -> None:
    found = basin_agreement(TWO_WELLS, TWO_WELLS, initial=STARTS, steps=STEPS)
    right = np.array([sink(TWO_WELLS, s) > 0 for s in STARTS])
    labels = np.where(right == right[0], 0, 1)  # limit sets are numbered as they are found
    assert found["label"].values.tolist() == labels.tolist()
    assert found["label_generated"].values.tolist() == labels.tolist()
    first, second = np.bincount(labels)
    assert found["confusion"].values.tolist() == [[first, 0, 0], [0, second, 0]]
    np.testing.assert_allclose(found["volume"], [first / 8, second / 8])
    np.testing.assert_allclose(found["volume_generated"], [first / 8, second / 8, 0.0])
    assert float(found["agreement"]) == 1.0
    np.testing.assert_allclose([found["low"], found["high"]], wilson_interval(8, 8))
    assert found["reached"].values.tolist() == ["0", "1", "other"]


def test_a_mirrored_model_agrees_nowhere_and_another_well_is_other() -> None:
    ends = [sink(TWO_WELLS, s) for s in STARTS]
    counts = np.bincount([int(np.sign(e) != np.sign(ends[0])) for e in ends])
    mirrored = resting([-e for e in ends])
    found = basin_agreement(TWO_WELLS, mirrored, initial=STARTS, steps=STEPS)
    assert found["confusion"].values.tolist() == [[0, counts[0], 0], [counts[1], 0, 0]]
    assert float(found["agreement"]) == 0.0
    assert np.isnan(found["divergence"].values).all()
    elsewhere = basin_agreement(TWO_WELLS, ONE_WELL, initial=STARTS, steps=STEPS)
    assert elsewhere["confusion"].values.tolist() == [[0, 0, counts[0]], [0, 0, counts[1]]]
    np.testing.assert_allclose([elsewhere["low"], elsewhere["high"]], wilson_interval(0, 8))


def test_limit_sets_that_are_points_have_no_divergence() -> None:
    runs = np.array([-1.0, 1.0])[:, None, None] * np.ones((2, 100, 1))
    found = basin_agreement(runs, runs)
    assert float(found["agreement"]) == 1.0
    assert np.isnan(found["divergence"].values).all()
    assert "point" in found["divergence"].attrs["reason"]


def test_the_confusion_matrix_counts_starts(rng: np.random.Generator) -> None:
    """Rows are true limit sets in order of appearance, columns what the model reached."""
    truth = circles(rng, [3.0, 1.0, 1.0, 2.0, 3.0, 3.0])
    model = circles(rng, [3.0, 1.0, 2.0, 2.0, 1.0, 5.0])
    found = basin_agreement(truth, model)
    assert found["label"].values.tolist() == [0, 1, 1, 2, 0, 0]
    assert found["label_generated"].values.tolist() == [0, 1, 2, 2, 1, 3]
    expected = [[1, 1, 0, 1], [0, 1, 1, 0], [0, 0, 1, 0]]
    assert found["confusion"].values.tolist() == expected
    assert float(found["agreement"]) == 0.5
    np.testing.assert_allclose([found["low"], found["high"]], wilson_interval(3, 6))
    np.testing.assert_allclose(found["volume"], [3 / 6, 2 / 6, 1 / 6])
    np.testing.assert_allclose(found["volume_generated"], [1 / 6, 2 / 6, 2 / 6, 1 / 6])


def test_limit_sets_are_chained_by_single_linkage() -> None:
    """Three points in a row, each near the next: one set, though its ends are far apart."""
    centre = np.array([0.0, 0.8, 1.6, 100.0, 100.0])
    runs = centre[:, None, None] + np.zeros((5, 40, 1))
    reach = 0.05 * np.std(centre)
    assert 0.8 < reach / 2.5 < 1.6  # steps are within reach / 2.5, the ends are not
    assert basin_agreement(runs, runs)["label"].values.tolist() == [0, 0, 0, 1, 1]
    near = basin_agreement(runs, runs, threshold=0.05 / 2.5)
    assert near.attrs["threshold"] == pytest.approx(reach / 2.5)
    assert near["label"].values.tolist() == [0, 0, 0, 1, 1]
    fine = basin_agreement(runs, runs, threshold=0.01)
    assert fine["label"].values.tolist() == [0, 1, 2, 3, 3]


def test_of_a_series_the_first_half_is_dropped_unless_told_otherwise() -> None:
    """The runs approach two points; a model that takes the wrong way there has no error."""
    ends = np.array([-1.0, 1.0])[:, None, None] * np.ones((2, 100, 1))
    model = ends.copy()
    model[:, :50] *= -7.0
    assert float(basin_agreement(ends, model)["agreement"]) == 1.0
    assert float(basin_agreement(ends, model, transient=49)["agreement"]) == 0.0


def test_diverged_runs_are_other(rng: np.random.Generator) -> None:
    truth = circles(rng, [1.0, 3.0, 3.0])
    model = truth.copy()
    model[1, -1] = np.nan
    model[2, -1] = np.inf
    found = basin_agreement(truth, model)
    assert found["confusion"].values.tolist() == [[1, 0, 0], [0, 0, 2]]
    assert float(found["agreement"]) == pytest.approx(1 / 3)


def test_the_divergence_of_a_limit_set_is_that_of_the_runs_that_agree(
    rng: np.random.Generator,
) -> None:
    """Clouds at -5 and 5, of which the model's second is too wide, and misses one start."""
    centre = np.array([-5.0, 5.0, 5.0, 5.0])[:, None, None]
    truth = centre + 0.1 * rng.normal(size=(4, 400, 1))
    wide = centre + 0.2 * rng.normal(size=(4, 400, 1))
    model = np.concatenate([truth[:1], wide[1:3], wide[:1]])
    found = basin_agreement(truth, model)
    assert found["confusion"].values.tolist() == [[1, 0, 0], [1, 2, 0]]
    assert float(found["divergence"][0]) == 0.0
    ends = [np.concatenate(runs[1:3, 200:]) for runs in (truth, model)]
    assert float(found["divergence"][1]) == pytest.approx(float(state_space_divergence(*ends)))
    assert float(found["divergence"][1]) > 0.1


def test_padded_trajectories_end_where_they_end(rng: np.random.Generator) -> None:
    """Series of unequal lengths are padded with NaN, which is no divergence."""
    runs = circles(rng, [1.0, 3.0])
    series = make_series([runs[0], runs[1, :70]])
    assert float(topological_error(series, series)["error"]) == 0.0
    assert float(basin_agreement(series, series)["agreement"]) == 1.0


# Noise floor -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "parameter"), [("lorenz63", "rho"), ("halvorsen", "a")])
def test_a_perfect_chaotic_model_has_no_topological_error(name: str, parameter: str) -> None:
    """A thousand samples of one attractor lie three to seven times the old threshold apart."""
    truth = dsr.data.system(name)
    model = truth.with_parameters({parameter: truth.parameters[parameter] * (1 + 1e-9)})
    starts = dsr.simulate(truth, steps=3_000, seed=1).values[0, ::600]
    found = topological_error(truth, model, initial=starts)
    assert float(found["error"]) <= 0.2
    assert found.attrs["noise_floor"] > 3.0 * found.attrs["epsilon"]
    assert (found["hausdorff"] < found["epsilon"]).mean() >= 0.8


def test_a_wrong_chaotic_model_is_still_an_error() -> None:
    """Lorenz beyond its transcritical turn rests in a point, whatever the noise floor allows."""
    truth = dsr.data.system("lorenz63")
    model = truth.with_parameters({"rho": 20.0})
    starts = dsr.simulate(truth, steps=3_000, seed=1).values[0, ::1_000]
    assert float(topological_error(truth, model, initial=starts)["error"]) == 1.0


def test_units_of_time_do_not_decide_which_exponents_are_zero(rng: np.random.Generator) -> None:
    """Slowed by a thousand, chaos counted as neutral, and matched a cycle."""
    runs = circles(rng, [1.0, 1.0])
    chaos, cycle = np.array([[0.9, 0.0, -14.0]] * 2), np.array([[0.0, -0.9, -14.0]] * 2)
    for clock in (1.0, 1e-3, 1e3):
        given = {"reference_exponents": clock * chaos, "generated_exponents": clock * cycle}
        assert float(topological_error(runs, runs, **given)["error"]) == 1.0
        given["generated_exponents"] = clock * np.add(chaos, [0.0, 0.01, 0.0])
        assert float(topological_error(runs, runs, **given)["error"]) == 0.0


def test_halves_of_a_run_that_still_moves_do_not_excuse_a_model(rng: np.random.Generator) -> None:
    drift = np.linspace(0.0, 10.0, 200)[:, None] + 0.01 * rng.normal(size=(2, 200, 2))
    found = topological_error(drift, drift + 6.0)
    assert float(found["error"]) == 1.0

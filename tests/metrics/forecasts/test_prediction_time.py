"""Forecasts: prediction times and skills that can be computed by hand, and defined failures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from dsr.data import Scaler, make_series
from dsr.errors import InputError
from dsr.metrics import forecast_skill, prediction_error, valid_prediction_time
from dsr.models import Persistence, ShallowPLRNN

Array = NDArray[np.float64]

LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95]


class LinearMap:
    """The map ``x -> M x + c`` with what metrics ask of a model; it remembers what it was shown."""

    def __init__(self, matrix: Any, constant: Any = 0.0) -> None:
        self.matrix, self.constant = np.atleast_2d(np.asarray(matrix, dtype=float)), constant
        self.contexts: list[Array] = []

    def generate(self, start: Any = None, steps: int = 1000, **_: Any) -> xr.DataArray:
        """Iterate from states (k, N)."""
        state, states = np.asarray(start), []
        for _ in range(steps):
            state = state @ self.matrix.T + self.constant
            states.append(state)
        return make_series(np.stack(states, axis=1))

    def forecast(self, context: xr.DataArray, steps: int, **_: Any) -> xr.DataArray:
        """Go on from the last sample of each context."""
        self.contexts.append(context.values)
        return self.generate(context.values[:, -1], steps)


class Oracle:
    """A model that says what it was told to say, from every start."""

    def __init__(self, forecast: Any) -> None:
        self.values = np.asarray(forecast, dtype=float)

    def generate(self, start: Any = None, steps: int = 1000, **_: Any) -> xr.DataArray:
        """It says nothing but forecasts."""
        raise NotImplementedError

    def forecast(self, context: xr.DataArray, steps: int, **_: Any) -> Array:
        """Repeat the same forecast for every context."""
        return np.broadcast_to(
            self.values[:steps], (context.sizes["trajectory"], *self.values.shape)
        )


class Dying(LinearMap):
    """The identity, which leaves the finite numbers after two steps from every second start."""

    def __init__(self, variables: int, bad: float = np.nan) -> None:
        super().__init__(np.eye(variables))
        self.bad = bad

    def generate(self, start: Any = None, steps: int = 1000, **_: Any) -> xr.DataArray:
        """Persist, then die."""
        runs = super().generate(start, steps)
        runs[::2, 2:] = self.bad
        return runs


def telegraph(rng: np.random.Generator, pairs: int = 500) -> Array:
    """As many +1 as -1, in random order: every value is one standard deviation from the mean."""
    return np.asarray(rng.permutation(np.repeat([-1.0, 1.0], pairs)))


def walk(rng: np.random.Generator, samples: int = 1000) -> Array:
    """A random walk whose every step is 1 or -1."""
    return np.asarray(rng.choice([-1.0, 1.0], samples).cumsum())


# Valid prediction time -----------------------------------------------------------------------


@pytest.mark.parametrize("variant", ["nrmse", "norm", "smape"])
def test_a_perfect_forecast_is_valid_to_the_censored_horizon(
    rng: np.random.Generator, variant: str
) -> None:
    x = make_series(rng.normal(size=(3, 40, 2)), dt=0.25, time_unit="h")
    found = valid_prediction_time(x, x, variant=variant)
    assert found["time"].values.tolist() == [10.0, 10.0, 10.0]
    assert found["censored"].values.all()
    assert found["quantiles"].values.tolist() == [10.0] * 5
    assert found.attrs["censored_share"] == 1.0
    assert found.attrs["median"] == 10.0
    assert found.attrs["variant"] == variant
    assert found["time"].attrs["units"] == "h"
    shorter = valid_prediction_time(x, x, 8, variant=variant)
    assert shorter["time"].values.tolist() == [2.0, 2.0, 2.0]
    assert shorter["censored"].values.all()


def test_half_a_standard_deviation_is_too_much_from_the_first_step(
    rng: np.random.Generator,
) -> None:
    x = rng.normal(size=(100, 3)) * [1.0, 10.0, 0.1]
    found = valid_prediction_time(x, x + 0.5 * x.std(axis=0, ddof=1))
    assert found.attrs["threshold"] == 0.4
    assert found["time"].values.tolist() == [0.0]
    assert found["censored"].values.tolist() == [False]
    patient = valid_prediction_time(x, x + 0.5 * x.std(axis=0, ddof=1), threshold=0.51)
    assert patient["censored"].values.tolist() == [True]


def test_the_time_ends_where_the_error_first_passes_the_threshold(
    rng: np.random.Generator,
) -> None:
    """The error is 0.05, 0.15, 0.25, ... standard deviations: step 4 is the first above 0.4."""
    x = rng.normal(size=(60, 2))
    growth = (0.1 * np.arange(60) + 0.05)[:, None] * x.std(axis=0, ddof=1)
    growth[10:] = 0.0  # it comes back, too late
    series = make_series(x, dt=0.5)
    found = valid_prediction_time(series, x - growth)
    assert found["time"].values.tolist() == [2.0]
    assert found["censored"].values.tolist() == [False]
    assert valid_prediction_time(series, x - growth, threshold=0.8)["time"].values == [4.0]
    assert valid_prediction_time(series, x - growth, 4)["censored"].values.tolist() == [True]


def test_errors_are_root_mean_squares_over_variables(rng: np.random.Generator) -> None:
    """An error e in one of two variables counts as e / sqrt(2): 0.57 passes 0.4, 0.56 does not."""
    x = rng.normal(size=(50, 2))
    for size, time in ((0.56, 50.0), (0.57, 0.0)):
        wrong = x + size * np.array([0.0, 1.0]) * x.std(axis=0, ddof=1)
        assert valid_prediction_time(x, wrong)["time"].values.tolist() == [time]


def test_the_norm_variant_divides_by_the_root_mean_square_length_of_the_state(
    rng: np.random.Generator,
) -> None:
    """Pathak et al. 2018; unlike a standard deviation it counts the mean."""
    x = 5.0 + rng.normal(size=(50, 3))
    length = np.sqrt((x**2).sum(axis=1).mean())
    for share, time in ((0.39, 50.0), (0.41, 0.0)):
        wrong = x + share * length * np.array([2.0, 1.0, -2.0]) / 3.0
        assert valid_prediction_time(x, wrong, variant="norm")["time"].values.tolist() == [time]


def test_the_smape_variant_is_relative(rng: np.random.Generator) -> None:
    """200 |c - 1| / (c + 1) is 30 at c = 23 / 17."""
    x = 1.0 + rng.random(size=(50, 2))
    for factor, time in ((23 / 17 - 0.01, 50.0), (23 / 17 + 0.01, 0.0)):
        found = valid_prediction_time(x, factor * x, variant="smape")
        assert found.attrs["threshold"] == 30.0
        assert found["time"].values.tolist() == [time]


def test_the_smape_of_a_step_is_the_mean_over_its_variables(rng: np.random.Generator) -> None:
    """Tripled, one of four variables is 100 off and the mean is 25; two of four make it 50."""
    x = 1.0 + rng.random(size=(50, 4))
    for wrong, time in (([3, 1, 1, 1], 50.0), ([3, 1, 3, 1], 0.0)):
        found = valid_prediction_time(x, np.array(wrong) * x, variant="smape")
        assert found["time"].values.tolist() == [time]


def test_a_small_error_lasts_as_many_lyapunov_times_as_its_logarithm() -> None:
    """In a tent map of slope 1.9 an error d grows to d 1.9^t, and passes 0.4 s at ln(0.4 s / d)."""

    def orbit(start: float) -> Array:
        values = [start]
        for _ in range(99):
            values.append(1.0 - 1.9 * abs(values[-1]))
        return np.array(values)

    truth = orbit(0.3)
    found = valid_prediction_time(truth, orbit(0.3 + 1e-9), lyapunov_exponent=np.log(1.9))
    expected = np.log(0.4 * truth.std(ddof=1) / 1e-9)
    assert found["lyapunov_times"].attrs["units"] == "Lyapunov times"
    # To within the step in which it is passed, and the one after if the orbits fold apart in it.
    assert 0.0 <= float(found["lyapunov_times"][0]) - expected < 2 * np.log(1.9)
    assert float(found["lyapunov_times"][0] / found["time"][0]) == pytest.approx(np.log(1.9))


def test_the_training_series_sets_the_scale(rng: np.random.Generator) -> None:
    x = rng.normal(size=(50, 2))
    wrong = x + 0.5 * x.std(axis=0, ddof=1)
    assert valid_prediction_time(x, wrong)["time"].values == [0.0]
    assert valid_prediction_time(x, wrong, training=10.0 * x)["time"].values == [50.0]
    assert valid_prediction_time(x, wrong, training=10.0 * x, variant="norm")["time"].values == [
        50.0
    ]


@pytest.mark.parametrize("variant", ["nrmse", "norm", "smape"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e200])
def test_a_forecast_is_valid_until_it_leaves_the_numbers(
    rng: np.random.Generator, variant: str, bad: float
) -> None:
    x = rng.normal(size=(2, 50, 2))
    wrong = x.copy()
    wrong[0, 7:] = bad
    wrong[1, 0, 1] = bad
    found = valid_prediction_time(x, wrong, variant=variant)
    assert found["time"].values.tolist() == [7.0, 0.0]
    assert not found["censored"].values.any()
    assert np.isfinite(found["quantiles"]).all()


def test_quantiles_are_those_of_numpy_over_the_starts(rng: np.random.Generator) -> None:
    x = rng.normal(size=(5, 30, 1))
    wrong = x.copy()
    for k, time in enumerate((3, 9, 0, 21)):
        wrong[k, time:] += 100.0
    found = valid_prediction_time(x, wrong)
    assert found["time"].values.tolist() == [3.0, 9.0, 0.0, 21.0, 30.0]
    assert found["censored"].values.tolist() == [False] * 4 + [True]
    np.testing.assert_allclose(found["quantiles"], np.quantile([3, 9, 0, 21, 30], LEVELS))
    assert found["quantile"].values.tolist() == LEVELS
    assert found.attrs["median"] == 9.0
    assert found.attrs["censored_share"] == pytest.approx(0.2)


def test_a_model_is_run_from_many_starts_whichever_argument_it_is() -> None:
    """The truth is an orbit of the very map; a rotation by a degree more falls behind.

    Two unit vectors at an angle a are 2 sin(a / 2) apart; each variable has the variance 1/2, so
    that this is the error itself, which passes 0.4 between 23 and 24 degrees.
    """

    def rotation(degrees: float) -> LinearMap:
        a = np.radians(degrees)
        return LinearMap([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])

    x = make_series(rotation(10.0).generate([[1.0, 0.0]], 720).values, dt=0.5)
    right = valid_prediction_time(rotation(10.0), x, 60)
    assert right["censored"].values.all()
    assert right["time"].values.tolist() == [30.0] * right.sizes["start"]
    assert right.sizes["start"] > 10
    a = valid_prediction_time(rotation(11.0), x, 60)
    b = valid_prediction_time(x, rotation(11.0), 60)
    # Index 0 is one step ahead; the 24th step is the first that is too far off.
    assert a["time"].values.tolist() == [0.5 * 23] * a.sizes["start"]
    xr.testing.assert_identical(a, b)
    assert valid_prediction_time(rotation(10.0), x)["time"].values[0] == 0.5 * 72


def test_prediction_times_refuse_what_has_none(rng: np.random.Generator) -> None:
    x = rng.normal(size=(50, 2))
    with pytest.raises(InputError, match="variant"):
        valid_prediction_time(x, x, variant="rmse")
    for exponent in (0.0, -1.0, np.nan):
        with pytest.raises(InputError, match="lyapunov_exponent"):
            valid_prediction_time(x, x, lyapunov_exponent=exponent)
    with pytest.raises(InputError, match="variables"):
        valid_prediction_time(x, x[:, :1])
    with pytest.raises(InputError, match="trajectories"):
        valid_prediction_time(np.stack([x, x]), np.stack([x, x, x]))
    with pytest.raises(InputError, match="does not vary"):
        valid_prediction_time(np.ones((50, 2)), x)
    with pytest.raises(InputError):
        valid_prediction_time(np.full((50, 2), np.nan), x)


# Skill over the horizon ----------------------------------------------------------------------


def test_a_ramp_gives_persistence_the_errors_of_the_hand() -> None:
    """h steps ahead persistence lags by h steps, and MASE is the mean of 1 to h: (h + 1) / 2."""
    ramp = 3.0 * np.arange(400.0)
    deviation = 3.0 * np.sqrt(400 * 401 / 12)
    skill = forecast_skill(LinearMap(1.0, 3.0), ramp, 6, warmup=5)
    lag = np.arange(1, 7)
    for level in LEVELS:
        at = skill.sel(forecast="persistence", quantile=level)
        np.testing.assert_allclose(at["nrmse"], 3.0 * lag / deviation, rtol=1e-12)
        np.testing.assert_allclose(at["mase"], (lag + 1) / 2, rtol=1e-12)
        exact = skill.sel(forecast="model", quantile=level)
        for metric in ("nrmse", "mase", "smape"):
            np.testing.assert_allclose(exact[metric], 0.0, atol=1e-12)


@pytest.mark.parametrize("season", [1, 2, 7])
def test_mase_of_one_step_persistence_is_one(rng: np.random.Generator, season: int) -> None:
    """Every step of the walk has length 1, the mean one, so that every start scores the same."""
    x = walk(rng)
    skill = forecast_skill(Persistence().fit(x), x, 3, season=season)
    expected = 1.0 / np.abs(x[season:] - x[:-season]).mean()
    assert season > 1 or expected == 1.0
    for forecast in ("model", "persistence"):
        at = skill["mase"].sel(forecast=forecast, step=1)
        np.testing.assert_allclose(at, expected, rtol=1e-12)


def test_mase_of_one_step_persistence_is_about_one_for_any_walk(rng: np.random.Generator) -> None:
    """The mean over 1000 Gaussian steps is 1 to within 0.024, whatever the units of each."""
    x = (rng.normal(size=(300, 1000)) * rng.lognormal(sigma=3.0, size=1000)).cumsum(axis=0)
    skill = forecast_skill(LinearMap(np.eye(1000)), x, 1, starts=5)
    np.testing.assert_allclose(skill["mase"].sel(forecast="model"), 1.0, atol=0.1)


def test_nrmse_of_the_mean_is_one(rng: np.random.Generator) -> None:
    """Values +-1 have the mean 0 and the unbiased standard deviation sqrt(n / (n - 1))."""
    x = telegraph(rng)
    skill = forecast_skill(Oracle(np.zeros((5, 1))), x, 5)
    expected = np.sqrt(1 - 1 / x.size)
    for forecast in ("model", "mean"):
        np.testing.assert_allclose(skill["nrmse"].sel(forecast=forecast), expected, rtol=1e-12)
    assert (skill["acc"].sel(forecast="mean") == 0.0).all()


def test_one_start_is_scored_by_the_formulas(rng: np.random.Generator) -> None:
    """With one start all quantiles are its score: errors of 5 variables over 6 steps."""
    x = rng.normal(size=(80, 5)) * [1.0, 2.0, 5.0, 0.1, 1.0] + [0.0, 3.0, 0.0, 0.0, -1.0]
    training = 2.0 * rng.normal(size=(200, 5)) + 0.5
    told = x[10:16] + rng.normal(size=(6, 5))
    skill = forecast_skill(Oracle(told), x, 6, training=training, starts=1, warmup=10)
    assert skill.attrs["starts"] == 1
    truth, mean, std = x[10:16], training.mean(axis=0), training.std(axis=0, ddof=1)
    step = np.abs(np.diff(training, axis=0)).mean(axis=0)
    forecasts = {
        "model": told,
        "persistence": np.repeat(x[9:10], 6, axis=0),
        "mean": np.repeat(mean[np.newaxis], 6, axis=0),
    }
    for name, f in forecasts.items():
        found = skill.sel(forecast=name)
        relative = 200 * np.abs(f - truth) / (np.abs(f) + np.abs(truth))
        expected = {
            "nrmse": np.sqrt((((f - truth) / std) ** 2).mean(axis=1)),
            "mase": [(np.abs(f - truth) / step)[: h + 1].mean() for h in range(6)],
            "smape": [relative[: h + 1].mean() for h in range(6)],
        }
        if name != "mean":
            a, b = (f - mean) / std, (truth - mean) / std
            expected["acc"] = [np.corrcoef(a[h], b[h])[0, 1] for h in range(6)]
            pooled = (a * b).sum(axis=1) / np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
            np.testing.assert_allclose(found["acc_pooled"], pooled, rtol=1e-10)
        for metric, values in expected.items():
            for level in LEVELS:
                np.testing.assert_allclose(
                    found[metric].sel(quantile=level),
                    values,
                    rtol=1e-10,
                    err_msg=f"{name} {metric}",
                )


def test_no_score_of_anomalies_depends_on_units(rng: np.random.Generator) -> None:
    """A correlation of -0.674 became 1.000 when one variable was given in other units."""
    x, told = rng.normal(size=(60, 4)), rng.normal(size=(5, 4))
    units = np.array([1e6, 1.0, 1e-3, 1.0])
    one, other = (
        forecast_skill(Oracle(k * told), k * x, 5, starts=1, warmup=4)
        for k in (np.ones(4), units)
    )  # fmt: skip
    for metric in ("nrmse", "mase", "acc", "acc_pooled"):
        np.testing.assert_allclose(one[metric], other[metric], rtol=1e-9, atol=1e-12)


def test_smape_is_from_0_to_200(rng: np.random.Generator) -> None:
    x = rng.normal(size=(60, 3))
    for told, value in ((x, 0.0), (-x, 200.0), (0 * x, 200.0), (3 * x, 100.0), (1e9 * x, 200.0)):
        skill = forecast_skill(Oracle(told[4:9]), x, 5, starts=1, warmup=4)
        np.testing.assert_allclose(skill["smape"].sel(forecast="model"), value, atol=1e-5)
        assert skill.attrs["smape_skipped_share"] == 0.0


def test_smape_skips_what_is_zero_twice_and_reports_the_share() -> None:
    """Truth 0, 0, 1, 0 and forecast 0: only the third counts, and from there on it is the mean."""
    x = np.array([1.0, 0.0, 0.0, 1.0, 0.0] * 10)
    skill = forecast_skill(Oracle(np.zeros((4, 1))), x, 4, starts=1, warmup=1)
    assert skill["smape"].sel(forecast="model", quantile=0.5).values.tolist() == [0, 0, 200, 200]
    assert skill.attrs["smape_skipped_share"] == 0.75


def test_the_anomaly_correlation_of_a_perfect_forecast_is_one_and_of_its_mirror_minus_one(
    rng: np.random.Generator,
) -> None:
    x = rng.normal(size=(60, 4)) + np.array([0.0, 10.0, 0.0, 0.0])
    mean = x.mean(axis=0)
    for told, value in ((x, 1.0), (2 * mean - x, -1.0), (mean + 0.1 * (x - mean), 1.0)):
        skill = forecast_skill(Oracle(told[4:9]), x, 5, starts=1, warmup=4).sel(forecast="model")
        np.testing.assert_allclose(skill["acc"], value, rtol=1e-12)
        np.testing.assert_allclose(skill["acc_pooled"], value, rtol=1e-12)


def test_quantiles_are_ordered_and_leads_have_units(rng: np.random.Generator) -> None:
    x = make_series(rng.normal(size=(600, 3)).cumsum(axis=0), dt=0.25, time_unit="h")
    skill = forecast_skill(LinearMap(0.9 * np.eye(3)), x, 8)
    for metric in ("nrmse", "mase", "smape", "acc"):
        values = skill[metric].transpose("quantile", ...).values
        assert (values[1:] >= values[:-1]).all()
        assert (values[-1] > values[0]).any()
    np.testing.assert_array_equal(skill["lead"], 0.25 * np.arange(1, 9))
    assert skill["lead"].attrs["units"] == "h"


def test_quantiles_are_values_that_starts_have_had(rng: np.random.Generator) -> None:
    """The errors of persistence are multiples of 1 over the deviation, and so are its quantiles."""
    x = walk(rng, 3000)
    skill = forecast_skill(Persistence().fit(x), x, 5)
    steps = skill["nrmse"].sel(forecast="model") * x.std(ddof=1)
    np.testing.assert_allclose(steps, steps.round(), atol=1e-9)


def test_starts_are_a_decorrelation_time_apart_and_see_only_the_past(
    rng: np.random.Generator,
) -> None:
    """An autoregression of coefficient 0.95 forgets a factor of e in about 20 samples."""
    x = np.zeros(4000)
    for t in range(1, x.size):
        x[t] = 0.95 * x[t - 1] + rng.normal()
    a = x - x.mean()
    correlation = np.array([(a[: a.size - k] * a[k:]).mean() for k in range(200)]) / a.var()
    memory = int(np.argmax(correlation <= np.exp(-1)))
    assert 10 < memory < 30
    model = LinearMap(0.95)
    skill = forecast_skill(model, x, 10, starts=1000, warmup=50)
    (contexts,) = model.contexts
    assert contexts.shape[1:] == (50, 1)
    ends = [int(np.flatnonzero(x == c[-1, 0])[0]) for c in contexts]
    for end, context in zip(ends, contexts, strict=True):
        np.testing.assert_array_equal(context[:, 0], x[end - 49 : end + 1])
    assert set(np.diff(ends)) == {memory}
    assert ends[0] == 49
    assert ends[-1] + 10 < x.size <= ends[-1] + 10 + memory
    assert skill.attrs["starts"] == len(ends)
    few = LinearMap(0.95)
    assert forecast_skill(few, x, 10, starts=7, warmup=50).attrs["starts"] == 7
    spread = np.diff([int(np.flatnonzero(x == c[-1, 0])[0]) for c in few.contexts[0]])
    assert spread.min() == spread.max() > 4000 / 8


def test_forecasts_do_not_cross_from_one_trajectory_to_the_next() -> None:
    """Ramps that begin elsewhere: the step from the end of one to the next is no step."""
    ramps = [1000.0 * k + np.arange(n)[:, None] for k, n in enumerate((60, 90, 4))]
    for skill in (
        forecast_skill(LinearMap(1.0, 1.0), ramps, 10, warmup=1),
        forecast_skill(LinearMap(1.0, 1.0), make_series(ramps), 10, warmup=1),
    ):
        np.testing.assert_allclose(skill["mase"].sel(forecast="model"), 0.0, atol=1e-9)
        np.testing.assert_allclose(skill["mase"].sel(forecast="persistence", step=3), 2.0)


@pytest.mark.parametrize("bad", [np.nan, 1e200])
def test_forecasts_that_leave_the_numbers_have_the_worst_scores(
    rng: np.random.Generator, bad: float
) -> None:
    """Half of the starts die after two steps; order statistics are never between a number and inf.

    Forecasts of equal huge numbers have no anomalies to correlate.
    """
    x = rng.normal(size=(400, 3)).cumsum(axis=0)
    skill = forecast_skill(Dying(3, bad), x, 5)
    persistence, found = (skill.sel(forecast=f) for f in ("persistence", "model"))
    for metric in ("nrmse", "mase", "smape", "acc"):
        np.testing.assert_array_equal(found[metric][:, :2], persistence[metric][:, :2])
    dead = found.sel(step=[3, 4, 5])
    worst, best = dead.sel(quantile=0.95), dead.sel(quantile=0.05)
    for metric in ("nrmse", "mase"):
        assert (worst[metric] > 1e190).all()
        assert (best[metric] < 100.0).all()
    assert (worst["nrmse"] == np.inf).all()
    assert (dead["acc"] >= -1.0).all()
    if np.isnan(bad):
        assert (worst["mase"] == np.inf).all()
        assert (worst["smape"] == 200.0).all()
        assert (dead["acc_pooled"] == 0.0).all()


def test_skill_refuses_what_it_cannot_score(rng: np.random.Generator) -> None:
    x = rng.normal(size=(100, 2))
    model = LinearMap(np.eye(2))
    for steps in (0, -1):
        with pytest.raises(InputError, match="steps"):
            forecast_skill(model, x, steps)
    with pytest.raises(InputError, match="starts"):
        forecast_skill(model, x, 5, starts=0)
    with pytest.raises(InputError, match="steps"):
        forecast_skill(model, x, 95, warmup=10)
    with pytest.raises(InputError, match="needed"):
        forecast_skill(model, x, 99)
    assert forecast_skill(model, x, 95, warmup=5).attrs["starts"] == 1  # just room enough
    with pytest.raises(InputError, match="forecasts"):
        forecast_skill(Oracle(np.zeros((5, 3))), x, 5)
    with pytest.raises(InputError, match="forecasts"):
        forecast_skill(Oracle(np.zeros((4, 2))), x, 5)
    with pytest.raises(InputError, match="season"):
        forecast_skill(model, x, 5, season=100)
    with pytest.raises(InputError, match="does not vary"):
        forecast_skill(model, np.ones((100, 2)), 5)
    with pytest.raises(InputError):
        forecast_skill(model, np.full((100, 2), np.nan), 5)


# Prediction error ----------------------------------------------------------------------------


def errors_by_hand(matrix: Array, x: Array, steps: int) -> list[float]:
    """PE(n): from every start with room for all steps, n applications of the matrix."""
    starts = range(len(x) - steps)
    return [
        float(np.mean([(np.linalg.matrix_power(matrix, n) @ x[t] - x[t + n]) ** 2 for t in starts]))
        for n in range(1, steps + 1)
    ]


def test_the_prediction_error_of_a_linear_map_is_that_of_the_hand(
    rng: np.random.Generator,
) -> None:
    matrix = np.array([[0.9, 0.3], [-0.2, 0.8]])
    x = rng.normal(size=(200, 2)) * [1.0, 30.0]
    scaled = x / x.std(axis=0, ddof=1)
    found = prediction_error(LinearMap(matrix), x, 7)
    # In scaled units the map is D^-1 M D with the deviations D.
    d = x.std(axis=0, ddof=1)
    expected = errors_by_hand(matrix * d / d[:, None], scaled, 7)
    np.testing.assert_allclose(found, expected, rtol=1e-10)
    assert found["step"].values.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert found.attrs["starts"] == 193
    np.testing.assert_allclose(
        found.attrs["persistence"], errors_by_hand(np.eye(2), scaled, 7), rtol=1e-10
    )
    told = prediction_error(LinearMap(matrix), x, 7, scaler=Scaler(np.zeros(2), np.full(2, 4.0)))
    np.testing.assert_allclose(told, np.array(errors_by_hand(matrix, x, 7)) / 16, rtol=1e-10)


def test_prediction_errors_stand_beside_those_of_the_mean_and_their_own_quantiles(
    rng: np.random.Generator,
) -> None:
    x = 3.0 + rng.normal(size=(101, 2)) * [1.0, 30.0]
    found = prediction_error(LinearMap(0.5 * np.eye(2)), x, 1).attrs
    mean, std = x.mean(axis=0), x.std(axis=0, ddof=1)
    own = (((0.5 * x[:-1] - x[1:]) / std) ** 2).mean(axis=1)
    still = (((x[:-1] - x[1:]) / std) ** 2).mean(axis=1)
    np.testing.assert_allclose(found["mean"], [(((mean - x[1:]) / std) ** 2).mean()], rtol=1e-12)
    np.testing.assert_allclose(found["ratio_to_persistence"], [own.mean() / still.mean()])
    for level in LEVELS:  # of 100 starts: the smallest error that this share does not pass
        rank = np.sort(own)[round(100 * level) - 1]
        np.testing.assert_allclose(found[f"quantile_{round(100 * level)}"], [rank], rtol=1e-12)


def test_a_model_brings_its_own_units(rng: np.random.Generator) -> None:
    """A model made of matrices has unit deviations: errors come in squares of the series' units."""
    x = 5.0 * rng.normal(size=(150, 2))
    model = ShallowPLRNN.from_matrices(
        A=[0.9, -0.5], W1=np.zeros((2, 1)), W2=np.zeros((1, 2)), h1=[0.0, 0.0], h2=[0.0]
    )
    found = prediction_error(model, x, 4)
    np.testing.assert_allclose(found, errors_by_hand(np.diag([0.9, -0.5]), x, 4), rtol=1e-10)


def test_the_prediction_error_of_the_truth_is_zero() -> None:
    """Also across trajectories of unequal lengths, the last too short to be used."""
    ramps = [100.0 * k + np.arange(n)[:, None] for k, n in enumerate((40, 25, 5))]
    found = prediction_error(LinearMap(1.0, 1.0), ramps, 5)
    np.testing.assert_allclose(found, 0.0, atol=1e-20)
    assert found.attrs["starts"] == 35 + 20
    variance = np.concatenate(ramps).var(ddof=1)
    np.testing.assert_allclose(found.attrs["persistence"], np.arange(1, 6) ** 2 / variance)


def test_persistence_is_as_good_as_itself_and_noise_twice_its_variance_off(
    rng: np.random.Generator,
) -> None:
    """Independent samples differ by twice the variance, from each other; once from their mean."""
    x = rng.normal(size=(5000, 2)) * [1.0, 7.0]
    found = prediction_error(Persistence().fit(x), x, 3)
    np.testing.assert_allclose(found, found.attrs["persistence"], rtol=1e-12)
    np.testing.assert_allclose(found, 2.0, atol=0.15)
    mean = prediction_error(LinearMap(np.zeros((2, 2))), x, 3)
    np.testing.assert_allclose(mean, 1.0, atol=0.1)
    assert found.attrs["starts"] == 2000  # evenly spread, and no more than needed


def test_models_with_hidden_states_are_warmed_up_on_a_hundred_samples() -> None:
    """A sine is the sum of two samples: x(t+1) = 2 cos(w) x(t) - x(t-1), of which one is hidden."""

    class TwoSamples:
        latent_dim = 2

        def unused(self, *_: Any, **__: Any) -> Any:
            raise NotImplementedError

        generate = encode = decode = step = jacobian = start_state = unused

        def forecast(self, context: xr.DataArray, steps: int, **_: Any) -> xr.DataArray:
            assert context.shape == (200, 100, 1)
            runs = [context.values[:, -2], context.values[:, -1]]
            for _ in range(steps):
                runs.append(2 * np.cos(0.3) * runs[-1] - runs[-2])
            return make_series(np.stack(runs[2:], axis=1))

    found = prediction_error(TwoSamples(), np.sin(0.3 * np.arange(1000.0)), 6)
    np.testing.assert_allclose(found, 0.0, atol=1e-20)
    assert (found.attrs["persistence"] > 0.01).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e200])
def test_the_prediction_error_of_a_diverging_model_is_infinite(
    rng: np.random.Generator, bad: float
) -> None:
    x = rng.normal(size=(80, 2))
    found = prediction_error(Dying(2, bad), x, 4)
    np.testing.assert_allclose(found[:2], found.attrs["persistence"][:2])
    assert found.values[2:].tolist() == [np.inf, np.inf]


def test_a_piecewise_linear_model_that_runs_away_has_infinite_errors() -> None:
    """1e10^16 is the first power whose square is no float64; the model's run ends at 1e10^31."""
    x = np.random.default_rng(0).uniform(1.0, 2.0, size=100)
    model = ShallowPLRNN.from_matrices(A=[1e10], W1=[[0.0]], W2=[[0.0]], h1=[0.0], h2=[0.0])
    found = prediction_error(model, x, 40)
    np.testing.assert_allclose(
        found[:15], (x[:60] ** 2).mean() * 1e20 ** np.arange(1, 16), rtol=1e-8
    )
    assert found.values[15:].tolist() == [np.inf] * 25


def test_prediction_errors_need_whole_steps_and_room(rng: np.random.Generator) -> None:
    x = rng.normal(size=(30, 2))
    for steps in (0, -1, 2.5, True, "3"):
        with pytest.raises(InputError, match="steps"):
            prediction_error(LinearMap(np.eye(2)), x, steps)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="fewer steps"):
        prediction_error(LinearMap(np.eye(2)), x, 30)
    assert prediction_error(LinearMap(np.eye(2)), x, 29).attrs["starts"] == 1
    with pytest.raises(InputError, match="does not vary"):
        prediction_error(LinearMap(np.eye(2)), np.ones((30, 2)), 3)

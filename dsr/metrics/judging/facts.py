"""What is known of each score: one row of this table, and nothing of it anywhere else.

Console, report, tables of baselines and `dsr.metrics.evaluate` take names, order, titles, units and
words from here. A score of two sets of samples (or of two fields, frame by frame) is a function
and a row that names it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from dsr.errors import InputError
from dsr.text import suggestion

LARGEST_BINNED = 5
"""Variables up to which states are counted in cells."""

CLOUD, LAST, FIRST = "a Gaussian cloud", "the last sample repeated", "the first frame repeated"


@dataclass(frozen=True)
class Fact:
    """One score.

    Attributes
    ----------
    name : str
        Of the variable in the scores.
    title : str
        In words.
    symbol : tuple of str
        Letter and subscript, as ``("D", "stsp")``; empty without one.
    unit : str
        ``"1"`` for a pure number.
    meaning : str
        One sentence for the reader of a report.
    better : {"lower", "higher", ""}
        Which way is better; empty where neither is.
    surrogate : str
        What stands in the column of surrogates; empty where nothing does.
    for_fields, for_series : bool
        What it is a score of.
    on_request : bool
        Computed only if asked for.
    for_many : bool
        Computed unasked too where there are more than five variables.
    score : str
        ``module:function`` of a score that is a function of two sets of samples, ``(T, N)`` each,
        or of two fields, for every frame; empty for the others.
    no_interval : str
        Why no interval is computed, where none is.
    parts : tuple of str
        Further variables that belong to it; those that begin with its name belong to it too.
    """

    name: str
    title: str
    symbol: tuple[str, ...]
    unit: str
    meaning: str
    better: str = "lower"
    surrogate: str = CLOUD
    for_fields: bool = False
    for_series: bool = True
    on_request: bool = False
    for_many: bool = False
    score: str = ""
    no_interval: str = ""
    parts: tuple[str, ...] = ()

    def function(self) -> Callable[[Any, Any], Any]:
        """The function that `score` names."""
        module, _, name = self.score.partition(":")
        found: Callable[[Any, Any], Any] = getattr(import_module(f"dsr.metrics.{module}"), name)
        return found

    def owns(self, variable: str) -> bool:
        """Whether a variable of the scores belongs to this one."""
        return variable in (self.name, *self.parts) or variable.startswith(f"{self.name}_")


_TABLE = (
    Fact(
        "state_space_divergence", "State-space divergence", ("D", "stsp"), "nats",
        "Kullback–Leibler divergence of where the run is from where the data is; blind to time.",
        for_fields=True,
    ),
    Fact(
        "lagged_divergence", "Lagged-pair divergence", ("D", "lag"), "nats",
        "Divergence of pairs of samples a sixth of a period apart; sees the arrow of time.",
        for_fields=True,
    ),
    Fact(
        "nearest_neighbour_divergence", "Nearest-neighbour divergence", ("D", "nn"), "nats",
        "Divergence of run and data by distances to nearest neighbours, for many variables.",
        for_fields=True, on_request=True, for_many=True,
        score="geometry.nearest_neighbours:nearest_neighbour_sets",
        no_interval="resampled points coincide, which nearest neighbours take for density",
    ),
    Fact(
        "hellinger_spectral_distance", "Spectral distance", ("D", "H"), "1",
        "Hellinger distance of smoothed power spectra, mean over variables; blind to phases.",
        for_fields=True, parts=("hellinger_per_variable",),
    ),
    Fact(
        "prediction_error", "Prediction error", ("PE",), "training variance",
        "Mean squared error of short forecasts from many starts, in standardised units.",
        surrogate=LAST, for_fields=True,
    ),
    Fact(
        "largest_lyapunov_exponent", "Largest Lyapunov exponent", ("λ", "1"), "per time unit",
        "Growth rate of small perturbations along the model’s own orbit; above zero is chaos.",
        better="", surrogate="",
        parts=("lyapunov_exponent", "lyapunov_exponent_low", "lyapunov_exponent_high",
               "exponent_sum", "exponent_sum_low", "exponent_sum_high", "kaplan_yorke_dimension"),
    ),
    Fact(
        "sliced_wasserstein", "Sliced Wasserstein distance", ("W", "1"), "units of the series",
        "How far the visited points must be carried to lie as the data does, mean over directions.",
        on_request=True, score="geometry.distances:sliced_sets",
    ),
    Fact(
        "energy_distance", "Energy distance", (), "standard deviations of the reference",
        "Mean distance between run and data, less the mean distances within each.",
        on_request=True, score="geometry.distances:energy_sets",
    ),
    Fact(
        "maximum_mean_discrepancy", "Maximum mean discrepancy", ("MMD",), "1",
        "Difference of run and data as seen by a Gaussian kernel; at most the root of 2.",
        on_request=True, score="geometry.distances:discrepancy_sets",
    ),
    Fact(
        "hausdorff_distance", "Hausdorff distance", ("d", "H"), "units of the series",
        "The farthest that any visited point lies from the other set.",
        on_request=True, score="geometry.distances:hausdorff",
        no_interval="ruled by single points, which resampling only removes",
    ),
    Fact(
        "autocorrelation_distance", "Autocorrelation distance", (), "1",
        "Root mean square difference of the autocorrelations, mean over variables.",
        on_request=True, score="spectra.distances:mean_memory_distance",
        no_interval="resampled blocks would cut the memory that is compared",
    ),
    Fact(
        "valid_prediction_time", "Valid prediction time", (), "time units",
        "Median time until a forecast's error passes 0.4 standard deviations.",
        better="higher", surrogate=LAST, on_request=True,
    ),
    Fact(
        "rmse", "Root mean square error", ("RMSE",), "units of the field",
        "Error of each frame of the free run, mean over frames.",
        surrogate=FIRST, for_fields=True, for_series=False, score="fields.frame_scores:rmse",
    ),
    Fact(
        "nmse", "Normalised squared error", ("NMSE",), "1",
        "Squared error of each frame over its energy, mean over frames.",
        surrogate=FIRST, for_fields=True, for_series=False, score="fields.frame_scores:nmse",
    ),
    Fact(
        "ssim", "Structural similarity", ("SSIM",), "1",
        "Likeness of brightness, contrast and pattern of each frame; 1 for equal frames.",
        better="higher", surrogate=FIRST, for_fields=True, for_series=False,
        score="fields.frame_scores:ssim",
    ),
    Fact(
        "correlation_time", "Correlation time", (), "time units",
        "First lead at which the pattern correlation with the truth is below 0.8.",
        better="higher", surrogate=FIRST, for_fields=True, for_series=False,
    ),
    Fact(
        "radial_spectrum_log_distance", "Radial spectrum, in logarithms", (), "1",
        "Root mean square difference of the logarithms of energy by wavenumber.",
        surrogate=FIRST, for_fields=True, for_series=False,
    ),
    Fact(
        "radial_spectrum_hellinger", "Radial spectrum, Hellinger distance", (), "1",
        "Hellinger distance of the shares of energy by wavenumber.",
        surrogate=FIRST, for_fields=True, for_series=False,
    ),
)  # fmt: skip

FACTS: dict[str, Fact] = {fact.name: fact for fact in _TABLE}
"""Every score by its name, in the order of display."""

METRICS = tuple(n for n, f in FACTS.items() if f.for_series and not f.on_request)
"""Scores of a series that are computed if not said otherwise."""


def chosen(metrics: Any, *, fields: bool, model: bool) -> tuple[str, ...]:
    """Names of the scores to compute: those asked for, or all that are not on request.

    Parameters
    ----------
    metrics : str, sequence of str, or None
    fields, model : bool
        Whether a field is judged, and whether a model is (a generated field makes no forecasts).

    Raises
    ------
    InputError
        For a name that is not in the table, or is no score of this.
    """
    known = [n for n, f in FACTS.items() if (f.for_fields if fields else f.for_series)]
    if fields and not model:
        known.remove("prediction_error")
    if metrics is None:
        return tuple(name for name in known if not FACTS[name].on_request)
    wanted = [metrics] if isinstance(metrics, str) else list(metrics)
    for name in wanted:
        if name not in known:
            what = "field" if fields else "series"
            raise InputError(f"unknown metric {name!r} of a {what}; {suggestion(str(name), known)}")
    return tuple(wanted)


def joined(names: tuple[str, ...], asked: Any, variables: int) -> tuple[str, ...]:
    """Names of the scores, with those that many variables call for where nobody chose."""
    if asked is not None or variables <= LARGEST_BINNED:
        return names
    return tuple(name for name, fact in FACTS.items() if name in names or fact.for_many)


def kept(data: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The variables that belong to some scores."""
    return {key: v for key, v in data.items() if any(FACTS[name].owns(key) for name in names)}

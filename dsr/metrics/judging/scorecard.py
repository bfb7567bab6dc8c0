"""`judged` and `evaluate`: the one door that judges a series, a field or a model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from os import PathLike
from typing import Any, NamedTuple

import xarray as xr

from dsr.data import as_series
from dsr.metrics.fields.frames import is_field
from dsr.metrics.judging.entries import SUFFIXES
from dsr.metrics.judging.facts import FACTS, METRICS, chosen
from dsr.metrics.judging.fields import judge_field
from dsr.metrics.judging.series import Settings, judge_series
from dsr.protocols import Runs

__all__ = ["METRICS", "Judgement", "evaluate", "judged", "metrics_to_json"]

_ENDS = tuple(f"{w}_{end}" for w in ("noise_floor", "surrogate") for end in ("low", "high"))


class Judgement(NamedTuple):
    """What was found, and of what.

    Parameters
    ----------
    scores : Dataset
        See `evaluate`.
    generated : DataArray or None
        The very run of a model that the scores were computed from, its transient left out; None
        where a generated series was given. Of a field, and of a driven model, its frames are at
        the times of the reference.

    Examples
    --------
    >>> Judgement(xr.Dataset({"rmse": 0.5}), None).generated is None
    True
    """

    scores: xr.Dataset
    generated: xr.DataArray | None


def judged(
    reference: Any,
    generated_or_model: Any,
    *,
    independent: Any = None,
    metrics: Sequence[str] | None = None,
    inputs: Any = None,
    steps: int = 20,
    smoothing: float = 20.0,
    resamples: int = 200,
    seed: int = 0,
) -> Judgement:
    """Judge as `evaluate` does, and give the run too.

    Parameters
    ----------
    reference, generated_or_model, independent, metrics, inputs, steps, smoothing, resamples, seed
        As in `evaluate`.

    Returns
    -------
    Judgement
        ``scores`` and ``generated``.

    Raises
    ------
    InputError
        As `evaluate`.

    Examples
    --------
    >>> import dsr
    >>> series = dsr.simulate("lorenz63", steps=400, dt=0.05, seed=0)
    >>> model = dsr.models.Persistence().fit(series)
    >>> scores, run = judged(series, model)
    >>> scores.attrs["verdict"], run.sizes["time"]
    ('degenerate: frozen', 400)
    """
    if isinstance(reference, str | PathLike):
        reference = as_series(reference, name="reference")
    field = is_field(reference)
    names = chosen(metrics, fields=field, model=isinstance(generated_or_model, Runs))
    judge = judge_field if field else judge_series
    asked = Settings(inputs, steps, smoothing, resamples, seed, metrics)
    return Judgement(*judge(reference, generated_or_model, names, independent, asked))


def evaluate(
    reference: Any,
    generated_or_model: Any,
    *,
    independent: Any = None,
    metrics: Sequence[str] | None = None,
    inputs: Any = None,
    steps: int = 20,
    smoothing: float = 20.0,
    resamples: int = 200,
    seed: int = 0,
) -> xr.Dataset:
    """Judge a generated series, or a model, against a reference series.

    A model runs freely from the beginning of each reference trajectory (its first sample, or as
    many as a start needs); a transient of a quarter of the length (at least 20 decorrelation
    times) is left out. Its short forecasts and its Lyapunov exponents are judged too.

    Parameters
    ----------
    reference : series or field
        What was observed, and the model has not seen. Variables are put in the model's order;
        other names, units or steps than it was trained on are refused.
    generated_or_model : series, field or model
        A series of the same variables, a field on the same grid, or a model
        (`dsr.protocols.Runs`).
    independent : series or field, optional
        Independent recordings of the same system (the training series), of any length: all of them
        give noise floors and surrogates, and count as the system in the test of sameness. Without
        them the other trajectories, or the second half of the reference, stand in for the floors.
    metrics : sequence of str, optional
        Names in `dsr.metrics.judging.facts.FACTS`: all that apply if not given, but those on
        request (``sliced_wasserstein, energy_distance, maximum_mean_discrepancy,
        hausdorff_distance, autocorrelation_distance, valid_prediction_time``, and
        ``nearest_neighbour_divergence`` for up to five variables).
    inputs : series, optional
        External inputs of a driven model, on the time axis of the reference. The free run then
        goes under them from the first context on, and is compared at the same times: the transient
        is taken from inside the reference.
    steps : int
        Lead of the prediction error.
    smoothing : float
        Of the spectra, in frequency bins.
    resamples : int
        Moving-block bootstrap resamples.
    seed : int

    Returns
    -------
    xarray.Dataset
        For each metric ``NAME``, ``NAME_low`` and ``NAME_high`` (95 %), ``NAME_noise_floor``
        (independent recordings against the reference) and ``NAME_surrogate`` (a Gaussian cloud, or
        persistence for forecasts): medians over trajectories, each kept in
        ``NAME_per_trajectory``. Of distances floor and surrogate are medians over stretches of the
        recordings and over clouds, with ``_low`` and ``_high``. What does not apply is NaN with a
        ``reason``. ``attrs["verdict"]`` is one of "indistinguishable from the reference", "better
        than a Gaussian cloud, short of the reference", "no better than a Gaussian cloud",
        "degenerate: diverged | frozen | periodic", or begins with "undecided: " and says what would
        decide. See Notes for the other attributes.

    Raises
    ------
    InputError
        If the reference is not clean or too short, or variables, units or steps do not fit.

    Notes
    -----
    A field (time, y, x, and more) is judged in the space of the leading modes of the independent
    recording (95 % of its variance, at most 20 modes); ``rmse``, ``nmse``, ``ssim``,
    ``correlation_time`` (below 0.8) and the distances of radial spectra stand beside the verdict,
    with the first frame repeated as their surrogate. Frame k of a model's run is compared with
    reference frame context_length + k. Cells that are never observed (land) do not count.

    There is one verdict over all trajectories together. A permutation test over segments
    (``segments`` of ``segment_length`` samples, at least five times ``mean_period``) compares run
    and reference in three parts: geometry, order (which way time goes) and spectra. ``p_value`` is
    family-wise, ``p_geometry``, ``p_order``, ``p_spectra`` are adjusted for all parts; a run at or
    below ``level`` is told from the reference. ``verdict_geometry``, ``verdict_order`` and
    ``verdict_time`` are "equal", "short", "none" (no closer than a Gaussian cloud by the part's
    distance, where the data tell a cloud) or "undecided"; one "none" suffices for that sentence.
    ``undecided_because`` says what data would decide, and ``decidable`` whether these do;
    ``recordings_p`` is the p-value of the reference against its recordings, and where these differ
    nothing is decided. ``withheld_because`` lists why a run that passes is still not called
    indistinguishable: its forecasts are worse than persistence at every lead, or its exponents sum
    to more than zero (not asked where a mean period has fewer than six samples, as maps may fold).

    Angles that the reference declares (``attrs["circular"]`` and ``attrs["circular_turns"]``, as
    `dsr.simulate` writes them) are judged on their circle: distances and verdict look at their
    cosine and sine, which stand as two variables ``cos(NAME)`` and ``sin(NAME)``; their names are
    in ``attrs["circular"]``. Forecasts stay in the variables of the model.

    Divergences depend strongly on length, so all are taken at ``attrs["compared_length"]``, and
    the bins follow it. ``skill``, ``delta`` and ``gamma`` are of all trajectories together, at
    ``pooled_length``; ``saturated`` says that even recordings miss most cells of the reference, so
    that the divergence decides nothing.

    Examples
    --------
    >>> import dsr
    >>> runs = dsr.simulate("lorenz63", steps=5000, dt=0.05, trajectories=2, seed=0)
    >>> scores = evaluate(runs.isel(trajectory=[0]), runs.isel(trajectory=[1]))
    >>> scores.attrs["verdict"]
    'indistinguishable from the reference'
    """
    return judged(
        reference, generated_or_model, independent=independent, metrics=metrics, inputs=inputs,
        steps=steps, smoothing=smoothing, resamples=resamples, seed=seed,
    ).scores  # fmt: skip


def metrics_to_json(scores: xr.Dataset) -> dict[str, dict[str, float | None]]:
    """Scalars of `evaluate` as plain numbers; what is not finite becomes None.

    Parameters
    ----------
    scores : Dataset
        What `evaluate` gives.

    Returns
    -------
    dict
        ``{NAME: {"value", "low", "high", "noise_floor", "surrogate"}}``, and ``"noise_floor_low"``
        and so on where floor and surrogate are intervals.

    Examples
    --------
    >>> import xarray as xr
    >>> metrics_to_json(xr.Dataset({"rmse": 0.5}))["rmse"]["value"]
    0.5
    """
    return {
        name: {
            "value": _plain(scores, name),
            **{suffix: _plain(scores, f"{name}_{suffix}") for suffix in SUFFIXES},
            **{end: _plain(scores, f"{name}_{end}") for end in _ENDS if f"{name}_{end}" in scores},
        }
        for name in FACTS
        if name in scores
    }


def _plain(scores: xr.Dataset, name: str) -> float | None:
    value = float(scores[name]) if name in scores else math.nan
    return value if math.isfinite(value) else None

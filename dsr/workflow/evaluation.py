"""Judging a model: on the test part of its fit, or on any series later."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dsr.errors import InputError
from dsr.runs import Run, open_run
from dsr.workflow.plan import apply_embedding, open_series

if TYPE_CHECKING:
    import xarray as xr

_FORECAST_STEPS = 2_000


class Outcome(NamedTuple):
    """A model judged: the scores, the run they were computed from, and a summary."""

    metrics: xr.Dataset
    generated: xr.DataArray
    forecast: xr.DataArray
    summary: dict[str, Any]
    baselines: xr.Dataset | None = None


def judge(model: Any, test: xr.DataArray, train: xr.DataArray | None, seed: int) -> Outcome:
    """Score a model on a test series, with the training series as the independent recording."""
    from dsr.metrics import evaluate as score
    from dsr.metrics import metrics_to_json

    metrics = score(test, model, independent=train, seed=seed)
    first = test.isel(time=slice(0, 1)).drop_vars("length", errors="ignore")
    steps = test.sizes["time"]
    transient = int(metrics.attrs.get("transient", 0))
    generated = model.generate(first, transient + steps)
    forecast = generated.isel(time=slice(0, min(_FORECAST_STEPS, steps - 1)))
    summary = {"verdict": str(metrics.attrs["verdict"]), "metrics": metrics_to_json(metrics)}
    return Outcome(metrics, generated.isel(time=slice(transient, None)), forecast, summary)


def beside_baselines(
    outcome: Outcome, test: xr.DataArray, train: xr.DataArray, seed: int, model: str
) -> Outcome:
    """Add the scores of the baselines to those of a model."""
    from dsr.workflow.baselines import baseline_scores, baselines_to_json

    scores = baseline_scores(test, train, seed=seed, leave_out=model)
    summary = {**outcome.summary, "baselines": baselines_to_json(scores)}
    return outcome._replace(summary=summary, baselines=scores)


def evaluate(run_or_model: Any, series: Any, **settings: Any) -> xr.Dataset:
    """Judge a run or a model on a series.

    Parameters
    ----------
    run_or_model : Run, path of a run folder, or model
    series : series or path
        Where its trajectories carry ``split="test"`` only those are used; the file a run was
        trained on is judged on its held-out part again.
    **settings
        ``load`` (options of `dsr.load`; those of the run if not given), and arguments of
        `dsr.metrics.evaluate`.

    Returns
    -------
    xarray.Dataset
        See `dsr.metrics.evaluate`.
    """
    from dsr.metrics import evaluate as score

    model, judged, options = judged_series(run_or_model, series, settings)
    return score(judged, model, **options)


def judged_series(
    run_or_model: Any, series: Any, settings: Mapping[str, Any]
) -> tuple[Any, xr.DataArray, dict[str, Any]]:
    """The model, the part of a series it is judged on, and arguments of `dsr.metrics.evaluate`."""
    options = {name: value for name, value in settings.items() if name != "load"}
    load = settings.get("load")
    run = run_or_model
    if isinstance(run, str | Path):
        run = open_run(run)
    if not isinstance(run, Run):
        loaded = open_series(series, load)
        return run, _test_part(loaded) if "split" in loaded.coords else loaded, options
    from dsr.data.files import fingerprint
    from dsr.data.split import split_series

    if load is None and isinstance(series, str | Path):
        # Read as the run was: the training file with its cures is then recognised.
        load = run.config.get("settings", {}).get("load")
    raw = open_series(series, load)
    data = run.config.get("data", {})
    loaded = prepared(run, raw)
    if fingerprint(raw) == data.get("fingerprint"):
        _, loaded = split_series(loaded, test=float(data.get("test", 0.2)))
    elif "split" in loaded.coords:
        loaded = _test_part(loaded)
    if "independent" not in options and "training" in run.results.children:
        options["independent"] = run.results["training"]["series"]
    return run.model, loaded, options


def prepared(run: Run, series: Any, load: Mapping[str, Any] | None = None) -> xr.DataArray:
    """A series or file in the coordinates of a run: its variables and its delay embedding."""
    loaded = open_series(series, load)
    embedding = run.config.get("data", {}).get("embedding")
    if embedding and loaded.sizes.get("variable") == 1:
        loaded = apply_embedding(loaded, embedding)
    return _matching(loaded, run.model.variables)


def _test_part(series: xr.DataArray) -> xr.DataArray:
    chosen = series["split"].values == "test"
    return series.isel(trajectory=chosen) if chosen.any() else series


def _matching(series: xr.DataArray, variables: list[str]) -> xr.DataArray:
    """Pick the variables a model was trained on, by name where all are there, else by number."""
    names = [str(v) for v in series["variable"].values]
    if names == variables:
        return series
    if set(variables) <= set(names):
        return series.sel(variable=variables)
    if len(names) == len(variables):
        return series
    raise InputError(
        f"the run was trained on {', '.join(variables)} and this series has {', '.join(names)}; "
        "select the same variables"
    )

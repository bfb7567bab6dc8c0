"""A file in, a judged run out: `fit` and `evaluate`."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dsr.errors import DivergedError, InputError
from dsr.runs import (
    CONFIG,
    RESULTS,
    SUMMARY,
    Run,
    append_log,
    locked,
    open_run,
    write_json,
    write_toml,
)
from dsr.workflow.plan import Plan, apply_embedding, make_plan, open_series
from dsr.workflow.settings import parse_budget

if TYPE_CHECKING:
    import xarray as xr

    from dsr.training.progress import Progress

__all__ = ["evaluate", "fit", "parse_budget"]

_STORED_TRAINING = 200_000
_FORECAST_STEPS = 2_000


def fit(
    series: Any,
    *,
    model: str = "shallow-plrnn",
    budget: str | float = "2 min",
    seed: int = 0,
    out: str | Path | None = None,
    resume: bool = False,
    progress: bool | Progress = True,
    baselines: bool = True,
    **settings: Any,
) -> Run:
    """Reconstruct the system behind a series and judge the result on data it has not seen.

    The trajectories marked ``split="test"``, or the last 20 % of each, are set aside and read once,
    at the end. Training runs within the budget; the parameters kept are those whose long free runs
    fit a validation stretch best.

    Parameters
    ----------
    series : series or path
        What `dsr.data.as_series` accepts.
    model : str
        A name of `dsr.models.names`.
    budget : str or float
        Time for training: seconds, or a text such as ``"2 min"``. It is turned into a number of
        updates by a short measurement, so that the run can be repeated exactly.
    seed : int
        Same data, settings, seed and number of updates: same weights, bit for bit.
    out : path, optional
        Run folder; by default a new one below ``runs/``.
    resume : bool
        Go on with an interrupted run in ``out``; a finished one is returned as it is.
    progress : bool or Progress
        Show a live line on standard error.
    baselines : bool
        Judge SINDy, persistence and a Gaussian cloud beside the model.
    **settings
        ``latent_dim, hidden_dim, clipped`` (model), ``alpha`` (a share, or ``"adaptive"``) and
        other fields of `dsr.training.GeneralizedTeacherForcing`, fields of
        `dsr.training.TrainingSettings` (``updates`` replaces the budget), ``embed`` (``"auto"``
        or ``"M,TAU"``), ``test`` (share of each trajectory), ``load`` (options of `dsr.load`).

    Returns
    -------
    Run

    Raises
    ------
    InputError
        For data or options that cannot be used; no folder is left behind then.
    DivergedError
        If training leaves the finite numbers.
    Interrupted
        After Ctrl-C or SIGTERM, once the state is saved.

    Examples
    --------
    >>> import dsr, tempfile
    >>> series = dsr.simulate("lorenz63", steps=2000, dt=0.02, seed=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run = dsr.fit(series, updates=50, out=f"{folder}/run", progress=False)
    ...     run.model
    ShallowPLRNN(latent_dim=3, hidden_dim=50, clipped=True)
    """
    from dsr.training.progress import listener as make_listener

    listener = make_listener(progress)
    plan = make_plan(
        series, model=model, budget=budget, seed=seed, out=out, resume=resume, settings=settings
    )
    if plan.finished:
        listener.note(f"the run in {plan.folder} is finished already; nothing to do")
        return open_run(plan.folder)
    for note in plan.notes:
        listener.note(note)
    plan.make_folder()
    with locked(plan.folder):
        return _run(plan, listener, baselines)


def _run(plan: Plan, listener: Progress, baselines: bool) -> Run:
    from dsr.training.checkpoints import CheckpointStore

    folder = plan.folder
    network = plan.new_model()
    listener.start({"stage": "compiling (first run only)", "updates": plan.training.get("updates")})
    plan.settle_updates(network)
    config = plan.config()
    write_toml(folder / CONFIG, config)
    append_log(folder, f"fit {config['reproduce']['command']}")
    for note in plan.notes:
        append_log(folder, note)
    store = CheckpointStore(folder / "checkpoint", plan.identity())
    try:
        network.fit(
            plan.train,
            forcing=plan.forcing,
            seed=plan.seed,
            progress=listener,
            checkpoint=store,
            **plan.training,
        )
    except (DivergedError, KeyboardInterrupt) as error:
        append_log(folder, str(error) or "interrupted")
        raise
    network.save(folder / "model")
    listener.update({"stage": "judging on the test part"})
    outcome = judge(network, plan.test, plan.train, plan.seed)
    if baselines:
        listener.update({"stage": "judging baselines beside it"})
        outcome = beside_baselines(outcome, plan.test, plan.train, plan.seed, network.name)
    summary = {
        "run": str(folder),
        "model": network.name,
        "seed": plan.seed,
        "updates": network.training.get("updates", 0),
        "selected_update": network.training.get("selected_update", 0),
        "seconds": round(network.training.get("seconds", 0.0), 3),
        **outcome.summary,
    }
    _write_results(folder, plan, network, outcome)
    run = Run(folder)
    summary["report"] = str(run.report)
    # A run that has a summary is finished; the page can be made again from what is there.
    write_json(folder / SUMMARY, summary)
    from dsr.report import write_report

    listener.update({"stage": "writing the report"})
    write_report(run)
    append_log(folder, f"finished: {summary['verdict']}")
    shutil.rmtree(folder / "checkpoint", ignore_errors=True)
    listener.finish(summary)
    return run


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


def _write_results(folder: Path, plan: Plan, model: Any, outcome: Outcome) -> None:
    import xarray as xr

    from dsr.data.files import write_dataset

    train = plan.train.isel(time=slice(-_STORED_TRAINING, None))
    tree = xr.DataTree.from_dict(
        {
            "/observed": plan.test.to_dataset(name="series"),
            "/generated": outcome.generated.to_dataset(name="series"),
            "/forecast": outcome.forecast.to_dataset(name="series"),
            "/training": train.to_dataset(name="series"),
            "/metrics": outcome.metrics,
            **({} if outcome.baselines is None else {"/baselines": outcome.baselines}),
            **({} if model.history is None else {"/history": model.history}),
        }
    )
    tree.attrs = {"title": "results of a dsr run", "model": model.name, "seed": plan.seed}
    write_dataset(tree, folder / RESULTS)


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

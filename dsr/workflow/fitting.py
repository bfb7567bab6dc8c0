"""A file in, a judged run out."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsr.errors import DivergedError
from dsr.runs import (
    CONFIG,
    SUMMARY,
    Run,
    append_log,
    locked,
    open_run,
    write_json,
    write_toml,
)
from dsr.workflow.evaluation import beside_baselines, judge
from dsr.workflow.plan import Plan, make_plan
from dsr.workflow.results import write_results

if TYPE_CHECKING:
    from dsr.training.progress import Progress


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
    write_results(folder, plan, network, outcome)
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

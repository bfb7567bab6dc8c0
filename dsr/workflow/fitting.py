"""A file in, a judged run out."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsr.errors import DivergedError, InputError
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
from dsr.workflow.evaluation import judge
from dsr.workflow.plan import Plan, make_plan
from dsr.workflow.results import write_results

if TYPE_CHECKING:
    from dsr.training.progress import Progress


def fit(
    series: Any,
    *,
    model: str = "shallow-plrnn",
    trainer: str = "auto",
    budget: str | float = "2 min",
    seed: int = 0,
    inputs: Any = None,
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
    series : series, field or path
        What `dsr.data.as_series` accepts; at least 300 samples, or 100 frames of a field.
    model : str
        A name of `dsr.models.names`.
    trainer : {"auto", "gradient"}
        How a model that is trained learns.
    budget : str or float
        Time for training: seconds, or a text such as ``"2 min"``. It is turned into a number of
        updates by a short measurement, so that the run can be repeated exactly.
    seed : int
        Same data, settings, seed and number of updates: same weights, bit for bit.
    inputs : series or path, optional
        External inputs that drive the system, at the same step; they must cover the series and
        are cut to it. A bare array begins with the series.
    out : path, optional
        Run folder; by default a new one below ``runs/``.
    resume : bool
        Go on with an interrupted run in ``out``; a finished one is returned as it is.
    progress : bool or Progress
        Show a live line on standard error.
    baselines : bool
        Judge simpler models beside this one (`dsr.workflow.baselines`).
    **settings
        By their names alone; each has an owner, and one that this model does not have is refused:

        - the model its sizes: ``latent_dim, hidden_dim, clipped``, ``degree, threshold`` and so on;
        - the trainer its schedule: fields of `dsr.training.TrainingSettings` (``updates``, or
          ``epochs`` of 50 updates, replace the budget);
        - ``forcing``: ``"generalized"`` (default) with ``alpha`` (a share, or ``"adaptive"``),
          ``alpha_start, alpha_decay, alpha_every, alpha_times, estimator``; or ``"sparse"`` with
          ``interval``;
        - the data: ``embed`` (``"auto"``, ``"none"`` or ``"M,TAU"``) and ``test`` (share of each
          trajectory);
        - ``load``: options of `dsr.load`.

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
        series, model=model, trainer=trainer, budget=budget, seed=seed, inputs=inputs, out=out,
        resume=resume, settings=settings,
    )  # fmt: skip
    if plan.finished:
        listener.note(f"the run in {plan.folder} is finished already; nothing to do")
        return open_run(plan.folder)
    for note in plan.recording.notes:
        listener.note(note)
    plan.make_folder()
    with locked(plan.folder):
        fitted = _learned(plan, listener)
        return _judged(plan, fitted, listener, baselines)


def _learned(plan: Plan, listener: Progress) -> Any:
    """Fit the model and save it; what is refused leaves no folder."""
    from dsr.training.checkpoints import CheckpointStore

    folder, recording, settings = plan.folder, plan.recording, plan.settings
    network = plan.new_model()
    training: dict[str, Any] = {}
    try:
        listener.start({"stage": "preparing", "updates": settings.given.get("updates")})
        plan.settle_budget(network, listener)
        settings = plan.settings
        config = plan.config()
        if plan.stored is None:
            write_toml(folder / CONFIG, config)
        append_log(folder, f"fit {config['reproduce']['command']}")
        for note in recording.notes:
            append_log(folder, note)
        if settings.trainer is not None:
            training = {"trainer": settings.trainer, "forcing": settings.forcing}
        network.fit(
            recording.train,
            inputs=recording.train_inputs,
            seed=plan.seed,
            progress=listener,
            checkpoint=CheckpointStore(folder / "checkpoint", plan.identity()),
            **training,
        )
    except InputError:
        plan.remove_folder()
        raise
    except (DivergedError, KeyboardInterrupt) as error:
        append_log(folder, str(error) or "interrupted")
        raise
    network.save(folder / "model")
    return network


def _judged(plan: Plan, network: Any, listener: Progress, baselines: bool) -> Run:
    """Judge a fitted model and write what there is to know of it."""
    from dsr.workflow.baselines import baseline_scores

    folder, recording = plan.folder, plan.recording
    listener.update({"stage": "judging on the test part"})
    outcome = judge(network, recording, plan.seed)
    if baselines:
        listener.update({"stage": "judging baselines beside it"})
        beside = baseline_scores(
            recording.test, recording.train, seed=plan.seed, leave_out=network.name,
            inputs=recording.test_inputs, train_inputs=recording.train_inputs,
        )  # fmt: skip
        outcome = outcome._replace(baselines=beside)
    run = Run(folder)
    summary = {
        "run": str(folder),
        "model": network.name,
        "seed": plan.seed,
        "updates": network.training.get("updates", 0),
        "selected_update": network.training.get("selected_update", 0),
        "seconds": round(network.training.get("seconds", 0.0), 3),
        **outcome.summary,
        "report": str(run.report),
    }
    write_results(folder, plan, network, outcome)
    # A run that has a summary is finished; the page can be made again from what is there.
    write_json(folder / SUMMARY, summary)
    shutil.rmtree(folder / "checkpoint", ignore_errors=True)
    listener.update({"stage": "writing the report"})
    _report(run, listener)
    append_log(folder, f"finished: {summary['verdict']}")
    listener.finish(summary)
    return run


def _report(run: Run, listener: Progress) -> None:
    """Write the page; one that fails costs nothing of the run."""
    from dsr.report import write_report

    try:
        write_report(run)
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        note = f"the report could not be written ({reason}); the run is complete without it"
        append_log(run.folder, note)
        listener.note(f"{note}: dsr report {run.folder} tries again")

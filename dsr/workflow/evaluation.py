"""Judging a model: on the test part of its fit, or on any series later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dsr.errors import InputError
from dsr.runs import Run, flat_settings, open_run
from dsr.workflow.inputs import aligned, open_inputs, open_series
from dsr.workflow.recording import Recording, in_terms_of

if TYPE_CHECKING:
    import xarray as xr

_FORECAST_STEPS = 2_000
_FORECAST_BYTES = 64_000_000


class Outcome(NamedTuple):
    """A model judged: the scores, the run they were computed from, and what stands beside them."""

    metrics: xr.Dataset
    generated: xr.DataArray | None
    forecast: xr.DataArray | None = None
    baselines: xr.Dataset | None = None

    @property
    def summary(self) -> dict[str, Any]:
        """Verdict and scores in plain values."""
        from dsr.metrics import metrics_to_json
        from dsr.metrics.judging.told import verdict_to_json
        from dsr.workflow.baselines import baselines_to_json

        plain = {**verdict_to_json(self.metrics), "metrics": metrics_to_json(self.metrics)}
        if self.baselines is not None:
            plain["baselines"] = baselines_to_json(self.baselines)
        return plain


def judge(model: Any, recording: Recording, seed: int) -> Outcome:
    """Score a model on the test part, with the training part as the independent recording."""
    from dsr.metrics.judging.scorecard import judged

    test, inputs = recording.test, recording.test_inputs
    metrics, generated = judged(test, model, independent=recording.train, inputs=inputs, seed=seed)
    return Outcome(metrics, generated, _forecast(model, test, inputs, seed))


def _forecast(
    model: Any, test: xr.DataArray, inputs: xr.DataArray | None, seed: int
) -> xr.DataArray | None:
    """Forecast from the first samples of a test part; None where it holds no more than these."""
    first = model.context_length
    frame = 8 * test[:, :1].size
    steps = min(test.sizes["time"] - first, _FORECAST_STEPS, max(1, _FORECAST_BYTES // frame))
    if "length" in test.coords:
        test = test.isel(trajectory=test["length"].values >= first).drop_vars("length")
        if inputs is not None:
            steps = min(steps, int(inputs["length"].values.min()) - first)
            inputs = inputs.isel(trajectory=inputs["length"].values >= first)
    if steps < 1 or not test.sizes["trajectory"]:
        return None
    context = test.isel(time=slice(0, first))
    forecast: xr.DataArray = model.forecast(context, steps, inputs=inputs, seed=seed)
    return forecast


def evaluate(run_or_model: Any, series: Any, *, inputs: Any = None, **settings: Any) -> xr.Dataset:
    """Judge a run or a model on a series.

    Parameters
    ----------
    run_or_model : Run, path of a run folder, or model
    series : series, field or path
        Of the variables, units and step that the model was trained on. Where its trajectories
        carry ``split="test"`` only those are used; the file a run was trained on is judged on its
        held-out part again.
    inputs : series or path, optional
        External inputs of a driven model, on the same time axis; on the file a run was trained
        on, those of the fit if not given.
    **settings
        ``load`` (options of `dsr.load`, on top of those of the run), and arguments of
        `dsr.metrics.evaluate`.

    Returns
    -------
    xarray.Dataset
        See `dsr.metrics.evaluate`.

    Raises
    ------
    InputError
        If the series is of another kind than the model was trained on.

    Examples
    --------
    >>> import dsr
    >>> runs = dsr.simulate("lorenz63", steps=3000, dt=0.02, trajectories=2)
    >>> model = dsr.models.create("persistence").fit(runs.isel(trajectory=[0]))
    >>> dsr.evaluate(model, runs.isel(trajectory=[1])).attrs["verdict"]
    'degenerate: frozen'
    """
    from dsr.metrics import evaluate as score

    model, judged, options = judged_series(run_or_model, series, {**settings, "inputs": inputs})
    return score(judged, model, **options)


def judge_again(
    run: Run, file: Any, *, inputs: Any = None, load: Mapping[str, Any] | None = None,
    seed: int = 0, more_metrics: Sequence[str] = (), baselines: bool = True,
) -> Outcome:  # fmt: skip
    """Judge a run on another file, beside the baselines of its training data."""
    from dsr.metrics.judging.facts import chosen
    from dsr.metrics.judging.scorecard import judged
    from dsr.workflow.baselines import baseline_scores

    given = {"load": load, "inputs": inputs, "seed": seed}
    model, series, options = judged_series(run, file, given)
    if more_metrics:
        fields = model.accepts == "field"
        options["metrics"] = [*chosen(None, fields=fields, model=True), *more_metrics]
    scores, generated = judged(series, model, **options)
    beside = None
    if baselines and "independent" in options:
        beside = baseline_scores(
            series, options["independent"], seed=seed, leave_out=model.name,
            inputs=options.get("inputs"), train_inputs=_stored(run, "training_inputs"),
        )  # fmt: skip
    return Outcome(scores, generated, baselines=beside)


def judged_series(
    run_or_model: Any, series: Any, settings: Mapping[str, Any]
) -> tuple[Any, xr.DataArray, dict[str, Any]]:
    """The model, the part of a series it is judged on, and arguments of `dsr.metrics.evaluate`."""
    from dsr.data.files import fingerprint
    from dsr.data.split import split_series

    options = {name: value for name, value in settings.items() if name not in ("load", "inputs")}
    load, inputs = settings.get("load"), settings.get("inputs")
    run = open_run(run_or_model) if isinstance(run_or_model, str | Path) else run_or_model
    if not isinstance(run, Run):
        whole = in_terms_of(run, open_series(series, load), series)
        if inputs is not None:
            options["inputs"] = _test_part(aligned(inputs, whole, load))
        return run, _test_part(whole), options
    flat, load = flat_settings(run.config), load_options(run, series, load)
    raw = open_series(series, load)
    own = fingerprint(raw) == run.config.get("data", {}).get("fingerprint")
    whole = in_terms_of(run.model, raw, series, flat.get("embed"))

    def part(one: xr.DataArray) -> xr.DataArray:
        return split_series(one, test=flat.get("test", 0.2))[1] if own else _test_part(one)

    if inputs is not None:
        options["inputs"] = part(aligned(aligned(inputs, raw, load), whole))
    elif "inputs" in run.results.children:
        if not own:
            raise InputError(
                f"the run is driven by {', '.join(run.config['data']['input_variables'])}; pass "
                "inputs= (--inputs FILE) on the time axis of this series"
            )
        options["inputs"] = _stored(run, "inputs")
    training = _stored(run, "training")
    if training is not None:
        options.setdefault("independent", training)
    return run.model, part(whole), options


def prepared(run: Run, series: Any, load: Mapping[str, Any] | None = None) -> xr.DataArray:
    """A series or file in the coordinates of a run: its variables and its delay embedding."""
    opened = open_series(series, load_options(run, series, load))
    return in_terms_of(run.model, opened, series, flat_settings(run.config).get("embed"))


def inputs_of_run(
    run: Run, inputs: Any, context: xr.DataArray | None, steps: int, *,
    load: Mapping[str, Any] | None, covered: bool,
) -> xr.DataArray:  # fmt: skip
    """External inputs of a run of a model out of a context.

    Parameters
    ----------
    run : Run
    inputs : series or path
    context : DataArray or None
        None for a stored start, which has no time: the inputs begin with it.
    steps : int
    load : mapping or None
        Options to read a file with.
    covered : bool
        Whether they cover the context too, or only its last sample.
    """
    from dsr.data import lengths, make_series

    load = load_options(run, inputs, load)
    if context is None:
        return open_inputs(inputs, load)
    dt, counts = run.model.dt, lengths(context)
    begin = float(context["time"].values[0]) + (0.0 if covered else dt * (int(counts[0]) - 1))
    axis = make_series(
        [np.zeros((int(n) - 1 + steps if covered else steps, 1)) for n in counts],
        dt=dt, time_unit=run.model.time_unit, start=begin, trajectory=context["trajectory"].values,
    )  # fmt: skip
    same = {name: context.attrs.get(name, "") for name in ("time_origin", "calendar")}
    return aligned(inputs, axis.assign_attrs(same), load)


def load_options(run: Run, series: Any, load: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Options to read a file with as that of a run was read, on top of which are those given."""
    if not isinstance(series, str | Path):
        return load
    return {**flat_settings(run.config)["load"], **(load or {})}


def _stored(run: Run, name: str) -> xr.DataArray | None:
    children = run.results.children
    return children[name].to_dataset()["series"] if name in children else None


def _test_part(series: xr.DataArray) -> xr.DataArray:
    if "split" not in series.coords:
        return series
    chosen = series["split"].values == "test"
    return series.isel(trajectory=chosen) if chosen.any() else series

"""Judging a model: on the test part of its fit, or on any series later."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dsr.errors import InputError
from dsr.runs import Run, flat_settings, open_run
from dsr.workflow.inputs import aligned
from dsr.workflow.recording import Recording, in_terms_of, open_series

if TYPE_CHECKING:
    import xarray as xr

_FORECAST_STEPS = 2_000
_FORECAST_BYTES = 64_000_000


class Outcome(NamedTuple):
    """A model judged: the scores, the run they were computed from, a forecast, and a summary."""

    metrics: xr.Dataset
    generated: xr.DataArray | None
    forecast: xr.DataArray | None
    summary: dict[str, Any]
    baselines: xr.Dataset | None = None


def judge(model: Any, recording: Recording, seed: int) -> Outcome:
    """Score a model on the test part, with the training part as the independent recording."""
    from dsr.metrics import metrics_to_json
    from dsr.metrics.judging.scorecard import judged

    test, inputs = recording.test, recording.test_inputs
    metrics, generated = judged(test, model, independent=recording.train, inputs=inputs, seed=seed)
    summary = {"verdict": str(metrics.attrs["verdict"]), "metrics": metrics_to_json(metrics)}
    return Outcome(metrics, generated, _forecast(model, test, inputs, seed), summary)


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
        ``load`` (options of `dsr.load`; those of the run if not given), and arguments of
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
            options["inputs"] = _test_part(aligned(inputs, whole))
        return run, _test_part(whole), options
    flat = flat_settings(run.config)
    if load is None and isinstance(series, str | Path):
        # Read as the run was: the training file with its cures is then recognised.
        load = flat["load"]
    raw = open_series(series, load)
    own = fingerprint(raw) == run.config.get("data", {}).get("fingerprint")
    whole = in_terms_of(run.model, raw, series, flat.get("embed"))
    drive = None if inputs is None else aligned(aligned(inputs, raw), whole)

    def part(one: xr.DataArray) -> xr.DataArray:
        return split_series(one, test=flat.get("test", 0.2))[1] if own else _test_part(one)

    if drive is not None:
        options["inputs"] = part(drive)
    elif "inputs" in run.results.children:
        if not own:
            raise InputError(
                f"the run is driven by {', '.join(run.config['data']['input_variables'])}; pass "
                "inputs= (--inputs FILE) on the time axis of this series"
            )
        options["inputs"] = run.results["inputs"]["series"]
    if "independent" not in options and "training" in run.results.children:
        options["independent"] = run.results["training"]["series"]
    return run.model, part(whole), options


def prepared(run: Run, series: Any, load: Mapping[str, Any] | None = None) -> xr.DataArray:
    """A series or file in the coordinates of a run: its variables and its delay embedding."""
    flat = flat_settings(run.config)
    return in_terms_of(run.model, open_series(series, load), series, flat.get("embed"))


def _test_part(series: xr.DataArray) -> xr.DataArray:
    if "split" not in series.coords:
        return series
    chosen = series["split"].values == "test"
    return series.isel(trajectory=chosen) if chosen.any() else series

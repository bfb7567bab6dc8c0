"""What goes into the results of a run, and how much of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsr.errors import InputError
from dsr.runs import RESULTS
from dsr.workflow.evaluation import Outcome
from dsr.workflow.plan import Plan

if TYPE_CHECKING:
    import xarray as xr

_TRAINING_BYTES = 64_000_000
GROUPS = ("observed", "generated", "forecast", "training", "metrics", "baselines", "inputs",
          "training_inputs")  # fmt: skip
"""Parts of the results of every run; other names are free for the diagnostics of a model."""


def write_results(folder: Path, plan: Plan, model: Any, outcome: Outcome) -> None:
    """Write ``results.nc``: series, scores, and what the model itself found out."""
    import xarray as xr

    from dsr.data.files import write_dataset

    recording = plan.recording
    kept = samples_kept(recording.train)
    series = {
        "observed": recording.test,
        "generated": outcome.generated,
        "forecast": outcome.forecast,
        "training": last_samples(recording.train, kept),
        "inputs": recording.test_inputs,
        "training_inputs": last_samples(recording.train_inputs, kept),
    }
    groups = {
        name: one.to_dataset(name="series") for name, one in series.items() if one is not None
    }
    groups["metrics"] = outcome.metrics
    if outcome.baselines is not None:
        groups["baselines"] = outcome.baselines
    tree = xr.DataTree.from_dict(
        {f"/{name}": one for name, one in {**groups, **diagnostics_of(model)}.items()}
    )
    tree.attrs = {"title": "results of a dsr run", "model": model.name, "seed": plan.seed}
    write_dataset(tree, folder / RESULTS)


def diagnostics_of(model: Any) -> dict[str, xr.Dataset]:
    """What a model found out, by names that no other part of the results has."""
    found = dict(model.diagnostics())
    for name in found:
        if name in GROUPS or not str(name).isidentifier():
            raise InputError(
                f"the model {model.name!r} calls a diagnostic {name!r}; its name must be a word, "
                f"and none of {', '.join(GROUPS)}"
            )
    return found


def samples_kept(series: xr.DataArray, most: int = _TRAINING_BYTES) -> int:
    """How many samples of each trajectory make at most ``most`` bytes over all."""
    return max(1, most // (8 * series[:, 0].size))


def last_samples(series: xr.DataArray | None, keep: int) -> Any:
    """The end of each trajectory.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.data import make_series
    >>> last_samples(make_series(np.arange(10.0)[:, None]), 3).values.ravel()
    array([7., 8., 9.])
    """
    from dsr.data.series import make_series, trajectories

    if series is None or series.sizes["time"] <= keep:
        return series
    if "length" not in series.coords:
        return series.isel(time=slice(-keep, None))
    parts = [part[-keep:] for part in trajectories(series)]
    return make_series(parts, like=series, trajectory=series["trajectory"].values)

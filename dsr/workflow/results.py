"""What goes into the results of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dsr.runs import RESULTS
from dsr.workflow.evaluation import Outcome
from dsr.workflow.plan import Plan

_STORED_TRAINING = 200_000


def write_results(folder: Path, plan: Plan, model: Any, outcome: Outcome) -> None:
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

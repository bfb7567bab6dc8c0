"""What a run has to show, gathered so that a missing or damaged part does not stop the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dsr.plots.theme import shorten

if TYPE_CHECKING:
    import xarray as xr

    from dsr.metrics.judging.told import Told


@dataclass
class Evidence:
    """Parts of a run; None where there is none.

    Attributes
    ----------
    observed, generated, forecast, inputs : DataArray or None
        Test part, free run compared with it, forecast from its beginning, what drove both.
    history, metrics, baselines : Dataset or None
    others : dict of str to Dataset
        What else a fit found out, by the names of its diagnostics.
    config, summary : dict
    missing : list of str
        Sentences on what could not be read.
    """

    observed: xr.DataArray | None = None
    generated: xr.DataArray | None = None
    forecast: xr.DataArray | None = None
    inputs: xr.DataArray | None = None
    history: xr.Dataset | None = None
    metrics: xr.Dataset | None = None
    baselines: xr.Dataset | None = None
    others: dict[str, xr.Dataset] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    summary: Mapping[str, Any] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    @property
    def model(self) -> str:
        """Name of the kind of model."""
        return shorten(self.config.get("model") or self.summary.get("model") or "model")

    @property
    def source(self) -> str:
        """Name of the data: that of the file, without its folder."""
        source = str(self.table("data").get("source") or "")
        if not source and self.observed is not None:
            source = str(self.observed.attrs.get("source") or "")
        return shorten(Path(source).name or source or "series")

    @property
    def time_unit(self) -> str:
        """Unit of the time axis."""
        unit = self.table("data").get("time_unit")
        if not unit and self.observed is not None:
            unit = self.observed.attrs.get("time_unit")
        return shorten(unit or "step", 20)

    @property
    def dt(self) -> float:
        """Sampling step in `time_unit`."""
        step = self.table("data").get("dt")
        if step is None and self.observed is not None:
            step = self.observed.attrs.get("dt")
        return float(step or 1.0)

    @property
    def is_field(self) -> bool:
        """Whether the data are fields."""
        return self.observed is not None and {"y", "x"} <= set(self.observed.dims)

    @property
    def width(self) -> int:
        """Number of variables, or of channels of a field."""
        if self.observed is not None:
            return int(self.observed.sizes.get("channel" if self.is_field else "variable", 1))
        return len(self.table("data").get("variables", []))

    def series(self, name: str) -> xr.DataArray | None:
        """Observed, generated or forecast series; of a field, a few of its grid points."""
        found: xr.DataArray | None = getattr(self, name)
        if found is None or not self.is_field or self.observed is None:
            return found
        return grid_points(found, self.observed)

    @property
    def attrs(self) -> Mapping[str, Any]:
        """Attributes of the metrics: verdict, convention, lengths."""
        return {} if self.metrics is None else {str(k): v for k, v in self.metrics.attrs.items()}

    @property
    def told(self) -> Told:
        """The verdict with its parts and reasons, as far as the run knows them."""
        from dsr.metrics.judging.told import told

        return told({**self.summary, **self.attrs})

    @property
    def verdict(self) -> str:
        """The verdict, empty if nobody judged."""
        return self.told.sentence

    def attempt(self, what: str, get: Callable[[], Any]) -> Any:
        """Get something, or None and a sentence in `missing` where it cannot be had."""
        try:
            return get()
        except Exception as error:  # whatever a damaged part does, the page is written
            if not isinstance(error, AttributeError | KeyError):
                what = f"{what} cannot be shown: {error or type(error).__name__}"
            else:
                what = f"{what} cannot be shown"
            self.missing.append(shorten(what, 300))
            return None

    def table(self, name: str) -> Mapping[str, Any]:
        """One table of the configuration, empty where there is none."""
        found = self.config.get(name)
        return found if isinstance(found, Mapping) else {}


def gather(run: Any) -> Evidence:
    """Collect what there is of a run."""
    evidence = Evidence()
    evidence.config = evidence.attempt("the settings", lambda: run.config) or {}
    evidence.summary = evidence.attempt("the summary", lambda: run.summary) or {}
    results = evidence.attempt("series and training history", lambda: run.results)
    for name, node in {} if results is None else results.children.items():
        if name in ("observed", "generated", "forecast", "inputs"):
            found = evidence.attempt(f"the {name} series", partial(_series, node))
            setattr(evidence, name, found)
        elif name in ("history", "baselines"):
            setattr(evidence, name, node.to_dataset())
        elif name not in ("training", "training_inputs", "metrics"):
            evidence.others[str(name)] = node.to_dataset()
    metrics = evidence.attempt("the scores", lambda: run.metrics)
    evidence.metrics = metrics if metrics is not None and len(metrics.data_vars) else None
    return evidence


def _series(node: Any) -> Any:
    return node["series"]


def grid_points(field: xr.DataArray, like: xr.DataArray, most: int = 4) -> xr.DataArray:
    """Series of a few grid points of the first channel, spread evenly over those with values."""
    import xarray as xr

    from dsr.data.grid import Grid

    rows, columns = np.nonzero(Grid.of(like).valid[0])
    chosen = ((np.arange(most) + 0.5) * len(rows) / most).astype(int)
    places = [(int(rows[k]), int(columns[k])) for k in dict.fromkeys(chosen.tolist())]
    first = field.isel(channel=0)

    def named(axis: str, k: int) -> str:
        own = [str(c) for c in like.coords if like[c].dims == (axis,)]
        name = next((c for c in own if c != axis), axis)
        return f"{name} {float(like[name][k]):.4g}" if own else f"{axis} {k}"

    names = [f"{named('y', j)}, {named('x', i)}" for j, i in places]
    values = np.stack([first.isel(y=j, x=i).values for j, i in places], axis=-1)
    coords = {
        name: field[name]
        for name in ("trajectory", "time", "length")
        if name in field.coords and set(field[name].dims) <= {"trajectory", "time"}
    }
    attrs = {k: v for k, v in field.attrs.items() if k != "variable_units"}
    units = np.atleast_1d(field.attrs.get("variable_units", []))
    if len(units):
        attrs["variable_units"] = [str(units[0])] * len(names)
    dims = (*(d for d in first.dims if d not in ("y", "x")), "variable")
    return xr.DataArray(values, {**coords, "variable": names}, dims, attrs=attrs)

"""What a run has to show, gathered so that a missing or damaged part does not stop the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsr.errors import InputError
from dsr.plots.theme import shorten

if TYPE_CHECKING:
    import xarray as xr


@dataclass
class Evidence:
    """Parts of a run; None where there is none.

    Attributes
    ----------
    observed, generated, forecast : DataArray or None
        Test part, free run compared with it, forecast from its first sample.
    history, metrics : Dataset or None
    config, summary : dict
    missing : list of str
        Sentences on what could not be read.
    """

    observed: xr.DataArray | None = None
    generated: xr.DataArray | None = None
    forecast: xr.DataArray | None = None
    history: xr.Dataset | None = None
    metrics: xr.Dataset | None = None
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
    def width(self) -> int:
        """Number of variables."""
        if self.observed is not None:
            return int(self.observed.sizes.get("variable", 1))
        return len(self.table("data").get("variables", []))

    @property
    def attrs(self) -> Mapping[str, Any]:
        """Attributes of the metrics: verdict, convention, lengths."""
        return {} if self.metrics is None else {str(k): v for k, v in self.metrics.attrs.items()}

    @property
    def verdict(self) -> str:
        """The verdict, empty if nobody judged."""
        return str(self.attrs.get("verdict") or self.summary.get("verdict") or "")

    def table(self, name: str) -> Mapping[str, Any]:
        """One table of the configuration, empty where there is none."""
        found = self.config.get(name)
        return found if isinstance(found, Mapping) else {}


def gather(run: Any) -> Evidence:
    """Collect what there is of a run."""
    evidence = Evidence()

    def attempt(what: str, get: Callable[[], Any]) -> Any:
        try:
            return get()
        except (InputError, AttributeError, KeyError) as error:
            reason = f": {error}" if isinstance(error, InputError) else ""
            evidence.missing.append(shorten(f"{what} cannot be shown{reason}", 300))
            return None

    evidence.config = attempt("the settings", lambda: run.config) or {}
    evidence.summary = attempt("the summary", lambda: run.summary) or {}
    results = attempt("series and training history", lambda: run.results)
    children = {} if results is None else results.children
    for name in ("observed", "generated", "forecast"):
        if name in children:
            getter = _series(children[name])
            setattr(evidence, name, attempt(f"the {name} series", getter))
    if "history" in children:
        evidence.history = children["history"].to_dataset()
    metrics = attempt("the scores", lambda: run.metrics)
    evidence.metrics = metrics if metrics is not None and len(metrics.data_vars) else None
    return evidence


def _series(node: Any) -> Callable[[], Any]:
    return lambda: node["series"]

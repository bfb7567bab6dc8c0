"""Stand-ins for what dsr.metrics is getting, until it is there."""

from __future__ import annotations

from typing import Any


def default_metrics(series: Any) -> list[str]:
    """Stand-in for dsr.metrics.judging.facts."""
    from dsr.metrics.judging.fields import FIELD_METRICS
    from dsr.metrics.judging.scorecard import METRICS

    return list(METRICS if "variable" in series.dims else (*METRICS[:2], *FIELD_METRICS))


def judged(test: Any, model: Any, *, independent: Any, inputs: Any, seed: int) -> Any:
    """Stand-in for dsr.metrics.judging.scorecard.judged."""
    from dsr.metrics import evaluate

    metrics = evaluate(test, model, independent=independent, seed=seed)
    first = test.isel(time=slice(0, 1)).drop_vars("length", errors="ignore")
    transient = int(metrics.attrs.get("transient", 0))
    generated = model.generate(first, transient + test.sizes["time"], inputs=inputs)
    return metrics, generated.isel(time=slice(transient, None))

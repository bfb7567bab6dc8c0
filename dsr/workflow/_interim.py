"""Stand-in for the trainers and forcings of dsr.training, until they are there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dsr.training.forcing import GeneralizedTeacherForcing
from dsr.training.settings import EPOCH, TrainingSettings


@dataclass(frozen=True)
class Generalized(GeneralizedTeacherForcing):
    """Stand-in."""

    @classmethod
    def flat_names(cls) -> dict[str, str]:
        """Names."""
        return {"alpha": "alpha", "estimator": "estimator", "alpha_start": "start",
                "alpha_decay": "decay", "alpha_every": "every", "alpha_times": "times"}  # fmt: skip

    @classmethod
    def from_flat(cls, settings: Any) -> Any:
        """Make."""
        names = cls.flat_names()
        given = {names[k]: v for k, v in settings.items()}
        if given.get("alpha") == "adaptive":
            given["alpha"] = None
        return cls(**given)

    def to_flat(self) -> dict[str, Any]:
        """Values."""
        values = {k: getattr(self, f) for k, f in self.flat_names().items()}
        return {**values, "alpha": "adaptive" if self.alpha is None else self.alpha}


@dataclass(frozen=True)
class Sparse:
    """Stand-in."""

    interval: Any = "lyapunov"

    @classmethod
    def flat_names(cls) -> dict[str, str]:
        """Names."""
        return {"interval": "interval"}

    @classmethod
    def from_flat(cls, settings: Any) -> Any:
        """Make."""
        return cls(**settings)

    def to_flat(self) -> dict[str, Any]:
        """Values."""
        return {"interval": self.interval}


@dataclass(frozen=True)
class Gradient(TrainingSettings):
    """Stand-in."""

    @classmethod
    def flat_names(cls) -> dict[str, str]:
        """Names."""
        return {k: k for k in TrainingSettings.__dataclass_fields__}

    @classmethod
    def from_flat(cls, settings: Any) -> Any:
        """Make."""
        return cls(**settings)

    def to_flat(self) -> dict[str, Any]:
        """Values."""
        return {**self.to_dict(), "updates": self.epochs * EPOCH}


TRAINERS: dict[str, Any] = {"gradient": Gradient}
FORCINGS: dict[str, Any] = {"generalized": Generalized, "sparse": Sparse}


def settle_budget(model: Any, series: Any, seconds: float, *, forcing: Any = None,
                  inputs: Any = None, **training: Any) -> dict[str, Any]:  # fmt: skip
    """Stand-in."""
    from dsr.training.loop import seconds_per_update

    settings = TrainingSettings(**training)
    parts, _ = model.prepare(series, settings)
    model.seconds_per_update = seconds_per_update(
        model, parts, settings, forcing, min(0.5, 0.1 * seconds)
    )
    return {"updates": max(1, round(seconds / model.seconds_per_update / EPOCH)) * EPOCH}


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

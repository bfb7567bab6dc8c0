"""Users' own classes: overriding one method of a finished model is enough."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

import dsr
from dsr.data import make_series
from dsr.models import GaussianCloud, Persistence, ReconstructionModel, registry


class OnlyGenerate(Persistence):
    """A free run of its own: the mean of the training series."""

    name: ClassVar[str] = "only-generate"

    def generate(
        self, start: Any = None, steps: int = 1000, *, inputs: Any = None, seed: int = 0
    ) -> Any:
        """Labelled by hand, from any start."""
        run = super().generate(start, steps, inputs=inputs, seed=seed)
        return run.copy(data=np.broadcast_to(self.scaler.mean, run.shape))


class GenerateAndFit(ReconstructionModel):
    """Neither run nor learn: all by itself."""

    name: ClassVar[str] = "generate-and-fit"
    arrays: ClassVar[tuple[str, ...]] = ("middle",)

    def fit(self, series: Any, **ignored: Any) -> Any:
        """Take whatever is passed, as classes before this contract did."""
        self.middle = np.concatenate(self.take_labels(series)).mean(axis=0)
        return self

    def generate(
        self, start: Any = None, steps: int = 1000, *, inputs: Any = None, seed: int = 0
    ) -> Any:
        """The middle, whatever the start."""
        runs = start.shape[0] if hasattr(start, "dims") else np.reshape(start, (-1, 3)).shape[0]
        values = np.broadcast_to(self.middle, (runs, steps, 3))
        return make_series(values, dt=self.dt, time_unit=self.time_unit, variables=self.variables)


class OnlyRun(Persistence):
    """Half way to zero with every step."""

    name: ClassVar[str] = "only-run"

    def run(self, contexts: Any, steps: int, *, inputs: Any, rng: Any) -> Any:
        """Decay."""
        last = np.stack([context[-1:] for context in contexts])
        return last * 0.5 ** np.arange(1, steps + 1)[:, None]


class LearnAndRun(GaussianCloud):
    """Draws from what was seen."""

    name: ClassVar[str] = "learn-and-run"
    arrays: ClassVar[tuple[str, ...]] = ("seen",)

    def learn(self, parts: Any, *, inputs: Any, seed: int) -> None:
        """Remember."""
        self.seen = np.concatenate(parts)[::7]

    def _set_parameters(self, arrays: Any) -> None:
        ReconstructionModel._set_parameters(self, arrays)

    def run(self, contexts: Any, steps: int, *, inputs: Any, rng: Any) -> Any:
        """Draw."""
        return self.seen[rng.integers(len(self.seen), size=(len(contexts), steps))]


class OldFit(Persistence):
    """A fit that swallows what it does not know."""

    name: ClassVar[str] = "old-fit"

    def fit(self, series: Any, **ignored: Any) -> Any:
        """As classes before this contract did."""
        return super().fit(series)


CLASSES = [OnlyGenerate, GenerateAndFit, OnlyRun, LearnAndRun, OldFit]


@pytest.fixture(scope="module")
def lorenz() -> Any:
    return dsr.simulate("lorenz63", steps=1500, dt=0.05, seed=3)


@pytest.mark.parametrize("cls", CLASSES)
def test_a_class_of_a_user_is_fitted_judged_and_read_again(
    cls: Any, lorenz: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry._MODELS, cls.name, (__name__, cls.__name__))
    run = dsr.fit(lorenz, model=cls.name, out=tmp_path / "run", baselines=False, progress=False)
    assert run.model.name == cls.name
    assert isinstance(run.model, cls)
    context = lorenz.isel(time=slice(0, 50))
    forecast = run.model.forecast(context, 4, seed=2)
    expected = {
        "only-generate": np.broadcast_to(run.model.scaler.mean, (4, 3)),
        "only-run": context.values[0, -1] * 0.5 ** np.arange(1, 5)[:, None],
        "old-fit": np.repeat(context.values[0, -1:], 4, axis=0),
    }
    if cls.name in expected:
        np.testing.assert_allclose(forecast.values[0], expected[cls.name])
    if cls is not GenerateAndFit:
        np.testing.assert_allclose(forecast["time"], lorenz["time"].values[50:54])
    assert dsr.evaluate(run, lorenz).attrs["verdict"] == run.verdict
    assert cls.name in run.report.read_text(encoding="utf-8")


def test_a_field_goes_the_whole_way_with_every_baseline(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    k, cells = np.arange(240)[:, None], np.arange(48)
    values = np.cos(2 * np.pi * k / 24 + 0.3 * cells) + 0.1 * rng.standard_normal((240, 48))
    values[:, :3] = np.nan
    field = make_series(values.reshape(1, 240, 1, 6, 8), dt=3600.0, time_unit="s")
    field = field.assign_attrs(time_origin="2001-01-01", calendar="standard")
    for name in ("dmd", "climatology", "persistence", "gaussian"):
        run = dsr.fit(field, model=name, out=tmp_path / name, baselines=False, progress=False)
        made = run.results["forecast"]["series"]
        assert made.dims == field.dims
        assert (np.isnan(made.values) == np.isnan(field.values[0, 0])).all()
        assert run.verdict
        assert run.report.stat().st_size > 10_000

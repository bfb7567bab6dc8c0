"""What every learner gets from the loop, whatever its parameters look like."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dsr.training import Checkpoint, CheckpointStore, Interrupted, train


class Descent:
    """A PyTorch network with its own optimiser: no flat vector anywhere."""

    def __init__(self, stop_at: int | None = None) -> None:
        import torch

        torch.manual_seed(0)
        self.torch = torch
        self.stop_at = stop_at
        self.net = torch.nn.Linear(3, 1).double()
        self.optimiser = torch.optim.Adam(self.net.parameters(), lr=1e-2)
        self.x = torch.linspace(-1, 1, 30, dtype=torch.float64).reshape(10, 3)
        self.y = self.x.sum(dim=1, keepdim=True)

    def epoch(self, number: int) -> dict[str, float]:
        if number == self.stop_at:
            os.kill(os.getpid(), signal.SIGTERM)
        for _ in range(50):
            self.optimiser.zero_grad()
            loss = ((self.net(self.x) - self.y) ** 2).mean()
            loss.backward()
            self.optimiser.step()
        return {"loss": loss.item(), "learning_rate": 1e-2}

    def parameters(self) -> dict[str, np.ndarray]:
        return {name: p.detach().numpy() for name, p in self.net.state_dict().items()}

    def state(self) -> Checkpoint:
        arrays, steps = dict(self.parameters()), {}
        for k, moments in self.optimiser.state_dict()["state"].items():
            arrays |= {f"{k}.{m}": moments[m].numpy() for m in ("exp_avg", "exp_avg_sq")}
            steps[str(k)] = float(moments["step"])
        return Checkpoint(arrays, {"steps": steps})

    def restore(self, checkpoint: Checkpoint) -> None:
        arrays, values = checkpoint
        tensor = self.torch.tensor
        self.net.load_state_dict({n: tensor(arrays[n]) for n in self.net.state_dict()})
        document = self.optimiser.state_dict()
        document["state"] = {
            int(k): {"step": tensor(step)}
            | {m: tensor(arrays[f"{k}.{m}"]) for m in ("exp_avg", "exp_avg_sq")}
            for k, step in values["steps"].items()
        }
        self.optimiser.load_state_dict(document)


EVERY = frozenset(range(1, 13))


def run(learner: Descent, **options: Any) -> Any:
    return train(learner, epochs=12, validations=EVERY, **options)


def test_a_torch_model_resumes_to_the_bit_after_a_signal(tmp_path: Path) -> None:
    whole = run(Descent())
    store = CheckpointStore(tmp_path / "c", "same")
    with pytest.raises(Interrupted, match="interrupted after 300 of 600 updates; its state is"):
        run(Descent(stop_at=5), store=store)
    again = run(Descent(), store=store)
    for name, array in whole.parameters.items():
        np.testing.assert_array_equal(again.parameters[name], array)
    for name, column in whole.history.items():
        np.testing.assert_array_equal(again.history[name], column)
    assert list(again.history) == ["update", "loss", "learning_rate"]


def test_the_best_parameters_are_kept_and_ties_go_to_the_earlier() -> None:
    learner = Descent()
    scores = iter([5.0, np.nan, 3.0, 3.0, 4.0, 9.0, np.inf, 7.0, 8.0, 3.0, 6.0, 5.0])
    seen = []

    def score() -> dict[str, float]:
        seen.append(learner.net.weight.detach().numpy().copy())
        return {"score": next(scores)}

    result = run(learner, score=score)
    assert result.best_update == 150
    np.testing.assert_array_equal(result.parameters["weight"], seen[2])
    assert len(result.history["score"]) == 12
    last = run(Descent(), score=lambda: {"score": 0.0}, select="last")
    assert last.best_update == 600
    np.testing.assert_array_equal(last.parameters["weight"], seen[-1])


def test_progress_hears_of_every_epoch() -> None:
    heard: list[dict[str, Any]] = []

    class Listener:
        def update(self, info: dict[str, Any]) -> None:
            heard.append(dict(info))

    run(Descent(), progress=Listener(), score=lambda: {"score": 1.0})
    assert [info["update"] for info in heard] == list(range(50, 601, 50))
    assert heard[-1]["loss"] < heard[0]["loss"]
    assert heard[-1]["best_score"] == 1.0

"""Forward plus backward of one batch: the compiled kernel against the plain PyTorch loop.

Both sides run in the same process, on one thread, alternately; run it with ``make bench``.
"""

from __future__ import annotations

import json
import platform
import time
from pathlib import Path

import numpy as np
import pytest

SHAPES = [(3, 50, 200, 16), (5, 250, 200, 16), (16, 512, 50, 16)]
RESULTS = Path(__file__).resolve().parents[2] / "docs" / "results" / "training_speed.json"


def case(latent: int, hidden: int, steps: int, sequences: int):
    from dsr.models import ShallowPLRNN
    from dsr.training.engines import TorchEngine

    rng = np.random.default_rng(0)
    model = ShallowPLRNN(latent, hidden)
    model.observation_dim = latent
    dtype = np.dtype(np.float32)
    theta = model.initial_parameters(rng).astype(dtype)
    keep = np.full((1, sequences * latent), 0.9, dtype)
    compiled = model.engine(steps, sequences, dtype, "cpu")
    compiled.windows[:] = rng.normal(size=compiled.windows.shape)
    eager = TorchEngine(model, steps, sequences, dtype, "torch")
    eager.windows[:] = compiled.windows
    return compiled, eager, theta, np.empty_like(theta), keep


@pytest.mark.parametrize("shape", SHAPES, ids=lambda s: "M{}-H{}-T{}-S{}".format(*s))
def test_compiled_gradient(benchmark, shape: tuple[int, int, int, int]) -> None:
    compiled, _, theta, gradient, keep = case(*shape)
    benchmark(compiled.gradient, theta, gradient, keep)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda s: "M{}-H{}-T{}-S{}".format(*s))
def test_torch_gradient(benchmark, shape: tuple[int, int, int, int]) -> None:
    import torch

    torch.set_num_threads(1)
    _, eager, theta, gradient, keep = case(*shape)
    benchmark.pedantic(eager.gradient, (theta, gradient, keep), rounds=20, warmup_rounds=2)


def _timed(function, *arguments) -> float:
    begin = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - begin


def compare(shape: tuple[int, int, int, int], rounds: int = 25) -> dict[str, object]:
    """Alternate both sides ``rounds`` times; medians and quartiles in milliseconds."""
    compiled, eager, theta, gradient, keep = case(*shape)
    other = np.empty_like(gradient)
    for _ in range(3):
        compiled.gradient(theta, gradient, keep)
        eager.gradient(theta, other, keep)
    agreement = float(np.abs(gradient - other).max() / np.abs(other).max())
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(min(_timed(compiled.gradient, theta, gradient, keep) for _ in range(5)))
        theirs.append(_timed(eager.gradient, theta, other, keep))
    quartiles = {
        name: [round(1e3 * float(q), 4) for q in np.percentile(values, [25, 50, 75])]
        for name, values in (("compiled_ms", ours), ("torch_ms", theirs))
    }
    ratio = float(np.median(theirs) / np.median(ours))
    return {
        "shape": dict(zip(("M", "H", "T", "S"), shape, strict=True)),
        **quartiles,
        "ratio_of_medians": round(ratio, 1),
        "largest_relative_difference": agreement,
    }


def whole_update(rounds: int = 2000) -> dict[str, object]:
    """A whole update (batch, forward, backward, optimiser, adaptive alpha) for M=3, H=50."""
    import dsr
    from dsr.data.series import trajectories
    from dsr.models import ShallowPLRNN
    from dsr.training import GeneralizedTeacherForcing, GradientTrainer, TrainingSettings

    series = dsr.simulate("lorenz63", steps=20_000, dt=0.01, seed=0)
    values = trajectories(series)[0]
    scaled = (values - values.mean(0)) / values.std(0)
    model = ShallowPLRNN(3, 50)
    model.observation_dim = 3
    trainer = GradientTrainer(TrainingSettings(updates=rounds))
    result: dict[str, object] = {"shape": {"M": 3, "H": 50, "T": 200, "S": 16}}
    for name, alpha in (("constant_alpha_ms", 0.1), ("adaptive_alpha_ms", None)):
        forcing = GeneralizedTeacherForcing(alpha=alpha)
        seconds = trainer.seconds_per_update(model, [scaled], forcing=forcing, least=2.0)
        result[name] = round(1e3 * seconds, 4)
    return result


def main() -> None:
    """Print and store the comparison with its machine, threads and versions."""
    import numba
    import torch

    torch.set_num_threads(1)
    document = {
        "what": "forward plus backward of a batch, float32, one thread, both sides in one process",
        "machine": f"{platform.machine()}, {platform.processor() or platform.system()}",
        "threads": 1,
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "numba": numba.__version__,
            "torch": torch.__version__,
        },
        "seed": 0,
        "gradient": [compare(shape) for shape in SHAPES],
        "whole_update": whole_update(),
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(document, indent=2) + "\n")
    print(json.dumps(document, indent=2))


if __name__ == "__main__":
    main()

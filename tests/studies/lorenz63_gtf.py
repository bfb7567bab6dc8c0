"""Lorenz-63 of Hess et al. (ICML 2023): the published recipe, five seeds, two kinds of forcing.

``make study-lorenz63`` runs it: M=3, H=50, 250,000 updates, RAdam 1e-3 to 1e-6, windows of 200,
batches of 16, the last parameters kept; trained on the noisy training file (its last fifth held
out) and judged once on the noise-free test file. The defaults of dsr stand beside it. Each
run is stored when it is done, so that the study can be interrupted and resumed; every seed is
reported, failures included.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "docs" / "results" / "lorenz63_gtf.json"
PUBLISHED = {
    "learning_rate": 1e-3,
    "learning_rate_end": 1e-6,
    "noise_std": 0.0,
    "select": "last",
}
RECIPES = {
    "published, adaptive alpha": {"alpha": None, **PUBLISHED},
    "published, alpha = 0.1": {"alpha": 0.1, **PUBLISHED},
    "defaults of dsr": {"alpha": None, "clipped": True},
}
UPDATES = 250_000
SEEDS = range(5)


def one_run(data: Path, recipe: dict[str, float | None], seed: int, updates: int) -> dict:
    """Train on one file, judge on the other."""
    import dsr
    from dsr.data.series import trajectories
    from dsr.metrics.geometry.state_space import BinnedReference
    from dsr.metrics.spectra.distances import SpectralReference
    from dsr.training import GeneralizedTeacherForcing

    train = dsr.load(data / "lorenz63_icml2023_train.nc", dt=0.01, time_unit="time unit")
    test = dsr.load(data / "lorenz63_icml2023_test.nc", dt=0.01, time_unit="time unit")
    settings = dict(recipe)
    forcing = GeneralizedTeacherForcing(alpha=settings.pop("alpha"))
    model = dsr.models.ShallowPLRNN(3, 50, clipped=settings.pop("clipped", False))
    try:
        model.fit(train, forcing=forcing, seed=seed, updates=updates, **settings)
    except dsr.errors.DivergedError as error:
        return {"seed": seed, "failed": str(error)}
    x = trajectories(test)[0]
    run = model.generate(x[0], round(1.25 * len(x))).values[0][len(x) // 4 :]
    spectrum = dsr.metrics.lyapunov_spectrum(model)
    return {
        "seed": seed,
        "state_space_divergence": BinnedReference(x, 30, "icml2023").divergence(run),
        "hellinger_spectral_distance": SpectralReference(x, 20).distance(run),
        "exponents": [round(float(e), 4) for e in spectrum["exponent"]],
        "final_alpha": float(model.history["alpha"][-1]),
        "selected_update": int(model.training["selected_update"]),
        "seconds": round(float(model.training["seconds"]), 1),
    }


def summary(runs: list[dict]) -> dict:
    """Medians and ranges over the seeds; failed runs are counted."""
    good = [run for run in runs if "failed" not in run]
    result: dict = {"seeds": len(runs), "failed": len(runs) - len(good)}
    for key in ("state_space_divergence", "hellinger_spectral_distance", "seconds"):
        values = [run[key] for run in good]
        if values:
            result[key] = {
                "median": round(float(np.median(values)), 4),
                "least": round(float(np.min(values)), 4),
                "largest": round(float(np.max(values)), 4),
            }
    largest = [run["exponents"][0] for run in good]
    if largest:
        result["largest_exponent"] = {
            "median": round(float(np.median(largest)), 4),
            "least": min(largest),
            "largest": max(largest),
        }
    return result


def main() -> None:
    """Do what is not done yet, then print the table."""
    import numba

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--updates", type=int, default=UPDATES)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--recipes", nargs="*", default=list(RECIPES))
    arguments = parser.parse_args()
    data = Path(os.environ.get("DSR_REFERENCE_DATA", ROOT / ".." / "shared" / "data"))
    document = {"runs": {}}
    if arguments.results.exists():
        document = json.loads(arguments.results.read_text())
    document["what"] = "Lorenz-63, 5 % noise in training, noise-free test, icml2023 conventions"
    document["updates"] = arguments.updates
    document["machine"] = {
        "processor": platform.machine(),
        "threads": 1,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": numba.__version__,
    }
    for name in arguments.recipes:
        runs = document["runs"].setdefault(name, [])
        for seed in SEEDS:
            if any(run["seed"] == seed for run in runs):
                continue
            runs.append(one_run(data, RECIPES[name], seed, arguments.updates))
            document["summary"] = {key: summary(value) for key, value in document["runs"].items()}
            arguments.results.parent.mkdir(exist_ok=True)
            arguments.results.write_text(json.dumps(document, indent=2) + "\n")
            print(name, json.dumps(runs[-1]), flush=True)
    print(json.dumps(document["summary"], indent=2))


if __name__ == "__main__":
    main()

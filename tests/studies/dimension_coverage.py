"""Correlation dimension of six sets of known dimension: error and coverage over 100 seeds.

``make study-dimension`` runs it (about eight minutes, resumable): 20,000 points of each set and
seed, every option at its default. Reported are the median estimate, its range, the share of 90 %
intervals that hold the true dimension, and the share that says ``converged``.
"""

from __future__ import annotations

import sys

import numpy as np
from common import RESULTS, ROOT, machine, store, stored

sys.path.insert(0, str(ROOT / "tests" / "metrics" / "invariants"))

from known_sets import POINTS, cantor, circle, henon, lorenz, sierpinski, square

from dsr.metrics import correlation_dimension

FILE = RESULTS / "dimension_coverage.json"
SEEDS = range(100)


SETS = {
    "circle": (circle, 1.0, "exact"),
    "square": (square, 2.0, "exact"),
    "Cantor set": (cantor, np.log(2) / np.log(3), "exact"),
    "Sierpinski triangle": (sierpinski, np.log(3) / np.log(2), "exact"),
    "Henon map": (henon, 1.22, "Grassberger and Procaccia 1983, 1.21 +- 0.01; reference 1.22"),
    "Lorenz-63": (lorenz, 2.05, "Grassberger and Procaccia 1983, 2.05 +- 0.01"),
}


def one(name: str, seed: int) -> dict:
    """Estimate the dimension of one set and seed."""
    make, _, _ = SETS[name]
    points = make(np.random.default_rng([seed, list(SETS).index(name)]))
    found = correlation_dimension(points, seed=seed)
    values = {key: round(float(found[key]), 4) for key in ("dimension", "low", "high")}
    return {"seed": seed, **values, "converged": bool(found["converged"])}


def summary(name: str, runs: list[dict]) -> dict:
    """Median and range of the estimates, coverage of the intervals."""
    truth = SETS[name][1]
    dimensions = [run["dimension"] for run in runs]
    return {
        "known": round(float(truth), 4),
        "source": SETS[name][2],
        "seeds": len(runs),
        "median": round(float(np.median(dimensions)), 4),
        "least": min(dimensions),
        "largest": max(dimensions),
        "covered": sum(bool(run["low"] <= truth <= run["high"]) for run in runs),
        "within_0.05": sum(bool(abs(d - truth) <= 0.05) for d in dimensions),
        "converged": sum(run["converged"] for run in runs),
        "median_width": round(float(np.median([r["high"] - r["low"] for r in runs])), 4),
    }


def main() -> None:
    """Do what is not done yet, then print the table."""
    document = stored(FILE)
    document["what"] = f"correlation dimension, {POINTS} points, 90 % intervals, defaults"
    document["machine"] = machine()
    document.setdefault("summary", {})
    for name in SETS:
        runs = document["runs"].setdefault(name, [])
        for seed in SEEDS:
            if seed >= len(runs):
                runs.append(one(name, seed))
            if seed % 10 == 9:
                document["summary"][name] = summary(name, runs)
                store(FILE, document)
        print(name, document["summary"][name], flush=True)


if __name__ == "__main__":
    main()

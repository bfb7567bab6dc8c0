"""Correlation dimension of six sets of known dimension: error and coverage over 100 seeds.

``make study-dimension`` runs it (about eight minutes, resumable): 20,000 points of each set and
seed, every option at its default. Reported are the median estimate, its range, the share of 90 %
intervals that hold the true dimension, and the share that says ``converged``.
"""

from __future__ import annotations

import numpy as np
from common import RESULTS, machine, store, stored

import dsr
from dsr.metrics import correlation_dimension

FILE = RESULTS / "dimension_coverage.json"
POINTS = 20_000
SEEDS = range(100)
DIGITS = 30


def circle(rng: np.random.Generator) -> np.ndarray:
    """Random angles on the unit circle."""
    angle = rng.uniform(0.0, 2.0 * np.pi, POINTS)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def square(rng: np.random.Generator) -> np.ndarray:
    """Uniform points of the unit square."""
    return rng.random((POINTS, 2))


def cantor(rng: np.random.Generator) -> np.ndarray:
    """Middle-third Cantor set: digits 0 and 2 in base 3."""
    digits = 2.0 * rng.integers(0, 2, (POINTS, DIGITS))
    return (digits @ 3.0 ** -np.arange(1, DIGITS + 1))[:, None]


def sierpinski(rng: np.random.Generator) -> np.ndarray:
    """Sierpinski triangle: random corners, each at half the distance of the one before."""
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])
    picks = corners[rng.integers(0, 3, (POINTS, DIGITS))]
    return np.einsum("nkd,k->nd", picks, 2.0 ** -np.arange(1, DIGITS + 1))


def henon(rng: np.random.Generator) -> np.ndarray:
    """Henon map, a = 1.4, b = 0.3."""
    return dsr.simulate("henon", steps=POINTS, seed=int(rng.integers(2**31))).values[0]


def lorenz(rng: np.random.Generator) -> np.ndarray:
    """Lorenz-63, sampled every 0.1 time units."""
    seed = int(rng.integers(2**31))
    return dsr.simulate("lorenz63", steps=POINTS, dt=0.1, seed=seed).values[0]


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

"""Interval of the state-space divergence: does it hold what other runs of the generator score?

``make study-divergence`` runs it (resumable, about six minutes). Of each system 40 runs are
compared with one reference, and so are 40 runs of a second, wrong generator. The interval of a
single run claims to hold the score of its generator: the median over all of its runs. Counted is
how often it does. Block lengths and widths were settled on the systems marked ``tuned``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
from common import RESULTS, machine, store, stored

import dsr
from dsr.data import system
from dsr.metrics.bootstrap import Resampling, recentred_interval
from dsr.metrics.geometry.binned import BinnedReference, bins_for

FILE = RESULTS / "divergence_coverage.json"
LENGTHS = (2_000, 20_000)
RUNS = 40
RESAMPLES = 100

Floats = np.ndarray
Maker = Callable[[int, int, int, float], Floats]
"""``(length, runs, seed, wrong)``: runs (K, T, N) of a generator off by the share ``wrong``."""


def of(name: str, parameter: str, dt: float = 1.0) -> Maker:
    """Runs of a system of the registry, one of its parameters wrong."""

    def run(length: int, runs: int, seed: int, wrong: float) -> Floats:
        kind = system(name)
        value = kind.parameters[parameter] * (1.0 + wrong)
        made = dsr.simulate(
            kind.with_parameters({parameter: value}), steps=length, dt=dt, seed=seed,
            trajectories=runs, rtol=1e-7, atol=1e-9,
        )  # fmt: skip
        keep = [str(v) != "phase" for v in made["variable"].values]
        return np.ascontiguousarray(made.values[:, :, keep])

    return run


def torus(length: int, runs: int, seed: int, wrong: float) -> Floats:
    """Two incommensurable rotations, of periods 61.3 and 37.9 samples."""
    first, second = np.random.default_rng(seed).uniform(0, 2 * np.pi, (2, runs, 1))
    t = 0.1025 * np.arange(length)
    near = 1.0 + 0.4 * (1.0 + wrong) * np.cos(1.618034 * t + second)
    return np.stack([near * np.cos(t + first), near * np.sin(t + first)], axis=2)


def driven(
    drift: Callable[[Floats, float], Floats],
    noise: float,
    variables: int,
    dt: float,
    inner: int = 1,
) -> Maker:  # fmt: skip
    """Euler and Maruyama runs of a system that noise drives, after a transient."""

    def run(length: int, runs: int, seed: int, wrong: float) -> Floats:
        rng = np.random.default_rng(seed)
        x = rng.choice([-1.0, 1.0], (runs, variables))
        h, skipped = dt / inner, 500
        out = np.empty((runs, length + skipped, variables))
        for t in range(length + skipped):
            for _ in range(inner):
                kick = noise * np.sqrt(h) * rng.standard_normal((runs, variables))
                x = x + h * drift(x, wrong) + kick
            out[:, t] = x
        return np.ascontiguousarray(out[:, skipped:])

    return run


def _relaxing(x: Floats, wrong: float) -> Floats:
    return -(1.0 + wrong) * x


def _double_well(x: Floats, wrong: float) -> Floats:
    return (1.0 + wrong) * x - x**3


def _cycle(x: Floats, wrong: float) -> Floats:
    first, second = x[:, 0], x[:, 1]
    return np.stack([second, (1.0 + wrong) * (1.0 - first**2) * second - first], axis=1)


SYSTEMS: dict[str, tuple[Maker, float, bool]] = {
    "Lorenz-63": (of("lorenz63", "rho", 0.05), -0.02, True),
    "Roessler": (of("roessler", "c", 0.1), -0.05, True),
    "torus": (torus, 0.05, True),
    "Ornstein-Uhlenbeck": (driven(_relaxing, 1.0, 2, 0.1), 0.2, True),
    "Henon": (of("henon", "a"), -0.01, True),
    "Halvorsen": (of("halvorsen", "a", 0.02), 0.02, False),
    "Thomas": (of("thomas", "b", 0.2), 0.05, False),
    "Duffing (x, v)": (of("duffing", "gamma", 0.1), -0.05, False),
    "Hindmarsh-Rose": (of("hindmarsh_rose", "current", 0.5), 0.01, False),
    "Lorenz-84": (of("lorenz84", "F", 0.1), -0.02, False),
    "logistic": (of("logistic", "r"), -0.005, False),
    "Ikeda": (of("ikeda", "u"), -0.02, False),
    "standard map": (of("standard_map", "K"), -0.05, False),
    "double well": (driven(_double_well, 0.7, 1, 0.2, 2), 0.1, False),
    "noisy van der Pol": (driven(_cycle, 0.3, 2, 0.1, 2), 0.1, False),
}


def one(name: str, length: int) -> list[dict]:
    """Divergence and interval of every run of the right generator and of the wrong one."""
    make, wrong, _ = SYSTEMS[name]
    reference = make(length, 1, 0, 0.0)[0]
    space = BinnedReference(reference, bins_for(length, reference.shape[1]))
    rng = np.random.default_rng(0)
    runs = []
    for share in (0.0, wrong):
        for y in make(length, RUNS, 1, share):
            plan, value = Resampling.of(y), space.divergence(y)
            low, high = recentred_interval(
                value, space.resampled(y, plan, rng, RESAMPLES), plan.units
            )
            row = {"value": value, "low": low, "high": high, "block": plan.block}
            runs.append({"wrong": share} | {k: float(f"{v:.4g}") for k, v in row.items()})
    return runs


def summary(runs: list[dict]) -> dict:
    """Coverage and width beside the spread of the runs, of both generators."""
    out: dict[str, dict] = {}
    for label, some in (
        ("right", [r for r in runs if r["wrong"] == 0.0]),
        ("wrong", [r for r in runs if r["wrong"] != 0.0]),
    ):
        values = np.array([r["value"] for r in some])
        middle = float(np.median(values))
        covered = sum(r["low"] <= middle <= r["high"] for r in some)
        least, most = np.quantile(values, [0.025, 0.975])
        width = float(np.median([r["high"] - r["low"] for r in some]))
        out[label] = {
            "median": round(middle, 4),
            "spread": round(float(most - least), 4),
            "covered": int(covered),
            "runs": len(some),
            "median_width": round(width, 4),
            "block": float(np.median([r["block"] for r in some])),
        }
    return out


def main() -> None:
    """Do what is not done yet, then print the table."""
    document = stored(FILE)
    document["what"] = "interval of the state-space divergence, 95 %, of single runs"
    document["machine"] = machine()
    document["seeds"] = {"reference": 0, "runs": 1, "resampling": 0}
    document["resamples"] = RESAMPLES
    document.setdefault("summary", {})
    for length in LENGTHS:
        for name, (_, _, tuned) in SYSTEMS.items():
            key = f"{name}, {length}"
            if key not in document["runs"]:
                document["runs"][key] = one(name, length)
            found = summary(document["runs"][key])
            document["summary"][key] = {"tuned": tuned, **found}
            store(FILE, document)
            print(key, found, flush=True)
    for which in ("right", "wrong"):
        shares = {k: s[which]["covered"] / s[which]["runs"] for k, s in document["summary"].items()}
        document[f"coverage_{which}"] = {
            "systems": len(SYSTEMS),
            "mean": round(float(np.mean(list(shares.values()))), 3),
            "least": round(min(shares.values()), 3),
            "below_90": sorted(k for k, share in shares.items() if share < 0.9),
        }
        print(which, document[f"coverage_{which}"])
    store(FILE, document)


if __name__ == "__main__":
    sys.exit(main())

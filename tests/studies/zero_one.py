"""The 0-1 test over the catalogue: how often its verdict is right, by length.

``make study-zero-one`` runs it (about three minutes, resumable). Chaotic: every registered system
with a positive first exponent in the reference table. Regular: cycles, tori and quasi-periodic
orbits whose nature is known. Noise: what the test is not made for, to show that it calls it
chaotic. The first variable is read, all options at their defaults; the rule for the stride was made
on Lorenz-63, Rössler, Halvorsen, Thomas, van der Pol and the logistic map.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable

import numpy as np
from common import RESULTS, ROOT, machine, store, stored

import dsr
from dsr.metrics import zero_one_test
from dsr.metrics.spectra.timescales import mean_period

FILE = RESULTS / "zero_one.json"
SEEDS = range(2)
LENGTHS = (600, 2000, 6000)
TUNED = ("lorenz63", "roessler", "halvorsen", "thomas", "van_der_pol", "logistic")


def simulated(name: str, seed: int, length: int, **options: object) -> np.ndarray:
    """First variable (``length``,), a flow eight times in a mean period (stride 2, thus twice)."""
    system = dsr.data.system(name)
    if system.kind == "map":
        return dsr.simulate(name, steps=length, seed=seed, **options).values[0, :, 0]
    pilot = dsr.simulate(name, steps=20_000, seed=seed, **options)
    dt = system.dt * mean_period(np.ascontiguousarray(pilot.values[0, :, 0])) / 8
    return dsr.simulate(name, steps=2 * length, dt=dt, seed=seed, **options).values[0, :, 0]


def chaotic() -> list[str]:
    """Systems whose reference table has a positive first exponent."""
    table = tomllib.loads((ROOT / "dsr" / "catalogue" / "reference.toml").read_text())
    known = {entry["system"] for entry in table.values() if entry["exponents"][0] > 0.005}
    return [name for name in dsr.systems() if name in known]


def wave(frequencies: tuple[float, ...], length: int) -> np.ndarray:
    """Sum of sines over 2 ``length`` samples, some nine in a period of the first (stride 2)."""
    t = np.arange(2 * length)
    return sum(0.7**k * np.sin(2 * np.pi * f * t) for k, f in enumerate(frequencies))


def regular() -> dict[str, Callable[[int, int], np.ndarray]]:
    """Makers of regular series by (seed, length)."""
    found: dict[str, Callable[[int, int], np.ndarray]] = {}
    for r in (3.2, 3.5, 3.55, 3.83):
        found[f"logistic r={r}"] = lambda s, n, r=r: simulated(
            "logistic", s, n, parameters={"r": r}
        )
    for c in (2.5, 3.5, 4.0):
        found[f"roessler c={c}"] = lambda s, n, c=c: simulated(
            "roessler", s, n, parameters={"a": 0.2, "b": 0.2, "c": c}, transient=1000.0
        )
    for mu in (0.5, 3.0):
        found[f"van der Pol mu={mu}"] = lambda s, n, mu=mu: simulated(
            "van_der_pol", s, n, parameters={"mu": mu}
        )
    for rho in (100.5, 160.0, 350.0):
        found[f"lorenz63 rho={rho}"] = lambda s, n, rho=rho: simulated(
            "lorenz63", s, n, parameters={"rho": rho}, transient=200.0
        )
    golden, silver = (np.sqrt(5) - 1) / 2, np.sqrt(2) - 1
    found["torus, two frequencies"] = lambda s, n: wave((0.11, 0.11 * golden), n) + 0.01 * s
    found["torus, three frequencies"] = lambda s, n: (
        wave((0.13, 0.13 * golden, 0.13 * silver), n) + 0.01 * s
    )
    found["henon_heiles, low energy"] = lambda s, n: simulated(
        "henon_heiles", s, n, initial=[0.1, 0.05, 0.1 + 0.01 * s, 0.1]
    )
    return found


def noise() -> dict[str, Callable[[int, int], np.ndarray]]:
    """Makers of noise by (seed, length)."""
    return {
        "white noise": lambda s, n: np.random.default_rng(s).standard_normal(n),
        "cycle with 20 % noise": lambda s, n: (
            wave((0.11,), n) + 0.14 * np.random.default_rng(s).standard_normal(2 * n)
        ),
    }


def one(series: np.ndarray, seed: int) -> dict:
    """Verdicts on the beginnings of one series."""
    verdicts, values = [], []
    share = len(series) / LENGTHS[-1]
    for length in LENGTHS:
        found = zero_one_test(series[: round(share * length)], seed=seed)
        verdicts.append(str(found["verdict"].values))
        values.append(round(float(found["K"]), 3))
    return {"seed": seed, "K": values, "verdict": verdicts}


def summary(document: dict) -> dict:
    """Counts of verdicts by kind and length, and the names that went wrong at the longest."""
    out: dict = {}
    for name, runs in document["runs"].items():
        kind = name.split(":")[0]
        entry = out.setdefault(
            kind, {"systems": 0, "counts": {str(n): Counter() for n in LENGTHS}, "wrong": []}
        )
        entry["systems"] += 1
        for run in runs:
            for n, verdict in zip(LENGTHS, run["verdict"], strict=True):
                entry["counts"][str(n)][verdict] += 1
            wrong = {"chaotic": "regular", "regular": "chaotic"}.get(kind)
            if run["verdict"][-1] == wrong and name not in entry["wrong"]:
                entry["wrong"].append(name)
    return out


def main() -> None:
    """Do what is not done yet, then print the table."""
    document = stored(FILE)
    document["what"] = "0-1 test, first variable, defaults; lengths are samples after the stride"
    document["machine"] = machine()
    document["lengths"] = list(LENGTHS)
    document["tuned"] = list(TUNED)
    document.setdefault("summary", {})
    makers = {f"regular: {k}": make for k, make in regular().items()}
    makers |= {f"noise: {k}": make for k, make in noise().items()}
    makers |= {
        f"chaotic: {k}": lambda s, n, k=k: simulated(k, s, n) for k in chaotic()
    }  # fmt: skip
    for name, make in makers.items():
        runs = document["runs"].setdefault(name, [])
        for seed in SEEDS:
            if seed >= len(runs):
                runs.append(one(np.ascontiguousarray(make(seed, LENGTHS[-1])), seed))
                print(name, runs[-1], flush=True)
        document["summary"] = summary(document)
        store(FILE, document)
    for kind, entry in document["summary"].items():
        print(kind, entry)


if __name__ == "__main__":
    main()

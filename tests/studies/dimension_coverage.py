"""Dimensions of sets and systems of known dimension: coverage of intervals that say "converged".

``make study-dimension`` runs it (hours at worst, resumable): every set of `dimension_sets` at
several lengths and seeds, every option at its default. The rules were made while looking at the
sets marked ``tuned``; the others nobody had looked at. An interval holds a band of literature and
theory if it overlaps with it. Reported are medians, the share of 95 % intervals that hold the
known dimension, and the share that says ``converged``, over all and over the untouched sets.
"""

from __future__ import annotations

import sys

import numpy as np
from common import RESULTS, machine, store, stored
from dimension_sets import SETS

from dsr.metrics import correlation_dimension, generalised_dimensions

FILE = RESULTS / "dimension_coverage.json"
PLAN = [(5_000, 1), (20_000, 1), (2_000, 3), (20_000, 3), (100_000, 1)]
"""Lengths and numbers of seeds, in the order in which they are done."""
ORDERS = (0, 1, 2)
LONGEST_OF_ORDERS = 20_000


def one(name: str, length: int, seed: int) -> dict:
    """Estimate the dimensions of one set, length and seed."""
    points = SETS[name].make(np.random.default_rng([seed, list(SETS).index(name)]), length)
    found = correlation_dimension(points, seed=seed)
    run = {"length": length, "seed": seed, "correlation": _values(found)}
    if length <= LONGEST_OF_ORDERS:
        several = generalised_dimensions(points, orders=ORDERS, seed=seed)
        run["orders"] = [_values(several.sel(order=q)) for q in ORDERS]
    return run


def _values(found) -> list:
    """Dimension, ends of the interval, and whether it says converged."""
    numbers = [round(float(found[key]), 4) for key in ("dimension", "low", "high")]
    return [*(None if np.isnan(v) else v for v in numbers), bool(found["converged"])]


def held(value: list, band: tuple[float, float]) -> bool:
    """Whether an interval overlaps with the known band."""
    return value[1] is not None and bool(value[1] <= band[1] and value[2] >= band[0])


def share(values: list[tuple[list, tuple[float, float]]]) -> dict:
    """Estimates in all, with a converged interval, and how many of those hold the dimension."""
    converged = [pair for pair in values if pair[0][3]]
    return {
        "estimates": len(values),
        "held": sum(held(*pair) for pair in values),
        "converged": len(converged),
        "held_of_converged": sum(held(*pair) for pair in converged),
    }


def summary(runs: dict[str, list[dict]], length: int) -> dict:
    """Median, coverage and converged share of each set at one length."""
    rows = {}
    for name, known in SETS.items():
        chosen = [run for run in runs.get(name, []) if run["length"] == length]
        if not chosen:
            continue
        band = known.truth(2)
        rows[name] = {
            "known": [round(float(v), 4) for v in band],
            "source": known.source,
            "tuned": known.tuned,
            "median": _median(chosen, lambda v: v[0]),
            "median_width": _median(chosen, lambda v: v[2] - v[1]),
            **share([(run["correlation"], band) for run in chosen]),
        }
    return rows


def _median(chosen: list[dict], read) -> float | None:
    """Median over the runs that gave a number."""
    found = [read(r["correlation"]) for r in chosen if r["correlation"][1] is not None]
    return round(float(np.median(found)), 4) if found else None


def totals(runs: dict[str, list[dict]]) -> dict:
    """Coverage by kind of dimension and length, over all and over untouched sets."""
    rows: dict[str, dict] = {}
    for label, tuned in (("all", None), ("untouched", False)):
        for length in sorted({run["length"] for of in runs.values() for run in of}):
            chosen = [
                (run, SETS[name])
                for name, of in runs.items()
                for run in of
                if run["length"] == length and (tuned is None or SETS[name].tuned == tuned)
            ]
            kinds = {"correlation": [(r["correlation"], s.truth(2)) for r, s in chosen]}
            for k, q in enumerate(ORDERS):
                pairs = [(r["orders"][k], s.truth(q)) for r, s in chosen if "orders" in r]
                kinds[f"D_{q}"] = [p for p in pairs if np.isfinite(p[1][0])]
            for kind, pairs in kinds.items():
                if pairs:
                    rows[f"{kind}, {length} points, {label}"] = share(pairs)
    return rows


def main(quick: bool) -> None:
    """Do what is not done yet, then print the tables."""
    document = stored(FILE)
    if "what" not in document or "totals" not in document:
        document = {"runs": {}}
    document["what"] = "dimensions of known sets, 95 % intervals, defaults"
    document["machine"] = machine()
    for length, seeds in PLAN[:1] if quick else PLAN:
        # The untouched ones first: a run cut short still says something.
        for name in sorted(SETS, key=lambda n: SETS[n].tuned):
            runs = document["runs"].setdefault(name, [])
            done = {(run["length"], run["seed"]) for run in runs}
            runs += [one(name, length, s) for s in range(seeds) if (length, s) not in done]
            lengths = sorted({run["length"] for of in document["runs"].values() for run in of})
            document["summary"] = {str(n): summary(document["runs"], n) for n in lengths}
            document["totals"] = totals(document["runs"])
            store(FILE, document)
        for key, row in document["totals"].items():
            print(key, row, flush=True)


if __name__ == "__main__":
    main("--quick" in sys.argv)

"""Largest exponent and spectrum from data: error, coverage and share converged over 24 systems.

``make study-exponent`` runs it (half an hour, resumable; ``--seconds`` stops earlier): the first
variable alone and the full state, 2,000, 5,000 and 20,000 samples, without noise and with 1 % of a
deviation. The thresholds were chosen on the systems TUNED; nobody looked at those HELD back before
the rule stood. Series without chaos (noise, cycles, a torus, surrogates) follow: nothing of them
may be ``converged``. True exponents are those of the catalogue's ``reference.toml``.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
from common import RESULTS, machine, store, stored

import dsr
from dsr.catalogue import reference_values
from dsr.metrics import iaaft, largest_lyapunov_from_data, lyapunov_spectrum_from_data

FILE = RESULTS / "exponent_coverage.json"
LENGTHS = (2000, 5000, 20_000)
NOISE = (0.0, 0.01)
ORDER = (
    (5000, True, 0.0), (5000, False, 0.01), (20_000, True, 0.0), (20_000, False, 0.0),
    (5000, False, 0.0), (5000, True, 0.01), (20_000, True, 0.01), (20_000, False, 0.01),
    (2000, True, 0.0), (2000, False, 0.0), (2000, True, 0.01), (2000, False, 0.01),
)  # fmt: skip
"""Samples, full state, noise: what a study that is cut short sees first."""


TUNED = {
    "lorenz63": 0.03, "roessler": 0.2, "halvorsen": 0.02, "thomas": 0.4, "sprott_b": 0.15,
    "hyper_roessler": 0.1, "rucklidge": 0.1, "lorenz96": 0.05,
    "henon": None, "logistic": None, "ikeda": None,
}  # fmt: skip
HELD = {
    "sprott_c": 0.2, "sprott_d": 0.15, "sprott_s": 0.1, "hindmarsh_rose": 0.3,
    "burke_shaw": 0.03, "genesio_tesi": 0.15, "lorenz_stenflo": 0.1, "lozi": None,
    "cubic_map": None, "tinkerbell": None, "folded_towel": None, "holmes_cubic": None,
    "arneodo": 0.1,
}  # fmt: skip
"""Sampling steps: about forty samples in a mean period, None for maps."""


def noisy(values: Any, noise: float, seed: int) -> Any:
    """Add normal noise in units of each variable's deviation."""
    rng = np.random.default_rng([seed, 7])
    deviation = values.values.std(axis=1, keepdims=True)
    return values + noise * deviation * rng.standard_normal(values.shape)


def series_of(system: str, dt: float | None, samples: int, seed: int) -> Any:
    """Simulate a system from the catalogue."""
    return dsr.simulate(system, steps=samples, seed=seed, **({} if dt is None else {"dt": dt}))


def one(name: str, dt: float | None, samples: int, full: bool, noise: float, seed: int) -> dict:
    """Estimate for one series; the first exponents of the spectrum where it is the full state."""
    true = reference_values(name)["exponents"]
    series = series_of(name, dt, samples, seed)
    series = series if full else series.isel(variable=[0])
    series = noisy(series, noise, seed)
    start = time.process_time()
    found = largest_lyapunov_from_data(series, seed=seed)
    row = {
        "samples": samples, "full": full, "noise": noise, "seed": seed,
        **{key: round(float(found[key]) / true[0], 4) for key in ("exponent", "low", "high")},
        "converged": bool(found["converged"]), "reason": found.attrs["reason"],
        "noise_found": round(found.attrs["noise"], 5),
        "seconds": round(time.process_time() - start, 2),
    }  # fmt: skip
    spectrum = lyapunov_spectrum_from_data(series)
    size = min(len(true), spectrum.sizes["index"])
    row["spectrum"] = [
        [round(float(spectrum[key][i]) / true[0], 4) for key in ("exponent", "low", "high")]
        + [round(true[i] / true[0], 4), bool(spectrum["converged"][i])]
        for i in range(size)
    ]
    return row


def quiet(kind: str, samples: int, seed: int) -> Any:
    """Series that have no positive exponent to be found."""
    rng = np.random.default_rng([seed, samples])
    t = np.arange(samples)
    if kind == "white noise":
        return rng.normal(size=samples)
    if kind == "oscillating noise":
        x = np.zeros(samples + 500)
        for k in range(2, x.size):
            x[k] = 1.9 * x[k - 1] - 0.95 * x[k - 2] + rng.normal()
        return x[500:]
    if kind == "torus":
        phase = rng.uniform(0, 2 * np.pi, 2)
        return np.sin(0.17 * t + phase[0]) + np.sin(0.17 * np.sqrt(2) * t + phase[1])
    if kind == "cycle":
        return series_of("van_der_pol", 0.15, samples, seed)
    if kind == "noisy cycle":
        return noisy(series_of("van_der_pol", 0.15, samples, seed), 0.05, seed)
    system = kind.removeprefix("surrogate of ")
    series = series_of(system, TUNED[system], samples, seed).isel(variable=[0])
    return iaaft(series, seed=seed)


QUIET = ("white noise", "oscillating noise", "torus", "cycle", "noisy cycle",
         "surrogate of lorenz63", "surrogate of henon", "surrogate of sprott_b")  # fmt: skip


def calm(kind: str, samples: int, seed: int) -> dict:
    """Whether anything of such a series is said to have converged."""
    series = quiet(kind, samples, seed)
    found = largest_lyapunov_from_data(series, seed=seed)
    spectrum = lyapunov_spectrum_from_data(series)
    positive = bool(spectrum["converged"][0]) and float(spectrum["low"][0]) > 0
    return {
        "samples": samples, "seed": seed, "converged": bool(found["converged"]),
        "spectrum_positive": positive,
    }  # fmt: skip


def table(runs: list[dict]) -> dict:
    """Coverage given converged and otherwise, shares, errors."""
    good = [r for r in runs if r["converged"]]
    rows = [row for r in runs for row in r.get("spectrum", [])]
    held = [row for row in rows if row[4]]
    return {
        "runs": len(runs),
        "converged": len(good),
        "covered_given_converged": sum(r["low"] <= 1 <= r["high"] for r in good),
        "covered": sum(r["low"] <= 1 <= r["high"] for r in runs),
        "median_error": _median([r["exponent"] - 1 for r in good]),
        "median_half_width": _median([(r["high"] - r["low"]) / 2 for r in good]),
        "spectrum_exponents": len(rows),
        "spectrum_converged": len(held),
        "spectrum_covered_given_converged": sum(r[1] <= r[3] <= r[2] for r in held),
    }


def _median(values: list[float]) -> float | None:
    return round(float(np.median(values)), 4) if values else None


def summary(runs: dict[str, list[dict]]) -> dict:
    """Tables over the groups of systems, and over lengths, noise and observations."""
    chaos = {name: rows for name, rows in runs.items() if name in TUNED or name in HELD}
    groups = {
        "systems used to choose the rule": [r for n in chaos if n in TUNED for r in chaos[n]],
        "systems held back": [r for n in chaos if n in HELD for r in chaos[n]],
    }
    rows = [r for name in chaos for r in chaos[name]]
    groups["all"] = rows
    for samples in LENGTHS:
        groups[f"{samples:,} samples"] = [r for r in rows if r["samples"] == samples]
    for full, words in ((False, "first variable"), (True, "full state")):
        groups[words] = [r for r in rows if r["full"] == full]
    for noise in NOISE:
        groups[f"noise {noise:.0%}"] = [r for r in rows if r["noise"] == noise]
    for name in chaos:
        groups[name] = chaos[name]
    told = {name: table(rows) for name, rows in groups.items() if rows}
    calmer = [r for name in runs if name in QUIET for r in runs[name]]
    told["without chaos"] = {
        "runs": len(calmer),
        "converged": sum(r["converged"] for r in calmer),
        "spectrum_converged": sum(r["spectrum_positive"] for r in calmer),
    }
    return told


def main() -> None:
    """Do what is not done yet, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=np.inf, help="stop after so long")
    arguments = parser.parse_args()
    end = time.monotonic() + arguments.seconds
    document = stored(FILE)
    document["what"] = "largest exponent and spectrum from data, in units of the true first one"
    document["machine"] = machine("scipy")
    document["tuned"], document["held"] = list(TUNED), list(HELD)
    runs = document["runs"]
    plan = [
        (group, *case, seed)
        for seed in range(arguments.seeds) for part in (ORDER[:4], ORDER[4:])
        for group in (HELD, TUNED) for case in part
    ]  # fmt: skip
    for kind in QUIET:
        done = runs.setdefault(kind, [])
        for place, (samples, seed) in enumerate((n, s) for s in range(2) for n in LENGTHS[:2]):
            if place >= len(done) and time.monotonic() < end:
                done.append(calm(kind, samples, seed))
                document["summary"] = summary(runs)
                store(FILE, document)
    for group, samples, full, noise, seed in plan:
        for name, dt in group.items():
            done = runs.setdefault(name, [])
            asked = {"samples": samples, "full": full, "noise": noise, "seed": seed}
            if time.monotonic() < end and not any(asked.items() <= r.items() for r in done):
                done.append(one(name, dt, samples, full, noise, seed))
                document["summary"] = summary(runs)
                store(FILE, document)
    for name, row in document["summary"].items():
        print(name, row, flush=True)


if __name__ == "__main__":
    main()

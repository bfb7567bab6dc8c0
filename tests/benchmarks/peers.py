"""The metrics against what a user would use today, one core, both sides in turn in one run.

``make bench-peers`` installs the peers into a throw-away environment, times each task on both
sides alternately, and writes ``docs/results/metrics_speed.json``, which the documentation shows.
Each side does the task once before it is timed, so that nobody's compilation counts; a peer that
needs over half a minute is timed once.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import tempfile
import time
import venv
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np

import dsr
from dsr.metrics import (
    correlation_dimension,
    delay_embedding,
    largest_lyapunov_from_data,
    lyapunov_spectrum,
)
from dsr.metrics.geometry.state_space import ALPHA, BinnedReference

RESULTS = Path(__file__).resolve().parents[2] / "docs" / "results" / "metrics_speed.json"
PEERS = ["pynamicalsys==1.7.0", "dysts==0.96", "nolds==0.6.2", "setuptools<81"]
"""nolds 0.6.2 is the last that imports on Python 3.11; it needs pkg_resources."""

EXPONENTS = (0.9056, 0.0, -14.5723)
"""Lyapunov exponents of Lorenz-63 (Sprott 2003)."""

START = [1.0, 1.0, 20.0]


class Worker:
    """A process in the peers' environment that does tasks on demand."""

    def __init__(self, python: Path) -> None:
        script = Path(__file__).with_name("peer_worker.py")
        self._process = subprocess.Popen(
            [str(python), str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, name: str, **arguments: Any) -> tuple[float, list[Any]]:
        """Seconds and values of one task."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"name": name, **arguments}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(f"the peer failed at {name}")
        found = json.loads(answer)
        return float(found["seconds"]), found["value"]


def environment(folder: Path) -> Path:
    """Make the throw-away environment and return its Python."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", *PEERS]
        subprocess.run(install, check=True)
    return python


def timed(work: Callable[[], list[float]]) -> tuple[float, list[float]]:
    """Seconds and values of one call."""
    begin = time.perf_counter()
    value = work()
    return time.perf_counter() - begin, value


def compare(
    task: str,
    ours: Callable[[], list[float]],
    peer: str,
    theirs: Callable[[], tuple[float, list[float]]],
    rounds: int,
    known: str,
) -> dict[str, Any]:
    """Both sides in turn; medians, quartiles, and what each of them found."""
    ours()
    if rounds > 1:
        theirs()
    own, other = [], []
    for _ in range(rounds):
        own.append(timed(ours))
        other.append(theirs())
    sides = {"dsr": own, "peer": other}
    seconds = {
        side: [round(float(q), 4) for q in np.quantile([s for s, _ in runs], [0.25, 0.5, 0.75])]
        for side, runs in sides.items()
    }
    return {
        "task": task,
        "peer": peer,
        "rounds": rounds,
        "seconds": seconds,
        "ratio_of_medians": round(seconds["peer"][1] / seconds["dsr"][1], 1),
        "found": {side: [round(v, 3) for v in runs[-1][1]] for side, runs in sides.items()},
        "known": known,
    }


def spectrum(duration: float) -> list[float]:
    """Whole spectrum of Lorenz-63 by dsr."""
    return [float(v) for v in lyapunov_spectrum("lorenz63", duration=duration)["exponent"]]


def dense_divergence(x: np.ndarray, y: np.ndarray, bins: int) -> float:
    """The definition on whole arrays of cells, as released codes compute it."""
    margin = 0.1 * x.std(axis=0, ddof=1)
    low, high = x.min(axis=0) - margin, x.max(axis=0) + margin
    edges = [np.linspace(a, b, bins + 1) for a, b in zip(low, high, strict=True)]
    p = np.histogramdd(x, bins=edges)[0].ravel() + ALPHA
    q = np.histogramdd(y, bins=edges)[0].ravel() + ALPHA
    p, q = p / p.sum(), q / q.sum()
    return float((p * np.log(p / q)).sum())


def cases(worker: Worker, folder: Path, rounds: int) -> list[Callable[[], dict[str, Any]]]:
    """Every comparison, as a function that makes it."""
    fine = dsr.simulate("lorenz63", steps=20_000, dt=0.02, seed=0).sel(variable=["x"])
    path = str(folder / "x.npy")
    np.save(path, fine.values[0, :, 0])
    short = fine.isel(time=slice(0, 10_000))
    short_path = str(folder / "short.npy")
    np.save(short_path, short.values[0, :, 0])
    points = delay_embedding(fine, dimension=3, delay=6)
    x, y = np.random.default_rng(0).normal(size=(2, 100_000, 5))
    known = ", ".join(f"{value:g}" for value in EXPONENTS)
    return [
        lambda: compare(
            "Lyapunov spectrum of Lorenz-63, 1000 time units",
            lambda: spectrum(1000.0), "pynamicalsys",
            lambda: worker("pynamicalsys_spectrum", duration=1000, start=START), rounds, known,
        ),
        lambda: compare(
            "Lyapunov spectrum of Lorenz-63, 50 time units",
            lambda: spectrum(50.0), "dysts",
            lambda: worker("dysts_spectrum", duration=50.0, points_per_period=100), 1, known,
        ),
        lambda: compare(
            "correlation dimension, 20,000 delay vectors in 3 dimensions",
            lambda: [float(correlation_dimension(points)["dimension"])], "nolds",
            lambda: worker("nolds_dimension", path=path, dimension=3, delay=6), min(rounds, 3),
            "2.05",
        ),
        lambda: compare(
            "largest exponent from 10,000 samples",
            lambda: [float(largest_lyapunov_from_data(
                short, dimension=5, delay=6, theiler=40)["exponent"])], "nolds",
            lambda: worker("nolds_exponent", path=short_path, dimension=5, delay=6, dt=0.02,
                           theiler=40, lags=200), min(rounds, 3),
            "0.906",
        ),
        lambda: compare(
            "D_stsp of 100,000 points in 5 dimensions, 30 bins",
            lambda: [BinnedReference(x, 30, "icml2023").divergence(y)], "dense histogram",
            lambda: timed(lambda: [dense_divergence(x, y, 30)]), min(rounds, 3), "",
        ),
    ]  # fmt: skip


def main() -> None:
    """Compare all, print the table, write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environment", type=Path, help="keep the peers' environment here")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = arguments.environment or Path(scratch) / "peers"
        worker = Worker(environment(home))
        table = []
        for case in cases(worker, Path(scratch), arguments.rounds):
            table.append(case())
            row = table[-1]
            print(f"{row['task']}: {row['ratio_of_medians']:g} times faster than {row['peer']}")
            print(f"  seconds {row['seconds']}, found {row['found']}, known {row['known']}")
        peers = worker("versions")[1]
    document = {
        "what": "metrics against peers, both sides in turn, one thread",
        "machine": {
            "processor": platform.machine(),
            "threads": 1,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "numba": version("numba"),
        },
        "peers": peers,
        "table": table,
    }
    arguments.results.parent.mkdir(exist_ok=True)
    arguments.results.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""The other side of `peers.py`: runs in an environment of its own, which holds no dsr.

Reads one JSON task a line, does it, and answers with seconds and values.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np

PARAMETERS = [10.0, 28.0, 8.0 / 3.0]


def pynamicalsys_spectrum(duration: float, start: list[float]) -> list[float]:
    """Whole spectrum of Lorenz-63, QR after every step."""
    from pynamicalsys import ContinuousDynamicalSystem

    system = ContinuousDynamicalSystem(model="lorenz system")
    return list(map(float, system.lyapunov(start, duration, parameters=PARAMETERS)))


def dysts_spectrum(duration: float, points_per_period: int) -> list[float]:
    """Whole spectrum of its Lorenz system."""
    from dysts.analysis import find_lyapunov_exponents
    from dysts.flows import Lorenz

    model = Lorenz()
    points = round(duration / model.period * points_per_period)
    found = find_lyapunov_exponents(model, points, pts_per_period=points_per_period)
    return list(map(float, found))


def nolds_dimension(path: str, dimension: int, delay: int) -> list[float]:
    """Correlation dimension of one variable, with the least-squares fit."""
    from nolds import corr_dim

    return [float(corr_dim(np.load(path), dimension, lag=delay, fit="poly"))]


def nolds_exponent(
    path: str, dimension: int, delay: int, dt: float, theiler: int, lags: int
) -> list[float]:
    """Largest exponent by Rosenstein's method, with the least-squares fit."""
    from nolds import lyap_r

    found = lyap_r(
        np.load(path), emb_dim=dimension, lag=delay, min_tsep=theiler, tau=dt,
        trajectory_len=lags, fit="poly",
    )  # fmt: skip
    return [float(found)]


def versions() -> list[str]:
    """Names and versions of the packages in this environment."""
    return [f"{name} {version(name)}" for name in ("pynamicalsys", "dysts", "nolds", "numpy")]


TASKS: dict[str, Callable[..., list[Any]]] = {
    task.__name__: task
    for task in (pynamicalsys_spectrum, dysts_spectrum, nolds_dimension, nolds_exponent, versions)
}


def main() -> None:
    """Answer until the input ends."""
    warnings.simplefilter("ignore")
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        task = json.loads(line)
        begin = time.perf_counter()
        value = TASKS[task.pop("name")](**task)
        seconds = time.perf_counter() - begin
        print(json.dumps({"seconds": seconds, "value": value}), file=answers, flush=True)


if __name__ == "__main__":
    main()

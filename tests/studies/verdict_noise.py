"""More processes of the study of the verdict: with noise, with delay, with many variables."""

from __future__ import annotations

import numpy as np
from numba import njit
from scipy.signal import lfilter
from verdict_systems import add, registered

from dsr.data import System

LINEAR = ("IAAFT",)


@njit(cache=True)
def _delayed(history: np.ndarray, steps: int, h: float, production: float) -> np.ndarray:
    """Integrate x' = production x(t - tau) / (1 + x(t - tau)^10) - 0.1 x by Runge and Kutta.

    `history` holds tau in steps of h; between them the delayed value is the mean of neighbours.
    """
    lag = len(history) - 1
    x = np.empty(lag + 1 + steps)
    x[: lag + 1] = history
    for k in range(lag, lag + steps):
        start, end = x[k - lag], x[k - lag + 1]
        middle = 0.5 * (start + end)
        k1 = production * start / (1.0 + start**10) - 0.1 * x[k]
        gain = production * middle / (1.0 + middle**10)
        k2 = gain - 0.1 * (x[k] + 0.5 * h * k1)
        k3 = gain - 0.1 * (x[k] + 0.5 * h * k2)
        k4 = production * end / (1.0 + end**10) - 0.1 * (x[k] + h * k3)
        x[k + 1] = x[k] + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return x[lag + 1 :]


def _mackey_glass(seed: int, samples: int, factor: float, clock: float) -> np.ndarray:
    """tau = 17 in 170 steps; one sample each 1.5 time units, 15 steps (a change of clock: h)."""
    rng = np.random.default_rng(seed)
    h = 0.1 * clock
    history = np.full(round(17.0 / h) + 1, 0.9) + 0.2 * rng.uniform(-1.0, 1.0)
    lead = round(rng.uniform(2000.0, 2500.0) / h)
    return _delayed(history, lead + 15 * samples, h, 0.2 * factor)[lead::15, None]


def _autoregression(coefficients: list[complex], seed: int, samples: int) -> np.ndarray:
    """Filter white noise, complex if a coefficient is, until its beginning is forgotten."""
    rng, lead = np.random.default_rng(seed), 2_000
    noise = rng.standard_normal((2, samples + lead))
    driven = noise[0] + 1j * noise[1] if np.iscomplexobj(np.array(coefficients)) else noise[0]
    return lfilter([1.0], coefficients, driven)[lead:]


def _ornstein_uhlenbeck(seed: int, samples: int, factor: float, clock: float) -> np.ndarray:
    """Relaxation time 10 samples, unit variance whatever the rate: only the memory changes."""
    memory = np.exp(-0.1 * factor * clock)
    return np.sqrt(1.0 - memory**2) * _autoregression([1.0, -memory], seed, samples)[:, None]


def _whirl(seed: int, samples: int, factor: float, clock: float) -> np.ndarray:
    """Ornstein-Uhlenbeck in two variables that turns: period 30, relaxation time 30 samples."""
    memory = np.exp((-1.0 / 30.0 + 2j * np.pi * factor / 30.0) * clock)
    z = np.sqrt(1.0 - abs(memory) ** 2) * _autoregression([1.0, -memory], seed, samples)
    return np.column_stack([z.real, z.imag])


def _oscillator(seed: int, samples: int, factor: float, clock: float) -> np.ndarray:
    """AR(2): period 20 samples, damped within 20; the factor is on the frequency."""
    decay, turn = np.exp(-clock / 20.0), 2.0 * np.pi / 20.0 * factor * clock
    return _autoregression([1.0, -2.0 * decay * np.cos(turn), decay**2], seed, samples)[:, None]


def _double_well(t, x, p):  # type: ignore[no-untyped-def]
    return np.array([p[0] * (x[0] - x[0] ** 3)])


def _two_lorenz(t, x, p):  # type: ignore[no-untyped-def]
    a, b = x[:3], x[3:]
    return np.array([
        10.0 * (a[1] - a[0]) + p[1] * (b[0] - a[0]), a[0] * (p[0] - a[2]) - a[1],
        a[0] * a[1] - 8.0 / 3.0 * a[2],
        10.0 * (b[1] - b[0]) + p[1] * (a[0] - b[0]), b[0] * (p[0] - 2.0 - b[2]) - b[1],
        b[0] * b[1] - 8.0 / 3.0 * b[2],
    ])  # fmt: skip


WELL = System("double_well", _double_well, parameters={"slope": 1.0}, initial=[1.0], dt=0.2,
              transient=200.0)  # fmt: skip
PAIR = System("two_lorenz", _two_lorenz, parameters={"rho": 28.0, "coupling": 0.5},
              initial=[1.0, 1.0, 20.0, -1.0, 2.0, 25.0], dt=0.03, transient=50.0)  # fmt: skip

add("mackey_glass", "delay", _mackey_glass, parameter="production", chaotic=True)
add("ou_1", "stochastic", _ornstein_uhlenbeck, parameter="rate", reversible="yes",
     sound=(*LINEAR, "VAR(1)", "Gaussian variables"))  # fmt: skip
add("ou_2", "stochastic", _whirl, parameter="frequency", reversible="one variable",
     sound=(*LINEAR, "VAR(1)"))  # fmt: skip
add("ar_2", "stochastic", _oscillator, parameter="frequency", reversible="yes", sound=LINEAR)
add("double_well", "stochastic", registered(WELL, 0.2, "slope", noise=(0.7,)),
     parameter="slope", reversible="yes")  # fmt: skip
add("noisy_cycle", "stochastic", registered("van_der_pol", 0.2, "mu", noise=(0.2, 0.2)),
     parameter="mu")  # fmt: skip
add("lorenz_driven_by_noise", "stochastic",
     registered("lorenz63", 0.03, "rho", noise=(2.0, 2.0, 2.0)), parameter="rho")  # fmt: skip
add("lorenz_seen_with_noise", "stochastic",
     registered("lorenz63", 0.03, "rho", observed=(0.8, 0.9, 0.85)), parameter="rho")  # fmt: skip
add("two_lorenz", "many variables", registered(PAIR, 0.03, "rho"), parameter="rho",
     chaotic=True)  # fmt: skip
for _size in (10, 20):
    add(f"lorenz96_{_size}", "many variables",
         registered("lorenz96", 0.05, "F", shape=8.0 + 0.5 * np.cos(np.arange(_size))),
         parameter="F", chaotic=True)  # fmt: skip
# Sixty trajectories of 250 samples, each from a start of its own; eight of them at "2,000".
add("short_lorenz", "chaotic flow", registered("lorenz63", 0.03, "rho"), parameter="rho",
     chaotic=True, pieces=250, lengths=(2_000, 15_000))  # fmt: skip

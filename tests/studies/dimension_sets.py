"""Sets whose dimensions are known: exactly, or within a band of literature and theory.

A generalised dimension of a self-similar measure with weights p and ratios r solves
``sum p^q r^((1 - q) D_q) = 1`` (Hentschel and Procaccia 1983). The correlation dimension of a
chaotic flow in three variables lies between 2 and its Kaplan-Yorke dimension.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

import dsr
from dsr.catalogue import reference_values
from dsr.metrics import delay_embedding, iaaft

Floats = NDArray[np.float64]
Rng = np.random.Generator
Truth = Callable[[float], tuple[float, float]]
LEVELS = 48


@dataclass(frozen=True)
class KnownSet:
    """How to draw points, the band of D_q, its source, and whether the rules were tuned on it."""

    make: Callable[[Rng, int], Floats]
    truth: Truth
    source: str
    tuned: bool


def _exact(value: float) -> Truth:
    return lambda q: (value, value)


def _band(low: float, high: float) -> Truth:
    return lambda q: (low, high) if q == 2 else (np.nan, np.nan)


def _uniform(dimensions: int) -> Callable[[Rng, int], Floats]:
    return lambda rng, n: rng.random((n, dimensions))


def _gaussian(dimensions: int) -> Callable[[Rng, int], Floats]:
    return lambda rng, n: rng.normal(size=(n, dimensions))


def _circle(rng: Rng, n: int) -> Floats:
    angle = rng.uniform(0.0, 2.0 * np.pi, n)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _sphere(rng: Rng, n: int) -> Floats:
    x = rng.normal(size=(n, 3))
    return np.asarray(x / np.linalg.norm(x, axis=1, keepdims=True))


def _similar(shifts: Floats, ratios: Floats, weights: Floats) -> Callable[[Rng, int], Floats]:
    """Points of the self-similar measure of maps ``x -> ratio x + shift`` taken with weights."""

    def make(rng: Rng, n: int) -> Floats:
        x = np.zeros((n, shifts.shape[1]))
        for _ in range(LEVELS):
            pick = rng.choice(len(weights), size=n, p=weights)
            x = ratios[pick, None] * x + shifts[pick]
        return x

    return make


def _moment(weights: Floats, ratios: Floats, offset: float = 0.0) -> Truth:
    def truth(q: float) -> tuple[float, float]:
        if q == 1:
            value = float((weights * np.log(weights)).sum() / (weights * np.log(ratios)).sum())
        else:
            value = brentq(lambda d: (weights**q * ratios ** ((1 - q) * d)).sum() - 1, 0.0, 6.0)
        return (offset + value, offset + value)

    return truth


def _fractal(
    shifts: list[list[float]], ratio: float | list[float], weights: list[float] | None, tuned: bool
) -> KnownSet:
    at = np.array(shifts, dtype=np.float64)
    ratios = np.broadcast_to(np.asarray(ratio, dtype=np.float64), len(at)).copy()
    p = np.full(len(at), 1 / len(at)) if weights is None else np.array(weights)
    return KnownSet(_similar(at, ratios, p), _moment(p, ratios), "exact, self-similar", tuned)


def _carpet() -> list[list[float]]:
    return [[i / 3, j / 3] for i in range(3) for j in range(3) if (i, j) != (1, 1)]


def _sponge() -> list[list[float]]:
    cells = [(i, j, k) for i in range(3) for j in range(3) for k in range(3)]
    return [[v / 3 for v in c] for c in cells if sum(v == 1 for v in c) < 2]


def _cantor_interval(rng: Rng, n: int) -> Floats:
    digits = 2.0 * rng.integers(0, 2, (n, LEVELS))
    return np.stack([digits @ 3.0 ** -np.arange(1, LEVELS + 1), rng.random(n)], axis=1)


BAKER = (np.array([0.4, 0.6]), np.array([0.25, 0.4]))
BAKER_2 = (np.array([0.3, 0.7]), np.array([0.3, 0.35]))


def _baker_orbit(rng: Rng, n: int, weights: Floats, ratios: Floats) -> Floats:
    """Orbit of the generalised baker map, its uniform coordinate drawn digit by digit."""
    total = n + LEVELS
    pick = (rng.random(total) >= weights[0]).astype(np.int64)
    x, y = np.zeros(total), np.zeros(total)
    for t in range(1, total):
        x[t] = ratios[pick[t - 1]] * x[t - 1] + (0.6 if pick[t - 1] else 0.0)
    y[-1] = rng.random()
    for t in range(total - 2, -1, -1):
        y[t] = weights[pick[t]] * y[t + 1] + (weights[0] if pick[t] else 0.0)
    return np.stack([x, y], axis=1)[LEVELS:]


def _baker(weights: Floats, ratios: Floats) -> Callable[[Rng, int], Floats]:
    return lambda rng, n: _baker_orbit(rng, n, weights, ratios)


def _doubling(rng: Rng, n: int) -> Floats:
    """Orbit of ``2 x mod 1`` with random digits, since floats run out of them."""
    digits = rng.integers(0, 2, n + LEVELS).astype(np.float64)
    return np.convolve(digits, 0.5 ** np.arange(LEVELS, 0, -1), mode="valid")[:n]


def _kaplan_yorke_map(ratio: float) -> Callable[[Rng, int], Floats]:
    def make(rng: Rng, n: int) -> Floats:
        angle = _doubling(rng, n + LEVELS)
        y = np.zeros(n + LEVELS)
        for t in range(1, n + LEVELS):
            y[t] = ratio * y[t - 1] + np.cos(4 * np.pi * angle[t - 1])
        return np.stack([angle, y], axis=1)[LEVELS:]

    return make


def _solenoid(ratio: float) -> Callable[[Rng, int], Floats]:
    def make(rng: Rng, n: int) -> Floats:
        angle = 2 * np.pi * _doubling(rng, n + LEVELS)
        z = np.zeros(n + LEVELS, dtype=complex)
        for t in range(1, n + LEVELS):
            z[t] = ratio * z[t - 1] + 0.5 * np.exp(1j * angle[t - 1])
        x = [(1 + z.real) * np.cos(angle), (1 + z.real) * np.sin(angle), z.imag]
        return np.stack(x, axis=1)[LEVELS:]

    return make


def _helix(rng: Rng, n: int) -> Floats:
    t = rng.uniform(0.0, 3.0, n)
    return np.stack([np.cos(4 * t), np.sin(4 * t), t], axis=1)


def _rolled_sheet(rng: Rng, n: int) -> Floats:
    t = rng.uniform(4.0, 12.0, n)
    return np.stack([t * np.cos(t), t * np.sin(t), rng.uniform(0.0, 20.0, n)], axis=1)


def _torus(rng: Rng, n: int) -> Floats:
    t = 0.3 * np.arange(n) + rng.uniform(0, 100)
    a, b = t, np.sqrt(2.0) * t + rng.uniform(0, 6)
    r = 2.0 + np.cos(b)
    return np.stack([r * np.cos(a), r * np.sin(a), np.sin(b)], axis=1)


def _three_torus(rng: Rng, n: int) -> Floats:
    phases = np.outer(np.arange(n), [1.1, 1.1 * np.sqrt(2.0), 1.1 * np.sqrt(5.0)])
    phases += rng.uniform(0, 6, 3)
    return np.concatenate([np.cos(phases), np.sin(phases)], axis=1)


def _system(name: str, dt: float | None, **options: float) -> Callable[[Rng, int], Floats]:
    def make(rng: Rng, n: int) -> Floats:
        step = {} if dt is None else {"dt": dt}
        seed = int(rng.integers(2**31))
        run = dsr.simulate(name, steps=n, seed=seed, **step, **options)
        return np.asarray(run.values[0])

    return make


def _logistic(rate: float) -> Callable[[Rng, int], Floats]:
    def make(rng: Rng, n: int) -> Floats:
        x = np.empty(n)
        v = rng.uniform(0.2, 0.8)
        for _ in range(20_000):
            v = rate * v * (1 - v)
        for t in range(n):
            v = rate * v * (1 - v)
            x[t] = v
        return x[:, None]

    return make


def _ikeda(rng: Rng, n: int) -> Floats:
    z, out = complex(rng.uniform(0, 0.1), 0.0), np.empty((n, 2))
    for t in range(-500, n):
        z = 1.0 + 0.9 * z * np.exp(1j * (0.4 - 6.0 / (1.0 + abs(z) ** 2)))
        if t >= 0:
            out[t] = z.real, z.imag
    return out


def _noisy(name: str, dt: float) -> Callable[[Rng, int], Floats]:
    def make(rng: Rng, n: int) -> Floats:
        x = _system(name, dt)(rng, n)
        return np.asarray(x + 0.2 * x.std(axis=0) * rng.normal(size=x.shape))

    return make


def _linear_lorenz(rng: Rng, n: int) -> Floats:
    seed = int(rng.integers(2**31))
    return np.asarray(iaaft(_system("lorenz63", 0.1)(rng, n), seed=seed).values[0])


def _coloured_noise(rng: Rng, n: int) -> Floats:
    """Four delays of a noise-driven oscillator: dimension 4."""
    shocks, x = rng.normal(size=n + 500), np.zeros(n + 500)
    for t in range(2, n + 500):
        x[t] = 1.8 * x[t - 1] - 0.9 * x[t - 2] + shocks[t]
    return np.asarray(delay_embedding(x[500:], dimension=4, delay=4).values[0])


def _delays(name: str, dt: float, delay: int) -> Callable[[Rng, int], Floats]:
    def make(rng: Rng, n: int) -> Floats:
        x = _system(name, dt)(rng, n + 3 * delay)[:, 0]
        return np.asarray(delay_embedding(x, dimension=4, delay=delay).values[0])

    return make


def _flow(name: str, dt: float, tuned: bool, low: float = 2.0) -> KnownSet:
    dimension = float(reference_values(name)["kaplan_yorke_dimension"])
    source = "between 2 and the Kaplan-Yorke dimension"
    return KnownSet(_system(name, dt), _band(low, dimension + 0.005), source, tuned)


INTERVAL = [[0.0], [0.5]]
HENON = "Grassberger and Procaccia 1983, 1.21 +- 0.01; reference 1.22; D1 1.258"
SETS: dict[str, KnownSet] = {
    "circle": KnownSet(_circle, _exact(1.0), "exact", True),
    "square": KnownSet(_uniform(2), _exact(2.0), "exact", True),
    "cube": KnownSet(_uniform(3), _exact(3.0), "exact", True),
    "Gaussian, 2 variables": KnownSet(_gaussian(2), _exact(2.0), "exact", True),
    "Gaussian, 3 variables": KnownSet(_gaussian(3), _exact(3.0), "exact", True),
    "sphere": KnownSet(_sphere, _exact(2.0), "exact", True),
    "Cantor set": _fractal([[0.0], [2 / 3]], 1 / 3, None, True),
    "Sierpinski triangle": _fractal([[0, 0], [0.5, 0], [0.25, 0.433]], 0.5, None, True),
    "Sierpinski carpet": _fractal(_carpet(), 1 / 3, None, True),
    "Menger sponge": _fractal(_sponge(), 1 / 3, None, True),
    "Vicsek cross": _fractal(
        [[1 / 3, 1 / 3], [0, 1 / 3], [2 / 3, 1 / 3], [1 / 3, 0], [1 / 3, 2 / 3]],
        1 / 3, None, True,
    ),
    "Cantor dust": _fractal(
        [[0, 0], [2 / 3, 0], [0, 2 / 3], [2 / 3, 2 / 3]], 1 / 3, None, True
    ),
    "Cantor set x interval": KnownSet(
        _cantor_interval, _exact(1 + np.log(2) / np.log(3)), "exact", True
    ),
    "binomial measure .3": _fractal(INTERVAL, 0.5, [0.3, 0.7], True),
    "uneven Cantor measure": _fractal([[0.0], [2 / 3]], 1 / 3, [0.35, 0.65], True),
    "four unequal maps": _fractal(
        [[0, 0], [0.55, 0.1], [0.1, 0.6], [0.7, 0.7]], [0.45, 0.4, 0.35, 0.3],
        [0.35, 0.3, 0.2, 0.15], True,
    ),
    "uneven triangle": _fractal(
        [[0, 0], [0.5, 0], [0.25, 0.433]], 0.5, [0.45, 0.3, 0.25], True
    ),
    "baker map": KnownSet(_baker(*BAKER), _moment(*BAKER, offset=1.0), "exact, self-similar", True),
    "Kaplan-Yorke map": KnownSet(
        _kaplan_yorke_map(0.2), _exact(1 + np.log(2) / np.log(5)),
        "exact, Kaplan and Yorke 1979", True,
    ),
    "solenoid": KnownSet(_solenoid(0.3), _exact(1 - np.log(2) / np.log(0.3)), "exact", True),
    "torus": KnownSet(_torus, _exact(2.0), "exact", True),
    "torus of three angles": KnownSet(_three_torus, _exact(3.0), "exact", True),
    "van der Pol": KnownSet(_system("van_der_pol", 0.1), _exact(1.0), "exact", True),
    "Henon map": KnownSet(_system("henon", None), _band(1.20, 1.26), HENON, True),
    "logistic map, r_inf": KnownSet(
        _logistic(3.5699456718695445), _band(0.495, 0.505),
        "Grassberger and Procaccia 1983, 0.500 +- 0.005", True,
    ),
    "Ikeda map": KnownSet(
        _ikeda, _band(1.66, 1.72), "Kaplan-Yorke dimension 1.71; Sprott 2003, 1.690 +- 0.074", True
    ),
    "Lorenz-63": KnownSet(
        _system("lorenz63", 0.1), _band(2.04, 2.063),
        "Grassberger and Procaccia 1983, 2.05 +- 0.01; D1 2.062", True,
    ),
    "Lorenz-63, 4 delays of x": KnownSet(
        _delays("lorenz63", 0.05, 2), _band(2.04, 2.063), "as Lorenz-63", True
    ),
    "Roessler": _flow("roessler", 0.4, True, 1.97),
    "Halvorsen": KnownSet(
        _system("halvorsen", 0.1), _band(2.04, 2.10), "a million samples, 2.04 to 2.10", True
    ),
    "Sprott B": _flow("sprott_b", 0.4, True),
    "Thomas": _flow("thomas", 0.5, True),
    "Rucklidge": _flow("rucklidge", 0.2, True),
    "Lorenz-63 with 20 % noise": KnownSet(
        _noisy("lorenz63", 0.1), _exact(3.0), "exact, noise", True
    ),
    "surrogate of Lorenz-63": KnownSet(_linear_lorenz, _exact(3.0), "exact, noise", True),
    "oscillator driven by noise": KnownSet(_coloured_noise, _exact(4.0), "exact, noise", True),
    "Lorenz-96, 10 variables": KnownSet(
        _system("lorenz96", 0.1), _band(6.3, 6.6), "Kaplan-Yorke dimension 6.5", True
    ),
    # From here on sets and systems that no rule was made or changed by.
    "helix": KnownSet(_helix, _exact(1.0), "exact", False),
    "rolled sheet": KnownSet(_rolled_sheet, _exact(2.0), "exact", False),
    "six maps of a hexagon": _fractal(
        [[np.cos(k * np.pi / 3), np.sin(k * np.pi / 3)] for k in range(6)], 1 / 3, None, False
    ),
    "five maps of a pentagon": _fractal(
        [[np.cos(k * np.pi / 2.5), np.sin(k * np.pi / 2.5)] for k in range(5)], 0.38, None, False
    ),
    "uneven carpet": _fractal(
        _carpet(), 1 / 3, [0.2, 0.15, 0.15, 0.1, 0.1, 0.1, 0.1, 0.1], False
    ),
    "three unequal maps": _fractal(
        [[0, 0], [0.6, 0], [0.2, 0.55]], [0.55, 0.4, 0.45], [0.45, 0.25, 0.3], False
    ),
    "uneven tetrahedron": _fractal(
        [[0, 0, 0], [0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]], 0.5, [0.4, 0.25, 0.2, 0.15], False
    ),
    "binomial measure .4": _fractal(INTERVAL, 0.5, [0.4, 0.6], False),
    "baker map 2": KnownSet(
        _baker(*BAKER_2), _moment(*BAKER_2, offset=1.0), "exact, self-similar", False
    ),
    "solenoid .2": KnownSet(_solenoid(0.2), _exact(1 - np.log(2) / np.log(0.2)), "exact", False),
    "Kaplan-Yorke map .35": KnownSet(
        _kaplan_yorke_map(0.35), _exact(1 - np.log(2) / np.log(0.35)), "exact", False
    ),
    "Arneodo": _flow("arneodo", 0.3, False),
    "Lu": _flow("lu", 0.05, False),
    "Burke-Shaw": _flow("burke_shaw", 0.1, False),
    "Shimizu-Morioka": _flow("shimizu_morioka", 0.4, False),
    "Rikitake": _flow("rikitake", 0.3, False),
    "Genesio-Tesi": _flow("genesio_tesi", 0.4, False),
    "Moore-Spiegel": _flow("moore_spiegel", 0.1, False),
    "Dadras": _flow("dadras", 0.1, False),
    "Aizawa": _flow("aizawa", 0.2, False),
    "Halvorsen with 20 % noise": KnownSet(
        _noisy("halvorsen", 0.1), _exact(3.0), "exact, noise", False
    ),
}  # fmt: skip

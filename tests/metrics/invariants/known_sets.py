"""Sets of points whose correlation dimension is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import dsr

Floats = NDArray[np.float64]

POINTS = 20_000
DIGITS = 30


def circle(rng: np.random.Generator, points: int = POINTS) -> Floats:
    """Random angles on the unit circle."""
    angle = rng.uniform(0.0, 2.0 * np.pi, points)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def square(rng: np.random.Generator, points: int = POINTS) -> Floats:
    """Uniform points of the unit square."""
    return rng.random((points, 2))


def cantor(rng: np.random.Generator, points: int = POINTS) -> Floats:
    """Middle-third Cantor set: digits 0 and 2 in base 3."""
    digits = 2.0 * rng.integers(0, 2, (points, DIGITS))
    return (digits @ 3.0 ** -np.arange(1, DIGITS + 1))[:, None]


def sierpinski(rng: np.random.Generator, points: int = POINTS) -> Floats:
    """Sierpinski triangle: random corners, each at half the distance of the one before."""
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])
    picks = corners[rng.integers(0, 3, (points, DIGITS))]
    return np.einsum("nkd,k->nd", picks, 2.0 ** -np.arange(1, DIGITS + 1))


def henon(rng: np.random.Generator, points: int = POINTS) -> Floats:
    """Henon map, a = 1.4, b = 0.3."""
    return dsr.simulate("henon", steps=points, seed=int(rng.integers(2**31))).values[0]


def lorenz(rng: np.random.Generator, points: int = POINTS) -> Floats:
    """Lorenz-63, sampled every 0.1 time units."""
    seed = int(rng.integers(2**31))
    return dsr.simulate("lorenz63", steps=points, dt=0.1, seed=seed).values[0]

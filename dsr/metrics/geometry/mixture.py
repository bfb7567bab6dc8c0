"""State-space divergence between Gaussian mixtures with one component per sample.

For many variables, where cells are empty (Koppe et al. 2019; Hershey and Olsen 2007).
"""

from __future__ import annotations

import numpy as np

from dsr.metrics.doors import LARGEST, Floats

_MOST_COMPONENTS = 10_000
_SAMPLES = 1_000
_BLOCK = 250


class MixtureReference:
    """Samples of the reference mixture, drawn once and compared with many series.

    Parameters
    ----------
    x : array, (T, N)
        Reference, finite; at most 10,000 evenly strided rows are used.
    variance : float
        Of the kernels, in units of the reference's variances.
    samples : int
        Monte Carlo samples.
    seed : int
    """

    def __init__(
        self, x: Floats, variance: float = 1.0, samples: int = _SAMPLES, seed: int = 0
    ) -> None:
        self._mean = x.mean(axis=0)
        self._std = x.std(axis=0, ddof=1)
        self._variance = variance
        self._x = strided(self._scale(x))
        rng = np.random.default_rng(seed)
        rows = rng.integers(0, len(self._x), samples)
        noise = rng.standard_normal((samples, x.shape[1]))
        self._z = self._x[rows] + np.sqrt(variance) * noise
        self._log_p = self.log_density(self._x)

    def _scale(self, y: Floats) -> Floats:
        return np.asarray((np.asarray(y, dtype=np.float64) - self._mean) / self._std)

    def log_density(self, centres: Floats) -> Floats:
        """Log density of the mixture on ``centres`` at the samples, up to a common constant."""
        return log_mean_kernel(self._z, centres, self._variance)

    def kernels(self, y: Floats) -> tuple[Floats, Floats]:
        """Kernels ``(samples, T')`` of a series at the samples, and the log they were scaled by."""
        centres = strided(self._scale(finite_rows(y)))
        exponent = -_squared_distances(self._z, centres) / (2.0 * self._variance)
        scale = exponent.max(axis=1)
        return np.exp(exponent - scale[:, None]), scale

    def divergence(self, y: Floats) -> float:
        """Monte Carlo divergence of the reference from a series; inf if no row is finite."""
        return self.divergence_and_error(y)[0]

    def divergence_and_error(self, y: Floats) -> tuple[float, float]:
        """Divergence and its standard error."""
        rows = finite_rows(y)
        if len(rows) == 0:
            return float("inf"), 0.0
        terms = self._log_p - self.log_density(strided(self._scale(rows)))
        error = float(terms.std(ddof=1) / np.sqrt(len(terms)))
        # Rows that left the finite numbers take their mass with them.
        return float(terms.mean() - np.log(len(rows) / len(y))), error

    def variational(self, y: Floats) -> float:
        """Deterministic approximation; exactly 0 for equal series."""
        rows = finite_rows(y)
        if len(rows) == 0:
            return float("inf")
        own = log_mean_kernel(self._x, self._x, self._variance)
        other = log_mean_kernel(self._x, strided(self._scale(rows)), self._variance)
        return float((own - other).mean())

    def resampled(self, y: Floats, weights: Floats) -> Floats:
        """Divergence for each row of resampling weights ``(R, T')`` over the strided rows of y."""
        kernels, scale = self.kernels(y)
        density = kernels @ weights.T / weights.sum(axis=1)
        with np.errstate(divide="ignore"):
            terms = self._log_p[:, None] - (np.log(density) + scale[:, None])
        return np.asarray(terms.mean(axis=0))


def published_divergence(
    x: Floats, y: Floats, variance: float, rng: np.random.Generator, samples: int = _SAMPLES
) -> float:
    """The published form: first 10,000 rows, samples whose likelihood underflows are dropped."""
    count = min(len(x), _MOST_COMPONENTS)
    x, y = x[:count], y[:count]
    z = x[rng.integers(0, count, samples)]
    z = z + np.sqrt(variance) * rng.standard_normal(z.shape)
    p = np.exp(log_mean_kernel(z, x, variance))
    q = np.exp(log_mean_kernel(z, y, variance))
    kept = (p > 0.0) & (q > 0.0)
    return float(np.mean(np.log(p[kept] / q[kept]))) if kept.any() else float("nan")


def log_mean_kernel(points: Floats, centres: Floats, variance: float) -> Floats:
    """``log mean_j exp(-|z - c_j|^2 / 2 variance)`` at every point, by log-sum-exp in blocks."""
    out = np.empty(len(points))
    for begin in range(0, len(points), _BLOCK):
        block = points[begin : begin + _BLOCK]
        exponent = -_squared_distances(block, centres) / (2.0 * variance)
        top = exponent.max(axis=1)
        out[begin : begin + _BLOCK] = top + np.log(np.exp(exponent - top[:, None]).mean(axis=1))
    return out


def strided(values: Floats) -> Floats:
    """At most 10,000 evenly spaced rows."""
    if len(values) <= _MOST_COMPONENTS:
        return values
    return np.asarray(values[np.linspace(0, len(values) - 1, _MOST_COMPONENTS).astype(int)])


def _squared_distances(a: Floats, b: Floats) -> Floats:
    square: Floats = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2.0 * (a @ b.T)
    return np.asarray(np.maximum(square, 0.0))


def finite_rows(y: Floats) -> Floats:
    """Rows that are finite and can be squared; the others weigh nothing in any kernel."""
    y = np.asarray(y, dtype=np.float64)
    return np.asarray(y[(np.abs(y) < LARGEST).all(axis=1)])

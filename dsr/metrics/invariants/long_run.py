"""How uncertain the mean of a correlated series is: its long-run variance, from batches.

The growth along an orbit, cut into many short cells, is correlated. On Lorenz's attractor what one
cell gains the next gives back, so that a mean over few long blocks looks worse than it is; on an
orbit that sticks to islands the cells agree for a long time, so that it looks better than it is.
"""

from __future__ import annotations

import math

import numpy as np

from dsr.metrics.doors import Floats

_LEAST = 10
"""Fewest batches that a variance is taken from."""
_END = 5
"""Levels of batch length through which the falling variance is followed to its plateau."""
_PLATEAU = 0.3
"""Least share of the flat estimate that this may leave."""
_ALIKE, _SURE = 1.5, 2.0
_STUDENT = {3: 3.18, 6: 2.45, 10: 2.23, 15: 2.13, 20: 2.09, 30: 2.04, 60: 2.0, 120: 1.98}
"""Two-sided 95 % quantiles of Student's t."""


def mean_half_widths(cells: Floats) -> tuple[Floats, np.ndarray]:
    r"""95 % half-widths of the means of the columns of ``cells`` (n, K), and where memory is long.

    For overlapping batches of m = 1, 2, 4, ... cells, :math:`V(m) = m \operatorname{var}(\bar y_m)`
    tends to the long-run variance, whose n-th part is the variance of the mean. The plateau is the
    shortest batch length from which on no longer one differs beyond its noise (Lepski's rule).
    Where V still falls, as :math:`a + b / m` does for growth that is given back, a is taken; where
    it rises as a power of m, which is long memory, it is followed to the length of the series.

    Returns
    -------
    half_widths : (K,) array
    long_memory : (K,) array of bool
        V rises with m beyond its noise.

    References
    ----------
    Meketon & Schmeiser, Proc. Winter Simulation Conf., 227 (1984): overlapping batches.
    """
    rows = [_half_width(column) for column in np.asarray(cells, dtype=np.float64).T]
    return np.array([half for half, _ in rows]), np.array([long for _, long in rows], dtype=bool)


def batch_variances(y: Floats) -> tuple[Floats, Floats, Floats]:
    """Batch lengths m, their numbers of batches n / m, and m times the variance of batch means."""
    n = len(y)
    sums = np.concatenate([[0.0], np.cumsum(y - y.mean())])
    lengths = 2 ** np.arange(max(1, int(math.log2(max(n / _LEAST, 1.0))) + 1))
    values = []
    for m in lengths:
        means = (sums[m:] - sums[:-m]) / m
        values.append(m * float((means**2).mean()) * n / (n - m))
    return lengths.astype(np.float64), n / lengths, np.array(values)


def _half_width(y: Floats) -> tuple[float, bool]:
    if not np.isfinite(y).all():
        return math.nan, False
    n = len(y)
    m, count, V = batch_variances(y)
    if not V.min() > 0.0:
        return _student(count[-1]) * math.sqrt(float(V.max()) / n), False
    noise = np.sqrt(4.0 / 3.0 / count)
    log = np.log(V)
    alike = np.abs(log[:, None] - log) <= _ALIKE * (noise[:, None] + noise)
    first = next(k for k in range(len(V)) if alike[k, k:].all())
    weight = count[first:]
    variance = max(V[first], float((weight * V[first:]).sum() / weight.sum()))
    freedom = 1.5 * count[first]
    if first > 0 and V[0] > variance:
        end = slice(max(0, len(V) - _END), None)
        scale = 1.0 / (noise * V)[end]
        design = np.stack([scale, scale / m[end]], axis=1)
        plateau, given_back = np.linalg.lstsq(design, V[end] * scale, rcond=None)[0]
        if given_back > 0.0:
            variance = min(variance, max(float(plateau), _PLATEAU * variance))
        freedom = _LEAST
    extended = _rising(np.log(m), log, noise, math.log(n / 4))
    return (
        _student(freedom) * math.sqrt(max(variance, extended or 0.0) / n), extended is not None
    )  # fmt: skip


def _rising(m: Floats, log: Floats, noise: Floats, to: float) -> float | None:
    """V at the length of the series, if it rises from its least value on; else None."""
    k = int(np.argmin(log))
    if k == len(log) - 1:
        return None
    x, y, weight = m[k:], log[k:], 1.0 / noise[k:] ** 2
    middle, height = (weight * x).sum() / weight.sum(), (weight * y).sum() / weight.sum()
    spread = float((weight * (x - middle) ** 2).sum())
    slope = float((weight * (x - middle) * y).sum()) / spread
    if slope <= max(0.1, _SURE / math.sqrt(spread)):
        return None
    return math.exp(height + slope * (to - middle))


def _student(freedom: float) -> float:
    """Quantile for the next smaller number of degrees of freedom in the table."""
    return _STUDENT[max((k for k in _STUDENT if k <= freedom), default=3)]

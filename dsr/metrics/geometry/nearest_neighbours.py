"""Divergence of two sets of points from the distances to their nearest neighbours.

For many variables, where cells are empty and kernels one deviation wide see next to nothing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from dsr.checks import whole
from dsr.errors import InputError
from dsr.metrics.doors import Floats, bounded, median_result, paired
from dsr.metrics.geometry.distances import spread
from dsr.metrics.spectra.timescales import theiler_window

__all__ = [
    "nearest_neighbour_divergence",
    "nearest_neighbour_sets",
    "nearest_neighbour_terms",
]

_NEIGHBOURS = 10
_CENTRES = 1_000
_POINTS = 20_000
_BLOCK = 128


def nearest_neighbour_divergence(
    reference: Any, generated: Any, *, neighbours: int = _NEIGHBOURS, seed: int = 0
) -> xr.DataArray:
    r"""Kullback-Leibler divergence of the reference from a series, by nearest neighbours, in nats.

    .. math:: D = \frac1n \sum_i \Big(\psi(l_i) - \psi(k_i) + \ln\frac{m}{n_i}\Big)

    where l and k count the points of the reference and of the generated series around point i of
    the reference, within the larger of the two distances to the k-th neighbour, and m and n_i are
    how many there are. No cells and no kernel width: for many variables.

    Parameters
    ----------
    reference, generated : series
        Same variables, taken in standard deviations of the reference. At most 20,000 evenly spaced
        points of each serve as neighbours, the longer series cut to the shorter.
    neighbours : int
    seed : int
        The 1,000 points of the reference at which densities are compared (all, where there are
        fewer) are evenly spaced from a random first one.

    Returns
    -------
    xarray.DataArray (scalar)
        Median over trajectories; 0 is equal, inf for a series that is not finite. Estimates below
        zero, which are chance, are given as 0. ``attrs``: neighbours, theiler (samples around a
        point of the reference that are no neighbours of it), estimate (before it is cut at 0).

    Raises
    ------
    InputError
        If the reference is unclean or too short, or variables or trajectories do not fit.

    References
    ----------
    Perez-Cruz, ISIT 2008, 1666; Wang, Kulkarni & Verdu, IEEE Trans. Inf. Theory 55, 2392 (2009),
    eq. (25), which this is with the bias of unequal radii removed.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.normal(size=(2, 3000, 2))
    >>> found = nearest_neighbour_divergence(x, y + 1.0)  # one deviation in both: 1 nat
    >>> 0.8 < float(found) < 1.2
    True
    """
    count = whole("neighbours", neighbours)
    pairs = paired(reference, generated)
    estimates, theiler = [], 0
    for x, y in zip(pairs.reference, pairs.generated, strict=True):
        length = min(len(x), len(y))
        if length < 3 * count + 3:
            raise InputError(
                f"{length} samples are too few for {count} neighbours; pass at least "
                f"{3 * count + 3}, or fewer neighbours"
            )
        if not bounded(y):
            estimates.append(np.inf)
            continue
        found = _terms(x[:length], y[:length], count, seed)
        estimates.append(float(found.terms.mean()))
        theiler = max(theiler, found.theiler)
    attrs: dict[str, Any] = {
        "long_name": "nearest-neighbour divergence", "units": "nats", "neighbours": count,
        "theiler": theiler, "centres": min(_CENTRES, length), "points": min(_POINTS, length),
        "estimate": float(np.median(estimates)), "seed": seed,
    }  # fmt: skip
    if not np.isfinite(estimates).all():
        attrs["reason"] = "the generated series is not finite, or its squares would overflow"
    values = [max(value, 0.0) for value in estimates]
    return median_result(values, "nearest_neighbour_divergence", attrs)


def nearest_neighbour_sets(x: Floats, y: Floats) -> float:
    """Nearest-neighbour divergence of two series ``(T, N)``; inf where the second is not finite."""
    if not bounded(y):
        return float("inf")
    count = max(1, min(_NEIGHBOURS, len(x) // 4, len(y)))
    return max(float(_terms(x, y, count, 0).terms.mean()), 0.0)


def nearest_neighbour_terms(x: Floats, y: Floats) -> Floats:
    """Terms at each centre, whose mean `nearest_neighbour_sets` is where positive; or inf."""
    if not bounded(y):
        return np.full(min(len(x), _CENTRES), np.inf)
    return _terms(x, y, max(1, min(_NEIGHBOURS, len(x) // 4, len(y))), 0).terms


class _Found(NamedTuple):
    """Terms of the mean, one for each centre; neighbours in time left out, in samples."""

    terms: Floats
    theiler: int


def _terms(x: Floats, y: Floats, neighbours: int, seed: int) -> _Found:
    """Terms of the divergence of a set of points from another; their mean is the divergence."""
    from scipy.special import digamma

    from dsr.kernels.nearest_sets import count_within, kth_smallest

    step = max(1.0, (len(x) - 1) / (_POINTS - 1))
    window = theiler_window(x)[0]
    mean, std = x.mean(axis=0), x.std(axis=0, ddof=1)
    x, y = spread((x - mean) / std, _POINTS), spread((y - mean) / std, _POINTS)
    theiler = min(int(np.ceil(window / step)), (len(x) - neighbours - 1) // 3)
    stride = max(1, len(x) // _CENTRES)
    places = np.arange(np.random.default_rng(seed).integers(stride), len(x), stride)[:_CENTRES]
    own, other = (x**2).sum(axis=1), (y**2).sum(axis=1)
    outside = np.full(_BLOCK, -1, dtype=np.int64)
    terms = np.empty(len(places))
    for begin in range(0, len(places), _BLOCK):
        at = places[begin : begin + _BLOCK]
        within = np.maximum(own[at][:, None] + own - 2.0 * (x[at] @ x.T), 0.0)
        between = np.maximum(own[at][:, None] + other - 2.0 * (x[at] @ y.T), 0.0)
        radii = np.maximum(
            kth_smallest(within, neighbours, at, theiler),
            kth_smallest(between, neighbours, outside, 0),
        )
        here = count_within(within, radii, at, theiler)
        there = count_within(between, radii, outside, 0)
        # A share of all neighbours that there could have been.
        near = np.minimum(at + theiler + 1, len(x)) - np.maximum(at - theiler, 0)
        shares = np.log(len(y) / (len(x) - near))
        terms[begin : begin + _BLOCK] = digamma(here) - digamma(there) + shares
    return _Found(terms, round(theiler * step))

"""Distances between the sets of points that two series visit, without cells or kernels."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.metrics.inputs import bounded, median_result, paired

Floats = NDArray[np.float64]

_MOST_POINTS = 2_000
_MOST_SORTED = 20_000
_CHUNK = 2_000_000
_REASON = "the generated series is not finite, or its squares would overflow"


def sliced_wasserstein(
    reference: Any, generated: Any, *, directions: int = 1000, quantiles: int = 1000, seed: int = 0
) -> xr.DataArray:
    """Sliced Wasserstein-1 distance: mean 1-D distance over random directions.

    Parameters
    ----------
    reference, generated : series
        Original units, at most 20,000 evenly spaced points of each; a non-finite generated series
        gives inf.
    directions, quantiles : int
        Random unit vectors, and equispaced quantiles for each 1-D distance (Goering et al. 2024).
    seed : int

    Examples
    --------
    >>> import dsr
    >>> x = dsr.simulate("henon", steps=500)
    >>> float(sliced_wasserstein(x, x))
    0.0
    """
    values = []
    pairs = paired(reference, generated)
    rng = np.random.default_rng(seed)
    for x, y in zip(pairs.reference, pairs.generated, strict=True):
        vectors = rng.standard_normal((directions, x.shape[1]))
        vectors /= np.linalg.norm(vectors, axis=1)[:, None]
        if not bounded(y):
            values.append(np.inf)
            continue
        x, y = _spread(x, _MOST_SORTED), _spread(y, _MOST_SORTED)
        total = 0.0
        for some in np.array_split(vectors, max(1, directions * max(len(x), len(y)) // _CHUNK)):
            total += float(np.abs(_quantiles(x, some, quantiles) - _quantiles(y, some, quantiles))
                           .mean(axis=1).sum())  # fmt: skip
        values.append(total / directions)
    attrs = {"directions": directions, "seed": seed, "units": "units of the series"}
    if not np.isfinite(values).all():
        attrs["reason"] = _REASON
    return median_result(values, pairs, "sliced_wasserstein", attrs)


def energy_distance(reference: Any, generated: Any) -> xr.DataArray:
    """Energy distance ``2 E|X-Y| - E|X-X'| - E|Y-Y'|`` of standardised points (Szekely 2013).

    At most 2,000 evenly spaced points of each series are used, in units of the reference's standard
    deviations; a non-finite generated series gives inf.
    """
    from scipy.spatial.distance import cdist, pdist

    pairs = paired(reference, generated)
    values = []
    for x, y in zip(pairs.reference, pairs.generated, strict=True):
        if not bounded(y):
            values.append(np.inf)
            continue
        mean, std = x.mean(axis=0), x.std(axis=0, ddof=1)
        a, b = (_spread((s - mean) / std) for s in (x, y))
        within = [2.0 * pdist(s).sum() / len(s) ** 2 for s in (a, b)]
        values.append(max(2.0 * float(cdist(a, b).mean()) - sum(within), 0.0))
    attrs = {"units": "standard deviations of the reference"}
    if not np.isfinite(values).all():
        attrs["reason"] = _REASON
    return median_result(values, pairs, "energy_distance", attrs)


def hausdorff_distance(reference: Any, generated: Any, *, quantile: float = 1.0) -> xr.DataArray:
    """Hausdorff distance of the two point sets, by k-d trees.

    Parameters
    ----------
    reference, generated : series
        Original units; a non-finite generated series gives inf.
    quantile : float
        1 is the Hausdorff distance, ruled by one stray point; 0.95 is its robust form.
    """
    pairs = paired(reference, generated)
    values = [
        hausdorff(x, y, quantile) if bounded(y) else np.inf
        for x, y in zip(pairs.reference, pairs.generated, strict=True)
    ]
    attrs = {"quantile": quantile, "units": "units of the series"}
    if not np.isfinite(values).all():
        attrs["reason"] = _REASON
    return median_result(values, pairs, "hausdorff_distance", attrs)


def hausdorff(x: Floats, y: Floats, quantile: float = 1.0) -> float:
    """Hausdorff distance (or a quantile form of it) of two point sets ``(T, N)``."""
    from scipy.spatial import cKDTree

    there, _ = cKDTree(y).query(x)
    back, _ = cKDTree(x).query(y)
    return float(max(np.quantile(there, quantile), np.quantile(back, quantile)))


def _quantiles(values: Floats, vectors: Floats, count: int) -> Floats:
    """Equispaced quantiles ``(directions, count)`` of projections; sorting beats selecting them."""
    ordered = np.sort(vectors @ values.T, axis=1)
    place = np.linspace(0.0, len(values) - 1.0, count)
    below = np.minimum(place.astype(int), max(len(values) - 2, 0))
    above = np.minimum(below + 1, len(values) - 1)
    share = place - below
    return np.asarray((1.0 - share) * ordered[:, below] + share * ordered[:, above])


def _spread(values: Floats, most: int = _MOST_POINTS) -> Floats:
    count = min(len(values), most)
    return np.asarray(values[np.linspace(0, len(values) - 1, count).astype(int)])

"""Distances between the sets of points that two series visit, without cells or kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr

from dsr.checks import whole
from dsr.metrics.doors import Floats, bounded, generated_arrays, median_result, paired

_DIRECTIONS = 200
_MOST_POINTS = 2_000
_MOST_SORTED = 20_000
_CHUNK = 2_000_000
_LARGEST_TREE = 5


def sliced_wasserstein(
    reference: Any,
    generated: Any,
    *,
    directions: int = _DIRECTIONS,
    quantiles: int = 1000,
    seed: int = 0,
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

    Returns
    -------
    xarray.DataArray (scalar)
        Median over trajectories.

    Raises
    ------
    InputError
        If the reference is unclean, or numbers of variables or trajectories do not fit.

    Examples
    --------
    >>> import dsr
    >>> x = dsr.simulate("henon", steps=500)
    >>> float(sliced_wasserstein(x, x))
    0.0
    """
    count = whole("directions", directions)

    def between(x: Floats, y: Floats) -> float:
        return sliced(x, y, unit_vectors(x.shape[1], count, seed), quantiles)

    return _median(
        "sliced_wasserstein", between, reference, generated, units="units of the series",
        directions=directions, seed=seed,
    )  # fmt: skip


def unit_vectors(dimension: int, count: int = _DIRECTIONS, seed: int = 0) -> Floats:
    """Random directions ``(count, dimension)``; all lie on one line in a single dimension."""
    vectors = np.random.default_rng(seed).standard_normal((count, dimension))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1)[:, None])


def sliced_sets(x: Floats, y: Floats) -> float:
    """Sliced Wasserstein-1 distance of two sets of points ``(T, N)``."""
    return sliced(x, y, unit_vectors(x.shape[1]))


def sliced(x: Floats, y: Floats, vectors: Floats, quantiles: int = 1000) -> float:
    """Sliced Wasserstein-1 distance of two sets of points over unit vectors ``(K, N)``."""
    x, y = spread(x, _MOST_SORTED), spread(y, _MOST_SORTED)
    total = 0.0
    for some in np.array_split(vectors, max(1, len(vectors) * max(len(x), len(y)) // _CHUNK)):
        gaps = np.abs(_quantiles(x, some, quantiles) - _quantiles(y, some, quantiles))
        total += float(gaps.mean(axis=1).sum())
    return total / len(vectors)


def energy_distance(reference: Any, generated: Any) -> xr.DataArray:
    """Energy distance ``2 E|X-Y| - E|X-X'| - E|Y-Y'|`` of standardised points (Szekely 2013).

    At most 2,000 evenly spaced points of each series are used, in units of the reference's standard
    deviations; a non-finite generated series gives inf.

    Parameters
    ----------
    reference, generated : series

    Returns
    -------
    xarray.DataArray (scalar)
        Median over trajectories.

    Raises
    ------
    InputError
        If the reference is unclean, or numbers of variables or trajectories do not fit.

    Examples
    --------
    >>> import dsr
    >>> x = dsr.simulate("henon", steps=500)
    >>> float(energy_distance(x, x))
    0.0
    """
    return _median(
        "energy_distance", energy_sets, reference, generated,
        units="standard deviations of the reference",
    )  # fmt: skip


def maximum_mean_discrepancy(reference: Any, generated: Any) -> xr.DataArray:
    r"""Maximum mean discrepancy of standardised points, Gaussian kernel (Gretton et al. 2012).

    .. math:: \mathrm{MMD}^2 = E\,k(X, X') + E\,k(Y, Y') - 2 E\,k(X, Y), \quad
              k(x, y) = \exp(-|x - y|^2 / 2 s^2)

    The root is returned, between 0 and the root of 2. The scale s is the median distance between
    points of the reference (the median heuristic). At most 2,000 evenly spaced points of each
    series are used; a non-finite generated series gives inf.

    Parameters
    ----------
    reference, generated : series

    Returns
    -------
    xarray.DataArray (scalar)
        Median over trajectories.

    Raises
    ------
    InputError
        If the reference is unclean, or numbers of variables or trajectories do not fit.

    Examples
    --------
    >>> import dsr
    >>> x = dsr.simulate("henon", steps=500)
    >>> float(maximum_mean_discrepancy(x, x))
    0.0
    """
    return _median(
        "maximum_mean_discrepancy", discrepancy_sets, reference, generated, units="1",
        kernel="Gaussian, scale by the median distance in the reference",
    )  # fmt: skip


def energy_sets(x: Floats, y: Floats) -> float:
    """Energy distance of thinned points in standard deviations of the first set."""
    from scipy.spatial.distance import cdist, pdist

    a, b = _standardised(x, y)
    within = sum(2.0 * float(pdist(s).sum()) / len(s) ** 2 for s in (a, b))
    return max(2.0 * float(cdist(a, b).mean()) - within, 0.0)


def discrepancy_sets(x: Floats, y: Floats) -> float:
    """Maximum mean discrepancy of such points, the scale of the kernel taken from the first set."""
    from scipy.spatial.distance import cdist, pdist

    a, b = _standardised(x, y)
    scale = -0.5 / max(float(np.median(pdist(a))), 1e-300) ** 2

    def similarity(first: Floats, second: Floats) -> float:
        return float(np.exp(scale * cdist(first, second, "sqeuclidean")).mean())

    return float(np.sqrt(max(similarity(a, a) + similarity(b, b) - 2.0 * similarity(a, b), 0.0)))


def _standardised(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    mean, std = x.mean(axis=0), x.std(axis=0, ddof=1)
    return spread((x - mean) / std), spread((y - mean) / std)


def _median(
    name: str, distance: Callable[[Floats, Floats], float], reference: Any, generated: Any,
    **attrs: Any,
) -> xr.DataArray:  # fmt: skip
    pairs = paired(reference, generated)
    values = [
        distance(x, y) if bounded(y) else np.inf
        for x, y in zip(pairs.reference, pairs.generated, strict=True)
    ]
    if not np.isfinite(values).all():
        attrs["reason"] = "the generated series is not finite, or its squares would overflow"
    return median_result(values, name, attrs)


def hausdorff_distance(reference: Any, generated: Any, *, quantile: float = 1.0) -> xr.DataArray:
    """Hausdorff distance of the two point sets.

    Parameters
    ----------
    reference, generated : series
        Original units; a non-finite generated series gives inf.
    quantile : float
        1 is the Hausdorff distance, ruled by one stray point; 0.95 is its robust form. In more than
        5 variables that takes 2,000 evenly spaced points of each series and their distances to all
        of the other (``attrs["points"]``).

    Returns
    -------
    xarray.DataArray (scalar)
        Median over trajectories.

    Raises
    ------
    InputError
        If the reference is unclean, or numbers of variables or trajectories do not fit.

    References
    ----------
    Rockafellar & Wets, Variational Analysis (Springer 1998), section 4.C.

    Examples
    --------
    >>> import dsr
    >>> x = dsr.simulate("henon", steps=500)
    >>> float(hausdorff_distance(x, x))
    0.0
    """
    found = _median(
        "hausdorff_distance", lambda x, y: hausdorff(x, y, quantile), reference, generated,
        units="units of the series", quantile=quantile,
    )  # fmt: skip
    wide = generated_arrays(generated)[0].shape[1] > _LARGEST_TREE
    found.attrs["points"] = _MOST_POINTS if wide and quantile < 1.0 else "all"
    return found


def hausdorff(x: Floats, y: Floats, quantile: float = 1.0) -> float:
    """Hausdorff distance (or a quantile form of it) of two point sets ``(T, N)``."""
    if x.shape[1] <= _LARGEST_TREE or min(len(x), len(y)) <= _MOST_POINTS:
        from scipy.spatial import cKDTree

        there, _ = cKDTree(y).query(x)
        back, _ = cKDTree(x).query(y)
    elif quantile == 1.0:
        # Trees do not cut in many dimensions. The largest distance alone needs few of the pairs: a
        # point that is near enough to one of the other set is done with (Taha and Hanbury 2015).
        from scipy.spatial.distance import directed_hausdorff

        return float(max(directed_hausdorff(x, y, seed=0)[0], directed_hausdorff(y, x, seed=0)[0]))
    else:
        there, back = (nearest_distances(spread(a), b) for a, b in ((x, y), (y, x)))
    return float(max(np.quantile(there, quantile), np.quantile(back, quantile)))


def nearest_distances(points: Floats, others: Floats) -> Floats:
    """Distance of each point to the nearest of others, by all pairs in blocks."""
    from scipy.spatial.distance import cdist

    rows = max(1, _CHUNK // len(others))
    return np.concatenate(
        [
            cdist(points[begin : begin + rows], others).min(axis=1)
            for begin in range(0, len(points), rows)
        ]
    )


def _quantiles(values: Floats, vectors: Floats, count: int) -> Floats:
    """Equispaced quantiles ``(directions, count)`` of projections; sorting beats selecting them."""
    ordered = np.sort(vectors @ values.T, axis=1)
    place = np.linspace(0.0, len(values) - 1.0, count)
    below = np.minimum(place.astype(int), max(len(values) - 2, 0))
    above = np.minimum(below + 1, len(values) - 1)
    share = place - below
    return np.asarray((1.0 - share) * ordered[:, below] + share * ordered[:, above])


def spread(values: Floats, most: int = _MOST_POINTS) -> Floats:
    """At most ``most`` evenly spaced rows."""
    count = min(len(values), most)
    return np.asarray(values[np.linspace(0, len(values) - 1, count).astype(int)])

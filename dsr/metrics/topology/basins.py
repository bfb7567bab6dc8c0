"""Basins of attraction: which limit set does each start reach, and does the model agree?"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.errors import InputError
from dsr.metrics.doors import Floats
from dsr.metrics.topology.topological_error import (
    dropped,
    extent,
    is_run,
    long_runs,
    wilson_interval,
)

__all__ = ["basin_agreement"]

MOST_POINTS = 500


def basin_agreement(
    reference: Any,
    generated: Any,
    *,
    initial: Any = None,
    steps: int = 4000,
    transient: int | None = None,
    threshold: float = 0.05,
) -> xr.Dataset:
    """Compare basins of attraction over a grid of starts.

    True limit sets are found by single linkage of the runs' ends on their symmetric mean
    nearest-neighbour distance; each generated run is given to the nearest of them, or to "other".

    Parameters
    ----------
    reference, generated : System, name, model, or series with one trajectory for each start
    initial : (K, N) array, optional
        Starts, where systems or models are to be run.
    steps : int
    transient : int, optional
        Samples dropped of each run. Default: three quarters where runs are made, half of a series.
    threshold : float
        Distance below which two limit sets are one, in units of the root of the reference's total
        variance over all starts.

    Returns
    -------
    Dataset
        ``agreement`` with ``low``, ``high`` (Wilson, 95 %); ``confusion`` over ("attractor",
        "reached"), whose last column is "other" (diverged runs too); ``volume`` over "attractor"
        (share of starts, true) and ``volume_generated`` over "reached"; ``label`` and
        ``label_generated`` over "start"; ``divergence`` over "attractor": state-space divergence of
        the runs that agree, NaN where none does.

    Raises
    ------
    InputError
        If runs do not match, or a reference run is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import basin_agreement
    >>> noise = 0.01 * np.random.default_rng(0).standard_normal((4, 100, 2))
    >>> truth = noise + np.array([-1.0, -1.0, 1.0, 1.0])[:, None, None]
    >>> model = noise + np.array([-1.0, 1.0, 1.0, 1.0])[:, None, None]
    >>> result = basin_agreement(truth, model)
    >>> float(result.agreement), result.confusion.values.tolist()
    (0.75, [[1, 1, 0], [0, 2, 0]])
    """
    starts = None if initial is None else np.atleast_2d(np.asarray(initial, dtype=np.float64))
    if starts is None and any(is_run(source) for source in (reference, generated)):
        raise InputError("initial is missing: pass a (K, N) array of starts for systems and models")
    begun = long_runs(reference, starts, steps, 0)
    truth = _ends(begun, transient, starts is not None)
    model = _ends(
        long_runs(generated, starts, steps, 0, may_diverge=True, beginnings=begun), transient,
        starts is not None,
    )  # fmt: skip
    if len(truth) != len(model) or truth[0].shape[1] != model[0].shape[1]:
        raise InputError(
            f"the reference has {len(truth)} runs of {truth[0].shape[1]} variables and the "
            f"generated {len(model)} of {model[0].shape[1]}; they must match one to one"
        )
    if not all(np.isfinite(t).all() for t in truth):
        raise InputError("a reference run is not finite; choose starts from which it stays bounded")
    reach = threshold * extent(truth, starts)
    labels = _clusters(truth, reach)
    count = int(labels.max()) + 1
    sets = [np.concatenate([t for t, k in zip(truth, labels, strict=True) if k == c]) for c in
            range(count)]  # fmt: skip
    found = np.array([_nearest_set(g, sets, reach) for g in model])
    confusion = np.zeros((count, count + 1), dtype=np.int64)
    np.add.at(confusion, (labels, found), 1)
    hits = int(np.sum(found == labels))
    low, high = wilson_interval(hits, len(labels))
    names = list(range(count))
    return xr.Dataset(
        {
            "agreement": hits / len(labels),
            "low": low,
            "high": high,
            "confusion": (("attractor", "reached"), confusion),
            "volume": ("attractor", confusion.sum(axis=1) / len(labels)),
            "volume_generated": ("reached", confusion.sum(axis=0) / len(labels)),
            "divergence": (
                "attractor",
                np.array([_divergence(truth, model, labels, found, c) for c in names]),
                {"reason": "NaN: no run agrees, or the limit set is a point"},
            ),
            "label": ("start", labels),
            "label_generated": ("start", found),
        },
        coords={"attractor": names, "reached": [*map(str, names), "other"]},
        attrs={"threshold": reach, "starts": len(labels)},
    )


def _ends(runs: list[Floats], transient: int | None, made: bool) -> list[Floats]:
    """Runs without a transient: three quarters of those that were made, else half."""
    if transient is not None:
        return dropped(runs, transient)
    share = 0.75 if made else 0.5
    return [run[int(share * len(run)) :] for run in runs]


def _thin(points: Floats) -> Floats:
    return points[:: max(1, len(points) // MOST_POINTS)]


def _mean_distance(a: Any, b: Any) -> float:
    """Symmetric mean nearest-neighbour distance of two k-d trees."""
    return float(max(a.query(b.data)[0].mean(), b.query(a.data)[0].mean()))


def _clusters(runs: list[Floats], reach: float) -> NDArray[np.int64]:
    """Single linkage: runs chained by distances below ``reach`` share a label."""
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    trees = [cKDTree(_thin(r)) for r in runs]
    joined = np.eye(len(runs), dtype=bool)
    labels = np.arange(len(runs))
    for i in range(len(runs)):
        for j in range(i):
            # Runs already chained need no distance: a grid of starts shares few limit sets.
            if labels[i] != labels[j] and _mean_distance(trees[i], trees[j]) <= reach:
                joined[i, j] = True
                labels[labels == labels[i]] = labels[j]
    _, found = connected_components(joined, directed=False)
    return np.asarray(found, dtype=np.int64)


def _nearest_set(run: Floats, sets: list[Floats], reach: float) -> int:
    """Index of the nearest true limit set (distance from the run to it); their number if none."""
    from scipy.spatial import cKDTree

    if not np.isfinite(run).all():
        return len(sets)
    distances = [float(cKDTree(s).query(_thin(run))[0].mean()) for s in sets]
    best = int(np.argmin(distances))
    return best if distances[best] <= reach else len(sets)


def _divergence(
    truth: list[Floats],
    model: list[Floats],
    labels: NDArray[np.int64],
    found: NDArray[np.int64],
    attractor: int,
) -> float:
    from dsr.metrics.geometry.state_space import state_space_divergence

    agree = np.flatnonzero((labels == attractor) & (found == attractor))
    if not agree.size:
        return np.nan
    x = np.concatenate([truth[k] for k in agree])
    y = np.concatenate([model[k] for k in agree])
    if np.any(x.std(axis=0) < 1e-9 * np.maximum(1.0, np.abs(x).max(axis=0))):
        return np.nan
    try:
        return float(state_space_divergence(x, y))
    except InputError:  # too few points for the cells of this dimension
        return np.nan

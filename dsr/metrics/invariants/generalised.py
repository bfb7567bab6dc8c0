"""Generalised (Renyi) dimensions D_q: box counts below q = 1, correlation sums from there on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.data import trajectories
from dsr.errors import InputError
from dsr.kernels.correlation_sum import pair_counts, sample_distances
from dsr.metrics.doors import Floats, reference_series
from dsr.metrics.invariants.scaling import find_region, window_slopes
from dsr.metrics.spectra.timescales import theiler_window

__all__ = ["generalised_dimensions"]

SPAN = 0.7 * np.log(10.0)
SIZES = 40
FEWEST_PER_BOX = 8
FEWEST_NEIGHBOURS = 5
LARGEST_SHARE = 0.1


def generalised_dimensions(
    series: Any,
    *,
    orders: Sequence[float] = (0, 1, 2),
    theiler: int | None = None,
    seed: int = 0,
) -> xr.Dataset:
    r"""Estimate generalised dimensions :math:`D_q`; D0 is the box, D1 the information dimension.

    For q >= 1 with p_i(r) the share of points within r of point i,
    :math:`C_q(r)^{q-1} = \langle p_i(r)^{q-1} \rangle_i` (q = 1: the mean of logarithms) and
    :math:`D_q = d \ln C_q / d \ln r`. Below, where the sparsest points rule, from boxes of side s
    with shares p: :math:`D_q = \frac{1}{q-1}\, d \ln \sum p^q / d \ln s`.

    Parameters
    ----------
    series : series
        Points, (time, variable), in the units given; of trajectories above 20,000 samples every
        second, third, ... one is used.
    orders : sequence of float
        Values of q, from 0 on.
    theiler : int, optional
        Pairs with ``|i - j| <= theiler`` are left out (q >= 1 only). Default as in
        `correlation_dimension`.
    seed : int

    Returns
    -------
    Dataset
        Over "order": ``dimension``, ``low``, ``high`` (spread over windows nearly as straight as
        the best), ``converged``. Several trajectories: medians. Theory asks that D_q never rises
        with q; an estimate that does shows the size of its error.

    Raises
    ------
    InputError
        If the series has fewer than 500 samples, holds NaN, or a variable does not vary.

    Notes
    -----
    Boxes count while at least 8 points fall into one on average (finer grids see single points);
    sums for q = 1 count from where all but 0.1 % of the points have 5 neighbours.

    References
    ----------
    Hentschel & Procaccia, Physica D 8, 435 (1983).

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import generalised_dimensions
    >>> angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 4000)
    >>> circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> generalised_dimensions(circle).dimension.round(1).values.tolist()
    [1.0, 1.0, 1.0]
    """
    if not len(orders) or min(orders) < 0:
        raise InputError("orders must be one or more numbers from 0 on, such as (0, 1, 2)")
    checked = reference_series(series, minimum=500, name="series")
    rng = np.random.default_rng(seed)
    estimates = []
    for part in trajectories(checked):
        window = theiler_window(part)[0] if theiler is None else int(theiler)
        stride = -(-part.shape[0] // 20_000)
        points, window = np.ascontiguousarray(part[::stride]), -(-window // stride)
        counts, radii = _neighbour_counts(points, window, rng)
        sides, shares = _box_shares(points)
        estimates.append(
            [
                _fit(*_boxes(shares, sides, q))
                if q < 1
                else _fit(*_sums(counts, radii, q, points.shape[0]))
                for q in orders
            ]
        )
    values = np.median(np.array([[e[:3] for e in row] for row in estimates]), axis=0)
    return xr.Dataset(
        {
            "dimension": ("order", values[:, 0]),
            "low": ("order", values[:, 1]),
            "high": ("order", values[:, 2]),
            "converged": ("order", np.array([[e[3] for e in row] for row in estimates]).all(0)),
        },
        coords={"order": np.asarray(orders, dtype=np.float64)},
        attrs={
            "method": "boxes for q < 1, correlation sums for q >= 1",
            "reason": "NaN or not converged: fewer than 0.7 decades of usable scales, or local "
            "slopes that vary by more than 10 %",
            "seed": seed,
        },
    )


def _neighbour_counts(
    points: Floats, window: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], Floats]:
    scale = float(np.sqrt(points.var(axis=0).sum()))
    radii = np.geomspace(1e-3, 1.0, 60) * scale
    farthest = np.quantile(sample_distances(points, window, 100_000, rng), LARGEST_SHARE)
    radii = radii[: max(4, int(np.searchsorted(radii, farthest)) + 1)]
    return pair_counts(points, radii, window), radii


def _sums(
    counts: NDArray[np.int64], radii: Floats, order: float, total: int
) -> tuple[Floats, Floats]:
    """Logarithms of radius and of C_q, where the counts carry it."""
    if order == 1:
        usable = (counts >= FEWEST_NEIGHBOURS).mean(axis=0) > 0.999
        curve = np.log(np.maximum(counts, 1) / total).mean(axis=0)
    else:
        usable = counts.sum(axis=0) >= 4000
        moment = ((counts / total) ** (order - 1)).mean(axis=0)
        curve = np.log(np.maximum(moment, 1e-300)) / (order - 1)
    return np.log(radii[usable]), curve[usable]


def _box_shares(points: Floats) -> tuple[Floats, list[Floats]]:
    """Shares of points in the boxes of grids of falling side, as long as boxes are full."""
    width = float(np.ptp(points, axis=0).max())
    origin = points.min(axis=0)
    sides, shares = [], []
    # Whole numbers of boxes along the widest side: none of them sticks out over the edge.
    for boxes in np.unique(np.geomspace(2.0, 1e5, 2 * SIZES).round()):
        side = width / boxes
        cells = np.minimum(np.floor((points - origin) / side), boxes - 1).astype(np.int64)
        _, count = np.unique(cells, axis=0, return_counts=True)
        if points.shape[0] < FEWEST_PER_BOX * count.size:
            break
        sides.append(side)
        shares.append(count / points.shape[0])
    return np.asarray(sides[::-1]), shares[::-1]


def _boxes(shares: list[Floats], sides: Floats, order: float) -> tuple[Floats, Floats]:
    sums = np.array([np.sum(share**order) for share in shares])
    return np.log(sides), np.log(sums) / (order - 1)


def _fit(x: Floats, y: Floats) -> tuple[float, float, float, bool]:
    region = find_region(x, y, span=SPAN) if x.size >= 4 else None
    if region is not None:
        low, high = float(region.rivals.min()), float(region.rivals.max())
        return region.slope, low, high, region.straight
    if x.size < 3:
        return np.nan, np.nan, np.nan, False
    slope = float(window_slopes(x, y, np.array([[0, x.size]]))[0])
    local = np.gradient(y, x)
    return slope, float(local.min()), float(local.max()), False

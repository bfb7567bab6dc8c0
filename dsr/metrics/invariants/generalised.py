"""Generalised (Renyi) dimensions D_q: box counts below q = 1, correlation sums from there on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.data import trajectories
from dsr.errors import InputError
from dsr.kernels.correlation_sum import pair_counts, sample_distances
from dsr.metrics.bootstrap import block_weights
from dsr.metrics.doors import Floats, reference_series
from dsr.metrics.invariants.ceilings import ceiling_reason, of_a_flow, smooth_flow
from dsr.metrics.invariants.scaling import (
    SCALES,
    find_region,
    fit_region,
    scaled,
    window_or_default,
    window_slopes,
)

__all__ = ["generalised_dimensions"]

SPAN = 0.7 * np.log(10.0)
SIZES = 40
FEWEST_PER_BOX = 8
FEWEST_NEIGHBOURS = 5
LARGEST_SHARE = 0.1
WIDEST = 0.25
RISE = 0.02


@dataclass
class _Order:
    """One D_q with its interval, and why it has not converged (nothing: it has)."""

    dimension: float = np.nan
    low: float = np.nan
    high: float = np.nan
    reasons: list[str] = field(default_factory=list)


def generalised_dimensions(
    series: Any,
    *,
    orders: Sequence[float] = (0, 1, 2),
    theiler: int | None = None,
    seed: int = 0,
    scale: str = "deviation",
    resamples: int = 100,
    confidence: float = 0.95,
) -> xr.Dataset:
    r"""Estimate generalised dimensions :math:`D_q`; D0 is the box, D1 the information dimension.

    For q >= 1 with p_i(r) the share of points within r of point i,
    :math:`C_q(r)^{q-1} = \langle p_i(r)^{q-1} \rangle_i` (q = 1: the mean of logarithms) and
    :math:`D_q = d \ln C_q / d \ln r`. Below, where the sparsest points rule, from boxes of side s
    with shares p: :math:`D_q = \frac{1}{q-1}\, d \ln \sum p^q / d \ln s`.

    Parameters
    ----------
    series : series
        Points, (time, variable); of trajectories above 20,000 samples every second, third, ... one
        is used.
    orders : sequence of float
        Values of q, from 0 on.
    theiler : int, optional
        Pairs with ``|i - j| <= theiler`` are left out (q >= 1 only). Default as in
        `correlation_dimension`.
    seed : int
    scale : {"deviation", "none"}
        Whether all variables get the same deviation first, as in `correlation_dimension`.
    resamples : int
        Moving-block bootstrap resamples of the points.
    confidence : float
        Level of the intervals.

    Returns
    -------
    Dataset
        Over "order": ``dimension``, ``low``, ``high``, ``converged``. Several trajectories:
        medians. ``attrs["reason"]`` says for each order why it has not converged.

    Raises
    ------
    InputError
        If the series has fewer than 500 samples, holds NaN, or a variable does not vary, or an
        option is none of those named.

    Notes
    -----
    Boxes count while at least 8 points fall into one on average (finer grids see single points);
    sums for q = 1 count from where all but 0.1 % of the points have 5 neighbours. The intervals are
    those of `correlation_dimension`; for q < 1 they also hold how far the estimate moves when every
    other point is left out, twofold upwards, since boxes with few points are missed. ``converged``
    asks for straight local slopes, an interval no wider than a quarter of the dimension, room below
    the number of variables and below what T points can hold, nothing that a smooth flow cannot
    have (as in `correlation_dimension`, up to q = 2), and a spectrum that falls: in theory D_q
    never rises with q, so where an estimate does by more than 2 %, or an interval lies wholly
    below that of a higher order, both orders have not converged.

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
    if scale not in SCALES:
        raise InputError(f"scale must be one of {', '.join(SCALES)}, not {scale!r}")
    rng = np.random.default_rng(seed)
    found = []
    for part in (scaled(p, scale) for p in trajectories(checked)):
        window = window_or_default(part, theiler)[0]
        stride = -(-part.shape[0] // 20_000)
        points, window = np.ascontiguousarray(part[::stride]), -(-window // stride)
        found.append(_estimates(points, orders, window, confidence, resamples, rng))
    values = np.median([[(e.dimension, e.low, e.high) for e in row] for row in found], axis=0)
    reasons = [
        f"q = {q:g}: " + "; ".join(dict.fromkeys(r for row in found for r in row[k].reasons))
        for k, q in enumerate(orders)
        if any(row[k].reasons for row in found)
    ]
    return xr.Dataset(
        {
            "dimension": ("order", values[:, 0]),
            "low": ("order", values[:, 1]),
            "high": ("order", values[:, 2]),
            "converged": ("order", np.array([[not e.reasons for e in r] for r in found]).all(0)),
        },
        coords={"order": np.asarray(orders, dtype=np.float64)},
        attrs={
            "method": "boxes for q < 1, correlation sums for q >= 1",
            "reason": ". ".join(reasons),
            "scale": scale,
            "confidence": confidence,
            "seed": seed,
        },
    )


def _estimates(
    points: Floats,
    orders: Sequence[float],
    window: int,
    confidence: float,
    resamples: int,
    rng: np.random.Generator,
) -> list[_Order]:
    """One estimate an order, for one trajectory ``(T, N)``."""
    total = points.shape[0]
    weights = block_weights(total, min(max(1, window), total // 20), resamples, rng) / total
    counts, radii = _neighbour_counts(points, window, rng)
    shares, sides = _box_shares(points)
    half_shares, half_sides = _box_shares(points[::2])
    half_weights = block_weights(half_shares.shape[0], 1, 2, rng) / half_shares.shape[0]
    smooth = smooth_flow(points)
    found = []
    for q in orders:
        if q < 1:
            one = _fit(shares, sides, q, weights, confidence)
            other = _fit(half_shares, half_sides, q, half_weights, confidence)
            # Boxes with few points are missed, the more the fewer the points.
            missed = abs(one.dimension - other.dimension)
            one.low, one.high = one.low - missed, one.high + 2.0 * missed
        else:
            enough = (counts >= FEWEST_NEIGHBOURS).mean(axis=0) > 0.999
            usable = enough if q == 1 else counts.sum(axis=0) >= 4000
            one = _fit(counts[:, usable] / total, radii[usable], q, weights, confidence)
        if smooth and q <= 2:
            one.high, impossible = of_a_flow(one.low, one.high)
            one.reasons += [impossible] if impossible else []
        if np.isfinite(one.dimension):
            ceiling = ceiling_reason(one.dimension, one.high, points.shape[1], total)
            one.reasons += [ceiling] if ceiling else []
            if not one.high - one.low <= WIDEST * one.dimension:
                one.reasons.append("the interval is wider than a quarter of the dimension")
        found.append(one)
    _flag_rises(orders, found)
    return found


def _flag_rises(orders: Sequence[float], found: list[_Order]) -> None:
    """Say of every pair of orders whose dimensions rise that neither has converged."""
    for a in range(len(orders)):
        for b in range(len(orders)):
            lower, higher = found[a], found[b]
            if orders[a] < orders[b] and (
                higher.dimension > (1.0 + RISE) * lower.dimension or higher.low > lower.high
            ):
                reason = (
                    f"D_{orders[a]:g} = {lower.dimension:.3f} lies below D_{orders[b]:g} = "
                    f"{higher.dimension:.3f}, though D_q never rises with q"
                )
                lower.reasons.append(reason)
                higher.reasons.append(reason)


def _neighbour_counts(
    points: Floats, window: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], Floats]:
    scale = float(np.sqrt(points.var(axis=0).sum()))
    radii = np.geomspace(1e-3, 1.0, 60) * scale
    farthest = np.quantile(sample_distances(points, window, 100_000, rng), LARGEST_SHARE)
    radii = radii[: max(4, int(np.searchsorted(radii, farthest)) + 1)]
    return pair_counts(points, radii, window), radii


def _box_shares(points: Floats) -> tuple[Floats, Floats]:
    """Share of points in the box of each point ``(T, S)``, for grids of rising side ``(S,)``."""
    total = points.shape[0]
    width = float(np.ptp(points, axis=0).max())
    origin = points.min(axis=0)
    sides, shares = [], []
    # Whole numbers of boxes along the widest side: none of them sticks out over the edge.
    for boxes in np.unique(np.geomspace(2.0, 1e5, 2 * SIZES).round()):
        side = width / boxes
        cells = np.minimum(np.floor((points - origin) / side), boxes - 1).astype(np.int64)
        _, box, count = np.unique(_keys(cells), return_inverse=True, return_counts=True)
        if total < FEWEST_PER_BOX * count.size:
            break
        sides.append(side)
        shares.append((count / total)[box.reshape(-1)])
    if not sides:
        return np.empty((total, 0)), np.empty(0)
    return np.stack(shares[::-1], axis=1), np.asarray(sides[::-1])


def _keys(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """One number for each box: variables are added one by one, numbered anew before they overflow.

    Rows of ``cells`` (T, N) have equal numbers if they are equal.
    """
    keys = cells[:, 0]
    for column in cells.T[1:]:
        count = int(column.max()) + 1
        if int(keys.max()) >= 2**62 // count:
            keys = np.unique(keys, return_inverse=True)[1].reshape(-1)
        keys = keys * count + column
    return keys


def _fit(
    shares: Floats, scales: Floats, order: float, weights: Floats, confidence: float
) -> _Order:
    """D_q from the shares around every point ``(T, S)``: the mean of powers over points."""
    if scales.size < 4:
        return _Order(reasons=["too few scales hold enough points for a slope"])
    x = np.log(scales)
    if order == 1:
        powers = np.log(np.maximum(shares, 0.2 / shares.shape[0]))
        y, resampled = powers.mean(axis=0), weights @ powers
    else:
        powers = shares ** (order - 1.0)
        y = np.log(powers.mean(axis=0)) / (order - 1.0)
        resampled = np.log(np.maximum(weights @ powers, 1e-300)) / (order - 1.0)
    region = find_region(x, y, span=SPAN)
    fit = fit_region(x, y, resampled, region, confidence, max(2.0, order))
    found = _Order(fit.slope, fit.low, fit.high)
    if order == 1:
        # The mean logarithm of a count n lies about 1 / (2 n) too low, most at small scales.
        lift = 0.5 * np.mean(1.0 / np.maximum(shares * shares.shape[0], 1.0), axis=0)
        start, stop = fit.window
        moved = window_slopes(x, lift, np.array([[start, stop], [0, x.size]]))
        found.low += 2.0 * min(0.0, float(moved.min()))
    if region is None:
        found.reasons.append("fewer than 0.7 decades of scales hold enough points")
    elif not region.straight:
        found.reasons.append("local slopes vary by more than 10 % in the straightest window")
    return found

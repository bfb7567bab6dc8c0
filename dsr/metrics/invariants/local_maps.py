"""Exponents from maps fitted to neighbours: how an orbit's own surroundings stretch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsr.kernels.local_maps import tangent_growth
from dsr.kernels.neighbours import nearest
from dsr.metrics.doors import Floats
from dsr.metrics.invariants.divergence import candidates

__all__ = ["Fit", "Growth", "local_growth", "neighbour_counts", "standard_fits", "strides"]

MAPS = 6000
"""Maps along the orbit at most, in runs of `RUN`."""

RUN = 1000
ALIGN = 200
BLOCKS = 20
FLOW_SHARE = 0.15
"""Largest share of the first exponent that the flow's own, which is zero, may be found at."""

STUDENT = 2.09
"""Two-sided 95 % quantile of Student's t with 19 degrees of freedom."""

LARGEST_STATE = 20
"""Coordinates up to which local maps are fitted at all."""

NOISE_REACH = 5.0
"""Deviations of the noise within which neighbours are left out in a second set of fits."""

CURVATURE = 0.005
"""Ridge of fits to delays of one variable, in units of the squared distance of the neighbours."""

QUADRATIC_UP_TO = 6
"""Coordinates up to which terms of second order are fitted."""


@dataclass(frozen=True)
class Fit:
    """One way of fitting the maps.

    Attributes
    ----------
    quadratic : bool
    count : int
        Neighbours fitted to.
    """

    quadratic: bool
    count: int


@dataclass(frozen=True)
class Growth:
    """What one way of fitting gives.

    Attributes
    ----------
    exponents : (N,) array
        Per sample, falling where they are resolved; NaN where hardly any map could be fitted.
    blocks : (20, N) array
        Their means over twenty parts of the orbit.
    noise : float
        Upper bound of the measurement noise: what the fits leave at the worst coordinate, over
        the root of two, since both ends of a map are measured.
    """

    exponents: Floats
    blocks: Floats
    noise: float

    @property
    def half_width(self) -> Floats:
        """95 % half-width of each exponent from the parts."""
        spread = self.blocks.std(axis=0, ddof=1)
        return np.asarray(STUDENT * spread / np.sqrt(BLOCKS))

    def keeps_time(self) -> bool:
        """Whether one exponent is near zero, as the direction of a flow has it."""
        if self.exponents.size < 2 or not self.exponents[0] > 0:
            return False
        return bool(np.abs(self.exponents[1:]).min() <= FLOW_SHARE * self.exponents[0])


def strides(period: float, half: int) -> list[int]:
    """Samples that a map spans: a twelfth and a sixth of a period of a flow, one step of a map."""
    return [max(1, round(period / 12)), max(2, round(period / 6))] if half else [1]


def neighbour_counts(coordinates: int, quadratic: bool, factor: int) -> int:
    """Neighbours for a fit: ``factor`` times the number of coefficients of a coordinate, plus 4."""
    size = coordinates + 1
    if quadratic:
        size += coordinates * (coordinates + 1) // 2
    return factor * size + 4


def standard_fits(coordinates: int) -> list[Fit]:
    """Fits of first and, for few coordinates, second order, to fewer and more neighbours."""
    orders = (False, True) if coordinates <= QUADRATIC_UP_TO else (False,)
    factors = {False: (2, 4, 8), True: (2, 4)}
    return [
        Fit(order, neighbour_counts(coordinates, order, factor))
        for order in orders
        for factor in factors[order]
    ]


def local_growth(
    points: Floats,
    fits: Sequence[Fit],
    *,
    stride: int,
    theiler: int,
    beyond: float = 0.0,
    chunk: int = 0,
    delays: bool = False,
) -> list[Growth]:
    """Exponents per sample with their block means, for each way of fitting.

    Parameters
    ----------
    points : (T, N) array, scaled
    fits : sequence of Fit
    stride : int
        Samples that one map spans.
    theiler : int
        Neighbours within so many samples are left out.
    beyond : float
        Neighbours nearer than this are left out.
    chunk : int
        See `dsr.metrics.invariants.divergence.candidates`.
    delays : bool
        Whether the points are delays of one variable: then their surface may bend into coordinates
        that it does not fill, where fits would find exponents that the system does not have.

    Returns
    -------
    list of Growth
    """
    if points.shape[0] < 3 * stride + 2:
        return []
    references, run = _runs(points.shape[0], stride)
    index, _ = nearest(
        points,
        references,
        count=max(fit.count for fit in fits),
        theiler=theiler,
        last=points.shape[0] - stride,
        beyond=beyond,
        candidates=candidates(points.shape[0], chunk),
    )
    coordinates = points.shape[1]
    found = []
    for fit in fits:
        logs, rest = tangent_growth(
            points,
            references,
            index,
            run,
            stride,
            fit.count,
            fit.quadratic,
            CURVATURE if delays else 0.0,
        )
        kept = logs.reshape(-1, run, coordinates)[:, min(ALIGN, run // 5) :] / stride
        found.append(_means(kept.reshape(-1, coordinates), rest))
    return found


def _runs(total: int, stride: int) -> tuple[NDArray[np.int64], int]:
    """Reference points of runs of maps, evenly spread, and the maps in a run."""
    maps = max(1, (total - stride - 1) // stride)
    run = min(maps, RUN)
    starts = np.linspace(0, total - stride - 1 - (run - 1) * stride, max(1, min(maps, MAPS) // run))
    places = starts.astype(np.int64)[:, None] + stride * np.arange(run)
    return np.ascontiguousarray(places.ravel()), run


def _means(logs: Floats, variance: Floats) -> Growth:
    """Mean over the maps and over 20 parts of them; NaN where under nine in ten were fitted."""
    fitted = np.isfinite(logs).all(axis=1)
    coordinates = logs.shape[1]
    if fitted.mean() < 0.9 or logs.shape[0] < 2 * BLOCKS:
        nothing = np.full((BLOCKS, coordinates), np.nan)
        return Growth(nothing[0], nothing, np.nan)
    logs = logs[fitted]
    blocks = np.array([part.mean(axis=0) for part in np.array_split(logs, BLOCKS)])
    noise = np.sqrt(np.nanmedian(variance, axis=0).max() / 2)
    return Growth(logs.mean(axis=0), blocks, float(noise))

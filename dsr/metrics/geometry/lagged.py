"""Divergence of pairs of samples a lag apart: the shape of the motion, which way round it runs.

The state-space divergence of the samples themselves sees no time at all and a spectrum not its
direction: the pairs ``(x(t), x(t + lag))`` of a reversed series are mirrored at the diagonal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from dsr.checks import whole
from dsr.errors import InputError
from dsr.kernels.histogram import segment_divergences
from dsr.metrics.bootstrap import Resampling
from dsr.metrics.doors import Floats, paired
from dsr.metrics.geometry.binned import ALPHA, BinnedReference, bins_for, check_bins
from dsr.metrics.spectra.timescales import mean_period

__all__ = ["LaggedReference", "default_lag", "lagged_divergence", "lagged_sets"]


def default_lag(x: Floats | Sequence[Floats]) -> int:
    """A sixth of the mean period in samples, at least 1: the median over variables and series.

    Two samples a sixth of a period apart are neither the same nor opposite: the pairs fill a plane.
    """
    parts = [x] if isinstance(x, np.ndarray) else list(x)
    periods = [[mean_period(column) for column in part.T] for part in parts]
    lag = round(float(np.median(periods)) / 6.0)
    return max(1, min(lag, max(map(len, parts)) // 4))


class LaggedReference:
    """Histograms of the lagged pairs of each variable, made once and compared with many series.

    Parameters
    ----------
    x : array (T, N), or sequence of such arrays
        Reference, finite; no pair reaches from one trajectory into the next.
    lag : int, optional
        In samples; see `default_lag`.
    bins : int, optional
        For both samples of a pair; as `bins_for` says if not given.

    Attributes
    ----------
    lag, bins : int

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(1000, 2)).cumsum(axis=0)
    >>> LaggedReference(x, 5).divergence(x)
    0.0
    """

    def __init__(
        self, x: Floats | Sequence[Floats], lag: int | None = None, bins: int | None = None
    ) -> None:
        self.lag = default_lag(x) if lag is None else whole("lag", lag)
        pairs = self._pairs(x)
        if len(pairs) < 2:
            raise InputError(
                f"the reference is too short for a lag of {self.lag}; use a shorter lag"
            )
        self.bins = bins_for(len(pairs), 2) if bins is None else check_bins(bins)
        self._spaces = [BinnedReference(pairs[:, i], self.bins) for i in range(pairs.shape[1])]

    def _pairs(self, x: Floats | Sequence[Floats]) -> Floats:
        """Pairs ``(T - lag, N, 2)`` of all trajectories, one after the other."""
        parts = [x] if isinstance(x, np.ndarray) else list(x)
        parts = [np.asarray(part, dtype=np.float64) for part in parts]
        held = [
            np.stack([part[: -self.lag], part[self.lag :]], axis=2)
            for part in parts if len(part) > self.lag
        ]  # fmt: skip
        return np.concatenate(held) if held else np.empty((0, parts[0].shape[1], 2))

    def per_variable(self, y: Floats | Sequence[Floats]) -> Floats:
        """Divergence of each variable ``(N,)`` in nats; inf of a series shorter than the lag."""
        pairs = self._pairs(y)
        if not len(pairs):
            return np.full(len(self._spaces), np.inf)
        return np.array([s.divergence(pairs[:, i]) for i, s in enumerate(self._spaces)])

    def divergence(self, y: Floats | Sequence[Floats]) -> float:
        """Mean over the variables."""
        return float(self.per_variable(y).mean())

    def resampled(
        self, y: Floats | Sequence[Floats], plan: Resampling, rng: np.random.Generator,
        resamples: int = 200,
    ) -> Floats:  # fmt: skip
        """Divergences of resamples of a series, mean over the variables.

        Parameters
        ----------
        y : array (T', N), or sequence of such arrays
        plan : Resampling
            Of the trajectories themselves, in this order: it is shortened here by the lag.
        rng : numpy.random.Generator
        resamples : int

        Returns
        -------
        array (resamples,)
            All variables are drawn together.
        """
        pairs = self._pairs(y)
        if not len(pairs):
            return np.full(resamples, np.inf)
        firsts, lasts = plan.shortened(self.lag).segments(rng, resamples)
        total = np.zeros(resamples)
        for i, space in enumerate(self._spaces):
            counts, (keys,) = space.union(space.keys(pairs[:, i]))
            total += segment_divergences(counts, keys, firsts, lasts, ALPHA, space.cells)
        return np.asarray(np.maximum(total / len(self._spaces), 0.0))


def lagged_sets(x: Floats, y: Floats) -> float:
    """Lagged divergence of two series ``(T, N)``, mean over the variables."""
    return LaggedReference(x).divergence(y)


def lagged_divergence(
    reference: Any, generated: Any, *, lag: int | None = None, bins: int | None = None
) -> xr.DataArray:
    """Divergence of the pairs (x(t), x(t + lag)) of each variable, which sees the arrow of time.

    Parameters
    ----------
    reference, generated : series
        Same variables; the longer one is cut to the shorter.
    lag : int, optional
        In samples. Default: a sixth of the reference's mean period, the median over variables.
    bins : int, optional
        For both samples of a pair. Default: 30, fewer where the series has not a quarter as many
        samples as there are cells.

    Returns
    -------
    xarray.DataArray, ("variable",)
        In nats, the median over trajectories; 0 is equal. ``attrs``: mean, lag, bins.

    Raises
    ------
    InputError
        If the reference is unclean or too short for the lag, or the variables do not fit.

    Notes
    -----
    The binned divergence of `state_space_divergence` (convention ``"dsr"``) in the plane of a
    variable and itself later.

    Examples
    --------
    >>> import dsr
    >>> x = dsr.simulate("lorenz63", steps=4000, dt=0.05, seed=0)
    >>> backwards = x.values[0, ::-1]
    >>> same, reversed_ = lagged_divergence(x, x), lagged_divergence(x, backwards)
    >>> float(same.mean()), float(reversed_.max()) > 0.5
    (0.0, True)
    """
    pairs = paired(reference, generated)
    common = default_lag(pairs.reference) if lag is None else whole("lag", lag)
    rows, used = [], 0
    for x, y in zip(pairs.reference, pairs.generated, strict=True):
        length = min(len(x), len(y))
        space = LaggedReference(x[:length], common, bins)
        rows.append(space.per_variable(y[:length]))
        used = space.bins
    values = np.median(rows, axis=0)
    attrs: dict[str, Any] = {
        "long_name": "lagged-pair divergence", "units": "nats", "mean": float(values.mean()),
        "lag": common, "bins": used, "convention": "dsr",
    }  # fmt: skip
    if len(rows) > 1:
        attrs["per_trajectory"] = np.mean(rows, axis=1)
    return xr.DataArray(
        values, dims="variable", coords={"variable": pairs.variables}, name="lagged_divergence",
        attrs=attrs,
    )  # fmt: skip

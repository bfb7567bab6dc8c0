"""State-space divergence: how differently two series fill state space, by cells or by kernels.

The binned form is the Kullback-Leibler divergence of two histograms (Koppe et al. 2019; Hess et al.
2023; Brenner et al. 2024). It sees no time: a shuffled series scores 0 against itself.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.errors import InputError
from dsr.kernels.histogram import (
    cell_keys,
    counts_divergence,
    left_closed_bins,
    merged_counts,
    truncated_bins,
)
from dsr.metrics.doors import Floats, median_result, paired
from dsr.metrics.geometry.chunks import blocks, is_chunked, labelled, ranges

Ints = NDArray[np.int64]

ALPHA = 1e-5
"""Pseudo-count per cell, as published."""

CONVENTIONS = ("dsr", "icml2023", "neurips2024")
_LARGEST_BINNED = {"dsr": 5, "icml2023": 5, "neurips2024": 10}
_DENSE_CELLS = 1_000_000
_MARGIN = 0.1


class _Grid(NamedTuple):
    """Where the cells are: bins per variable, range of each, rule of the index."""

    bins: int
    low: Floats
    high: Floats
    truncated: bool

    def keys(self, points: Floats) -> Ints:
        """Cell of each point; ``bins ** N`` for points outside."""
        points = np.ascontiguousarray(points)
        if self.truncated:
            index = truncated_bins(points, self.low, self.high, self.bins)
        else:
            width = (self.high - self.low) / self.bins
            edges = self.low[:, None] + np.arange(self.bins + 1) * width[:, None]
            index = left_closed_bins(points, edges)
        return np.asarray(cell_keys(index, self.bins, self.bins ** points.shape[1]))


class BinnedReference:
    """A histogram of a reference series, made once and compared with many others.

    Parameters
    ----------
    x : array, (T, N)
        Reference, finite.
    bins : int, optional
        Bins per variable; as the convention says if not given.
    convention : {"dsr", "icml2023", "neurips2024"}
        Range, index rule and what becomes of points outside (see `state_space_divergence`).
    binning : {"range", "2std"}
        "2std": cells between -2 and 2 standard deviations of zero, as in earlier code.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(1000, 2))
    >>> BinnedReference(x, 10).divergence(x)
    0.0
    """

    def __init__(
        self, x: Floats, bins: int | None = None, convention: str = "dsr", binning: str = "range"
    ) -> None:
        x = np.ascontiguousarray(x, dtype=np.float64)
        ranges = (x.min(axis=0), x.max(axis=0), x.std(axis=0, ddof=1))
        self._prepare(*ranges, bins, convention)
        if binning == "2std":
            self._grid = _Grid(self.bins, -2.0 * ranges[2], 2.0 * ranges[2], True)
        self.length = len(x)
        self._keys = self._count(self._grid.keys(x))
        if self._dense:
            self._counts = np.bincount(self._keys, minlength=self._inside + 1).astype(np.float64)
        else:
            self._sorted = np.sort(self._keys)

    def _prepare(
        self, low: Floats, high: Floats, std: Floats, bins: int | None, convention: str
    ) -> None:
        variables = len(low)
        self.convention = check_convention(convention)
        self.bins = default_bins(variables, convention) if bins is None else check_bins(bins)
        if self.bins**variables >= 2**62:
            raise InputError(
                f"{self.bins} bins in {variables} variables are too many cells to name; use fewer "
                "bins or method='gmm'"
            )
        if convention == "neurips2024":
            self._grid = _Grid(self.bins, low, high, True)
        else:
            self._grid = _Grid(self.bins, low - _MARGIN * std, high + _MARGIN * std, False)
        self._inside = self.bins**variables
        self.outside_counts = convention == "dsr"
        self.cells = float(self._inside + self.outside_counts)
        self._dense = self._inside + 1 <= _DENSE_CELLS

    @classmethod
    def from_blocks(
        cls, ranges: tuple[Floats, Floats, Floats], blocks: Iterable[Floats],
        bins: int | None = None, convention: str = "dsr",
    ) -> BinnedReference:  # fmt: skip
        """Make the histogram block by block, of a reference that does not fit into memory.

        Parameters
        ----------
        ranges : tuple of arrays, (N,)
            Least and largest value and standard deviation (``ddof=1``) over all blocks.
        blocks : iterable of arrays, (T_i, N)
        bins, convention
            As for the class. Such a reference can be compared, but not resampled.
        """
        made = cls.__new__(cls)
        made._prepare(*ranges, bins, convention)
        made._keys = np.zeros(0, dtype=np.int64)
        found, made.length = made.tally(blocks)
        if made._dense:
            made._counts = np.asarray(found, dtype=np.float64)
        else:
            made._sorted = np.asarray(found, dtype=np.int64)
        return made

    def tally(self, blocks: Iterable[Floats]) -> tuple[Floats | Ints, int]:
        """Counts of all cells (few cells) or sorted keys (many) of blocks, and their length."""
        length = 0
        counts = np.zeros(self._inside + 1 if self._dense else 0)
        keys: list[Ints] = []
        for block in blocks:
            length += len(block)
            some = self.keys(block)
            if self._dense:
                counts += np.bincount(some, minlength=self._inside + 1)
            else:
                keys.append(some)
        return (counts, length) if self._dense else (np.sort(np.concatenate(keys)), length)

    def _count(self, keys: Ints) -> Ints:
        """Published conventions forget points outside; ours counts them in a cell of their own."""
        return keys if self.outside_counts else keys[keys < self._inside]

    def keys(self, y: Floats) -> Ints:
        """Cells of the counted points of a series ``(T', N)``."""
        return self._count(self._grid.keys(np.asarray(y, dtype=np.float64)))

    def union(self, *keys: Ints) -> tuple[Floats, list[Ints]]:
        """Reference counts over all cells anyone visits, and each series as indices into them."""
        cells = np.unique(np.concatenate([self._keys, *keys]))
        counts = np.zeros(len(cells))
        np.add.at(counts, np.searchsorted(cells, self._keys), 1.0)
        return counts, [np.searchsorted(cells, k) for k in keys]

    def divergence(self, y: Floats) -> float:
        """KL divergence in nats of the reference from a series; NaN where nothing is counted."""
        return self.compare(self.tally([y])[0])

    def reverse(self, y: Floats) -> float:
        """Divergence of the series from the reference."""
        return self.compare(self.tally([y])[0], reverse=True)

    def share_outside(self, y: Floats) -> float:
        """Share of the points of a series outside the range of the reference."""
        return float((self._grid.keys(np.asarray(y, dtype=np.float64)) == self._inside).mean())

    def compare(self, tallied: Floats | Ints, *, reverse: bool = False) -> float:
        """Divergence of the reference from what `tally` counted, or the other way round."""
        if self._dense:
            h, g = self._counts, np.asarray(tallied, dtype=np.float64)
        else:
            h, g = merged_counts(self._sorted, np.asarray(tallied, dtype=np.int64))
        if h.sum() == 0 or g.sum() == 0:
            return float("nan")
        if reverse:
            h, g = g, h
        return float(max(counts_divergence(h, g, ALPHA, self.cells), 0.0))


def state_space_divergence(
    reference: Any,
    generated: Any,
    *,
    method: str | None = None,
    bins: int | None = None,
    convention: str = "dsr",
    binning: str = "range",
    bandwidth: float | None = None,
    seed: int = 0,
) -> xr.DataArray:
    r"""Divergence in state space of a generated series from its reference, in nats.

    .. math:: D = \sum_c p_c \ln\frac{p_c}{q_c}

    over cells ``c`` with a pseudo-count of 1e-5 each, or between Gaussian mixtures centred on the
    samples.

    Parameters
    ----------
    reference, generated : series
        Same variables; with several trajectories the result is the median over them.
    method : {"binning", "gmm"}, optional
        As the convention says for this number of variables if not given: bins up to 5 (``"dsr"``,
        ``"icml2023"``) or 10 (``"neurips2024"``) variables, mixtures beyond.
    bins : int, optional
        Bins per variable: 30; in ``"dsr"`` 13 for four and 8 for five variables.
    convention : {"dsr", "icml2023", "neurips2024"}
        ``"icml2023"`` is Hess et al. 2023: range of the reference widened by 0.1 standard
        deviations, points outside forgotten. ``"neurips2024"`` is Brenner et al. 2024: exact range,
        lowest bin and maximum dropped. ``"dsr"`` is ``"icml2023"`` with one more cell for all
        points outside (non-finite ones too) and both series cut to the same length.
    binning : {"range", "2std"}
        ``"2std"`` puts the cells between -2 and 2 standard deviations of zero (not of the mean),
        as the dendPLRNN code of 2022 does: for comparison with its numbers only.
    bandwidth : float, optional
        Variance of the mixture kernels; 1 (0.3 in ``"neurips2024"``), in ``"dsr"`` in units of
        the reference's variances.
    seed : int
        Of the mixture's samples.

    Returns
    -------
    xarray.DataArray
        Scalar; 0 is equal. ``attrs``: method, bins or bandwidth, convention, compared_length,
        share_outside, reverse.

    Raises
    ------
    InputError
        If the reference is not clean, or too short for this number of cells.

    Notes
    -----
    Series held by Dask are counted chunk by chunk (bins only), and never as a whole in memory.

    Examples
    --------
    >>> import dsr
    >>> lorenz = dsr.simulate("lorenz63", steps=5000, dt=0.05, trajectories=2, seed=0)
    >>> x, y = lorenz.isel(trajectory=[0]), lorenz.isel(trajectory=[1])
    >>> 0.0 < float(state_space_divergence(x, y)) < 3.0
    True
    """
    check_convention(convention)
    if binning not in ("range", "2std"):
        raise InputError(f"unknown binning {binning!r}; use 'range' or '2std'")
    if is_chunked(reference, generated) and method != "gmm" and binning == "range":
        return chunked_divergence(reference, generated, bins, convention)
    pairs = paired(reference, generated)
    variables = pairs.reference[0].shape[1]
    chosen = method or ("binning" if variables <= _LARGEST_BINNED[convention] else "gmm")
    if chosen not in ("binning", "gmm"):
        raise InputError(f"unknown method {method!r}; use 'binning' or 'gmm'")
    values: list[float] = []
    attrs: dict[str, Any] = {}
    for x, y in zip(pairs.reference, pairs.generated, strict=True):
        if convention == "dsr":
            length = min(len(x), len(y))
            x, y = x[:length], y[:length]
        if chosen == "binning":
            value, attrs = _binned(x, y, bins, convention, binning)
        else:
            value, attrs = _mixture(x, y, bandwidth, convention, seed)
        values.append(value)
    attrs |= {
        "long_name": "state-space divergence", "units": "nats", "method": chosen,
        "convention": convention,
    }  # fmt: skip
    return median_result(values, "state_space_divergence", attrs)


def chunked_divergence(
    reference: Any, generated: Any, bins: int | None, convention: str
) -> xr.DataArray:
    """`state_space_divergence` by bins of series that Dask holds, one chunk in memory at a time."""
    x, y = labelled(reference, "reference"), labelled(generated, "generated")
    if x.sizes["variable"] != y.sizes["variable"] or x.sizes["trajectory"] != y.sizes["trajectory"]:
        raise InputError(
            f"the reference has {x.sizes['trajectory']} trajectories of {x.sizes['variable']} "
            f"variables and the generated series {y.sizes['trajectory']} of "
            f"{y.sizes['variable']}; they must match"
        )
    values = []
    for k in range(x.sizes["trajectory"]):
        first, second = x.isel(trajectory=k), y.isel(trajectory=k)
        if convention == "dsr":
            both = slice(0, min(first.sizes["time"], second.sizes["time"]))
            first, second = first.isel(time=both), second.isel(time=both)
        binned = BinnedReference.from_blocks(ranges(first), blocks(first), bins, convention)
        tallied, length = binned.tally(blocks(second))
        check_cells(binned, min(binned.length, length))
        values.append(binned.compare(tallied))
    attrs: dict[str, Any] = {
        "long_name": "state-space divergence", "units": "nats", "method": "binning",
        "convention": convention, "bins": binned.bins, "pseudo_count": ALPHA,
        "compared_length": min(binned.length, length),
    }  # fmt: skip
    if np.isnan(values).any():
        attrs["reason"] = "no generated point lies in the range of the reference"
    return median_result(values, "state_space_divergence", attrs)


def _binned(
    x: Floats, y: Floats, bins: int | None, convention: str, binning: str
) -> tuple[float, dict[str, Any]]:
    binned = BinnedReference(x, bins, convention, binning)
    check_cells(binned, min(len(x), len(y)))
    attrs: dict[str, Any] = {
        "bins": binned.bins,
        "pseudo_count": ALPHA,
        "compared_length": min(len(x), len(y)),
        "share_outside": binned.share_outside(y),
        "reverse": binned.reverse(y),
    }
    value = binned.divergence(y)
    if np.isnan(value):
        attrs["reason"] = "no generated point lies in the range of the reference"
    return value, attrs


def _mixture(
    x: Floats, y: Floats, bandwidth: float | None, convention: str, seed: int
) -> tuple[float, dict[str, Any]]:
    from dsr.metrics.geometry.mixture import MixtureReference, published_divergence

    if convention != "dsr":
        variance = bandwidth or (0.3 if convention == "neurips2024" else 1.0)
        value = published_divergence(x, y, variance, np.random.default_rng(seed))
        attrs: dict[str, Any] = {"bandwidth": variance, "compared_length": min(len(x), len(y))}
        if np.isnan(value):
            attrs["reason"] = "every sample underflowed, which the published convention drops"
        return value, attrs
    mixture = MixtureReference(x, bandwidth or 1.0, seed=seed)
    value, error = mixture.divergence_and_error(y)
    return value, {
        "bandwidth": bandwidth or 1.0,
        "standard_error": error,
        "variational": mixture.variational(y),
        "compared_length": min(len(x), len(y)),
    }


def check_cells(binned: BinnedReference, length: int) -> None:
    """Pseudo-counts must not swamp the data: raise in our convention, warn in the published."""
    mass = ALPHA * binned.cells
    if mass <= 0.01 * length:
        return
    message = (
        f"{binned.bins} bins give {binned.cells:.3g} cells, whose pseudo-counts weigh {mass:.3g} "
        f"samples against {length}; use fewer bins, more samples or method='gmm'"
    )
    if binned.convention == "dsr":
        raise InputError(message)
    warnings.warn(message, UserWarning, stacklevel=4)


def default_bins(variables: int, convention: str) -> int:
    """Bins per variable: 30, or what keeps 27,000 cells for more than three variables."""
    if convention != "dsr" or variables <= 3:
        return 30
    bins: int = round(27_000 ** (1 / variables))
    return max(2, bins)


def check_convention(convention: str) -> str:
    """Return a known convention; anything else is refused."""
    if convention not in CONVENTIONS:
        raise InputError(f"unknown convention {convention!r}; use one of {', '.join(CONVENTIONS)}")
    return convention


def check_bins(bins: Any) -> int:
    """Return a whole number of bins of at least 1."""
    if isinstance(bins, bool) or not isinstance(bins, int | np.integer) or bins < 1:
        raise InputError(f"bins must be a whole number of at least 1, not {bins!r}")
    return int(bins)

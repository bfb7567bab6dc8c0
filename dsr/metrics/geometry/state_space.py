"""State-space divergence: how differently two series fill state space, by cells or by kernels.

The binned form is the Kullback-Leibler divergence of two histograms (Koppe et al. 2019; Hess et al.
2023; Brenner et al. 2024). It sees no time: a shuffled series scores 0 against itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from dsr.errors import InputError
from dsr.metrics.doors import Floats, median_result, paired
from dsr.metrics.geometry.binned import (
    ALPHA,
    CONVENTIONS,
    BinnedReference,
    bins_for,
    check_cells,
    check_convention,
    default_bins,
)
from dsr.metrics.geometry.chunks import blocks, is_chunked, labelled, ranges

__all__ = [
    "ALPHA",
    "CONVENTIONS",
    "BinnedReference",
    "bins_for",
    "check_cells",
    "check_convention",
    "chunked_divergence",
    "default_bins",
    "state_space_divergence",
]

_LARGEST_BINNED = {"dsr": 5, "icml2023": 5, "neurips2024": 10}


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

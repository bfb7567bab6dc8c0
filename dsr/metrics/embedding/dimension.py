"""Dimension of a delay embedding: false nearest neighbours, and Cao's method."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from dsr.checks import whole
from dsr.data import trajectories
from dsr.errors import InputError
from dsr.kernels.neighbours import nearest
from dsr.metrics.doors import Floats, reference_series
from dsr.metrics.embedding.delays import default_delay, delay_matrix
from dsr.metrics.spectra.timescales import theiler_window
from dsr.metrics.surrogates import iaaft_like, matched_ends

__all__ = ["cao", "false_nearest_neighbours", "false_share"]

REFERENCES = 4000
FALSE_SHARE = 0.01
LEAST_SCORE = 3.0
SURROGATE_SAMPLES = 4000
SURROGATE_REFERENCES = 500
SURROGATE_DIMENSIONS = 6
ITERATIONS = 30


def false_share(column: Floats, dimension: int, delay: int, theiler: int) -> float:
    """Share of nearest neighbours that the next coordinate shows to be false; NaN without any."""
    points = delay_matrix(column[:-delay], dimension, delay)
    ahead = column[dimension * delay :]
    references = np.unique(
        np.linspace(0, points.shape[0] - 1, min(REFERENCES, points.shape[0])).astype(np.int64)
    )
    index, distance = nearest(points, references, theiler=theiler)
    near, gap = index[:, 0], distance[:, 0]
    usable = near >= 0
    near, gap, references = near[usable], gap[usable], references[usable]
    if not near.size:
        return np.nan
    extra = np.abs(ahead[references] - ahead[near])
    false = (extra / gap > 10) | (np.sqrt(gap**2 + extra**2) / column.std() > 2)
    return float(false.mean())


def false_nearest_neighbours(
    series: Any,
    *,
    delay: int | None = None,
    max_dimension: int = 10,
    theiler: int | None = None,
) -> xr.Dataset:
    """Find the embedding dimension by false nearest neighbours.

    Parameters
    ----------
    series : series
        Each variable is embedded by itself.
    delay : int, optional
        In samples. Default: `delay_time` by mutual information.
    max_dimension : int
    theiler : int, optional
        Neighbours within this many samples are left out.

    Returns
    -------
    Dataset
        ``dimension`` over "variable" (the first with under 1 % false neighbours), ``found``
        (False: none has, and ``max_dimension`` stands in), ``false_share`` over
        ("variable", "embedding_dim"). With several trajectories: medians.

    Notes
    -----
    A neighbour is false if the next coordinate parts by more than 10 times the distance, or if the
    new distance is above 2 standard deviations. Repeated points (distance 0) are skipped.

    References
    ----------
    Kennel, Brown & Abarbanel, Phys. Rev. A 45, 3403 (1992).

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import false_nearest_neighbours
    >>> x = [0.1, 0.1]
    >>> for _ in range(1500):
    ...     x.append(1 - 1.4 * x[-1] ** 2 + 0.3 * x[-2])
    >>> int(false_nearest_neighbours(np.array(x), delay=1).dimension)
    2
    """
    checked = reference_series(series, minimum=100, name="series")
    shares, delays = [], []
    for part in trajectories(checked):
        window = theiler_window(part)[0] if theiler is None else theiler
        rows = []
        for column in part.T:
            lag = default_delay(column) if delay is None else delay
            delays.append(lag)
            rows.append([false_share(column, m, lag, window) for m in range(1, max_dimension + 1)])
        shares.append(rows)
    share = np.median(np.array(shares), axis=0)
    low = share < FALSE_SHARE
    found = low.any(axis=1)
    dimension = np.where(found, low.argmax(axis=1) + 1, max_dimension)
    return xr.Dataset(
        {
            "dimension": ("variable", dimension),
            "found": ("variable", found),
            "false_share": (("variable", "embedding_dim"), share),
        },
        coords={
            "variable": checked["variable"].values,
            "embedding_dim": np.arange(1, max_dimension + 1),
        },
        attrs={"delay": delays[0] if len(set(delays)) == 1 else np.array(delays)},
    ).squeeze("variable" if share.shape[0] == 1 else [])


def _cao_means(
    column: Floats, dimension: int, delay: int, theiler: int, most: int = REFERENCES
) -> tuple[float, float]:
    """E(m) with the maximum norm, and E*(m)."""
    points = delay_matrix(column[:-delay], dimension, delay)
    ahead = column[dimension * delay :]
    references = np.unique(
        np.linspace(0, points.shape[0] - 1, min(most, points.shape[0])).astype(np.int64)
    )
    # The nearest in the maximum norm is among the nearest few in the Euclidean one.
    index, _ = nearest(points, references, theiler=theiler, count=8)
    gaps = np.abs(points[references][:, np.newaxis] - points[index]).max(axis=2)
    gaps[index < 0] = np.inf
    best = gaps.argmin(axis=1)
    rows = np.arange(references.size)
    near, gap = index[rows, best], gaps[rows, best]
    usable = np.isfinite(gap) & (gap > 0)
    near, gap, references = near[usable], gap[usable], references[usable]
    extra = np.abs(ahead[references] - ahead[near])
    return float(np.mean(np.maximum(gap, extra) / gap)), float(np.mean(extra))


def cao(
    series: Any,
    *,
    delay: int | None = None,
    max_dimension: int = 10,
    theiler: int | None = None,
    surrogates: int = 19,
    seed: int = 0,
) -> xr.Dataset:
    """Find the embedding dimension by Cao's method, and tell determinism from noise.

    Parameters
    ----------
    series : series
        Each variable is embedded by itself.
    delay : int, optional
        In samples. Default: `delay_time` by mutual information.
    max_dimension : int
    theiler : int, optional
        Neighbours within this many samples are left out.
    surrogates : int
        Number of IAAFT surrogates that E2 is compared with, at least 19 (5 %); 0 for none.
    seed : int
        Of the surrogates.

    Returns
    -------
    Dataset
        ``dimension`` over "variable" (the first with E1 > 0.95 that changes by under 0.02),
        ``found``, ``deterministic``, ``surrogate_score``, and ``E1``, ``E2`` over
        ("variable", "embedding_dim"). With several trajectories: medians.

    Notes
    -----
    ``deterministic`` asks that some E2 differ from 1 by more than 0.1, as published, and that the
    next coordinate lie nearer among neighbours than in all surrogates, by more than three of
    their standard deviations: E2 alone takes any oscillation for determinism, one driven by noise
    too. ``surrogate_score`` is that distance, of the mean logarithm of E* over dimensions, in
    standard deviations (NaN where E2 alone decides); it is judged on the first 4,000 samples of the
    longest trajectory. With ``surrogates=0`` E2 alone decides. False means "not shown": a sum of a
    few sines is its own surrogate.

    References
    ----------
    Cao, Physica D 110, 43 (1997);
    Schreiber & Schmitz, Phys. Rev. Lett. 77, 635 (1996), for the surrogates.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import cao
    >>> noise = np.random.default_rng(0).standard_normal(2000)
    >>> bool(cao(noise, delay=1, max_dimension=6).deterministic)
    False
    """
    if surrogates and whole("surrogates", surrogates, least=0) < 19:
        raise InputError(f"surrogates must be 0 or at least 19, not {surrogates}")
    checked = reference_series(series, minimum=100, name="series")
    means, lags, windows = [], [], []
    for part in trajectories(checked):
        window = theiler_window(part)[0] if theiler is None else theiler
        rows = []
        for column in part.T:
            lag = default_delay(column) if delay is None else delay
            rows.append([_cao_means(column, m, lag, window) for m in range(1, max_dimension + 2)])
            lags.append(lag)
        means.append(rows)
        windows.append(window)
    middle = np.median(np.array(means), axis=0)
    ratio = middle[:, 1:] / middle[:, :-1]
    e1, e2 = ratio[:, :, 0], ratio[:, :, 1]
    flat = (e1[:, :-1] > 0.95) & (np.abs(np.diff(e1, axis=1)) < 0.02)
    found = flat.any(axis=1)
    parts = trajectories(checked)
    longest = max(range(len(parts)), key=lambda k: len(parts[k]))
    scale = parts[longest].std(axis=0)
    # A cycle without noise leaves no distance at all, and E2 is a quotient of rounding errors.
    differs = (np.abs(e2 - 1) > 0.1).any(axis=1) | (middle[:, :, 1].min(axis=1) < 1e-6 * scale)
    score = np.full(len(differs), np.nan)
    if surrogates:
        for v in np.flatnonzero(differs):
            lag = lags[longest * len(differs) + v]
            score[v] = _surrogate_score(
                parts[longest][:, v], lag, windows[longest], surrogates, seed
            )
    return xr.Dataset(
        {
            "dimension": ("variable", np.where(found, flat.argmax(axis=1) + 1, max_dimension)),
            "found": ("variable", found),
            "deterministic": (
                "variable",
                differs & ((score > LEAST_SCORE) if surrogates else True),
            ),
            "surrogate_score": ("variable", score),
            "E1": (("variable", "embedding_dim"), e1),
            "E2": (("variable", "embedding_dim"), e2),
        },
        coords={
            "variable": checked["variable"].values,
            "embedding_dim": np.arange(1, max_dimension + 1),
        },
    ).squeeze("variable" if e1.shape[0] == 1 else [])


def _surrogate_score(column: Floats, delay: int, theiler: int, count: int, seed: int) -> float:
    """How far the next coordinate is known better than in surrogates, in their deviations.

    0 if one of them knows it as well.
    """
    part = column[:SURROGATE_SAMPLES]
    part = np.ascontiguousarray(part[matched_ends(part[:, None])])
    window = min(theiler, max(1, part.size // 10))
    most = max(2, min(SURROGATE_DIMENSIONS, (part.size // 4) // delay))

    def known(values: Floats) -> float:
        far = [
            _cao_means(values, m, delay, window, SURROGATE_REFERENCES)[1]
            for m in range(2, most + 1)
        ]
        return float(np.mean(np.log(np.maximum(far, 1e-12 * part.std()))))

    rng = np.random.default_rng(seed)
    here = known(part)
    others = np.array([
        known(np.ascontiguousarray(iaaft_like(part[:, None].copy(), rng, ITERATIONS)[:, 0]))
        for _ in range(count)
    ])  # fmt: skip
    if not here < others.min():
        return 0.0
    return float((others.mean() - here) / max(others.std(ddof=1), 1e-12))

"""A sentence about a generated series, derived from numbers by a fixed rule.

Geometry compares divergences from the reference X: of the generated series Y, of an independent
recording B (the noise floor) and of Gaussian clouds S (no dynamics), with a moving-block bootstrap
of their differences. Time compares spectral distances with their null distribution. All at one
common length, since the divergence depends strongly on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsr.kernels.histogram import resampled_divergences
from dsr.metrics.bootstrap import (
    block_length,
    block_starts,
    recentred_interval,
    resampled_indices,
)
from dsr.metrics.degenerate import degeneracy
from dsr.metrics.mixture import MixtureReference, finite_rows, strided
from dsr.metrics.spectra import SpectralReference, normalised
from dsr.metrics.state_space import ALPHA, BinnedReference
from dsr.metrics.surrogates import cloud_like

Floats = NDArray[np.float64]

EQUAL, SHORT, NONE = "equal", "short", "none"
SENTENCES = {
    EQUAL: "indistinguishable from the reference",
    SHORT: "better than a Gaussian cloud, short of the reference",
    NONE: "no better than a Gaussian cloud",
}

_LARGEST_BINNED = 5
_CLOUDS = {"binning": 20, "gmm": 5}
_NULL_DRAWS = 30  # 435 pairs
_SPECTRAL_CLOUDS = 5
_HUGE = 1e200
_LEAST_MARGIN = 1.25


@dataclass(frozen=True)
class Part:
    """One aspect judged: value, 95 % interval, noise floor, surrogate, and the word for it."""

    value: float
    low: float
    high: float
    noise_floor: float
    surrogate: float
    word: str
    details: dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """Both aspects and the sentence that follows from them."""

    sentence: str
    decidable: bool
    geometry: Part
    time: Part
    length: int
    per_variable: Floats


def judge(
    x: Floats,
    b: Floats,
    y: Floats,
    *,
    whole: Floats | None = None,
    smoothing: float = 20.0,
    resamples: int = 200,
    seed: int = 0,
) -> Verdict:
    """Judge a generated series.

    Parameters
    ----------
    x, b, y : arrays, (T_x, N), (T_b, N), (T_y, N)
        Reference, independent recording, generated series; the common length is compared.
    whole : array, optional
        The generated series before any cut, on which degeneracy is judged; ``y`` if not given.
    smoothing : float
        Of the spectra, in frequency bins.
    resamples : int
    seed : int
    """
    length = min(len(x), len(b), len(y))
    fate = degeneracy(x, y if whole is None else whole)
    x, b, y = x[:length], b[-length:], y[:length]
    rng = np.random.default_rng(seed)
    binned = x.shape[1] <= _LARGEST_BINNED
    clouds = [cloud_like(b, rng) for _ in range(_CLOUDS["binning" if binned else "gmm"])]
    if binned:
        geometry = _binned(x, b, y, clouds, resamples, rng)
    else:
        geometry = _mixture(x, b, y, clouds, resamples, rng, seed)
    time, per_variable = _time(x, b, y, clouds, smoothing, rng)
    decidable = bool(geometry.details["decidable"])
    if fate is not None:
        sentence = f"degenerate: {fate}"
    elif NONE in (geometry.word, time.word):
        sentence = SENTENCES[NONE]
    elif geometry.word == time.word == EQUAL:
        sentence = SENTENCES[EQUAL]
    else:
        sentence = SENTENCES[SHORT]
    return Verdict(sentence, decidable, geometry, time, length, per_variable)


def _binned(
    x: Floats, b: Floats, y: Floats, clouds: list[Floats], resamples: int,
    rng: np.random.Generator,
) -> Part:  # fmt: skip
    reference = BinnedReference(x)
    divergence = reference.divergence
    counts, (ky, kb, ks) = reference.union(*(reference.keys(s) for s in (y, b, clouds[0])))
    block = block_length(x)
    starred = []
    for keys in (ky, kb, ks):
        starts = block_starts(rng, len(keys), block, resamples)
        starred.append(resampled_divergences(counts, keys, starts, block, ALPHA, reference.cells))
    details = {
        "method": "binning", "bins": reference.bins, "block": block,
        "share_outside": reference.share_outside(y),
    }  # fmt: skip
    return _geometry(
        divergence(y), divergence(b), [divergence(s) for s in clouds], starred, details
    )


def _mixture(
    x: Floats, b: Floats, y: Floats, clouds: list[Floats], resamples: int,
    rng: np.random.Generator, seed: int,
) -> Part:  # fmt: skip
    reference = MixtureReference(x, seed=seed)
    block = block_length(x)
    starred = []
    for series in (y, b, clouds[0]):
        finite = finite_rows(series)
        if len(finite) == 0:
            starred.append(np.full(resamples, np.inf))
            continue
        rows = len(strided(finite))
        length = len(finite)
        starts = block_starts(rng, length, min(block, length), resamples)
        indices = resampled_indices(starts, min(block, length), length)
        weights = np.stack(
            [np.bincount(row * rows // length, minlength=rows) for row in indices]
        ).astype(np.float64)
        starred.append(reference.resampled(finite, weights))
    details = {"method": "gmm", "bandwidth": 1.0, "block": block}
    divergence = reference.divergence
    return _geometry(
        divergence(y), divergence(b), [divergence(s) for s in clouds], starred, details
    )


def _geometry(
    d_model: float,
    d_floor: float,
    d_clouds: list[float],
    starred: list[Floats],
    details: dict[str, Any],
) -> Part:
    d_cloud = float(np.median(d_clouds))
    y_star, b_star, s_star = starred
    with np.errstate(invalid="ignore"):
        delta, gamma = y_star - b_star, y_star - s_star
    near = bool(_quantile(delta, 0.025) <= 0.0)
    far = bool(_quantile(gamma, 0.975) >= 0.0)
    decidable = not (near and far) and d_floor < d_cloud
    word = EQUAL if near else (NONE if far else SHORT)
    if not decidable:
        word = NONE
    finite = np.isfinite(y_star).all() and np.isfinite(d_model)
    low, high = recentred_interval(d_model, y_star) if finite else (np.nan, np.nan)
    span = d_cloud - d_floor
    details |= {
        "decidable": decidable,
        "skill": 1.0 - (d_model - d_floor) / span if span != 0.0 else np.nan,
        "delta": _quantile(delta, [0.025, 0.975]),
        "gamma": _quantile(gamma, [0.025, 0.975]),
    }
    return Part(d_model, low, high, d_floor, d_cloud, word, details)


def _quantile(values: Floats, level: float | list[float]) -> Floats:
    """Quantiles of differences that may be infinite, between which interpolation gives NaN."""
    bounded = np.clip(values, -_HUGE, _HUGE)
    found = np.asarray(np.nanquantile(bounded, level))
    return np.where(np.abs(found) > _HUGE / 1e6, np.copysign(np.inf, found), found)


def _time(
    x: Floats, b: Floats, y: Floats, clouds: list[Floats], smoothing: float,
    rng: np.random.Generator,
) -> tuple[Part, Floats]:  # fmt: skip
    reference = SpectralReference(x, smoothing)
    per_variable = reference.per_variable(y)
    h_model, h_floor = float(per_variable.mean()), reference.distance(b)
    h_clouds = [reference.distance(s) for s in clouds[:_SPECTRAL_CLOUDS]]
    pooled = 0.5 * (reference.spectrum(x) + reference.spectrum(b))
    first, second = np.triu_indices(_NULL_DRAWS, 1)
    null = np.zeros(len(first))
    for column in pooled.T:
        roots = _noisy_roots(reference, column, len(x), rng)
        # The squared distance of two draws is one less their overlap.
        overlap = (roots @ roots.T)[first, second]
        null += np.sqrt(np.maximum(1.0 - overlap, 0.0)) / pooled.shape[1]
    threshold = max(float(np.quantile(null, 0.95)), _LEAST_MARGIN * h_floor)
    if h_model <= threshold:
        word = EQUAL
    elif h_model >= float(np.quantile(h_clouds, 0.05)):
        word = NONE
    else:
        word = SHORT
    low = high = np.nan
    if np.isfinite(y).all() and (per_variable < 1.0).all():
        again = np.zeros(_NULL_DRAWS)
        for column, target in zip(reference.spectrum(y).T, reference.spectrum(x).T, strict=True):
            gap = _noisy_roots(reference, column, len(x), rng) - np.sqrt(target)
            again += np.sqrt(0.5 * (gap**2).sum(axis=1)) / pooled.shape[1]
        low, high = recentred_interval(h_model, again)
        high = min(high, 1.0)
    details = {
        "threshold": threshold,
        "null_median": float(np.median(null)),
        "smoothing": reference.effective_smoothing(len(x)),
        "largest": float(per_variable.max()),
    }
    surrogate = float(np.median(h_clouds))
    return Part(h_model, low, high, h_floor, surrogate, word, details), per_variable


def _noisy_roots(
    reference: SpectralReference, spectrum: Floats, length: int, rng: np.random.Generator
) -> Floats:
    """Roots of smoothed periodograms drawn around one spectrum, ``(draws, frequencies)``."""
    noisy = spectrum * rng.standard_exponential((_NULL_DRAWS, len(spectrum)))
    return np.sqrt(normalised(reference.smooth(noisy.T, length) + 1e-300)).T

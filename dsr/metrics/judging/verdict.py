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

from dsr.metrics.bootstrap import recentred_interval
from dsr.metrics.doors import Floats
from dsr.metrics.geometry.state_space import BinnedReference
from dsr.metrics.judging.degenerate import degeneracy
from dsr.metrics.judging.noise_floor import Yardstick

EQUAL, SHORT, NONE = "equal", "short", "none"
SENTENCES = {
    EQUAL: "indistinguishable from the reference",
    SHORT: "better than a Gaussian cloud, short of the reference",
    NONE: "no better than a Gaussian cloud",
}

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
    fate = degeneracy(x, y if whole is None else whole, b)
    x, b, y = x[:length], b[-length:], y[:length]
    yardstick = Yardstick.of(x, b, smoothing, resamples, seed)
    geometry = _space(yardstick, y, np.random.default_rng([seed, 4]))
    time, per_variable = _time(yardstick, y, np.random.default_rng([seed, 5]))
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


def _space(yardstick: Yardstick, y: Floats, rng: np.random.Generator) -> Part:
    details: dict[str, Any] = {"method": yardstick.method, "block": yardstick.block}
    if isinstance(yardstick.space, BinnedReference):
        details |= {
            "bins": yardstick.space.bins, "share_outside": yardstick.space.share_outside(y)
        }  # fmt: skip
    else:
        details["bandwidth"] = 1.0
    starred = [yardstick.resampled(y, rng), yardstick.floor_star, yardstick.cloud_star]
    return _geometry(
        yardstick.space.divergence(y), yardstick.floor, yardstick.clouds, starred, details
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


def _time(yardstick: Yardstick, y: Floats, rng: np.random.Generator) -> tuple[Part, Floats]:
    per_variable = yardstick.spectra.per_variable(y)
    h_model, h_floor = float(per_variable.mean()), yardstick.spectral_floor
    threshold = max(float(np.quantile(yardstick.null, 0.95)), _LEAST_MARGIN * h_floor)
    if h_model <= threshold:
        word = EQUAL
    elif h_model >= float(np.quantile(yardstick.spectral_clouds, 0.05)):
        word = NONE
    else:
        word = SHORT
    low = high = np.nan
    if np.isfinite(y).all() and (per_variable < 1.0).all():
        low, high = recentred_interval(h_model, yardstick.spectral_spread(y, rng))
        high = min(high, 1.0)
    details = {
        "threshold": threshold,
        "null_median": float(np.median(yardstick.null)),
        "smoothing": yardstick.spectra.effective_smoothing(yardstick.length),
        "largest": float(per_variable.max()),
    }
    surrogate = float(np.median(yardstick.spectral_clouds))
    return Part(h_model, low, high, h_floor, surrogate, word, details), per_variable

"""Correlation dimension of a set of points, from its correlation sum (Grassberger & Procaccia)."""

from __future__ import annotations

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
from dsr.metrics.invariants.ceilings import (
    ceiling_reason,
    of_a_flow,
    smooth_flow,
    surrogate_reason,
)
from dsr.metrics.invariants.scaling import (
    SCALES,
    find_region,
    fit_region,
    local_slopes,
    scaled,
    window_or_default,
)

__all__ = ["correlation_dimension"]

RADII = 60
LARGEST_SUM = 0.05
LARGEST_RADIUS = 0.5
FEWEST_PAIRS = 2000
LEAST_RADIUS = 1e-3
SPAN = 0.7 * np.log(10.0)
WIDEST = 0.25
METHODS = ("slope", "takens")
MOST_REFERENCES = 20_000


@dataclass
class Estimate:
    """A dimension with its interval, or the reason why there is none."""

    dimension: float = np.nan
    low: float = np.nan
    high: float = np.nan
    converged: bool = False
    region: tuple[float, float] = (np.nan, np.nan)
    extrapolated: float = np.nan
    surrogates: Floats = field(default_factory=lambda: np.empty(0))
    notes: list[str] = field(default_factory=list)


def correlation_dimension(
    series: Any,
    *,
    theiler: int | None = None,
    resamples: int = 100,
    confidence: float = 0.95,
    seed: int = 0,
    scale: str = "deviation",
    method: str = "slope",
    surrogates: int = 5,
) -> xr.Dataset:
    r"""Estimate the correlation dimension D2 from pairs of points.

    The correlation sum :math:`C(r)` is the share of pairs nearer than r, pairs close in time left
    out; in a scaling region :math:`C(r) \sim r^{D_2}`.

    Parameters
    ----------
    series : series
        The points, (time, variable); a single variable must be embedded first
        (`dsr.metrics.delay_embedding`). Distances are Euclidean. Pairs never cross trajectories.
    theiler : int, optional
        Pairs with ``|i - j| <= theiler`` samples are left out. Default: the larger of three times
        the first zero of the autocorrelation and one mean period, at most a tenth of the length.
    resamples : int
        Moving-block bootstrap resamples of the reference points.
    confidence : float
        Level of the interval.
    seed : int
    scale : {"deviation", "none"}
        "deviation" gives all variables the same standard deviation first (the root of their mean
        variance), so that a change of one variable's unit changes nothing; "none" takes distances
        in the units given.
    method : {"slope", "takens"}
        A least-squares slope in the scaling region, or Takens' maximum-likelihood estimator from
        all pairs nearer than the region's upper end.
    surrogates : int
        IAAFT surrogates that the slope is compared with; 0 leaves the comparison out, and nothing
        converges then.

    Returns
    -------
    Dataset
        ``dimension``, ``low``, ``high``, ``converged`` (scalars: median over trajectories; with
        several also ``dimension_per_trajectory``), ``extrapolated_dimension``,
        ``surrogate_dimension`` (mean slope of the surrogates in the region), and over "radius"
        (units of the data; with
        ``scale="deviation"`` of variables made alike): ``correlation_sum``, ``local_slope``. Radii
        beyond a correlation sum of 0.05 are not counted. ``attrs["reason"]`` says why a value has
        not converged.

    Raises
    ------
    InputError
        If the series has fewer than 100 samples, holds NaN, or a variable does not vary, or an
        option is none of those named.

    Notes
    -----
    Rule: of 60 radii in equal factors from 1e-3 to 1 times the root of the total variance, those
    with at least 2,000 pairs, C <= 0.05, and r at most half that root count. Of all windows of at
    least 0.7 decades the one with the smallest sd(local slope) / sqrt(n) is taken, its slope is
    fitted by least squares. The interval covers the bootstrap around every window nearly as
    straight as the best (sd within a factor 1.5), around the whole range and its lower half, and
    around the slope extrapolated to r = 0 (a term linear in r is what the edge of a set adds).
    Deviations of the bootstrap are doubled, since resampled reference points carry half of a pair's
    fluctuation. ``converged`` asks for all of these: local slopes within 10 % of the slope; an
    interval no wider than a quarter of it; clear of the number of variables and of what T points
    can hold (:math:`2 \log_{10} T - 2`); a slope at least 5 % and three deviations below that of
    IAAFT surrogates. A smooth flow (increments correlated above 0.5) has dimension 1 or at
    least 2: an interval that lies between, as the thin band of the Roessler system gives, is a
    finite-scale effect and not converged; if it reaches from below 2 to above, it is made to reach
    as far above. Of more than 20,000 samples 20,000 are reference points,
    and the largest sum and the least radius fall as 20,000 / T: the pairs stay as many.

    References
    ----------
    Grassberger & Procaccia, Physica D 9, 189 (1983); Theiler, Phys. Rev. A 34, 2427 (1986);
    Takens, Lecture Notes in Mathematics 1125, 99 (1985);
    Eckmann & Ruelle, Physica D 56, 185 (1992);
    Schreiber & Schmitz, Phys. Rev. Lett. 77, 635 (1996).

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import correlation_dimension
    >>> angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 3000)
    >>> result = correlation_dimension(np.stack([np.cos(angle), np.sin(angle)], axis=1))
    >>> round(float(result.dimension), 1), bool(result.converged)
    (1.0, True)
    """
    for name, value, known in (("scale", scale, SCALES), ("method", method, METHODS)):
        if value not in known:
            raise InputError(f"{name} must be one of {', '.join(known)}, not {value!r}")
    checked = reference_series(series, minimum=100, name="series")
    parts = [scaled(part, scale) for part in trajectories(checked)]
    rng = np.random.default_rng(seed)
    windows = [window_or_default(part, theiler) for part in parts]
    radii = _radii(parts, [w for w, _ in windows], rng)
    estimates, sums = [], []
    for part, (window, cut) in zip(parts, windows, strict=True):
        size = float(np.sqrt(part.var(axis=0).sum()))
        references = _references(part.shape[0])
        counts = pair_counts(part, radii, window, references)
        rows = np.arange(part.shape[0]) if references is None else references
        partners = np.maximum(0, rows - window) + np.maximum(0, part.shape[0] - 1 - window - rows)
        estimate, curve = _estimate(
            counts, partners, radii, LARGEST_RADIUS * size, window, resamples, confidence, rng,
            takens=method == "takens",
        )  # fmt: skip
        if np.isfinite(estimate.region[0]):
            _guard(estimate, part, window, surrogates, rng)
        if smooth_flow(part):
            estimate.high, impossible = of_a_flow(estimate.low, estimate.high)
            if impossible:
                estimate.converged = False
                estimate.notes.append(impossible)
        if cut:
            estimate.converged = False
            estimate.notes.append(
                "the memory of the series asks for a Theiler window above a tenth of its length"
            )
        estimates.append(estimate)
        sums.append(curve)
    result = _dataset(estimates, np.stack(sums), radii, checked)
    result.attrs |= {
        "theiler": int(max(w for w, _ in windows)),
        "confidence": confidence,
        "resamples": resamples,
        "seed": seed,
        "scale": scale,
        "method": method,
        "surrogates": surrogates,
        "points": int(sum(p.shape[0] for p in parts)),
    }
    return result


def _guard(
    estimate: Estimate, points: Floats, window: int, surrogates: int, rng: np.random.Generator
) -> None:
    """Take ``converged`` back where noise or the space itself would give the same dimension."""
    total, variables = points.shape
    reasons = [ceiling_reason(estimate.dimension, estimate.high, variables, total)]
    if estimate.high - estimate.low > WIDEST * estimate.dimension:
        reasons.append("the interval is wider than a quarter of the dimension")
    reason, _, estimate.surrogates = surrogate_reason(
        points, estimate.region, window, surrogates, rng
    )
    reasons = [r for r in (*reasons, reason) if r]
    estimate.notes += reasons
    estimate.converged &= not reasons


def _references(total: int) -> NDArray[np.int64] | None:
    if total <= MOST_REFERENCES:
        return None
    return np.linspace(0, total - 1, MOST_REFERENCES).round().astype(np.int64)


def _radii(parts: list[Floats], windows: list[int], rng: np.random.Generator) -> Floats:
    """Radii up to the first at which the correlation sum passes its bound in every trajectory."""
    scale = float(np.sqrt(np.mean([p.var(axis=0).sum() for p in parts])))
    shrink = min(1.0, MOST_REFERENCES / max(p.shape[0] for p in parts))
    step = 1.0 / LEAST_RADIUS ** (1.0 / (RADII - 1))
    more = int(np.log(1.0 / shrink) / np.log(step))
    smaller = LEAST_RADIUS * step ** -np.arange(more, 0, -1.0)
    radii = np.concatenate([smaller, np.geomspace(LEAST_RADIUS, 1.0, RADII)]) * scale
    farthest = max(
        float(np.quantile(sample_distances(p, w, 100_000, rng), LARGEST_SUM * shrink))
        for p, w in zip(parts, windows, strict=True)
    )
    return np.asarray(radii[: max(4, int(np.searchsorted(radii, farthest)) + 1)])


def _estimate(
    counts: NDArray[np.int64],
    partners: NDArray[np.int64],
    radii: Floats,
    largest: float,
    block: int,
    resamples: int,
    confidence: float,
    rng: np.random.Generator,
    *,
    takens: bool,
) -> tuple[Estimate, Floats]:
    pairs = counts.sum(axis=0)
    curve = pairs / partners.sum()
    for fewest in (FEWEST_PAIRS, 50):
        usable = np.flatnonzero((pairs >= 2 * fewest) & (curve <= LARGEST_SUM) & (radii <= largest))
        if usable.size < 4:
            continue
        inside = slice(int(usable[0]), int(usable[-1]) + 1)
        x, y = np.log(radii[inside]), np.log(curve[inside])
        region = find_region(x, y, span=SPAN) if fewest == FEWEST_PAIRS else None
        if region is not None or fewest < FEWEST_PAIRS:
            break
    else:
        return Estimate(notes=["too few pairs of points at small distances for any slope"]), curve
    notes = []
    if region is None:
        notes = ["no 0.7 decades of small radii have 2,000 pairs and a correlation sum below 0.05"]
    elif not region.straight:
        notes = ["local slopes vary by more than 10 % in the straightest window"]
    weights = block_weights(counts.shape[0], min(block, counts.shape[0] // 20), resamples, rng)
    resampled = np.log(
        np.maximum(weights @ counts[:, inside], 0.5) / (weights @ partners)[:, np.newaxis]
    )
    fit = fit_region(x, y, resampled, region, confidence)
    dimension, low, high = fit.slope, fit.low, fit.high
    start, stop = fit.window
    if takens:
        dimension = takens_estimate(x[:stop], y[:stop], dimension)
        moved = dimension - fit.slope
        low, high = min(low, fit.bootstrap[0] + moved), max(high, fit.bootstrap[1] + moved)
    estimate = Estimate(
        dimension=dimension,
        low=low,
        high=high,
        converged=region is not None and region.straight,
        region=(float(np.exp(x[start])), float(np.exp(x[stop - 1]))),
        extrapolated=fit.limit,
        notes=notes,
    )
    return estimate, curve


def takens_estimate(x: Floats, y: Floats, slope: float) -> float:
    r"""Takens' estimator from logarithms of radii and of the correlation sum, both (R,).

    :math:`-1 / \langle \ln (r / r_0) \rangle` over all pairs below :math:`r_0` equals
    :math:`C(r_0) / \int_0^{r_0} C(r) \, d \ln r`. Between radii and below the least one (there
    with ``slope``) the sum is a power law.
    """
    rise, width = np.diff(y), np.diff(x)
    share = np.exp(y - y[-1])
    steps = np.where(rise > 1e-12, np.diff(share) / np.maximum(rise, 1e-12), share[1:])
    return float(1.0 / ((steps * width).sum() + share[0] / slope))


def _dataset(
    estimates: list[Estimate], sums: Floats, radii: Floats, series: xr.DataArray
) -> xr.Dataset:
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = np.median(sums, axis=0)
        slope = local_slopes(np.log(radii), np.log(middle))
    values = np.array([[e.dimension, e.low, e.high] for e in estimates])
    dimension, low, high = np.median(values, axis=0)
    notes = list(dict.fromkeys(note for e in estimates for note in e.notes))
    result = xr.Dataset(
        {
            "dimension": dimension,
            "low": low,
            "high": high,
            "converged": all(e.converged for e in estimates),
            "extrapolated_dimension": float(np.median([e.extrapolated for e in estimates])),
            "surrogate_dimension": float(
                np.median([e.surrogates.mean() if e.surrogates.size else np.nan for e in estimates])
            ),
            "correlation_sum": ("radius", middle),
            "local_slope": ("radius", np.where(np.isfinite(slope), slope, np.nan)),
        },
        coords={"radius": ("radius", radii, {"units": "of the data"})},
        attrs={
            "scaling_region": np.median([e.region for e in estimates], axis=0),
            "reason": "; ".join(notes),
        },
    )
    result["local_slope"].attrs["reason"] = "NaN where no pair of points is nearer than the radius"
    if len(estimates) > 1:
        result = result.assign_coords(trajectory=series["trajectory"].values)
        result["dimension_per_trajectory"] = ("trajectory", values[:, 0])
        result["converged_per_trajectory"] = ("trajectory", [e.converged for e in estimates])
        result["correlation_sum_per_trajectory"] = (("trajectory", "radius"), sums)
    return result

"""Largest Lyapunov exponent from a measured series: how fast neighbours part."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr

from dsr.data import trajectories
from dsr.errors import InputError
from dsr.metrics.doors import Floats, reference_series
from dsr.metrics.invariants.divergence import (
    FEWEST_PARTNERS,
    RADII,
    Setting,
    Slope,
    curve_slopes,
    divergence_curves,
    flow_half_width,
    slope,
    state,
)
from dsr.metrics.invariants.embedded import (
    NOISE_DISTANCE,
    embedding_of,
    middle,
    noise_distance,
    period_of,
)
from dsr.metrics.invariants.local_maps import (
    LARGEST_STATE,
    NOISE_REACH,
    Growth,
    local_growth,
    standard_fits,
    strides,
)
from dsr.metrics.surrogates import iaaft_like, matched_ends

__all__ = ["largest_lyapunov_from_data"]

REFERENCES = 4000
FEWER = 2000
SURROGATES = 19
SURROGATE_REFERENCES = 1000
SURROGATE_SAMPLES = 10_000

FEWEST_FITS = 3
FEWEST_FOLDS = 1.0
SYSTEMATIC = 0.05
WIDEST = 0.25
NOISIEST = 0.007
"""Noise, in deviations, above which nothing converges: at 1 % the exponent is a tenth too small.

The estimate is an upper bound: with 1 %, no system of the study showed less than 0.9 %.
"""


def largest_lyapunov_from_data(
    series: Any,
    *,
    method: str = "rosenstein",
    theiler: int | None = None,
    dimension: int | None = None,
    delay: int | None = None,
    noise: float = 0.0,
    seed: int = 0,
) -> xr.Dataset:
    r"""Estimate the largest Lyapunov exponent from data.

    Nearest neighbours in state space are followed for k steps; in a scaling region their mean
    logarithmic distance grows as :math:`S(k) = S_0 + \lambda\, k\, \Delta t`.

    Parameters
    ----------
    series : series
        One variable is embedded by delays; several variables are taken as the state.
    method : {"rosenstein", "kantz"}
        "rosenstein": the nearest neighbour; "kantz": all neighbours within several radii (0.5 to
        5 % of the standard deviation, at least 10 of them).
    theiler : int, optional
        Neighbours within this many samples are left out. Default: one mean period.
    dimension, delay : int, optional
        Embedding of a single variable. Default: the first minimum of mutual information, and the
        first dimension with under 1 % false nearest neighbours.
    noise : float
        Standard deviation of the measurement noise, in units of the data; neighbours nearer than
        three times this are not used.
    seed : int

    Returns
    -------
    Dataset
        ``exponent``, ``low``, ``high`` (95 %), ``converged``, in 1 / time unit of the series (NaN
        where no point has neighbours);
        ``log_distance`` over "lag" (time), ``surrogate_exponent`` over "surrogate". With several
        trajectories the scalars are medians, and ``exponent_per_trajectory`` is kept.

    Raises
    ------
    InputError
        If a trajectory has fewer than 200 samples, holds NaN, or a variable does not vary.

    Notes
    -----
    Variables are divided by their standard deviation. In a flow, distances are taken across the
    direction of flow, along which nothing grows. The lag runs to 6 mean periods, the range to where
    S has made 80 % of its way to the plateau (mean of the last fifth). Of windows of at least
    max(8 samples, 0.5 / exponent) the longest is taken whose local slopes (over one period) vary by
    less than 20 %. At most 4,000 reference points look for neighbours among at most 100,000 points.

    Slopes are taken at one and two more dimensions, over neighbours beyond five times the noise
    that the maps leave, among an eighth of the orbit (and as far to the other side), and over all
    radii of Kantz. Beside them stand the first exponents of maps fitted to neighbours, as in
    `lyapunov_spectrum_from_data`; those of a flow count where one exponent lies within 15 % of the
    first one of zero. The exponent is the mean of the medians of both kinds, the interval holds all
    of them with 5 % of the exponent at either end, and what moving-block resamples and parts of the
    orbit move (95 %). ``converged`` asks that a straight window exists, that S grows by 1 in it,
    that three maps or more give an exponent, that the half-width is below 25 %, that the slope
    exceeds the 95 % quantile of 19 IAAFT surrogates (of 10,000 samples at most), and that the noise
    is at most 0.7 % of a deviation: with 1 % the exponent comes out a tenth too small. The noise is
    what the best maps leave, an upper bound: a short series of many variables may seem noisy.

    ``attrs``: ``from_ranges`` and ``from_maps`` (smallest and largest estimate of either kind),
    ``noise`` (estimated, in standard deviations), ``flow``, ``scaling_window``, ``reason``.

    References
    ----------
    Rosenstein, Collins & De Luca, Physica D 65, 117 (1993); Kantz, Phys. Lett. A 185, 77 (1994).

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import largest_lyapunov_from_data
    >>> x = np.empty(1500); x[0] = 0.3
    >>> for t in range(1499):
    ...     x[t + 1] = 4 * x[t] * (1 - x[t])
    >>> result = largest_lyapunov_from_data(x, dimension=2, delay=1)
    >>> round(float(result.exponent), 1), bool(result.converged)
    (0.7, True)
    """
    if method not in ("rosenstein", "kantz"):
        raise InputError(f"method must be 'rosenstein' or 'kantz', not {method!r}")
    checked = reference_series(series, minimum=200, name="series")
    dt = float(checked.attrs.get("dt", 1.0))
    results = [
        _one(part, method, theiler, dimension, delay, noise, np.random.default_rng([seed, index]))
        for index, part in enumerate(trajectories(checked))
    ]
    return _dataset(results, checked, dt, method, seed)


def _one(
    values: Floats,
    method: str,
    theiler: int | None,
    dimension: int | None,
    delay: int | None,
    noise: float,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Estimate for one trajectory, in units of one sample."""
    period = period_of(values)
    window = int(np.ceil(period)) if theiler is None else int(theiler)
    dimension, delay = embedding_of(values, dimension, delay)
    half = flow_half_width(state(values, dimension, delay), period)
    steps = max(20, int(np.ceil(6 * period)))
    most = values.shape[0] - (dimension + 1) * delay
    if most < 3 * steps + 2 * window:
        steps = max(10, most // 4)
    beyond = noise_distance(values, noise)
    setting = Setting(method, period, window, half, steps, delay, beyond)
    growths = _growths(values, dimension, setting)
    floor = min((g.noise for g in growths if np.isfinite(g.noise)), default=0.0)
    noisiest = max(floor, beyond / NOISE_DISTANCE)
    above = replace(setting, beyond=max(beyond, NOISE_REACH * floor))
    if above.beyond > beyond:
        growths += _growths(values, dimension, above, further=False)
    curves = _slopes(values, dimension, setting, above)
    if not curves:
        return _nothing(method, steps, window, dimension, delay)
    main = curves[0]
    slopes = np.array([c.slope for c in curves])
    coarse = curve_slopes(state(values, dimension, delay), setting, FEWER, coarse=True)
    if coarse:
        # What fewer and farther neighbours change is what nearer ones might change.
        away = coarse[0].slope - main.slope
        slopes = np.append(slopes, [main.slope + away, main.slope - away])
    kept = [g for g in growths if g.exponents[0] > 0 and (not half or g.keeps_time())]
    if len(kept) >= FEWEST_FITS:
        maps = np.array([g.exponents[0] for g in kept])
        exponent = (np.median(slopes) + np.median(maps)) / 2
        inner = np.concatenate([slopes, maps])
        resampled = max(main.half_width(window, rng), np.median([g.half_width[0] for g in kept]))
    else:
        exponent, inner = np.median(slopes), np.concatenate([slopes, main.ends()])
        resampled = main.half_width(window, rng)
    # What the choices span, each missing by as much as neighbours do in any case, and what
    # resampling moves.
    aside = SYSTEMATIC * abs(exponent)
    low = float(min(inner.min() - aside, exponent - resampled))
    high = float(max(inner.max() + aside, exponent + resampled))
    surrogates, own = _surrogates(values, dimension, setting, main, rng)
    checks = {
        "no straight part of the divergence curve": main.straight,
        "neighbours part by less than a factor e in the straight part": main.gain() >= FEWEST_FOLDS,
        "maps fitted to neighbours give no exponent beside it": len(kept) >= FEWEST_FITS,
        f"there may be noise of more than {NOISIEST:.1%} of a deviation, which hides how near "
        "neighbours part": noisiest <= NOISIEST,
        f"ranges, dimensions and maps differ by more than {WIDEST:.0%}": (
            high - low <= 2 * WIDEST * exponent
        ),
        "surrogates without determinism reach the same exponent": (
            own > np.quantile(surrogates, 0.95)
        ),
    }
    return {
        "exponent": float(exponent), "low": low, "high": high,
        "converged": all(checks.values()), "curve": main.divergence.curve,
        "surrogates": surrogates, "window": (main.start, main.stop - 1),
        "reasons": [text for text, passed in checks.items() if not passed],
        "dimension": dimension, "delay": delay, "theiler": window, "slopes": slopes,
        "maps": np.array([g.exponents[0] for g in kept]), "noise": floor, "flow": half > 0,
    }  # fmt: skip


def _nothing(method: str, steps: int, window: int, dimension: int, delay: int) -> dict[str, Any]:
    """What is said where no point has neighbours enough."""
    wanted = "a neighbour" if method == "rosenstein" else (
        f"{FEWEST_PARTNERS} neighbours within {RADII[-1]:.0%} of a deviation"
    )  # fmt: skip
    return {
        "exponent": np.nan, "low": np.nan, "high": np.nan, "converged": False,
        "curve": np.full(steps + 1, np.nan), "surrogates": np.full(SURROGATES, np.nan),
        "window": (0, 0), "dimension": dimension, "delay": delay, "theiler": window,
        "reasons": [f"too few points have {wanted} outside the Theiler window"],
        "slopes": np.empty(0), "maps": np.empty(0), "noise": np.nan, "flow": False,
    }  # fmt: skip


def _growths(
    values: Floats, dimension: int, setting: Setting, *, further: bool = True
) -> list[Growth]:
    """Exponents of local maps: one more delay as well where the state is made of delays."""
    found = []
    delays = values.shape[1] == 1
    for coordinates in (dimension, dimension + 1)[: 1 + (delays and further)]:
        points = state(values, coordinates, setting.delay)
        if points.shape[1] > LARGEST_STATE:
            continue
        for stride in strides(setting.period, setting.half):
            found += local_growth(
                points, standard_fits(points.shape[1]), stride=stride, theiler=setting.theiler,
                beyond=setting.beyond, delays=delays,
            )  # fmt: skip
    return found


def _slopes(values: Floats, dimension: int, setting: Setting, above: Setting) -> list[Slope]:
    """Slopes over one and two more dimensions, over radii, and over neighbours above the noise."""
    points = state(values, dimension, setting.delay)
    first = curve_slopes(points, setting, REFERENCES)
    if not first:
        return []
    for more in (1, 2):
        if values.shape[0] - (dimension + more) * setting.delay > setting.steps:
            farther = state(values, dimension + more, setting.delay)
            first += curve_slopes(farther, setting, FEWER)
    if above.beyond > setting.beyond:
        first += curve_slopes(points, above, FEWER)
    return first


def _surrogates(
    values: Floats, dimension: int, setting: Setting, main: Slope, rng: np.random.Generator
) -> tuple[Floats, float]:
    """Slopes of 19 IAAFT surrogates over the same lags, and of the stretch they are made of."""
    part = middle(values, SURROGATE_SAMPLES)
    part = part[matched_ends(part)]

    def slope_of(series: Floats) -> float:
        points = state(series, dimension, setting.delay)
        curves = divergence_curves(
            points, setting.steps, theiler=setting.theiler, half=setting.half,
            method=setting.method, beyond=setting.beyond, most=SURROGATE_REFERENCES,
            lags=(main.start, main.stop),
        )  # fmt: skip
        for divergence in curves[main.radius :]:
            if divergence.used[:, 0].mean() > 0.1 and np.isfinite(divergence.curve).all():
                return slope(divergence.curve, 0, divergence.curve.size)
        return 0.0

    found = [slope_of(iaaft_like(part, rng, 20)) for _ in range(SURROGATES)]
    return np.array(found), slope_of(part)


def _dataset(
    results: list[dict[str, Any]], series: xr.DataArray, dt: float, method: str, seed: int
) -> xr.Dataset:
    unit = f"1/{series.attrs.get('time_unit', 'step')}"
    rates = np.array([[r["exponent"], r["low"], r["high"]] for r in results]) / dt
    exponent, low, high = np.median(rates, axis=0)
    shortest = min(r["curve"].size for r in results)
    first = results[0]
    reasons = list(dict.fromkeys(text for r in results for text in r["reasons"]))
    dataset = xr.Dataset(
        {
            "exponent": ((), exponent, {"units": unit}),
            "low": ((), low, {"units": unit}),
            "high": ((), high, {"units": unit}),
            "converged": all(r["converged"] for r in results),
            "log_distance": (
                "lag", np.median([r["curve"][:shortest] for r in results], axis=0)
            ),
            "surrogate_exponent": (
                "surrogate",
                np.median([r["surrogates"] for r in results], axis=0) / dt,
                {"units": unit},
            ),
        },
        coords={
            "lag": ("lag", dt * np.arange(shortest), {"units": series.attrs.get("time_unit", "")})
        },
        attrs={
            "method": method,
            "units": unit,
            "theiler": first["theiler"],
            "embedding_dim": first["dimension"],
            "embedding_delay": first["delay"],
            "scaling_window": dt * np.asarray(first["window"], dtype=np.float64),
            "from_ranges": _span(results, "slopes", dt),
            "from_maps": _span(results, "maps", dt),
            "noise": float(np.median([r["noise"] for r in results])),
            "flow": first["flow"],
            "reason": "; ".join(reasons),
            "seed": seed,
        },
    )  # fmt: skip
    if len(results) > 1:
        dataset = dataset.assign_coords(trajectory=series["trajectory"].values)
        dataset["exponent_per_trajectory"] = ("trajectory", rates[:, 0], {"units": unit})
        dataset["converged_per_trajectory"] = ("trajectory", [r["converged"] for r in results])
    return dataset


def _span(results: list[dict[str, Any]], key: str, dt: float) -> Floats:
    """Smallest and largest of the estimates of all trajectories; NaN where there are none."""
    found = np.concatenate([r[key] for r in results]) / dt
    return np.array([found.min(), found.max()]) if found.size else np.full(2, np.nan)

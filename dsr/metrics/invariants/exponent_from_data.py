"""Largest Lyapunov exponent from a measured series: how fast neighbours part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.data import trajectories
from dsr.errors import InputError
from dsr.kernels.neighbours import mean_divergence, nearest
from dsr.metrics.bootstrap import block_weights
from dsr.metrics.doors import Floats, reference_series
from dsr.metrics.embedding.choice import embedding_for
from dsr.metrics.embedding.delays import delay_matrix
from dsr.metrics.spectra.timescales import mean_period, theiler_window
from dsr.metrics.surrogates import iaaft_like, matched_ends

__all__ = ["largest_lyapunov_from_data"]

REFERENCES = 5000
SURROGATES = 19
SURROGATE_REFERENCES = 1000
RESAMPLES = 200
RADII = (0.005, 0.01, 0.02, 0.03, 0.05)
PARTNERS = 30
FEWEST_PARTNERS = 10


@dataclass(frozen=True)
class Divergence:
    """Mean logarithmic distance S(k) with what each reference point added to it."""

    curve: Floats
    value: Floats
    used: NDArray[np.int64]


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
        ``exponent``, ``low``, ``high`` (95 %), ``converged``, in 1 / time unit of the series;
        ``log_distance`` over "lag" (time), ``surrogate_exponent`` over "surrogate". With several
        trajectories the scalars are medians, and ``exponent_per_trajectory`` is kept.

    Raises
    ------
    InputError
        If a trajectory has fewer than 200 samples, holds NaN, or a variable does not vary.

    Notes
    -----
    The lag runs to 6 mean periods, the range to where S has made 80 % of its way to the plateau
    (mean of the last fifth). Of windows of at least max(8 samples, 0.5 / exponent) the longest is
    taken whose local slopes (over one period) vary by less than 20 %. ``converged`` asks that such
    a window exists, that S grows by ln 4 in it, that one more dimension changes the exponent by
    under 25 %, and that it exceeds the 95 % quantile of 19 IAAFT surrogates. The interval comes
    from 200 moving-block resamples of the reference points, and holds the value of one more
    dimension.

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
    period = float(np.median([mean_period(column) for column in values.T]))
    window = int(np.ceil(period)) if theiler is None else int(theiler)
    dimension, delay = _embedding(values, dimension, delay, theiler_window(values)[0])
    steps = max(20, int(np.ceil(6 * period)))
    if values.shape[0] < 3 * steps + 2 * window + dimension * delay:
        steps = max(10, (values.shape[0] - dimension * delay) // 4)
    points = _state(values, dimension, delay)
    curves = _curves(points, steps, window, method, noise, REFERENCES)
    chosen, divergence, range_found = _best(curves, period)
    start, stop = range_found or (0, max(3, _reach(divergence.curve)))
    slope = _slope(divergence.curve, start, stop)

    def slope_of(series: Floats, dimension: int, most: int) -> float:
        points = _state(series, dimension, delay)
        inside = _curves(points, steps, window, method, noise, most, (start, stop))
        return _first_slope(inside[chosen:])

    fitting = values[matched_ends(values)]
    other = slope_of(values, dimension + 1, REFERENCES)
    surrogates = np.array(
        [
            slope_of(iaaft_like(fitting, rng, 20), dimension, SURROGATE_REFERENCES)
            for _ in range(SURROGATES)
        ]
    )
    low, high = _interval(divergence, start, stop, max(window, 20), rng)
    checks = {
        "no straight part of the divergence curve": range_found is not None,
        "neighbours part by less than a factor 4 in the straight part": (
            divergence.curve[stop - 1] - divergence.curve[start] >= np.log(4)
        ),
        "one more dimension changes the exponent by more than 25 %": (
            abs(other - slope) <= 0.25 * abs(slope)
        ),
        "surrogates without determinism reach the same exponent": (
            slope > np.quantile(surrogates, 0.95)
        ),
    }
    return {
        "exponent": slope,
        "low": min(low, other),
        "high": max(high, other),
        "converged": all(checks.values()),
        "curve": divergence.curve,
        "surrogates": surrogates,
        "reasons": [text for text, passed in checks.items() if not passed],
        "window": (start, stop - 1),
        "dimension": dimension,
        "delay": delay,
        "theiler": window,
    }


def _embedding(
    values: Floats, dimension: int | None, delay: int | None, theiler: int
) -> tuple[int, int]:
    if values.shape[1] == 1:
        return embedding_for(values[:, 0], dimension=dimension, delay=delay, theiler=theiler)
    return 1 if dimension is None else dimension, 1 if delay is None else delay


def _state(values: Floats, dimension: int, delay: int) -> Floats:
    """Delay vectors of one variable; several variables with delays of the first one appended."""
    first = delay_matrix(values[:, 0], dimension, delay)
    return np.ascontiguousarray(np.hstack([first, values[(dimension - 1) * delay :, 1:]]))


def _curves(
    points: Floats,
    steps: int,
    theiler: int,
    method: str,
    noise: float,
    most: int,
    lags: tuple[int, int] | None = None,
) -> list[Divergence]:
    """Divergence curves over ``lags``: one for Rosenstein, one for each radius for Kantz."""
    first, stop = lags or (0, steps + 1)
    last = points.shape[0] - steps
    references = np.unique(np.linspace(0, last - 1, min(most, last)).astype(np.int64))
    index, distance = nearest(
        points,
        references,
        count=1 if method == "rosenstein" else PARTNERS,
        theiler=theiler,
        last=last,
        beyond=3 * noise,
    )
    if method == "rosenstein":
        choices = [index]
    else:
        spread = float(np.sqrt(points.var(axis=0).sum()))
        choices = []
        for radius in RADII:
            near = np.where(distance <= radius * spread, index, -1)
            near[np.sum(near >= 0, axis=1) < FEWEST_PARTNERS] = -1
            choices.append(near)
    curves = []
    for near in choices:
        value, used = mean_divergence(points, references, near, first, stop, method == "kantz")
        curves.append(Divergence(_average(value, used), value, used))
    return curves


def _average(value: Floats, used: NDArray[np.int64]) -> Floats:
    return np.asarray(value.sum(axis=0) / np.maximum(used.sum(axis=0), 1))


def _best(
    curves: list[Divergence], period: float
) -> tuple[int, Divergence, tuple[int, int] | None]:
    """Smallest radius with enough reference points and a scaling window, else the fullest."""
    for number, divergence in enumerate(curves):
        if divergence.used[:, 0].mean() >= 0.5:
            window = scaling_window(divergence.curve, period)
            if window is not None:
                return number, divergence, window
    return len(curves) - 1, curves[-1], None


def _reach(curve: Floats) -> int:
    """Lags up to the first at which S has made 80 % of its way to the plateau."""
    plateau = curve[-max(1, curve.size // 5) :].mean()
    reached = np.flatnonzero(curve >= curve[0] + 0.8 * (plateau - curve[0]))
    return int(reached[0]) + 1 if reached.size else curve.size


def scaling_window(curve: Floats, period: float) -> tuple[int, int] | None:
    """Longest part of S(k) whose local slopes vary by less than 20 %, as a slice; None if none.

    Parameters
    ----------
    curve : (K,) array
        S(k) for k = 0, 1, ...
    period : float
        Mean period in samples: local slopes are taken over this many.
    """
    end = _reach(curve)
    if end < 3:
        return None
    # Centred differences, narrower towards the ends: a steep start must not be smoothed away.
    lag = np.arange(end)
    half = np.minimum(np.minimum(lag, curve.size - 1 - lag), round(period / 2))
    before, after = np.maximum(lag - np.maximum(half, 1), 0), lag + np.maximum(half, 1)
    after = np.minimum(after, curve.size - 1)
    local = (curve[after] - curve[before]) / (after - before)
    guess = _slope(curve, 0, end)
    if guess <= 0:
        return None
    shortest = int(max(8, np.ceil(0.5 / guess)))
    best: tuple[float, int, int] | None = None
    for start in range(end - shortest + 1):
        part = local[start:]
        mean = np.cumsum(part) / np.arange(1, part.size + 1)
        most, least = np.maximum.accumulate(part), np.minimum.accumulate(part)
        fine = (mean > 0) & (most <= 1.2 * mean) & (least >= 0.8 * mean)
        sizes = np.flatnonzero(fine) + 1
        sizes = sizes[sizes >= shortest]
        if sizes.size and (best is None or sizes[-1] > best[0]):
            best = (float(sizes[-1]), start, start + int(sizes[-1]))
    return None if best is None else best[1:]


def _slope(curve: Floats, start: int, stop: int) -> float:
    lag = np.arange(start, stop) - (start + stop - 1) / 2
    return float(lag @ curve[start:stop] / (lag @ lag))


def _first_slope(curves: list[Divergence]) -> float:
    """Slope at the first radius that holds neighbours of a tenth of the points; 0 if none does."""
    for divergence in curves:
        if divergence.used[:, 0].mean() > 0.1:
            return _slope(divergence.curve, 0, divergence.curve.size)
    return 0.0


def _interval(
    divergence: Divergence, start: int, stop: int, block: int, rng: np.random.Generator
) -> tuple[float, float]:
    total = divergence.value.shape[0]
    weights = block_weights(total, min(block, max(1, total // 20)), RESAMPLES, rng)
    inside = slice(start, stop)
    curves = (weights @ divergence.value[:, inside]) / np.maximum(
        weights @ divergence.used[:, inside], 1
    )
    lag = np.arange(stop - start) - (stop - start - 1) / 2
    slopes = curves @ lag / (lag @ lag)
    low, high = np.quantile(slopes, [0.025, 0.975])
    return float(low), float(high)


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
            "reason": "; ".join(reasons),
            "seed": seed,
        },
    )  # fmt: skip
    if len(results) > 1:
        dataset = dataset.assign_coords(trajectory=series["trajectory"].values)
        dataset["exponent_per_trajectory"] = ("trajectory", rates[:, 0], {"units": unit})
        dataset["converged_per_trajectory"] = ("trajectory", [r["converged"] for r in results])
    return dataset

"""Spectrum of Lyapunov exponents from a measured series: local maps and QR."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from dsr.data import trajectories
from dsr.errors import InputError
from dsr.metrics.doors import Floats, reference_series
from dsr.metrics.invariants.divergence import flow_half_width, state
from dsr.metrics.invariants.embedded import embedding_of, noise_distance, period_of
from dsr.metrics.invariants.local_maps import (
    FLOW_SHARE,
    LARGEST_STATE,
    NOISE_REACH,
    Growth,
    local_growth,
    standard_fits,
    strides,
)
from dsr.metrics.invariants.lyapunov import kaplan_yorke

__all__ = ["lyapunov_spectrum_from_data"]

SYSTEMATIC = 0.06
"""Share of the first exponent that every interval is widened by at least."""

WIDEST = 0.25
"""Largest half-width of a converged exponent, as a share of it or of the first one."""


def lyapunov_spectrum_from_data(
    series: Any,
    *,
    dimension: int | None = None,
    delay: int | None = None,
    theiler: int | None = None,
    noise: float = 0.0,
) -> xr.Dataset:
    r"""Estimate the Lyapunov spectrum from data: local maps fitted to neighbours, and QR.

    At points along the orbit a polynomial of first or second order is fitted to where their
    neighbours go; its linear part carries tangent vectors on, which are made orthonormal again.

    Parameters
    ----------
    series : series
        Several variables are taken as the state; one variable is embedded by delays.
    dimension, delay : int, optional
        Embedding of a single variable, which is also the number of exponents. Default: as in
        `largest_lyapunov_from_data`.
    theiler : int, optional
        Neighbours within this many samples are left out. Default: one mean period.
    noise : float
        Standard deviation of the measurement noise, in units of the data; neighbours nearer than
        three times this are not used.

    Returns
    -------
    Dataset
        ``exponent``, ``low``, ``high``, ``converged`` over "index" (from 0, falling), in 1 / time
        unit of the series; ``reversed_exponent``: those of the series read backwards, with their
        sign changed; ``kaplan_yorke_dimension`` with ``kaplan_yorke_dimension_low`` and ``_high``.
        ``attrs``: ``reason``, ``embedding_dim``, ``embedding_delay``, ``theiler``. With several
        trajectories the numbers are medians.

    Raises
    ------
    InputError
        If a trajectory has fewer than 200 samples, holds NaN, a variable does not vary, or the
        state has more than 20 coordinates.

    Notes
    -----
    The exponent is the median over fits of first and second order, to fewer and more neighbours,
    over a twelfth and a sixth of a period (flow) or one step (map). The interval holds all of
    these, and around the median the root of the sum of squares of three errors: what 20 parts of
    the orbit spread (95 %), what neighbours from an eighth of the orbit change, and 6 % of it or
    of the first exponent. An exponent is ``converged`` where the half-width is below 25 % of it or
    of the first one, the first is positive, and one of a flow's lies within 15 % of the first one
    of zero.

    An embedding with more dimensions than the system has spurious exponents, which may even be
    larger than the true ones (Sauer, Tempkin & Yorke 1998). True ones change their sign when time
    runs backwards, spurious ones do not (Parlitz 1992): for one variable, an exponent without a
    partner in ``reversed_exponent`` within the interval or 25 % is never ``converged``, nor is a
    negative one. Strongly negative exponents need more resolution across the attractor than most
    data have.

    References
    ----------
    Sano & Sawada, Phys. Rev. Lett. 55, 1082 (1985); Eckmann, Kamphorst, Ruelle & Ciliberto, Phys.
    Rev. A 34, 4971 (1986); Brown, Bryant & Abarbanel, Phys. Rev. A 43, 2787 (1991); Parlitz, Int.
    J. Bifurcation Chaos 2, 155 (1992); Sauer, Tempkin & Yorke, Phys. Rev. Lett. 81, 4341 (1998).

    Examples
    --------
    >>> import dsr
    >>> found = lyapunov_spectrum_from_data(dsr.simulate("henon", steps=2000))
    >>> round(float(found["exponent"][0]), 1), found["converged"].values.tolist()
    (0.4, [True, True])
    """
    checked = reference_series(series, minimum=200, name="series")
    dt = float(checked.attrs.get("dt", 1.0))
    results = [_one(part, dimension, delay, theiler, noise) for part in trajectories(checked)]
    size = min(r["exponent"].size for r in results)
    unit = f"1/{checked.attrs.get('time_unit', 'step')}"
    exponent, low, high, back = (
        np.median([r[key][:size] for r in results], axis=0) / dt
        for key in ("exponent", "low", "high", "back")
    )
    first = results[0]
    return xr.Dataset(
        {
            "exponent": ("index", exponent, {"units": unit}),
            "low": ("index", low, {"units": unit}),
            "high": ("index", high, {"units": unit}),
            "converged": ("index", np.all([r["converged"][:size] for r in results], axis=0)),
            "reversed_exponent": ("index", back, {"units": unit}),
            "kaplan_yorke_dimension": _dimension(exponent),
            "kaplan_yorke_dimension_low": _dimension(low),
            "kaplan_yorke_dimension_high": _dimension(high),
        },
        coords={"index": np.arange(size)},
        attrs={
            "units": unit,
            "theiler": first["theiler"],
            "embedding_dim": first["dimension"],
            "embedding_delay": first["delay"],
            "reason": "; ".join(dict.fromkeys(r["reason"] for r in results if r["reason"])),
        },
    )


def _dimension(exponents: Floats) -> float:
    """Kaplan-Yorke dimension; NaN where an exponent is."""
    if not np.isfinite(exponents).all():
        return float("nan")
    return float(kaplan_yorke(np.sort(exponents)[::-1]))


def _one(
    values: Floats, dimension: int | None, delay: int | None, theiler: int | None, noise: float
) -> dict[str, Any]:
    """Estimate for one trajectory, in units of one sample."""
    period = period_of(values)
    window = int(np.ceil(period)) if theiler is None else int(theiler)
    dimension, delay = embedding_of(values, dimension, delay)
    points = state(values, dimension, delay)
    size = points.shape[1]
    if size > LARGEST_STATE:
        raise InputError(
            f"a state of {size} coordinates is too large for local maps, which take "
            f"{LARGEST_STATE} at most; select variables or give a smaller dimension"
        )
    half = flow_half_width(points, period)
    beyond = noise_distance(values, noise)
    delays = values.shape[1] == 1
    setting = (period, half, window, delays)
    growths = _growths(points, *setting, beyond)
    told = {"dimension": dimension, "delay": delay, "theiler": window}
    if not growths:
        nothing = np.full(size, np.nan)
        return told | {
            "exponent": nothing, "low": nothing, "high": nothing, "back": nothing,
            "converged": np.zeros(size, dtype=bool),
            "reason": "too few points have neighbours enough outside the Theiler window",
        }  # fmt: skip
    exponent, falling = _middle(growths)
    floor = NOISE_REACH * min(g.noise for g in growths)
    if floor > beyond:
        growths += _growths(points, *setting, floor)
        exponent, falling = _middle(growths)
    chunk = int(np.ceil(2 * period))
    coarse = _growths(points, *setting, beyond, chunk)
    turned = _growths(points[::-1], *setting, beyond)
    # What fewer and farther neighbours change is what nearer ones might change.
    away = np.abs(_middle(coarse)[0] - exponent) if coarse else np.zeros(size)
    reverse = np.sort(-_middle(turned)[0])[::-1] if turned else np.full(size, np.nan)
    scale = np.maximum(np.abs(exponent), abs(exponent[0]))
    parts = np.median([g.half_width for g in growths], axis=0)
    aside = np.sqrt(parts**2 + away**2 + (SYSTEMATIC * scale) ** 2)
    low = np.minimum(falling.min(axis=0), exponent - aside)
    high = np.maximum(falling.max(axis=0), exponent + aside)
    narrow = (high - low) / 2 <= WIDEST * scale
    timed = not half or any(g.keeps_time() for g in growths)
    paired = np.ones(size, dtype=bool)
    if delays:
        gap = np.abs(exponent[:, None] - reverse[None]).min(axis=1)
        paired = gap <= np.maximum((high - low) / 2, WIDEST * scale)
        paired &= exponent >= -FLOW_SHARE * abs(exponent[0])
    converged = narrow & paired & (timed and exponent[0] > 0)
    checks = {
        "the fits differ by more than 25 %": narrow.all(),
        "some exponents may be spurious, as delays of one variable have them": paired.all(),
        "no exponent is near zero, as a flow must have one": timed,
        "no exponent is positive": bool(exponent[0] > 0),
    }
    return told | {
        "exponent": exponent, "low": low, "high": high, "back": reverse, "converged": converged,
        "reason": "; ".join(text for text, passed in checks.items() if not passed),
    }  # fmt: skip


def _growths(
    points: Floats,
    period: float,
    half: int,
    window: int,
    delays: bool,
    beyond: float,
    chunk: int = 0,
) -> list[Growth]:
    """All ways of fitting that found neighbours enough."""
    points = np.ascontiguousarray(points)
    fits = standard_fits(points.shape[1])
    found = [
        growth
        for stride in strides(period, half)
        for growth in local_growth(
            points, fits, stride=stride, theiler=window, beyond=beyond, chunk=chunk, delays=delays
        )
    ]
    return [growth for growth in found if np.isfinite(growth.exponents).all()]


def _middle(growths: list[Growth]) -> tuple[Floats, Floats]:
    """Median of the exponents, and all of them, in falling order."""
    falling = np.array([np.sort(g.exponents)[::-1] for g in growths])
    return np.median(falling, axis=0), falling

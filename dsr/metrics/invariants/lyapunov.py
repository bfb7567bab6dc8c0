"""Lyapunov spectrum of a model, a map or a flow, with an interval and a convergence verdict."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr

from dsr.metrics.doors import Floats
from dsr.metrics.invariants.orbits import BLOCKS, Setting, prepare_orbit

_STUDENT = 2.02
"""Two-sided 95 % quantile of Student's t with 39 degrees of freedom."""

_BOUNDED_GROWTH = 3.0
_REST = 1e-10
_CONSERVED = 1e-6


def lyapunov_spectrum(
    system_or_model: Any,
    *,
    steps: int | None = None,
    duration: float | None = None,
    transient: float | None = None,
    count: int | None = None,
    parameters: Any = None,
    initial: Any = None,
    inputs: Any = None,
    seed: int = 0,
) -> xr.Dataset:
    r"""Lyapunov exponents by repeated QR decomposition (Benettin et al. 1980).

    Tangent vectors follow the Jacobian at the state before each step and are orthonormalised every
    few steps; the exponents are the mean logarithms of their stretching over 40 blocks.

    Parameters
    ----------
    system_or_model : System, str, or model
        A system, the name of a registered one, or a model in the protocol
        `dsr.protocols.StateSpace`.
    steps : int, optional
        Steps of the orbit after the transient: iterations of a map or model (default 100,000), or
        integration steps of a flow.
    duration : float, optional
        Length of the orbit in time units instead of ``steps`` (default 100,000 sampling steps).
    transient : float, optional
        What is left out before, in the same unit as ``duration`` (time units; steps for maps and
        models without a time step). It also aligns the tangent vectors.
    count : int, optional
        Number of exponents, from the largest; all if not given.
    parameters : mapping or sequence, optional
        Parameters of a system, where they differ from its own.
    initial : array, (n,), optional
        Start (latent state of a model).
    inputs : series, optional
        External inputs of a driven model: the orbit follows them from their first sample on, and
        without ``steps`` it is as long as they are.
    seed : int
        Of the first tangent vectors, and of the start of a model that stores none.

    Returns
    -------
    xarray.Dataset
        ``exponent, low, high`` ("index"): mean and 95 % interval from the 40 blocks;
        ``block_exponent`` ("block", "index"); ``kaplan_yorke_dimension`` with ``_low`` and
        ``_high``; ``ks_entropy`` (sum of the positive exponents: equal to the Kolmogorov-Sinai
        entropy for SRB measures, an upper bound otherwise). Exponents are per time unit for flows
        and fitted models, per step for maps and models from matrices: ``attrs["units"]``.
        ``attrs["complete"]``: whether these are all exponents, so that their sum is the mean
        divergence of the flow; where they are not, entropy and dimension are NaN if more are
        needed. ``attrs["converged"]``: the interval of the largest is below 2 % (or 0.005) and both
        halves agree; ``attrs["status"]``: chaotic, not_converged (growth, but not yet certain),
        neutral (no growth and no decay: a torus or a conservative orbit), periodic, fixed_point or
        diverged.

    Raises
    ------
    InputError
        For an object that is neither, or settings that do not fit.

    Notes
    -----
    The interval covers the finite length of the orbit, not errors of the integrator, and is widened
    where neighbouring blocks are correlated (a system with long memory); a flow is
    integrated by RK4 with a step that is halved until two half steps agree with it to 1e-7 of the
    attractor's size everywhere on a stretch of it. A model's exponents are those of the model, not
    of the system behind the data.

    Examples
    --------
    >>> spectrum = lyapunov_spectrum("henon", steps=20_000)
    >>> bool(abs(float(spectrum["exponent"].sum()) - np.log(0.3)) < 1e-9)
    True
    """
    rng = np.random.default_rng(seed)
    orbit = prepare_orbit(
        system_or_model, steps, duration, transient, count, parameters, initial, rng, inputs
    )
    V = np.linalg.qr(rng.standard_normal((orbit.size, orbit.setting.vectors)))[0]
    V = np.ascontiguousarray(V)
    setting = orbit.setting
    if setting.transient:
        orbit.advance(V, np.empty((1, setting.vectors)), setting.transient, setting.interval)
    sums = np.empty((BLOCKS, setting.vectors))
    orbit.advance(V, sums, setting.block, setting.interval)
    local = sums / (setting.block * setting.time_per_step)
    before = np.array(orbit.state)
    orbit.advance(V, np.empty((1, setting.vectors)), setting.interval, setting.interval)
    with np.errstate(invalid="ignore"):
        still = bool((np.abs(orbit.state - before) <= _REST * (1.0 + np.abs(before))).all())
    return _dataset(local, orbit.size, setting, orbit.label, still, seed)


def half_widths(local: Floats) -> Floats:
    """95 % half-width of the mean of the block values ``(blocks, K)``.

    Where a block resembles the one before (correlation r above what chance makes), fewer of them
    are independent: the width grows by the root of (1 + r) / (1 - r).
    """
    half = _STUDENT * local.std(axis=0, ddof=1) / math.sqrt(len(local))
    centred = local - local.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        r = (centred[1:] * centred[:-1]).sum(axis=0) / (centred**2).sum(axis=0)
    r = np.where(r > 2.0 / math.sqrt(len(local)), np.minimum(r, 0.95), 0.0)
    return np.asarray(half * np.sqrt((1.0 + r) / (1.0 - r)))


def kaplan_yorke(exponents: Floats, band: Floats | float = 0.0) -> float:
    """Kaplan-Yorke dimension of sorted exponents; those within ``band`` of zero count as zero.

    Parameters
    ----------
    exponents : array, (n,)
        Falling.
    band : float or array, (n,)

    Returns
    -------
    float

    References
    ----------
    Kaplan & Yorke, Lecture Notes in Mathematics 730, 204 (1979).

    Examples
    --------
    >>> round(kaplan_yorke(np.array([0.9056, 0.0, -14.5722])), 4)
    2.0621
    """
    values = np.where(np.abs(exponents) <= band, 0.0, exponents)
    if values[0] < 0.0:
        return 0.0
    sums = np.cumsum(values)
    last = int(np.flatnonzero(sums >= 0.0)[-1])
    if last + 1 == len(values):
        return float(len(values))
    return float(last + 1 + sums[last] / abs(values[last + 1]))


def _dataset(
    local: Floats, size: int, setting: Setting, label: str, still: bool, seed: int
) -> xr.Dataset:
    mean, half = local.mean(axis=0), half_widths(local)
    order = np.argsort(-mean)
    mean, half, local = mean[order], half[order], local[:, order]
    complete = len(mean) == size
    # Growth by a bounded factor over the whole orbit is no growth: an exponent that theory makes
    # zero comes out as ln(factor) / duration, which the spread of the blocks need not cover.
    band = np.maximum(half, _BOUNDED_GROWTH / (setting.block * BLOCKS * setting.time_per_step))
    dimension, low, high = _dimension(mean, band, local, complete)
    status, converged = _status(mean, half, band, local, still)
    finite = bool(np.isfinite(mean).all())
    unit = "per step" if setting.unit == "step" else f"per {setting.unit}"
    attrs = {
        "units": unit,
        "target": label,
        "steps": setting.block * BLOCKS,
        "step": setting.time_per_step,
        "duration": setting.block * BLOCKS * setting.time_per_step,
        "transient": setting.transient * setting.time_per_step,
        "blocks": BLOCKS,
        "converged": converged,
        "complete": complete,
        "status": status,
        "seed": seed,
    }
    if not finite:
        attrs["reason"] = "the orbit left the finite numbers"
    elif not complete:
        attrs["reason"] = "the dimension needs more exponents than were asked for"
    # Without a negative one among them, further positive exponents may follow.
    ended = complete or bool(mean[-1] < -half[-1])
    entropy = float(mean[mean > half].sum()) if finite and ended else np.nan
    return xr.Dataset(
        {
            "exponent": ("index", mean, {"units": unit}),
            "low": ("index", mean - half, {"units": unit}),
            "high": ("index", mean + half, {"units": unit}),
            "block_exponent": (("block", "index"), local, {"units": unit}),
            "kaplan_yorke_dimension": ((), dimension),
            "kaplan_yorke_dimension_low": ((), low),
            "kaplan_yorke_dimension_high": ((), high),
            "ks_entropy": ((), entropy, {"units": unit}),
        },
        coords={"index": np.arange(1, len(mean) + 1)},
        attrs=attrs,
    )


def _dimension(
    mean: Floats, half: Floats, local: Floats, complete: bool
) -> tuple[float, float, float]:
    """Kaplan-Yorke dimension and a jackknife interval over the blocks."""
    if not np.isfinite(mean).all():
        return np.nan, np.nan, np.nan
    if complete:
        # A conservative system fills its space: the exponents sum to zero but for rounding.
        total = local.sum(axis=1)
        slack = float(half_widths(total[:, None])[0]) + _CONSERVED * float(np.abs(mean).max())
        if abs(total.mean()) <= slack and mean[0] > -half[0]:
            return float(len(mean)), float(len(mean)), float(len(mean))
    value = kaplan_yorke(mean, half)
    if not complete and value == len(mean):
        return np.nan, np.nan, np.nan
    blocks = len(local)
    left_out = (local.sum(axis=0) - local) / (blocks - 1)
    each = np.array([kaplan_yorke(-np.sort(-row), half) for row in left_out])
    error = _STUDENT * math.sqrt((blocks - 1) / blocks * ((each - each.mean()) ** 2).sum())
    return value, value - error, value + error


def _status(
    mean: Floats, half: Floats, band: Floats, local: Floats, still: bool
) -> tuple[str, bool]:
    if not np.isfinite(mean).all():
        return "diverged", False
    middle = len(local) // 2
    apart = abs(local[:middle, 0].mean() - local[middle:, 0].mean())
    converged = bool(half[0] <= max(0.005, 0.02 * abs(mean[0])) and apart < 2 * half[0] + 1e-12)
    if mean[0] > band[0]:
        return ("chaotic" if converged else "not_converged"), converged
    if mean[0] < -band[0]:
        # Of a flow that decays to a point, or of a map: then a cycle unless it stands still.
        return ("fixed_point" if still else "periodic"), converged
    second = len(mean) > 1 and mean[1] < -band[1]
    return ("periodic" if second else "neutral"), converged

"""Lyapunov spectrum of a model, a map or a flow, with an interval and a convergence verdict."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr

from dsr.metrics.doors import Floats
from dsr.metrics.invariants.clock import zero_band
from dsr.metrics.invariants.course import Course, follow, judge
from dsr.metrics.invariants.long_run import mean_half_widths
from dsr.metrics.invariants.orbits import BLOCKS, Orbit, prepare_orbit

_STUDENT = 2.02
"""Two-sided 95 % quantile of Student's t with 39 degrees of freedom."""

_CONSERVED = 1e-6
_STICKING = 2.0


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
        Length of the orbit in time units instead of ``steps`` (default 100,000 sampling steps; of
        a large or stiff flow fewer, so that the work keeps within about a minute).
    transient : float, optional
        What is left out before, in the same unit as ``duration`` (time units; steps for maps and
        models without a time step). It also aligns the tangent vectors.
    count : int, optional
        Number of exponents, from the largest; if not given all, or 10 of more than 40 variables.
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
        ``exponent, low, high`` ("index"): mean and 95 % interval; ``block_exponent``
        ("block", "index"), of 40 blocks; ``kaplan_yorke_dimension`` with ``_low`` and
        ``_high``; ``ks_entropy`` (sum of the positive exponents: equal to the Kolmogorov-Sinai
        entropy for SRB measures, an upper bound otherwise). Exponents are per time unit for flows
        and fitted models, per step for maps and models from matrices: ``attrs["units"]``.
        ``attrs["complete"]``: whether these are all exponents, so that their sum is the mean
        divergence of the flow; where they are not, entropy and dimension are NaN if more are
        needed. ``attrs["converged"]``: the half-width of the largest is below 2 % of it, or 0.005
        per mean period (``attrs["mean_period"]``), and both halves agree. ``attrs["status"]``:
        chaotic (growth, certain by more than two half-widths), not_converged (nothing is certain),
        neutral (no growth and no decay: a torus or a conservative orbit), periodic, fixed_point or
        diverged (the state leaves to infinity, however slowly). ``attrs["reason"]``, where there is
        one, says what is missing.

    Raises
    ------
    InputError
        For an object that is neither, or settings that do not fit.

    Notes
    -----
    The interval covers the finite length of the orbit, not errors of the integrator. It comes from
    the long-run variance of growth, and so takes account of growth that is given back and of long
    memory; where the exponents sum to zero it is doubled, since an orbit that keeps its volume may
    stick to islands for longer than it was followed. A flow is integrated by RK4 with a step that
    is stable, and halved until two half steps agree with it to 1e-7 of the attractor's size
    everywhere on a stretch of it. A model's exponents are those of the model, not
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
    course = follow(orbit, np.ascontiguousarray(V))
    return _dataset(course, orbit, seed)


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


def _dataset(course: Course, orbit: Orbit, seed: int) -> xr.Dataset:
    setting, blocks = orbit.setting, len(course.cells) // BLOCKS
    order = np.argsort(-course.cells.mean(axis=0))
    cells = course.cells[:, order]
    local = cells.reshape(BLOCKS, blocks, -1).mean(axis=1)
    mean = local.mean(axis=0)
    complete = len(mean) == orbit.size
    half, long_memory = mean_half_widths(cells)
    filled = bool(complete and not course.lost and _conserved(local, course.period))
    if filled:
        # An orbit that keeps its volume may stick to islands for longer than it was followed.
        half = _STICKING * half
    duration = len(cells) * course.cell_time
    dimension, low, high, why = (
        (np.nan, np.nan, np.nan, "")
        if course.lost
        else _dimension(
            mean, half, cells, complete, filled, duration, course.resting and mean[0] < 0.0
        )
    )
    judged = judge(mean, half, local, bool(long_memory[0]), duration, course)
    unit = "per step" if setting.unit == "step" else f"per {setting.unit}"
    reasons = [text for text in (judged.reason, why) if text]
    attrs = {
        "units": unit,
        "target": orbit.label,
        "steps": round(duration / setting.time_per_step),
        "step": setting.time_per_step,
        "duration": duration,
        "transient": setting.transient * setting.time_per_step,
        "blocks": BLOCKS,
        "mean_period": course.period,
        "zero_band": zero_band(duration, course.period),
        "converged": judged.converged,
        "complete": complete,
        "status": judged.status,
        "seed": seed,
    }
    if orbit.stiffness * setting.time_per_step > 1.0:
        attrs["note"] = (
            f"exponents below {-1.0 / setting.time_per_step:.3g} are those of the integrator, "
            "whose step is stable there and not accurate"
        )
    if reasons:
        attrs["reason"] = "; ".join(reasons)
    # Without a negative one among them, further positive exponents may follow.
    ended = complete or bool(mean[-1] < -half[-1])
    entropy = float(mean[mean > half].sum()) if not course.lost and ended else np.nan
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


def _conserved(local: Floats, period: float) -> bool:
    """Whether all exponents sum to zero but for the integrator: the flow keeps volumes."""
    mean, total = local.mean(axis=0), local.sum(axis=1)
    rounding = _CONSERVED * max(float(np.abs(mean).max()), 1.0 / period)
    slack = float(half_widths(total[:, None])[0]) + rounding
    return bool(abs(total.mean()) <= slack and mean[0] > -half_widths(local[:, :1])[0])


def _dimension(
    mean: Floats,
    half: Floats,
    cells: Floats,
    complete: bool,
    filled: bool,
    duration: float,
    resting: bool,
) -> tuple[float, float, float, str]:
    """Kaplan-Yorke dimension, its interval, and what is to be said of it."""
    if not np.isfinite(mean).all():
        return np.nan, np.nan, np.nan, ""
    size = float(len(mean))
    if resting:
        return 0.0, 0.0, 0.0, ""
    if filled:
        return size, size, size, ""
    # Growth by a bounded factor over the whole orbit is no growth: an exponent that theory makes
    # zero comes out as ln(factor) / duration, which the spread of the cells need not cover.
    band = np.maximum(half, zero_band(duration))
    value = kaplan_yorke(mean, band)
    if value == size and complete and mean.sum() < -half.sum():
        why = "all exponents are too near zero for an orbit of this length to give a dimension"
        return np.nan, np.nan, np.nan, why
    if value == size:
        if not complete:
            why = "the dimension needs more exponents than were asked for"
            return np.nan, np.nan, np.nan, why
        return size, size, np.nan, (
            "the exponents sum to no less than zero, where the formula of Kaplan and Yorke ends: "
            "the dimension is put at the number of variables, as a lower bound"
        )  # fmt: skip
    if value == 0.0:
        return 0.0, 0.0, 0.0, ""
    # To first order the dimension is a mean over the cells as the exponents are.
    whole = int(value)
    counted = cells[:, :whole] * (np.abs(mean[:whole]) > band[:whole])
    following = abs(mean[whole])
    share = (counted.sum(axis=1) + (value - whole) * cells[:, whole]) / following
    error = float(mean_half_widths(share[:, None])[0][0]) if value > whole else 0.0
    return value, value - error, value + error, ""

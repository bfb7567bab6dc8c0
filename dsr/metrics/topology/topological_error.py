"""Topology of behaviour: does a model reach the right limit set from every start of a grid?"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.data import System, simulate, system
from dsr.errors import DivergedError, InputError
from dsr.metrics.doors import Floats, bounded, generated_arrays
from dsr.metrics.geometry.distances import hausdorff, sliced, unit_vectors
from dsr.metrics.invariants.lyapunov import lyapunov_spectrum
from dsr.metrics.models import Clocked, context_length, name_of
from dsr.metrics.topology.floor import truth_against_truth
from dsr.protocols import Runs, StateSpace

__all__ = ["extent", "long_runs", "topological_error", "wilson_interval"]

ZERO_SHARE = 0.01


class _Rates(NamedTuple):
    """Exponents (K, n), half of their intervals, and below which size they count as zero."""

    values: Floats
    half: Floats
    band: Floats

    def signs(self) -> Floats:
        """Signs, 0 for those that count as zero."""
        return np.sign(np.where(np.abs(self.values) < self.band, 0.0, self.values))


def wilson_interval(hits: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's 95 % interval of a share of ``hits`` in ``total``.

    Examples
    --------
    >>> [round(v, 3) for v in wilson_interval(0, 10)]
    [0.0, 0.278]
    """
    if total == 0:
        return 0.0, 1.0
    share, extra = hits / total, z * z / total
    middle = (share + extra / 2) / (1 + extra)
    half = z * np.sqrt(share * (1 - share) / total + extra / (4 * total)) / (1 + extra)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def long_runs(
    source: Any,
    initial: Any,
    steps: int,
    transient: int,
    *,
    may_diverge: bool = False,
    beginnings: list[Floats] | None = None,
) -> list[Floats]:
    """Trajectories (steps - transient, N) of a system, a model or a series, one for each start.

    Parameters
    ----------
    source : System, name of a system, model, or series with one trajectory for each start
    initial : (K, N) array
        Starts; not used where ``source`` is a series. Of a model that starts from several samples
        also (K, context_length, N).
    steps, transient : int
        Length of each run, and what is dropped of it. Of a series nothing but ``transient`` is.
    may_diverge : bool
        Whether a system's run that leaves the finite numbers is NaN instead of an error.
    beginnings : list of array, optional
        True runs from the same starts: a model that needs several samples starts from theirs.
    """
    if isinstance(source, Runs):
        contexts = contexts_of(source, initial, beginnings)
        held = context_length(source) - 1
        runs = generated_arrays(source.generate(contexts, steps - held))
        if held:
            runs = [np.concatenate([c[1:], run]) for c, run in zip(contexts, runs, strict=True)]
    elif isinstance(source, System | str) and initial is not None:
        runs = _simulated(source, initial, steps, may_diverge)
    else:
        runs = generated_arrays(source)
    return dropped(runs, transient)


def dropped(runs: list[Floats], transient: int) -> list[Floats]:
    """Runs without their first samples."""
    shortest = min(r.shape[0] for r in runs)
    if not 0 <= transient < shortest - 1:
        raise InputError(
            f"transient must be from 0 to below {shortest - 1} samples, not {transient}"
        )
    return [np.ascontiguousarray(r[transient:]) for r in runs]


def contexts_of(model: Runs, initial: Floats, beginnings: list[Floats] | None) -> Floats:
    """What a model starts from: (K, N) states, or (K, context_length, N) stretches."""
    length = context_length(model)
    if length == 1 or initial.ndim == 3:
        return initial
    if beginnings is None or min(len(run) for run in beginnings) < length:
        raise InputError(
            f"{name_of(model)} starts from {length} samples; pass initial with shape "
            f"(starts, {length}, variables)"
        )
    return np.stack([run[:length] for run in beginnings])


def _simulated(source: Any, initial: Floats, steps: int, may_diverge: bool) -> list[Floats]:
    """Runs of a system; one that leaves the finite numbers is NaN if it may."""
    try:
        made = simulate(source, steps=steps, initial=initial, trajectories=len(initial))
        return generated_arrays(made)
    except DivergedError:
        if not may_diverge:
            raise
    runs = []
    for start in initial:
        try:
            runs += generated_arrays(simulate(source, steps=steps, initial=start))
        except DivergedError:
            runs.append(np.full((steps, len(start)), np.nan))
    return runs


def extent(runs: list[Floats], starts: Floats | None) -> float:
    """Root of the total variance of the ends of all runs, that two limit sets are measured by.

    Where all runs end in one point it is that of the starts, or else a millionth of the point's
    distance from zero.
    """
    ends = np.concatenate(runs)
    size = float(np.sqrt(ends.var(axis=0).sum()))
    least = 1e-6 * float(np.abs(ends).max())
    if size > least:
        return size
    spread = 0.0 if starts is None else float(np.sqrt(starts.var(axis=0).sum()))
    return max(spread, least)


def topological_error(
    reference: Any,
    generated: Any,
    *,
    initial: Any = None,
    steps: int = 4000,
    transient: int | None = None,
    epsilon: float | None = None,
    exponent_tolerance: float = 0.5,
    quantile: float = 0.95,
    reference_exponents: Any = None,
    generated_exponents: Any = None,
    zero_band: float | None = None,
    seed: int = 0,
) -> xr.Dataset:
    r"""Share of starts from which a model does not reach the limit set that the truth reaches.

    :math:`E_\mathrm{top} = 1 - \frac{1}{n} \sum_i 1[d_H(A_i, G_i) < \epsilon]\,
    1[\mathrm{sign}\,\lambda^A = \mathrm{sign}\,\lambda^G]\,
    1[|\lambda_1^A - \lambda_1^G| / |\lambda_1^A| < \epsilon_\lambda]`
    with the Hausdorff distance of the point sets that are visited after a transient.

    Parameters
    ----------
    reference, generated : System, name, model, or series
        A series has one trajectory for each start. Systems and models are run from ``initial``.
    initial : (K, N) array, optional
        Grid of starts, in original units.
    steps : int
        Samples of each run.
    transient : int, optional
        Samples dropped of each run. Default: three quarters where runs are made, 0 for two series.
    epsilon : float, optional
        Distance below which two limit sets are the same, in units of the data. Default: a tenth of
        the root of the reference's total variance over all starts (of the variance of the starts
        themselves, where all end in one point), but never less than a quarter above the noise
        floor of the start.
    exponent_tolerance : float
        Allowed relative error of the largest exponent.
    quantile : float
        ``error_robust`` replaces the largest of the nearest distances in d_H, which one stray point
        rules, by this quantile.
    reference_exponents, generated_exponents : (K, n) arrays, optional
        Lyapunov exponents from each start, per time unit, falling. Computed for systems and models;
        where a series leaves either unknown, only limit sets are compared, and attrs say so.
    zero_band : float, optional
        Exponents below this count as zero, beside those whose interval holds zero: an exact sign
        never matches a zero exponent. Default: a hundredth of the fastest, and one over the time
        that a computed one was averaged over, whichever is more. Signs of exponents no further
        apart than that count as equal.
    seed : int

    Returns
    -------
    Dataset
        ``error`` with ``low``, ``high`` (Wilson, 95 %), ``error_robust``, ``statistical_error``
        (mean sliced Wasserstein-1 distance), and over "start": ``hausdorff``,
        ``hausdorff_robust``, ``matches``, ``diverged``, ``epsilon`` (what was asked for or a tenth,
        as in attrs, or by the noise floor) and ``noise_floor``, ``noise_floor_robust``: the largest
        of these distances between stretches of the truth alone (a system run on three times as long
        from each end; else halves of each run). A run that is not finite is an error.

    Raises
    ------
    InputError
        If numbers of trajectories or variables differ, or starts are missing.

    References
    ----------
    Goering et al., Out-of-domain generalization in dynamical systems reconstruction, ICML 2024.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import topological_error
    >>> runs = np.random.default_rng(0).random((3, 200, 2))
    >>> float(topological_error(runs, runs).error)
    0.0
    """
    both_series = not any(is_run(s) for s in (reference, generated))
    if initial is None and not both_series:
        raise InputError("initial is missing: pass a (K, N) array of starts for systems and models")
    starts = None if initial is None else np.atleast_2d(np.asarray(initial, dtype=np.float64))
    drop = transient
    if drop is None:
        drop = 0 if both_series else 3 * steps // 4
    begun = long_runs(reference, starts, steps, 0)
    truth = dropped(begun, drop)
    model = long_runs(generated, starts, steps, drop, may_diverge=True, beginnings=begun)
    if len(truth) != len(model) or truth[0].shape[1] != model[0].shape[1]:
        raise InputError(
            f"the reference has {len(truth)} runs of {truth[0].shape[1]} variables and the "
            f"generated {len(model)} of {model[0].shape[1]}; they must match one to one"
        )
    if not all(np.isfinite(t).all() for t in truth):
        raise InputError("a reference run is not finite; choose starts from which it stays bounded")
    size = extent(truth, starts)
    again = None
    if isinstance(reference, System | str) and starts is not None:
        again = partial(_simulated, reference, may_diverge=True)
    floor = truth_against_truth(truth, quantile, size, again)
    least = 0.1 * size if epsilon is None else float(epsilon)
    limit = limit_robust = np.full(len(truth), least)
    if epsilon is None:
        limit, limit_robust = floor.limits(least)
    finite = np.array([bounded(g) for g in model])
    vectors = unit_vectors(truth[0].shape[1], seed=seed)
    first, robust, moved = (np.full(len(truth), np.inf) for _ in range(3))
    for k in np.flatnonzero(finite):
        first[k] = hausdorff(truth[k], model[k])
        robust[k] = hausdorff(truth[k], model[k], quantile)
        moved[k] = sliced(truth[k], model[k], vectors)
    rates, notes = [], ""
    for source, given in ((reference, reference_exponents), (generated, generated_exponents)):
        rates.append(_exponents(source, given, starts, begun, steps, drop, zero_band, seed))
    same = np.ones(len(truth), dtype=bool)
    if rates[0] is None or rates[1] is None:
        notes = "exponents are not known for both sides: only limit sets are compared"
    else:
        same = _same_exponents(rates[0], rates[1], exponent_tolerance)
    matches = finite & (first <= limit) & same
    hits = int(matches.sum())
    low, high = wilson_interval(len(matches) - hits, len(matches))
    return xr.Dataset(
        {
            "error": 1 - hits / len(matches),
            "low": low,
            "high": high,
            "error_robust": 1 - float(np.mean(finite & (robust <= limit_robust) & same)),
            "statistical_error": float(moved.mean()),
            "hausdorff": ("start", first),
            "hausdorff_robust": ("start", robust),
            "matches": ("start", matches),
            "diverged": ("start", ~finite),
            "epsilon": ("start", limit),
            "noise_floor": ("start", floor.largest),
            "noise_floor_robust": ("start", floor.robust),
        },
        attrs={
            "epsilon": least,
            "noise_floor": float(np.median(floor.largest)),
            "exponent_tolerance": exponent_tolerance,
            "quantile": quantile,
            "transient": drop,
            "starts": len(matches),
            "exponents": notes or "compared",
            "reason": "inf: the generated run is not finite",
            "seed": seed,
        },
    )


def is_run(source: Any) -> bool:
    """Whether something must be run from a start: a system or a model, not a series."""
    return isinstance(source, Runs | System | str)


def _exponents(
    source: Any,
    given: Any,
    starts: Floats | None,
    begun: list[Floats],
    steps: int,
    transient: int,
    zero_band: float | None,
    seed: int,
) -> _Rates | None:
    """Exponents from each start; None if unknown."""
    if given is not None:
        values = np.atleast_2d(np.asarray(given, dtype=np.float64))
        return _Rates(values, np.zeros_like(values), _band(values, zero_band))
    source = system(source) if isinstance(source, str) else source
    if isinstance(source, Runs):
        if starts is None or not isinstance(source, StateSpace):
            return None
        starts = np.stack([source.encode(c) for c in contexts_of(source, starts, begun)])
    if starts is None or not isinstance(source, System | StateSpace):
        return None
    dt = (source.dt if isinstance(source, Clocked) else None) or 1.0
    rows, halves, bands = [], [], []
    for start in starts:
        result = lyapunov_spectrum(
            source, duration=steps * dt, transient=transient * dt, initial=start, seed=seed
        )
        value = result["exponent"].values
        half = (result["high"].values - result["low"].values) / 2
        least = 0.0 if zero_band is not None else 1.0 / ((steps - transient) * dt)
        rows.append(value)
        halves.append(half)
        bands.append(np.maximum(np.maximum(half, least), _band(value, zero_band)))
    return _Rates(np.array(rows), np.array(halves), np.array(bands))


def _band(values: Floats, zero_band: float | None) -> Floats:
    """What counts as zero: relative to the fastest exponent, since units of time do not matter."""
    if zero_band is not None:
        return np.full_like(values, zero_band)
    fastest = np.abs(values).max(axis=-1, keepdims=True)
    return np.asarray(np.broadcast_to(ZERO_SHARE * fastest, values.shape))


def _same_exponents(first: _Rates, second: _Rates, tolerance: float) -> NDArray[np.bool_]:
    """Equal signs of the exponents both have (a model may hold more), and a near largest one."""
    count = min(first.values.shape[1], second.values.shape[1])
    a, b = first.values[:, :count], second.values[:, :count]
    apart = np.abs(a - b)
    band = np.maximum(first.band[:, :count], second.band[:, :count])
    signs = ((first.signs()[:, :count] == second.signs()[:, :count]) | (apart <= band)).all(axis=1)
    size = np.abs(a[:, 0]) * (np.abs(a[:, 0]) >= first.band[:, 0])
    # A chaotic orbit is never the same twice: its exponents differ by as much as they fluctuate.
    chaotic = (first.signs()[:, 0] > 0) & (second.signs()[:, 0] > 0)
    unsure = np.where(chaotic, np.maximum(first.half[:, 0], second.half[:, 0]), 0.0)
    both_zero = (first.signs()[:, 0] == 0) & (second.signs()[:, 0] == 0)
    near = both_zero | (apart[:, 0] <= np.maximum(tolerance * size, unsure))
    return np.asarray(near & signs)

"""Lyapunov spectrum of a model, a map or a flow, with an interval and a convergence verdict."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.errors import InputError

Floats = NDArray[np.float64]

BLOCKS = 40
_STUDENT = 2.02
"""Two-sided 95 % quantile of Student's t with 39 degrees of freedom."""

_DEFAULT_STEPS = 100_000
_BOUNDED_GROWTH = 3.0
_REST = 1e-10
_CONSERVED = 1e-6


class _Setting(NamedTuple):
    """Numbers of one estimate, in steps of the orbit."""

    total: int
    block: int
    transient: int
    interval: int
    vectors: int
    time_per_step: float
    unit: str


def lyapunov_spectrum(
    system_or_model: Any,
    *,
    steps: int | None = None,
    duration: float | None = None,
    transient: float | None = None,
    count: int | None = None,
    parameters: Any = None,
    initial: Any = None,
    seed: int = 0,
) -> xr.Dataset:
    r"""Lyapunov exponents by repeated QR decomposition (Benettin et al. 1980).

    Tangent vectors follow the Jacobian at the state before each step and are orthonormalised every
    few steps; the exponents are the mean logarithms of their stretching over 40 blocks.

    Parameters
    ----------
    system_or_model : System, str, or model
        A system, the name of a registered one, or a model with ``step`` and ``jacobian``.
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
        ``attrs["converged"]``: the interval of the largest is below 2 % (or 0.005) and both
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
        system_or_model, steps, duration, transient, count, parameters, initial, rng
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


def prepare_orbit(
    system_or_model: Any, steps: int | None, duration: float | None, transient: float | None,
    count: int | None, parameters: Any, initial: Any, rng: np.random.Generator,
) -> Orbit:  # fmt: skip
    """Check the settings of an estimate, and place an orbit of the target at its start."""
    target = _target(system_or_model, parameters)
    if steps is not None and duration is not None:
        raise InputError("give steps or duration, not both")
    for name, value in (("steps", steps), ("duration", duration), ("transient", transient)):
        if value is not None and not (
            _number(value) and value > (0 if name != "transient" else -1)
        ):
            raise InputError(f"{name} must be a positive number, not {value!r}")
    return target.prepare(steps, duration, transient, count, initial, rng)


# Targets: what can be examined ---------------------------------------------------------------


class _SystemTarget:
    """A registered or user's system."""

    def __init__(self, system: Any) -> None:
        self.system = system

    def prepare(
        self,
        steps: int | None,
        duration: float | None,
        transient: float | None,
        count: int | None,
        initial: Any,
        rng: np.random.Generator,
    ) -> _SystemOrbit:
        from dsr.catalogue.steps import runge_kutta_step

        del rng
        system = self.system if initial is None else self.system.with_initial(initial)
        flow = system.kind == "flow"
        before = system.transient if transient is None else float(transient)
        orbit = _SystemOrbit(system)
        h = runge_kutta_step(system, transient=before) if flow else 1.0
        total = steps or math.ceil((duration or _DEFAULT_STEPS * system.dt) / h)
        every = max(1, round(min(5 * system.dt, 0.5) / h)) if flow else 1
        orbit.setting = _setting(
            total, math.ceil(before / h), every, _count(count, orbit.size), h, system.time_unit
        )
        return orbit


class _SystemOrbit:
    """State of a system's orbit, advanced together with its tangent vectors."""

    setting: _Setting

    def __init__(self, system: Any) -> None:
        self.system = system
        self.label = str(system.name)
        self.functions = system.compiled()
        self.x = np.array(system.initial, dtype=np.float64)
        self.p = system.parameter_values
        self.size = self.x.size
        self.time = 0.0

    @property
    def state(self) -> Floats:
        """Where the orbit is."""
        return self.x

    def advance(self, V: Floats, sums: Floats, block: int, every: int) -> None:
        """Fill ``sums`` block by block; ``V`` is orthonormalised after every ``every`` steps."""
        from dsr.kernels.lyapunov_systems import flow_blocks, map_blocks

        rhs, jac = self.functions
        h = self.setting.time_per_step
        if self.system.kind == "flow":
            flow_blocks(rhs, jac, self.time, h, self.x, self.p, V, block, every, sums)
        else:
            map_blocks(rhs, jac, self.time, self.x, self.p, V, block, every, sums)
        self.time += block * len(sums) * h


class _ModelTarget:
    """A model: its canonical form if it has one, else its own step and Jacobian."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def prepare(
        self,
        steps: int | None,
        duration: float | None,
        transient: float | None,
        count: int | None,
        initial: Any,
        rng: np.random.Generator,
    ) -> _ModelOrbit:
        model = self.model
        dt = getattr(model, "dt", None)
        step = 1.0 if dt is None else float(dt)
        total = steps or (math.ceil(duration / step) if duration else _DEFAULT_STEPS)
        before = total // 5 if transient is None else math.ceil(transient / step)
        orbit = _ModelOrbit(model, initial, rng)
        unit = "step" if dt is None else str(getattr(model, "time_unit", None) or "time unit")
        orbit.setting = _setting(total, before, 1, _count(count, orbit.size), step, unit)
        return orbit


class _ModelOrbit:
    """Latent state of a model, advanced together with its tangent vectors."""

    setting: _Setting

    def __init__(self, model: Any, initial: Any, rng: np.random.Generator) -> None:
        self.model = model
        self.label = str(getattr(model, "name", type(model).__name__))
        canonical = getattr(model, "canonical", None)
        self.canonical = canonical() if canonical is not None else None
        if initial is not None:
            self.z = np.array(initial, dtype=np.float64)
        elif (begin := model.start_state()) is not None:
            self.z = np.array(begin, dtype=np.float64)
        else:
            self.z = 0.1 * rng.standard_normal(int(model.latent_dim))
        if self.z.shape != (int(model.latent_dim),):
            raise InputError(
                f"initial must be a latent state of {model.latent_dim} values, not shape "
                f"{self.z.shape}"
            )
        self.size = self.z.size

    @property
    def state(self) -> Floats:
        """Where the orbit is."""
        return self.z

    def advance(self, V: Floats, sums: Floats, block: int, every: int) -> None:
        """Fill ``sums`` block by block; ``V`` is orthonormalised after every ``every`` steps."""
        if self.canonical is not None:
            from dsr.kernels.lyapunov import piecewise_linear_blocks

            piecewise_linear_blocks(*self.canonical, self.z, V, block, every, sums)
            return
        from dsr.kernels.lyapunov import orthonormalise

        stretch = np.empty(V.shape[1])
        for row in sums:
            row[:] = 0.0
            for done in range(1, block + 1):
                with np.errstate(over="ignore", invalid="ignore"):
                    V[:] = self.model.jacobian(self.z) @ V
                    self.z = np.asarray(self.model.step(self.z))
                if done % every == 0:
                    orthonormalise(V, stretch)
                    row += np.log(stretch)


Orbit = _SystemOrbit | _ModelOrbit


def _target(obj: Any, parameters: Any) -> _SystemTarget | _ModelTarget:
    from dsr.data import System, system

    if isinstance(obj, str):
        obj = system(obj)
    if isinstance(obj, System):
        return _SystemTarget(obj.with_parameters(parameters))
    if parameters is not None:
        raise InputError("parameters can be given for a system only; a model has its own")
    if hasattr(obj, "step") and hasattr(obj, "jacobian"):
        return _ModelTarget(obj)
    raise InputError(
        f"Lyapunov exponents need a system, the name of one, or a model with step and jacobian, "
        f"not {type(obj).__name__}"
    )


def _setting(
    total: int, transient: int, interval: int, count: int, time_per_step: float, unit: str
) -> _Setting:
    if total < 2 * BLOCKS:
        raise InputError(f"{total} steps are too few for an estimate; use at least {2 * BLOCKS}")
    block = max(1, total // BLOCKS)
    interval = min(interval, block)
    block -= block % interval
    # Whole intervals, so that the vectors are orthonormal where the sums begin.
    transient = -(-transient // interval) * interval
    return _Setting(total, block, transient, interval, count, time_per_step, unit)


def _count(count: int | None, size: int) -> int:
    if count is None:
        return size
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= size:
        raise InputError(f"count must be a whole number from 1 to {size}, not {count!r}")
    return count


def _number(value: Any) -> bool:
    good = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    return bool(good and math.isfinite(value))


# Results -------------------------------------------------------------------------------------


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
    local: Floats, size: int, setting: _Setting, label: str, still: bool, seed: int
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
        "status": status,
        "seed": seed,
    }
    if not finite:
        attrs["reason"] = "the orbit left the finite numbers"
    elif not complete:
        attrs["reason"] = "the dimension needs more exponents than were asked for"
    entropy = float(mean[mean > half].sum()) if finite else np.nan
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

"""Orbits of systems and models, advanced together with their tangent vectors."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from dsr.checks import positive
from dsr.data import System, as_series, system, trajectories
from dsr.data.agreement import agreeing
from dsr.errors import InputError
from dsr.metrics.doors import Floats, labelled
from dsr.metrics.models import Clocked, TakesInputs, name_of
from dsr.protocols import PiecewiseLinearMap, StateSpace

BLOCKS = 40

_DEFAULT_STEPS = 100_000


class Setting(NamedTuple):
    """Numbers of one estimate, in steps of the orbit."""

    total: int
    block: int
    transient: int
    interval: int
    vectors: int
    time_per_step: float
    unit: str


def prepare_orbit(
    system_or_model: Any, steps: int | None, duration: float | None, transient: float | None,
    count: int | None, parameters: Any, initial: Any, rng: np.random.Generator,
    inputs: Any = None,
) -> Orbit:  # fmt: skip
    """Check the settings of an estimate, and place an orbit of the target at its start."""
    obj = system(system_or_model) if isinstance(system_or_model, str) else system_or_model
    if isinstance(obj, System) and inputs is not None:
        raise InputError("inputs drive models; a system has its own")
    if not isinstance(obj, System) and parameters is not None:
        raise InputError("parameters can be given for a system only; a model has its own")
    if not isinstance(obj, System | StateSpace):
        raise InputError(
            "Lyapunov exponents need a system, the name of one, or a model with step and jacobian, "
            f"not {type(obj).__name__}"
        )
    if steps is not None and duration is not None:
        raise InputError("give steps or duration, not both")
    for name, value in (("steps", steps), ("duration", duration), ("transient", transient)):
        if value is not None:
            positive(name, value, zero=name == "transient")
    if isinstance(obj, System):
        chosen = obj.with_parameters(parameters)
        chosen = chosen if initial is None else chosen.with_initial(initial)
        return _SystemOrbit(chosen, steps, duration, transient, count)
    drive = None if inputs is None else _standardised(obj, inputs)
    return ModelOrbit(obj, drive, steps, duration, transient, count, initial, rng)


class _SystemOrbit:
    """State of a system's orbit, advanced together with its tangent vectors."""

    def __init__(
        self, system: System, steps: int | None, duration: float | None, transient: float | None,
        count: int | None,
    ) -> None:  # fmt: skip
        from dsr.catalogue.steps import runge_kutta_step

        self.system, self.label, self.functions = system, str(system.name), system.compiled()
        self.x = np.array(system.initial, dtype=np.float64)
        self.p, self.size, self.time = system.parameter_values, self.x.size, 0.0
        flow = system.kind == "flow"
        before = system.transient if transient is None else float(transient)
        h = runge_kutta_step(system, transient=before) if flow else 1.0
        total = steps or math.ceil((duration or _DEFAULT_STEPS * system.dt) / h)
        every = max(1, round(min(5 * system.dt, 0.5) / h)) if flow else 1
        self.setting = _setting(
            total, math.ceil(before / h), every, _count(count, self.size), h, system.time_unit
        )

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


class ModelOrbit:
    """Latent state of a model, advanced together with its tangent vectors.

    By the kernel where the model has a shallow form, else by its own step and Jacobian.
    """

    def __init__(
        self, model: StateSpace, drive: Floats | None, steps: int | None, duration: float | None,
        transient: float | None, count: int | None, initial: Any, rng: np.random.Generator,
    ) -> None:  # fmt: skip
        self.model, self.drive, self.done = model, drive, 0
        self.label = name_of(model)
        form = model.canonical() if isinstance(model, PiecewiseLinearMap) else None
        untold = drive is not None and form is not None and form.C is None
        self.canonical = None if untold else form
        begin = model.start_state() if initial is None else initial
        if begin is None:
            begin = 0.1 * rng.standard_normal(int(model.latent_dim))
        self.z = np.array(begin, dtype=np.float64)
        if self.z.shape != (int(model.latent_dim),):
            raise InputError(
                f"initial must be a latent state of {model.latent_dim} values, not shape "
                f"{self.z.shape}"
            )
        self.size = self.z.size
        dt, unit = (model.dt, model.time_unit) if isinstance(model, Clocked) else (None, None)
        step = 1.0 if dt is None else float(dt)
        total = steps or (math.ceil(duration / step) if duration else None)
        before = None if transient is None else math.ceil(transient / step)
        if drive is None:
            total = total or _DEFAULT_STEPS
            before = total // 5 if before is None else before
        else:
            room = len(drive) - 1
            if before is None:
                before = room // 6 if total is None else min(total // 5, max(0, room - total))
            total = room - before if total is None else total
            if total + before > room:
                raise InputError(
                    f"the inputs last for {room} steps and {before} + {total} are asked for; give "
                    "a longer stretch of inputs or fewer steps"
                )
        self.setting = _setting(
            total, before, 1, _count(count, self.size), step,
            "step" if dt is None else str(unit or "time unit"),
        )  # fmt: skip

    @property
    def state(self) -> Floats:
        """Where the orbit is."""
        return self.z

    def advance(self, V: Floats, sums: Floats, block: int, every: int) -> None:
        """Fill ``sums`` block by block; ``V`` is orthonormalised after every ``every`` steps."""
        if self.canonical is not None:
            from dsr.kernels.lyapunov import piecewise_linear_blocks

            now, self.done = self.done, self.done + block * len(sums)
            u = None if self.drive is None else self.drive[now : self.done, np.newaxis]
            drive = self.canonical.drive(u)
            piecewise_linear_blocks(*self.canonical, self.z, V, block, every, sums, drive)
            return
        from dsr.kernels.lyapunov import orthonormalise

        stretch = np.empty(V.shape[1])
        for row in sums:
            row[:] = 0.0
            for done in range(1, block + 1):
                with np.errstate(over="ignore", invalid="ignore"):
                    jacobian, self.z = self._step()
                    V[:] = jacobian @ V
                if done % every == 0:
                    orthonormalise(V, stretch)
                    row += np.log(stretch)

    def _step(self) -> tuple[Floats, Floats]:
        """Jacobian of the next step, and the state after it."""
        if self.drive is None:
            return self.model.jacobian(self.z), np.asarray(self.model.step(self.z))
        u = self.drive[self.done]
        self.done += 1
        return self.model.jacobian(self.z, u), np.asarray(self.model.step(self.z, u))


Orbit = _SystemOrbit | ModelOrbit


def _standardised(model: StateSpace, inputs: Any) -> Floats:
    """Inputs ``(T, K)`` as they drive the steps of a model."""
    if not isinstance(model, TakesInputs) or not model.input_variables:
        raise InputError("this model was fitted without external inputs; leave inputs out")
    series = as_series(inputs, name="inputs")
    if labelled(inputs) and isinstance(model, Clocked):
        series = agreeing(
            series, variables=model.input_variables, dt=model.dt, time_unit=model.time_unit,
            name="inputs",
        )  # fmt: skip
    drive = trajectories(series)[0]
    if drive.shape[1] != len(model.input_variables):
        raise InputError(
            f"the inputs have {drive.shape[1]} variables and the model is driven by "
            f"{len(model.input_variables)} ({', '.join(model.input_variables)})"
        )
    return model.input_scaler.transform(drive)


def _setting(
    total: int, transient: int, interval: int, count: int, time_per_step: float, unit: str
) -> Setting:
    if total < 2 * BLOCKS:
        raise InputError(f"{total} steps are too few for an estimate; use at least {2 * BLOCKS}")
    block = max(1, total // BLOCKS)
    interval = min(interval, block)
    block -= block % interval
    # Whole intervals, so that the vectors are orthonormal where the sums begin.
    transient = -(-transient // interval) * interval
    return Setting(total, block, transient, interval, count, time_per_step, unit)


def _count(count: int | None, size: int) -> int:
    if count is None:
        return size
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= size:
        raise InputError(f"count must be a whole number from 1 to {size}, not {count!r}")
    return count

"""Orbits of systems and models, advanced together with their tangent vectors."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsr.checks import positive
from dsr.data import System, as_series, system, trajectories
from dsr.data.agreement import agreeing
from dsr.errors import DivergedError, InputError
from dsr.metrics.doors import Floats, labelled
from dsr.metrics.invariants.clock import orbit_period
from dsr.metrics.models import Clocked, TakesInputs, name_of
from dsr.protocols import PiecewiseLinearMap, StateSpace

BLOCKS = 40

_DEFAULT_STEPS = 100_000
_DEFAULT_WORK = 6e8
"""Most steps times variables times vectors of a flow where no length is asked for: a minute."""
_MANY, _SOME = 40, 10
"""Of more than 40 variables, 10 exponents unless more are asked for."""

_FEW = 8
_PROBE = 2000

_DOUBT = 18.0
"""Largest logarithm by which two tangent vectors may part between two decompositions."""

_TURNS = (2.0 * math.pi, 1.0, 360.0)


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
        from dsr.catalogue.steps import pace

        self.system, self.label, self.functions = system, str(system.name), system.compiled()
        self.x = np.array(system.initial, dtype=np.float64)
        self.p, self.size, self.time = system.parameter_values, self.x.size, 0.0
        flow = system.kind == "flow"
        before = system.transient if transient is None else float(transient)
        found = pace(system, transient=before) if flow else None
        h, vectors = found.step if found else 1.0, _count(count, self.size)
        total = steps or math.ceil((duration or _DEFAULT_STEPS * system.dt) / h)
        every = 1
        if found:
            if steps is None and duration is None:
                total = min(total, int(_DEFAULT_WORK / (self.size * vectors)))
            every = max(1, round(min(5 * system.dt, _DOUBT / max(found.stiffness, 1e-300)) / h))
        self.setting = _setting(total, math.ceil(before / h), every, vectors, h, system.time_unit)
        self.found, self.angular = found, self._angles(system)

    @staticmethod
    def _angles(system: System) -> NDArray[np.bool_]:
        """Variables on a circle, which may grow without the orbit leaving."""
        circular = {*system.angles, system.clock}
        return np.array([name in circular for name in system.variables])

    @property
    def state(self) -> Floats:
        """Where the orbit is."""
        return self.x

    @property
    def stiffness(self) -> float:
        """Largest eigenvalue of the Jacobian of a flow, per time unit; 0 for a map."""
        return self.found.stiffness if self.found else 0.0

    @property
    def bounded(self) -> NDArray[np.bool_]:
        """Variables that stay finite on an attractor."""
        return ~self.angular

    def on_circle(self, i: int) -> bool:
        """Whether a variable that grows is an angle that nobody declared: a turn changes nothing.

        Looked for are turns of 2 pi, 1 and 360.
        """
        begin = np.array(self.system.initial)  # where rounding is small
        there = self.system(0.0, begin)
        for turn in _TURNS:
            moved = begin.copy()
            moved[i] += turn
            change = self.system(0.0, moved) - there
            if self.system.kind == "map":
                change -= turn * np.round(change / turn)
            if (np.abs(change) <= 1e-9 * (1.0 + np.abs(there))).all():
                return True
        return False

    @property
    def autonomous(self) -> bool:
        """Whether the flow depends on the state alone (seen at two times)."""
        here, later = (self.system(self.time + t * self.system.dt, self.x) for t in (0.0, 17.3))
        return bool(self.system.kind == "flow" and (here == later).all())

    def motion(self) -> Floats:
        """What the next step of a map changes, or the velocity of a flow times its step."""
        moved = self.system(self.time, self.x)
        step = self.setting.time_per_step
        return np.asarray(moved - self.x if self.system.kind == "map" else moved * step)

    def period(self) -> float:
        """Mean period, in time units: of a map at least one step; at rest that of its decay."""
        from dsr.catalogue.simulation import run

        if self.found is None:
            try:
                states = run(self.system, self.x, _PROBE, 1.0)
            except DivergedError:
                return 1.0
            return max(1.0, orbit_period(_turned(states, self.angular)) or 1.0)
        samples = orbit_period(_turned(self.found.states, self.angular))
        if samples is None:
            return 2.0 * math.pi / max(self.found.stiffness, 1e-300)
        return samples * self.system.dt

    def settle(self, V: Floats) -> None:
        """Run through the transient; of many vectors a quarter of it is enough to align."""
        ahead, every = self.setting.transient, self.setting.interval
        if self.system.kind == "flow" and self.size > _FEW:
            alone = ahead * 3 // 4 // every * every
            if alone:
                self.advance(np.empty((self.size, 0)), np.empty((1, 0)), alone, every)
            ahead -= alone
        if ahead:
            self.advance(V, np.empty((1, V.shape[1])), ahead, every)

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

    stiffness = 0.0

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

    @property
    def bounded(self) -> NDArray[np.bool_]:
        """All variables: a model knows of no angles."""
        return np.ones(self.size, dtype=bool)

    @property
    def autonomous(self) -> bool:
        """A model is a map: below zero it may rest or cycle."""
        return False

    def on_circle(self, i: int) -> bool:
        """No variable of a model is an angle."""
        return False

    def _ahead(self, steps: int) -> Floats:
        """States of the next steps, which are not taken."""
        z, states = self.z, []
        with np.errstate(over="ignore", invalid="ignore"):
            for k in range(steps):
                u = () if self.drive is None else (self.drive[self.done + k],)
                z = np.asarray(self.model.step(z, *u), dtype=np.float64)
                states.append(z)
        return np.array(states)

    def motion(self) -> Floats:
        """What the next step changes."""
        return np.asarray(self._ahead(1)[0] - self.z)

    def period(self) -> float:
        """Mean period, in the unit of ``time_per_step``: at least one step."""
        left = _PROBE if self.drive is None else len(self.drive) - self.done
        samples = orbit_period(self._ahead(min(_PROBE, left)))
        return max(1.0, samples or 1.0) * self.setting.time_per_step

    def settle(self, V: Floats) -> None:
        """Run through the transient."""
        if self.setting.transient:
            unused = np.empty((1, V.shape[1]))
            self.advance(V, unused, self.setting.transient, self.setting.interval)

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


def _turned(states: Floats, angular: NDArray[np.bool_]) -> Floats:
    """Angles as their sines, which come back; the rest as it is."""
    return np.where(angular, np.sin(states), states)


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
        return size if size <= _MANY else _SOME
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= size:
        raise InputError(f"count must be a whole number from 1 to {size}, not {count!r}")
    return count

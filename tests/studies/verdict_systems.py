"""The processes of the study of the verdict: what they are and how a stretch of one is drawn.

A process gives independent recordings of itself, each from its own start, and the same process a
little changed: one parameter by a factor, its clock by a factor. Of a conservative system another
orbit is another system, so its recordings are stretches of one chaotic sea on one energy shell:
starts that differ by the catalogue's 1e-9, parted by the transient.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

import dsr
from dsr.catalogue.simulation import run
from dsr.data import System

Draw = Callable[[int, int, float, float], np.ndarray]
LENGTHS = (60, 150, 400, 2_000, 20_000, 100_000)
CYCLE = 6.66328685932  # period of van der Pol's oscillator at mu = 1


@dataclass(frozen=True)
class Process:
    """One process of the study.

    Parameters
    ----------
    draw : callable
        ``draw(seed, samples, factor, clock)`` gives (samples, variables); `factor` multiplies the
        parameter, `clock` the sampling step.
    parameter : str
        Which one the damages change; none where it is empty.
    reversible : {"no", "one variable", "yes"}
        Whether a reversed run is another process, in full and as one variable.
    sound : tuple of str
        What would be damage elsewhere and is the same process here.
    pieces, lengths
        Samples of each of many short trajectories (0: one long one), and the lengths studied.
    """

    name: str
    group: str
    draw: Draw
    parameter: str = ""
    reversible: str = "no"
    sound: tuple[str, ...] = ()
    clock: bool = True
    chaotic: bool = False
    pieces: int = 0
    lengths: tuple[int, ...] = LENGTHS

    def stretch(
        self, seed: int, samples: int, role: str, factor: float = 1.0, clock: float = 1.0
    ) -> np.ndarray:
        """Draw one recording; seeds and roles give independent ones."""
        mixed = zlib.crc32(f"{self.name} {role} {seed}".encode())
        return self.draw(mixed, samples, factor, clock)


PROCESSES: dict[str, Process] = {}


def add(name: str, group: str, draw: Draw, **options: Any) -> None:
    PROCESSES[name] = Process(name, group, draw, **options)


def _changed(parameters: dict[str, float], name: str, factor: float) -> dict[str, float]:
    return {**parameters, name: parameters[name] * factor} if name else parameters


@lru_cache(maxsize=256)
def _system(name: str | System, parameter: str, factor: float, more: tuple[Any, ...]) -> System:
    """Compile each changed system once a process."""
    chosen = dsr.data.system(name) if isinstance(name, str) else name
    chosen = chosen.with_parameters(dict(more) or None)
    return chosen.with_parameters(_changed(chosen.parameters, parameter, factor))


def registered(
    name: str | System, dt: float, parameter: str = "", *, columns: int = 0,
    angles: tuple[int, ...] = (), more: tuple[Any, ...] = (), noise: tuple[float, ...] = (),
    observed: tuple[float, ...] = (), shape: Any = None, transient: float | None = None,
) -> Draw:  # fmt: skip
    """Stretches of a system of the catalogue, or one like them.

    `noise` is the strength in the dynamics (per square root of time), `observed` the deviation of
    noise on each sample: both in the variables' own units, not relative to this stretch.
    """

    def draw(seed: int, samples: int, factor: float, clock: float) -> np.ndarray:
        system = _system(name, parameter, factor, more)
        rng = np.random.default_rng(seed)
        centre = system.initial if shape is None else shape
        start = centre + system.spread * np.maximum(1.0, np.abs(centre)) * rng.uniform(
            -1.0, 1.0, len(centre)
        )
        step = dt * clock
        strength = np.asarray(noise) * np.sqrt(step) if noise else None
        lead = system.transient if transient is None else transient
        lead += rng.uniform(0.0, 0.2) * lead  # so that cycles begin at any phase
        x = run(system, start, samples, step, lead, None, strength, rng)
        x = x[:, : columns or None]
        for i in reversed(angles):
            x = np.column_stack([x[:, :i], np.cos(x[:, i]), np.sin(x[:, i]), x[:, i + 1 :]])
        if observed:
            x = x + np.asarray(observed) * rng.standard_normal(x.shape)
        return x

    return draw


# Chaotic flows, about 20 to 60 samples in a mean period.
for _name, _dt, _parameter in (
    ("lorenz63", 0.03, "rho"), ("roessler", 0.2, "c"), ("halvorsen", 0.05, "a"),
    ("thomas", 0.3, "b"), ("sprott_b", 0.1, ""), ("sprott_e", 0.2, "a"), ("chua", 0.08, "alpha"),
    ("hindmarsh_rose", 0.5, "current"), ("rucklidge", 0.08, "l"), ("lorenz84", 0.05, "F"),
):  # fmt: skip
    add(_name, "chaotic flow", registered(_name, _dt, _parameter), parameter=_parameter,
         chaotic=True)  # fmt: skip

# Maps; the logistic one at 3.9, since above 4 the orbits leave.
add("logistic", "map", registered("logistic", 1.0, "r", more=(("r", 3.9),)), parameter="r",
     clock=False, chaotic=True)  # fmt: skip
add("henon", "map", registered("henon", 1.0, "a"), parameter="a", clock=False, chaotic=True)
add("ikeda", "map", registered("ikeda", 1.0, "u"), parameter="u", clock=False, chaotic=True)

# Limit cycles and a torus. A cycle tiled or cut in blocks of whole periods is the cycle still.
_CYCLE_STILL = ("tiled", "cycle")
for _label, _dt in (("", 0.1), ("_exact", CYCLE / 64), ("_coarse", 0.37)):
    add(f"van_der_pol{_label}", "cycle", registered("van_der_pol", _dt, "mu"), parameter="mu",
         sound=_CYCLE_STILL)  # fmt: skip


def _fitzhugh_nagumo(t, x, p):  # type: ignore[no-untyped-def]
    return np.array([x[0] - x[0] ** 3 / 3.0 - x[1] + p[0], 0.08 * (x[0] + 0.7 - 0.8 * x[1])])


add(
    "fitzhugh_nagumo", "cycle",
    registered(
        System("fitzhugh_nagumo", _fitzhugh_nagumo, parameters={"current": 0.5},
               initial=[-1.0, 1.0], dt=1.0, transient=500.0), 1.0, "current",
    ), parameter="current", sound=_CYCLE_STILL,
)  # fmt: skip


def _torus(seed: int, samples: int, factor: float, clock: float) -> np.ndarray:
    rng = np.random.default_rng(seed)
    turns = 2.0 * np.pi * np.array([1.0, (np.sqrt(5.0) - 1.0) / 2.0]) / 38.0 * clock
    a, b = (rng.uniform(0.0, 2.0 * np.pi, 2) + np.arange(samples)[:, None] * turns).T
    radius = 2.0 + factor * np.cos(b)
    return np.column_stack([radius * np.cos(a), radius * np.sin(a), factor * np.sin(b)])


add("torus", "cycle", _torus, parameter="small radius", reversible="one variable",
     sound=("IAAFT",))  # fmt: skip

# Forced: the force itself is not among the variables.
add("duffing", "forced", registered("duffing", 0.15, "gamma", columns=2), parameter="gamma",
     chaotic=True)  # fmt: skip
add("driven_pendulum", "forced",
     registered("driven_pendulum", 0.2, "gamma", columns=2, angles=(0,)), parameter="gamma",
     chaotic=True)  # fmt: skip

# Conservative. Time reversed, the momenta keep their sign: seen in the state, not in a position.
add("henon_heiles", "conservative", registered("henon_heiles", 0.25), chaotic=True,
     reversible="one variable")  # fmt: skip
add("standard_map", "conservative",
     registered("standard_map", 1.0, "K", angles=(0, 1)), parameter="K", clock=False,
     chaotic=True, reversible="one variable")  # fmt: skip
add("double_pendulum", "conservative",
     registered("double_pendulum", 0.3, "g", angles=(0, 1)), parameter="g", chaotic=True,
     reversible="one variable")  # fmt: skip

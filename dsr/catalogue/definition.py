"""`System`: a flow or a map written as a right-hand side, ready to be simulated and examined."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dsr.checks import finite, one_of, positive
from dsr.errors import InputError
from dsr.text import suggestion

if TYPE_CHECKING:
    from dsr.catalogue.compilation import CompiledSystem

Function = Callable[..., Any]
Array = NDArray[np.float64]


class System:
    """A dynamical system given by its right-hand side.

    Works wherever the name of a registered system does: ``dsr.simulate(system)``,
    ``dsr.metrics.lyapunov_spectrum(system)``.

    Parameters
    ----------
    name : str
        How the system is called in tables and messages.
    rhs : callable
        ``rhs(t, x, p)`` returns dx/dt (flow) or the next state (map) as an array, tuple or list of
        ``n`` numbers; ``x`` is the state (n,), ``p`` the parameters (k,). Plain Python that numba
        can compile runs compiled; anything else is called in Python, which is slower.
    parameters : mapping of str to float, or sequence of float
        Values in the order of ``p``; a sequence gets the names ``p0``, ``p1``, ...
    initial : sequence of float
        A state (n,) from which the attractor is reached.
    dt : float, optional
        Usual sampling step in units of time. A flow needs one; a map has 1.
    kind : {"flow", "map"}
    jacobian : callable, optional
        ``jacobian(t, x, p)`` returns the matrix (n, n) of d rhs_i / d x_j. Central differences are
        used if it is not given.
    source : str
        Paper, page or equation the system comes from.
    variables : sequence of str, optional
        Names of the state's entries (default ``x0``, ``x1``, ...).
    units : sequence of str, optional
        Units of the state's entries (default ``"1"``, dimensionless).
    time_unit : str, optional
        Default ``"time unit"`` for a flow, ``"step"`` for a map.
    transient : float, optional
        Time (flow) or iterations (map) until the attractor is reached from `initial`; default
        1000 sampling steps.
    description : str
        One line for listings.
    angles : mapping of str to float or (float, float)
        Variables on a circle, with the lower end of the turn in which `simulate` reports them, and
        the length of a turn where that is not 2 pi. Series of them carry their names in
        ``attrs["circular"]``.
    clock : str, optional
        The variable that is the phase of a periodic forcing; it never receives noise.
    spread : float
        Size of the random displacement of the start of a trajectory, relative to
        ``max(1, abs(initial))``.
    in_place : bool
        Whether the functions have the form ``f(t, x, p, out)`` and write their result.
    any_dimension : bool
        Whether the right-hand side takes states of any length, as Lorenz-96 does.
    formula : callable, optional
        The right-hand side as a function of numbers (`dsr.catalogue.declare`); it is compiled in
        the place of `rhs` and `jacobian`.

    Raises
    ------
    InputError
        If a value is missing or not usable, or the right-hand side does not return n numbers.

    Examples
    --------
    >>> from dsr.data import System
    >>> decay = System("decay", lambda t, x, p: [-p[0] * x[0]], parameters={"rate": 0.5},
    ...                initial=[1.0], dt=0.1)
    >>> decay.dimension, decay.parameters
    (1, {'rate': 0.5})
    >>> decay(0.0, [2.0])
    array([-1.])
    """

    def __init__(
        self,
        name: str,
        rhs: Function,
        *,
        parameters: Mapping[str, float] | Sequence[float],
        initial: ArrayLike,
        dt: float | None = None,
        kind: str = "flow",
        jacobian: Function | None = None,
        source: str = "",
        variables: Sequence[str] | None = None,
        units: Sequence[str] | None = None,
        time_unit: str | None = None,
        transient: float | None = None,
        description: str = "",
        angles: Mapping[str, float | tuple[float, float]] | None = None,
        clock: str | None = None,
        spread: float = 1e-2,
        in_place: bool = False,
        any_dimension: bool = False,
        formula: Function | None = None,
    ) -> None:
        self.name = str(name)
        if not callable(rhs) or not (jacobian is None or callable(jacobian)):
            raise InputError(f"system {self.name!r}: rhs and jacobian must be functions (t, x, p)")
        self.rhs, self.jacobian, self.in_place, self.formula = rhs, jacobian, in_place, formula
        self.kind = one_of(f"kind of system {self.name!r}", kind, ("flow", "map"))
        self.parameters = _named_parameters(self.name, parameters)
        self.initial = _finite_vector(f"initial of system {self.name!r}", initial)
        if dt is None and kind == "flow":
            raise InputError(f"system {self.name!r} is a flow and needs its sampling step, dt=")
        self.dt = 1.0 if dt is None else positive("dt", dt)
        self.time_unit = time_unit or ("step" if kind == "map" else "time unit")
        size = self.initial.size
        self.variables = list(variables) if variables else [f"x{i}" for i in range(size)]
        self.units = list(units) if units else ["1"] * size
        if len(self.variables) != size or len(self.units) != size:
            raise InputError(
                f"system {self.name!r}: {size} initial values but {len(self.variables)} variables "
                f"and {len(self.units)} units; give one of each for every entry of the state"
            )
        self.transient = 1000.0 * self.dt if transient is None else float(transient)
        self.source, self.description = source, description
        turns = {
            k: v if isinstance(v, tuple) else (v, 2.0 * np.pi)
            for k, v in dict(angles or {}).items()
        }
        for key in turns:
            if key not in self.variables:
                raise InputError(
                    f"system {self.name!r} has no variable {str(key)!r} to be an angle; "
                    f"{suggestion(key, self.variables)}"
                )
        self.angles = {key: float(low) for key, (low, _) in turns.items()}
        self.turns = {key: positive(f"turn of {key!r}", turn) for key, (_, turn) in turns.items()}
        self.clock = clock
        self.spread = float(spread)
        self.any_dimension = any_dimension
        if not in_place:
            self._try("rhs", rhs, (size,))
            if jacobian is not None:
                self._try("jacobian", jacobian, (size, size))

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value:g}" for name, value in self.parameters.items())
        return f"<System {self.name!r}: {self.kind}, {', '.join(self.variables)}; {settings}>"

    @property
    def dimension(self) -> int:
        """Number of entries of the state."""
        return int(self.initial.size)

    @property
    def parameter_values(self) -> Array:
        """Parameters (k,) in the order of the right-hand side's ``p``."""
        return np.array(list(self.parameters.values()), dtype=np.float64)

    def __call__(self, t: float, x: ArrayLike) -> Array:
        """Evaluate the right-hand side at one state (n,), in plain Python."""
        state = np.ascontiguousarray(x, dtype=np.float64)
        if self.in_place:
            out = np.empty(state.size)
            self.rhs(float(t), state, self.parameter_values, out)
            return out
        return np.asarray(self.rhs(float(t), state, self.parameter_values), dtype=np.float64)

    def compiled(self) -> CompiledSystem:
        """Compile right-hand side and Jacobian (once; registered systems are cached on disk)."""
        from dsr.catalogue.compilation import compile_formula, compile_system

        if self.formula is not None:
            return compile_formula(self.formula, self.dimension, len(self.parameters))
        return compile_system(self.rhs, self.jacobian, self.in_place)

    def jacobian_matrix(self, t: float, x: ArrayLike) -> Array:
        """Evaluate the Jacobian (n, n) at one state (n,)."""
        state = np.ascontiguousarray(x, dtype=np.float64)
        out = np.empty((state.size, state.size))
        self.compiled().jacobian(float(t), state, self.parameter_values, out)
        return out

    def with_parameters(self, parameters: Mapping[str, float] | Sequence[float] | None) -> System:
        """Give the same system with some parameters (mapping) or all (sequence) replaced."""
        if parameters is None:
            return self
        if isinstance(parameters, Mapping):
            for key in parameters:
                if key not in self.parameters:
                    raise InputError(
                        f"system {self.name!r} has no parameter {str(key)!r}; "
                        f"{suggestion(key, self.parameters)}"
                    )
            values = {**self.parameters, **parameters}
        else:
            given = list(parameters)
            if len(given) != len(self.parameters):
                raise InputError(
                    f"system {self.name!r} has {len(self.parameters)} parameters "
                    f"({', '.join(self.parameters)}), not {len(given)}"
                )
            values = dict(zip(self.parameters, given, strict=True))
        return self._copy(parameters=_named_parameters(self.name, values))

    def with_initial(self, initial: ArrayLike) -> System:
        """Give the same system with another start; some, as Lorenz-96, take any dimension."""
        start = _finite_vector(f"initial of system {self.name!r}", initial)
        if start.size == self.dimension:
            return self._copy(initial=start)
        if not self.any_dimension or start.size < 4:
            raise InputError(
                f"initial has {start.size} values, but system {self.name!r} has {self.dimension} "
                f"variables ({', '.join(self.variables[:8])})"
            )
        names = [f"x{i}" for i in range(start.size)]
        return self._copy(initial=start, variables=names, units=self.units[:1] * start.size)

    def _copy(self, **changes: Any) -> System:
        copy = object.__new__(System)
        copy.__dict__.update(self.__dict__)
        copy.__dict__.update(changes)
        return copy

    def _try(self, label: str, function: Function, shape: tuple[int, ...]) -> None:
        """Call a user's function once, so that a mistake is told in words."""
        try:
            value = function(0.0, self.initial.copy(), self.parameter_values)
            result = np.asarray(value, dtype=np.float64)
        except Exception as error:
            raise InputError(
                f"{label} of system {self.name!r} fails at t=0 and the initial state: "
                f"{type(error).__name__}: {str(error)[:200]}; it is called as {label}(t, x, p) "
                f"and must return numbers of shape {shape}"
            ) from error
        if result.shape != shape:
            raise InputError(
                f"{label} of system {self.name!r} returns shape {result.shape} instead of {shape}; "
                f"it is called as {label}(t, x, p) with x of {self.dimension} values"
            )


def _named_parameters(
    name: str, parameters: Mapping[str, float] | Sequence[float]
) -> dict[str, float]:
    if not isinstance(parameters, Mapping):
        parameters = {f"p{i}": value for i, value in enumerate(parameters)}
    return {
        str(key): finite(f"parameter {str(key)!r} of system {name!r}", value)
        for key, value in parameters.items()
    }


def _finite_vector(label: str, values: ArrayLike) -> Array:
    try:
        vector = np.array(values, dtype=np.float64, ndmin=1)
    except (TypeError, ValueError):
        raise InputError(f"{label} must be a list of numbers, not {values!r:.80}") from None
    if vector.ndim != 1 or vector.size == 0 or not np.isfinite(vector).all():
        raise InputError(f"{label} must be a list of finite numbers, not {values!r:.80}")
    return np.ascontiguousarray(vector)

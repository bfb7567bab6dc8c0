"""Turn Python right-hand sides and Jacobians into compiled functions of one fixed signature.

The formulas of registered systems are compiled from the list of their operations and cached on
disk. A user's function returns its result as an array, tuple or list; it is wrapped. What numba
cannot compile is called back in Python: slower, but the same numbers.
"""

from __future__ import annotations

import hashlib
import json
import math
import operator
import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numba import float64, intp, njit, objmode, types
from numba.core import cgutils
from numba.extending import intrinsic, overload
from numba.misc.special import literal_unroll

from dsr.catalogue.expressions import programs
from dsr.kernels.signatures import JACOBIAN_SIGNATURE, RHS_SIGNATURE

Function = Callable[..., Any]


class CompiledSystem(NamedTuple):
    """Right-hand side and Jacobian as compiled functions; see `dsr.kernels.signatures`."""

    rhs: Any
    jacobian: Any


_OPERATIONS = {
    name: getattr(operator, name, None) or getattr(math, name)
    for name in (
        "add", "sub", "mul", "truediv", "mod", "neg", "sin", "cos", "exp", "fabs", "floor",
        "copysign",
    )
}  # fmt: skip


def _entry(context: Any, builder: Any, kind: Any, array: Any, index: list[int]) -> Any:
    """Point to one entry of an array, at an index known when compiling."""
    made = context.make_array(kind)(context, builder, array)
    at = [context.get_constant(intp, i) for i in index]
    return cgutils.get_item_pointer(context, builder, kind, made, at)


@intrinsic(prefer_literal=True)
def _run(typingctx, program, x, p, out):  # type: ignore[no-untyped-def]
    """Compile the operations of a program (`dsr.catalogue.expressions`), one after the other."""
    lines, results = json.loads(program.literal_value)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        arrays = {
            name: (signature.args[k], arguments[k]) for k, name in enumerate(("x", "p", "out"), 1)
        }
        values: list[Any] = []
        for name, *operands in lines:
            if name == "constant":
                value = context.get_constant(float64, operands[0])
            elif name in arrays:
                value = builder.load(_entry(context, builder, *arrays[name], operands))
            else:
                kind = float64(*[float64] * len(operands))
                function = context.get_function(_OPERATIONS[name], kind)
                value = function(builder, [values[k] for k in operands])
            values.append(value)
        for *index, line in results:
            builder.store(values[line], _entry(context, builder, *arrays["out"], index))
        return context.get_dummy_value()

    return types.void(program, x, p, out), generate


def _compile_program(name: str, program: str, signature: Any) -> Any:
    def run(t, x, p, out):  # type: ignore[no-untyped-def]
        _run(program, x, p, out)

    # The cache on disk has one index for each qualified name; two programs in one index could
    # take each other's place when two processes write it at once.
    digest = hashlib.sha256(program.encode()).hexdigest()[:16]
    run.__qualname__ = run.__name__ = f"{name}_{digest}"
    return njit(signature, cache=True, error_model="numpy")(run)


@lru_cache(maxsize=256)
def compile_formula(formula: Function, dimension: int, parameters: int) -> CompiledSystem:
    """Compile a formula of scalars (`dsr.catalogue.expressions`) and its exact Jacobian, once."""
    rhs, jacobian = programs(formula, dimension, parameters)
    return CompiledSystem(
        _compile_program("rhs", rhs, RHS_SIGNATURE),
        _compile_program("jacobian", jacobian, JACOBIAN_SIGNATURE),
    )


def _store_row(out: Any, row: Any) -> None:
    for i in range(out.shape[0]):
        out[i] = row[i]


def _store_matrix(out: Any, rows: Any) -> None:
    for i in range(out.shape[0]):
        _store_row(out[i], rows[i])


@overload(_store_row)
def _compile_store_row(out: Any, row: Any) -> Function:
    if isinstance(row, types.Tuple):  # a tuple of mixed kinds, such as (1, x[0])

        def store(out: Any, row: Any) -> None:
            i = 0
            for entry in literal_unroll(row):
                out[i] = entry
                i += 1  # noqa: SIM113 (literal_unroll and enumerate do not mix)

        return store

    return _store_row


@overload(_store_matrix)
def _compile_store_matrix(out: Any, rows: Any) -> Function:
    if isinstance(rows, types.Tuple):  # rows of different kinds, such as ((0, 1), (x[0], 0))

        def store(out: Any, rows: Any) -> None:
            i = 0
            for row in literal_unroll(rows):
                _store_row(out[i], row)
                i += 1  # noqa: SIM113 (literal_unroll and enumerate do not mix)

        return store

    def store_rows(out: Any, rows: Any) -> None:
        for i in range(out.shape[0]):
            _store_row(out[i], rows[i])

    return store_rows


_callbacks: list[Function] = []


def _call_python(index: int, t: float, x: Any, p: Any, out: Any) -> None:
    out[...] = _callbacks[index](t, x, p)


def _call_back(function: Function, signature: Any) -> Any:
    """Wrap a Python function so that compiled kernels can call it."""
    _callbacks.append(function)
    index = len(_callbacks) - 1

    @njit(signature)
    def call(t, x, p, out):  # type: ignore[no-untyped-def]
        with objmode():
            _call_python(index, t, x, p, out)

    return call


def _compile_returning(function: Function, signature: Any, matrix: bool) -> Any:
    """Compile a function that returns its result; fall back on calling it in Python."""
    plain = getattr(function, "py_func", function)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numba's remarks on style, such as reflected lists
            return _compile_strictly(plain, signature, matrix)
    except Exception:  # whatever numba stumbles over, also its own assertions: Python can run it
        return _call_back(plain, signature)


def _compile_strictly(function: Function, signature: Any, matrix: bool) -> Any:
    inner = njit(error_model="numpy")(function)
    if matrix:

        @njit(signature, error_model="numpy")
        def compiled_matrix(t, x, p, out):  # type: ignore[no-untyped-def]
            _store_matrix(out, inner(t, x, p))

        return compiled_matrix

    @njit(signature, error_model="numpy")
    def compiled_row(t, x, p, out):  # type: ignore[no-untyped-def]
        _store_row(out, inner(t, x, p))

    return compiled_row


def _differences(rhs: Any) -> Any:
    """Give the Jacobian of a compiled right-hand side by central differences (error ~1e-10)."""
    relative = float(np.cbrt(np.finfo(np.float64).eps))

    @njit(JACOBIAN_SIGNATURE)
    def jacobian(t, x, p, out):  # type: ignore[no-untyped-def]
        n = x.shape[0]
        moved = x.copy()
        above, below = np.empty(n), np.empty(n)
        for j in range(n):
            step = relative * max(1.0, abs(x[j]))
            moved[j] = x[j] + step
            upper = moved[j]
            rhs(t, moved, p, above)
            moved[j] = x[j] - step
            width = upper - moved[j]
            rhs(t, moved, p, below)
            moved[j] = x[j]
            for i in range(n):
                out[i, j] = (above[i] - below[i]) / width

    return jacobian


@lru_cache(maxsize=256)
def compile_system(rhs: Function, jacobian: Function | None, in_place: bool) -> CompiledSystem:
    """Compile a right-hand side and its Jacobian, once for each pair of functions.

    They are ``f(t, x, p, out)`` if `in_place` (those live in modules and are cached on disk), else
    ``f(t, x, p)`` returning numbers, nested for the Jacobian. Without a Jacobian, central
    differences are used.
    """
    if in_place:
        compiled = njit(RHS_SIGNATURE, cache=True, error_model="numpy")(rhs)
        if jacobian is None:
            return CompiledSystem(compiled, _differences(compiled))
        derivative = njit(JACOBIAN_SIGNATURE, cache=True, error_model="numpy")(jacobian)
        return CompiledSystem(compiled, derivative)
    compiled = _compile_returning(rhs, RHS_SIGNATURE, matrix=False)
    if jacobian is None:
        return CompiledSystem(compiled, _differences(compiled))
    return CompiledSystem(compiled, _compile_returning(jacobian, JACOBIAN_SIGNATURE, matrix=True))

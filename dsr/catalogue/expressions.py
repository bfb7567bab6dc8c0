"""Formulas written down as lists of elementary operations, and their exact derivatives.

The right-hand side of a registered system is a Python function of numbers. Called once with
`Expression` in the place of numbers it writes its operations on a `Tape`, in its own order. The
tape is plain data: the compiled right-hand side is made from it (`dsr.catalogue.compilation`) and,
by the chain rule, the compiled Jacobian. So nobody types a Jacobian, and none is wrong.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any


class Tape:
    """Operations in order, each a name and the numbers of the operations it is applied to.

    Except ``("constant", value)``, and ``("x", i)`` and ``("p", i)``, the entries of the state and
    of the parameters. Equal operations are written once.
    """

    def __init__(self) -> None:
        self.lines: list[tuple[Any, ...]] = []
        self._known: dict[tuple[Any, ...], int] = {}

    def write(self, operation: str, *arguments: Any) -> Expression:
        """Write an operation down, if it is not there yet."""
        line = (operation, *arguments)
        if line not in self._known:
            self._known[line] = len(self.lines)
            self.lines.append(line)
        return Expression(self, self._known[line])

    def expression(self, value: Any) -> Expression:
        """Give a number of a formula as an expression."""
        return value if isinstance(value, Expression) else self.write("constant", float(value))


class Expression:
    """The result of one operation; reckoning with it writes further operations down."""

    def __init__(self, tape: Tape, line: int) -> None:
        self.tape, self.line = tape, line

    def apply(self, operation: str, *others: Any) -> Expression:
        """Write down an operation on this and other numbers."""
        lines = [self.tape.expression(other).line for other in others]
        return self.tape.write(operation, self.line, *lines)

    def is_number(self, value: float) -> bool:
        """Whether this is a constant of the formula with this value."""
        return self.tape.lines[self.line] == ("constant", value)

    def __add__(self, other: Any) -> Expression:
        return self.apply("add", other)

    def __radd__(self, other: Any) -> Expression:
        return self.tape.expression(other) + self

    def __sub__(self, other: Any) -> Expression:
        return self.apply("sub", other)

    def __rsub__(self, other: Any) -> Expression:
        return self.tape.expression(other) - self

    def __mul__(self, other: Any) -> Expression:
        return self.apply("mul", other)

    def __rmul__(self, other: Any) -> Expression:
        return self.tape.expression(other) * self

    def __truediv__(self, other: Any) -> Expression:
        return self.apply("truediv", other)

    def __rtruediv__(self, other: Any) -> Expression:
        return self.tape.expression(other) / self

    def __mod__(self, other: float) -> Expression:
        return self.apply("mod", other)

    def __neg__(self) -> Expression:
        return self.apply("neg")

    def __pow__(self, exponent: int) -> Expression:
        power = self
        for _ in range(exponent - 1):
            power = power * self
        return power


def _function(name: str) -> Callable[[Any], Any]:
    """Give a function of `math` that knows expressions too."""
    plain: Callable[[float], float] = getattr(math, name)

    def function(value: Any) -> Any:
        return value.apply(name) if isinstance(value, Expression) else plain(value)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Take the {name} of a number, or of an expression."
    return function


sin, cos, exp = _function("sin"), _function("cos"), _function("exp")
fabs, floor = _function("fabs"), _function("floor")


def _sign(value: Expression) -> Expression:
    return value.tape.expression(1.0).apply("copysign", value)


# Derivatives with respect to each argument, given the result and the arguments. A modulus is
# taken of constants only; its jumps and those of floor, and the kink of fabs, are left out.
_DERIVATIVES: dict[str, Callable[..., tuple[Any, ...]]] = {
    "add": lambda result, a, b: (1.0, 1.0),
    "sub": lambda result, a, b: (1.0, -1.0),
    "mul": lambda result, a, b: (b, a),
    "truediv": lambda result, a, b: (1.0 / b, -result / b),
    "mod": lambda result, a, b: (1.0, 0.0),
    "neg": lambda result, a: (-1.0,),
    "sin": lambda result, a: (cos(a),),
    "cos": lambda result, a: (-sin(a),),
    "exp": lambda result, a: (result,),
    "fabs": lambda result, a: (_sign(a),),
    "floor": lambda result, a: (0.0,),
}


def _product(first: Expression, second: Expression) -> Expression:
    """Multiply, leaving out factors of 1 and -1."""
    for one, other in ((first, second), (second, first)):
        if one.is_number(1.0):
            return other
        if one.is_number(-1.0):
            return -other
    return first * second


def _slopes(tape: Tape) -> list[dict[int, Expression]]:
    """Differentiate every line with respect to every entry of the state; zeros are left out."""
    slopes: list[dict[int, Expression]] = []
    for number, (operation, *arguments) in enumerate(list(tape.lines)):
        slope: dict[int, Expression] = {}
        if operation == "x":
            slope[arguments[0]] = tape.expression(1.0)
        elif operation in _DERIVATIVES:
            result, *inner = (Expression(tape, line) for line in (number, *arguments))
            outer = _DERIVATIVES[operation](result, *inner)
            for line, factor in zip(arguments, map(tape.expression, outer), strict=True):
                for variable, chained in slopes[line].items():
                    if not factor.is_number(0.0):
                        term = _product(factor, chained)
                        known = slope.get(variable)
                        slope[variable] = term if known is None else known + term
        slopes.append(slope)
    return slopes


def _program(tape: Tape, results: list[tuple[Any, ...]]) -> str:
    """Write the operations that the results need as text."""
    needed: set[int] = set()
    waiting = [line for *_, line in results]
    while waiting:
        line = waiting.pop()
        operation, *arguments = tape.lines[line]
        if line not in needed and operation not in ("constant", "x", "p"):
            waiting += arguments
        needed.add(line)
    place = {line: k for k, line in enumerate(sorted(needed))}
    lines: list[Any] = []
    for line in place:
        operation, *arguments = tape.lines[line]
        if operation not in ("constant", "x", "p"):
            arguments = [place[argument] for argument in arguments]
        lines.append([operation, *arguments])
    return json.dumps([lines, [[*index, place[line]] for *index, line in results]])


def programs(formula: Callable[..., Any], dimension: int, parameters: int) -> tuple[str, str]:
    """Write a formula and its Jacobian down as programs for `dsr.catalogue.compilation`.

    Parameters
    ----------
    formula : callable
        Function of the entries of the state and of the parameters, each by itself, that gives a
        tuple of numbers (or one, in one dimension). No branches: it is called once.
    dimension, parameters : int
        How many entries there are.

    Returns
    -------
    tuple of two str
        JSON: the operations, and for every entry of the result its index and its operation.

    Examples
    --------
    >>> rhs, jacobian = programs(lambda x, y: (x * y, -x), 2, 0)
    >>> rhs
    '[[["x", 0], ["x", 1], ["mul", 0, 1], ["neg", 0]], [[0, 2], [1, 3]]]'
    """
    tape = Tape()
    state = [tape.write("x", i) for i in range(dimension)]
    values = formula(*state, *(tape.write("p", i) for i in range(parameters)))
    if dimension == 1 and isinstance(values, Expression):
        values = (values,)
    outputs = [tape.expression(value).line for value in values]
    rhs = _program(tape, list(enumerate(outputs)))
    slopes, zero = _slopes(tape), tape.expression(0.0)
    entries = [
        (i, j, slopes[line].get(j, zero).line)
        for i, line in enumerate(outputs)
        for j in range(dimension)
    ]
    return rhs, _program(tape, entries)

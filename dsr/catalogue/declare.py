"""How registered systems are declared: as formulas, below a line of facts.

A formula takes the variables and the parameters, these with their usual values, and returns the
derivatives (flow) or the next values (map) as a tuple. It says its equations and nothing else:
what is compiled, and the Jacobian, are made from it on first use (`System.compiled`).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

from dsr.catalogue.definition import Array, Function, System


class Catalogue:
    """The systems of one theme by name, filled by the decorators `flow` and `map`."""

    def __init__(self) -> None:
        self.systems: dict[str, System] = {}

    def flow(self, **facts: Any) -> Callable[[Function], Function]:
        """Register the formula below as a flow; see `System` for the facts."""
        return partial(self._register, kind="flow", **facts)

    def map(self, **facts: Any) -> Callable[[Function], Function]:
        """Register the formula below as a map; see `System` for the facts."""
        return partial(self._register, kind="map", **facts)

    def _register(self, formula: Function, **facts: Any) -> Function:
        arguments = inspect.signature(formula).parameters
        usual = {k: a.default for k, a in arguments.items() if a.default is not a.empty}
        self.systems[formula.__name__] = System(
            formula.__name__,
            partial(_evaluate, formula),
            formula=formula,
            parameters=usual,
            variables=[k for k in arguments if k not in usual],
            description=(formula.__doc__ or "").strip().splitlines()[0].rstrip("."),
            **facts,
        )
        return formula


def _evaluate(formula: Function, t: float, x: Array, p: Array) -> Any:
    """Call a formula as the right-hand side of a `System` is called."""
    value = formula(*x, *p)
    return value if isinstance(value, tuple) else (value,)

"""How registered systems are declared: a decorator above the right-hand side, then its Jacobian.

The functions have the in-place form ``f(t, x, p, out)`` and stay plain Python: they are compiled on
first use (`System.compiled`), so that listing seventy systems costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from dsr.catalogue.definition import Function, System


class Catalogue:
    """Systems by name, filled by the decorators `flow` and `map` of its modules."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}

    def flow(self, *, jacobian: Function, **settings: Any) -> Callable[[Function], Function]:
        """Register the function below as a flow; see `System` for the settings."""
        return self._add("flow", jacobian, settings)

    def map(self, *, jacobian: Function, **settings: Any) -> Callable[[Function], Function]:
        """Register the function below as a map; see `System` for the settings."""
        return self._add("map", jacobian, settings)

    def _add(
        self, kind: str, jacobian: Function, settings: Mapping[str, Any]
    ) -> Callable[[Function], Function]:
        def add(rhs: Function) -> Function:
            self.entries[rhs.__name__] = Entry(rhs, jacobian, kind, settings)
            return rhs

        return add


class Entry(NamedTuple):
    """One registered system, before it is built."""

    rhs: Function
    jacobian: Function
    kind: str
    settings: Mapping[str, Any]

    def build(self) -> System:
        """Make the `System`; its description is the first line of the function's docstring."""
        settings = dict(self.settings)
        variables = settings.pop("variables", "x y z").split()
        settings.setdefault("parameters", {})
        return System(
            self.rhs.__name__,
            self.rhs,
            jacobian=self.jacobian,
            kind=self.kind,
            variables=variables,
            description=(self.rhs.__doc__ or "").strip().splitlines()[0].rstrip("."),
            in_place=True,
            **settings,
        )

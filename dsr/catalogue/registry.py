"""Registered systems by name."""

from __future__ import annotations

from functools import cache

from dsr.catalogue.definition import System
from dsr.errors import InputError
from dsr.text import suggestion

_OLD_NAMES = {"shaw_van_der_pol": "forced_van_der_pol"}
"""Names that systems had before; found, but not listed."""


@cache
def _registered() -> dict[str, System]:
    from dsr.catalogue import (
        delays,
        fluids,
        lorenz_family,
        maps,
        mechanics,
        oscillators,
        simple_flows,
    )

    found: dict[str, System] = {}
    for theme in (lorenz_family, simple_flows, oscillators, mechanics, fluids, delays, maps):
        found.update(theme.CATALOGUE.systems)
    return dict(sorted(found.items()))


def systems() -> list[str]:
    """List the names of the registered systems.

    Returns
    -------
    list of str

    Examples
    --------
    >>> import dsr
    >>> "lorenz63" in dsr.data.systems()
    True
    """
    return list(_registered())


def system(name: str | System) -> System:
    """Find a registered system by its name.

    Parameters
    ----------
    name : str or System
        A name of `systems`; a `System` is given back as it is.

    Returns
    -------
    System
        With `parameters`, `initial`, `dt`, `variables`, `description`, `source`.

    Raises
    ------
    InputError
        If there is no system of this name; the message suggests the nearest.

    Examples
    --------
    >>> from dsr.data import system
    >>> system("lorenz63").parameters
    {'sigma': 10.0, 'rho': 28.0, 'beta': 2.6666666666666665}
    """
    if isinstance(name, System):
        return name
    if not isinstance(name, str):
        raise InputError(f"a system is given by its name or as a System, not {type(name).__name__}")
    known = _registered()
    name = _OLD_NAMES.get(name, name)
    if name not in known:
        raise InputError(
            f"there is no system {name!r:.80}; {suggestion(name, known)} "
            f"(`dsr systems` lists all {len(known)})"
        )
    return known[name]

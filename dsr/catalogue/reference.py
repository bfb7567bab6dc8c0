"""Reference values of registered systems: Lyapunov spectra and dimensions, with their sources."""

from __future__ import annotations

import copy
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from dsr.errors import InputError
from dsr.text import suggestion


@cache
def _table() -> dict[str, dict[str, Any]]:
    text = resources.files("dsr.catalogue").joinpath("reference.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def reference_names() -> list[str]:
    """List the entries: systems at their own parameters, and some at others.

    Returns
    -------
    list of str

    Examples
    --------
    >>> from dsr.catalogue import reference_names
    >>> [name for name in reference_names() if name.startswith("roessler")]
    ['roessler', 'roessler_c10']
    """
    return list(_table())


def reference_values(name: str) -> dict[str, Any]:
    """Look up the reference values of a system.

    Parameters
    ----------
    name : str
        A name of `reference_names`; mostly the name of a system, with its own parameters.

    Returns
    -------
    dict
        ``system``, ``parameters`` and ``dimension`` where they differ from the registered ones;
        ``exponents`` (natural logarithms, per time unit or iteration), ``half_width`` (95 %, of
        the largest), ``kaplan_yorke_dimension``, ``settings``, ``source``; where known
        ``exponent_sum`` (exact), ``correlation_dimension`` and ``published``; ``own``, this
        package's run with its length, step and half-widths, and ``tolerance`` of the largest
        exponent in a run of that length.

    Raises
    ------
    InputError
        If there are none for this name.

    Examples
    --------
    >>> from dsr.catalogue import reference_values
    >>> reference_values("lorenz63")["exponents"]
    [0.9056, 0.0, -14.5722]
    """
    table = _table()
    name = "forced_van_der_pol" if name == "shaw_van_der_pol" else name  # its former name
    if name not in table:
        raise InputError(
            f"there are no reference values for {name!r:.80}; {suggestion(name, table)} "
            f"(dsr.catalogue.reference_names() lists all {len(table)})"
        )
    return copy.deepcopy(table[name])

"""Angles are judged on their circle: each is replaced by its cosine and its sine.

A series declares them in ``attrs["circular"]`` (names) and ``attrs["circular_turns"]`` (the lengths
of a turn in the units of the variable; a full turn of 2 pi where nothing is said), as
`dsr.simulate` does. On a line a pendulum that turns over leaves its range or jumps by a whole turn;
on the circle neither is there, and runs that differ by whole turns are the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.errors import InputError

Floats = NDArray[np.float64]

_MOST_TURNS = 1e12
"""Beyond these a double has few digits left for the place within a turn."""


def declared(series: xr.DataArray) -> dict[str, float]:
    """Lengths of a turn of those variables of a series that are angles, by name.

    Parameters
    ----------
    series : DataArray
        A series; names that are declared but not among its variables (a selection) do not count.

    Returns
    -------
    dict

    Raises
    ------
    InputError
        If the declaration does not make sense.

    Examples
    --------
    >>> from dsr.data import make_series
    >>> wind = make_series(np.zeros((5, 2)), variables=["speed", "from"])
    >>> declared(wind.assign_attrs(circular=["from"], circular_turns=[360.0]))
    {'from': 360.0}
    """
    # A file holds a list of one as what is in it, and an empty one as text.
    names = [str(v) for v in np.ravel(series.attrs.get("circular", ())).tolist()]
    try:
        turns = [float(v) for v in np.ravel(series.attrs.get("circular_turns", ())).tolist()]
    except (TypeError, ValueError):
        turns = [math.nan]
    turns = turns or [2.0 * math.pi] * len(names)
    known = [str(v) for v in series["variable"].values] if "variable" in series.coords else []
    if not set(names) & set(known):
        return {}
    if len(turns) != len(names) or not all(math.isfinite(t) and t > 0.0 for t in turns):
        raise InputError(
            f"attrs['circular'] of the series names {len(names)} variables, and circular_turns "
            f"is {series.attrs['circular_turns']!r:.60}; give one positive length of a turn for "
            "each of them"
        )
    return {name: turn for name, turn in zip(names, turns, strict=True) if name in known}


def opened(values: Floats, names: Sequence[str], turns: Mapping[str, float]) -> Floats:
    """Values with the cosine and the sine of each angle in its place.

    Parameters
    ----------
    values : array, (..., N)
        Of a model it may be anything; what is not finite, or too large to be an angle, becomes NaN.
    names : sequence of str, length N
    turns : mapping
        See `declared`.

    Returns
    -------
    array, (..., N + number of angles)
        The values themselves where there is no angle.

    Examples
    --------
    >>> opened(np.array([[7.0, 90.0], [7.0, 450.0]]), ["speed", "from"], {"from": 360.0}).round(9)
    array([[7., 0., 1.],
           [7., 0., 1.]])
    """
    if not turns:
        return values
    columns: list[Floats] = []
    for k, name in enumerate(names):
        column = values[..., k]
        if name in turns:
            usable = np.where(np.abs(column) < _MOST_TURNS * turns[name], column, np.nan)
            phase = 2.0 * math.pi / turns[name] * np.mod(usable, turns[name])
            columns += [np.cos(phase), np.sin(phase)]
        else:
            columns.append(column)
    return np.ascontiguousarray(np.stack(columns, axis=-1))


def circled(series: xr.DataArray, parts: Sequence[Floats]) -> list[Floats]:
    """Trajectories with the angles that a series declares as cosine and sine.

    Parameters
    ----------
    series : DataArray
        The reference: its declaration and the order of its variables hold for all beside it.
    parts : sequence of arrays, (T_i, N)

    Returns
    -------
    list of arrays
        An array that stands several times among the parts does so here too.

    Raises
    ------
    InputError
        If they have other variables than the series.
    """
    turns = declared(series)
    if not turns:
        return list(parts)
    names = [str(v) for v in series["variable"].values]
    if wrong := [part.shape[1] for part in parts if part.shape[1] != len(names)]:
        raise InputError(
            f"the reference has {len(names)} variables and what is beside it {wrong[0]}; pass the "
            "same variables in the same order"
        )
    once = {id(part): opened(part, names, turns) for part in parts}
    return [once[id(part)] for part in parts]


def on_circles(series: xr.DataArray) -> xr.DataArray:
    """Give a series with ``cos(NAME)`` and ``sin(NAME)`` in the place of each declared angle.

    Parameters
    ----------
    series : DataArray, (trajectory, time, variable)

    Returns
    -------
    DataArray
        The series itself where it declares none.

    Examples
    --------
    >>> import dsr
    >>> on_circles(dsr.simulate("duffing", steps=50))["variable"].values.tolist()
    ['x', 'v', 'cos(phase)', 'sin(phase)']
    """
    turns = declared(series)
    if not turns:
        return series
    names = [str(v) for v in series["variable"].values]
    units = list(series.attrs.get("variable_units", ())) or [""] * len(names)
    renamed: list[str] = []
    new_units: list[Any] = []
    for name, unit in zip(names, units, strict=True):
        renamed += [f"cos({name})", f"sin({name})"] if name in turns else [name]
        new_units += ["1", "1"] if name in turns else [unit]
    coords = {name: c for name, c in series.coords.items() if "variable" not in c.dims}
    return xr.DataArray(
        opened(series.values, names, turns), dims=series.dims,
        coords={**coords, "variable": renamed}, name=series.name,
        attrs={**series.attrs, "variable_units": new_units},
    )  # fmt: skip

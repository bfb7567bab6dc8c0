"""Whether a series is of the kind a model was trained on: variables, units, time step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dsr.data.labelled.picks import listed
from dsr.data.series import select
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr


def agreeing(
    series: xr.DataArray,
    *,
    variables: Sequence[str],
    units: Sequence[str] = (),
    dt: float | None = None,
    time_unit: str | None = None,
    name: str = "series",
    other: str = "model",
) -> xr.DataArray:
    """Give the variables of a series in a wanted order; refuse what differs from what is wanted.

    Parameters
    ----------
    series : DataArray
        A checked series or field.
    variables, units : sequences of str
        Names (of variables or channels) and their units; an unknown unit (empty) agrees with all.
    dt, time_unit : optional
        Sampling step and its unit; None agrees with all.
    name : str
        What to call the series in messages.
    other : str
        What to call that with which it must agree.

    Returns
    -------
    xarray.DataArray
        With the wanted variables only.

    Raises
    ------
    InputError
        If names, units, step or unit of time differ.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.data import make_series
    >>> series = make_series(np.zeros((5, 2)), variables=["a", "b"], dt=0.1)
    >>> agreeing(series, variables=["b", "a"], dt=0.1)["variable"].values.tolist()
    ['b', 'a']
    """
    label = str(series.dims[2])
    found = [str(v) for v in series[label].values]
    wanted = [str(v) for v in variables]
    if found != wanted:
        if not set(wanted) <= set(found):
            raise InputError(
                f"the {name} has the {label}s {listed(found, 6)} and the {other} has "
                f"{listed(wanted, 6)}; give the same ones, under the same names"
            )
        series = select(series, [found.index(v) for v in wanted])
    for variable, wish, have in zip(
        wanted, units, series.attrs.get("variable_units", []), strict=False
    ):
        if wish and have and str(wish) != str(have):
            raise InputError(
                f"{variable[:60]!r} of the {name} is in {have!s} and that of the {other} in "
                f"{wish}; convert it first"
            )
    have, own = series.attrs.get("dt"), str(series.attrs.get("time_unit", ""))
    if time_unit and own and own != time_unit:
        raise InputError(
            f"the time of the {name} is in {own!r} and that of the {other} in {time_unit!r}; "
            f"pass the step in that unit (dt={dt or 1:g}, time_unit={time_unit!r}) if the two mean "
            "the same"
        )
    if dt and have and abs(have - dt) > 1e-3 * dt:
        raise InputError(
            f"the {name} has a time step of {have:g} and the {other} one of {dt:g}; pass "
            f"resample={dt:g} when loading it"
        )
    return series

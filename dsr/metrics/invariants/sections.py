"""Poincaré sections and return maps: a flow seen once a turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.checks import finite, one_of
from dsr.data import as_series, trajectories
from dsr.errors import InputError
from dsr.metrics.doors import Floats
from dsr.text import suggestion

__all__ = ["poincare_section", "return_map"]

BISECTIONS = 60
ACCURACY = {
    "cubic": "cubic through four samples; the error falls with the fourth power of the step",
    "linear": "linear between two samples; the error falls with the square of the step",
}


def poincare_section(
    series: Any,
    *,
    variable: str | int | None = None,
    value: float | None = None,
    plane: tuple[Sequence[float], float] | None = None,
    direction: str = "up",
    interpolation: str = "cubic",
) -> xr.Dataset:
    r"""Find where a trajectory crosses a plane :math:`n \cdot x = b`, in time and state.

    Parameters
    ----------
    series : series
        A flow sampled at least some ten times a turn. A map has no crossings.
    variable : str or int, optional
        The plane is where this variable has the given ``value``. Default: the first one.
    value : float, optional
        Default: the mean of the variable over all trajectories.
    plane : (normal, offset), optional
        Normal vector (N,) and offset b, in the place of ``variable`` and ``value``.
    direction : {"up", "down", "both"}
        Whether crossings count that raise n x, that lower it, or all.
    interpolation : {"cubic", "linear"}
        Through the samples around a crossing; at the ends of a trajectory linear.

    Returns
    -------
    Dataset
        Over "crossing": ``time`` (in the unit of the series), ``trajectory``, ``direction``
        (1 or -1), ``return_time`` (since the crossing before in the same trajectory and of the
        same direction, NaN for the first); ``state`` over ("crossing", "variable"). ``attrs``:
        ``normal``, ``offset``, and the ``accuracy`` in words.

    Raises
    ------
    InputError
        If the series holds NaN, there is no such variable, or the plane does not fit.

    Notes
    -----
    Hénon integrates to the plane with the equations; from samples alone the crossing is a root of
    the interpolating polynomial, good to the order said. Noise makes several crossings of one.

    References
    ----------
    Hénon, Physica D 5, 412 (1982).

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import poincare_section
    >>> t = 0.1 * np.arange(400)
    >>> circle = np.stack([np.cos(t), np.sin(t)], axis=1)
    >>> found = poincare_section(circle, variable=1, value=0.0, direction="up")
    >>> np.round(found.state.values[0], 5).tolist()
    [1.0, 0.0]
    """
    checked = as_series(series, minimum=5, name="series")
    if "variable" not in checked.dims:
        raise InputError("the series is a field; select points or modes of it first")
    one_of("direction", direction, ("up", "down", "both"))
    one_of("interpolation", interpolation, tuple(ACCURACY))
    normal, offset = _plane(checked, variable, value, plane)
    start, dt = _clock(checked)
    times, states, signs, owners, returns = [], [], [], [], []
    for part, label in zip(trajectories(checked), checked["trajectory"].values, strict=True):
        place, state, sign = _crossings(part, part @ normal - offset, interpolation)
        if direction != "both":
            kept = sign == (1 if direction == "up" else -1)
            place, state, sign = place[kept], state[kept], sign[kept]
        gap = np.full(place.size, np.nan)
        for way in (1, -1):
            alike = np.flatnonzero(sign == way)
            gap[alike[1:]] = np.diff(place[alike]) * dt
        times.append(start + dt * place)
        states.append(state)
        signs.append(sign)
        owners.append(np.full(place.size, label))
        returns.append(gap)
    unit = {"units": str(checked.attrs.get("time_unit", "step"))}
    return xr.Dataset(
        {
            "state": (("crossing", "variable"), np.concatenate(states)),
            "time": ("crossing", np.concatenate(times), unit),
            "return_time": ("crossing", np.concatenate(returns), unit),
            "direction": ("crossing", np.concatenate(signs)),
            "trajectory": ("crossing", np.concatenate(owners)),
        },
        coords={"variable": checked["variable"].values},
        attrs={
            "normal": normal,
            "offset": offset,
            "accuracy": ACCURACY[interpolation],
            "variable_units": list(checked.attrs.get("variable_units", [])),
        },
    )


def return_map(
    series: Any,
    *,
    variable: str | int | None = None,
    kind: str = "maxima",
    section: xr.Dataset | None = None,
    lag: int = 1,
) -> xr.Dataset:
    """Pair successive maxima of a variable, or values on a section: n and n + 1.

    Parameters
    ----------
    series : series or None
        None with ``section``.
    variable : str or int, optional
        Default: the last one for maxima and minima (z of Lorenz), the first one that varies for a
        section.
    kind : {"maxima", "minima"}
        Which extrema, each at the vertex of a parabola through three samples.
    section : Dataset, optional
        What `poincare_section` returned, in one direction; its values are paired instead.
    lag : int
        Pairs are n and n + lag.

    Returns
    -------
    Dataset
        Over "return": ``value``, ``next``, ``return_time`` (from one to the other), ``time`` (of
        the first), ``trajectory``. No pair crosses from one trajectory to another. ``attrs``:
        ``variable``, ``kind``, ``units``, ``accuracy``.

    Raises
    ------
    InputError
        If the series holds NaN, there is no such variable, or a section holds both directions.

    References
    ----------
    Lorenz, J. Atmos. Sci. 20, 130 (1963), figure 4.

    Examples
    --------
    >>> import dsr
    >>> flow = dsr.simulate("lorenz63", steps=5000, dt=0.01)
    >>> found = dsr.metrics.return_map(flow, variable="z")
    >>> bool(30 < found.value.min() and found.value.max() < 48)
    True
    """
    if isinstance(lag, bool) or not isinstance(lag, int | np.integer) or lag < 1:
        raise InputError(f"lag must be a whole number of at least 1, not {lag!r}")
    if section is not None:
        values, times, owners, attrs = _from_section(section, variable)
    else:
        one_of("kind", kind, ("maxima", "minima"))
        values, times, owners, attrs = _extrema(series, variable, kind)
    same = owners[:-lag] == owners[lag:]
    first, after = values[:-lag][same], values[lag:][same]
    when, later = times[:-lag][same], times[lag:][same]
    unit = {"units": attrs.pop("time_unit")}
    return xr.Dataset(
        {
            "value": ("return", first, {"units": attrs["units"]}),
            "next": ("return", after, {"units": attrs["units"]}),
            "return_time": ("return", later - when, unit),
            "time": ("return", when, unit),
            "trajectory": ("return", owners[:-lag][same]),
        },
        attrs=attrs | {"lag": int(lag)},
    )


def turning_points(column: Floats, kind: str = "maxima") -> tuple[Floats, Floats]:
    """Places (in samples) and values of the extrema of one variable, by parabolas.

    Parameters
    ----------
    column : (T,) array
    kind : {"maxima", "minima"}

    Returns
    -------
    place, value : arrays
    """
    values = column if kind == "maxima" else -column
    inner = np.flatnonzero((values[1:-1] > values[:-2]) & (values[1:-1] >= values[2:])) + 1
    before, here, after = column[inner - 1], column[inner], column[inner + 1]
    slope, bend = (after - before) / 2, after - 2 * here + before
    return inner - slope / bend, here - slope**2 / (2 * bend)


def index_of(series: xr.DataArray, variable: str | int | None, otherwise: int) -> int:
    """Place of a variable, by its name or place; ``otherwise`` if none is given."""
    names = [str(v) for v in series["variable"].values]
    if variable is None:
        return otherwise % len(names)
    if isinstance(variable, int | np.integer) and -len(names) <= variable < len(names):
        return int(variable) % len(names)
    if str(variable) not in names:
        raise InputError(f"the series has no variable {variable!r}; {suggestion(variable, names)}")
    return names.index(str(variable))


def _plane(
    series: xr.DataArray,
    variable: str | int | None,
    value: float | None,
    plane: tuple[Sequence[float], float] | None,
) -> tuple[Floats, float]:
    width = series.sizes["variable"]
    if plane is None:
        index = index_of(series, variable, 0)
        normal = np.zeros(width)
        normal[index] = 1.0
        if value is None:
            return normal, float(np.concatenate(list(trajectories(series)))[:, index].mean())
        return normal, finite("value", value)
    if variable is not None or value is not None:
        raise InputError("a section is given by plane= or by variable= and value=, not by both")
    try:
        normal = np.array(plane[0], dtype=np.float64)
        offset = finite("offset", plane[1])
    except (TypeError, ValueError, IndexError):
        raise InputError("plane must be a normal vector and an offset: ([1, 0, 0], 2.5)") from None
    if normal.shape != (width,) or not np.isfinite(normal).all() or not normal.any():
        raise InputError(
            f"the normal of a plane must have {width} finite numbers, one a variable and not all "
            f"zero; it has the shape {normal.shape}"
        )
    return normal, offset


def _clock(series: xr.DataArray) -> tuple[float, float]:
    """Start and step of the time axis; counted in steps where it is a calendar."""
    first = series["time"].values[:1] if "time" in series.coords else np.zeros(1)
    start = float(first[0]) if first.dtype.kind in "fiu" else 0.0
    return start, float(series.attrs.get("dt", 1.0))


def _crossings(
    part: Floats, height: Floats, interpolation: str
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Places (in samples), states and directions of all changes of sign."""
    above = height > 0
    before = np.flatnonzero(above[1:] != above[:-1])
    sign = np.where(above[before + 1], 1, -1).astype(np.int64)
    share = height[before] / (height[before] - height[before + 1])
    state = part[before] + share[:, None] * (part[before + 1] - part[before])
    inner = (before >= 1) & (before + 2 < len(part))
    if interpolation == "cubic" and inner.any():
        at = before[inner]
        around = at[:, None] + np.arange(-1, 3)
        heights = height[around]
        low, high = np.zeros(at.size), np.ones(at.size)
        # Between samples of different sign there is a root, and bisection cannot lose it.
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            over = (_weights(middle) * heights).sum(axis=1) > 0
            rises = over == (sign[inner] > 0)
            low, high = np.where(rises, low, middle), np.where(rises, middle, high)
        share[inner] = (low + high) / 2
        state[inner] = np.einsum("ck,ckv->cv", _weights(share[inner]), part[around])
    return before + share, state, sign


def _weights(share: Floats) -> Floats:
    """Lagrange weights (C, 4) of samples at -1, 0, 1, 2 for places between 0 and 1."""
    s = share
    return np.stack(
        [
            -s * (s - 1) * (s - 2) / 6,
            (s + 1) * (s - 1) * (s - 2) / 2,
            -(s + 1) * s * (s - 2) / 2,
            (s + 1) * s * (s - 1) / 6,
        ],
        axis=1,
    )


_Pairs = tuple[Floats, Floats, NDArray[Any], dict[str, Any]]


def _extrema(series: Any, variable: str | int | None, kind: str) -> _Pairs:
    checked = as_series(series, minimum=5, name="series")
    if "variable" not in checked.dims:
        raise InputError("the series is a field; select points or modes of it first")
    index = index_of(checked, variable, -1)
    start, dt = _clock(checked)
    found = [turning_points(part[:, index], kind) for part in trajectories(checked)]
    labels = checked["trajectory"].values
    units = list(checked.attrs.get("variable_units", []))
    attrs = {
        "variable": str(checked["variable"].values[index]),
        "kind": kind,
        "units": str(units[index]) if len(units) > index else "",
        "time_unit": str(checked.attrs.get("time_unit", "step")),
        "accuracy": "parabola through three samples",
    }
    return (
        np.concatenate([value for _, value in found]),
        np.concatenate([start + dt * place for place, _ in found]),
        np.concatenate([np.full(p.size, k) for (p, _), k in zip(found, labels, strict=True)]),
        attrs,
    )


def _from_section(section: xr.Dataset, variable: str | int | None) -> _Pairs:
    if not isinstance(section, xr.Dataset) or "crossing" not in section.dims:
        raise InputError("section must be what poincare_section returned")
    if len(np.unique(section["direction"].values)) > 1:
        raise InputError(
            "the section holds crossings in both directions; a return map needs one, so pass "
            "direction='up' or 'down' to poincare_section"
        )
    # Across the plane nothing varies: the first variable that the plane does not fix.
    fixed = np.flatnonzero(np.asarray(section.attrs["normal"]))
    free = [k for k in range(section.sizes["variable"]) if fixed.size > 1 or k not in fixed]
    index = index_of(section["state"], variable, free[0] if free else 0)
    units = list(section.attrs.get("variable_units", []))
    attrs = {
        "variable": str(section["variable"].values[index]),
        "kind": "section",
        "units": str(units[index]) if len(units) > index else "",
        "time_unit": section["time"].attrs["units"],
        "accuracy": section.attrs["accuracy"],
    }
    state = section["state"].values[:, index]
    return state, section["time"].values, section["trajectory"].values, attrs

"""Delay coordinates of a series of one variable, and a simple stated rule to choose them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

_MOST_POINTS = 4_000
_RATIO = 10.0
_SHARE = 0.05
_NEIGHBOURS = 50
_DIMENSIONS = range(2, 11)
_LEAST_DIMENSION = 3


def delay_embed(series: Any, dimension: int, delay: int) -> xr.DataArray:
    """Delay coordinates ``x(t), x(t - delay), ..., x(t - (dimension - 1) delay)``.

    Parameters
    ----------
    series : series
        Of one variable; trajectories stay apart, each loses its first samples.
    dimension, delay : int
        Number of coordinates, and samples between them.

    Returns
    -------
    xarray.DataArray, (trajectory, time, variable)
        Time is that of the undelayed coordinate.

    Raises
    ------
    InputError
        For several variables, or trajectories shorter than the embedding window.

    Examples
    --------
    >>> import numpy as np
    >>> delay_embed(np.arange(6.0), 2, 3).values[0]
    array([[3., 0.],
           [4., 1.],
           [5., 2.]])
    """
    from dsr.data.series import as_series

    series = as_series(series)
    _one_variable(series)
    if dimension < 1 or delay < 1 or dimension != int(dimension) or delay != int(delay):
        raise InputError(
            f"dimension and delay must be whole numbers from 1 on, not {dimension} and {delay}"
        )
    result = delay_columns(series, [(0, k * delay) for k in range(dimension)])
    result.attrs["notes"] = [
        *series.attrs.get("notes", []),
        f"embedded in {dimension} delay coordinates, {delay} samples apart",
    ]
    result.attrs["embedding"] = json.dumps({"dimension": dimension, "delay": delay})
    return result


def delay_columns(series: xr.DataArray, pairs: Sequence[tuple[int, int]]) -> xr.DataArray:
    """Coordinates ``x_c(t - delay)`` for pairs of a column c and a delay, in their order.

    Parameters
    ----------
    series : DataArray
        A checked series; trajectories stay apart, each loses its first samples.
    pairs : sequence of (int, int)
        Column and delay in samples, of each coordinate.

    Returns
    -------
    xarray.DataArray, (trajectory, time, variable)
        Time is that of the undelayed coordinate.

    Raises
    ------
    InputError
        If a trajectory is shorter than the embedding window.
    """
    from dsr.data.series import make_series, trajectories

    window = max(delay for _, delay in pairs)
    parts = trajectories(series)
    shortest = min(len(part) for part in parts)
    if shortest < window + 2:
        raise InputError(
            f"{len(pairs)} delay coordinates span {window + 1} samples, and a trajectory has only "
            f"{shortest}; use fewer or closer ones"
        )
    blocks = [
        np.stack([x[window - d : len(x) - d, column] for column, d in pairs], axis=1) for x in parts
    ]
    names = [str(v) for v in series["variable"].values]
    split = series["split"].values.tolist() if "split" in series.coords else None
    dt = float(series.attrs["dt"])
    result = make_series(
        blocks if len({len(b) for b in blocks}) > 1 else np.stack(blocks),
        dt=dt,
        time_unit=str(series.attrs["time_unit"]),
        variables=[names[column] + (f"(t-{d})" if d else "") for column, d in pairs],
        start=float(series["time"].values[0]) + window * dt,
        trajectory=series["trajectory"].values,
        split=split,
        source=str(series.attrs.get("source", "")),
    )
    units = list(series.attrs.get("variable_units", []))
    result.attrs.update(
        time_origin=series.attrs.get("time_origin", ""),
        calendar=series.attrs.get("calendar", ""),
        variable_units=[units[column] for column, _ in pairs] if units else [],
    )
    return result


def choose_embedding(series: Any) -> tuple[int, int, str]:
    """Dimension and delay by a simple rule, and the rule in words.

    The delay is the first lag at which the autocorrelation falls below 1/e; the dimension is the
    first with less than 5 % false nearest neighbours (Kennel, Brown and Abarbanel 1992, ratio 10,
    neighbours closer than three delays in time left out, at most 4,000 points), from 3 to 10. Both
    are found on the longest trajectory.

    Returns
    -------
    dimension, delay : int
    reason : str

    Examples
    --------
    >>> import dsr
    >>> x = dsr.simulate("lorenz63", steps=3000, dt=0.02).isel(variable=[0])
    >>> dimension, delay, reason = choose_embedding(x)
    >>> dimension
    3
    """
    from dsr.data.series import as_series, trajectories

    series = as_series(series, minimum=50)
    _one_variable(series)
    longest = max(trajectories(series), key=len)[:, 0]
    delay, fallen = _delay(longest)
    dimension = _dimension(longest, delay)
    dimension = max(dimension, _LEAST_DIMENSION)
    why = "where the autocorrelation falls below 1/e" if fallen else "a twentieth of the series"
    reason = (
        f"delay {delay} ({why}), dimension {dimension} (the first with under 5 % false nearest "
        f"neighbours, at least {_LEAST_DIMENSION})"
    )
    return dimension, delay, reason


def _one_variable(series: xr.DataArray) -> None:
    if series.sizes.get("variable") != 1:
        raise InputError(
            f"delay coordinates need a series of one variable, and this one has "
            f"{series.sizes.get('variable')}; select one with variables="
        )


def _delay(x: Floats) -> tuple[int, bool]:
    count = len(x)
    centred = x - x.mean()
    size = 1 << (2 * count - 1).bit_length()
    power = np.abs(np.fft.rfft(centred, size)) ** 2
    correlation = np.fft.irfft(power, size)[:count] / (count - np.arange(count))
    most = max(1, count // 20)
    below = np.flatnonzero(correlation[: most + 1] < correlation[0] / np.e)
    return (int(below[0]), True) if len(below) else (most, False)


def _dimension(x: Floats, delay: int) -> int:
    from scipy.spatial import cKDTree

    for m in _DIMENSIONS:
        rows = len(x) - m * delay
        if rows < 30:
            return m - 1 if m > 2 else 2
        points = np.stack([x[k * delay : k * delay + rows] for k in range(m)], axis=1)
        beyond = x[m * delay : m * delay + rows]
        stride = max(1, rows // _MOST_POINTS)
        chosen = np.arange(0, rows, stride)
        distance, found = cKDTree(points[chosen]).query(
            points[chosen], k=min(_NEIGHBOURS, len(chosen))
        )
        apart = np.abs(chosen[found] - chosen[:, None]) > 3 * delay
        valid = apart & (distance > 0.0)
        first = valid.argmax(axis=1)
        usable = valid.any(axis=1)
        row = np.arange(len(chosen))
        neighbour = chosen[found[row, first]]
        ratio = np.abs(beyond[chosen] - beyond[neighbour]) / np.maximum(
            distance[row, first], 1e-300
        )
        if not usable.any() or float((ratio[usable] > _RATIO).mean()) < _SHARE:
            return m
    return max(_DIMENSIONS)

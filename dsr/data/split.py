"""Training and test parts of a series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dsr.data.doors import as_series
from dsr.data.series import lengths, make_series, trajectories
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr


def split_series(series: Any, test: float = 0.2) -> tuple[xr.DataArray, xr.DataArray]:
    """Set the test part aside: trajectories marked as such, or the end of each trajectory.

    Parameters
    ----------
    series : series
        With a coordinate ``split`` that holds both ``"train"`` and ``"test"``, that is honoured;
        trajectories marked otherwise belong to neither part.
    test : float
        Otherwise this share of each trajectory, from its end. At least one sample remains on
        either side.

    Returns
    -------
    train, test : DataArray
        The time axis of a single trajectory goes on in the test part; of several, each starts anew.

    Raises
    ------
    InputError
        If the share is not between 0 and 1, or no trajectory has two samples.

    Examples
    --------
    >>> import numpy as np
    >>> train, test = split_series(np.arange(10.0))
    >>> train.sizes["time"], test.values.ravel()
    (8, array([8., 9.]))
    """
    series = as_series(series)
    if not 0.0 < test < 1.0:
        raise InputError(f"the test part must be a share between 0 and 1, not {test}")
    if "split" in series.coords:
        kind = np.atleast_1d(series["split"].values).astype(str)
        if {"train", "test"} <= set(kind.tolist()):
            return _chosen(series, kind == "train"), _chosen(series, kind == "test")
    counts = lengths(series)
    if counts.max() < 2:
        raise InputError("a single sample cannot be split into a training and a test part")
    cuts = [int(np.clip(n - round(test * n), 1, max(n - 1, 1))) for n in counts]
    if len(cuts) == 1:
        only = series.isel(time=slice(0, int(counts[0]))).drop_vars("length", errors="ignore")
        return _settle(only.isel(time=slice(0, cuts[0]))), _settle(
            only.isel(time=slice(cuts[0], None))
        )
    long_enough = [k for k, n in enumerate(counts) if n >= 2]
    parts = trajectories(series)
    heads = [parts[k][: cuts[k]] for k in long_enough]
    tails = [parts[k][cuts[k] :] for k in long_enough]
    return _rebuilt(heads, series, long_enough), _rebuilt(tails, series, long_enough)


def _chosen(series: xr.DataArray, mask: Any) -> xr.DataArray:
    part = series.isel(trajectory=mask)
    counts = lengths(part)
    part = part.isel(time=slice(0, int(counts.max())))
    if "length" in part.coords and (counts == counts.max()).all():
        part = part.drop_vars("length")
    return _settle(part)


def _settle(part: xr.DataArray) -> xr.DataArray:
    return part if part.values.flags.c_contiguous else part.copy(data=part.values.copy(order="C"))


def _rebuilt(parts: list[Any], series: xr.DataArray, which: list[int]) -> xr.DataArray:
    part = make_series(parts, like=series, trajectory=series["trajectory"].values[which])
    part.attrs = {**series.attrs, **{k: v for k, v in part.attrs.items() if k not in series.attrs}}
    return part

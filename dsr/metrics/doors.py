"""The door of the metrics: the reference is checked strictly, the generated series is not.

A bad model makes NaN, infinities, constant columns and short runs; those get a defined score, so
they must pass the door that a reference must not.
"""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.data import as_series, trajectories
from dsr.data.agreement import agreeing
from dsr.errors import InputError
from dsr.metrics.circles import circled, on_circles

Floats = NDArray[np.float64]

DIMS = ("trajectory", "time", "variable")

LARGEST = 1e100
"""Beyond this a generated value counts as not finite: its square would overflow."""


def bounded(y: Floats) -> bool:
    """Whether all values are finite and small enough to be squared."""
    return bool((np.abs(y) < LARGEST).all())


@dataclass(frozen=True)
class Pairs:
    """Reference and generated trajectories, matched one to one.

    Attributes
    ----------
    reference, generated : list of ndarray (T_i, N)
    series : DataArray
        The reference as a series, for its names and units.
    labels : list
        One label per pair.
    """

    reference: list[Floats]
    generated: list[Floats]
    series: xr.DataArray
    labels: list[Any]

    @property
    def variables(self) -> list[str]:
        """Names of the variables, in order."""
        return [str(v) for v in self.series["variable"].values]


def reference_series(obj: Any, *, minimum: int = 20, name: str = "reference") -> xr.DataArray:
    """Check a reference and give it as a series; raises `InputError` on anything unclean."""
    series = as_series(obj, minimum=minimum, name=name)
    if "variable" not in series.dims:
        raise InputError(
            f"the {name} is a field; judge it by dsr.metrics.evaluate, or by the metrics of fields "
            "such as pod_divergence and rmse"
        )
    refuse_constant(series, name)
    return series


def refuse_constant(series: xr.DataArray, name: str = "reference") -> None:
    """Raise `InputError` where a variable of a checked series does not vary."""
    for index, values in enumerate(trajectories(series)):
        # Relative to the variable's own size: 1e-9 volts are as good a signal as 1 volt.
        constant = np.flatnonzero(np.ptp(values, axis=0) <= 1e-12 * np.abs(values).max(axis=0))
        if constant.size:
            variable = series["variable"].values[constant[0]]
            raise InputError(
                f"variable {variable!s} of the {name} does not vary in trajectory {index}; "
                "drop it before scoring (drop_constant=True when loading)"
            )


def labelled(obj: Any) -> bool:
    """Whether names, units and step of something are its own, and not merely counted."""
    own = isinstance(obj, xr.DataArray) and ("dt" in obj.attrs or "time" in obj.coords)
    return own or isinstance(obj, xr.Dataset | str | PathLike)


def alike(obj: Any, series: xr.DataArray, *, name: str) -> Any:
    """A labelled series or field with the variables of a reference in the reference's order.

    Names are compared only where both sides use the same ones in some order, since a run may be
    labelled anew; units, step and unit of time wherever both are known.

    Raises
    ------
    InputError
        If units, step or unit of time differ.
    """
    if not isinstance(obj, xr.DataArray) or "dt" not in obj.attrs or obj.ndim != series.ndim:
        return obj
    label = str(series.dims[2])
    if label not in obj.coords or label not in series.coords or obj.dims != series.dims:
        return obj
    wanted, found = ([str(v) for v in one[label].values] for one in (series, obj))
    return agreeing(
        obj,
        variables=wanted if set(found) == set(wanted) else found,
        units=series.attrs.get("variable_units", ()) if set(found) == set(wanted) else (),
        dt=series.attrs.get("dt"), time_unit=series.attrs.get("time_unit"), name=name,
        other="reference",
    )  # fmt: skip


def generated_arrays(obj: Any, *, name: str = "generated") -> list[Floats]:
    """Trajectories (T_i, N) of a generated series, with whatever values it has.

    Raises
    ------
    InputError
        If the object is not an array of numbers with one to three dimensions, or is empty.
    """
    if isinstance(obj, str | PathLike):
        obj = read_generated(obj)
    if isinstance(obj, xr.Dataset):
        obj = obj["series"] if "series" in obj else as_series(obj, name=name)
    lengths = None
    if isinstance(obj, xr.DataArray):
        if "length" in obj.coords:
            lengths = np.atleast_1d(obj["length"].values).astype(int)
        known = [d for d in DIMS if d in obj.dims]
        if len(known) == obj.ndim:
            obj = obj.transpose(*known)
        obj = obj.values
    values = np.asarray(obj)
    if values.dtype.kind not in "fiub":
        raise InputError(f"the {name} series holds {values.dtype}, not real numbers")
    values = values.astype(np.float64)
    if values.ndim == 1:
        values = values[:, None]
    if values.ndim == 2:
        values = values[None]
    if values.ndim != 3 or 0 in values.shape:
        raise InputError(
            f"the {name} series has shape {values.shape}; it must be (time, variable) or "
            "(trajectory, time, variable) and not empty"
        )
    ends = [values.shape[1]] * len(values) if lengths is None else lengths
    return [np.ascontiguousarray(v[:end]) for v, end in zip(values, ends, strict=True)]


def read_generated(path: str | PathLike[str], **options: Any) -> xr.DataArray:
    """Read a file of a generated series, which may hold what a reference must not.

    Parameters
    ----------
    path : path
    **options
        Of `dsr.load`.
    """
    from dsr.data import load, read_dataset

    try:
        return load(path, **options)
    except InputError as refusal:
        try:
            return read_dataset(Path(path))["series"]
        except (InputError, KeyError):
            raise refusal from None


def paired(reference: Any, generated: Any, *, minimum: int = 20, circles: bool = True) -> Pairs:
    """Match the trajectories of a generated series with those of its reference.

    Equal numbers pair in order; a single one on either side is paired with all of the other.
    Angles that the reference declares become cosine and sine (`dsr.metrics.circles`) on both sides,
    unless `circles` is false.

    Raises
    ------
    InputError
        If the reference is unclean, or numbers of variables or trajectories do not fit.
    """
    series = reference_series(reference, minimum=minimum)
    first = list(trajectories(series))
    second = generated_arrays(generated)
    if first[0].shape[1] != second[0].shape[1]:
        raise InputError(
            f"the reference has {first[0].shape[1]} variables and the generated series "
            f"{second[0].shape[1]}; pass the same variables in the same order"
        )
    if circles:
        first, second = circled(series, first), circled(series, second)
        series = on_circles(series)
        refuse_constant(series)
    labels = list(series["trajectory"].values.tolist())
    if len(first) == 1 and len(second) > 1:
        first, labels = first * len(second), list(range(len(second)))
    elif len(second) == 1:
        second = second * len(first)
    if len(first) != len(second):
        raise InputError(
            f"the reference has {len(first)} trajectories and the generated series {len(second)}; "
            "pass equal numbers, or one on either side"
        )
    return Pairs(first, second, series, labels)


def median_result(values: list[float], name: str, attrs: dict[str, Any]) -> xr.DataArray:
    """Scalar DataArray with the median over trajectories; each value is kept in the attrs."""
    finite = np.asarray(values, dtype=np.float64)
    result = xr.DataArray(float(np.median(finite)), name=name, attrs=attrs)
    if len(values) > 1:
        result.attrs["per_trajectory"] = finite
        result.attrs["aggregate"] = f"median over {len(values)} trajectories"
    return result

"""Ragged arrays of the CF conventions (9.3): all samples in a row, cut into trajectories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dsr.data.labelled.clues import looks_like_time
from dsr.data.labelled.picks import Picks
from dsr.data.table import Table
from dsr.data.time.axis import decode_time
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr


def ragged_table(
    dataset: xr.Dataset,
    names: list[str],
    picks: Picks,
    *,
    time_unit: str | None = None,
    source: str = "",
) -> Table | None:
    """Read a contiguous (``sample_dimension``) or indexed (``instance_dimension``) ragged array.

    None where the dataset is not laid out so.
    """
    found = _cuts(dataset)
    if found is None:
        return None
    counter, sample_dim, instance_dim, rows = found
    columns = [n for n in names if dataset[n].dims == (sample_dim,) and n != counter]
    times = (str(n) for n, v in dataset.variables.items()
             if v.dims == (sample_dim,) and looks_like_time(v, str(n)))  # fmt: skip
    time = None if picks.untimed else picks.time or next(times, None)
    columns = [n for n in columns if n != time]
    if not columns:
        raise InputError(
            f"no variable of numbers lies along the dimension {sample_dim!r} of the ragged array"
        )
    whole = np.stack([np.asarray(dataset[n].values, dtype=np.float64) for n in columns], axis=1)
    kept = [k for k, row in enumerate(rows) if len(row)]
    axes = None
    if time is not None:
        values = dataset[time].values
        attrs = {**dataset[time].encoding, **dataset[time].attrs}
        axes = [decode_time(values[rows[k]], attrs, name=time, time_unit=time_unit) for k in kept]
    labels = np.arange(len(rows)).tolist()
    if instance_dim in dataset.coords:
        labels = dataset[instance_dim].values.tolist()
    return Table(
        values=[whole[rows[k]] for k in kept],
        axes=axes,
        names=columns,
        units=[str(dataset[n].attrs.get("units", "")) for n in columns],
        labels=[labels[k] for k in kept],
        source=source,
        notes=(f"a ragged array of {len(kept)} trajectories, cut by {counter!r}",),
    )


def _cuts(dataset: xr.Dataset) -> tuple[str, str, str, list[NDArray[np.int64]]] | None:
    """Counter, dimension of the samples and of the trajectories, and the rows of each."""
    for name, variable in dataset.variables.items():
        for attribute in ("sample_dimension", "instance_dimension"):
            other = str(variable.attrs.get(attribute))
            if other not in dataset.sizes or variable.ndim != 1:
                continue
            own, size = str(variable.dims[0]), dataset.sizes[other]
            counts = _whole_numbers(variable.values, str(name))
            if attribute == "instance_dimension":
                if counts.min(initial=0) < 0 or counts.max(initial=0) >= size:
                    raise InputError(
                        f"the index {str(name)[:60]!r} names trajectories outside 0 to "
                        f"{size - 1}; the file is damaged"
                    )
                return str(name), own, other, [np.flatnonzero(counts == k) for k in range(size)]
            if counts.min(initial=0) < 0 or counts.sum() != size:
                raise InputError(
                    f"the row sizes {str(name)[:60]!r} add up to {counts.sum()} samples, but "
                    f"dimension {other!r} has {size}; the file is damaged"
                )
            return str(name), other, own, np.split(np.arange(size), np.cumsum(counts)[:-1])
    return None


def _whole_numbers(values: Any, name: str) -> NDArray[np.int64]:
    numbers = np.asarray(values)
    if numbers.dtype.kind not in "iuf" or not np.isfinite(numbers.astype(np.float64)).all():
        raise InputError(f"the counts in {name[:60]!r} are not whole numbers; the file is damaged")
    return numbers.astype(np.int64)

"""From a labelled dataset to a `Table`: which dimension is time, which are trajectories, features.

The conventions read: CF (``axis``, ``standard_name``, ``cf_role``, bounds and grid mappings,
ragged arrays, valid ranges), common names, and a time axis for each trajectory.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dsr.data.labelled.clues import without_row_numbers
from dsr.data.labelled.picks import Picks, listed, no_such
from dsr.data.labelled.planes import plane_of, spatial_dims
from dsr.data.labelled.ragged import ragged_table
from dsr.data.labelled.roles import find_time, find_trajectory, read_axes, without_padding
from dsr.data.table import Table, trim_padding
from dsr.data.time.axis import kind_of
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

_HELPERS = ("bounds", "grid_mapping", "ancillary_variables", "cell_measures", "climatology")
_MOST_FEATURES = 512


def table_from_dataset(
    dataset: xr.Dataset,
    picks: Picks | None = None,
    *,
    time_unit: str | None = None,
    source: str = "",
) -> Table:
    """Stack the variables that share the time dimension."""
    picks = picks or Picks()
    notes: list[str] = []
    names = _candidates(dataset, picks, notes)
    ragged = ragged_table(dataset, names, picks, time_unit=time_unit, source=source)
    if ragged is not None:
        return ragged.with_notes(*notes)
    time_dim, coordinate = find_time(dataset, names, picks, notes)
    trajectory = find_trajectory(dataset, names, picks, time_dim)
    timed = [n for n in names if time_dim in dataset[n].dims]
    if picks.names is None:
        columns = {n: dataset[n].values for n in timed if n != coordinate}
        timed = without_row_numbers(columns, notes, timed=coordinate is not None)
    if not timed:
        raise InputError(f"no variable of numbers lies along {time_dim!r} beside its times")
    untimed = [n for n in names if time_dim not in dataset[n].dims]
    if untimed and untimed[0] in (picks.names or []):
        raise InputError(
            f"variable {untimed[0][:60]!r} has no dimension {time_dim!r}; do not ask for it"
        )
    whole, labels, units, space = _columns(dataset, timed, picks, time_dim, trajectory, notes)
    if untimed := [n for n in untimed if n not in (space or {})]:
        notes.append(f"left out, without dimension {time_dim!r}: {listed(untimed)}")
    values = [np.ascontiguousarray(part) for part in whole]
    if len(values) > 1:
        values = without_padding(dataset, values)
    split = None
    if trajectory and "split" in dataset.variables and dataset["split"].dims == (trajectory,):
        split = [str(mark) for mark in dataset["split"].values]
    return trim_padding(
        Table(
            values=values,
            axes=read_axes(dataset, coordinate, trajectory, values, time_unit),
            names=labels,
            units=units,
            labels=dataset[trajectory].values.tolist() if trajectory in dataset.coords else None,
            split=split,
            notes=tuple(notes),
            source=source,
            space=space,
        )
    )


def _candidates(dataset: xr.Dataset, picks: Picks, notes: list[str]) -> list[str]:
    """Variables of numbers that are data, not helpers of others; or those asked for."""
    numeric = [str(n) for n, v in dataset.variables.items() if v.dtype.kind in "iuf" and v.ndim > 0]
    if picks.names is not None:
        bases = [n if n in numeric else re.sub(r"\[[^\]]*\]$", "", n) for n in picks.names]
        for base in bases:
            if base in dataset.variables and base not in numeric:
                what = "a single value" if dataset[base].ndim == 0 else "not made of numbers"
                raise InputError(f"variable {base[:60]!r} is {what}; leave it out of variables=")
        if set(bases) <= set(numeric):
            return list(dict.fromkeys(bases))
        # They may be the labels of a feature dimension; `_picked` knows these.
    helpers: set[str] = {"length"}
    for variable in dataset.variables.values():
        described = {**variable.encoding, **variable.attrs}
        for key in _HELPERS:
            helpers.update(re.findall(r"\w+", str(described.get(key, ""))))
    shown = [str(n) for n in dataset.data_vars if str(n) not in helpers]
    found = [n for n in shown if n in numeric]
    left = [n for n in shown if n not in numeric]
    if left:
        kinds = ", ".join(sorted({_what_is(dataset[n]) for n in left}))
        notes.append(f"left out, {kinds}: {listed(left)}")
    if not found:
        raise InputError(
            "there is no variable of real numbers with a dimension"
            + (f"; there is only {listed(left)} ({_what_is(dataset[left[0]])})" if left else "")
        )
    return found


def _columns(
    dataset: xr.Dataset,
    names: list[str],
    picks: Picks,
    time_dim: str,
    trajectory: str | None,
    notes: list[str],
) -> tuple[Floats, list[str], list[str], dict[str, Any] | None]:
    """Values ``(K, T, columns)`` or ``(K, T, C, Y, X)``; names and units; the plane of a field."""
    plain, fields, left = [], [], []
    for name in names:
        extra = [str(d) for d in dataset[name].dims if d not in (time_dim, trajectory)]
        spatial = spatial_dims(dataset, extra)
        if len(extra) < 2 and all(dataset.sizes[d] <= _MOST_FEATURES for d in extra):
            plain.append((name, extra))
        elif len(extra) in (2, 3) and len(spatial) == 2:
            fields.append((name, [*(d for d in extra if d not in spatial), *spatial]))
        else:
            left.append(name)
    if left and (left[0] in (picks.names or []) or not (plain or fields)):
        raise InputError(
            f"variable {left[0][:60]!r} has dimensions {tuple(map(str, dataset[left[0]].dims))}; a "
            f"series has time, trajectories and at most {_MOST_FEATURES} features: select points "
            "of the other dimensions first"
        )
    if left:
        notes.append(f"left out, more dimensions than a series has: {listed(left)}")
    if fields and plain:
        notes.append(f"left out, fields beside series: {listed([n for n, _ in fields])}")
    kept, space = plain, None
    if not plain:
        kept, (y, x) = fields, fields[0][1][-2:]
        if any(extra[-2:] != [y, x] for _, extra in fields):
            shown = listed([name for name, _ in fields])
            raise InputError(f"the fields {shown} have different grids; pick with variables=")
        space = plane_of(dataset, y, x)
    blocks, labels, owners = [], [], []
    for name, extra in kept:
        features = extra if space is None else extra[:-2]
        block = _ordered(dataset, name, (trajectory, time_dim, *extra))
        block = block if features else np.expand_dims(block, 2)
        blocks.append(block)
        labels += _feature_names(dataset, name, features, alone=len(kept) == 1)
        owners += [name] * block.shape[2]
    units = [str(dataset[owner].attrs.get("units", "")) for owner in owners]
    # What has no trajectories belongs to all of them.
    count = max(len(block) for block in blocks)
    alike = [np.broadcast_to(block, (count, *block.shape[1:])) for block in blocks]
    whole = np.concatenate(alike, axis=2) if len(alike) > 1 else blocks[0]
    chosen = _picked(labels, owners, picks)
    if chosen == list(range(len(labels))):
        return whole, labels, units, space
    return whole[:, :, chosen], [labels[i] for i in chosen], [units[i] for i in chosen], space


def _picked(labels: list[str], owners: list[str], picks: Picks) -> list[int]:
    """Columns asked for: a variable takes all its features, ``u[2]`` or a label takes one."""
    if picks.names is None:
        return list(range(len(labels)))
    chosen: list[int] = []
    for name in picks.names:
        found = [i for i, pair in enumerate(zip(labels, owners, strict=True)) if name in pair]
        if not found:
            raise no_such(name, dict.fromkeys([*owners, *labels]), "variable")
        chosen += [i for i in found if i not in chosen]
    return chosen


def _ordered(dataset: xr.Dataset, name: str, dims: tuple[str | None, ...]) -> Floats:
    """Values of a variable as float64 with the trajectory first; invalid ones become NaN."""
    variable = dataset[name]
    order = [d for d in dims if d in variable.dims]
    values = np.array(variable.transpose(*order).values, dtype=np.float64)
    _apply_valid_range(variable, values)
    return values if dims[0] in variable.dims and dims[0] is not None else values[None]


def _apply_valid_range(variable: Any, values: Floats) -> None:
    """Mark values outside ``valid_min``, ``valid_max``, ``valid_range`` as missing (CF 2.5.1)."""
    attrs = variable.attrs
    low, high = attrs.get("valid_min"), attrs.get("valid_max")
    if np.size(attrs.get("valid_range", [])) == 2:
        low, high = np.asarray(attrs["valid_range"]).tolist()
    scale = float(np.asarray(variable.encoding.get("scale_factor", 1.0)).ravel()[0])
    offset = float(np.asarray(variable.encoding.get("add_offset", 0.0)).ravel()[0])
    with np.errstate(invalid="ignore"):
        for limit, outside in ((low, np.less), (high, np.greater)):
            if limit is not None and np.size(limit) == 1 and np.asarray(limit).dtype.kind in "iuf":
                bound = float(np.asarray(limit).ravel()[0]) * scale + offset
                values[outside(values, bound)] = np.nan


def _feature_names(dataset: xr.Dataset, name: str, extra: list[str], *, alone: bool) -> list[str]:
    if not extra:
        return [name]
    dim, size = extra[0], dataset.sizes[extra[0]]
    if dim not in dataset.coords:
        return [f"{name}[{i}]" for i in range(size)]
    texts = [str(v) for v in dataset[dim].values]
    if alone and dataset[dim].dtype.kind not in "iuf" and len(set(texts)) == size:
        return texts
    return [f"{name}[{text}]" for text in texts]


def _what_is(variable: Any) -> str:
    return "single values" if variable.ndim == 0 else kind_of(variable.values)

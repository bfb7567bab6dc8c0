"""From what a reader found (a `Table`) to a series: one step, one unit, equal axes, padding."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dsr.checks import positive
from dsr.data.series import last_valid, make_series
from dsr.data.time.axis import (
    TOLERANCE,
    TimeAxis,
    apply_step,
    neat_step,
    spacing,
    uneven_message,
)
from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Table:
    """What a reader found in a file or an object, before it is judged."""

    values: list[Floats]  # (T_i, N) for each trajectory, or (T_i, C, Y, X) for a field
    axes: list[TimeAxis] | None = None  # their times; None where nothing is known
    names: list[str] | None = None  # of the variables
    units: list[str] | None = None  # of the variables
    labels: list[Any] | None = None  # of the trajectories
    split: list[str] | None = None  # of the trajectories
    notes: tuple[str, ...] = ()  # sentences for the user
    source: str = ""  # file name, or what the object is called
    attrs: dict[str, Any] = field(default_factory=dict)  # to carry along
    space: dict[str, Any] | None = None  # the plane of a field, as `make_series` takes it

    @property
    def is_field(self) -> bool:
        """Whether the values have spatial dimensions."""
        return self.values[0].ndim == 4

    def with_notes(self, *notes: str) -> Table:
        """Give a copy with further notes."""
        return replace(self, notes=(*self.notes, *notes))


def settle_axes(table: Table, *, dt: float | None = None, time_unit: str | None = None) -> Table:
    """Give every trajectory a time axis, that of the file or one counted with `dt`."""
    dt = None if dt is None else positive("dt", dt)
    if table.axes is not None:
        if dt is None:
            return table
        once = {id(axis): apply_step(axis, dt) for axis in table.axes}
        return replace(table, axes=[once[id(axis)] for axis in table.axes])
    notes: tuple[str, ...] = ()
    if dt is None:
        notes = ("no time axis and no dt was given: time is counted in steps",)
    unit = time_unit or ("step" if dt is None else "time unit")
    step = 1.0 if dt is None else float(dt)
    count = max(len(v) for v in table.values)
    longest = TimeAxis(np.asarray(step * np.arange(count), dtype=np.float64), unit)
    axes = [longest.upto(len(v)) for v in table.values]
    return replace(table, axes=axes, notes=(*table.notes, *notes))


def assemble(
    table: Table, *, dt: float | None = None, time_unit: str | None = None
) -> xr.DataArray:
    """Make the series of a table."""
    table = settle_axes(table, dt=dt, time_unit=time_unit)
    axes = table.axes or []
    unit = axes[0].unit
    checked: dict[int, float] = {}
    steps = []
    for k, axis in enumerate(axes):
        if id(axis) not in checked:
            checked[id(axis)] = _step(axis, k, len(axes), table)
        if axis.numbers.size > 1:
            steps.append(checked[id(axis)])
        if axis.unit != unit:
            raise InputError(
                f"the time axes of the trajectories have different units ({unit!r} and "
                f"{axis.unit!r}); pass time_unit= or load them one by one"
            )
    step = steps[0] if steps else 1.0
    for other in steps:
        if abs(other - step) > TOLERANCE * step:
            raise InputError(
                f"trajectories have different time steps ({step:.6g} and {other:.6g} {unit}); "
                f"pass resample={step:.4g} to bring them to one"
            )
    notes = [*table.notes, *dict.fromkeys(note for axis in axes for note in axis.notes)]
    if len({float(axis.numbers[0]) for axis in axes}) > 1 or len({a.origin for a in axes}) > 1:
        notes.append("trajectories start at different times; the axis shown is that of the first")
    series = make_series(
        table.values,
        dt=step,
        time_unit=unit,
        variables=table.names,
        start=float(axes[0].numbers[0]),
        trajectory=table.labels,
        split=table.split,
        source=table.source,
        notes=list(dict.fromkeys(notes)),
        space=table.space,
    )
    series.attrs.update(table.attrs)
    series.attrs.update(time_origin=axes[0].origin, calendar=axes[0].calendar)
    if table.units is not None:
        series.attrs["variable_units"] = list(table.units)
    return series


def trim_padding(table: Table) -> Table:
    """Cut rows at the end of a trajectory that hold nothing at all: padding of unequal lengths."""
    if len(table.values) < 2:
        return table
    ends = [last_valid(part) for part in table.values]
    if all(end == len(part) for end, part in zip(ends, table.values, strict=True)):
        return table
    empty = [k for k, end in enumerate(ends) if end == 0]
    kept = [k for k, end in enumerate(ends) if end > 0]
    if not kept:
        return table
    notes = [] if not empty else [f"{len(empty)} trajectories without any value were left out"]

    def pick(items: list[Any] | None) -> list[Any] | None:
        return None if items is None else [items[k] for k in kept]

    axes = table.axes
    if axes is not None:
        axes = [axes[k].upto(ends[k]) for k in kept]
    return replace(
        table,
        values=[table.values[k][: ends[k]] for k in kept],
        axes=axes,
        labels=pick(table.labels),
        split=pick(table.split),
        notes=(*table.notes, *notes),
    )


def _step(axis: TimeAxis, k: int, count: int, table: Table) -> float:
    found = spacing(axis)
    if found.first is not None:
        labels = table.labels if table.labels is not None else list(range(count))
        where = f" of trajectory {str(labels[k])[:40]!r}" if count > 1 else ""
        raise InputError(uneven_message(axis, found, where))
    return neat_step(axis, found.step)

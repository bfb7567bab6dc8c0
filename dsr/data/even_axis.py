"""Time axes: from dates, durations and numbers to an even axis with one step and one unit."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsr.errors import InputError

Floats = NDArray[np.float64]

_TOLERANCE = 1e-3
_SECONDS = {
    "s": 1.0, "sec": 1.0, "second": 1.0, "ms": 1e-3, "millisecond": 1e-3, "us": 1e-6,
    "microsecond": 1e-6, "min": 60.0, "minute": 60.0, "h": 3600.0, "hr": 3600.0, "hour": 3600.0,
    "d": 86_400.0, "day": 86_400.0, "week": 604_800.0,
}  # fmt: skip


class EvenAxis(NamedTuple):
    """An evenly spaced axis."""

    start: float
    dt: float
    unit: str
    origin: str
    calendar: str
    notes: list[str]


class NumberAxis(NamedTuple):
    """Any axis as numbers of a unit, with what is needed to speak of its samples."""

    values: Floats
    unit: str
    origin: str
    calendar: str
    labels: NDArray[Any]
    eps: float


def as_numbers(time: NDArray[Any], unit: str) -> NumberAxis:
    """Numbers of an axis: dates and durations become seconds since the first sample."""
    kind = time.dtype.kind
    if kind == "M":
        if np.isnat(time).any():
            raise InputError("the time axis has missing dates; remove those rows")
        stamps = time.astype("datetime64[ns]")
        seconds = (stamps - stamps[0]).astype(np.int64) * 1e-9
        return NumberAxis(seconds, "s", str(stamps[0].astype("datetime64[s]")), "standard",
                          time, 1e-9)  # fmt: skip
    if kind == "m":
        seconds = time.astype("timedelta64[ns]").astype(np.int64) * 1e-9
        return NumberAxis(seconds, "s", "", "", time, 1e-9)
    if kind == "O":
        return _from_cftime(time)
    if kind not in "iuf":
        raise InputError(f"the time axis holds {time.dtype}, not numbers or dates")
    values = time.astype(np.float64)
    if not np.isfinite(values).all():
        first = int(np.flatnonzero(~np.isfinite(values))[0])
        raise InputError(f"the time axis is missing at sample {first}; remove those rows")
    eps = float(np.finfo(time.dtype).eps) if kind == "f" else 0.0
    return NumberAxis(values, unit or "time unit", "", "", time, eps)


def _from_cftime(time: NDArray[Any]) -> NumberAxis:
    import cftime

    first = time[0]
    if not isinstance(first, cftime.datetime):
        raise InputError("the time axis holds objects that are neither numbers nor dates")
    units = f"seconds since {first.isoformat(sep=' ')}"
    seconds = np.asarray(cftime.date2num(time, units, calendar=first.calendar), dtype=np.float64)
    return NumberAxis(seconds, "s", first.isoformat(), first.calendar, time, 1e-6)


def even_axis(time: NDArray[Any] | None, samples: int, *, unit: str, dt: float | None,
              time_unit: str | None) -> EvenAxis:  # fmt: skip
    """Even axis of a file, or one clear sentence on why there is none.

    A sample may be off its place by 0.1 % of a step, and by the rounding of the axis' own type.
    """
    if dt is not None and not (isinstance(dt, int | float) and 0.0 < dt < np.inf):
        raise InputError(f"dt must be a positive number, not {dt!r}")
    if dt is not None:
        notes = [] if time is None else ["dt= replaces the time axis of the file"]
        return EvenAxis(0.0, float(dt), time_unit or "time unit", "", "", notes)
    if time is None:
        note = "no time axis: samples are counted in steps; pass dt= to give the sampling step"
        return EvenAxis(0.0, 1.0, time_unit or "step", "", "", [note])
    if samples < 2:
        raise InputError("the time axis has one sample; a series needs at least two")
    axis = as_numbers(time, unit)
    _increasing(axis)
    step = (axis.values[-1] - axis.values[0]) / (samples - 1)
    if _even(axis.values, step, axis.eps):
        return EvenAxis(float(axis.values[0]), float(step), time_unit or axis.unit, axis.origin,
                        axis.calendar, [])  # fmt: skip
    calendar = _calendar_step(axis)
    if calendar is not None:
        return calendar
    raise _uneven(axis)


def resample(values: list[Floats], time: NDArray[Any], wish: Any, unit: str) -> tuple[
    list[Floats], NDArray[Any], str, str
]:  # fmt: skip
    """Linear interpolation onto an even axis; returns values, times in a unit, unit and origin."""
    axis = as_numbers(time, unit)
    order = np.argsort(axis.values, kind="stable")
    stamps, first = np.unique(axis.values[order], return_index=True)
    if len(stamps) < 2:
        raise InputError("the time axis has fewer than two different times; nothing to resample")
    step = parse_step(wish, axis.unit, float(np.median(np.diff(stamps))))
    count = int(np.floor((stamps[-1] - stamps[0]) / step * (1 + 1e-12))) + 1
    if count < 2 or count > 50_000_000:
        raise InputError(f"resample={wish!r} would give {count} samples; choose another step")
    target = stamps[0] + step * np.arange(count)
    out = []
    for part in values:
        sorted_part = part[order][first]
        columns = []
        for column in sorted_part.T:
            good = np.isfinite(column)
            if good.sum() < 2:
                raise InputError("a variable has fewer than two finite samples to interpolate")
            columns.append(np.interp(target, stamps[good], column[good]))
        out.append(np.stack(columns, axis=1))
    return out, target, axis.unit, axis.origin


def parse_step(wish: Any, unit: str, usual: float) -> float:
    """Step in the unit of the axis, from a number, a text such as "0.1s", or "auto"."""
    if wish == "auto":
        return usual
    if isinstance(wish, int | float) and not isinstance(wish, bool):
        step = float(wish)
    else:
        found = re.fullmatch(r"\s*([0-9.eE+-]+)\s*([A-Za-z]*)\s*", str(wish))
        try:
            step = float(found.group(1)) if found else np.nan
        except ValueError:
            step = np.nan
        name = found.group(2).lower() if found else ""
        if name and name != unit:
            seconds = _SECONDS.get(name) or _SECONDS.get(name.rstrip("s"))
            base = _SECONDS.get(unit) or _SECONDS.get(unit.rstrip("s"))
            step = step * seconds / base if seconds and base else np.nan
    if not 0.0 < step < np.inf:
        raise InputError(
            f"resample={wish!r} is not a step; give a number in {unit}, a text such as '0.1s', "
            "or 'auto'"
        )
    return step


def _increasing(axis: NumberAxis) -> None:
    steps = np.diff(axis.values)
    bad = np.flatnonzero(steps <= 0.0)
    if len(bad):
        k = int(bad[0])
        what = "repeats" if steps[k] == 0.0 else "goes back"
        raise InputError(
            f"the time axis {what} at {_label(axis, k + 1)} (sample {k + 1}); sort the file and "
            "remove duplicates, or pass resample='auto'"
        )


def _even(values: Floats, step: float, eps: float) -> bool:
    ideal = values[0] + step * np.arange(len(values))
    allowed = _TOLERANCE * step + 4.0 * eps * np.abs(values).max()
    return bool(np.abs(values - ideal).max() <= allowed)


def _calendar_step(axis: NumberAxis) -> EvenAxis | None:
    """Axes that are regular in calendar months or years, as most climate files are."""
    parts = _year_month_day(axis.labels)
    if parts is None:
        return None
    years, months, _ = parts
    index = 12 * years + months
    steps = np.diff(index)
    if not (steps == steps[0]).all() or steps[0] < 1:
        return None
    # The day within the month may drift by the length of months, never by a whole step.
    gaps = np.diff(axis.values) / 86_400.0
    if (np.abs(gaps - 30.44 * steps[0]) > 4.0 * max(1, steps[0] // 12) + 3.0).any():
        return None
    year = steps[0] % 12 == 0
    dt = float(steps[0] // 12 if year else steps[0])
    unit = "year" if year else "month"
    note = f"the time axis is regular in calendar {unit}s: its step is {dt:g} {unit}"
    return EvenAxis(0.0, dt, unit, axis.origin, axis.calendar, [note])


def _year_month_day(labels: NDArray[Any]) -> tuple[Any, Any, Any] | None:
    if labels.dtype.kind == "M":
        months = labels.astype("datetime64[M]").astype(np.int64)
        days = (labels.astype("datetime64[D]") - labels.astype("datetime64[M]")).astype(np.int64)
        return 1970 + months // 12, months % 12 + 1, days + 1
    if labels.dtype.kind == "O":
        stamps = [(t.year, t.month, t.day) for t in labels]
        years, months, days = (np.array(column) for column in zip(*stamps, strict=True))
        return years, months, days
    return None


def _uneven(axis: NumberAxis) -> InputError:
    steps = np.diff(axis.values)
    usual = float(np.median(steps))
    off = np.abs(steps - usual) > 1e-2 * usual
    widest = int(np.argmax(steps))
    first = int(np.flatnonzero(off)[0]) if off.any() else widest
    unit = "" if axis.unit == "time unit" else axis.unit
    return InputError(
        f"time axis is not evenly spaced (first at {_label(axis, first)}, {off.mean():.1%} of the "
        f"steps; largest gap {steps[widest]:.4g} at {_label(axis, widest)}, usual step "
        f'{usual:.4g}); pass resample="{usual:.4g}{unit}" or select a regular part'
    )


def _label(axis: NumberAxis, k: int) -> str:
    label = axis.labels[k]
    if axis.labels.dtype.kind == "M":
        return str(label.astype("datetime64[s]"))
    return f"{label:.6g}" if axis.labels.dtype.kind in "iuf" else str(label)

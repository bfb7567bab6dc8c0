"""Time axes: what a file says about time becomes numbers with a unit, tested for evenness.

Dates and durations become seconds after the first sample; axes that are regular in calendar months
or years keep the month or the year as their unit; plain numbers keep the unit they have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsr.data.time.calendars import MONTHLY, calendar_axis, iso_text, label_date, read_reference
from dsr.data.time.units import CALENDAR_UNITS, SECONDS, unit_factor, unit_word
from dsr.errors import InputError

Floats = NDArray[np.float64]

# An axis counts as even if no sample is off its place by more than this share of a step.
TOLERANCE = 1e-3


class TimeAxis(NamedTuple):
    """Times of the samples of one trajectory."""

    numbers: Floats  # (T,), in `unit`, after `origin` where there is one
    unit: str  # "s", "month", "year", "step", "time unit" or the file's own
    origin: str = ""  # date of time zero as ISO text
    calendar: str = ""  # its name in CF
    resolution: float = 0.0  # how far a time may be off by the rounding of what was stored
    notes: tuple[str, ...] = ()  # for the user
    bare: bool = False  # the file gives the numbers no unit: they may only count samples
    name: str = "time"  # what the file calls the axis

    def upto(self, count: int) -> TimeAxis:
        """Axis of the first samples; itself where these are all."""
        return self if count == len(self.numbers) else self._replace(numbers=self.numbers[:count])

    def label(self, index: int) -> str:
        """Time of a sample for people: a date where there is an origin."""
        number = float(self.numbers[index])
        if self.origin and (self.unit in MONTHLY or self.unit in SECONDS):
            seconds = number * SECONDS.get(self.unit, 1.0)
            text = label_date(self.origin, self.calendar, self.unit, number, seconds)
            if text:
                return text
        return f"{number:.6g} {self.unit}"


class Spacing(NamedTuple):
    """What the evenness test found."""

    step: float  # mean step of an even axis, median step of an uneven one
    first: int | None  # first sample that is not where it should be; None for an even axis
    fraction: float  # share of the steps that are not the usual one
    gap: float  # largest step
    gap_at: int  # sample it leads from


def decode_time(
    values: Any,
    attrs: Mapping[str, Any] | None = None,
    *,
    name: str = "time",
    time_unit: str | None = None,
) -> TimeAxis:
    """Read a time coordinate: ``datetime64``, ``timedelta64``, cftime or datetime objects, numbers.

    `attrs` are those of CF: ``units`` ("hours since 2000-01-01", "ms"), ``calendar`` and
    ``long_name``. A `time_unit` relabels plain numbers and converts physical ones.

    Examples
    --------
    >>> import numpy as np
    >>> axis = decode_time(np.array([0, 2, 4]), {"units": "minutes since 2000-01-01"})
    >>> axis.numbers, axis.unit, axis.origin
    (array([  0., 120., 240.]), 's', '2000-01-01')
    """
    attrs = attrs or {}
    values = np.asarray(values)
    if values.dtype.kind == "M":
        axis = _from_datetimes(values, name, time_unit)
    elif values.dtype.kind == "m":
        _refuse_missing(np.isnat(values), name)
        axis = TimeAxis(values / np.timedelta64(1, "s"), "s")
    elif values.dtype.kind == "O":
        axis = _from_objects(values, name, time_unit)
    elif values.dtype.kind in "iuf":
        axis = _from_numbers(values, attrs, name, time_unit)
    else:
        raise InputError(
            f"the time axis {name!r} holds {kind_of(values)}, not numbers or dates; "
            "name another with time=, or pass dt="
        )
    return _convert(axis, time_unit, name)._replace(name=name)


def spacing(axis: TimeAxis) -> Spacing:
    """Test whether an axis is even."""
    t = axis.numbers
    if t.size < 2:
        return Spacing(1.0, None, 0.0, 0.0, 0)
    steps = np.diff(t)
    if (steps <= 0).any():
        _refuse_disorder(axis, steps)
    mean = float(t[-1] - t[0]) / (t.size - 1)
    slack = TOLERANCE * mean + 4.0 * axis.resolution
    at = int(np.argmax(steps))
    off = np.abs(t - t[0] - mean * np.arange(t.size)) > slack
    if not off.any():
        return Spacing(mean, None, 0.0, float(steps[at]), at)
    usual = float(np.sort(steps)[(steps.size - 1) // 2])
    wrong = np.abs(steps - usual) > TOLERANCE * usual + 8.0 * axis.resolution
    if not wrong.any():
        # Every step is nearly the usual one and yet they drift away together.
        return Spacing(usual, int(np.argmax(off)), float(off.mean()), float(steps[at]), at)
    return Spacing(usual, int(np.argmax(wrong)) + 1, float(wrong.mean()), float(steps[at]), at)


def neat_step(axis: TimeAxis, step: float) -> float:
    """Shortest decimal that the samples cannot tell from a measured step (0.01, not 0.0099999).

    Examples
    --------
    >>> import numpy as np
    >>> t = (np.arange(1000, dtype=np.float32) * np.float32(0.01)).astype(np.float32)
    >>> axis = decode_time(t)
    >>> neat_step(axis, spacing(axis).step)
    0.01
    """
    last = max(axis.numbers.size - 1, 1)
    slack = 4.0 * axis.resolution + 1e-12 * abs(step) * last
    for digits in range(1, 16):
        candidate = float(f"{step:.{digits}g}")
        if abs(candidate - step) * last <= slack:
            return candidate
    return step


def uneven_message(axis: TimeAxis, found: Spacing, where: str = "") -> str:
    """Sentence for an uneven axis: the first bad time, the share, and the option that cures it."""
    first = axis.label(found.first or 0)
    return (
        f"the time axis {axis.name[:60]!r}{where} is not evenly spaced: first at {first} "
        f"(largest gap {found.gap:.4g} after {axis.label(found.gap_at)}, usual step "
        f"{found.step:.4g} {axis.unit}; {found.fraction:.2%} of the steps differ); "
        f'pass resample="{found.step:.4g}{axis.unit if " " not in axis.unit else ""}" or '
        'resample="auto", or select a regular part'
    )


def apply_step(axis: TimeAxis, dt: float) -> TimeAxis:
    """Give an axis of plain numbers the step the user says it has; refuse to contradict units."""
    found = spacing(axis)
    if abs(found.step - dt) <= TOLERANCE * dt:
        return axis
    if not axis.bare:
        raise InputError(
            f"dt={dt:g} contradicts the time axis, whose step is {found.step:.6g} {axis.unit}; "
            f"leave dt out, or pass resample={dt:g}"
        )
    scale = dt / found.step
    unit = "time unit" if axis.unit == "step" else axis.unit
    note = f"the step of the time axis, {found.step:.6g}, was replaced by dt={dt:g}"
    return axis._replace(
        numbers=axis.numbers * scale,
        unit=unit,
        resolution=axis.resolution * scale,
        notes=(*axis.notes, note),
    )


def _from_datetimes(values: NDArray[Any], name: str, wanted: str | None) -> TimeAxis:
    _refuse_missing(np.isnat(values), name)
    if not values.size:
        return TimeAxis(np.zeros(0), "s")
    if np.datetime_data(values.dtype)[0] in ("Y", "M", "generic"):
        values = values.astype("datetime64[s]")
    seconds = (values - values[0]) / np.timedelta64(1, "s")
    axis = TimeAxis(
        np.asarray(seconds, dtype=np.float64), "s", iso_text(values[0]), "proleptic_gregorian"
    )
    return _prefer_calendar(axis, lambda: values, wanted)


def _from_objects(values: NDArray[Any], name: str, wanted: str | None) -> TimeAxis:
    flat = list(values.ravel())
    missing = np.array([v is None or v != v for v in flat], dtype=bool)
    _refuse_missing(missing, name)
    first = flat[0] if flat else None
    if isinstance(first, timedelta):
        return TimeAxis(np.array([v.total_seconds() for v in flat]), "s")
    if isinstance(first, date) or hasattr(first, "calendar"):
        if isinstance(first, date) and not isinstance(first, datetime):
            flat = [datetime(v.year, v.month, v.day) for v in flat]
        try:
            seconds = np.array([(v - flat[0]).total_seconds() for v in flat])
        except (TypeError, ValueError, AttributeError) as error:
            raise InputError(
                f"the time axis {name!r} mixes kinds of dates that cannot be subtracted; "
                "store them in one calendar and one time zone"
            ) from error
        calendar = str(getattr(first, "calendar", "proleptic_gregorian"))
        axis = TimeAxis(seconds, "s", iso_text(flat[0]), calendar)
        return _prefer_calendar(axis, lambda: flat, wanted)
    raise InputError(
        f"the time axis {name!r} holds {kind_of(values)}, not numbers or dates; "
        "name another with time=, or pass dt="
    )


def _from_numbers(
    values: NDArray[Any], attrs: Mapping[str, Any], name: str, wanted: str | None
) -> TimeAxis:
    numbers = values.astype(np.float64)
    _refuse_missing(~np.isfinite(numbers), name)
    eps = float(np.finfo(values.dtype).eps) if values.dtype.kind == "f" else 0.0
    resolution = eps * float(np.abs(numbers).max(initial=0.0))
    units = str(attrs.get("units", "")).strip()
    calendar = str(attrs.get("calendar", "standard")).lower()
    word, _, reference = units.partition(" since ")
    word = unit_word(word)
    if reference:
        if word in CALENDAR_UNITS:
            return TimeAxis(numbers, CALENDAR_UNITS[word], reference.strip(), calendar, resolution)
        if word in SECONDS:
            return _since(numbers, units, calendar, resolution, name, wanted)
        if wanted is None:
            raise InputError(
                f"the unit {units[:60]!r} of the time axis {name!r} is not known; "
                "pass time_unit= to take its numbers as they are"
            )
        return TimeAxis(numbers, "time unit", "", "", resolution)
    if word in SECONDS:
        factor = SECONDS[word]
        notes = () if factor == 1.0 else (f"times were converted from {units} to seconds",)
        return TimeAxis(numbers * factor, "s", "", "", resolution * factor, notes)
    if word in CALENDAR_UNITS:
        return TimeAxis(numbers, CALENDAR_UNITS[word], "", "", resolution)
    if units not in ("", "1"):
        return TimeAxis(numbers, units[:60], "", "", resolution)
    described = f"{name} {attrs.get('long_name', '')}".lower()
    counted = any(w in described for w in ("index", "sample", "step", "frame"))
    unit = "step" if counted else "time unit"
    return TimeAxis(numbers, unit, resolution=resolution, bare=True)


def _since(
    numbers: Floats, units: str, calendar: str, resolution: float, name: str, wanted: str | None
) -> TimeAxis:
    """Seconds after the first sample; its date is computed in the file's calendar."""
    if not numbers.size:
        return TimeAxis(numbers, "s")
    factor = SECONDS[unit_word(units.partition(" since ")[0])]
    first = read_reference(float(numbers[0]), units, calendar, name)
    axis = TimeAxis(
        (numbers - numbers[0]) * factor,
        "s",
        iso_text(first),
        calendar,
        resolution * factor,
        name=name,
    )
    return _prefer_calendar(axis, lambda: read_reference(numbers, units, calendar, name), wanted)


def _prefer_calendar(axis: TimeAxis, dates: Callable[[], Any], wanted: str | None) -> TimeAxis:
    """Take the month or the year as unit where that, and not the second, is regular (or wanted)."""
    if axis.numbers.size < 3 or (np.diff(axis.numbers) <= 0).any():
        return axis
    if spacing(axis).first is None and wanted not in MONTHLY:
        return axis
    found = calendar_axis(dates())
    if found is None:
        return axis
    numbers, unit = found
    note = f"the time axis is regular in calendar {unit}s, so the unit of time is the {unit}"
    return TimeAxis(numbers, unit, axis.origin, axis.calendar, 0.0, (note,))


def _convert(axis: TimeAxis, wanted: str | None, name: str) -> TimeAxis:
    if wanted is None or wanted == axis.unit:
        return axis
    if axis.unit not in SECONDS and axis.unit not in MONTHLY:
        return axis._replace(unit=wanted)
    factor = unit_factor(axis.unit, wanted)
    if factor is None:
        raise InputError(
            f"the time axis {name!r} is in {axis.unit!r} and cannot be given in {wanted[:30]!r}; "
            f"leave time_unit out"
        )
    return axis._replace(
        numbers=axis.numbers * factor, unit=wanted, resolution=axis.resolution * factor
    )


def _refuse_missing(missing: NDArray[np.bool_], name: str) -> None:
    if missing.any():
        raise InputError(
            f"{missing.sum()} of {missing.size} times on the axis {name!r} are missing, first at "
            f"sample {int(np.argmax(missing))}; remove those samples, or leave the axis out and "
            "pass dt="
        )


def _refuse_disorder(axis: TimeAxis, steps: Floats) -> None:
    at = int(np.argmax(steps <= 0)) + 1
    if (steps < 0).all():
        what = "runs backwards; reverse the samples"
    elif steps[at - 1] == 0:
        what = (
            f"holds {axis.label(at)} more than once, first at samples {at - 1} and {at} "
            f"({(steps == 0).mean():.2%} of the steps); remove the repeats, or name the "
            "trajectories with trajectory="
        )
    else:
        what = (
            f"jumps back to {axis.label(at)} at sample {at}; sort the samples, or name the "
            "trajectories with trajectory="
        )
    raise InputError(f"the time axis {axis.name[:60]!r} {what}")


def kind_of(values: NDArray[Any]) -> str:
    """What values that are no real numbers are, in words.

    Examples
    --------
    >>> kind_of(np.array([True])), kind_of(np.array(["a"]))
    ('true/false values', 'text')
    """
    if values.dtype.kind in "US" or (values.size and isinstance(values.ravel()[0], str)):
        return "text"
    kinds = {"b": "true/false values", "c": "complex numbers", "M": "dates", "m": "durations"}
    return kinds.get(values.dtype.kind, "objects")

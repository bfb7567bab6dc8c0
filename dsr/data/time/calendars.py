"""Dates: CF reference dates and calendars, and axes that are regular in months or years."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsr.data.files import decoding

MONTHLY = ("month", "year")

# Positions within the month may differ by this share of a month: the 16th of February and of March,
# mid-months and month ends all pass, wandering dates do not.
_MONTH_SLACK = 0.1


def read_reference(numbers: Any, units: str, calendar: str, name: str) -> Any:
    """Dates of numbers such as "hours since 1900-01-01" in a CF calendar."""
    import cftime

    what = f"the unit {units[:60]!r} (calendar {calendar[:20]!r}) of the time axis {name!r}"
    with decoding(f"{what} cannot be read", "pass time_unit= after removing the unit"):
        return cftime.num2date(numbers, units, calendar=calendar)


def iso_text(moment: Any) -> str:
    """Shortest ISO text of a date, whatever its kind."""
    text = (
        str(moment.astype("datetime64[us]"))
        if isinstance(moment, np.datetime64)
        else (moment.isoformat())
    )
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.removesuffix("T00:00:00")


def calendar_axis(dates: Any) -> tuple[NDArray[np.float64], str] | None:
    """Read increasing dates as counts of months or years after the first, with the unit.

    None if they do not sit at about the same place of their months, or two share a month.

    Examples
    --------
    >>> import numpy as np
    >>> calendar_axis(np.array(["2001-01-16", "2001-02-15", "2001-03-16"], dtype="datetime64[s]"))
    (array([0., 1., 2.]), 'month')
    """
    months, position = _months(dates)
    steps = np.diff(months)
    if (steps < 1).any() or float(np.ptp(position)) > _MONTH_SLACK:
        return None
    numbers = (months - months[0]).astype(np.float64)
    if (steps % 12 == 0).all():
        return numbers / 12.0, "year"
    return numbers, "month"


def label_date(origin: str, calendar: str, unit: str, number: float, seconds: float) -> str:
    """Date of a time after an origin, or "" where it cannot be computed."""
    try:
        if unit in MONTHLY:
            start = datetime.fromisoformat(origin[:10])
            month = (
                start.year * 12 + start.month - 1 + round(number * (12 if unit == "year" else 1))
            )
            return f"{month // 12:04d}-{month % 12 + 1:02d}"
        if calendar in ("", "standard", "gregorian", "proleptic_gregorian"):
            moment = datetime.fromisoformat(origin) + timedelta(seconds=seconds)
            return iso_text(moment.replace(tzinfo=None))
        return iso_text(read_reference(seconds, f"seconds since {origin}", calendar, "time"))
    except (ValueError, OverflowError):
        return ""


def _months(dates: Any) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Month number (from year 0) of each date and its place within the month, from 0 to 1."""
    if isinstance(dates, np.ndarray) and dates.dtype.kind == "M":
        start = dates.astype("datetime64[M]")
        inside = (dates - start.astype(dates.dtype)) / np.timedelta64(1, "s")
        length = ((start + 1).astype("datetime64[s]") - start.astype("datetime64[s]")) / (
            np.timedelta64(1, "s")
        )
        return start.astype(np.int64) + 1970 * 12, np.asarray(inside / length)
    months, position = [], []
    for moment in np.asarray(dates, dtype=object).ravel():
        months.append(moment.year * 12 + moment.month - 1)
        day = moment.day - 1 + (moment.hour + moment.minute / 60) / 24
        position.append(day / _days_in_month(moment))
    return np.array(months, dtype=np.int64), np.array(position)


def _days_in_month(moment: Any) -> int:
    if hasattr(moment, "daysinmonth"):
        return int(moment.daysinmonth)
    import calendar

    return calendar.monthrange(moment.year, moment.month)[1]

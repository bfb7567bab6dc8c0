"""The mean of each phase of the year or the day: what a forecast of seasons must beat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dsr.data.time.calendars import read_reference
from dsr.data.time.units import CALENDAR_UNITS, SECONDS
from dsr.errors import InputError
from dsr.models.base import Floats, ReconstructionModel
from dsr.models.starts import Start

if TYPE_CHECKING:
    import xarray as xr

_DAY = 86_400.0
_LONGEST = {"year": 366 * _DAY, "day": _DAY}
_MONTHS = {"month": 1.0, "year": 12.0}


class Climatology(ReconstructionModel):
    """The mean of the training series at each phase of the year (or of the day), for ever.

    The cycle is read off the dates of the series: the year where it covers at least two of them in
    steps of half a year or less, else the day where it covers two of those in steps of twelve hours
    or less; without dates, or where it is shorter, the forecast is the plain mean. A phase is one
    time step wide. Months and years as unit of time need no dates. A context gives the phase only.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.data import make_series
    >>> season = np.tile(np.arange(12.0), 5)[:, None]
    >>> series = make_series(season, dt=1.0, time_unit="month")
    >>> Climatology().fit(series).forecast(series.isel(time=slice(0, 40)), 3).values[0, :, 0]
    array([4., 5., 6.])
    """

    name: ClassVar[str] = "climatology"
    accepts = "series | field"
    arrays: ClassVar[tuple[str, ...]] = ("means",)

    def __init__(self) -> None:
        super().__init__()
        self.means = np.zeros((0, 0))
        self._dates: dict[str, Any] = {}

    def take_labels(self, series: Any) -> list[Floats]:
        """Take the dates of the series as well."""
        from dsr.data import as_series

        series = as_series(series)
        parts = super().take_labels(series)
        origin, first = str(series.attrs.get("time_origin", "")), float(series["time"].values[0])
        samples = max(len(part) for part in parts)
        self._dates = {
            "origin": origin,
            "calendar": str(series.attrs.get("calendar", "")),
            "first": first,
            "end": first + (samples - 1) * self._step,
            "cycle": self._cycle(samples, origin),
        }
        return parts

    def learn(self, parts: list[Floats], *, inputs: list[Floats] | None, seed: int) -> None:
        """Average the samples of each phase; a phase without any takes the nearest one's mean."""
        del inputs, seed
        self.training |= self._dates
        count = self._phases()
        sums, counts = np.zeros((count, self.observation_dim)), np.zeros(count)
        for part in parts:
            phases = self._phase(self._dates["first"] + self._step * np.arange(float(len(part))))
            order = np.argsort(phases, kind="stable")
            found, begins = np.unique(phases[order], return_index=True)
            sums[found] += np.add.reduceat(part[order], begins, axis=0)
            counts += np.bincount(phases, minlength=count)
        nearest, there = np.arange(count), np.flatnonzero(counts)
        for phase in np.flatnonzero(counts == 0):
            away = np.abs(there - phase)
            nearest[phase] = there[np.minimum(away, count - away).argmin()]
        self.means = sums[nearest] / counts[nearest, None]

    def _set_parameters(self, arrays: dict[str, NDArray[Any]]) -> None:
        super()._set_parameters(arrays)
        known = ("origin", "calendar", "first", "end", "cycle")
        self._dates = {name: self.training[name] for name in known}
        if self.means.shape != (self._phases(), self.observation_dim):
            raise InputError("the means of this climatology do not fit its cycle and variables")

    def run(
        self,
        contexts: list[Floats],
        steps: int,
        *,
        inputs: list[Floats] | None,
        rng: np.random.Generator,
    ) -> Floats:
        """Go on from the end of the training series: contexts alone have no date."""
        return self.run_from(Start(contexts, []), steps, inputs=inputs, rng=rng)

    def run_from(
        self, start: Start, steps: int, *, inputs: list[Floats] | None, rng: np.random.Generator
    ) -> Floats:
        """Repeat the cycle from the time of each start on."""
        del inputs, rng
        ahead = self._step * np.arange(1.0, steps + 1.0)
        if start.series is None:
            one = self.means[self._phase(self._dates["end"] + ahead)]
            return np.repeat(one[None], len(start.contexts), axis=0)
        attrs = start.series.attrs
        origin, calendar = str(attrs.get("time_origin", "")), str(attrs.get("calendar", ""))
        phases = [self._phase(time + ahead, origin, calendar) for time in start.times]
        return self.means[np.stack(phases)]

    def diagnostics(self) -> Mapping[str, xr.Dataset]:
        """The mean cycle: over phases of the year or the day, which begin at its start."""
        import xarray as xr

        means: NDArray[Any] = self.means
        dims: tuple[str, ...] = ("phase", "variable")
        coords: dict[str, Any] = {"variable": self.variables}
        if self.grid is not None:
            means, dims = self.grid.frames(means), ("phase", "channel", "y", "x")
            coords = {"channel": self.variables, **self.grid.coords}
        coords["phase"] = np.arange(len(means))
        attrs = {"title": "mean cycle", "cycle": self._dates.get("cycle", "none")}
        cycle = xr.Dataset({"mean": (dims, means)}, coords, attrs)
        return {**super().diagnostics(), "climatology": cycle}

    # Phases -------------------------------------------------------------------------------------

    @property
    def _step(self) -> float:
        return self.dt or 1.0

    def _cycle(self, samples: int, origin: str) -> str:
        """``"year"``, ``"day"`` or ``"none"``: the longest cycle that the samples cover twice."""
        for cycle in ("year", "day"):
            length = self._length(cycle, origin)
            # The year is counted as 366 days, and most have 365.
            least = 0.0 if length is None else 2.0 * length * (365 / 366 if cycle == "year" else 1)
            if length and samples * self._step >= least and self._step <= length / 2:
                return cycle
        return "none"

    def _length(self, cycle: str, origin: str) -> float | None:
        """Length of a cycle in the unit of time, where the unit or the dates tell it."""
        unit = self.time_unit or ""
        if unit in CALENDAR_UNITS:
            return 12.0 / _MONTHS[CALENDAR_UNITS[unit]] if cycle == "year" else None
        return _LONGEST[cycle] / SECONDS[unit] if unit in SECONDS and origin else None

    def _phases(self) -> int:
        """Number of phases, each a time step wide or a little more."""
        cycle = self._dates["cycle"]
        length = self._length(cycle, self._dates["origin"]) if cycle != "none" else None
        return 1 if length is None else int(length / self._step + 1e-6)

    def _phase(self, times: Floats, origin: str = "", calendar: str = "") -> NDArray[np.int64]:
        """Phase of each time after an origin, that of the training series if none is given."""
        cycle, count = str(self._dates["cycle"]), self._phases()
        if count == 1:
            return np.zeros(len(times), dtype=np.int64)
        origin = origin or self._dates["origin"]
        calendar = calendar or self._dates["calendar"] or "standard"
        unit = self.time_unit or ""
        if unit in CALENDAR_UNITS:
            first = int(origin.lstrip("-").split("-")[1]) - 1 if origin else 0
            share = (times * _MONTHS[CALENDAR_UNITS[unit]] + first) / 12.0
        else:
            since = f"seconds since {origin}"
            dates = read_reference(times * SECONDS[unit], since, calendar, "time")
            share = np.array([_seconds(date, cycle) for date in dates]) / _LONGEST[cycle]
        return np.floor(share * count + 1e-6).astype(np.int64) % count


def _seconds(date: Any, cycle: str) -> float:
    """Seconds since midnight, or since the year began."""
    clock = date.hour * 3600.0 + date.minute * 60.0 + date.second + date.microsecond * 1e-6
    return float(clock if cycle == "day" else clock + (date.dayofyr - 1) * _DAY)

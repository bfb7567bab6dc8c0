"""The largest Lyapunov exponent of the system behind a series, as the unit of its horizons.

Never the model's: a model that is twice too chaotic would be given twice the score.
"""

from __future__ import annotations

import json
import math
from typing import Any, NamedTuple

import xarray as xr

from dsr.catalogue.reference import reference_names, reference_values
from dsr.catalogue.registry import system, systems
from dsr.checks import positive
from dsr.data import trajectories
from dsr.metrics.invariants.exponent_from_data import largest_lyapunov_from_data

_SAMPLES = 10_000
_FEWEST = 200


class SystemExponent(NamedTuple):
    """Exponent per time unit of the series and where it is from, or why there is none."""

    value: float
    source: str
    reason: str = ""

    def attrs(self) -> dict[str, Any]:
        """What is told beside times in its unit."""
        if self.reason:
            return {"lyapunov_times_reason": self.reason}
        return {"lyapunov_exponent": self.value, "lyapunov_exponent_source": self.source}


def system_exponent(
    series: xr.DataArray, given: float | None = None, *, training: Any = None,
    estimate: bool = False, seed: int = 0,
) -> SystemExponent:  # fmt: skip
    """Find the exponent of the true system.

    Parameters
    ----------
    series : series
        A simulated one names its system and parameters, of which the catalogue may know it.
    given : float, optional
        The exponent, where it is known; it comes first.
    training : series, optional
        What an estimate is made from; ``series`` if not given.
    estimate : bool
        Estimate it from data (10,000 samples at most) where nothing else is known.
    """
    if given is not None:
        return SystemExponent(positive("lyapunov_exponent", given), "given")
    known = _catalogued(series)
    if known is not None:
        return known
    if not estimate:
        return SystemExponent(math.nan, "", "the exponent of the system is not known")
    data = series if training is None else training
    longest = max(trajectories(data), key=len)[:_SAMPLES]
    if len(longest) < _FEWEST:
        return SystemExponent(
            math.nan, "", "the exponent of the system is not known, and the data are too short"
        )
    found = largest_lyapunov_from_data(longest, seed=seed)
    value = float(found["exponent"]) / float(series.attrs.get("dt", 1.0))
    if not bool(found["converged"]) or not value > 0.0:
        return SystemExponent(
            math.nan, "", "the exponent of the system is not known, and no estimate from the data "
            "converged; give it as lyapunov_exponent="
        )  # fmt: skip
    return SystemExponent(value, "estimated from the reference data")


def _catalogued(series: xr.DataArray) -> SystemExponent | None:
    """The catalogue's value, if the series says that it is of a system and parameters in it."""
    name = series.attrs.get("system")
    if name not in systems():
        return None
    made = system(str(name))
    if series.attrs.get("time_unit", made.time_unit) != made.time_unit:
        return None
    used = {**made.parameters, **json.loads(str(series.attrs.get("parameters", "{}")))}
    for key in reference_names():
        entry = reference_values(key)
        if entry["system"] != name or "dimension" in entry:
            continue
        listed = {**made.parameters, **entry.get("parameters", {})}
        alike = all(math.isclose(used[k], listed[k], rel_tol=1e-9) for k in listed)
        if alike and entry["exponents"][0] > 0.0:
            return SystemExponent(float(entry["exponents"][0]), f"catalogue: {key}")
    return None

"""Why a run that no test tells from the reference still is not called like it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

_SMOOTH = 6.0
_NO_GROWTH = 2e-3


def withheld(data: Mapping[str, Any], mean_period: float) -> list[str]:
    """Sentences; empty where nothing speaks against the run.

    Parameters
    ----------
    data : mapping
        Variables of the scores: ``prediction_error_curve``, ``prediction_error_persistence``,
        ``exponent_sum_low``, ``lyapunov_exponent``; what is missing is not asked for.
    mean_period : float
        Of the reference, in samples. Below six it may be a map, which may fold: then volumes may
        grow, as they do in the logistic map.
    """
    found = []
    if "prediction_error_curve" in data:
        own, still = (np.asarray(_values(data[f"prediction_error_{k}"])) for k in
                      ("curve", "persistence"))  # fmt: skip
        if len(own) and not (own <= still).any():
            found.append(
                "its short forecasts are worse than the last sample repeated, at every lead"
            )
    low = float(_values(data["exponent_sum_low"])) if "exponent_sum_low" in data else math.nan
    if low > 0.0 and mean_period >= _SMOOTH:
        largest = float(np.abs(_values(data["lyapunov_exponent"])).max())
        if low > _NO_GROWTH * largest:
            found.append(
                "its Lyapunov exponents sum to more than zero: volumes grow, as on no attractor"
            )
    return found


def _values(variable: Any) -> Any:
    """Values of a variable as `xarray.Dataset` takes it: an array, or a tuple with dimensions."""
    return variable[1] if isinstance(variable, tuple) else variable.values

"""The clock of an orbit: its mean period, by which rates are large or small."""

from __future__ import annotations

import numpy as np

from dsr.metrics.doors import Floats
from dsr.metrics.spectra.timescales import mean_period

RESOLUTION = 0.005
"""Growth over one mean period (natural logarithm) below which an exponent counts as zero."""

BOUNDED_GROWTH = 3.0
"""Logarithm of the factor by which neighbours on a regular orbit may part altogether."""

_REST = 1e-7


def zero_band(duration: float, period: float = np.inf) -> float:
    r"""Exponents below this are not told from zero, in one over the unit of ``duration``.

    The larger of two: a bounded factor over the whole orbit, :math:`3 / T`, which the spread along
    the orbit need not show, and 0.005 per mean period. It scales with the unit of time.

    Parameters
    ----------
    duration : float
        Length T of the orbit.
    period : float
        Mean period, in the same unit; if not given the first part alone counts.

    Returns
    -------
    float

    Examples
    --------
    >>> zero_band(1000.0, 0.5)
    0.01
    """
    return max(BOUNDED_GROWTH / duration, RESOLUTION / period)


def orbit_period(states: Floats) -> float | None:
    """Mean period of an orbit (T, n), in samples: median over the variables; None at rest."""
    if len(states) < 3 or not np.isfinite(states).all():
        return None
    spread = states.std(axis=0)
    moving = spread > _REST * np.maximum(np.abs(states).max(axis=0), spread.max())
    if not moving.any():
        return None
    return float(np.median([mean_period(column) for column in states.T[moving]]))

"""Recurrence of two series: the same place visited by both, or both coming back at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from dsr.checks import positive, whole
from dsr.data import as_series, trajectories
from dsr.errors import InputError
from dsr.kernels.correlation_sum import sample_distances
from dsr.kernels.recurrence import cross_line_counts, joint_line_counts, line_counts
from dsr.metrics.doors import Floats
from dsr.metrics.invariants.recurrence import NAMES, measures

__all__ = ["cross_recurrence", "joint_recurrence"]

SAMPLED_PAIRS = 1_000_000


def cross_recurrence(
    first: Any,
    second: Any,
    *,
    radius: float | None = None,
    rate: float = 0.05,
    shortest_diagonal: int = 2,
    shortest_vertical: int = 2,
    seed: int = 0,
) -> xr.Dataset:
    r"""Quantify the cross recurrence plot :math:`\Theta(\epsilon - |x_i - y_j|)` of two series.

    Parameters
    ----------
    first, second : series
        Of the same variables, lengths may differ. Distances are Euclidean in the units given:
        standardise series that differ in unit.
    radius : float, optional
        Distance at which two points are the same place. Default: the one that makes a share
        ``rate`` of the pairs so, from a sample of a million pairs.
    rate : float
    shortest_diagonal, shortest_vertical : int
        Shorter lines do not count as lines.
    seed : int
        Of the sample of pairs.

    Returns
    -------
    Dataset
        The numbers of `recurrence_quantification`; verticals run along ``second`` while ``first``
        stands. ``lag_rate`` over "lag" (samples, at most a quarter of the shorter series either
        way): share of pairs :math:`x_i, y_{i + lag}` that are near; its peak tells by how much
        ``second`` follows. With several trajectories each has dim "trajectory"; they are matched
        in order, and ``attrs`` hold the medians.

    Raises
    ------
    InputError
        If variables or trajectories do not fit, a trajectory has fewer than 10 samples or holds
        NaN, or an option is out of range.

    References
    ----------
    Marwan, Romano, Thiel & Kurths, Physics Reports 438, 237 (2007), section 3.4.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import cross_recurrence
    >>> wave = np.sin(np.arange(400) / 10)
    >>> found = cross_recurrence(wave[7:], wave[:-7], radius=0.1)
    >>> int(found.lag_rate.idxmax()) in (7, 7 - 63, 7 + 63)
    True
    """
    one, other = _pair(first, second)
    _options(radius, rate, shortest_diagonal, shortest_vertical)
    if one.sizes["variable"] != other.sizes["variable"]:
        raise InputError(
            f"the first series has {one.sizes['variable']} variables and the second "
            f"{other.sizes['variable']}; pass the same variables in the same order, or use "
            "joint_recurrence"
        )
    rng = np.random.default_rng(seed)
    rows, shares = [], []
    matched = list(zip(trajectories(one), trajectories(other), strict=True))
    most = min(min(len(x), len(y)) for x, y in matched) // 4
    for x, y in matched:
        reach = _cross_radius(x, y, rate, rng) if radius is None else radius
        by_lag, diagonal, vertical = cross_line_counts(x, y, reach)
        row = measures(
            int(by_lag.sum()), diagonal, vertical, len(x) * len(y), shortest_diagonal,
            shortest_vertical,
        )  # fmt: skip
        lags = np.arange(-most, most + 1)
        overlap = np.minimum(len(x), len(y) - lags) - np.maximum(0, -lags)
        shares.append(by_lag[lags + len(x) - 1] / overlap)
        rows.append({**row, "radius": reach})
    result = _labelled(one, rows, ["radius"]).assign(
        lag_rate=(("trajectory", "lag"), np.array(shares))
    )
    result = result.assign_coords(lag=("lag", np.arange(-most, most + 1), {"units": "samples"}))
    return _finished(result, shortest_diagonal, shortest_vertical, seed)


def joint_recurrence(
    first: Any,
    second: Any,
    *,
    radius: tuple[float, float] | None = None,
    rate: float = 0.1,
    theiler: int = 1,
    shortest_diagonal: int = 2,
    shortest_vertical: int = 2,
    seed: int = 0,
) -> xr.Dataset:
    r"""Quantify the joint recurrence plot of two series: both come back at the same two times.

    Parameters
    ----------
    first, second : series
        At the same times; variables and units may differ.
    radius : pair of float, optional
        One for each series. Default: those at which a share ``rate`` of the pairs of each recurs.
    rate : float
    theiler : int
        Pairs with ``|i - j| < theiler`` are left out; 1 leaves out the main diagonal only.
    shortest_diagonal, shortest_vertical : int
        Shorter lines do not count as lines.
    seed : int
        Of the samples of pairs.

    Returns
    -------
    Dataset
        The numbers of `recurrence_quantification`; ``radius_first``, ``radius_second``;
        ``rate_first`` and ``rate_second``, the recurrence rates of each alone; and ``excess``,
        the joint rate over the product of the two: near 1 for independent series. With several
        trajectories each has dim "trajectory", and ``attrs`` hold the medians.

    Raises
    ------
    InputError
        If lengths or trajectories do not fit, a trajectory has fewer than 10 samples or holds
        NaN, or an option is out of range.

    Notes
    -----
    Near 1 is not a test: two smooth series of few turns recur together by chance. Compare with the
    excess after one of them is shifted in time.

    References
    ----------
    Romano, Thiel, Kurths & von Bloh, Phys. Lett. A 330, 214 (2004).

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import joint_recurrence
    >>> rng = np.random.default_rng(0)
    >>> found = joint_recurrence(rng.random(2000), rng.random(2000))
    >>> round(float(found.excess), 1)
    1.0
    """
    one, other = _pair(first, second)
    pair = (None, None) if radius is None else tuple(radius)
    if len(pair) != 2:
        raise InputError("radius must be a pair of numbers, one for each series")
    for single in pair:
        _options(single, rate, shortest_diagonal, shortest_vertical)
    theiler = whole("theiler", theiler)
    rng = np.random.default_rng(seed)
    rows = []
    for x, y in zip(trajectories(one), trajectories(other), strict=True):
        if len(x) != len(y):
            raise InputError(
                f"a trajectory has {len(x)} samples in the first series and {len(y)} in the "
                "second; joint recurrence needs the same times, so cut the longer one"
            )
        if theiler >= len(x) - 1:
            raise InputError(f"theiler must be below the length less one, not {theiler}")
        reach = [
            float(np.quantile(sample_distances(z, theiler - 1, SAMPLED_PAIRS, rng), rate))
            if given is None
            else float(given)
            for z, given in zip((x, y), pair, strict=True)
        ]
        pairs = (len(x) - theiler) * (len(x) - theiler + 1) // 2
        recurrent, diagonal, vertical = joint_line_counts(x, y, np.array(reach), theiler)
        row = measures(recurrent, diagonal, vertical, pairs, shortest_diagonal, shortest_vertical)
        # A series joined with itself is the series alone.
        alone = [line_counts(z, r, theiler)[0] / pairs for z, r in zip((x, y), reach, strict=True)]
        chance = alone[0] * alone[1]
        rows.append({
            **row, "radius_first": reach[0], "radius_second": reach[1], "rate_first": alone[0],
            "rate_second": alone[1],
            "excess": row["recurrence_rate"] / chance if chance else float("nan"),
        })  # fmt: skip
    more = ["radius_first", "radius_second", "rate_first", "rate_second", "excess"]
    result = _labelled(one, rows, more).assign_attrs(theiler=theiler)
    return _finished(result, shortest_diagonal, shortest_vertical, seed)


def _pair(first: Any, second: Any) -> tuple[xr.DataArray, xr.DataArray]:
    one = as_series(first, minimum=10, name="first series")
    other = as_series(second, minimum=10, name="second series")
    for name, series in (("first", one), ("second", other)):
        if "variable" not in series.dims:
            raise InputError(f"the {name} series is a field; select points or modes of it first")
    if one.sizes["trajectory"] != other.sizes["trajectory"]:
        raise InputError(
            f"the first series has {one.sizes['trajectory']} trajectories and the second "
            f"{other.sizes['trajectory']}; pass equal numbers, which are matched in order"
        )
    return one, other


def _options(radius: float | None, rate: float, *shortest: int) -> None:
    if radius is not None:
        positive("radius", radius, zero=True)
    if not 0 < rate < 1:
        raise InputError(f"rate must lie between 0 and 1, not {rate}")
    for name, length in zip(("shortest_diagonal", "shortest_vertical"), shortest, strict=True):
        whole(name, length)


def _cross_radius(x: Floats, y: Floats, rate: float, rng: np.random.Generator) -> float:
    """Distance that a share ``rate`` of the pairs does not exceed, from a sample or from all."""
    if len(x) * len(y) <= SAMPLED_PAIRS:
        i, j = (part.ravel() for part in np.indices((len(x), len(y))))
    else:
        i, j = (rng.integers(0, len(z), SAMPLED_PAIRS) for z in (x, y))
    return float(np.quantile(np.linalg.norm(x[i] - y[j], axis=1), rate))


def _labelled(series: xr.DataArray, rows: list[dict[str, float]], more: list[str]) -> xr.Dataset:
    result = xr.Dataset(
        {name: ("trajectory", [row[name] for row in rows]) for name in [*NAMES, *more]},
        coords={"trajectory": series["trajectory"].values},
    )
    for name, text in NAMES.items():
        result[name].attrs["long_name"] = text
    return result


def _finished(
    result: xr.Dataset, shortest_diagonal: int, shortest_vertical: int, seed: int
) -> xr.Dataset:
    result.attrs.update(
        shortest_diagonal=shortest_diagonal, shortest_vertical=shortest_vertical, seed=seed
    )
    if result.sizes["trajectory"] == 1:
        return result.squeeze("trajectory", drop=True)
    medians = {f"median_{name}": float(result[name].median()) for name in NAMES}
    return result.assign_attrs(medians)

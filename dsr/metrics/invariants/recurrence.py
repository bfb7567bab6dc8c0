"""Recurrence quantification: how often, and in how long lines, a series comes back to itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.data import as_series, trajectories
from dsr.errors import InputError
from dsr.kernels.correlation_sum import sample_distances
from dsr.kernels.recurrence import line_counts

__all__ = ["recurrence_quantification"]

NAMES = {
    "recurrence_rate": "share of pairs that recur",
    "determinism": "share of recurrent pairs on diagonal lines",
    "mean_diagonal": "mean length of diagonal lines, samples",
    "longest_diagonal": "longest diagonal line, samples",
    "divergence": "one over the longest diagonal line",
    "entropy": "entropy of diagonal line lengths, nats",
    "laminarity": "share of recurrent pairs on vertical lines",
    "trapping_time": "mean length of vertical lines, samples",
    "longest_vertical": "longest vertical line, samples",
}


def recurrence_quantification(
    series: Any,
    *,
    radius: float | None = None,
    rate: float = 0.05,
    theiler: int = 1,
    shortest_diagonal: int = 2,
    shortest_vertical: int = 2,
    seed: int = 0,
) -> xr.Dataset:
    r"""Quantify the recurrence plot :math:`R_{ij} = \Theta(\epsilon - |x_i - x_j|)` of a series.

    Parameters
    ----------
    series : series
        (time, variable), in state space; distances are Euclidean in the units given. Pairs never
        cross trajectories.
    radius : float, optional
        Distance at which two points recur. Default: the one at which a share ``rate`` of the pairs
        does, from a sample of a million pairs.
    rate : float
    theiler : int
        Pairs with ``|i - j| < theiler`` are left out; 1 leaves out the main diagonal only.
    shortest_diagonal, shortest_vertical : int
        Shorter lines do not count as lines.
    seed : int
        Of the sample of pairs.

    Returns
    -------
    Dataset
        ``recurrence_rate``, ``determinism``, ``mean_diagonal``, ``longest_diagonal``,
        ``divergence``, ``entropy``, ``laminarity``, ``trapping_time``, ``longest_vertical`` and the
        ``radius`` used. With several trajectories each has dim "trajectory", and ``attrs`` hold the
        medians. A mean over no line at all is 0, the divergence then infinite.

    Raises
    ------
    InputError
        If a trajectory has fewer than 10 samples, holds NaN, or an option is out of range.

    References
    ----------
    Marwan, Romano, Thiel & Kurths, Physics Reports 438, 237 (2007).

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import recurrence_quantification
    >>> result = recurrence_quantification(np.arange(300.0) % 5, radius=0.1)
    >>> round(float(result.recurrence_rate), 2), float(result.determinism), float(result.laminarity)
    (0.2, 1.0, 0.0)
    """
    checked = as_series(series, minimum=10, name="series")
    parts = trajectories(checked)
    shortest = min(p.shape[0] for p in parts)
    if not 1 <= theiler < shortest - 1:
        raise InputError(
            f"theiler must be from 1 to below the length less one ({shortest - 1}), not {theiler}"
        )
    if radius is not None and not radius >= 0:
        raise InputError(f"radius must be zero or above, not {radius}")
    if not 0 < rate < 1:
        raise InputError(f"rate must lie between 0 and 1, not {rate}")
    rng = np.random.default_rng(seed)
    rows = []
    for part in parts:
        reach = radius
        if reach is None:
            sample = sample_distances(part, theiler - 1, 1_000_000, rng)
            reach = float(np.quantile(sample, rate))
        recurrent, diagonal, vertical = line_counts(part, reach, theiler)
        row = measures(
            recurrent,
            diagonal,
            vertical,
            (len(part) - theiler) * (len(part) - theiler + 1) // 2,
            shortest_diagonal,
            shortest_vertical,
        )
        rows.append({**row, "radius": reach})
    result = xr.Dataset(
        {name: ("trajectory", [row[name] for row in rows]) for name in [*NAMES, "radius"]},
        coords={"trajectory": checked["trajectory"].values},
        attrs={
            "theiler": theiler,
            "shortest_diagonal": shortest_diagonal,
            "shortest_vertical": shortest_vertical,
            "seed": seed,
        },
    )
    for name, text in NAMES.items():
        result[name].attrs["long_name"] = text
    if len(parts) == 1:
        return result.squeeze("trajectory", drop=True)
    medians = {f"median_{name}": float(result[name].median()) for name in NAMES}
    return result.assign_attrs(medians)


def _lines(counts: NDArray[np.int64], shortest: int) -> tuple[float, float, int, float]:
    """Share of points on lines, mean length, longest length, and entropy of lengths."""
    lengths = np.arange(counts.size)
    every = int(lengths @ counts)
    long = counts[shortest:]
    if not every or not long.any():
        return 0.0, 0.0, int(np.flatnonzero(counts).max(initial=0)), 0.0
    on_lines = int(lengths[shortest:] @ long)
    share = long[long > 0] / long.sum()
    return (
        on_lines / every,
        on_lines / int(long.sum()),
        int(lengths[counts > 0].max()),
        max(0.0, float(-(share * np.log(share)).sum())),
    )


def measures(
    recurrent: int,
    diagonal: NDArray[np.int64],
    vertical: NDArray[np.int64],
    pairs: int,
    shortest_diagonal: int,
    shortest_vertical: int,
) -> dict[str, float]:
    """All numbers of `NAMES` from the lines of a plot with this number of pairs."""
    determinism, mean_diagonal, longest, entropy = _lines(diagonal, shortest_diagonal)
    laminarity, trapping, longest_vertical, _ = _lines(vertical, shortest_vertical)
    return {
        "recurrence_rate": recurrent / pairs,
        "determinism": determinism,
        "mean_diagonal": mean_diagonal,
        "longest_diagonal": float(longest),
        "divergence": 1.0 / longest if longest else np.inf,
        "entropy": entropy,
        "laminarity": laminarity,
        "trapping_time": trapping,
        "longest_vertical": float(longest_vertical),
    }

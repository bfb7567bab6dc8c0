"""Local dimension and persistence of single states, from the extremes of recurrence."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.data import trajectories
from dsr.errors import InputError
from dsr.metrics.bootstrap import block_length, block_weights
from dsr.metrics.doors import Floats, reference_series
from dsr.metrics.invariants.scaling import SCALES, scaled, window_or_default

__all__ = ["local_dimension"]

FEWEST = 20


def local_dimension(
    series: Any,
    *,
    quantile: float = 0.98,
    references: int = 1000,
    theiler: int | None = None,
    scale: str = "deviation",
    resamples: int = 200,
    confidence: float = 0.95,
    seed: int = 0,
) -> xr.Dataset:
    r"""Dimension and persistence at single points of an attractor, by extreme-value theory.

    Of the closeness :math:`g(t) = -\ln |x(t) - \zeta|` to a state :math:`\zeta`, what exceeds a
    high quantile is exponential with mean :math:`1 / d(\zeta)`: the local dimension. The extremal
    index :math:`\theta(\zeta)` of the exceedances, from 0 (stays for ever) to 1 (leaves at once),
    is the inverse of the mean number of samples a visit lasts.

    Parameters
    ----------
    series : series
        The points, (time, variable); a single variable must be embedded first.
    quantile : float
        Share of the samples that count as far; 0.95 to 0.995 are usual.
    references : int
        Largest number of states looked at in each trajectory, evenly spaced in time.
    theiler : int, optional
        For the dimension, samples within this many of the state are left out. Default as in
        `correlation_dimension`. The persistence needs them and keeps them.
    scale : {"deviation", "none"}
        Whether each variable is divided by its standard deviation first, as in
        `correlation_dimension`.
    resamples : int
        Moving-block bootstrap resamples of the states, for the intervals of the means.
    confidence : float
        Level of the intervals.
    seed : int

    Returns
    -------
    Dataset
        Over "point" (with coordinates ``sample`` and ``trajectory_of_point``): ``local_dimension``
        and ``persistence`` (:math:`\theta`, per sample). Scalars: their means ``dimension`` and
        ``mean_persistence`` with ``low``, ``high``, ``persistence_low``, ``persistence_high``,
        and ``extrapolated_dimension``. The mean of local dimensions estimates the information
        dimension D1. Its interval joins those at the quantile, at half as many exceedances, and
        at the limit of small distances drawn through both.

    Raises
    ------
    InputError
        If fewer than 20 samples exceed the quantile, the series is unclean, or an option is none
        of those named.

    Notes
    -----
    With n exceedances u the dimension is ``(n - 1) / sum(u)``, without the bias of ``n / sum(u)``.
    No ``converged`` is given: whether the means have reached their limit shows in how far the
    extrapolated one lies off.

    References
    ----------
    Lucarini, Faranda & Wouters, J. Stat. Phys. 147, 63 (2012);
    Faranda, Messori & Yiou, Sci. Rep. 7, 41278 (2017); Sueveges, Extremes 10, 41 (2007), eq. 8.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import local_dimension
    >>> angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 4000)
    >>> circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> found = local_dimension(circle, references=100)
    >>> round(float(found.dimension), 1), bool(found.mean_persistence > 0.95)
    (1.0, True)
    """
    if not 0.5 <= quantile < 1.0:
        raise InputError(f"quantile must be from 0.5 to below 1, not {quantile:g}")
    if scale not in SCALES:
        raise InputError(f"scale must be one of {', '.join(SCALES)}, not {scale!r}")
    if references < 2:
        raise InputError(f"references must be at least 2, not {references}")
    checked = reference_series(series, minimum=100, name="series")
    rng = np.random.default_rng(seed)
    rows, samples, owners, windows = [], [], [], []
    drawn: list[Floats] = []
    for owner, part in zip(checked["trajectory"].values, trajectories(checked), strict=True):
        total = part.shape[0]
        if (1.0 - quantile) * total < FEWEST:
            raise InputError(
                f"only {(1.0 - quantile) * total:.0f} of {total} samples exceed the quantile "
                f"{quantile:g}; pass a lower quantile or at least {FEWEST / (1 - quantile):.0f} "
                "samples"
            )
        points = scaled(part, scale)
        window, _ = window_or_default(points, theiler)
        at = np.unique(np.linspace(0, total - 1, min(references, total)).round().astype(np.int64))
        rows.append(np.array([_state(points, int(i), quantile, window) for i in at]))
        samples.append(at)
        owners.append(np.full(at.size, owner))
        windows.append(window)
        block = -(-max(block_length(points), window) * at.size // total)
        drawn.append(block_weights(at.size, min(block, max(1, at.size // 10)), resamples, rng))
    values = np.concatenate(rows)
    weights = np.concatenate(drawn, axis=1)
    weights /= weights.sum(axis=1, keepdims=True)
    wide, near, theta, radius, inner = values.T
    # The edge of a set and any bend of it change the local slope by a term linear in distance.
    shrink = float(inner.mean() / max(radius.mean() - inner.mean(), 1e-300))
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    ends = np.array([
        column.mean() + np.quantile(weights @ column - column.mean(), tails)
        for column in (wide, near, near + (near - wide) * shrink)
    ])  # fmt: skip
    persistent = theta.mean() + np.quantile(weights @ theta - theta.mean(), tails)
    return xr.Dataset(
        {
            "local_dimension": ("point", wide),
            "persistence": ("point", theta, {"units": "1/sample"}),
            "dimension": wide.mean(),
            "low": ends[:, 0].min(),
            "high": ends[:, 1].max(),
            "extrapolated_dimension": (near + (near - wide) * shrink).mean(),
            "mean_persistence": theta.mean(),
            "persistence_low": max(0.0, persistent[0]),
            "persistence_high": min(1.0, persistent[1]),
        },
        coords={
            "sample": ("point", np.concatenate(samples)),
            "trajectory_of_point": ("point", np.concatenate(owners)),
        },
        attrs={
            "quantile": quantile,
            "theiler": int(max(windows)),
            "scale": scale,
            "confidence": confidence,
            "seed": seed,
        },
    )


def _state(points: Floats, index: int, quantile: float, window: int) -> tuple[float, ...]:
    """Dimension at the quantile and at half its exceedances, persistence, and both distances."""
    step = points - points[index]
    squares = np.einsum("td,td->t", step, step)
    exceeding = max(FEWEST, round((1.0 - quantile) * squares.size))
    threshold = np.partition(squares, exceeding)[exceeding]
    theta = extremal_index(np.flatnonzero(squares < threshold), exceeding / squares.size)
    apart = np.concatenate([squares[: max(0, index - window)], squares[index + window + 1 :]])
    apart = apart[apart > 0.0]
    wide, radius = _slope(apart, exceeding)
    near, inner = _slope(apart, exceeding // 2)
    return wide, near, theta, radius, inner


def _slope(squares: Floats, exceeding: int) -> tuple[float, float]:
    """Inverse mean excess of the logarithmic closeness, and the distance of the threshold."""
    exceeding = min(exceeding, squares.size - 1)
    near = np.partition(squares, exceeding)[: exceeding + 1]
    excess = 0.5 * np.log(near[-1] / near[:-1])
    return float((exceeding - 1) / max(excess.sum(), 1e-300)), float(np.sqrt(near[-1]))


def extremal_index(times: NDArray[np.int64], share: float) -> float:
    """Extremal index of exceedances at ``times`` (n,) with probability ``share`` (Sueveges 2007).

    The maximum of the likelihood of gaps ``S = T - 1`` between exceedances: with n - 1 gaps, N_c
    of them above 0, ``theta = (b - sqrt(b^2 - 8 N_c s)) / (2 s)``, ``s = share sum S``,
    ``b = s + n - 1 + N_c``.
    """
    if times.size < 2:
        return 1.0
    gaps = np.diff(times) - 1
    between = int((gaps > 0).sum())
    if between == 0:
        return 0.0
    spread = share * float(gaps.sum())
    middle = spread + gaps.size + between
    root = np.sqrt(max(0.0, middle * middle - 8.0 * between * spread))
    return float(min(1.0, (middle - root) / (2.0 * spread)))

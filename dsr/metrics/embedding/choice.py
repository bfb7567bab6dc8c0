"""The one rule for delay coordinates: mutual information, then false nearest neighbours."""

from __future__ import annotations

from typing import Any, NamedTuple

import xarray as xr

from dsr.data import delay_embed, trajectories
from dsr.errors import InputError
from dsr.metrics.doors import Floats, reference_series
from dsr.metrics.embedding.delays import bounded_delay
from dsr.metrics.embedding.dimension import FALSE_SHARE, false_share
from dsr.metrics.spectra.timescales import theiler_window

__all__ = ["Embedding", "choose_embedding", "delay_embedding", "embedding_for"]

_LARGEST = 8
_SHORTEST = 50


class Embedding(NamedTuple):
    """Delay coordinates, and why these.

    Parameters
    ----------
    dimension, delay : int
        Number of coordinates, and samples between them.
    reason : str
        The rule in words.

    Examples
    --------
    >>> Embedding(3, 5, "chosen by hand").delay
    5
    """

    dimension: int
    delay: int
    reason: str


def choose_embedding(series: Any) -> Embedding:
    """Choose dimension and delay for a series of one variable.

    The delay is the first minimum of the mutual information (Fraser and Swinney 1986), or else
    where the autocorrelation falls to 1/e, at most a twentieth of the series; the dimension is the
    first from 2 to 8 with under 1 % false nearest neighbours (Kennel, Brown and Abarbanel 1992)
    whose window spans at most a tenth of it. Both are found on the longest trajectory.

    Parameters
    ----------
    series : series of one variable

    Returns
    -------
    Embedding
        ``dimension``, ``delay`` in samples, and ``reason``, a sentence.

    Raises
    ------
    InputError
        For several variables, or fewer than 50 samples.

    References
    ----------
    Fraser & Swinney, Phys. Rev. A 33, 1134 (1986);
    Kennel, Brown & Abarbanel, Phys. Rev. A 45, 3403 (1992).

    Examples
    --------
    >>> import dsr
    >>> x = dsr.simulate("lorenz63", steps=3000, dt=0.02).isel(variable=[0])
    >>> choose_embedding(x).dimension
    3
    """
    return _chosen(max(trajectories(_single(series)), key=len))


def delay_embedding(
    series: Any, *, dimension: int | None = None, delay: int | None = None
) -> xr.DataArray:
    """Embed a series of one variable by uniform delays; what is not given is chosen from the data.

    Parameters
    ----------
    series : series of one variable
    dimension, delay : int, optional
        Number of coordinates, and samples between them. Default: by the rule of
        `choose_embedding`.

    Returns
    -------
    series
        Variables x(t), x(t - delay), ...; the choice is in ``attrs["embedding"]``.

    Raises
    ------
    InputError
        For several variables, or a series shorter than the embedding window.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import delay_embedding
    >>> delay_embedding(np.sin(np.arange(500.0)), dimension=3, delay=2).shape
    (1, 496, 3)
    """
    checked = _single(series)
    chosen = _chosen(max(trajectories(checked), key=len), dimension, delay)
    embedded: xr.DataArray = delay_embed(checked, chosen.dimension, chosen.delay)
    return embedded


def embedding_for(
    column: Floats, *, dimension: int | None, delay: int | None, theiler: int
) -> tuple[int, int]:
    """Dimension and delay of one variable ``(T,)`` by the same rule; what is given is kept."""
    return _rule(column, dimension, delay, theiler)[:2]


def _single(series: Any) -> xr.DataArray:
    checked = reference_series(series, minimum=_SHORTEST, name="series")
    if checked.sizes["variable"] != 1:
        raise InputError(
            f"delay coordinates take one variable, not {checked.sizes['variable']}; select one, or "
            "use dsr.metrics.pecuzal for several"
        )
    return checked


def _chosen(values: Floats, dimension: int | None = None, delay: int | None = None) -> Embedding:
    """Embedding of a trajectory ``(T, 1)``."""
    return _rule(values[:, 0], dimension, delay, theiler_window(values)[0])


def _rule(column: Floats, dimension: int | None, delay: int | None, theiler: int) -> Embedding:
    most = max(1, column.size // 20)
    lag, found = bounded_delay(column, most) if delay is None else (int(delay), False)
    why = "as given" if delay is not None else (
        "the first minimum of the mutual information" if found
        else "where the autocorrelation falls to 1/e, or a twentieth of the series"
    )  # fmt: skip
    reason = f"delay {lag} ({why})"
    if dimension is not None:
        return Embedding(int(dimension), lag, f"{reason}, dimension {dimension} (as given)")
    for m in range(2, _LARGEST + 1):
        if false_share(column, m, lag, theiler) < FALSE_SHARE:
            return Embedding(
                m, lag, f"{reason}, dimension {m} (the first with under 1 % false neighbours)"
            )
        if m * lag > 2 * most or m == _LARGEST:
            break
    return Embedding(
        m, lag, f"{reason}, dimension {m} (the largest looked at; false neighbours remain)"
    )

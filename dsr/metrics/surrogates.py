"""Surrogates: series that share some property of the data and have no dynamics of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.metrics.doors import Floats, reference_series

_ITERATIONS = 100


def gaussian_cloud(series: Any, *, seed: int = 0) -> xr.DataArray:
    """Independent draws with the mean and covariance of each trajectory (no dynamics at all).

    Parameters
    ----------
    series : series
    seed : int

    Returns
    -------
    series
        Labelled as the one that was given.

    Raises
    ------
    InputError
        If the series is unclean or does not vary.

    Examples
    --------
    >>> import dsr
    >>> gaussian_cloud(dsr.simulate("henon", steps=200)).shape
    (1, 200, 2)
    """
    return _per_trajectory(series, cloud_like, seed)


def shuffled(series: Any, *, seed: int = 0) -> xr.DataArray:
    """The same samples in random order: exact distribution, no dynamics.

    Parameters
    ----------
    series : series
    seed : int

    Returns
    -------
    series
        Labelled as the one that was given.

    Raises
    ------
    InputError
        If the series is unclean or does not vary.

    References
    ----------
    Theiler, Eubank, Longtin, Galdrikian & Farmer, Physica D 58, 77 (1992): "scrambled" surrogates.

    Examples
    --------
    >>> import dsr
    >>> x = dsr.simulate("henon", steps=200)
    >>> bool((np.sort(shuffled(x), axis=1) == np.sort(x, axis=1)).all())
    True
    """
    return _per_trajectory(series, lambda x, rng: x[rng.permutation(len(x))], seed)


def iaaft(series: Any, *, seed: int = 0) -> xr.DataArray:
    """Iterative amplitude-adjusted Fourier surrogates (Schreiber and Schmitz 1996).

    The distribution of each variable is exact, spectra and cross-phases approximate: a Gaussian
    linear process seen through a static function.

    Parameters
    ----------
    series : series
    seed : int

    Returns
    -------
    series
        Labelled as the one that was given.

    Raises
    ------
    InputError
        If the series is unclean or does not vary.

    Examples
    --------
    >>> import dsr
    >>> iaaft(dsr.simulate("henon", steps=200)).shape
    (1, 200, 2)
    """
    return _per_trajectory(series, iaaft_like, seed)


def cloud_like(x: Floats, rng: np.random.Generator, length: int | None = None) -> Floats:
    """Gaussian draws ``(length, N)`` with mean and covariance (``ddof=1``) of ``x``."""
    covariance = np.atleast_2d(np.cov(x.T))
    eigenvalues, vectors = np.linalg.eigh(covariance)
    factor = vectors * np.sqrt(np.clip(eigenvalues, 0.0, None))
    draws = rng.standard_normal((length or len(x), x.shape[1]))
    return np.asarray(x.mean(axis=0) + draws @ factor.T)


def iaaft_like(x: Floats, rng: np.random.Generator, iterations: int = _ITERATIONS) -> Floats:
    """IAAFT surrogate of one trajectory ``(T, N)``, cross-phases kept."""
    count = len(x)
    transform = np.fft.rfft(x, axis=0)
    unit = _phasors(transform)
    ordered = np.sort(x, axis=0)
    s = x[rng.permutation(count)]
    before: NDArray[np.int64] | None = None
    for _ in range(iterations):
        # One turn of the phase for all variables at each frequency: cross-phases are kept.
        turn = _phasors((_phasors(np.fft.rfft(s, axis=0)) * unit.conj()).sum(axis=1))
        order = np.fft.irfft(transform * turn[:, None], n=count, axis=0).argsort(axis=0)
        np.put_along_axis(s, order, ordered, axis=0)
        if before is not None and np.array_equal(order, before):
            break
        before = order
    return s


def matched_ends(x: Floats) -> slice:
    """The part of a trajectory ``(T, N)`` whose ends fit together best in value and slope.

    A Fourier surrogate takes the series for a period: a jump from its end to its beginning would
    put power into high frequencies. At most a twentieth is cut off on either side.
    """
    most = max(1, min(len(x) // 20, 500))
    step = np.diff(x, axis=0)
    value_scale, step_scale = x.var(axis=0), np.maximum(step.var(axis=0), 1e-300)
    first, last = x[:most], x[-most:]
    before, after = step[:most], step[-most:]
    # One variable at a time: all at once would take 500 x 500 numbers for each of them.
    gap = np.zeros((most, most))
    for i in range(x.shape[1]):
        gap += (first[:, None, i] - last[None, :, i]) ** 2 / value_scale[i]
        gap += (before[:, None, i] - after[None, :, i]) ** 2 / step_scale[i]
    start, stop = np.unravel_index(int(gap.argmin()), gap.shape)
    return slice(int(start), len(x) - most + int(stop) + 1)


def stretches(b: Floats, length: int, most: int = 8) -> list[Floats]:
    """Evenly spread stretches of a recording: what floors and clouds are measured on.

    Parameters
    ----------
    b : array (T, N)
    length : int
        Samples of each; the whole recording where it is shorter.
    most : int
        As many as lie side by side, at most this; where fewer than three do, three that overlap by
        as little as they can (if the recording is at least a twentieth longer than one).

    Returns
    -------
    list of arrays (length, N)
        The first begins where the recording does and the last ends where it does.

    Examples
    --------
    >>> import numpy as np
    >>> [int(part[0, 0]) for part in stretches(np.arange(100.0)[:, None], 20)]
    [0, 20, 40, 60, 80]
    >>> [int(part[0, 0]) for part in stretches(np.arange(100.0)[:, None], 60)]
    [0, 20, 40]
    """
    length = min(length, len(b))
    count = min(most, len(b) // length)
    if count < min(3, most):
        count = min(3, most) if len(b) >= 1.05 * length else 1
    starts = np.linspace(0, len(b) - length, count).round().astype(int)
    return [b[start : start + length] for start in starts]


def _phasors(values: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Complex numbers scaled to modulus 1; a zero becomes 1."""
    size = np.abs(values)
    return np.divide(values, size, out=np.ones_like(values), where=size > 0.0)


def _per_trajectory(series: Any, make: Any, seed: int) -> xr.DataArray:
    from dsr.data import lengths

    series = reference_series(series)
    rng = np.random.default_rng(seed)
    result: xr.DataArray = series.copy(deep=True)
    for k, n in enumerate(lengths(series)):
        result.values[k, :n] = make(series.values[k, :n], rng)
    return result

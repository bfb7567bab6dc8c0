"""Distances in time: Hellinger distance of smoothed power spectra, and of autocorrelations.

The spectrum ignores amplitude, mean and phase: a rescaled, a time-reversed and a phase-randomised
series all score 0. Read it beside the state-space divergence, which sees those.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from dsr.errors import InputError
from dsr.metrics.doors import Floats, bounded, paired
from dsr.metrics.geometry.state_space import check_convention
from dsr.metrics.spectra.timescales import autocorrelation

_TRUNCATE = 4.0


class SpectralReference:
    """Smoothed spectrum of a reference series, compared with many others.

    Parameters
    ----------
    x : array, (T, N)
        Reference, finite.
    smoothing : float
        Standard deviation of the Gaussian smoothing, in frequency bins.
    convention : {"dsr", "icml2023", "neurips2024"}
        See `hellinger_spectral_distance`.
    capped : bool
        Smooth over at most 1 % of the spectrum, in our convention.
    """

    def __init__(
        self, x: Floats, smoothing: float = 20.0, convention: str = "dsr", capped: bool = True
    ) -> None:
        self._x = np.ascontiguousarray(x, dtype=np.float64)
        self.smoothing = float(smoothing)
        self.convention = convention
        self.capped = capped and convention == "dsr"
        self._spectra: dict[int, Floats] = {}

    def effective_smoothing(self, length: int) -> float:
        """Smoothing at a length; if capped never more than 1 % of the spectrum."""
        if not self.capped:
            return self.smoothing
        return min(self.smoothing, max(1.0, (length // 2) / 100.0))

    def spectrum(self, values: Floats) -> Floats:
        """Smoothed, normalised spectrum of each column, ``(frequencies, N)``."""
        # A spectrum has no scale; without this a run on its way to infinity would overflow.
        largest = np.abs(values).max(axis=0)
        values = values / np.where(largest > 1e100, largest, 1.0)
        standard = (values - values.mean(axis=0)) / values.std(axis=0)
        power = np.abs(np.fft.rfft(standard, axis=0)) ** 2
        if self.convention == "dsr":
            power = power[1:]
        return normalised(self.smooth(power, len(values)))

    def smooth(self, power: Floats, length: int) -> Floats:
        """Gaussian smoothing along frequency, with the boundary of the convention."""
        from scipy.ndimage import gaussian_filter1d

        sigma = self.effective_smoothing(length)
        if sigma <= 0.0:
            return power
        # Whole-sample reflection in the ICML code, half-sample reflection elsewhere.
        mode = "mirror" if self.convention == "icml2023" else "reflect"
        smoothed = gaussian_filter1d(power, sigma, axis=0, mode=mode, truncate=_TRUNCATE)
        return np.asarray(np.maximum(smoothed, 0.0))

    def prepared(self, length: int) -> Floats:
        """Spectrum of the first samples of the reference, made once."""
        if length not in self._spectra:
            self._spectra[length] = self.spectrum(self._x[:length])
        return self._spectra[length]

    def per_variable(self, y: Floats, spectrum: Floats | None = None) -> Floats:
        """Distance of each variable; defined for constant and non-finite columns too.

        Parameters
        ----------
        y : array, (T', N)
        spectrum : array, optional
            That of ``y``, where it is known already.
        """
        y = np.asarray(y, dtype=np.float64)
        length = min(len(self._x), len(y))
        if self.convention == "icml2023" and len(self._x) != len(y):
            raise InputError(
                f"the icml2023 convention needs equal lengths, not {len(self._x)} and {len(y)}"
            )
        y = y[:length]
        target = self.prepared(length)
        finite = np.isfinite(y).all(axis=0)
        with np.errstate(invalid="ignore", over="ignore"):
            moving = finite & (np.ptp(y, axis=0) > 1e-12 * np.maximum(1.0, np.abs(y).max(axis=0)))
        bad = np.nan if self.convention != "dsr" else 1.0
        result = np.full(y.shape[1], bad)
        if moving.any():
            p = target[:, moving]
            if spectrum is not None and moving.all():
                q = spectrum
            else:
                q = self.spectrum(np.ascontiguousarray(y[:, moving]))
            overlap = self.convention == "neurips2024"
            result[moving] = _overlap_distance(p, q) if overlap else hellinger(p, q)
        return result

    def distance(self, y: Floats) -> float:
        """Mean distance over the variables."""
        return float(self.per_variable(y).mean())


def hellinger_spectral_distance(
    reference: Any,
    generated: Any,
    *,
    smoothing: float = 20,
    bandwidth: float | None = None,
    convention: str = "dsr",
) -> xr.DataArray:
    r"""Hellinger distance of smoothed power spectra, one for each variable.

    .. math:: H = \Big(\tfrac12\sum_f \big(\sqrt{p_f}-\sqrt{q_f}\big)^2\Big)^{1/2}

    Parameters
    ----------
    reference, generated : series
        Same variables; the longer one is cut to the shorter.
    smoothing : float
        Standard deviation of the Gaussian that smooths the spectra, in frequency bins.
    bandwidth : float, optional
        The same in frequency units (1 / time unit), which does not change with the length; it
        replaces ``smoothing``.
    convention : {"dsr", "icml2023", "neurips2024"}
        ``"icml2023"``: mean frequency kept, equal lengths demanded (Hess et al. 2023);
        ``"neurips2024"``: ``sqrt(1 - sum sqrt(p q))`` (Brenner et al. 2024); ``"dsr"``: mean
        frequency left out, smoothing at most 1 % of the spectrum, defined for any series: 1
        for non-finite or constant columns.

    Returns
    -------
    xarray.DataArray, ("variable",)
        Between 0 and 1. ``attrs``: mean, largest, smoothing, resolution, compared_length.

    Examples
    --------
    >>> import dsr
    >>> x = dsr.simulate("lorenz63", steps=2000, seed=0)
    >>> float(hellinger_spectral_distance(x, 3.0 * x + 1.0).max()) < 1e-12
    True
    """
    check_convention(convention)
    pairs = paired(reference, generated)
    dt = float(pairs.series.attrs.get("dt", 1.0))
    rows = []
    length = 0
    used = 0.0
    for x, y in zip(pairs.reference, pairs.generated, strict=True):
        length = min(len(x), len(y))
        bins = smoothing if bandwidth is None else bandwidth * length * dt
        _check_smoothing(bins)
        spectral = SpectralReference(x, bins, convention, capped=bandwidth is None)
        rows.append(spectral.per_variable(y))
        used = spectral.effective_smoothing(length)
    values = np.median(rows, axis=0)
    attrs: dict[str, Any] = {
        "long_name": "Hellinger distance of power spectra",
        "units": "1",
        "mean": float(values.mean()),
        "largest": float(values.max()),
        "smoothing": float(used),
        "resolution": float(used / (length * dt)),
        "convention": convention,
        "compared_length": length,
    }
    if np.isnan(values).any():
        attrs["reason"] = "a column is constant or not finite, which this convention leaves open"
    if len(rows) > 1:
        attrs["per_trajectory"] = np.mean(rows, axis=1)
    return xr.DataArray(
        values, dims="variable", coords={"variable": pairs.variables},
        name="hellinger_spectral_distance", attrs=attrs,
    )  # fmt: skip


def autocorrelation_distance(
    reference: Any, generated: Any, *, lags: int | None = None
) -> xr.DataArray:
    """Root mean square difference of the autocorrelations, one for each variable.

    Parameters
    ----------
    reference, generated : series
    lags : int, optional
        Largest lag in samples; a tenth of the shorter series if not given.

    Returns
    -------
    xarray.DataArray, ("variable",)
        0 is equal; a constant or non-finite column counts as uncorrelated.

    Raises
    ------
    InputError
        If the reference is unclean, or numbers of variables or trajectories do not fit.

    Examples
    --------
    >>> import dsr
    >>> x = dsr.simulate("henon", steps=500)
    >>> float(autocorrelation_distance(x, x).max())
    0.0
    """
    pairs = paired(reference, generated)
    rows = [
        memory_distance(x, y, lags) for x, y in zip(pairs.reference, pairs.generated, strict=True)
    ]
    values = np.median(rows, axis=0)
    return xr.DataArray(
        values, dims="variable", coords={"variable": pairs.variables},
        name="autocorrelation_distance", attrs={"mean": float(values.mean()), "units": "1"},
    )  # fmt: skip


def memory_distance(x: Floats, y: Floats, lags: int | None = None) -> Floats:
    """Root mean square difference of autocorrelations, ``(N,)``; see `autocorrelation_distance`."""
    length = min(len(x), len(y))
    most = max(1, length // 10) if lags is None else min(lags, length - 1)
    row = []
    for a, b in zip(x[:length].T, y[:length].T, strict=True):
        target = autocorrelation(a, most)
        moving = bounded(b) and np.ptp(b) > 1e-12 * max(1.0, float(np.abs(b).max()))
        found = autocorrelation(b, most) if moving else np.zeros(most + 1)
        row.append(float(np.sqrt(np.mean((target[1:] - found[1:]) ** 2))))
    return np.array(row)


def mean_memory_distance(x: Floats, y: Floats) -> float:
    """`memory_distance`, mean over the variables."""
    return float(memory_distance(x, y).mean())


def hellinger(p: Floats, q: Floats) -> Floats:
    """Hellinger distance along the first axis of two sets of distributions."""
    return np.asarray(np.sqrt(0.5 * ((np.sqrt(p) - np.sqrt(q)) ** 2).sum(axis=0)))


def normalised(power: Floats) -> Floats:
    """Divide each column by its sum."""
    return np.asarray(power / power.sum(axis=0))


def _overlap_distance(p: Floats, q: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.sqrt(1.0 - np.sqrt(p * q).sum(axis=0)))


def _check_smoothing(smoothing: Any) -> None:
    good = isinstance(smoothing, int | float | np.floating) and not isinstance(smoothing, bool)
    if not good or not 0.0 <= float(smoothing) < np.inf:
        raise InputError(f"smoothing must be a number of at least 0, not {smoothing!r}")

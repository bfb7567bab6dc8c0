"""Energy of fields by radial wavenumber, and how far two such spectra are apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.data.series import lengths
from dsr.errors import InputError
from dsr.metrics.doors import Floats, bounded
from dsr.metrics.fields.frames import as_field, check_grid, filled, valid_cells
from dsr.metrics.geometry.chunks import is_chunked, time_slices

__all__ = ["radial_energy_spectrum", "radial_spectrum_distance"]


def radial_energy_spectrum(field: Any, *, periodic: bool = True) -> xr.DataArray:
    r"""Energy of a field by radial wavenumber, averaged over time.

    :math:`E(\kappa) = \sum_{\mathrm{round}|k| = \kappa} |\hat u_k|^2 / (2 (HW)^2)`, so that the sum
    over all shells is half the mean square (Parseval).

    Parameters
    ----------
    field : field
    periodic : bool
        False: a Hann window is laid over each frame first.

    Returns
    -------
    DataArray over "wavenumber" (and "trajectory", "channel" where there are several)
        Shells 0 to max(H, W) / 2, and one more that holds every higher wavenumber (the corners).
        Wavenumbers are cycles over the longer side; cells are as long as wide, if coordinates do
        not say otherwise.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import radial_energy_spectrum
    >>> wave = np.cos(2 * np.pi * 3 * np.arange(32) / 32) * np.ones((1, 32, 1))
    >>> radial_energy_spectrum(wave).values.round(3)[:5].tolist()
    [0.0, 0.0, 0.0, 0.25, 0.0]
    """
    if is_chunked(field):
        parts = [field.isel(time=part) for part in time_slices(field)]
        weights = [part.sizes["time"] / field.sizes["time"] for part in parts]
        spectra = [radial_energy_spectrum(part.compute(), periodic=periodic) for part in parts]
        summed = sum(w * s for w, s in zip(weights, spectra, strict=True))
        return spectra[0].copy(data=summed.values)
    first = as_field(field, name="field")
    spectrum = _energy(first, valid_cells(first), periodic)
    dims = ("trajectory", "channel", "wavenumber")
    coords = {d: first.coords[d].values for d in dims[:2] if d in first.coords}
    result = xr.DataArray(
        spectrum,
        dims=dims,
        coords={**coords, "wavenumber": np.arange(spectrum.shape[2])},
        name="energy",
        attrs={"periodic": str(periodic).lower(), "last_shell": "all higher wavenumbers"},
    )
    return result.squeeze([d for d in dims[:2] if result.sizes[d] == 1], drop=True)


def _energy(field: xr.DataArray, valid: NDArray[np.bool_], periodic: bool) -> Floats:
    """Mean energy ``(trajectory, channel, shell)`` over the frames of each trajectory."""
    height, width = field.shape[3:]
    window = np.ones if periodic else np.hanning
    columns, rows = window(height)[:, np.newaxis], window(width)
    ky, kx, last = _wavenumbers(field)
    shell = np.minimum(np.round(np.hypot(ky[:, np.newaxis], kx)), last).astype(np.int64).ravel()
    spectrum = np.zeros((field.shape[0], field.shape[2], last + 1))
    for k, total in enumerate(lengths(field)):
        for frame in field.values[k, :total]:
            power = np.abs(np.fft.fft2(filled(frame, valid) * columns * rows)) ** 2
            power /= 2.0 * (height * width) ** 2
            for c, flat in enumerate(power.reshape(len(power), -1)):
                spectrum[k, c] += np.bincount(shell, flat, minlength=last + 1)
        spectrum[k] /= total
    return spectrum


def _wavenumbers(field: xr.DataArray) -> tuple[Floats, Floats, int]:
    """Cycles over the longer side along y and x, and the number of the last shell.

    One wavelength is in one shell, whichever way it runs. Cells are as long as wide where the
    coordinates do not say otherwise.
    """
    points, steps = field.shape[3:], [_step(field, str(d)) for d in field.dims[3:]]
    sides = [n * step for n, step in zip(points, steps, strict=True)]
    longer = int(np.argmax(sides))
    if points[0] == points[1] and np.isclose(*steps, rtol=1e-6):
        k = np.asarray(np.fft.fftfreq(points[0], 1 / points[0]), dtype=np.float64)
        return k, k, points[0] // 2 + 1
    ky, kx = (
        np.asarray(sides[longer] * np.fft.fftfreq(n, step), dtype=np.float64)
        for n, step in zip(points, steps, strict=True)
    )
    return ky, kx, points[longer] // 2 + 1


def _step(field: xr.DataArray, dim: str) -> float:
    """Distance of grid points along a dimension; 1 without even coordinates."""
    if dim not in field.coords or field[dim].dtype.kind not in "fiu" or field.sizes[dim] < 2:
        return 1.0
    steps = np.diff(field[dim].values.astype(np.float64))
    even = np.isfinite(steps).all() and np.ptp(steps) <= 1e-3 * abs(steps[0])
    return abs(float(steps.mean())) if even and steps[0] != 0.0 else 1.0


def radial_spectrum_distance(
    reference: Any, generated: Any, *, periodic: bool = True
) -> xr.Dataset:
    """Compare radial energy spectra: in logarithms, and as distributions over wavenumber.

    Parameters
    ----------
    reference, generated : fields on the same grid; their lengths may differ
    periodic : bool
        As in `radial_energy_spectrum`.

    Returns
    -------
    Dataset
        ``log_distance``: rms of ln E_generated - ln E_reference over shells that hold more than
        1e-12 of the reference's largest; ``hellinger``: of the spectra divided by their sums, 0 to
        1. Means over trajectories and channels. Not-finite fields score inf and 1.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import radial_spectrum_distance
    >>> field = np.random.default_rng(0).standard_normal((3, 16, 16))
    >>> float(radial_spectrum_distance(field, 2 * field).log_distance.round(3))  # ln 4
    1.386
    """
    first = as_field(reference, name="reference field")
    second = as_field(generated, name="generated field", strict=False)
    check_grid(first, second)
    attrs = {"periodic": str(periodic).lower()}
    valid = valid_cells(first)
    if not (np.nan_to_num(first.values) != 0.0).any(axis=(0, 1, 3, 4)).all():
        raise InputError("a channel of the reference field is zero; its spectrum has no energy")
    ends = lengths(second)
    if not all(bounded(v[:n][:, valid]) for v, n in zip(second.values, ends, strict=True)):
        attrs["reason"] = "the generated field holds values that are not finite"
        return xr.Dataset({"log_distance": np.inf, "hellinger": 1.0}, attrs=attrs)
    p, q = (_energy(part, valid, periodic).mean(axis=0) for part in (first, second))
    log_distances, hellingers = [], []
    for a, b in zip(p, q, strict=True):
        held = a > 1e-12 * a.max()
        ratio = np.log(np.maximum(b[held], 1e-300) / a[held])
        log_distances.append(np.sqrt(np.mean(ratio**2)))
        shares = np.sqrt(a / a.sum()) - np.sqrt(b / b.sum() if b.sum() > 0 else 0 * b)
        hellingers.append(min(1.0, np.sqrt(0.5 * np.sum(shares**2) if b.sum() > 0 else 1.0)))
    return xr.Dataset(
        {"log_distance": float(np.mean(log_distances)), "hellinger": float(np.mean(hellingers))},
        attrs=attrs,
    )

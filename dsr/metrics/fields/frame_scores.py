"""Scores of fields frame by frame: errors, structure, correlation time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr

from dsr.data.series import lengths
from dsr.errors import InputError
from dsr.metrics.doors import LARGEST, Floats
from dsr.metrics.fields.frames import as_field, filled, pair
from dsr.metrics.geometry.chunks import is_chunked, time_slices

__all__ = ["correlation_time", "nmse", "rmse", "ssim"]

_FRAMES_AT_ONCE = 200


def _worst(values: Floats, fill: float) -> Floats:
    return np.where(np.isfinite(values), values, fill)


def _by_chunks(
    score: Callable[[Any, Any], xr.DataArray], reference: Any, generated: Any
) -> xr.DataArray:
    """A score of single frames, of fields that Dask holds: one chunk in memory at a time."""
    first, second = (
        obj if isinstance(obj, xr.DataArray) else as_field(obj, name="field", strict=False)
        for obj in (reference, generated)
    )
    if first.sizes != second.sizes:
        raise InputError(
            f"the reference field has sizes {dict(first.sizes)} and the generated one "
            f"{dict(second.sizes)}; select the same times and grid"
        )
    parts = [
        score(first.isel(time=part).compute(), second.isel(time=part).compute())
        for part in time_slices(first if is_chunked(first) else second)
    ]
    return xr.concat(parts, "time", combine_attrs="override")


def rmse(reference: Any, generated: Any) -> xr.DataArray:
    """Root mean square error of each frame.

    Parameters
    ----------
    reference, generated : fields of equal shape
        (time, y, x), (time, channel, y, x) or (trajectory, time, channel, y, x).

    Returns
    -------
    DataArray over "time" (and "trajectory", "channel" where there are several)
        In units of the field; inf where the generated frame is not finite.

    Raises
    ------
    InputError
        If shapes differ or the reference is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import rmse
    >>> rmse(np.zeros((2, 4, 4)), np.ones((2, 4, 4))).values.tolist()
    [1.0, 1.0]
    """
    if is_chunked(reference, generated):
        return _by_chunks(rmse, reference, generated)
    frames = pair(reference, generated)
    with np.errstate(all="ignore"):
        error = np.sqrt(frames.mean((frames.v - frames.u) ** 2))
    return frames.labelled(_worst(error, np.inf), "rmse", reason="inf: frame not finite")


def nmse(reference: Any, generated: Any, *, anomaly: bool = False) -> xr.DataArray:
    """Squared error of each frame over its energy, or over the energy of its anomaly.

    Parameters
    ----------
    reference, generated : fields of equal shape
    anomaly : bool
        Divide by the sum of (u - time mean of u)^2 instead of the sum of u^2.

    Returns
    -------
    DataArray over "time" (and "trajectory", "channel" where there are several)
        inf where the generated frame is not finite, or the reference frame has no energy and the
        generated one differs.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import nmse
    >>> nmse(np.full((1, 4, 4), 2.0), np.full((1, 4, 4), 3.0)).values.tolist()
    [0.25]
    """
    if is_chunked(reference, generated) and not anomaly:
        return _by_chunks(nmse, reference, generated)
    frames = pair(reference, generated)
    base = frames.u
    if anomaly:
        total = lengths(frames.field)[:, None, None, None, None]
        base = base - base.sum(axis=1, keepdims=True) / total
    with np.errstate(all="ignore"):
        error = ((frames.v - frames.u) ** 2).sum(axis=(3, 4))
        ratio = np.where(error == 0, 0.0, error / (base**2).sum(axis=(3, 4)))
    return frames.labelled(
        _worst(ratio, np.inf),
        "nmse",
        form="error / energy of the anomaly" if anomaly else "error / energy",
        reason="inf: frame not finite, or reference frame without energy",
    )


def ssim(reference: Any, generated: Any) -> xr.DataArray:
    """Structural similarity of each frame, averaged over the image.

    Parameters
    ----------
    reference, generated : fields of equal shape, at least 11 x 11 points

    Returns
    -------
    DataArray over "time" (and "trajectory", "channel" where there are several)
        1 for equal frames; 0 where the generated frame is not finite.

    Notes
    -----
    Gaussian weights with standard deviation 1.5 in an 11 x 11 window, K1 = 0.01, K2 = 0.03,
    population covariances, and as data range the range of the reference over all times of a
    channel: one frame does not set its own scale. The border of 5 points is left out of the mean.

    References
    ----------
    Wang, Bovik, Sheikh & Simoncelli, IEEE Trans. Image Process. 13, 600 (2004).

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import ssim
    >>> frames = np.random.default_rng(0).random((2, 16, 16))
    >>> ssim(frames, frames).values.round(12).tolist()
    [1.0, 1.0]
    """
    frames = pair(reference, generated)
    u, v, valid = frames.u, frames.v, frames.valid
    if min(u.shape[3:]) < 11:
        raise InputError(f"ssim needs fields of at least 11 x 11 points, not {u.shape[3:]}")
    finite = np.asarray((np.abs(v) < LARGEST).all(axis=(3, 4)))
    counts = frames.there[:, :, None, None, None] & valid
    high, low = (
        end(u, axis=(1, 3, 4), keepdims=True, where=counts, initial=start)
        for end, start in ((np.max, -np.inf), (np.min, np.inf))
    )
    if np.any(high == low):
        raise InputError("a channel of the reference field is constant; drop it before scoring")
    score = np.zeros(finite.shape)
    for start in range(0, u.shape[1], _FRAMES_AT_ONCE):
        part = slice(start, start + _FRAMES_AT_ONCE)
        usable = np.where(finite[:, part, :, None, None], v[:, part], 0.0)
        image = _likeness(filled(u[:, part], valid), filled(usable, valid), high - low)
        core, inside = image[..., 5:-5, 5:-5], valid[:, 5:-5, 5:-5]
        core[..., ~inside] = 0.0
        score[:, part] = core.sum(axis=(3, 4)) / np.maximum(inside.sum(axis=(1, 2)), 1)
    return frames.labelled(np.where(finite, score, 0.0), "ssim", reason="0: frame not finite")


def _likeness(u: Floats, v: Floats, extent: Floats) -> Floats:
    """Structural similarity of whole frames at every cell."""
    from scipy.ndimage import gaussian_filter1d

    def smooth(image: Floats) -> Floats:
        for axis in (3, 4):
            image = gaussian_filter1d(image, 1.5, axis=axis, mode="reflect", radius=5)
        return image

    c1, c2 = (0.01 * extent) ** 2, (0.03 * extent) ** 2
    mean_u, mean_v = smooth(u), smooth(v)
    var_u, var_v = smooth(u * u) - mean_u**2, smooth(v * v) - mean_v**2
    both = smooth(u * v) - mean_u * mean_v
    return np.asarray(
        ((2 * mean_u * mean_v + c1) * (2 * both + c2))
        / ((mean_u**2 + mean_v**2 + c1) * (var_u + var_v + c2))
    )


def correlation_time(
    reference: Any, generated: Any, *, thresholds: tuple[float, ...] = (0.95, 0.8, 0.5)
) -> xr.DataArray:
    """First lead at which the spatial correlation of forecast and truth falls below a threshold.

    Parameters
    ----------
    reference, generated : fields of equal shape
        Frame 0 is the first forecast.
    thresholds : tuple of float

    Returns
    -------
    DataArray over "threshold" (and "trajectory", "channel" where there are several)
        In units of the "time" coordinate, counted from its first value (frames if there is none).
        Where the correlation never falls below, the whole length, and the coordinate
        ``censored`` is True.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import correlation_time
    >>> truth = np.random.default_rng(0).random((4, 8, 8))
    >>> wrong = truth.copy()
    >>> wrong[2:] *= -1
    >>> correlation_time(truth, wrong).values.tolist()
    [2.0, 2.0, 2.0]
    """
    frames = pair(reference, generated)
    first = frames.field
    u, v = frames.centred(frames.u), frames.centred(frames.v)
    with np.errstate(all="ignore"):
        norm = np.sqrt((u * u).sum(axis=(3, 4)) * (v * v).sum(axis=(3, 4)))
        correlation = _worst((u * v).sum(axis=(3, 4)) / norm, 0.0)
    total = first.sizes["time"]
    time = np.arange(total, dtype=np.float64)
    if "time" in first.coords and np.issubdtype(first["time"].dtype, np.number):
        time = first["time"].values.astype(np.float64)
    step = (time[-1] - time[0]) / (total - 1) if total > 1 else 1.0
    below = correlation[:, :, :, np.newaxis] < np.asarray(thresholds)
    below &= frames.there[:, :, np.newaxis, np.newaxis]
    censored = ~below.any(axis=1)
    whole = lengths(first)[:, np.newaxis, np.newaxis]
    lead = np.where(censored, whole, below.argmax(axis=1)) * step
    dims = ("trajectory", "channel", "threshold")
    coords = {d: first.coords[d].values for d in ("trajectory", "channel") if d in first.coords}
    result = xr.DataArray(
        lead,
        dims=dims,
        coords={**coords, "threshold": list(thresholds), "censored": (dims, censored)},
        name="correlation_time",
        attrs={"units": str(first.attrs.get("time_unit", "frames"))},
    )
    return result.squeeze([d for d in dims[:2] if result.sizes[d] == 1], drop=True)

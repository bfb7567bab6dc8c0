"""How complex a series is between order and noise: three measures that read its symbols."""

from __future__ import annotations

from math import factorial, log
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.checks import whole
from dsr.data import as_series, trajectories
from dsr.errors import InputError
from dsr.kernels.complexity import phrases
from dsr.metrics.doors import Floats
from dsr.metrics.invariants.entropy import permutation_entropy

__all__ = ["dispersion_entropy", "lempel_ziv_complexity", "statistical_complexity"]


def statistical_complexity(series: Any, *, order: int = 6, delay: int = 1) -> xr.Dataset:
    """Entropy and Jensen-Shannon complexity of the order patterns of each variable.

    Parameters
    ----------
    series : series
    order : int
        Length of a pattern, 2 to 8.
    delay : int
        Samples between the members of a pattern.

    Returns
    -------
    Dataset
        Over "variable": ``complexity`` (between 0 and 1: 0 for one pattern and for all alike),
        ``normalised`` (permutation entropy over ln order!), ``divergence`` (Jensen-Shannon, from
        the uniform distribution, nats). ``attrs["windows"]`` is the number of patterns read: with
        fewer than some ten times order!, chance looks like complexity.

    Raises
    ------
    InputError
        As in `permutation_entropy`.

    Notes
    -----
    With P the shares of the N = order! patterns, U the uniform ones, S the entropy, the complexity
    is Q (S[(P + U) / 2] - S[P] / 2 - S[U] / 2) S[P] / ln N, where Q makes the largest divergence 1.
    In the plane of entropy and complexity chaos lies high, coloured noise low.

    References
    ----------
    Lopez-Ruiz, Mancini & Calbet, Phys. Lett. A 209, 321 (1995); Rosso, Larrondo, Martin,
    Plastino & Fuentes, Phys. Rev. Lett. 99, 154102 (2007).

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import statistical_complexity
    >>> float(statistical_complexity(np.arange(500.0), order=4).complexity)
    0.0
    """
    patterns = permutation_entropy(series, order=order, delay=delay)
    probability = np.atleast_2d(patterns["probability"].values)
    count = factorial(order)
    divergence = np.maximum(
        0.0,
        _entropy((probability + 1 / count) / 2) - _entropy(probability) / 2 - log(count) / 2,
    )
    most = -0.5 * ((count + 1) / count * log(count + 1) + log(count) - 2 * log(2 * count))
    normalised = _entropy(probability) / log(count)
    result = xr.Dataset(
        {
            "complexity": ("variable", divergence / most * normalised),
            "normalised": ("variable", normalised),
            "divergence": ("variable", divergence, {"units": "nats"}),
        },
        coords={"variable": np.atleast_1d(patterns["variable"].values)},
        attrs={"order": order, "delay": delay, "windows": patterns.attrs["windows"]},
    )
    return result.squeeze("variable" if len(probability) == 1 else [])


def lempel_ziv_complexity(series: Any, *, letters: int = 2) -> xr.Dataset:
    """Count the phrases of each variable that it had never shown before (Lempel and Ziv 1976).

    Parameters
    ----------
    series : series
    letters : int
        Symbols into which values are cut, 2 to 20, equally full by the quantiles of the variable
        over all trajectories; 2 is above the median, or not.

    Returns
    -------
    Dataset
        Over "variable": ``phrases`` (summed over trajectories, each parsed by itself) and
        ``complexity``, phrases times log(T) over T with the logarithm to the base ``letters``:
        near 1 for independent symbols, 0 in the limit for a periodic series. With several
        trajectories it is their mean, weighted by length.

    Raises
    ------
    InputError
        If a trajectory has fewer than 20 samples, holds NaN, or ``letters`` is out of range.

    Notes
    -----
    The limit is reached slowly: independent bits give about 1.06 at 1,000 samples and 1.02 at
    100,000. Compare series of the same length. A finely sampled flow gives long runs of one symbol.

    References
    ----------
    Lempel & Ziv, IEEE Trans. Inf. Theory 22, 75 (1976);
    Kaspar & Schuster, Phys. Rev. A 36, 842 (1987).

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import lempel_ziv_complexity
    >>> bits = np.array([0, 0, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1] * 2)[:20]
    >>> int(lempel_ziv_complexity(bits).phrases)  # 0.001.10.100.1000.101...
    7
    """
    letters = _between("letters", letters, 2, 20)
    checked, parts = _checked(series, 20)
    rows = []
    for v in range(checked.sizes["variable"]):
        columns = [part[:, v] for part in parts]
        cuts = np.quantile(np.concatenate(columns), np.arange(1, letters) / letters)
        found = [
            int(phrases(np.searchsorted(cuts, c, side="left").astype(np.int64), letters))
            for c in columns
        ]
        scaled = sum(n * log(c.size) / log(letters) for n, c in zip(found, columns, strict=True))
        rows.append((sum(found), scaled / sum(c.size for c in columns)))
    return xr.Dataset(
        {
            "phrases": ("variable", [row[0] for row in rows]),
            "complexity": ("variable", [row[1] for row in rows]),
        },
        coords={"variable": checked["variable"].values},
        attrs={"letters": letters},
    ).squeeze("variable" if len(rows) == 1 else [])


def dispersion_entropy(
    series: Any, *, length: int = 3, classes: int = 6, delay: int = 1
) -> xr.Dataset:
    """Entropy of the patterns of classes of values, for each variable.

    Parameters
    ----------
    series : series
    length : int
        Classes in a pattern.
    classes : int
        Number of classes; values are put into them by the normal distribution with their mean and
        deviation.
    delay : int
        Samples between the members of a pattern.

    Returns
    -------
    Dataset
        Over "variable": ``entropy`` (nats), ``normalised`` (over ``length * ln classes``) and
        ``missing`` (patterns never seen). Counts are summed over trajectories.
        ``attrs["windows"]`` is the number of patterns read.

    Raises
    ------
    InputError
        If a trajectory is shorter than one pattern, holds NaN, an option is out of range, or there
        are more than a million patterns.

    Notes
    -----
    Unlike `permutation_entropy` it sees amplitudes, and ties are no trouble. With few samples
    against ``classes ** length`` patterns it is too low.

    References
    ----------
    Rostaghi & Azami, IEEE Signal Process. Lett. 23, 610 (2016).

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import dispersion_entropy
    >>> x = np.array([9, 8, 1, 12, 5, -3, 1.5, 8.01, 2.99, 4, -1, 10])
    >>> round(float(dispersion_entropy(x, length=2, classes=3).entropy), 4)  # figure 1 of the paper
    1.8462
    """
    from scipy.special import ndtr

    length, delay = whole("length", length), whole("delay", delay)
    classes = _between("classes", classes, 2, 1000)
    if classes**length > 1_000_000:
        raise InputError(
            f"{classes} classes in patterns of {length} make {classes**length} patterns; pass "
            "fewer classes or a shorter length, so that there are at most a million"
        )
    checked, parts = _checked(series, (length - 1) * delay + 2)
    counts = np.zeros((checked.sizes["variable"], classes**length), dtype=np.int64)
    windows = 0
    for part in parts:
        windows += len(part) - (length - 1) * delay
    for v in range(len(counts)):
        pooled = np.concatenate([part[:, v] for part in parts])
        scale = pooled.std(ddof=1)
        for part in parts:
            centred = (part[:, v] - pooled.mean()) / (scale if scale > 0 else 1.0)
            # The rounding of the paper, classes from 1 on; the ends stay inside.
            one = np.clip(np.round(classes * ndtr(centred) + 0.5), 1, classes).astype(np.int64) - 1
            size = one.size - (length - 1) * delay
            code = np.zeros(size, dtype=np.int64)
            for m in range(length):
                code = code * classes + one[m * delay : m * delay + size]
            counts[v] += np.bincount(code, minlength=classes**length)
    entropy = np.maximum(0.0, _entropy(counts / windows))
    return xr.Dataset(
        {
            "entropy": ("variable", entropy, {"units": "nats"}),
            "normalised": ("variable", entropy / (length * log(classes))),
            "missing": ("variable", (counts == 0).sum(axis=1)),
        },
        coords={"variable": checked["variable"].values},
        attrs={"length": length, "classes": classes, "delay": delay, "windows": windows},
    ).squeeze("variable" if len(counts) == 1 else [])


def _entropy(probability: Floats) -> Floats:
    """Shannon entropy over the last axis, nats."""
    logs = np.log(probability, where=probability > 0, out=np.zeros_like(probability))
    return np.asarray(-(probability * logs).sum(axis=-1))


def _between(name: str, value: int, least: int, most: int) -> int:
    if not least <= whole(name, value) <= most:
        raise InputError(f"{name} must be from {least} to {most}, not {value}")
    return int(value)


def _checked(series: Any, minimum: int) -> tuple[xr.DataArray, list[NDArray[np.float64]]]:
    checked = as_series(series, minimum=minimum, name="series")
    if "variable" not in checked.dims:
        raise InputError("the series is a field; select points or modes of it first")
    return checked, list(trajectories(checked))

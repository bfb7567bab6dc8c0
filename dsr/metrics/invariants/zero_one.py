"""The 0-1 test: chaos or regular motion from one series, without a state space."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from dsr.checks import whole
from dsr.data import trajectories
from dsr.errors import InputError
from dsr.metrics.doors import Floats, reference_series
from dsr.metrics.spectra.timescales import mean_period

__all__ = ["zero_one_test"]

CHAOTIC, REGULAR = 0.8, 0.2
# The correlation runs over a tenth of the samples: with fewer than fifty lags it tells little.
FEWEST = 500
PER_PERIOD = 4
RESAMPLES = 500


def zero_one_test(
    series: Any, *, stride: int | None = None, frequencies: int = 100, seed: int = 0
) -> xr.Dataset:
    r"""Tell chaos from regular motion by the growth of a driven random walk (0-1 test).

    A variable :math:`\phi` drives :math:`p_c(n) = \sum_{j \le n} \phi(j) \, e^{ijc}`. Regular
    motion keeps it bounded, chaos makes it diffuse: K is the correlation of its mean square
    displacement, less the oscillating part, with time.

    Parameters
    ----------
    series : series
        Each variable by itself.
    stride : int, optional
        Every how many samples are used. Default: two samples in a mean period of the variable, for
        a finely sampled flow looks regular; a map keeps every sample.
    frequencies : int
        Number of random c between pi/5 and 4 pi/5.
    seed : int
        Of the c, and of the bootstrap over them.

    Returns
    -------
    Dataset
        Over "variable": ``K`` (median over c; near 1 for chaos, near 0 for regular motion), ``low``
        and ``high`` (95 % interval of the median over c, by bootstrap), ``verdict`` ("chaotic" if
        ``low`` is above 0.8, "regular" if ``high`` is below 0.2, otherwise "undecided"),
        ``stride``, ``samples`` (used, of the longest trajectory); ``correlation`` over
        ("variable", "frequency"). With several trajectories ``correlation`` is the median over
        them. ``attrs["subsampling"]`` says which samples were used.

    Raises
    ------
    InputError
        If a series has fewer than 50 samples, holds NaN or does not vary.

    Notes
    -----
    The interval is one over c: it does not hold what another recording would give. Fewer than 500
    samples after the stride are "undecided". Noise diffuses too, and is "chaotic": ask first
    whether the series is deterministic.

    References
    ----------
    Gottwald & Melbourne, SIAM J. Appl. Dyn. Syst. 8, 129 (2009), section 3 (correlation method).

    Examples
    --------
    >>> import dsr
    >>> x = dsr.simulate("logistic", steps=3000, parameters={"r": 4.0})
    >>> str(dsr.metrics.zero_one_test(x).verdict.values)
    'chaotic'
    """
    checked = reference_series(series, minimum=50, name="series")
    if stride is not None:
        stride = whole("stride", stride)
    frequencies = whole("frequencies", frequencies, least=10)
    parts = trajectories(checked)
    rng = np.random.default_rng(whole("seed", seed, least=0))
    angles = rng.uniform(np.pi / 5, 4 * np.pi / 5, frequencies)
    picks = rng.integers(0, frequencies, (RESAMPLES, frequencies))
    rows: list[dict[str, Any]] = []
    for v in range(checked.sizes["variable"]):
        columns = [part[:, v] for part in parts]
        step = default_stride(columns) if stride is None else stride
        longest = max(-(-c.size // step) for c in columns)
        if longest < 20:
            raise InputError(
                f"a stride of {step} leaves {longest} samples of the series; the 0-1 test needs "
                "20 at the least, so pass a smaller stride or a longer series"
            )
        used = [c[::step] for c in columns if -(-c.size // step) >= 20]
        found = np.median([_correlations(c, angles) for c in used], axis=0)
        low, high = np.quantile(np.median(found[picks], axis=1), [0.025, 0.975])
        word = "chaotic" if low > CHAOTIC else "regular" if high < REGULAR else "undecided"
        rows.append(
            {
                "K": float(np.median(found)), "low": low, "high": high, "stride": step,
                "verdict": word if longest >= FEWEST else "undecided", "samples": longest,
                "correlation": found,
            }
        )  # fmt: skip
    names = [name for name in rows[0] if name != "correlation"]
    return xr.Dataset(
        {
            **{name: ("variable", [row[name] for row in rows]) for name in names},
            "correlation": (("variable", "frequency"), np.array([r["correlation"] for r in rows])),
        },
        coords={"variable": checked["variable"].values, "frequency": angles},
        attrs={
            "subsampling": f"{PER_PERIOD} samples in a mean period of the variable"
            if stride is None
            else "the stride given",
            "chaotic_above": CHAOTIC,
            "regular_below": REGULAR,
            "fewest_samples": FEWEST,
            "seed": seed,
        },
    ).squeeze("variable" if len(rows) == 1 else [])


def default_stride(columns: list[Floats]) -> int:
    """Every how many samples are used: four in a mean period (about 4 steps of a map or noise)."""
    period = float(np.median([mean_period(column) for column in columns]))
    return max(1, int(period // PER_PERIOD))


def _correlations(column: Floats, angles: Floats) -> Floats:
    """K_c for each c: correlation over lags 1 ... N / 10 of the corrected displacement."""
    lags = np.arange(1, column.size // 10 + 1)
    scaled = (column - column.mean()) / column.std()
    # The mean is put back after scaling: the correction is made for it, and units drop out of K.
    values = scaled + column.mean() / column.std()
    out = np.empty(angles.size)
    for k, angle in enumerate(angles):
        growth = displacement(values, angle, lags.size)
        growth = growth - values.mean() ** 2 * (1 - np.cos(lags * angle)) / (1 - np.cos(angle))
        out[k] = np.corrcoef(lags, growth)[0, 1] if lags.size > 1 else 0.0
    return np.nan_to_num(out)


def displacement(values: Floats, angle: float, lags: int) -> Floats:
    """Mean square displacement ``M_c(n)``, n = 1 ... lags, of the walk, over its first N - lags.

    The sum over products of the walk with itself later is a correlation, done by FFT.
    """
    walk = np.cumsum(values * np.exp(1j * angle * np.arange(1, values.size + 1)))
    walk -= walk.mean()
    first = values.size - lags
    size = 1 << int(values.size + first - 1).bit_length()
    crossed = np.fft.ifft(np.fft.fft(walk, size) * np.fft.fft(walk[:first], size).conj())
    products = crossed[1 : lags + 1].real
    squares = np.concatenate([[0.0], np.cumsum(np.abs(walk) ** 2)])
    later = squares[first + 1 : first + lags + 1] - squares[1 : lags + 1]
    return np.asarray((squares[first] + later - 2.0 * products) / first)

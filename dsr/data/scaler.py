"""One scaler for everything: mean and standard deviation of the training series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsr.data.doors import trajectories
from dsr.errors import InputError

Floats = NDArray[np.float64]


class Scaler(NamedTuple):
    """Shift and scale of each variable.

    Parameters
    ----------
    mean, std : ndarray (N,)
        In original units; `std` with ``ddof=1``, and 1 for a variable that does not vary.

    Examples
    --------
    >>> import numpy as np
    >>> scaler = Scaler.fit(np.array([[0.0, 1.0], [2.0, 5.0]]))
    >>> scaler.mean
    array([1., 3.])
    >>> scaler.inverse(scaler.transform([2.0, 5.0]))
    array([2., 5.])
    """

    mean: Floats
    std: Floats

    @classmethod
    def fit(cls, series: Any) -> Scaler:
        """Mean and standard deviation over all valid samples of all trajectories.

        Parameters
        ----------
        series : series
            Anything `dsr.data.as_series` takes; of a field, all valid cells of each channel count.

        Returns
        -------
        Scaler

        Raises
        ------
        InputError
            If there are fewer than two samples, or what `dsr.data.as_series` refuses.
        """
        parts = trajectories(series)
        if parts[0].ndim > 2:
            return cls._of_channels(parts)
        values = np.concatenate(parts)
        if len(values) < 2:
            raise InputError("one sample has no standard deviation; give at least two")
        mean = values.mean(axis=0)
        std = values.std(axis=0, ddof=1)
        # The mean of a constant is off by rounding; what is below that is not variation.
        varies = std > 1e-14 * np.abs(values).max(axis=0)
        return cls(mean, np.where(varies, std, 1.0))

    @classmethod
    def _of_channels(cls, parts: list[Floats]) -> Scaler:
        count = parts[0].shape[1]
        whole = [np.concatenate([part[:, c].ravel() for part in parts]) for c in range(count)]
        columns = [values[np.isfinite(values)] for values in whole]
        if min(column.size for column in columns) < 2:
            raise InputError("a channel of the field has no two values; leave it out")
        std = np.array([column.std(ddof=1) for column in columns])
        varies = std > 1e-14 * np.array([np.abs(column).max() for column in columns])
        return cls(np.array([column.mean() for column in columns]), np.where(varies, std, 1.0))

    def transform(self, values: Any) -> Floats:
        """Standardise an array ``(..., N)`` in original units."""
        return np.asarray((np.asarray(values, dtype=np.float64) - self.mean) / self.std)

    def inverse(self, values: Any) -> Floats:
        """Give a standardised array ``(..., N)`` in original units."""
        return np.asarray(np.asarray(values, dtype=np.float64) * self.std + self.mean)

    def to_dict(self) -> dict[str, list[float]]:
        """Plain values, for files."""
        return {"mean": self.mean.tolist(), "std": self.std.tolist()}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Scaler:
        """Read what `to_dict` wrote.

        Raises
        ------
        InputError
            If it is not a mean and a positive standard deviation of equal length.
        """
        try:
            mean = np.asarray(document["mean"], dtype=np.float64)
            std = np.asarray(document["std"], dtype=np.float64)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError("the scaling of this model cannot be read; it is damaged") from error
        good = mean.ndim == 1 and mean.shape == std.shape and bool(np.isfinite(mean).all())
        if not (good and np.isfinite(std).all() and (std > 0.0).all()):
            raise InputError(
                "the scaling of this model is damaged: mean and std must be finite, std positive"
            )
        return cls(mean, std)

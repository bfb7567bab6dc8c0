"""One scaler for everything: mean and standard deviation of the training series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsr.errors import InputError

Floats = NDArray[np.float64]


class Scaler(NamedTuple):
    """Shift and scale of each variable.

    Attributes
    ----------
    mean, std : arrays, (N,)
        In original units.

    Examples
    --------
    >>> import numpy as np
    >>> scaler = Scaler.fit(np.array([[0.0, 1.0], [2.0, 5.0]]))
    >>> scaler.mean
    array([1., 3.])
    """

    mean: Floats
    std: Floats

    @classmethod
    def fit(cls, series: Any) -> Scaler:
        """Mean and standard deviation (``ddof=1``) over all samples of all trajectories."""
        from dsr.data.series import trajectories

        values = np.concatenate(trajectories(series))
        std = values.std(axis=0, ddof=1)
        return cls(values.mean(axis=0), np.where(std > 0.0, std, 1.0))

    def transform(self, values: Any) -> Floats:
        """Standardise ``(..., N)``."""
        return np.asarray((np.asarray(values, dtype=np.float64) - self.mean) / self.std)

    def inverse(self, values: Any) -> Floats:
        """Original units of standardised ``(..., N)``."""
        return np.asarray(np.asarray(values, dtype=np.float64) * self.std + self.mean)

    def to_dict(self) -> dict[str, list[float]]:
        """Plain values, for files."""
        return {"mean": self.mean.tolist(), "std": self.std.tolist()}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Scaler:
        """Read what `to_dict` wrote."""
        mean = np.asarray(document["mean"], dtype=np.float64)
        std = np.asarray(document["std"], dtype=np.float64)
        good = mean.ndim == 1 and mean.shape == std.shape and np.isfinite(mean).all()
        if not (good and np.isfinite(std).all() and (std > 0.0).all()):
            raise InputError("the scaling of this model is damaged")
        return cls(mean, std)

"""Fields compared in the space of their leading modes (proper orthogonal decomposition)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.data import make_series
from dsr.errors import InputError
from dsr.metrics.doors import bounded
from dsr.metrics.fields.frames import as_field

__all__ = ["Modes", "pod_divergence"]

Floats = NDArray[np.float64]


def pod_divergence(
    reference: Any,
    generated: Any,
    *,
    training: Any = None,
    energy: float = 0.95,
    modes: int | None = None,
    seed: int = 0,
) -> xr.DataArray:
    """State-space divergence of two fields in the space of the training fields' leading modes.

    Parameters
    ----------
    reference, generated : fields on the same grid
    training : field, optional
        The fields whose modes, mean and amplitudes are used; the reference if not given.
    energy : float
        Share of the variance that the modes must hold; their number is cut at 20.
    modes : int, optional
        Number of modes instead.
    seed : int
        Of the Gaussian-mixture method (more than 5 modes).

    Returns
    -------
    DataArray (scalar)
        As `dsr.metrics.state_space_divergence`; attrs ``modes``, ``energy``.

    Raises
    ------
    InputError
        If grids differ, the training field is constant in time, or has too few frames.

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import pod_divergence
    >>> rng = np.random.default_rng(0)
    >>> shape = np.sin(np.arange(8.0))[:, None] * np.ones(8)
    >>> field = rng.standard_normal((400, 1, 1)) * shape
    >>> float(pod_divergence(field, field, modes=1))
    0.0
    """
    from dsr.metrics.geometry.state_space import state_space_divergence

    if modes is not None and (isinstance(modes, bool) or not isinstance(modes, int) or modes < 1):
        raise InputError(f"modes must be a whole number of at least 1, not {modes!r}")
    if not 0.0 < energy <= 1.0:
        raise InputError(f"energy must be a share above 0 and up to 1, not {energy!r}")
    first = as_field(reference, name="reference field")
    second = as_field(generated, name="generated field", strict=False)
    third = first if training is None else as_field(training, name="training field")
    if not first.shape[2:] == second.shape[2:] == third.shape[2:]:
        raise InputError(
            f"the grids differ: reference {first.shape[2:]}, generated {second.shape[2:]}, "
            f"training {third.shape[2:]} (channel, y, x); interpolate to one grid"
        )
    basis = Modes.of(third, energy=energy, count=modes)
    result: xr.DataArray = state_space_divergence(
        basis.project(first), basis.project(second), seed=seed
    )
    result.attrs |= {"modes": basis.number, "energy": basis.energy}
    if not bounded(second.values):
        result.attrs["reason"] = "the generated field is not finite"
    return result


class Modes(NamedTuple):
    """Leading modes of a field (proper orthogonal decomposition)."""

    mean: Floats
    basis: Floats
    amplitude: Floats
    energy: float

    @property
    def number(self) -> int:
        """Number of modes."""
        return len(self.amplitude)

    @classmethod
    def of(cls, field: xr.DataArray, *, energy: float = 0.95, count: int | None = None) -> Modes:
        """Modes that hold a share of the variance over all frames, at most 20."""
        flat = field.values.reshape(-1, int(np.prod(field.shape[2:])))
        mean = flat.mean(axis=0)
        _, sigma, directions = np.linalg.svd(flat - mean, full_matrices=False)
        share = np.cumsum(sigma**2) / max(float(np.sum(sigma**2)), 1e-300)
        if not sigma[0] > 0:
            raise InputError("the training field does not vary in time; its modes are undefined")
        if count is None:
            count = min(20, int(np.searchsorted(share, energy)) + 1)
        count = min(int(count), int(np.sum(sigma > 1e-12 * sigma[0])))
        amplitude = sigma[:count] / np.sqrt(flat.shape[0] - 1)
        return cls(mean, directions[:count].T, amplitude, float(share[count - 1]))

    def project(self, field: xr.DataArray) -> xr.DataArray:
        """Standardised coefficients of a field, as a series."""
        values = field.values.reshape(*field.shape[:2], -1)
        attrs = field.attrs
        with np.errstate(all="ignore"):
            return make_series(
                (values - self.mean) @ self.basis / self.amplitude,
                variables=[f"mode {m + 1}" for m in range(self.number)],
                dt=float(attrs.get("dt", 1.0)),
                time_unit=str(attrs.get("time_unit", "step")),
            )

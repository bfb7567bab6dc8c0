"""Fields compared in the space of their leading modes (proper orthogonal decomposition)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dsr.checks import share, whole
from dsr.data import make_series
from dsr.data.series import lengths
from dsr.errors import InputError
from dsr.kernels.principal import principal_directions
from dsr.metrics.doors import Floats, bounded
from dsr.metrics.fields.frames import as_field, check_grid, valid_cells

__all__ = ["Modes", "pod_divergence"]

_MOST_MODES = 20


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

    modes = None if modes is None else whole("modes", modes)
    energy = share("energy", energy, zero=False)
    first = as_field(reference, name="reference field")
    second = as_field(generated, name="generated field", strict=False)
    third = first if training is None else as_field(training, name="training field")
    check_grid(first, second)
    check_grid(first, third)
    valid = valid_cells(first) & valid_cells(third)
    basis = Modes.of(third, energy=energy, count=modes, valid=valid)
    result: xr.DataArray = state_space_divergence(
        basis.project(first), basis.project(second), seed=seed
    )
    result.attrs |= {"modes": basis.number, "energy": basis.energy}
    if not bounded(second.values[..., valid]):
        result.attrs["reason"] = "the generated field is not finite"
    return result


class Modes(NamedTuple):
    """Leading modes of a field (proper orthogonal decomposition), over its valid cells."""

    valid: NDArray[np.bool_]
    mean: Floats
    basis: Floats
    amplitude: Floats
    energy: float

    @property
    def number(self) -> int:
        """Number of modes."""
        return len(self.amplitude)

    @classmethod
    def of(
        cls,
        field: xr.DataArray,
        *,
        energy: float = 0.95,
        count: int | None = None,
        valid: NDArray[np.bool_] | None = None,
    ) -> Modes:
        """Modes that hold a share of the variance over all frames, at most 20.

        Cells that are not in ``valid``, by default those that are never finite, are left out.
        """
        cells = valid_cells(field) if valid is None else valid
        flat = np.concatenate(_rows(field, cells, lengths(field)))
        mean = flat.mean(axis=0)
        held = np.zeros(0)

        def leading(sigma: Floats) -> int:
            nonlocal held
            held = np.cumsum(sigma**2) / np.sum(sigma**2)
            wanted = (
                min(_MOST_MODES, int(np.searchsorted(held, energy)) + 1) if count is None else count
            )
            return min(wanted, len(sigma))

        directions, sigma = principal_directions(flat - mean, leading)
        if not len(sigma):
            raise InputError("the training field does not vary in time; its modes are undefined")
        amplitude = sigma / np.sqrt(flat.shape[0] - 1)
        return cls(cells, mean, directions, amplitude, float(held[len(sigma) - 1]))

    def project(self, field: xr.DataArray, like: xr.DataArray | None = None) -> xr.DataArray:
        """Standardised coefficients of a field, as a series; lengths are those of ``like``."""
        attrs = field.attrs
        ends = lengths(field if like is None else like)
        parts = _rows(field, self.valid, ends)
        with np.errstate(all="ignore"):
            return make_series(
                [(part - self.mean) @ self.basis / self.amplitude for part in parts],
                variables=[f"mode {m + 1}" for m in range(self.number)],
                dt=float(attrs.get("dt", 1.0)),
                time_unit=str(attrs.get("time_unit", "step")),
            )


def _rows(field: xr.DataArray, valid: NDArray[np.bool_], ends: NDArray[np.int64]) -> list[Floats]:
    """Valid cells of the frames of each trajectory, ``(T_i, cells)``."""
    pairs = zip(field.values, ends, strict=True)
    cells = np.flatnonzero(valid)  # many times faster than the mask itself
    return [values[:end].reshape(end, -1).take(cells, axis=1) for values, end in pairs]

"""Fields compared in the space of their leading modes (proper orthogonal decomposition)."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from dsr.data import make_series
from dsr.errors import InputError
from dsr.metrics.fields import as_field

__all__ = ["pod_divergence"]


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
    from dsr.metrics.state_space import state_space_divergence

    first = as_field(reference, name="reference field")
    second = as_field(generated, name="generated field", strict=False)
    third = first if training is None else as_field(training, name="training field")
    if not first.shape[2:] == second.shape[2:] == third.shape[2:]:
        raise InputError(
            f"the grids differ: reference {first.shape[2:]}, generated {second.shape[2:]}, "
            f"training {third.shape[2:]} (channel, y, x); interpolate to one grid"
        )
    flat = third.values.reshape(-1, int(np.prod(third.shape[2:])))
    mean = flat.mean(axis=0)
    _, sigma, directions = np.linalg.svd(flat - mean, full_matrices=False)
    share = np.cumsum(sigma**2) / max(float(np.sum(sigma**2)), 1e-300)
    if not sigma[0] > 0:
        raise InputError("the training field does not vary in time; its modes are undefined")
    if modes is None:
        modes = min(20, int(np.searchsorted(share, energy)) + 1)
    modes = min(int(modes), int(np.sum(sigma > 1e-12 * sigma[0])))
    basis = directions[:modes].T
    amplitude = sigma[:modes] / np.sqrt(flat.shape[0] - 1)

    def project(field: xr.DataArray) -> xr.DataArray:
        values = field.values.reshape(*field.shape[:2], -1)
        with np.errstate(all="ignore"):
            return make_series(
                (values - mean) @ basis / amplitude,
                variables=[f"mode {m + 1}" for m in range(modes)],
            )

    result: xr.DataArray = state_space_divergence(project(first), project(second), seed=seed)
    result.attrs |= {"modes": modes, "energy": float(share[modes - 1])}
    return result

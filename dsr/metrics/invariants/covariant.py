"""Covariant Lyapunov vectors: the directions that stretch by each exponent, at every state.

The QR method alone gives orthonormal vectors that depend on the past only. Going back through its
triangular factors gives the vectors that the tangent map itself carries along.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from dsr.errors import DivergedError, InputError
from dsr.metrics.doors import Floats
from dsr.metrics.invariants.escape import gone
from dsr.metrics.invariants.orbits import Orbit, prepare_orbit

_DEFAULT_DECOMPOSITIONS = 6_000
_SINGULAR = 1e-13


def covariant_lyapunov_vectors(
    system_or_model: Any,
    *,
    steps: int | None = None,
    duration: float | None = None,
    transient: float | None = None,
    count: int | None = None,
    parameters: Any = None,
    initial: Any = None,
    seed: int = 0,
) -> xr.Dataset:
    r"""Covariant Lyapunov vectors along an orbit (Ginelli et al. 2007).

    Forward, ``J Q_{n-1} = Q_n R_n``; backward, ``C_{n-1} = R_n^{-1} C_n`` with unit columns from a
    random upper-triangular start; the vectors are ``Q_n C_n``.

    Parameters
    ----------
    system_or_model
        As in `lyapunov_spectrum`.
    steps : int, optional
        Steps of the orbit after the transient (default: 6,000 decompositions, which is every step
        of a map or model and several steps of a flow). The first third is left out, so that the
        orthonormal vectors have settled, and the last, so that the triangular ones have.
    duration, transient, count, parameters, initial, seed
        As in `lyapunov_spectrum`.

    Returns
    -------
    xarray.Dataset
        Over the middle third of the orbit: ``vector`` ("time", "component", "index"), unit
        columns; ``state`` ("time", "component"); ``local_exponent`` ("time", "index"), the growth
        of each vector up to that time; ``angle`` ("time", "index", "other"), in radians between 0
        and pi / 2; ``exponent`` ("index"), the mean of the local ones, and ``exponent_qr``, from
        the triangular factors of the same window, with which it must agree.

    Raises
    ------
    InputError
        If the orbit is too short, or the tangent map is singular on it, so that a direction is
        forgotten and has no past.
    DivergedError
        If the orbit leaves the finite numbers.

    Examples
    --------
    The second vector of a flow with exponents (+, 0, -) points along the flow.

    >>> import dsr
    >>> found = covariant_lyapunov_vectors("lorenz63", steps=6000)
    >>> x, y, z = found["state"].values.T
    >>> flow = np.stack([10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z], axis=1)
    >>> flow /= np.linalg.norm(flow, axis=1)[:, None]
    >>> cosine = np.abs((flow * found["vector"].values[:, :, 1]).sum(axis=1))
    >>> bool(cosine.min() > 0.999)
    True
    """
    rng = np.random.default_rng(seed)
    place = (transient, count, parameters, initial)
    if steps is None and duration is None:
        setting = prepare_orbit(system_or_model, None, None, *place, rng).setting
        steps = _DEFAULT_DECOMPOSITIONS * setting.interval
        rng = np.random.default_rng(seed)
    orbit = prepare_orbit(system_or_model, steps, duration, *place, rng)
    every = orbit.setting.interval
    decompositions = orbit.setting.total // every
    Q, R, states = _forward(orbit, decompositions, rng)
    begin, end = decompositions // 3, decompositions - decompositions // 3
    vectors, growth = _backward(Q, R, begin, end, rng)
    interval = every * orbit.setting.time_per_step
    return _dataset(vectors, growth / interval, R, states, begin, interval, orbit, seed)


def _forward(
    orbit: Orbit, decompositions: int, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Orthonormal and triangular factors, and the state, at every decomposition."""
    setting = orbit.setting
    size, count, every = orbit.size, setting.vectors, setting.interval
    V = np.ascontiguousarray(np.linalg.qr(rng.standard_normal((size, count)))[0])
    unused = np.empty((1, count))
    orbit.settle(V)
    Q = np.empty((decompositions + 1, size, count))
    R = np.empty((decompositions + 1, count, count))
    states = np.empty((decompositions + 1, size))
    Q[0], R[0], states[0] = np.linalg.qr(V)[0], np.eye(count), orbit.state
    for n in range(1, decompositions + 1):
        V[:] = Q[n - 1]
        # An interval longer than the block leaves the vectors as the tangent map made them.
        orbit.advance(V, unused, every, every + 1)
        if not np.isfinite(V).all() or gone(orbit.state, orbit.bounded):
            raise DivergedError(
                f"the orbit leaves to infinity: it is beyond 1e12 after {n * every} steps; start "
                "elsewhere with initial="
            )
        Q[n], R[n] = np.linalg.qr(V)
        states[n] = orbit.state
    # What is left of a vector besides the ones before it, as a share of its length.
    share = np.abs(np.diagonal(R, axis1=1, axis2=2)) / np.maximum(np.linalg.norm(R, axis=1), 1e-300)
    smallest = share.min(axis=0)
    if not (smallest > _SINGULAR).all():
        regular = int(np.argmax(~(smallest > _SINGULAR)))
        raise InputError(
            f"the tangent map is singular on this orbit: only {regular} directions have a past; "
            f"ask for count={regular} or fewer"
            if regular
            else "the tangent map is singular on this orbit, so that no direction has a past"
        )
    return Q, R, states


def _backward(
    Q: Floats, R: Floats, begin: int, end: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Unit covariant vectors at decompositions ``begin .. end``, and their log growth up to each.

    The growth belongs to the interval that ends at a decomposition, so the first has none.
    """
    from scipy.linalg import solve_triangular

    last, count = len(R) - 1, R.shape[1]
    C = np.triu(rng.standard_normal((count, count)))
    C /= np.linalg.norm(C, axis=0)
    vectors = np.empty((end - begin, Q.shape[1], count))
    growth = np.empty((end - begin, count))
    for n in range(last, begin, -1):
        if n <= end:
            vectors[n - begin - 1] = Q[n] @ C
        C = solve_triangular(R[n], C, check_finite=False)
        norms = np.linalg.norm(C, axis=0)
        C /= norms
        if n <= end:
            growth[n - begin - 1] = -np.log(norms)
    return vectors, growth


def _dataset(
    vectors: Floats, local: Floats, R: Floats, states: Floats, begin: int, interval: float,
    orbit: Orbit, seed: int,
) -> xr.Dataset:  # fmt: skip
    kept = slice(begin + 1, begin + 1 + len(vectors))
    diagonal = np.abs(np.diagonal(R[kept], axis1=1, axis2=2))
    cosine = np.abs(np.einsum("tci,tcj->tij", vectors, vectors))
    unit = orbit.setting.unit
    per = {"units": "per step" if unit == "step" else f"per {unit}"}
    index = np.arange(1, vectors.shape[2] + 1)
    return xr.Dataset(
        {
            "vector": (("time", "component", "index"), vectors),
            "state": (("time", "component"), states[kept]),
            "local_exponent": (("time", "index"), local, per),
            "angle": (
                ("time", "index", "other"), np.arccos(np.minimum(cosine, 1.0)), {"units": "rad"}
            ),
            "exponent": ("index", local.mean(axis=0), per),
            "exponent_qr": ("index", np.log(diagonal).mean(axis=0) / interval, per),
        },
        coords={
            "time": ("time", interval * np.arange(1, len(vectors) + 1), {"units": unit}),
            "index": index,
            "other": index,
        },
        attrs={
            "interval": interval,
            "left_out": begin * interval,
            "transient": orbit.setting.transient * orbit.setting.time_per_step,
            "seed": seed,
        },
    )  # fmt: skip

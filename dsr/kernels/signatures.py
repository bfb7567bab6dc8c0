"""Signatures of compiled systems: what every compiled right-hand side and Jacobian looks like.

Integrators and Lyapunov kernels take such functions as arguments (numba first-class functions).
Since the signature is fixed, a kernel is compiled once for all systems and cached on disk.
"""

from __future__ import annotations

from numba import float64, types

RHS_SIGNATURE = types.void(float64, float64[::1], float64[::1], float64[::1])
"""``f(t, x, p, out)``: write dx/dt (flow) or the next state (map) into ``out`` (n,)."""

JACOBIAN_SIGNATURE = types.void(float64, float64[::1], float64[::1], float64[:, ::1])
"""``J(t, x, p, out)``: write the matrix d f_i / d x_j into ``out`` (n, n), every entry of it."""

RHS_TYPE = types.FunctionType(RHS_SIGNATURE)
"""Type of a right-hand side as an argument of a compiled kernel."""

JAC_TYPE = types.FunctionType(JACOBIAN_SIGNATURE)
"""Type of a Jacobian as an argument of a compiled kernel."""

"""Generalized teacher forcing: the forcing strength and how it adapts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsr.errors import InputError

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class GeneralizedTeacherForcing:
    r"""Generalized teacher forcing (GTF): states are pulled towards the data by a share ``alpha``.

    After each prediction the state becomes ``(1 - alpha) z_t + alpha x_t`` on the observed units,
    so that Jacobian products shrink by ``1 - alpha`` per step (Hess, Monfared, Brenner,
    Durstewitz, ICML 2023, eq. 6-8). With ``alpha=None`` the strength follows the model: every
    ``every`` updates

    .. math:: \hat\alpha = \max(0, 1 - 1/\max_s \exp(\overline{\log\|J_t\|}))

    is estimated on the batch (the *product* estimator: the maximum over sequences ``s`` of the
    geometric mean norm); ``alpha`` jumps up to it at once and decays to it by the factor
    ``decay``.

    Parameters
    ----------
    alpha : float, optional
        Constant strength in [0, 1]; None (default) for the adaptive one.
    estimator : {"product"}
        How the Jacobian products are estimated.
    start : float
        First ``alpha`` of the adaptive scheme.
    decay : float
        Share of the old value kept per estimate when it decays (``gamma``).
    every : int
        Updates between two estimates.
    times : int
        Points per window at which Jacobians are taken.

    Raises
    ------
    InputError
        For a strength outside [0, 1] or an unknown estimator.

    Examples
    --------
    >>> GeneralizedTeacherForcing(alpha=0.1).adaptive
    False
    >>> GeneralizedTeacherForcing().next_alpha(1.0, 0.2)
    0.9992
    """

    alpha: float | None = None
    estimator: str = "product"
    start: float = 1.0
    decay: float = 0.999
    every: int = 5
    times: int = 25

    def __post_init__(self) -> None:
        for name in ("alpha", "start", "decay"):
            value = getattr(self, name)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise InputError(f"{name} must be a number in [0, 1], not {value!r}")
            if not 0.0 <= value <= 1.0:
                raise InputError(
                    f"{name}={value} is outside [0, 1]; choose a share between 0 and 1"
                )
        if self.estimator != "product":
            raise InputError(
                f"unknown estimator {self.estimator!r} of the forcing strength; use 'product'"
            )
        if self.every < 1 or self.times < 1:
            raise InputError("every and times of the forcing must be at least 1")

    @property
    def adaptive(self) -> bool:
        """Whether ``alpha`` follows the model."""
        return self.alpha is None

    def initial_alpha(self) -> float:
        """Strength before the first update."""
        return self.start if self.alpha is None else float(self.alpha)

    def due(self, update: int) -> bool:
        """Whether an estimate is made before update number ``update`` (counted from 0)."""
        return self.adaptive and update % self.every == 0

    def estimate(self, mean_log_norms: NDArray[np.float64]) -> float:
        """Strength that bounds the gradients of a batch with these mean log norms."""
        norm = float(np.exp(np.max(mean_log_norms)))
        return max(0.0, 1.0 - 1.0 / norm) if norm > 0.0 else 0.0

    def next_alpha(self, alpha: float, estimate: float) -> float:
        """Jump up to a larger estimate at once, decay towards a smaller one."""
        if not np.isfinite(estimate):
            return alpha
        if estimate > alpha:
            return estimate
        return self.decay * alpha + (1.0 - self.decay) * estimate

    def keep(self, alpha: float, sequences: int, latent: int, observed: int, dtype: Any) -> Floats:
        """Diagonal of ``K``, shape ``(1, sequences * latent)``: 1 - alpha on observed units."""
        row = np.ones((sequences, latent), dtype)
        row[:, :observed] = 1.0 - alpha
        return row.reshape(1, -1)

    def to_dict(self) -> dict[str, Any]:
        """Settings as plain values, for files."""
        return {
            "kind": "generalized teacher forcing",
            "alpha": "adaptive" if self.alpha is None else float(self.alpha),
            "estimator": self.estimator,
            "start": self.start,
            "decay": self.decay,
            "every": self.every,
            "times": self.times,
        }

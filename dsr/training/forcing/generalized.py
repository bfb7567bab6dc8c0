"""Generalized teacher forcing: the forcing strength and how it adapts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from dsr.checks import one_of, share, whole
from dsr.training.flat import Flat

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class GeneralizedTeacherForcing(Flat):
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
    alpha : float or "adaptive", optional
        Constant strength in [0, 1]; None (default) or "adaptive" for one that follows the model.
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
        For a strength outside [0, 1], an unknown estimator, or counts below 1.

    References
    ----------
    Hess, Monfared, Brenner & Durstewitz, ICML 2023 (arXiv 2306.04406).

    Examples
    --------
    >>> GeneralizedTeacherForcing(alpha=0.1).adaptive
    False
    >>> GeneralizedTeacherForcing().next_alpha(1.0, 0.2)
    0.9992
    """

    renamed: ClassVar[dict[str, str]] = {
        "start": "alpha_start", "decay": "alpha_decay", "every": "alpha_every",
        "times": "alpha_times",
    }  # fmt: skip
    owner: ClassVar[str] = "generalized teacher forcing"

    alpha: float | str | None = None
    estimator: str = "product"
    start: float = 1.0
    decay: float = 0.999
    every: int = 5
    times: int = 25

    def __post_init__(self) -> None:
        alpha = None if self.alpha in (None, "adaptive") else share("alpha", self.alpha)
        checked: dict[str, Any] = {"alpha": alpha}
        checked |= {name: share(name, getattr(self, name)) for name in ("start", "decay")}
        checked |= {name: whole(name, getattr(self, name)) for name in ("every", "times")}
        one_of("estimator", self.estimator, ("product",))
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def adaptive(self) -> bool:
        """Whether ``alpha`` follows the model."""
        return self.alpha is None

    def settled(self, trajectories: list[NDArray[np.float64]]) -> Self:
        """Nothing depends on the series."""
        del trajectories
        return self

    def initial(self) -> float:
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

    def next(
        self, update: int, strength: float, norms: Callable[[int], NDArray[np.float64]]
    ) -> float:
        """Strength of an update: estimated anew where that is due."""
        if not self.due(update):
            return strength
        return self.next_alpha(strength, self.estimate(norms(self.times)))

    def keep(
        self, strength: float, sequences: int, latent: int, observed: int, dtype: Any
    ) -> Floats:
        """Diagonal of ``K``, shape ``(1, sequences * latent)``: 1 - alpha on observed units."""
        row = np.ones((sequences, latent), dtype)
        row[:, :observed] = 1.0 - strength
        return row.reshape(1, -1)

    def facts(self, strength: float) -> dict[str, float]:
        """The strength ``alpha``."""
        return {"alpha": strength}

    def to_flat(self) -> dict[str, Any]:
        """Settings as plain values under their flat names; ``"adaptive"`` for no constant alpha."""
        alpha = "adaptive" if self.alpha is None else self.alpha
        return {**super().to_flat(), "alpha": alpha}

    def record(self) -> dict[str, Any]:
        """Kind and settings as plain values, for files."""
        return {"kind": "generalized teacher forcing", **self.to_flat()}

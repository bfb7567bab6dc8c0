"""Sparse teacher forcing: the data replace the observed states every few steps."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from dsr.checks import whole
from dsr.errors import InputError
from dsr.text import suggestion
from dsr.training.flat import Flat

Floats = NDArray[np.floating]

RULES = ("lyapunov", "autocorrelation", "mutual-information")
_LONGEST = 20_000
"""Samples of a trajectory that an interval is chosen from."""


@dataclass(frozen=True)
class SparseTeacherForcing(Flat):
    r"""Sparse (identity) teacher forcing: observed states are replaced every ``interval`` steps.

    After the prediction of time t of a window has entered the loss, the observed states become the
    data where t is a multiple of the interval; in between the model runs freely, and no gradient
    passes a replaced state. The interval should be near the time over which the system can be
    predicted: longer ones let gradients explode in a chaotic system, shorter ones hide slow motion.

    Parameters
    ----------
    interval : int or {"lyapunov", "autocorrelation", "mutual-information"}
        Steps between two replacements, or the rule that chooses them from the training series when
        training begins (medians over the variables and trajectories):

        - ``"lyapunov"``: the predictability time :math:`\ln 2 / \lambda_{max}`, with the largest
          exponent estimated from the data;
        - ``"autocorrelation"``: first fall of the autocorrelation to 1/e;
        - ``"mutual-information"``: first minimum of the delayed mutual information.

    Raises
    ------
    InputError
        For an interval below 1 or a rule that does not exist.

    References
    ----------
    Mikhaeil, Monfared & Durstewitz, NeurIPS 2022 (arXiv 2110.07238); Brenner et al., ICML 2022.

    Examples
    --------
    >>> SparseTeacherForcing(2).keep(1.0, 1, 3, 2, float)
    array([[1., 1., 1.],
           [0., 0., 1.]])
    """

    renamed: ClassVar[dict[str, str]] = {}
    owner: ClassVar[str] = "sparse teacher forcing"

    interval: int | str = "lyapunov"
    rule: str = field(default="", init=False)

    def __post_init__(self) -> None:
        if not isinstance(self.interval, str):
            object.__setattr__(self, "interval", whole("interval", self.interval))
        elif self.interval not in RULES:
            raise InputError(
                f"unknown interval {self.interval!r}; give a whole number of steps, or a rule: "
                f"{suggestion(self.interval, RULES)}"
            )

    @classmethod
    def flat_names(cls) -> dict[str, str]:
        """Flat name of every setting, and the field it sets."""
        return {"interval": "interval"}

    def settled(self, trajectories: list[NDArray[np.float64]]) -> Self:
        """The same forcing with its interval in steps, chosen from the series by the rule."""
        if not isinstance(self.interval, str):
            return self
        chosen = replace(self, interval=_chosen(self.interval, trajectories))
        object.__setattr__(chosen, "rule", self.interval)
        return chosen

    def initial(self) -> float:
        """What is replaced is replaced wholly."""
        return 1.0

    def next(
        self, update: int, strength: float, norms: Callable[[int], NDArray[np.float64]]
    ) -> float:
        """The strength does not change."""
        del update, norms
        return strength

    def keep(
        self, strength: float, sequences: int, latent: int, observed: int, dtype: Any
    ) -> Floats:
        """Diagonals of ``K_t``, ``(interval, sequences * latent)``: 0 where data replace states."""
        rows = np.ones((whole("interval", self.interval), sequences, latent), dtype)
        rows[-1, :, :observed] = 1.0 - strength
        return rows.reshape(len(rows), -1)

    def facts(self, strength: float) -> dict[str, float]:
        """Nothing changes, so nothing is recorded."""
        del strength
        return {}

    def record(self) -> dict[str, Any]:
        """Kind, interval in steps, and the rule that chose it."""
        chosen = {"rule": self.rule} if self.rule else {}
        return {"kind": "sparse teacher forcing", "interval": self.interval, **chosen}


def _chosen(rule: str, trajectories: list[NDArray[np.float64]]) -> int:
    """Interval in samples."""
    from dsr.data import make_series
    from dsr.metrics import delay_time, largest_lyapunov_from_data

    series = make_series([part[:_LONGEST] for part in trajectories], dt=1.0)
    if rule != "lyapunov":
        delays = delay_time(series, method=rule.replace("-", " "))["delay"]
        return max(1, round(float(np.median(delays))))
    exponent = float(largest_lyapunov_from_data(series)["exponent"])
    if not exponent > 0.0:
        raise InputError(
            "the training series shows no positive Lyapunov exponent to choose the forcing "
            "interval by; give interval= a number of steps, or 'mutual-information'"
        )
    return max(1, round(math.log(2.0) / exponent))

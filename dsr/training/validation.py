"""The declared rule that chooses a model: long free runs scored on a stretch training never sees.

Loss and short forecasts do not see a model that has left the attractor for a cycle or a point, so
the score compares long free runs with the validation stretch:

    score = D_stsp / floor + D_H / floor + log10(PE(n) / PE_persistence(n))

averaged over eight starts, four evenly spread over the stretch and its four most outlying states,
since a model goes astray first where the data is rare; the floors are the same distances between
the validation stretch and the training stretch. The smallest score wins, ties go to the earlier
update.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsr.metrics.geometry.state_space import BinnedReference
from dsr.metrics.spectra.distances import SpectralReference
from dsr.training.protocol import Trainable

Floats = NDArray[np.float64]

_STARTS = 8
_LONGEST_RUN = 100_000
_LEAST_DIVERGENCE_FLOOR = 0.02
_LEAST_HELLINGER_FLOOR = 0.01
_FORECAST_STARTS = 500


class Score(NamedTuple):
    """One validation: the total, its parts, each a mean over starts."""

    total: float
    divergence: float
    hellinger: float
    skill: float


class Validator:
    """Scores the free runs of a model against a validation stretch.

    Parameters
    ----------
    training, validation : list of arrays, (T_i, N)
        Standardised trajectories; ``validation[i]`` follows ``training[i]``.
    horizon : int
        Steps of the short forecast.

    Notes
    -----
    With more than three variables the state-space part is taken on the first three principal
    components of the training stretch, so that the histogram stays cheap and filled.
    """

    rule = (
        "mean of D_stsp/floor + D_H/floor + log10(PE(20)/PE_persistence(20)) over long free runs "
        "from 4 spread and 4 outlying states of the validation stretch; smallest wins, ties to "
        "the earlier"
    )

    def __init__(self, training: list[Floats], validation: list[Floats], horizon: int = 20) -> None:
        longest = max(validation, key=len)
        self._project = _projection(np.concatenate(training))
        pooled = np.concatenate(validation)
        independent = np.concatenate(training)[-_LONGEST_RUN:]
        self._steps = len(independent)
        self._transient = max(200, self._steps // 4)
        self._space = BinnedReference(self._project(pooled), _bins(len(pooled)))
        self._spectra = SpectralReference(longest)
        self._starts = _chosen_starts(longest)
        self.divergence_floor = max(
            self._space.divergence(self._project(independent)), _LEAST_DIVERGENCE_FLOOR
        )
        nearest = max(training, key=len)[-len(longest) :]
        self.hellinger_floor = max(self._spectra.distance(nearest), _LEAST_HELLINGER_FLOOR)
        self._forecast = _forecast_pairs(validation, horizon)
        self._horizon = min(horizon, len(longest) - 1)

    def score(self, model: Trainable, theta: Floats) -> Score:
        """Score the model with parameters ``theta``; a diverging run gets a large finite score."""
        runs = model.free_run(theta, self._starts, self._transient + self._steps)
        runs = runs[self._transient :]
        starts = range(len(self._starts))
        divergence = [self._space.divergence(self._project(runs[:, s])) for s in starts]
        hellinger = [self._spectra.distance(runs[:, s]) for s in starts]
        skill = self._skill(model, theta)
        mean_divergence = float(np.mean(divergence))
        mean_hellinger = float(np.mean(hellinger))
        total = (
            mean_divergence / self.divergence_floor + mean_hellinger / self.hellinger_floor + skill
        )
        return Score(total, mean_divergence, mean_hellinger, skill)

    def _skill(self, model: Trainable, theta: Floats) -> float:
        """Log ratio of the forecast error to that of persistence, clipped to +-6."""
        starts, targets = self._forecast
        forecast = model.free_run(theta, starts, self._horizon)[-1]
        error = float(np.mean((forecast - targets) ** 2))
        persistence = float(np.mean((starts - targets) ** 2))
        if not np.isfinite(error):
            return 6.0
        ratio = max(error, 1e-300) / max(persistence, 1e-300)
        return float(np.clip(np.log10(ratio), -6.0, 6.0))


def _chosen_starts(values: Floats) -> Floats:
    """Half of the starts evenly spread in time, half the most outlying states, apart in time."""
    spread = np.linspace(0, len(values) - 1, _STARTS // 2).astype(int)
    covariance = np.atleast_2d(np.cov(values.T))
    centred = values - values.mean(axis=0)
    distance = (centred @ np.linalg.pinv(covariance) * centred).sum(axis=1)
    apart = len(values) // (4 * _STARTS)
    outlying: list[int] = []
    for row in np.argsort(-distance, kind="stable"):
        if all(abs(int(row) - other) > apart for other in outlying):
            outlying.append(int(row))
        if len(outlying) == _STARTS - len(spread):
            break
    return np.ascontiguousarray(values[[*spread, *outlying]])


def _bins(samples: int) -> int:
    """30 bins as published, fewer where the stretch could not fill them."""
    return int(np.clip(round((samples / 4.0) ** (1 / 3) * 2.0), 5, 30))


class _Projection(NamedTuple):
    matrix: Floats | None

    def __call__(self, values: Floats) -> Floats:
        if self.matrix is None:
            return values
        with np.errstate(invalid="ignore", over="ignore"):
            return np.ascontiguousarray(values @ self.matrix)


def _projection(values: Floats) -> _Projection:
    if values.shape[1] <= 3:
        return _Projection(None)
    _, vectors = np.linalg.eigh(np.cov(values.T))
    return _Projection(np.ascontiguousarray(vectors[:, ::-1][:, :3]))


def _forecast_pairs(parts: list[Floats], horizon: int) -> tuple[Floats, Floats]:
    """Starts and what follows them ``horizon`` steps later, evenly spread, within trajectories."""
    horizon = min(horizon, max(len(part) for part in parts) - 1)
    usable = [part for part in parts if len(part) > horizon]
    starts = np.concatenate([part[:-horizon] for part in usable])
    targets = np.concatenate([part[horizon:] for part in usable])
    chosen = np.linspace(0, len(starts) - 1, min(len(starts), _FORECAST_STARTS)).astype(int)
    return np.ascontiguousarray(starts[chosen]), targets[chosen]

"""The declared rule that chooses a model: long free runs scored on a stretch training never sees.

Loss and short forecasts do not see a model that has left the attractor for a cycle or a point, so
the score compares long free runs with the validation stretch:

    score = D_stsp / floor + D_H / floor + log10(PE(n) / PE_persistence(n))

averaged over eight starts, four evenly spread over the stretch and its four most outlying states,
since a model goes astray first where the data is rare; the floors are the same distances between
the validation stretch and the training stretch. The smallest score wins, ties go to the earlier
update. A driven model is driven by the validation stretch's own inputs, so that its runs begin in
the first quarter of it and are no longer than what is left.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsr.metrics.geometry.state_space import BinnedReference
from dsr.metrics.spectra.distances import SpectralReference
from dsr.training.protocol import FreeRun

Floats = NDArray[np.float64]

_STARTS = 8
_LONGEST_RUN = 100_000
_LEAST_DIVERGENCE_FLOOR = 0.02
_LEAST_HELLINGER_FLOOR = 0.01
_FORECAST_STARTS = 500


class Validator:
    """Scores the free runs of a model against a validation stretch.

    Parameters
    ----------
    training, validation : list of arrays, (T_i, N)
        Standardised trajectories; ``validation[i]`` follows ``training[i]``.
    horizon : int
        Steps of the short forecast.
    inputs : list of arrays, (T_i, K), optional
        Standardised external inputs beside the validation trajectories.

    Notes
    -----
    With more than three variables the state-space part is taken on the first three principal
    components of the training stretch, so that the histogram stays cheap and filled.

    Examples
    --------
    >>> wave = np.sin(0.3 * np.arange(1000.0))[:, None]
    >>> def still(start, steps, inputs=None):
    ...     return np.repeat(start[None], steps, axis=0)
    >>> scores = Validator([wave[:800]], [wave[800:]]).score(still)
    >>> round(scores["skill"], 3)  # as good as persistence, which it is
    0.0
    """

    rule = (
        "mean of D_stsp/floor + D_H/floor + log10(PE(20)/PE_persistence(20)) over long free runs "
        "from 4 spread and 4 outlying states of the validation stretch; smallest wins, ties to "
        "the earlier"
    )

    def __init__(
        self,
        training: list[Floats],
        validation: list[Floats],
        horizon: int = 20,
        inputs: list[Floats] | None = None,
    ) -> None:
        which = max(range(len(validation)), key=lambda k: len(validation[k]))
        longest = validation[which]
        self._project = _projection(np.concatenate(training))
        pooled = np.concatenate(validation)
        early = longest if inputs is None else longest[: max(2, len(longest) // 4)]
        rows = _chosen_starts(early)
        self._starts = np.ascontiguousarray(longest[rows])
        self._drive: Floats | None = None
        if inputs is None:
            kept = min(_LONGEST_RUN, sum(len(part) for part in training))
            self._transient = max(200, kept // 4)
        else:
            total = len(longest) - 1 - max(rows)
            self._drive = np.stack([inputs[which][row : row + total] for row in rows], axis=1)
            self._transient = total // 10
            kept = total - self._transient
        independent = np.concatenate(training)[-kept:]
        self._steps = self._transient + kept
        self._space = BinnedReference(self._project(pooled), _bins(len(pooled)))
        self._spectra = SpectralReference(longest)
        self.divergence_floor = max(
            self._space.divergence(self._project(independent)), _LEAST_DIVERGENCE_FLOOR
        )
        nearest = max(training, key=len)[-len(longest) :]
        self.hellinger_floor = max(self._spectra.distance(nearest), _LEAST_HELLINGER_FLOOR)
        self._forecast = _forecast_pairs(validation, horizon, inputs)

    def score(self, run: FreeRun) -> dict[str, float]:
        """Score a model by its free runs; a diverging run gets a large finite score.

        Parameters
        ----------
        run : callable
            Iterates scaled states, see `dsr.training.FreeRun`.

        Returns
        -------
        dict
            ``score`` and its parts ``divergence``, ``hellinger`` (means over starts), ``skill``.
        """
        runs = run(self._starts, self._steps, self._drive)[self._transient :]
        starts = range(len(self._starts))
        divergence = float(
            np.mean([self._space.divergence(self._project(runs[:, s])) for s in starts])
        )
        hellinger = float(np.mean([self._spectra.distance(runs[:, s]) for s in starts]))
        skill = self._skill(run)
        total = divergence / self.divergence_floor + hellinger / self.hellinger_floor + skill
        return {"score": total, "divergence": divergence, "hellinger": hellinger, "skill": skill}

    def _skill(self, run: FreeRun) -> float:
        """Log ratio of the forecast error to that of persistence, clipped to +-6."""
        pairs = self._forecast
        forecast = run(pairs.starts, pairs.horizon, pairs.drive)[-1]
        error = float(np.mean((forecast - pairs.targets) ** 2))
        persistence = float(np.mean((pairs.starts - pairs.targets) ** 2))
        if not np.isfinite(error):
            return 6.0
        ratio = max(error, 1e-300) / max(persistence, 1e-300)
        return float(np.clip(np.log10(ratio), -6.0, 6.0))


def _chosen_starts(values: Floats) -> list[int]:
    """Rows: half evenly spread in time, half of the most outlying states, apart in time."""
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
    return [*map(int, spread), *outlying]


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


class _Pairs(NamedTuple):
    """Starts ``(S, N)``, what follows them ``horizon`` steps later, and what drives them there."""

    starts: Floats
    targets: Floats
    horizon: int
    drive: Floats | None


def _forecast_pairs(parts: list[Floats], horizon: int, inputs: list[Floats] | None) -> _Pairs:
    """Evenly spread over the validation stretch, within trajectories."""
    horizon = min(horizon, max(len(part) for part in parts) - 1)
    offsets = np.concatenate([[0], np.cumsum([len(part) for part in parts])[:-1]])
    rows = np.concatenate(
        [np.arange(offset, offset + len(part) - horizon)
         for offset, part in zip(offsets, parts, strict=True) if len(part) > horizon]
    ).astype(int)  # fmt: skip
    rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), _FORECAST_STARTS)).astype(int)]
    values, drive = np.concatenate(parts), None
    if inputs is not None:
        drive = np.concatenate(inputs)[rows + np.arange(horizon)[:, None]]
    return _Pairs(np.ascontiguousarray(values[rows]), values[rows + horizon], horizon, drive)

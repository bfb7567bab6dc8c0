"""Recurrence of two series: the definition on whole matrices, and small cases by hand."""

from __future__ import annotations

import numpy as np
import pytest

import dsr
from dsr.errors import InputError
from dsr.metrics import cross_recurrence, joint_recurrence, recurrence_quantification

NUMBERS = [
    "recurrence_rate", "determinism", "mean_diagonal", "longest_diagonal", "entropy", "laminarity",
    "trapping_time", "longest_vertical",
]  # fmt: skip


def runs(line: np.ndarray) -> list[int]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(int), [0]])))
    return (edges[1::2] - edges[::2]).tolist()


def share_on_lines(lengths: list[int]) -> float:
    return sum(k for k in lengths if k >= 2) / sum(lengths)


def test_cross_recurrence_equals_the_whole_matrix(rng: np.random.Generator) -> None:
    x = np.cumsum(rng.normal(size=(120, 2)), axis=0)
    y = np.cumsum(rng.normal(size=(90, 2)), axis=0)
    near = np.linalg.norm(x[:, None] - y[None], axis=2) <= 2.0
    found = cross_recurrence(x, y, radius=2.0)
    assert float(found["recurrence_rate"]) == pytest.approx(near.mean(), rel=1e-12)
    diagonal = [k for d in range(-119, 90) for k in runs(np.diagonal(near, d))]
    vertical = [k for row in near for k in runs(row)]
    assert float(found["determinism"]) == pytest.approx(share_on_lines(diagonal), rel=1e-12)
    assert float(found["laminarity"]) == pytest.approx(share_on_lines(vertical), rel=1e-12)
    assert float(found["longest_diagonal"]) == max(diagonal)
    assert float(found["longest_vertical"]) == max(vertical)
    for lag in (-20, 0, 13):
        assert float(found["lag_rate"].sel(lag=lag)) == pytest.approx(np.diagonal(near, lag).mean())


def test_cross_recurrence_by_hand() -> None:
    """x = 0 1 0 1 ..., y = 0 0 1 1 ...: half of all pairs, diagonals of exact length."""
    x, y = np.arange(12) % 2, np.arange(12) // 2 % 2
    found = cross_recurrence(x.astype(float), y.astype(float), radius=0.0)
    assert float(found["recurrence_rate"]) == 0.5
    assert float(found["laminarity"]) == 1.0
    assert float(found["trapping_time"]) == 2.0
    assert float(found["longest_diagonal"]) == 2.0


def test_the_lag_of_a_follower_is_found() -> None:
    x = dsr.simulate("lorenz63", steps=800, dt=0.05, seed=0).values[0]
    found = cross_recurrence(x[11:], x[:-11])
    assert int(found["lag_rate"].idxmax()) == 11
    assert float(found["lag_rate"].max()) == 1.0
    assert float(found["recurrence_rate"]) == pytest.approx(0.05, abs=0.002)


def test_a_series_joined_with_itself_is_the_series_alone(rng: np.random.Generator) -> None:
    x = np.cumsum(rng.normal(size=(200, 2)), axis=0)
    joint = joint_recurrence(x, x, radius=(1.5, 1.5), theiler=3)
    single = recurrence_quantification(x, radius=1.5, theiler=3)
    for name in NUMBERS:
        assert float(joint[name]) == float(single[name]), name


def test_joint_recurrence_equals_the_whole_matrix(rng: np.random.Generator) -> None:
    x, y = np.cumsum(rng.normal(size=(150, 2)), axis=0), np.cumsum(rng.normal(size=150))
    near = np.linalg.norm(x[:, None] - x[None], axis=2) <= 2.0
    both = near & (np.abs(y[:, None] - y[None]) <= 1.0)
    found = joint_recurrence(x, y, radius=(2.0, 1.0))
    off = ~np.eye(150, dtype=bool)
    assert float(found["recurrence_rate"]) == pytest.approx(both[off].mean(), rel=1e-12)
    assert float(found["rate_first"]) == pytest.approx(near[off].mean(), rel=1e-12)
    diagonal = [k for d in range(1, 150) for k in runs(np.diagonal(both, d))]
    vertical = [k for row in both & off for k in runs(row)]
    assert float(found["determinism"]) == pytest.approx(share_on_lines(diagonal), rel=1e-12)
    assert float(found["laminarity"]) == pytest.approx(share_on_lines(vertical), rel=1e-12)


def test_joint_recurrence_by_hand() -> None:
    """Periods 2 and 3 recur together once in 6: the product of their own rates."""
    t = np.arange(600)
    found = joint_recurrence((t % 2).astype(float), (t % 3).astype(float), radius=(0.1, 0.1))
    assert float(found["recurrence_rate"]) == pytest.approx(1 / 6, abs=2e-3)
    assert float(found["excess"]) == pytest.approx(1.0, abs=0.01)
    same = joint_recurrence((t % 3).astype(float), (t % 3).astype(float), radius=(0.1, 0.1))
    assert float(same["excess"]) == pytest.approx(3.0, abs=0.02)


def test_coupled_series_recur_together_and_independent_ones_do_not() -> None:
    run = dsr.simulate("lorenz63", steps=1500, dt=0.05, trajectories=2, seed=0).values
    alone = joint_recurrence(run[0][:, :1], run[1][:, 1:2])
    coupled = joint_recurrence(run[0][:, :1], run[0][:, 1:2])
    assert float(alone["excess"]) == pytest.approx(1.0, abs=0.15)
    assert float(coupled["excess"]) > 2 * float(alone["excess"])


def test_trajectories_are_matched_in_order(rng: np.random.Generator) -> None:
    x, y = rng.normal(size=(2, 60, 1)), rng.normal(size=(2, 60, 1))
    found = cross_recurrence(x, y, radius=0.5)
    assert found.sizes["trajectory"] == 2
    second = cross_recurrence(x[1], y[1], radius=0.5)
    assert float(found["determinism"][1]) == float(second["determinism"])
    assert "median_determinism" in found.attrs


def test_what_does_not_fit_is_refused(rng: np.random.Generator) -> None:
    x, y = rng.normal(size=(50, 2)), rng.normal(size=(40, 1))
    with pytest.raises(InputError, match="variables"):
        cross_recurrence(x, y)
    with pytest.raises(InputError, match="same times"):
        joint_recurrence(x, y)
    with pytest.raises(InputError, match="rate"):
        cross_recurrence(x, x, rate=1.0)
    with pytest.raises(InputError, match="theiler"):
        joint_recurrence(x, x, theiler=0)
    with pytest.raises(InputError, match="radius"):
        joint_recurrence(x, x, radius=(1.0, -1.0))

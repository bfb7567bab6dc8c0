"""Orbit diagrams: periods and bifurcations that are known exactly."""

from __future__ import annotations

import numpy as np
import pytest

import dsr
from dsr.errors import InputError
from dsr.metrics import orbit_diagram


def test_the_logistic_map_doubles_its_period() -> None:
    found = orbit_diagram("logistic", "r", [2.8, 3.2, 3.5, 3.83, 4.0])
    assert found["period"].values[:, 0].tolist() == [1, 2, 4, 3, 0]
    r = 3.2
    cycle = ((r + 1) + np.array([-1, 1]) * np.sqrt((r - 3) * (r + 1))) / (2 * r)
    point = np.unique(found["point"].sel(r=r).values.round(9))
    np.testing.assert_allclose(point, cycle, atol=1e-8)
    fixed = found["point"].sel(r=2.8).values
    np.testing.assert_allclose(fixed, 1 - 1 / 2.8, atol=1e-12)


def test_a_diverging_value_is_told_and_the_others_stand() -> None:
    found = orbit_diagram("logistic", "r", [3.2, 4.5])
    assert found["diverged"].values[:, 0].tolist() == [False, True]
    assert found["count"].values[:, 0].tolist() == [200, 0]
    assert int(found["period"][0, 0]) == 2


def test_a_flow_is_seen_at_its_maxima() -> None:
    """The Rössler system with a = b = 0.2 doubles its period on the way from c = 2.5 to 4."""
    found = orbit_diagram(
        "roessler", "c", [2.5, 3.5, 4.0], duration=400.0, transient=800.0, dt=0.05,
        parameters={"a": 0.2, "b": 0.2},
    )  # fmt: skip
    assert found["period"].values[:, 0].tolist() == [1, 2, 4]
    assert found.attrs["section"] == "maxima"


def test_a_flow_may_be_seen_on_a_plane() -> None:
    found = orbit_diagram(
        "van_der_pol", "mu", [0.5, 1.0], variable="x", plane=([0.0, 1.0], 0.0), duration=200.0,
        transient=200.0,
    )  # fmt: skip
    assert found["period"].values[:, 0].tolist() == [1, 1]
    # The amplitude of van der Pol is near 2; y = 0 is met at the turning points of x.
    assert int(found["count"].min()) > 20
    np.testing.assert_allclose(np.abs(found["point"][:, 0].mean("index")), 2.0, atol=0.03)


def test_a_flow_at_rest_has_no_points() -> None:
    found = orbit_diagram("lorenz63", "rho", [0.5], transient=200.0, duration=20.0)
    assert int(found["count"][0, 0]) == 0
    assert not bool(found["diverged"][0, 0])


def test_following_shows_hysteresis() -> None:
    """x' = p + x - x^3 has two stable rests for |p| < 2 / (3 sqrt 3): the past decides."""
    cubic = dsr.data.System(
        "cubic", lambda t, x, p: [x[0] + 0.1 * (p[0] + x[0] - x[0] ** 3)],
        parameters={"p": 0.0}, initial=[0.5], kind="map", transient=500,
    )  # fmt: skip
    rising = orbit_diagram(cubic, "p", np.linspace(-0.6, 0.6, 13), follow=True, points=5)
    falling = orbit_diagram(cubic, "p", np.linspace(0.6, -0.6, 13), follow=True, points=5)
    up = float(rising["point"].isel(p=6, start=0, index=-1))
    down = float(falling["point"].isel(p=6, start=0, index=-1))
    assert up == pytest.approx(-1.0, abs=1e-6)
    assert down == pytest.approx(1.0, abs=1e-6)
    both = orbit_diagram(
        dsr.data.System(
            "cubic", cubic.rhs, parameters={"p": 0.0}, initial=[0.0], kind="map", transient=500,
            spread=1.0,
        ), "p", [0.0], starts=8, points=5,
    )  # fmt: skip
    assert set(both["point"].values[0, :, -1].round(6)) == {-1.0, 1.0}


def test_the_same_seed_gives_the_same_diagram() -> None:
    one, other = (orbit_diagram("henon", "a", [1.0, 1.4], starts=2, seed=3) for _ in range(2))
    assert one.identical(other)
    third = orbit_diagram("henon", "a", [1.4], starts=2, seed=4)
    assert not np.array_equal(third["point"].values[0], one["point"].values[1])


@pytest.mark.parametrize(
    ("options", "word"),
    [({"parameter": "s"}, "parameter 's'"), ({"values": []}, "values"), ({"points": 0}, "points"),
     ({"variable": "q"}, "variable"), ({"plane": ([1.0], 0.0)}, "map"),
     ({"section": "ends"}, "section")],
)  # fmt: skip
def test_options_are_checked(options: dict[str, object], word: str) -> None:
    settings = {"system": "logistic", "parameter": "r", "values": [3.0], **options}
    with pytest.raises(InputError, match=word):
        orbit_diagram(**settings)

"""A run is judged on, and goes on from, data of its own kind only: names, units, step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import dsr
from dsr.errors import InputError
from dsr.workflow.evaluation import prepared


@pytest.fixture(scope="module")
def lorenz() -> xr.DataArray:
    return dsr.simulate("lorenz63", steps=1500, dt=0.02, seed=1)


@pytest.fixture(scope="module")
def run(lorenz: xr.DataArray, tmp_path_factory: pytest.TempPathFactory) -> dsr.Run:
    return fitted(lorenz, tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def delayed(lorenz: xr.DataArray, tmp_path_factory: pytest.TempPathFactory) -> dsr.Run:
    return fitted(first(lorenz), tmp_path_factory.mktemp("delayed"), embed="3,8")


def first(series: xr.DataArray) -> xr.DataArray:
    return series.isel(variable=[0]).assign_attrs(variable_units=["1"])


def fitted(series: xr.DataArray, folder: Path, **settings: Any) -> dsr.Run:
    return dsr.fit(
        series, model="persistence", out=folder / "run", progress=False, baselines=False, **settings
    )


def other_kinds(series: xr.DataArray) -> dict[str, xr.DataArray]:
    count = series.sizes["variable"]
    return {
        "step": dsr.simulate("lorenz63", steps=1500, dt=0.05).isel(variable=slice(0, count)),
        "time .* in 's'": series.assign_attrs(time_unit="s"),
        "variables a": series.assign_coords(variable=list("abc")[:count]),
        "is in mV": series.assign_attrs(variable_units=["mV"] * count),
    }


@pytest.mark.parametrize("kind", ["step", "time .* in 's'", "variables a", "is in mV"])
def test_another_kind_of_data_is_refused(
    run: dsr.Run, delayed: dsr.Run, lorenz: xr.DataArray, kind: str
) -> None:
    plain = other_kinds(lorenz)[kind]
    alone = other_kinds(first(lorenz))[kind]
    for refuse in (
        lambda: dsr.evaluate(run, plain),
        lambda: dsr.evaluate(run.model, plain),
        lambda: dsr.evaluate(delayed, alone),
        lambda: prepared(run, plain),
        lambda: prepared(delayed, alone),
    ):
        with pytest.raises(InputError, match=kind):
            refuse()


def test_variables_are_found_by_name(run: dsr.Run, delayed: dsr.Run, lorenz: xr.DataArray) -> None:
    turned = lorenz.isel(variable=[2, 0, 1])
    np.testing.assert_array_equal(prepared(run, turned).values, lorenz.values)
    among = prepared(delayed, turned)
    np.testing.assert_array_equal(among.values[0, :, 0], lorenz.values[0, 16:, 0])
    np.testing.assert_array_equal(among.values[0, :, 2], lorenz.values[0, :-16, 0])


def test_a_bare_array_has_no_names_and_step_to_compare(run: dsr.Run, lorenz: xr.DataArray) -> None:
    named = prepared(run, lorenz.values[0])
    assert named["variable"].values.tolist() == ["x", "y", "z"]
    assert named.attrs["dt"] == pytest.approx(0.02)
    assert dsr.evaluate(run, lorenz.values[0]).attrs["verdict"] == "degenerate: frozen"

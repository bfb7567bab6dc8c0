"""Dask-backed input: the numbers of the whole, from one chunk at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

import dsr
from dsr.errors import InputError
from dsr.metrics import nmse, radial_energy_spectrum, rmse, state_space_divergence

dask_array = pytest.importorskip("dask.array")

CHUNK = 700


@pytest.fixture(scope="module")
def runs() -> xr.DataArray:
    return dsr.simulate("lorenz63", steps=5000, dt=0.05, trajectories=2, seed=0)


def watched(series: xr.DataArray, largest: list[int]) -> xr.DataArray:
    """The series in chunks, each noting how many samples were computed at once."""

    def note(block: np.ndarray) -> np.ndarray:
        largest.append(block.shape[1])
        return block

    chunks = (1, CHUNK, *series.shape[2:])
    lazy = dask_array.from_array(series.values, chunks=chunks)
    return series.copy(
        data=lazy.map_blocks(note, dtype=np.float64, meta=np.empty((0,) * series.ndim))
    )


@pytest.mark.parametrize("convention", ["dsr", "icml2023", "neurips2024"])
@pytest.mark.parametrize("bins", [None, 120])
def test_the_divergence_is_that_of_the_whole(
    runs: xr.DataArray, convention: str, bins: int | None
) -> None:
    """120 bins in three variables are more cells than a dense histogram holds."""
    x, y = runs.isel(trajectory=[0]), runs.isel(trajectory=[1])
    seen: list[int] = []
    whole = state_space_divergence(x, y, bins=bins, convention=convention)
    chunked = state_space_divergence(
        watched(x, seen), watched(y, seen), bins=bins, convention=convention
    )
    assert float(chunked) == pytest.approx(float(whole), rel=1e-12)
    assert max(seen) <= CHUNK
    assert chunked.attrs["compared_length"] == whole.attrs["compared_length"]


def test_trajectories_are_kept_apart(runs: xr.DataArray) -> None:
    shifted = runs.roll(trajectory=1)
    whole = state_space_divergence(runs, shifted)
    chunked = state_space_divergence(runs.chunk(time=CHUNK), shifted.chunk(time=CHUNK))
    np.testing.assert_allclose(
        chunked.attrs["per_trajectory"], whole.attrs["per_trajectory"], rtol=1e-12
    )


def test_a_diverged_run_in_chunks_gets_the_same_score(runs: xr.DataArray) -> None:
    x, y = runs.isel(trajectory=[0]), runs.isel(trajectory=[1]).copy()
    y[:, 2500:] = np.inf
    assert float(state_space_divergence(x, y.chunk(time=CHUNK))) == pytest.approx(
        float(state_space_divergence(x, y)), rel=1e-12
    )


def test_references_in_chunks_are_checked(runs: xr.DataArray) -> None:
    x = runs.isel(trajectory=[0])
    bad = x.copy()
    bad[0, 4000, 1] = np.nan
    with pytest.raises(InputError, match="NaN"):
        state_space_divergence(bad.chunk(time=CHUNK), x)
    flat = x.copy()
    flat[..., 2] = 1.0
    with pytest.raises(InputError, match="vary"):
        state_space_divergence(flat.chunk(time=CHUNK), x)
    with pytest.raises(InputError, match="match"):
        state_space_divergence(x.chunk(time=CHUNK), x.isel(variable=[0]))


def test_frames_of_fields_are_compared_in_chunks(rng: np.random.Generator) -> None:
    u, v = (dsr.data.make_series(rng.normal(size=(1, 50, 2, 8, 8)), dt=0.1) for _ in range(2))
    for score in (rmse, nmse):
        whole: Any = score(u, v)
        xr.testing.assert_allclose(score(u.chunk(time=7), v.chunk(time=7)), whole, rtol=1e-12)
    xr.testing.assert_allclose(
        radial_energy_spectrum(u.chunk(time=7)), radial_energy_spectrum(u), rtol=1e-12
    )


def test_evaluate_takes_what_dask_holds(runs: xr.DataArray) -> None:
    x, y = runs.isel(trajectory=[0]), runs.isel(trajectory=[1])
    lazy = dsr.metrics.evaluate(x.chunk(time=CHUNK), y.chunk(time=CHUNK))
    assert lazy.attrs["verdict"] == dsr.metrics.evaluate(x, y).attrs["verdict"]

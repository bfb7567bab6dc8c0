"""Make ``lorenz63.nc``: two noise-free trajectories of Lorenz-63, one to train and one to test on.

Run ``python datasets/make_lorenz63.py``; the file is written beside this script. The starts are two
states on the attractor, 1000 time units after different starts (``simulate`` with ``seed=63``),
written out so that another processor gives the same series for as long as chaos allows.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

import dsr
from dsr.data import write_dataset

STARTS = (
    (-3.896620891134161, -7.031897331930048, 11.193253628981543),
    (-6.238639915142524, 0.09607635464909987, 31.702766119177287),
)
STEPS = 100_000
DT = 0.01


def build(steps: int = STEPS) -> xr.Dataset:
    """Simulate the first `steps` samples of both trajectories, in single precision."""
    series = dsr.simulate("lorenz63", steps=steps, dt=DT, trajectories=2, initial=STARTS)
    dataset = series.astype(np.float32).assign_coords(
        trajectory=[0, 1], split=("trajectory", ["train", "test"])
    )
    dataset.attrs["seed"] = 63
    dataset.attrs["title"] = "Lorenz-63, sigma=10, rho=28, beta=8/3, noise-free"
    dataset.attrs["integrator"] = "DOP853, rtol 1e-10, atol 1e-12"
    return dataset.to_dataset(name="series")


if __name__ == "__main__":
    write_dataset(build(), Path(__file__).with_name("lorenz63.nc"))

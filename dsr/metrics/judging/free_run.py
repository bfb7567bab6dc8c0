"""The free run that a model is judged by: where it starts, how long it is, what it is beside."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from dsr.data import make_series, trajectories
from dsr.errors import InputError
from dsr.metrics.circles import circled
from dsr.metrics.doors import Floats, generated_arrays
from dsr.metrics.judging.pools import Pool
from dsr.metrics.models import context_length, drives_of, name_of
from dsr.metrics.spectra.timescales import autocorrelation, first_crossing
from dsr.protocols import Runs

_DECORRELATION_TIMES = 20
_SHARE_TRANSIENT = 0.25
_LEAST = 20


class FreeRun(NamedTuple):
    """Free runs beside their reference.

    Attributes
    ----------
    targets : list of array (T_i, N)
        The part of each reference trajectory that is compared.
    whole : list of array (transient + T_i, N)
        The runs from their first frame on.
    transient : int
        Frames of each run that are left out.
    series : DataArray or None
        The runs without it, labelled; None where no model was run.
    """

    targets: list[Floats]
    whole: list[Floats]
    transient: int
    series: xr.DataArray | None

    @property
    def compared(self) -> list[Floats]:
        """The runs without their transient."""
        return [run[self.transient :] for run in self.whole]


def free_run(model: Runs, series: xr.DataArray, inputs: Any, seed: int) -> FreeRun:
    """Let a model run from the first samples of each trajectory of a reference.

    Left to itself it runs for the length of the reference after a transient of a quarter of that
    length, or 20 decorrelation times. Driven by the reference's own inputs it can run no longer
    than they do: the transient is taken from inside, and what follows is beside the reference at
    the same times.
    """
    parts = trajectories(series)
    length = context_length(model)
    short = min(len(x) for x in parts)
    if short < length - 1 + _LEAST:
        raise InputError(
            f"a trajectory of the reference has {short} samples, and {name_of(model)} needs "
            f"{length} to start from and {_LEAST} to be judged on; give a longer one"
        )
    drives = drives_of(inputs, series, model)
    dt = float(series.attrs["dt"])
    lead = _transient(circled(series, parts))
    if drives is None:
        transient = lead
        longest = max(len(x) for x in parts)
        first = float(series["time"].values[0])
        start = make_series(np.stack([x[:length] for x in parts]), like=series, start=first)
        steps = transient + longest - length + 1
        runs = generated_arrays(model.generate(start, steps, seed=seed))
        targets = [x[length - 1 :] for x in parts]
        whole = [run[: transient + len(x)] for run, x in zip(runs, targets, strict=True)]
    else:
        transient = min(lead, (short - length) // 2)
        whole = []
        for k, (x, drive) in enumerate(zip(parts, drives, strict=True)):
            one = series.isel(trajectory=[k], time=slice(0, length)).drop_vars(
                "length", errors="ignore"
            )
            made = model.forecast(one, len(x) - length, inputs=drive[: len(x) - 1], seed=seed)
            whole += generated_arrays(made)
        targets = [x[length + transient :] for x in parts]
    compared = [np.ascontiguousarray(run[transient:]) for run in whole]
    labelled = make_series(
        compared, like=series, start=float(series["time"].values[0]) + dt * (length + transient),
        trajectory=series["trajectory"].values, source=f"{name_of(model)} model",
    )  # fmt: skip
    return FreeRun(targets, [np.ascontiguousarray(run) for run in whole], transient, labelled)


def given_run(generated: Any, series: xr.DataArray) -> FreeRun:
    """A series that was made elsewhere, beside its reference."""
    targets, runs = trajectories(series), generated_arrays(generated)
    if runs[0].shape[1] != targets[0].shape[1]:
        raise InputError(
            f"the generated series has {runs[0].shape[1]} variables and the reference "
            f"{targets[0].shape[1]}; pass the same variables in the same order"
        )
    if len(runs) == 1:
        runs = runs * len(targets)
    if len(runs) != len(targets):
        raise InputError(
            f"the reference has {len(targets)} trajectories and the generated series {len(runs)}; "
            "pass equal numbers, or one run"
        )
    least = min(_LEAST, *map(len, targets))
    if min(len(run) for run in runs) < least:
        raise InputError(f"the generated series is too short to judge; {least} samples are needed")
    return FreeRun(targets, runs, 0, None)


def _transient(targets: list[Floats]) -> int:
    """A quarter of the length, or 20 decorrelation times (1/e) where these are longer."""
    longest = max(targets, key=len)
    times = [first_crossing(autocorrelation(c), 1.0 / math.e) or len(c) // 2 for c in longest.T]
    quarter = math.ceil(_SHARE_TRANSIENT * len(longest))
    return min(max(quarter, _DECORRELATION_TIMES * max(times)), 4 * len(longest))


def recordings(targets: list[Floats], others: list[Floats] | None) -> list[tuple[Floats, Pool]]:
    """Each reference trajectory with the independent recordings beside it.

    All of the given ones; else the next trajectory, or the second half of a single one.
    """
    if others is not None:
        return [(target, others) for target in targets]
    if len(targets) > 1:
        following = [*targets[1:], targets[0]]
        return [(target, [other]) for target, other in zip(targets, following, strict=True)]
    half = len(targets[0]) // 2
    return [(targets[0][:half], [targets[0][half:]])]

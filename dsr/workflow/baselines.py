"""Baselines beside a model: fitted to the same training data, judged on the same test part."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from dsr.errors import DivergedError, InputError

if TYPE_CHECKING:
    import xarray as xr

BASELINES = ("sindy", "persistence", "gaussian")
"""Of a series: sparse equations, no change at all, and no dynamics at all."""
FIELD_BASELINES = ("dmd", "climatology", "persistence", "gaussian")
"""Of a field: one linear map, the usual course of a year or a day, and the two above."""

_LARGEST_LIBRARY = 300
_MOST_SAMPLES = 50_000
_CURVE = "rmse_curve"
_ABOUT_TRAJECTORIES = ("largest_lyapunov_exponent",)


def baseline_scores(
    test: xr.DataArray,
    train: xr.DataArray,
    *,
    seed: int = 0,
    leave_out: str = "",
    inputs: xr.DataArray | None = None,
    train_inputs: xr.DataArray | None = None,
) -> xr.Dataset:
    """Fit the baselines to a training series and judge them as a model is judged.

    Parameters
    ----------
    test, train : series or fields
    seed : int
    leave_out : str
        Name of the judged model, which needs no second row.
    inputs, train_inputs : series, optional
        External inputs of both parts, for baselines that they can drive.

    Returns
    -------
    xarray.Dataset
        Over "baseline": ``verdict``, ``reason`` (why there are no scores, else empty), and each
        scalar of `dsr.metrics.evaluate`; of fields also ``rmse_curve`` over "time". What does not
        apply is NaN.

    Notes
    -----
    SINDy is fitted to at most the last 50,000 samples of each trajectory, and left out where its
    polynomial library would have over 300 terms.

    Examples
    --------
    >>> import dsr
    >>> runs = dsr.simulate("lorenz63", steps=3000, dt=0.02, trajectories=2)
    >>> scores = baseline_scores(runs.isel(trajectory=[0]), runs.isel(trajectory=[1]))
    >>> scores["baseline"].values.tolist()
    ['sindy', 'persistence', 'gaussian']
    >>> str(scores["verdict"].sel(baseline="persistence").values)
    'degenerate: frozen'
    """
    import xarray as xr

    from dsr.models.registry import names

    table = BASELINES if "variable" in test.dims else FIELD_BASELINES
    chosen = [name for name in table if name != leave_out and name in names()]
    drives = None if inputs is None or train_inputs is None else (inputs, train_inputs)
    rows = [_row(name, test, train, drives, seed) for name in chosen]
    data: dict[str, Any] = {
        key: ("baseline", [str(row[key]) for row in rows]) for key in ("verdict", "reason")
    }
    for metric in _metrics_of(test):
        data[metric] = (
            "baseline",
            np.array([row["scores"].get(metric, math.nan) for row in rows]),
            {"reason": "NaN where the score does not apply to the baseline"},
        )
    curves = [row["scores"].get(_CURVE, np.zeros(0)) for row in rows]
    longest = max((len(curve) for curve in curves), default=0)
    if longest:
        padded = [np.pad(c, (0, longest - len(c)), constant_values=np.nan) for c in curves]
        data[_CURVE] = (("baseline", "time"), np.array(padded))
    attrs = {"seed": seed, "training_samples": int(train.sizes["time"])}
    return xr.Dataset(data, {"baseline": chosen}, attrs)


def baselines_to_json(scores: xr.Dataset) -> dict[str, dict[str, Any]]:
    """Plain values of `baseline_scores`: ``{NAME: {"verdict", "metrics"}}`` or ``{"reason"}``."""
    result: dict[str, dict[str, Any]] = {}
    for index, name in enumerate(scores["baseline"].values):
        row = scores.isel(baseline=index)
        scalars = [m for m in row.data_vars if m not in ("verdict", "reason", _CURVE)]
        values = {str(m): float(row[m]) for m in scalars}
        result[str(name)] = {
            "verdict": str(row["verdict"].values) or None,
            "reason": str(row["reason"].values) or None,
            "metrics": {m: v if math.isfinite(v) else None for m, v in values.items()},
        }
    return result


def _metrics_of(test: xr.DataArray) -> list[str]:
    """Scores that stand beside every model, by default, of a series or a field."""
    from dsr.metrics.judging.facts import chosen, joined

    series = "variable" in test.dims
    names = chosen(None, fields=not series, model=True)
    return list(joined(names, None, test.sizes["variable"]) if series else names)


def _row(
    name: str,
    test: xr.DataArray,
    train: xr.DataArray,
    drives: tuple[xr.DataArray, xr.DataArray] | None,
    seed: int,
) -> dict[str, Any]:
    from dsr.metrics.judging.scorecard import evaluate
    from dsr.metrics.judging.verdict import NONE, SENTENCES
    from dsr.models.registry import model_class

    drive: dict[str, Any] = {}
    wanted = [
        m for m in _metrics_of(test) if name in ("sindy", "dmd") or m not in _ABOUT_TRAJECTORIES
    ]
    try:
        own = model_class(name)
        if not own.takes_inputs:
            drives = None
        model = _fitted(name, train, None if drives is None else drives[1], seed)
        if drives is not None:
            drive["inputs"] = drives[0]
        scores = evaluate(test, model, independent=train, metrics=wanted, seed=seed, **drive)
    except (InputError, DivergedError, ArithmeticError, ValueError) as error:
        # A baseline that cannot be had costs the model's run nothing.
        return {"verdict": "", "reason": " ".join(str(error).split()), "scores": {}}
    values: dict[str, Any] = {m: float(scores[m]) for m in wanted if m in scores}
    if _CURVE in scores:
        values[_CURVE] = scores[_CURVE].values
    verdict = scores.attrs["verdict"]
    if name == "gaussian" and verdict.startswith("degenerate"):
        # Draws cannot diverge or stand still: the data they are judged on have another spread.
        verdict = SENTENCES[NONE]
    return {"verdict": verdict, "reason": "", "scores": values}


def _fitted(name: str, train: xr.DataArray, inputs: xr.DataArray | None, seed: int) -> Any:
    from dsr.models.registry import create, model_class

    settings: dict[str, Any] = {}
    if name == "sindy":
        observed = train.sizes["variable"]
        settings = model_class(name).suggest(observed)
        terms = math.comb(observed + settings["degree"], settings["degree"])
        if terms > _LARGEST_LIBRARY:
            raise InputError(
                f"a polynomial library of {observed} variables has {terms} terms, more than the "
                f"{_LARGEST_LIBRARY} of a baseline; fit it by itself with model='sindy'"
            )
        train, inputs = _shortened(train), None if inputs is None else _shortened(inputs)
    return create(name, **settings).fit(train, seed=seed, inputs=inputs)


def _shortened(train: xr.DataArray) -> xr.DataArray:
    """The last samples of each trajectory."""
    from dsr.data import make_series, trajectories

    if train.sizes["time"] <= _MOST_SAMPLES:
        return train
    parts = [part[-_MOST_SAMPLES:] for part in trajectories(train)]
    equal = len({len(part) for part in parts}) == 1
    return make_series(np.stack(parts) if equal else parts, like=train)

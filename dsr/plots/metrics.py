"""Scores that are curves: growth of the prediction error, and the Lyapunov spectrum."""

from __future__ import annotations

from typing import Any

import numpy as np

from dsr.errors import InputError
from dsr.plots.prepare import float32
from dsr.plots.theme import DATA, MODEL, MUTED, OTHER, finish, label, log_axis, with_unit


def prediction_error(metrics: Any, *, title: str | None = None) -> Any:
    """Draw the prediction error over steps ahead, against repeating the last value.

    Parameters
    ----------
    metrics : xarray.Dataset
        With ``prediction_error_curve`` over ``step`` and, if there,
        ``prediction_error_persistence``, as `dsr.metrics.evaluate` makes it.
    title : str, optional

    Returns
    -------
    plotly.graph_objects.Figure

    Raises
    ------
    InputError
        If the scores hold no curve.

    Examples
    --------
    >>> import xarray as xr
    >>> curve = ("step", [0.001, 0.004, 0.01])
    >>> metrics = xr.Dataset({"prediction_error_curve": curve}, {"step": [1, 2, 3]})
    >>> prediction_error(metrics).layout.yaxis.type
    'log'
    """
    import plotly.graph_objects as go

    if "prediction_error_curve" not in metrics:
        raise InputError("no prediction_error_curve here; evaluate a model, not its run")
    figure = go.Figure()
    drawn = []
    for name, text, colour, dash in (
        ("prediction_error_curve", "model", MODEL, "solid"),
        ("prediction_error_persistence", "persistence", MUTED, "dash"),
    ):
        if name not in metrics:
            continue
        values = np.asarray(metrics[name].values, dtype=np.float64)
        steps = np.asarray(metrics["step"].values, dtype=np.float64)
        good = np.isfinite(values) & (values > 0)
        drawn.append(values[good])
        values = np.where(good, values, np.nan)
        figure.add_trace(
            go.Scatter(
                x=float32(steps), y=float32(values), name=text, mode="lines+markers",
                line={"color": colour, "width": 1.8, "dash": dash}, marker={"size": 5},
                hovertemplate="%{x} steps: %{y:.3~g}",
            )
        )  # fmt: skip
    figure.update_yaxes(title_text="mean squared error", **log_axis(np.concatenate(drawn)))
    figure.update_xaxes(title_text=f"steps ahead{_step_length(metrics)}")
    return finish(figure, height=320, title=title)


def _step_length(metrics: Any) -> str:
    dt, unit = metrics.attrs.get("dt"), metrics.attrs.get("time_unit")
    if dt is None or unit in (None, "", "step"):
        return ""
    return f" (of {float(dt):.4g} {label(unit, 20)})"


def lyapunov_exponents(exponents: Any, *, title: str | None = None) -> Any:
    """Draw a Lyapunov spectrum with its 95 % intervals; rings for one that is not converged.

    Parameters
    ----------
    exponents : xarray.Dataset
        What `dsr.metrics.lyapunov_spectrum` returns, or the dataset of `dsr.metrics.evaluate`.
    title : str, optional

    Returns
    -------
    plotly.graph_objects.Figure

    Raises
    ------
    InputError
        If there are no exponents.

    Examples
    --------
    >>> import xarray as xr
    >>> spectrum = xr.Dataset({"exponent": ("index", [0.9, 0.0, -14.6])}, attrs={"units": "1/s"})
    >>> lyapunov_exponents(spectrum).layout.yaxis.title.text
    'exponent (1/s)'
    """
    import plotly.graph_objects as go

    name = next((n for n in ("exponent", "lyapunov_exponent") if n in exponents), None)
    if name is None:
        raise InputError("no Lyapunov exponents here; draw what lyapunov_spectrum(model) returns")
    values = np.asarray(exponents[name].values, dtype=np.float64)
    index = np.arange(1, len(values) + 1)
    units = exponents.attrs.get("units") or exponents[name].attrs.get("units")
    if not units:
        unit = exponents.attrs.get("time_unit", "")
        units = f"1/{unit}" if unit else ""
    prefix = "" if name == "exponent" else "lyapunov_exponent_"
    spread = None
    if {f"{prefix}low", f"{prefix}high"} <= set(exponents.data_vars):
        above = np.asarray(exponents[f"{prefix}high"].values, dtype=np.float64) - values
        below = values - np.asarray(exponents[f"{prefix}low"].values, dtype=np.float64)
        spread = {
            "type": "data", "symmetric": False, "array": float32(np.abs(above)),
            "arrayminus": float32(np.abs(below)), "thickness": 1.4, "width": 5,
            "color": MUTED,  # not that of the markers, which is a list: plotly reads one colour
        }  # fmt: skip
    # Rings for what is not converged: not the place to read a sign from.
    about = exponents[name].attrs | exponents.attrs
    hollow = str(about.get("converged", "")).lower() == "false"
    figure = go.Figure(
        go.Scatter(
            x=index, y=float32(values), error_y=spread, mode="markers", showlegend=False,
            marker={"size": 9, "color": [_sign_colour(v) for v in values],
                    "line": {"width": 2 if hollow else 0},
                    "symbol": "circle-open" if hollow else "circle"},
            name="exponent, not converged" if hollow else "exponent",
            hovertemplate="λ<sub>%{x}</sub> = %{y:.4~g}<extra></extra>",
        )
    )  # fmt: skip
    figure.add_hline(y=0, line={"color": MUTED, "width": 1, "dash": "dot"})
    figure.update_xaxes(title_text="index", dtick=1 if len(values) <= 12 else None)
    figure.update_xaxes(range=[0.5, len(values) + 0.5])
    figure.update_yaxes(title_text=with_unit("exponent", units))
    return finish(figure, height=320, title=title)


def _sign_colour(value: float) -> str:
    """Growing directions as the model's colour, shrinking ones as the data's."""
    if not np.isfinite(value) or abs(value) < 1e-9:
        return OTHER
    return MODEL if value > 0 else DATA

"""Scaling regions: the curve that an estimate was read from, and the part that was used."""

from __future__ import annotations

from typing import Any

import numpy as np

from dsr.errors import InputError
from dsr.plots.prepare import float32
from dsr.plots.theme import DATA, MODEL, finish, log_axis, with_unit


def scaling_region(estimate: Any, *, title: str | None = None) -> Any:
    """Draw what a dimension or an exponent was fitted to, with the chosen region and its slope.

    Parameters
    ----------
    estimate : xarray.Dataset
        What `dsr.metrics.correlation_dimension` or `dsr.metrics.largest_lyapunov_from_data`
        returned.
    title : str, optional

    Returns
    -------
    plotly.graph_objects.Figure
        The curve, the region shaded, and the fitted slope as a line through its middle.

    Raises
    ------
    InputError
        If it is neither.

    Examples
    --------
    >>> import dsr
    >>> points = dsr.simulate("henon", steps=3000)
    >>> figure = scaling_region(dsr.metrics.correlation_dimension(points))
    >>> figure.layout.xaxis.type, figure.layout.yaxis.type
    ('log', 'log')
    """
    import plotly.graph_objects as go

    if "correlation_sum" in estimate:
        name, x, curve = "dimension", "radius", "correlation_sum"
        texts = ("correlation sum", "radius", "share of pairs nearer than it")
    elif "log_distance" in estimate:
        name, x, curve = "exponent", "lag", "log_distance"
        unit = with_unit("lag", estimate["lag"].attrs.get("units"))
        texts = ("mean log distance", unit, "mean logarithm of the distance")
    else:
        raise InputError(
            "no scaling region here; draw what correlation_dimension or largest_lyapunov_from_data "
            "returns"
        )
    # A dimension is a slope between logarithms, an exponent one of a logarithm over the lag.
    logarithmic = name == "dimension"
    across = np.asarray(estimate[x].values, dtype=np.float64)
    height = np.asarray(estimate[curve].values, dtype=np.float64)
    if logarithmic:
        height = np.where(height > 0.0, height, np.nan)
    region = estimate.attrs.get("scaling_region", estimate.attrs.get("scaling_window"))
    low, high = (float(v) for v in region)
    slope = float(estimate[name])
    figure = go.Figure()
    figure.add_scatter(
        x=float32(across), y=float32(height), mode="lines+markers", name=texts[0],
        line={"color": DATA, "width": 1.2}, marker={"size": 4},
    )  # fmt: skip
    slack = 1e-9 * max(abs(low), abs(high))
    inside = (across >= low - slack) & (across <= high + slack) & np.isfinite(height)
    if inside.any():
        u, v = (np.log(a[inside]) if logarithmic else a[inside] for a in (across, height))
        line = v.mean() + slope * (u - u.mean())
        figure.add_scatter(
            x=float32(across[inside]), y=float32(np.exp(line) if logarithmic else line),
            mode="lines", name=f"slope {slope:.3f}", line={"color": MODEL, "width": 2.5},
        )  # fmt: skip
        figure.add_vrect(low, high, fillcolor=DATA, opacity=0.1, line_width=0)
    figure.update_xaxes(log_axis(across) if logarithmic else {}, title_text=texts[1])
    figure.update_yaxes(log_axis(height) if logarithmic else {}, title_text=texts[2])
    return finish(figure, height=360, title=title or _verdict(estimate, name))


def _verdict(estimate: Any, name: str) -> str:
    value, low, high = (float(estimate[key]) for key in (name, "low", "high"))
    said = "converged" if bool(estimate["converged"]) else "not converged"
    reason = str(estimate.attrs.get("reason") or "")
    why = f": {reason}" if reason and said == "not converged" else ""
    return f"{name} {value:.3f} ({low:.3f} to {high:.3f}), {said}{why}"

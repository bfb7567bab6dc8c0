"""Scaling regions: the curve that an estimate was read from, and the part that was used."""

from __future__ import annotations

from typing import Any

import numpy as np

from dsr.errors import InputError
from dsr.plots.prepare import float32
from dsr.plots.theme import DATA, MODEL, MUTED, finish, label, with_unit


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
    if "correlation_sum" in estimate:
        return _dimension(estimate, title)
    if "log_distance" in estimate:
        return _exponent(estimate, title)
    raise InputError(
        "no scaling region here; draw what correlation_dimension or largest_lyapunov_from_data "
        "returns"
    )


def _dimension(estimate: Any, title: str | None) -> Any:
    radius = np.asarray(estimate["radius"].values, dtype=np.float64)
    sums = np.asarray(estimate["correlation_sum"].values, dtype=np.float64)
    low, high = (float(v) for v in estimate.attrs["scaling_region"])
    slope = float(estimate["dimension"])
    figure = _curve(radius, np.where(sums > 0.0, sums, np.nan), "correlation sum")
    inside = (radius >= low * (1 - 1e-9)) & (radius <= high * (1 + 1e-9)) & (sums > 0.0)
    if inside.any():
        x = np.log(radius[inside])
        y = np.log(sums[inside])
        line = np.exp(y.mean() + slope * (x - x.mean()))
        _fit(figure, radius[inside], line, f"slope {slope:.3f}")
        figure.add_vrect(low, high, fillcolor=DATA, opacity=0.1, line_width=0)
    figure.update_xaxes(type="log", dtick=1, title_text="radius")
    figure.update_yaxes(type="log", title_text="share of pairs nearer than it")
    return finish(figure, height=360, title=title or _verdict(estimate, "dimension"))


def _exponent(estimate: Any, title: str | None) -> Any:
    lag = np.asarray(estimate["lag"].values, dtype=np.float64)
    distance = np.asarray(estimate["log_distance"].values, dtype=np.float64)
    low, high = (float(v) for v in estimate.attrs["scaling_window"])
    slope = float(estimate["exponent"])
    figure = _curve(lag, distance, "mean log distance")
    inside = (lag >= low - 1e-12) & (lag <= high + 1e-12)
    if inside.any():
        line = distance[inside].mean() + slope * (lag[inside] - lag[inside].mean())
        _fit(figure, lag[inside], line, f"slope {slope:.3f}")
        figure.add_vrect(low, high, fillcolor=DATA, opacity=0.1, line_width=0)
    figure.update_xaxes(title_text=with_unit("lag", estimate["lag"].attrs.get("units")))
    figure.update_yaxes(title_text="mean logarithm of the distance")
    return finish(figure, height=360, title=title or _verdict(estimate, "exponent"))


def _curve(x: Any, y: Any, name: str) -> Any:
    import plotly.graph_objects as go

    return go.Figure(
        go.Scatter(
            x=float32(x), y=float32(y), mode="lines+markers", name=name,
            line={"color": DATA, "width": 1.2}, marker={"size": 4},
        )
    )  # fmt: skip


def _fit(figure: Any, x: Any, y: Any, name: str) -> None:
    figure.add_scatter(
        x=float32(x), y=float32(y), mode="lines", name=label(name),
        line={"color": MODEL, "width": 2.5},
    )  # fmt: skip
    figure.update_layout(legend={"font": {"color": MUTED}})


def _verdict(estimate: Any, name: str) -> str:
    value, low, high = (float(estimate[key]) for key in (name, "low", "high"))
    said = "converged" if bool(estimate["converged"]) else "not converged"
    return f"{name} {value:.3f} ({low:.3f} to {high:.3f}), {said}"

"""How a training went: loss, forcing and validation score over updates."""

from __future__ import annotations

from typing import Any

import numpy as np

from dsr.errors import InputError
from dsr.plots.prepare import Floats, float32, min_max
from dsr.plots.theme import DATA, MODEL, MUTED, OTHER, axis_title, finish, log_axis

_PANELS = (("loss", "loss", DATA), ("alpha", "alpha", OTHER), ("score", "validation score", MODEL))


def training_history(history: Any, *, title: str | None = None) -> Any:
    """Draw loss, share of teacher forcing alpha and validation score over updates.

    Parameters
    ----------
    history : xarray.Dataset
        Over ``record``, with ``update`` and any of ``loss``, ``alpha``, ``score``;
        ``attrs["selected_update"]`` is marked. What ``model.history`` holds.
    title : str, optional

    Returns
    -------
    plotly.graph_objects.Figure
        A panel each; logarithmic, on both sides of zero, where it spans decades.

    Raises
    ------
    InputError
        If nothing was recorded.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> record = {"update": [50, 100], "loss": [1.0, 0.1], "score": [9.0, 4.0]}
    >>> history = xr.Dataset({name: ("record", v) for name, v in record.items()})
    >>> len(training_history(history).data)
    2
    """
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    shown = [panel for panel in _PANELS if panel[0] in history and _any_finite(history[panel[0]])]
    if "update" not in history or not shown:
        raise InputError("this training history is empty; draw model.history of a trained model")
    update = np.asarray(history["update"].values, dtype=np.float64)
    rows = len(shown)
    figure = make_subplots(rows=rows, cols=1, shared_xaxes=True, vertical_spacing=0.05)
    chosen = history.attrs.get("selected_update")
    for row, (name, text, colour) in enumerate(shown, 1):
        values = np.asarray(history[name].values, dtype=np.float64)
        heights, axis = _scaled(values)
        kept = min_max(values)
        known = kept[np.isfinite(values[kept])]
        mode = "lines+markers" if len(known) <= 60 else "lines"
        figure.add_trace(
            go.Scatter(
                x=float32(update[known]), y=float32(heights[known]), name=text, mode=mode,
                line={"color": colour, "width": 1.6}, marker={"size": 4}, showlegend=False,
                customdata=float32(values[known]),
                hovertemplate="update %{x}: %{customdata:.4~g}<extra></extra>",
            ),
            row=row, col=1,
        )  # fmt: skip
        figure.update_yaxes(axis, title_text=axis_title(text), row=row, col=1)
        if chosen is not None:
            figure.add_vline(
                x=float(chosen), line={"color": MUTED, "width": 1, "dash": "dot"}, row=row, col=1
            )
            here = np.flatnonzero((update == chosen) & np.isfinite(values))[:1]
            _mark(figure, update[here], heights[here], row, colour)
    figure.update_xaxes(title_text="update", exponentformat="none", row=rows, col=1)
    return finish(figure, height=90 + 130 * rows, title=title)


def _any_finite(values: Any) -> bool:
    return bool(np.isfinite(np.asarray(values.values, dtype=np.float64)).any())


def _scaled(values: Floats) -> tuple[Floats, dict[str, Any]]:
    """Heights and axis of a curve: logarithmic where it spans a decade, on both sides of zero."""
    known = values[np.isfinite(values)]
    size = np.abs(known)
    if np.ptp(known) <= 1e-6 * size.max():
        half = 0.5 * size.max() or 1.0
        return values, {"range": [known[0] - half, known[0] + half]}
    if known.min() > 0:
        return values, log_axis(known) if known.max() > 10 * known.min() else {"nticks": 5}
    near = float(np.quantile(size[size > 0], 0.25))
    if size.max() <= 30 * near:
        return values, {"nticks": 5}
    near = 10.0 ** np.floor(np.log10(near))
    # The inverse hyperbolic sine is linear about zero and a logarithm far from it.
    powers = 10.0 ** np.arange(np.ceil(np.log10(near)), np.floor(np.log10(size.max())) + 1)
    ticks = np.concatenate([-powers[::-1], [0.0], powers])
    ticks = ticks[(ticks >= known.min()) & (ticks <= known.max())]
    places = {"tickvals": np.arcsinh(ticks / near), "ticktext": [f"{t:.4g}" for t in ticks]}
    return np.arcsinh(values / near), places


def _mark(figure: Any, x: Floats, y: Floats, row: int, colour: str) -> None:
    """Put a ring on the record whose parameters were kept."""
    import plotly.graph_objects as go

    figure.add_trace(
        go.Scatter(
            x=x, y=y, mode="markers", name="chosen", showlegend=False, hoverinfo="skip",
            marker={"size": 10, "color": "rgba(0,0,0,0)", "line": {"color": colour, "width": 2}},
        ),
        row=row, col=1,
    )  # fmt: skip

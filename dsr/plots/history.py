"""How a training went: loss, forcing and validation score over updates."""

from __future__ import annotations

from typing import Any

import numpy as np

from dsr.errors import InputError
from dsr.plots.prepare import float32, min_max
from dsr.plots.theme import DATA, MODEL, MUTED, OTHER, finish

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
        kept = min_max(values)
        known = kept[np.isfinite(values[kept])]
        mode = "lines+markers" if len(known) <= 60 else "lines"
        figure.add_trace(
            go.Scatter(
                x=float32(update[known]), y=float32(values[known]), name=text, mode=mode,
                line={"color": colour, "width": 1.6}, marker={"size": 4}, showlegend=False,
                hovertemplate="update %{x}: %{y:.4~g}<extra></extra>",
            ),
            row=row, col=1,
        )  # fmt: skip
        wide = name == "loss" and bool((values[known] > 0).all())
        figure.update_yaxes(title_text=text, row=row, col=1, type="log" if wide else "linear")
        if wide and np.log10(values[known].max() / values[known].min()) > 1:
            figure.update_yaxes(dtick=1, tickfont_size=11, row=row, col=1)
        if np.ptp(values[known]) <= 1e-6 * np.abs(values[known]).max():
            centre = float(values[known[0]])
            half = 0.5 * abs(centre) or 1.0
            figure.update_yaxes(type="linear", range=[centre - half, centre + half], row=row, col=1)
        if chosen is not None:
            figure.add_vline(
                x=float(chosen), line={"color": MUTED, "width": 1, "dash": "dot"}, row=row, col=1
            )
            _mark(figure, update, values, float(chosen), row, colour)
    figure.update_xaxes(title_text="update", exponentformat="none", row=rows, col=1)
    return finish(figure, height=90 + 130 * rows, title=title)


def _any_finite(values: Any) -> bool:
    return bool(np.isfinite(np.asarray(values.values, dtype=np.float64)).any())


def _mark(figure: Any, update: Any, values: Any, chosen: float, row: int, colour: str) -> None:
    """Put a ring on the record whose parameters were kept."""
    import plotly.graph_objects as go

    here = np.flatnonzero((update == chosen) & np.isfinite(values))
    if here.size:
        figure.add_trace(
            go.Scatter(
                x=[float(chosen)], y=[float(values[here[0]])], mode="markers", name="chosen",
                marker={"size": 10, "color": "rgba(0,0,0,0)"},
                marker_line={"color": colour, "width": 2},
                showlegend=False, hovertemplate="chosen: %{y:.4~g}<extra></extra>",
            ),
            row=row, col=1,
        )  # fmt: skip

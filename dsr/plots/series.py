"""Series against time: data, and a model's forecast or free run."""

from __future__ import annotations

from typing import Any

import numpy as np

from dsr.plots.prepare import Drawable, Floats, clipped, drawable, extent, float32, min_max
from dsr.plots.theme import DATA, MODEL, axis_title, finish, with_unit

MOST_VARIABLES = 6


def time_series(
    observed: Any,
    model: Any = None,
    *,
    samples: int = 2_000,
    trajectory: int = 0,
    name: str = "model run",
    elapsed: bool = False,
    title: str | None = None,
) -> Any:
    """Draw a stretch of a series and, over it, what a model made.

    Parameters
    ----------
    observed : series
    model : series, optional
        Forecast or free run, same variables.
    samples : int
        Length of the stretch, from the beginning of each of the two.
    trajectory : int
        Which trajectory, by number.
    name : str
        What the model's curve is called in the legend.
    elapsed : bool
        Count time from the beginning of each of the two, for runs that are not meant to match in
        time; otherwise each keeps its own time axis.
    title : str, optional

    Returns
    -------
    plotly.graph_objects.Figure
        One row for each of the first six variables, with a common time axis.

    Raises
    ------
    InputError
        If one of them is no series, or their variables differ in number.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.sin(np.linspace(0, 20, 400))[:, None]
    >>> [trace.name for trace in time_series(x, 0.9 * x).data]
    ['data', 'model run']
    """
    from plotly.subplots import make_subplots

    data = drawable(observed, name="observed series")
    other = None if model is None else drawable(model, name="model series", like=data)
    rows = min(data.width, MOST_VARIABLES)
    figure = make_subplots(rows=rows, cols=1, shared_xaxes=True, vertical_spacing=0.12 / rows)
    low, high = extent([_stretch(data, trajectory, samples)])
    for row in range(rows):
        _add(figure, data, row, "data", DATA, (low, high), samples, trajectory, elapsed)
        if other is not None:
            _add(figure, other, row, name, MODEL, (low, high), samples, trajectory, elapsed)
        width = 0.35 * (high[row] - low[row])
        drawn = [t.y for t in figure.data if t.yaxis == f"y{row + 1 if row else ''}"]
        bottom, top = extent([np.concatenate(drawn)[:, None].astype(float)])
        limits = [max(bottom[0], low[row] - width), min(top[0], high[row] + width)]
        pad = 0.06 * (limits[1] - limits[0])
        figure.update_yaxes(
            title_text=axis_title(data.names[row], data.units[row] if data.units else ""),
            range=[limits[0] - pad, limits[1] + pad], title_font_size=12, nticks=5,
            row=row + 1, col=1,
        )  # fmt: skip
    word = "time since start" if elapsed else "time"
    figure.update_xaxes(title_text=with_unit(word, data.time_unit), row=rows, col=1)
    height = 110 + 105 * rows if rows > 1 else 280
    return finish(figure, height=height, title=title, showlegend=model is not None)


def _stretch(data: Drawable, trajectory: int, samples: int) -> Floats:
    return data.parts[min(trajectory, len(data.parts) - 1)][:samples]


def _add(
    figure: Any,
    data: Drawable,
    row: int,
    name: str,
    colour: str,
    limits: tuple[Floats, Floats],
    samples: int,
    trajectory: int,
    elapsed: bool,
) -> None:
    import plotly.graph_objects as go

    values = _stretch(data, trajectory, samples)[:, row]
    values = clipped(values, limits[0][row], limits[1][row], 1.5)
    first = data.times(0, 1)[0]
    position: dict[str, Any] = {"x0": 0.0 if elapsed else first, "dx": data.dt}
    kept = min_max(values)
    if len(kept) < len(values):
        position = {"x": float32(data.dt * kept + position["x0"])}
    figure.add_trace(
        go.Scatter(
            y=float32(values[kept]), name=name, legendgroup=name, showlegend=row == 0, mode="lines",
            line={"color": colour, "width": 1.4}, hovertemplate="%{x:.4~g}: %{y:.4~g}",
            **position,
        ),
        row=row + 1, col=1,
    )  # fmt: skip

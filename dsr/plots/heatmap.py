"""Many variables at once: a carpet of colour, variables upwards and time to the right."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsr.plots.prepare import Floats, drawable, extent
from dsr.plots.theme import DIVERGING, finish, with_unit

_MOST_ROWS, _MOST_COLUMNS = 96, 480


def carpet(
    observed: Any, generated: Any = None, *, samples: int = 2_000, title: str | None = None
) -> Any:
    """Draw all variables of a series as rows of colour, and those of a model run below.

    Parameters
    ----------
    observed : series
    generated : series, optional
        Same variables.
    samples : int
        Length of the stretch, from the beginning of the first trajectory of each.
    title : str, optional

    Returns
    -------
    plotly.graph_objects.Figure
        Each variable in standard deviations of the data from its mean, cut off at three.

    Raises
    ------
    InputError
        If one of them is no series, or their variables differ in number.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(200, 40))
    >>> [trace.type for trace in carpet(x, x).data]
    ['heatmap', 'heatmap']
    """
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    data = drawable(observed, name="observed series")
    first = data.parts[0][:samples]
    low, high = extent([first])
    finite = np.where(np.isfinite(first), first, np.nan)
    mean = np.nan_to_num(np.nanmean(finite, axis=0), nan=0.5 * (low + high)[0])
    std = np.nan_to_num(np.nanstd(finite, axis=0), nan=1.0)
    std = np.where(std > 0, std, 1.0)
    panels = [("data", data, first)]
    if generated is not None:
        other = drawable(generated, name="generated series", like=data)
        panels.append(("model run", other, other.parts[0][:samples]))
    figure = make_subplots(
        rows=len(panels), cols=1, shared_xaxes=True, vertical_spacing=0.1,
        subplot_titles=[name for name, _, _ in panels],
    )  # fmt: skip
    row_step = -(-data.width // _MOST_ROWS)
    for row, (name, source, values) in enumerate(panels, 1):
        step = -(-len(values) // _MOST_COLUMNS)
        figure.add_trace(
            go.Heatmap(
                z=_quantised((values[::step, ::row_step] - mean[::row_step]) / std[::row_step]),
                x0=0.0, dx=source.dt * step, y0=1, dy=row_step, name=name, coloraxis="coloraxis",
                hovertemplate="variable %{y}, %{x:.4~g}: %{z:.2f}<extra></extra>",
            ),
            row=row, col=1,
        )  # fmt: skip
        figure.update_yaxes(title_text="variable, by number", row=row, col=1)
    unit = with_unit("time since start", data.time_unit)
    figure.update_xaxes(title_text=unit, row=len(panels), col=1)
    figure.update_layout(
        coloraxis={
            "colorscale": DIVERGING, "cmin": -3, "cmax": 3,
            "colorbar": {"title": {"text": "std from mean", "side": "right"}, "thickness": 10},
        }
    )  # fmt: skip
    return finish(figure, height=120 + 230 * len(panels), title=title)


def _quantised(values: Floats) -> NDArray[np.float32]:
    """Rows for variables; beyond the colours cut off, what is not finite a gap."""
    with np.errstate(invalid="ignore"):
        return np.clip(np.where(np.isfinite(values), values, np.nan), -4, 4).T.astype(np.float32)

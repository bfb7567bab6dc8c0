"""Datasets that no other figure knows: curves, maps of numbers, points of the complex plane."""

from __future__ import annotations

from typing import Any

import numpy as np

from dsr.plots.prepare import MOST_POINTS, Floats, extent, float32, min_max
from dsr.plots.theme import (
    DATA,
    DIVERGING,
    MODEL,
    MUTED,
    OTHER,
    axis_title,
    finish,
    label,
    with_unit,
)

MOST_CURVES, MOST_MAPS = 6, 4
_MOST_ROWS, _MOST_COLUMNS = 96, 200


def places(coordinate: Any) -> Floats:
    """Numbers of a coordinate, or plain numbers where it holds none."""
    values = np.asarray(coordinate.values)
    numbers = values if values.dtype.kind in "iufb" else np.arange(len(values))
    return np.asarray(numbers, dtype=np.float64)


def _ticks(coordinate: Any) -> Any:
    """Places of the rows or columns of a map: numbers, or names where there are names."""
    if coordinate.dtype.kind in "iufb":
        return float32(places(coordinate))
    return [label(v, 20) for v in coordinate.values]


def curves(variables: list[Any]) -> Any:
    """Draw one-dimensional variables over the dimension they share, a panel each."""
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    shown, dim = variables[:MOST_CURVES], variables[0].dims[0]
    figure = make_subplots(rows=len(shown), cols=1, shared_xaxes=True, vertical_spacing=0.05)
    across = places(variables[0][dim])
    for row, variable in enumerate(shown, 1):
        values = np.asarray(variable.values)
        for part, word, colour in _real(values):
            kept = min_max(part)
            figure.add_trace(
                go.Scatter(
                    x=float32(across[kept]), y=float32(part[kept]), name=f"{variable.name}{word}",
                    mode="lines+markers" if len(kept) <= 60 else "lines", marker={"size": 4},
                    line={"color": colour, "width": 1.6}, showlegend=False,
                    hovertemplate="%{x:.4~g}: %{y:.4~g}",
                ),
                row=row, col=1,
            )  # fmt: skip
        text = axis_title(label(variable.name), variable.attrs.get("units"))
        figure.update_yaxes(title_text=text, nticks=5, row=row, col=1)
    unit = with_unit(label(dim), variables[0][dim].attrs.get("units"))
    figure.update_xaxes(title_text=unit, row=len(shown), col=1)
    return finish(figure, height=90 + 130 * len(shown))


def _real(values: Any) -> list[tuple[Floats, str, str]]:
    if values.dtype.kind != "c":
        return [(values.astype(np.float64), "", DATA)]
    return [(values.real.copy(), " (real)", DATA), (values.imag.copy(), " (imaginary)", MODEL)]


def complex_plane(name: str, values: Any) -> Any:
    """Draw complex numbers as points, with the unit circle where they are near it."""
    import plotly.graph_objects as go

    z = np.asarray(values).ravel()
    z = z[np.isfinite(z)][:MOST_POINTS]
    figure = go.Figure()
    if z.size and 0.3 < np.abs(z).max() < 3:
        angle = np.linspace(0, 2 * np.pi, 181)
        figure.add_scatter(
            x=float32(np.cos(angle)), y=float32(np.sin(angle)), mode="lines", hoverinfo="skip",
            line={"color": MUTED, "width": 1, "dash": "dot"},
        )  # fmt: skip
    figure.add_scatter(
        x=float32(z.real), y=float32(z.imag), mode="markers", name=label(name),
        marker={"size": 8, "color": OTHER}, hovertemplate="%{x:.4~g}, %{y:.4~g} i<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(title_text=f"{label(name, 40)}, real part", constrain="domain")
    figure.update_yaxes(title_text="imaginary part", scaleanchor="x", constrain="domain")
    return finish(figure, height=380, showlegend=False)


def heat_maps(variable: Any, columns: int = MOST_MAPS) -> Any:
    """Draw a variable of two dimensions, or the first slices of one of more, as maps."""
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    values = np.asarray(variable.values)
    values = np.abs(values) if values.dtype.kind == "c" else values.astype(np.float64)
    lead = variable.dims[:-2]
    slices = list(np.ndindex(*values.shape[:-2]))[:MOST_MAPS]
    down, across = (_ticks(variable[d]) for d in variable.dims[-2:])
    steps = [
        -(-n // m) for n, m in zip(values.shape[-2:], (_MOST_ROWS, _MOST_COLUMNS), strict=True)
    ]
    titles = [", ".join(f"{label(d)} {i}" for d, i in zip(lead, s, strict=True)) for s in slices]
    columns = min(columns, len(slices))
    rows = -(-len(slices) // columns)
    figure = make_subplots(
        rows=rows, cols=columns, shared_yaxes=True, subplot_titles=titles if lead else None,
        horizontal_spacing=0.02, vertical_spacing=0.3 / rows,
    )  # fmt: skip
    low, high = (v[0] for v in extent([values.reshape(-1, 1)]))
    about_zero = low < 0 < high
    for count, index in enumerate(slices):
        place = {"row": count // columns + 1, "col": count % columns + 1}
        drawn = values[index][:: steps[0], :: steps[1]]
        figure.add_trace(
            go.Heatmap(
                z=float32(drawn), x=across[:: steps[1]], y=down[:: steps[0]],
                coloraxis="coloraxis", name="",
                hovertemplate="%{x:.4~g}, %{y:.4~g}: %{z:.4~g}",
            ),
            **place,
        )  # fmt: skip
        figure.update_xaxes(title_text=label(variable.dims[-1]), nticks=6, **place)
    figure.update_yaxes(title_text=label(variable.dims[-2]), nticks=6, col=1)
    figure.update_annotations(font_size=13)
    reach = max(-low, high)
    unit = label(variable.attrs.get("units", ""), 20)
    colours = {
        "colorscale": DIVERGING if about_zero else "Cividis",
        "cmin": -reach if about_zero else low, "cmax": reach if about_zero else high,
        "colorbar": {"thickness": 10, "title": {"text": unit}},
    }  # fmt: skip
    return finish(figure, height=80 + 230 * rows, coloraxis=colours)

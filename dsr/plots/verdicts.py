"""Many candidates in one picture: geometry against rhythm, with the floor and the cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dsr.errors import InputError
from dsr.plots.theme import DATA, MODEL, MUTED, OKABE_ITO, OTHER, finish, label

_SPACE, _TIME = "state_space_divergence", "hellinger_spectral_distance"
_SMALLEST = 1e-3
_COLOURS = {
    "indistinguishable": (OTHER, "circle"),
    "better": (DATA, "diamond"),
    "no better": (OKABE_ITO["orange"], "square"),
    "degenerate": (MODEL, "x"),
}


def verdict_map(candidates: Mapping[str, Any], *, title: str | None = None) -> Any:
    """Place candidates by their two distances; colour and symbol tell the verdict.

    Parameters
    ----------
    candidates : mapping of str to Dataset
        Names, and what `dsr.metrics.evaluate` returned for each, against one reference.
    title : str, optional

    Returns
    -------
    plotly.graph_objects.Figure
        State-space divergence across, spectral distance upwards, both logarithmic; dotted lines at
        the noise floor and dashed ones at the Gaussian cloud (medians over the candidates).

    Raises
    ------
    InputError
        If there is no candidate, or one lacks a distance.

    Examples
    --------
    >>> import dsr
    >>> runs = dsr.simulate("lorenz63", steps=2000, dt=0.05, trajectories=2)
    >>> x, y = runs.isel(trajectory=[0]), runs.isel(trajectory=[1])
    >>> figure = verdict_map({"another start": dsr.metrics.evaluate(x, y)})
    >>> figure.layout.xaxis.type
    'log'
    """
    import plotly.graph_objects as go

    if not candidates:
        raise InputError("no candidates to draw; pass a mapping of names to results of evaluate")
    figure = go.Figure()
    shown: set[str] = set()
    for name, scores in candidates.items():
        if not {_SPACE, _TIME} <= set(scores.data_vars):
            raise InputError(f"{label(name)} holds no state-space and spectral distances")
    sides = _label_sides([(_place(s, _SPACE), _place(s, _TIME)) for s in candidates.values()])
    for (name, scores), side in zip(candidates.items(), sides, strict=True):
        sentence = str(scores.attrs.get("verdict", ""))
        kind = next((word for word in _COLOURS if sentence.startswith(word)), "")
        colour, symbol = _COLOURS.get(kind, (MUTED, "circle-open"))
        group = "degenerate" if kind == "degenerate" else sentence
        figure.add_trace(
            go.Scatter(
                x=[_place(scores, _SPACE)], y=[_place(scores, _TIME)], mode="markers+text",
                text=[label(name)], textposition=side, cliponaxis=False,
                marker={"size": 11, "color": colour, "symbol": symbol},
                name=label(group), legendgroup=group, showlegend=group not in shown,
                hovertemplate=f"{label(name)}<br>{label(sentence)}<br>"
                "%{x:.3~g} nats, %{y:.3~g}<extra></extra>",
            )
        )  # fmt: skip
        shown.add(group)
    for suffix, dash, text in (("_noise_floor", "dot", "floor"), ("_surrogate", "dash", "cloud")):
        _mark(figure, candidates, suffix, {"color": MUTED, "width": 1, "dash": dash}, text)
    figure.update_xaxes(type="log", dtick=1, title_text="state-space divergence (nats)")
    figure.update_yaxes(type="log", dtick=1, title_text="spectral distance")
    figure.update_layout(legend={"y": 1.1}, margin={"t": 96, "r": 56})
    return finish(figure, height=480, title=title)


def _mark(
    figure: Any, candidates: Mapping[str, Any], suffix: str, line: dict[str, Any], text: str
) -> None:
    """Lines at the median floor or cloud, their names outside the frame."""
    font = {"size": 11, "color": MUTED}
    for metric in (_SPACE, _TIME):
        name = metric + suffix
        values = [float(scores[name]) for scores in candidates.values() if name in scores]
        middle = float(np.median(values)) if values else np.nan
        if not np.isfinite(middle):
            continue
        middle = max(middle, _SMALLEST)
        # Annotations of a logarithmic axis are placed by the logarithm.
        if metric == _SPACE:
            figure.add_vline(middle, line=line)
            figure.add_annotation(
                x=np.log10(middle), y=1, yref="paper", yanchor="bottom", text=text, font=font
            )
        else:
            figure.add_hline(middle, line=line)
            figure.add_annotation(
                y=np.log10(middle), x=1, xref="paper", xanchor="left", text=text, font=font
            )


def _label_sides(places: list[tuple[float, float]]) -> list[str]:
    """Side of each marker for its name, so that near neighbours do not overprint."""
    points = np.log10(np.array(places))
    span = np.maximum(np.ptp(points, axis=0), 1e-9)
    markers = points / span
    labels: list[tuple[float, float]] = []
    sides = []
    for x, y in markers:
        options = {
            "top center": (x, y + 0.05), "bottom center": (x, y - 0.05),
            "middle right": (x + 0.11, y), "middle left": (x - 0.11, y),
        }  # fmt: skip

        def crowding(place: tuple[float, float]) -> int:
            """Names and markers that a name in this place would cover."""
            on_names = sum(abs(place[0] - u) < 0.2 and abs(place[1] - v) < 0.045 for u, v in labels)
            on_markers = sum(
                abs(place[0] - u) < 0.1 and abs(place[1] - v) < 0.03 for u, v in markers
            )
            return int(on_names + on_markers)

        side = min(options, key=lambda name: crowding(options[name]))
        labels.append(options[side])
        sides.append(side)
    return sides


def _place(scores: Any, metric: str) -> float:
    return max(float(scores[metric]), _SMALLEST)

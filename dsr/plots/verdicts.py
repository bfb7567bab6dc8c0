"""How a verdict was reached, and many candidates in one picture: geometry against rhythm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dsr.errors import InputError
from dsr.plots.theme import DATA, MODEL, MUTED, OKABE_ITO, OTHER, finish, label, log_axis

_SPACE, _TIME = "state_space_divergence", "hellinger_spectral_distance"
_SMALLEST = 1e-3
_COLOURS = {
    "undecided": (OKABE_ITO["reddish purple"], "triangle-up"),
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
        Candidates that could not be told apart, "undecided", have a colour of their own.

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
        group = kind if kind in ("degenerate", "undecided") else sentence
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


_PARTS = (
    ("p_geometry", "geometry"), ("p_order", "time order"), ("p_spectra", "spectra"),
    ("recordings_p", "recordings<br>alone"),
)  # fmt: skip


def verdict_parts(scores: Any, *, title: str | None = None) -> Any:
    """Draw the p-value of each part of a verdict against the level that it is held to.

    Parameters
    ----------
    scores : Dataset
        What `dsr.metrics.evaluate` returned, with ``p_geometry``, ``p_order``, ``p_spectra``,
        ``level`` and ``recordings_p`` among its attributes.
    title : str, optional

    Returns
    -------
    plotly.graph_objects.Figure
        A dot for each part on a logarithmic axis, a dashed line at the level: to its left the run
        differs more than chance makes. A ring for the recordings against each other.

    Raises
    ------
    InputError
        If the scores hold no p-value, as those of older versions do.

    Examples
    --------
    >>> import xarray as xr
    >>> attrs = {"p_geometry": 0.4, "p_order": 0.002, "p_spectra": 0.7, "level": 0.05}
    >>> figure = verdict_parts(xr.Dataset(attrs=attrs))
    >>> [float(x) for x in figure.data[0].x]
    [0.7, 0.002, 0.4]
    """
    import plotly.graph_objects as go

    rows = [(text, _p_value(scores, name), name) for name, text in reversed(_PARTS)]
    rows = [row for row in rows if np.isfinite(row[1])]
    if not any(name != "recordings_p" for _, _, name in rows):
        raise InputError("no p-values here; judge the run again with dsr.metrics.evaluate")
    level = _p_value(scores, "level")
    level = level if np.isfinite(level) else 0.05
    figure = go.Figure()
    for own, symbol in ((True, "circle"), (False, "circle-open")):
        shown = [(text, p) for text, p, name in rows if (name != "recordings_p") == own]
        if not shown:
            continue
        figure.add_trace(
            go.Scatter(
                x=[p for _, p in shown], y=[text for text, _ in shown], mode="markers",
                marker={"size": 11, "symbol": symbol, "line": {"width": 0 if own else 2},
                        "color": [_p_colour(p, level) if own else MUTED for _, p in shown]},
                cliponaxis=False, showlegend=False, name="p-value",
                hovertemplate="%{y}: p = %{x:.3~g}<extra></extra>",
            )
        )  # fmt: skip
    figure.add_vline(level, line={"color": MUTED, "width": 1.5, "dash": "dash"})
    figure.add_annotation(
        x=np.log10(level), y=1, yref="paper", yanchor="bottom", text=f"level {100 * level:g} %",
        font={"size": 11, "color": MUTED},
    )  # fmt: skip
    # The least that a test can find is one over the number of its namings, so never zero.
    least = min(*(p for _, p, _ in rows), level / 20)
    figure.update_xaxes(log_axis([least, 1.0]), range=[np.log10(least) - 0.15, 0.1])
    figure.update_xaxes(title_text="p-value (left of the line: different)")
    order = [text for text, _, _ in rows]
    figure.update_yaxes(categoryorder="array", categoryarray=order, range=[-0.6, len(order) - 0.4])
    return finish(figure, height=96 + 36 * len(rows), title=title)


def _p_value(scores: Any, name: str) -> float:
    """A p-value among the attributes, off zero so that it has a logarithm; NaN without one."""
    try:
        value = float(scores.attrs.get(name, np.nan))
    except (TypeError, ValueError):
        return float(np.nan)
    return max(value, 1e-6) if np.isfinite(value) else float(np.nan)


def _p_colour(p: float, level: float) -> str:
    return MODEL if p <= level else DATA


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

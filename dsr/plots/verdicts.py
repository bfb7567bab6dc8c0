"""Many candidates in one picture: geometry against rhythm, with the floor and the cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dsr.errors import InputError
from dsr.plots.theme import DATA, MODEL, MUTED, OKABE_ITO, OTHER, finish, label

_SPACE, _TIME = "state_space_divergence", "hellinger_spectral_distance"
_SMALLEST = {_SPACE: 1e-3, _TIME: 1e-3}
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
        sentence = str(scores.attrs.get("verdict", ""))
        kind = next((word for word in _COLOURS if sentence.startswith(word)), "")
        colour, symbol = _COLOURS.get(kind, (MUTED, "circle-open"))
        group = "degenerate" if kind == "degenerate" else sentence
        figure.add_trace(
            go.Scatter(
                x=[_place(scores, _SPACE)], y=[_place(scores, _TIME)], mode="markers+text",
                text=[label(name)], textposition="top center", cliponaxis=False,
                marker={"size": 11, "color": colour, "symbol": symbol},
                name=label(group), legendgroup=group, showlegend=group not in shown,
                hovertemplate=f"{label(name)}<br>{label(sentence)}<br>"
                "%{x:.3~g} nats, %{y:.3~g}<extra></extra>",
            )
        )  # fmt: skip
        shown.add(group)
    for suffix, dash, text in (("_noise_floor", "dot", "floor"), ("_surrogate", "dash", "cloud")):
        for metric, draw in ((_SPACE, figure.add_vline), (_TIME, figure.add_hline)):
            values = [
                float(s[metric + suffix]) for s in candidates.values() if metric + suffix in s
            ]
            middle = float(np.median(values)) if values else np.nan
            if np.isfinite(middle):
                draw(
                    max(middle, _SMALLEST[metric]), line={"color": MUTED, "width": 1, "dash": dash},
                    annotation={"text": text, "font": {"size": 11, "color": MUTED}},
                )  # fmt: skip
    figure.update_xaxes(type="log", title_text="state-space divergence (nats)")
    figure.update_yaxes(type="log", title_text="spectral distance")
    figure.update_layout(legend={"y": 1.08}, margin={"t": 72})
    return finish(figure, height=460, title=title)


def _place(scores: Any, metric: str) -> float:
    return max(float(scores[metric]), _SMALLEST[metric])

"""Where a system lives: data and model run in state space, delay space or principal components."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dsr.errors import InputError
from dsr.plots.prepare import MOST_POINTS, Drawable, Floats, clipped, drawable, extent, float32
from dsr.plots.theme import DATA, MODEL, finish

_CAMERA = {"eye": {"x": 1.45, "y": -1.7, "z": 0.6}, "center": {"x": 0, "y": 0, "z": -0.12}}
_MOST_TRAJECTORIES = 20
# A step of this share of the spread is a smooth line still; beyond the second, a cloud of points.
_SMOOTH_STEP, _CLOUD_STEP = 0.08, 0.7


@dataclass(frozen=True)
class Portrait:
    """Data and model run in at most three dimensions, cut to a size that can be drawn.

    Attributes
    ----------
    data, model : ndarray (points, d) or None
        Trajectories one after another, with a row of NaN between them.
    titles : list of str
        Titles of the d axes.
    low, high : ndarray (d,)
        Common frame.
    cloud : bool
        Whether points, not lines, are to be drawn (maps, coarse sampling).
    space : str
        What the axes are, in words.
    outside : float
        Share of the drawn model run that lies outside the frame or is not finite.
    """

    data: Floats
    model: Floats | None
    titles: list[str]
    low: Floats
    high: Floats
    cloud: bool
    space: str
    outside: float


def portrait(observed: Any, generated: Any = None, *, points: int = MOST_POINTS) -> Portrait:
    """Choose the space for a phase portrait and put data and model run into it.

    One variable: delay coordinates, the delay being the first lag at which the autocorrelation
    falls below 1/e. Two or three: the variables. More: the first principal components of the
    standardised data. The run is not allowed to choose the frame: the data is.
    """
    data = drawable(observed, name="observed series")
    model = None if generated is None else drawable(generated, name="generated series", like=data)
    project, titles, space = _space(data)
    shown = [project(part) for part in data.parts[:_MOST_TRAJECTORIES]]
    step = _median_step(shown)
    dims = shown[0].shape[1]
    cloud = step > _CLOUD_STEP * np.sqrt(dims)
    stride = max(1, int(_SMOOTH_STEP * np.sqrt(dims) / max(step, 1e-12))) if not cloud else 1
    low, high = extent(shown)
    run, outside = None, 0.0
    if model is not None:
        parts = [project(part) for part in model.parts[:_MOST_TRAJECTORIES]]
        run = _excerpt([clipped(part, low, high, 0.35) for part in parts], stride, points)
        outside = _share_outside(run, len(parts))
        low, high = extent([np.concatenate([np.stack([low, high]), run])])
    margin = 0.04 * (high - low)
    first = _excerpt(shown, stride, points)
    return Portrait(first, run, titles, low - margin, high + margin, cloud, space, outside)


def attractor(
    observed: Any, generated: Any = None, *, points: int = MOST_POINTS, title: str | None = None
) -> Any:
    """Draw data and model run over each other in state space.

    Parameters
    ----------
    observed : series
        What was measured; it chooses the axes and the frame.
    generated : series, optional
        The model's free run, same variables. NaN and points far outside are left out.
    points : int
        Most points of each trace.
    title : str, optional

    Returns
    -------
    plotly.graph_objects.Figure
        Three-dimensional for three variables and more (principal components beyond three) and
        for a single one (delay coordinates); a plane for two.

    Raises
    ------
    InputError
        If one of them is no series, or their variables differ in number.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.linspace(0, 60, 3000)
    >>> figure = attractor(np.stack([np.sin(t), np.cos(t), np.sin(2 * t)], axis=1))
    >>> figure.data[0].type
    'scatter3d'
    """
    import plotly.graph_objects as go

    view = portrait(observed, generated, points=points)
    traces = [_trace(view, view.data, "data", DATA)]
    if view.model is not None:
        traces.append(_trace(view, view.model, "model run", MODEL))
    figure = go.Figure(traces)
    _frame(figure, view)
    figure.update_layout(meta=_facts(view))
    return finish(figure, height=520, title=title, showlegend=view.model is not None)


def attractor_panels(
    observed: Any, generated: Any, *, points: int = MOST_POINTS
) -> tuple[Any, Any]:
    """Draw data and model run side by side: two figures with the same axes and camera.

    Parameters
    ----------
    observed, generated : series
    points : int
        Most points of each trace.

    Returns
    -------
    tuple of two plotly.graph_objects.Figure
        Data, model run.

    Raises
    ------
    InputError
        If one of them is no series, or their variables differ in number.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(500, 2))
    >>> data, model = attractor_panels(x, x[::-1])
    >>> data.layout.xaxis.range == model.layout.xaxis.range
    True
    """
    import plotly.graph_objects as go

    view = portrait(observed, generated, points=points)
    if view.model is None:
        raise InputError("two panels need a generated series; draw the data alone with attractor()")
    figures = []
    for values, name, colour in ((view.data, "data", DATA), (view.model, "model run", MODEL)):
        figure = go.Figure([_trace(view, values, name, colour)])
        _frame(figure, view)
        figure.update_layout(meta=_facts(view))
        figures.append(finish(figure, height=440, showlegend=False))
        figure.update_layout(margin={"t": 8, "l": 0 if len(view.titles) == 3 else 56, "r": 8})
    return figures[0], figures[1]


def _facts(view: Portrait) -> dict[str, Any]:
    """Give what a caption needs to say about a portrait; kept in the figure's ``layout.meta``."""
    drawn = [
        0 if v is None else int(np.isfinite(v).all(axis=1).sum()) for v in (view.data, view.model)
    ]
    return {
        "space": view.space,
        "outside": view.outside,
        "data_points": drawn[0],
        "model_points": drawn[1],
    }


def _space(data: Drawable) -> tuple[Any, list[str], str]:
    """Find how to bring a trajectory into at most three dimensions, with axis titles and a name."""
    if data.width == 1:
        lag = _delay(data.parts)
        shift = f"{lag * data.dt:.3g}"
        titles = [data.title(0), *(f"{data.names[0]}(t − {k}·{shift})" for k in (1, 2))]
        return lambda part: _delayed(part, lag), titles, "delay coordinates"
    if data.width <= 3:
        titles = [data.title(i) for i in range(data.width)]
        return lambda part: part, titles, "the measured variables"
    pooled = np.concatenate(data.parts)
    pooled = pooled[np.isfinite(pooled).all(axis=1)]
    mean, std = pooled.mean(axis=0), pooled.std(axis=0)
    std = np.where(std > 0, std, 1.0)
    scaled = (pooled - mean) / std
    variance, vectors = np.linalg.eigh(scaled.T @ scaled / max(len(scaled) - 1, 1))
    axes = vectors[:, ::-1][:, :3]
    # The sign of a principal axis is free: let its largest entry be positive.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(3)])
    share = 100 * variance[::-1][:3] / max(variance.sum(), 1e-300)
    titles = [f"PC {i + 1} ({share[i]:.0f} %)" for i in range(3)]

    def project(part: Floats) -> Floats:
        with np.errstate(invalid="ignore", over="ignore"):
            points: Floats = ((part - mean) / std) @ axes
        return points

    return project, titles, "the first three principal components of the data"


def _delay(parts: list[Floats]) -> int:
    """First lag at which the autocorrelation of the longest trajectory is below 1/e."""
    x = max(parts, key=len)[:, 0]
    x = np.where(np.isfinite(x), x, np.nanmean(x[np.isfinite(x)]) if np.isfinite(x).any() else 0)
    x = x - x.mean()
    power = np.abs(np.fft.rfft(x, 2 * len(x))) ** 2
    correlation = np.fft.irfft(power)[: len(x)]
    below = np.flatnonzero(correlation < correlation[0] / np.e)
    return int(max(1, min(below[0] if below.size else 1, max(1, (len(x) - 1) // 3))))


def _delayed(part: Floats, lag: int) -> Floats:
    count = len(part) - 2 * lag
    if count < 1:
        return np.full((1, 3), np.nan)
    return np.stack([part[(2 - k) * lag : (2 - k) * lag + count, 0] for k in range(3)], axis=1)


def _median_step(parts: list[Floats]) -> float:
    """Median distance of successive points, in standard deviations of the axes."""
    pooled = np.concatenate(parts)
    pooled = pooled[np.isfinite(pooled).all(axis=1)]
    if len(pooled) < 3:
        return 1e9
    std = pooled.std(axis=0)
    steps = np.concatenate([np.diff(part, axis=0) for part in parts])
    lengths = np.linalg.norm(steps / np.where(std > 0, std, 1.0), axis=1)
    lengths = lengths[np.isfinite(lengths)]
    return float(np.median(lengths)) if lengths.size else 1e9


def _excerpt(parts: list[Floats], stride: int, points: int) -> Floats:
    """Take the first stretch of each trajectory, ``points`` rows in all, gaps in between."""
    each = max(2, (points + 1) // len(parts) - 1)
    pieces: list[Floats] = []
    for part in parts:
        step = max(1, min(stride, len(part) // each))
        pieces += [part[::step][:each], np.full((1, part.shape[1]), np.nan)]
    return np.concatenate(pieces[:-1])


def _share_outside(run: Floats, parts: int) -> float:
    missing = int(np.isnan(run).any(axis=1).sum()) - (parts - 1)
    return max(0, missing) / max(1, len(run) - parts + 1)


def _trace(view: Portrait, values: Floats, name: str, colour: str) -> Any:
    import plotly.graph_objects as go

    drawn = values[np.isfinite(values).all(axis=1)]
    frozen = not len(drawn) or bool((np.ptp(drawn, axis=0) < 0.01 * (view.high - view.low)).all())
    columns = [float32(values[:, i]) for i in range(values.shape[1])]
    flat = len(columns) == 2
    style: dict[str, Any] = {"mode": "lines", "line": {"color": colour, "width": 1 if flat else 2}}
    if view.cloud or frozen or len(values) == 1:
        size = 8 if frozen else 2
        style = {"mode": "markers", "marker": {"color": colour, "size": size}}
    style |= {"name": name, "opacity": 0.85, "hoverinfo": "skip"}
    if flat:
        return go.Scatter(x=columns[0], y=columns[1], **style)
    return go.Scatter3d(x=columns[0], y=columns[1], z=columns[2], **style)


def _frame(figure: Any, view: Portrait) -> None:
    axes = [
        {"title": {"text": title}, "nticks": 5, "range": [float(low), float(high)]}
        for title, low, high in zip(view.titles, view.low, view.high, strict=True)
    ]
    if len(axes) == 2:
        figure.update_layout(xaxis=axes[0], yaxis=axes[1])
        return
    figure.update_layout(
        scene=dict(zip(("xaxis", "yaxis", "zaxis"), axes, strict=True))
        | {"aspectmode": "cube", "camera": _CAMERA, "uirevision": "keep"},
        margin={"l": 0, "r": 0, "t": 32, "b": 0},
    )

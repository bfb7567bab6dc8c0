"""Draw a small picture of a plotly figure with Pillow: no browser, the same bits every time.

Lines, points and heatmaps are drawn, in two and three dimensions; titles and ticks are not, since
a thumbnail has no room for them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image, ImageDraw

_OVERSAMPLING = 3
_GRID, _AXIS, _LAND = "#e4e7eb", "#b9c0c8", (0xC9, 0xCE, 0xD4)


def draw(figure: Any, size: tuple[int, int] = (800, 560), ground: str = "#ffffff") -> Image.Image:
    """Draw a figure.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
    size : (int, int)
        Width and height in pixels.
    ground : str
        Colour of the background.
    """
    scale = _OVERSAMPLING
    image = Image.new("RGB", (size[0] * scale, size[1] * scale), ground)
    pen = ImageDraw.Draw(image)
    if any(trace.type == "scatter3d" for trace in figure.data):
        _draw_space(figure, pen, image.size)
    else:
        for panel in _panels(figure):
            _draw_panel(figure, panel, image, pen)
    return image.resize(size, Image.Resampling.LANCZOS)


def _numbers(values: Any) -> np.ndarray:
    return np.asarray(values, dtype=np.float64)


def _colour(trace: Any) -> str:
    for part in (trace.line, trace.marker):
        if part is not None and isinstance(part.color, str) and part.color.startswith("#"):
            return str(part.color)
    return "#0072B2"


# Three dimensions ------------------------------------------------------------------------------


def project(points: np.ndarray, eye: np.ndarray) -> np.ndarray:
    """Project points of the cube [-0.5, 0.5]^3 on the plane that an eye looks at, upright."""
    ahead = -eye / np.linalg.norm(eye)
    right = np.cross(ahead, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    above = np.cross(right, ahead)
    depth = np.linalg.norm(eye) + points @ ahead
    return np.stack([points @ right, points @ above], axis=-1) / depth[..., None]


def _draw_space(figure: Any, pen: ImageDraw.ImageDraw, size: tuple[int, int]) -> None:
    scene = figure.layout.scene
    traces = [t for t in figure.data if t.type == "scatter3d"]
    clouds = [np.stack([_numbers(t.x), _numbers(t.y), _numbers(t.z)], axis=1) for t in traces]
    pooled = np.concatenate(clouds)
    low, high = np.nanmin(pooled, axis=0), np.nanmax(pooled, axis=0)
    for i, axis in enumerate((scene.xaxis, scene.yaxis, scene.zaxis)):
        if axis.range is not None:
            low[i], high[i] = axis.range
    given = scene.camera.eye
    eye = np.array([given.x or 1.25, given.y or 1.25, given.z or 1.25])
    flat = project((pooled - low) / (high - low) - 0.5, eye)
    top, bottom = np.nanmax(flat, axis=0), np.nanmin(flat, axis=0)
    middle, extent = (top + bottom) / 2, top - bottom
    factor = 0.86 * min(size[0] / extent[0], size[1] / extent[1])

    def place(points: np.ndarray) -> np.ndarray:
        plane = (project(points, eye) - middle) * factor
        return np.stack([size[0] / 2 + plane[:, 0], size[1] / 2 - plane[:, 1]], axis=1)

    # The three walls behind, seen from the eye, give depth.
    back = -0.5 * np.sign(eye)
    for axis in range(3):
        for other in range(3):
            if other != axis:
                edge = np.tile(back, (2, 1))
                edge[:, other] = (-0.5, 0.5)
                pen.line([tuple(p) for p in place(edge)], fill=_GRID, width=_OVERSAMPLING)
    for trace, cloud in zip(traces, clouds, strict=True):
        _strokes(pen, place((cloud - low) / (high - low) - 0.5), trace, 0.75)


# Planes ----------------------------------------------------------------------------------------


def _panels(figure: Any) -> list[tuple[str, str]]:
    found = dict.fromkeys((t.xaxis or "x", t.yaxis or "y") for t in figure.data)
    return list(found)


def _axis(figure: Any, name: str) -> Any:
    return figure.layout[f"{name[0]}axis{name[1:]}"]


def _draw_panel(
    figure: Any, panel: tuple[str, str], image: Image.Image, pen: ImageDraw.ImageDraw
) -> None:
    traces = [t for t in figure.data if (t.xaxis or "x", t.yaxis or "y") == panel]
    horizontal, vertical = (_axis(figure, name) for name in panel)
    box = _box(horizontal.domain or (0, 1), vertical.domain or (0, 1), image.size)
    heat = next((t for t in traces if t.type == "heatmap"), None)
    if heat is not None:
        colours = figure.layout[heat.coloraxis or "coloraxis"]
        image.paste(_heatmap(heat, colours).resize((box[2] - box[0], box[3] - box[1])), box[:2])
        return
    drawn = [t for t in traces if t.type in ("scatter", "scattergl")]
    across = _categories(horizontal, [t.x for t in drawn])
    up = _categories(vertical, [t.y for t in drawn])
    curves = [(t, *_curve(t, across, up)) for t in drawn]
    x_of = _scale(horizontal, [x for _, x, _ in curves], box[0], box[2])
    y_of = _scale(vertical, [y for _, _, y in curves], box[3], box[1])
    for share in (0.25, 0.5, 0.75):
        level = box[1] + share * (box[3] - box[1])
        pen.line([(box[0], level), (box[2], level)], fill=_GRID, width=_OVERSAMPLING)
    pen.line([(box[0], box[1]), (box[0], box[3]), (box[2], box[3])], fill=_AXIS, width=4)
    for trace, x, y in curves:
        _strokes(pen, np.stack([x_of(x), y_of(y)], axis=1), trace, 1.8)


def _box(
    across: tuple[float, float], up: tuple[float, float], size: tuple[int, int]
) -> tuple[int, int, int, int]:
    margin = 0.06
    x0, x1 = (margin + (1 - 2 * margin) * share for share in across)
    y0, y1 = (margin + (1 - 2 * margin) * share for share in up)
    return round(x0 * size[0]), round((1 - y1) * size[1]), round(x1 * size[0]), round(
        (1 - y0) * size[1]
    )  # fmt: skip


def _categories(axis: Any, values: list[Any]) -> dict[str, int]:
    """Places of words on an axis: as it orders them, the others as they come."""
    words = [v for part in values if part is not None for v in part if isinstance(v, str)]
    return {w: k for k, w in enumerate(dict.fromkeys([*(axis.categoryarray or ()), *words]))}


def _curve(trace: Any, across: dict[str, int], up: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    y = _numbers([up.get(v, v) for v in trace.y] if up else trace.y)
    if trace.x is not None:
        return _numbers([across.get(v, v) for v in trace.x] if across else trace.x), y
    step = 1.0 if trace.dx is None else float(trace.dx)
    return float(trace.x0 or 0.0) + step * np.arange(len(y)), y


def _scale(axis: Any, values: list[np.ndarray], first: float, last: float) -> Any:
    logarithmic = axis.type == "log"

    def warp(v: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log10(v) if logarithmic else v

    pooled = warp(np.concatenate(values))
    pooled = pooled[np.isfinite(pooled)]
    low, high = (pooled.min(), pooled.max()) if pooled.size else (0.0, 1.0)
    if axis.range is not None:
        low, high = axis.range
    width = high - low or 1.0
    return lambda v: first + (np.clip(warp(v), low, high) - low) / width * (last - first)


def _heatmap(trace: Any, colours: Any) -> Image.Image:
    z = _numbers(trace.z)[::-1]
    share = np.clip((z - colours.cmin) / (colours.cmax - colours.cmin), 0, 1)
    stops = np.array([stop for stop, _ in colours.colorscale])
    table = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for _, c in colours.colorscale])
    pixels = np.stack([np.interp(share, stops, table[:, i]) for i in range(3)], axis=-1)
    pixels[~np.isfinite(z)] = _LAND
    return Image.fromarray(pixels.astype(np.uint8))


def _strokes(pen: ImageDraw.ImageDraw, points: np.ndarray, trace: Any, width: float) -> None:
    """Draw a curve with gaps where points are missing, or its points."""
    colour = _colour(trace)
    finite = np.isfinite(points).all(axis=1)
    if "lines" not in (trace.mode or "lines"):
        radius = _OVERSAMPLING * max(1.0, float(getattr(trace.marker, "size", None) or 4) / 2)
        for x, y in points[finite]:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
        return
    breaks = np.flatnonzero(~finite)
    for piece in np.split(points, breaks):
        line = [tuple(p) for p in piece if np.isfinite(p).all()]
        if len(line) > 1:
            pen.line(line, fill=colour, width=round(width * _OVERSAMPLING), joint="curve")

"""Sections and return maps: where a flow pierces a plane, and what follows each value."""

from __future__ import annotations

from typing import Any

import numpy as np

from dsr.errors import InputError
from dsr.plots.prepare import MOST_POINTS, Floats, float32
from dsr.plots.theme import DATA, MODEL, MUTED, finish, label, with_unit


def poincare_section(
    observed: Any,
    generated: Any = None,
    *,
    variables: tuple[str, str] | None = None,
    title: str | None = None,
) -> Any:
    """Draw where series cross a plane, data against model run.

    Parameters
    ----------
    observed : xarray.Dataset
        What `dsr.metrics.poincare_section` returned.
    generated : xarray.Dataset, optional
        The same of a model run.
    variables : pair of str, optional
        Names of the axes. Default: the first two that the plane does not fix.
    title : str, optional

    Returns
    -------
    plotly.graph_objects.Figure
        At most 5,000 points of each, evenly chosen.

    Raises
    ------
    InputError
        If it is no section, or has no two such variables.

    Examples
    --------
    >>> import dsr
    >>> flow = dsr.simulate("roessler", steps=5000)
    >>> figure = poincare_section(dsr.metrics.poincare_section(flow, variable="y", value=0.0))
    >>> figure.layout.xaxis.title.text, figure.layout.yaxis.title.text
    ('x', 'z')
    """
    import plotly.graph_objects as go

    sections = [("data", DATA, observed), ("model run", MODEL, generated)]
    for _, _, section in sections:
        if section is not None and "crossing" not in getattr(section, "dims", ()):
            raise InputError("no section here; draw what dsr.metrics.poincare_section returns")
    names = [str(v) for v in observed["variable"].values]
    axes = _axes(observed, names) if variables is None else [str(v) for v in variables]
    if len(axes) != 2 or not set(axes) <= set(names):
        raise InputError(
            f"a section is drawn over two of its variables ({', '.join(names[:8])}), not {axes[:4]}"
        )
    units = dict(zip(names, observed.attrs.get("variable_units", []), strict=False))
    figure = go.Figure()
    for name, colour, section in sections:
        if section is None:
            continue
        kept = even(section.sizes["crossing"])
        state = section["state"].transpose("crossing", "variable").isel(crossing=kept)
        own = [str(v) for v in section["variable"].values]
        x, y = (
            state.values[:, (own if set(axes) <= set(own) else names).index(axis)] for axis in axes
        )
        _dots(figure, name, colour, x, y)
    for update, axis in zip((figure.update_xaxes, figure.update_yaxes), axes, strict=True):
        update(title_text=with_unit(label(axis), units.get(axis)))
    return finish(figure, height=420, title=title)


def return_map(observed: Any, generated: Any = None, *, title: str | None = None) -> Any:
    """Draw each value of a return map against the next one, data against model run.

    Parameters
    ----------
    observed : xarray.Dataset
        What `dsr.metrics.return_map` returned.
    generated : xarray.Dataset, optional
        The same of a model run.
    title : str, optional

    Returns
    -------
    plotly.graph_objects.Figure
        At most 5,000 points of each, and the diagonal, on which a value repeats itself.

    Raises
    ------
    InputError
        If it is no return map.

    Examples
    --------
    >>> import dsr
    >>> flow = dsr.simulate("lorenz63", steps=3000, dt=0.01)
    >>> figure = return_map(dsr.metrics.return_map(flow, variable="z"))
    >>> figure.layout.xaxis.title.text
    'maximum n of z'
    """
    import plotly.graph_objects as go

    maps = [("data", DATA, observed), ("model run", MODEL, generated)]
    for _, _, found in maps:
        if found is not None and not {"value", "next"} <= set(getattr(found, "data_vars", ())):
            raise InputError("no return map here; draw what dsr.metrics.return_map returns")
    figure = go.Figure()
    drawn = [found for _, _, found in maps if found is not None]
    ends = np.concatenate([found[name].values for found in drawn for name in ("value", "next")])
    ends = ends[np.isfinite(ends)]
    if ends.size:
        line = float32([ends.min(), ends.max()])
        figure.add_scatter(
            x=line, y=line, mode="lines", name="fixed points", hoverinfo="skip",
            line={"color": MUTED, "width": 1, "dash": "dot"},
        )  # fmt: skip
    for name, colour, found in maps:
        if found is not None:
            kept = even(found.sizes["return"])
            _dots(figure, name, colour, found["value"].values[kept], found["next"].values[kept])
    kind = {"maxima": "maximum", "minima": "minimum"}.get(
        str(observed.attrs.get("kind")), "crossing"
    )
    what = label(observed.attrs.get("variable", "value"))
    unit, lag = observed.attrs.get("units"), int(observed.attrs.get("lag", 1))
    figure.update_xaxes(title_text=with_unit(f"{kind} n of {what}", unit))
    figure.update_yaxes(title_text=with_unit(f"{kind} n + {lag}", unit))
    return finish(figure, height=460, title=title)


def even(count: int, most: int = MOST_POINTS) -> Any:
    """Indices of at most ``most`` of ``count`` points, evenly chosen."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.int64))


def _axes(section: Any, names: list[str]) -> list[str]:
    """The first two variables that the plane does not hold fixed."""
    fixed = np.flatnonzero(np.asarray(section.attrs.get("normal", [])))
    free = [n for k, n in enumerate(names) if fixed.size != 1 or k != fixed[0]]
    return (free if len(free) > 1 else names)[:2]


def _dots(figure: Any, name: str, colour: str, x: Floats, y: Floats) -> None:
    figure.add_scatter(
        x=float32(x), y=float32(y), mode="markers", name=name,
        marker={"color": colour, "size": 4, "opacity": 0.7},
    )  # fmt: skip

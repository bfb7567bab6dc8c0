"""Orbit diagrams: long-run values over a parameter."""

from __future__ import annotations

from typing import Any

import numpy as np

from dsr.errors import InputError
from dsr.plots.prepare import float32
from dsr.plots.sections import even
from dsr.plots.theme import DATA, finish, label, with_unit

MOST_DOTS = 60_000


def orbit_diagram(diagram: Any, *, title: str | None = None) -> Any:
    """Draw the values that a system settles on over a parameter.

    Parameters
    ----------
    diagram : xarray.Dataset
        What `dsr.metrics.orbit_diagram` returned.
    title : str, optional

    Returns
    -------
    plotly.graph_objects.Figure
        At most 60,000 dots, evenly chosen, all starts alike.

    Raises
    ------
    InputError
        If it is no orbit diagram.

    Examples
    --------
    >>> import dsr
    >>> figure = orbit_diagram(dsr.metrics.orbit_diagram("logistic", "r", [2.8, 3.2, 3.5]))
    >>> figure.layout.xaxis.title.text
    'r'
    """
    import plotly.graph_objects as go

    parameter = getattr(diagram, "attrs", {}).get("parameter")
    if parameter is None or "point" not in diagram:
        raise InputError("no orbit diagram here; draw what dsr.metrics.orbit_diagram returns")
    point = diagram["point"].transpose(parameter, "start", "index").values
    values = np.asarray(diagram[parameter].values, dtype=np.float64)
    across = np.broadcast_to(values[:, None, None], point.shape)
    known = np.isfinite(point)
    x, y = across[known], point[known]
    kept = even(x.size, MOST_DOTS)
    # Few values want larger dots: a column of small ones would hardly be seen.
    size = 2.0 if values.size > 100 else 4.0
    figure = go.Figure()
    figure.add_scattergl(
        x=float32(x[kept]), y=float32(y[kept]), mode="markers", name="orbit", showlegend=False,
        marker={"color": DATA, "size": size, "opacity": 0.5},
    )  # fmt: skip
    what = label(diagram.attrs.get("variable", "value"))
    kind = {"maxima": "maxima of ", "minima": "minima of "}.get(
        str(diagram.attrs.get("section")), ""
    )
    figure.update_xaxes(title_text=label(parameter))
    figure.update_yaxes(title_text=with_unit(f"{kind}{what}", diagram["point"].attrs.get("units")))
    return finish(figure, height=440, title=title)

"""Colours, the one template, and how names and units are written in a figure."""

from __future__ import annotations

from functools import lru_cache
from html import escape, unescape
from typing import Any

import numpy as np

OKABE_ITO = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky blue": "#56B4E9",
    "bluish green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "reddish purple": "#CC79A7",
}
"""Colours that people with any kind of colour vision can tell apart (Okabe & Ito 2008)."""

DATA = OKABE_ITO["blue"]
MODEL = OKABE_ITO["vermillion"]
OTHER = OKABE_ITO["bluish green"]
MUTED = "#7A828C"

LAND = "#C9CED4"

DARK = {
    DATA: OKABE_ITO["sky blue"], MODEL: "#F0803C", OTHER: "#35C49A", MUTED: "#8E97A3",
    LAND: "#3F4750",
}  # fmt: skip
"""What each colour of a figure becomes on a dark page."""

# Blue below the middle, vermillion above, a pale grey between: readable without red or green.
DIVERGING = [[0, "#0A4B78"], [0.25, "#56A0D3"], [0.5, "#E9EBEE"], [0.75, "#E58A4E"], [1, "#9A3D00"]]

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'

LONGEST_NAME = 80
"""Characters of a name that a figure or a page shows."""

_INK = {"light": ("#24292F", "#E4E7EB", "#B9C0C8"), "dark": ("#D9DEE4", "#2B3138", "#4A525B")}


def label(name: Any, limit: int = LONGEST_NAME) -> str:
    """Write a name of the user's for plotly, which renders a part of HTML: cut, then escaped.

    Examples
    --------
    >>> label("<b>x</b>")
    '&lt;b&gt;x&lt;/b&gt;'
    """
    return escape(shorten(name, limit))


def shorten(name: Any, limit: int = LONGEST_NAME) -> str:
    """Put a name on one line and cut it to ``limit`` characters.

    Examples
    --------
    >>> shorten("a  long name", 8)
    'a long …'
    """
    text = " ".join("".join(c if c.isprintable() else " " for c in str(name)).split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def with_unit(name: str, unit: Any) -> str:
    """Write an axis title from an already escaped name and a unit.

    Examples
    --------
    >>> with_unit("time", "s")
    'time (s)'
    """
    text = label(unit or "", 20)
    return name if text in ("", "1") else f"{name} ({text})"


def axis_title(name: str, unit: Any = "", limit: int = 16) -> str:
    """Write the title of a low panel from an escaped name and a unit: short lines, not one long.

    Examples
    --------
    >>> axis_title("x", "m"), axis_title("temperature at sea level", "degC")
    ('x (m)', 'temperature at …<br>(degC)')
    """
    whole = with_unit(name, unit)
    if len(unescape(whole)) <= limit + 2:
        return whole
    lines = [label(unescape(name), limit), with_unit("", unit).strip()]
    return "<br>".join(line for line in lines if line)


def log_axis(values: Any) -> dict[str, Any]:
    """Give a logarithmic axis between two and eight ticks that can be read.

    Examples
    --------
    >>> log_axis([0.1, 3.0])["dtick"], log_axis([1e-9, 1.0])["dtick"]
    ('D2', 2)
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known) & (known > 0)]
    low, high = (known.min(), known.max()) if known.size else (1.0, 10.0)
    decades = float(np.log10(high) - np.log10(low))
    axis: dict[str, Any] = {"type": "log", "tickfont": {"size": 11}}
    if decades > 2.2:
        return axis | {"dtick": int(np.ceil(decades / 5))}
    axis["tickformat"] = "~g" if low >= 1e-3 and high <= 1e5 else "~e"
    return axis | {"nticks": 6} | ({"dtick": "D2"} if decades > 0.5 else {})


@lru_cache(maxsize=2)
def template(mode: str = "light") -> Any:
    """Shared template of all figures.

    Parameters
    ----------
    mode : {"light", "dark"}

    Returns
    -------
    plotly.graph_objects.layout.Template
        Transparent ground, thin grid, no frame.
    """
    import plotly.graph_objects as go

    ink, grid, line = _INK[mode]
    axis = {
        "gridcolor": grid, "linecolor": line, "tickcolor": line, "zerolinecolor": grid,
        "zeroline": False, "separatethousands": True, "showline": True,
        "ticks": "outside", "ticklen": 4, "automargin": True,
        "title": {"standoff": 8, "font": {"size": 13}}, "exponentformat": "power",
        "minor": {"ticks": "", "showgrid": False},
    }  # fmt: skip
    space = {
        "backgroundcolor": "rgba(0,0,0,0)", "gridcolor": grid, "linecolor": line,
        "zerolinecolor": grid, "showspikes": False, "title": {"font": {"size": 13}},
        "tickfont": {"size": 11},
    }  # fmt: skip
    layout = {
        "font": {"family": FONT, "size": 13, "color": ink},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": [DATA, MODEL, OTHER, *list(OKABE_ITO.values())[1:3]],
        "xaxis": axis,
        "yaxis": axis,
        "scene": {"xaxis": space, "yaxis": space, "zaxis": space, "dragmode": "orbit"},
        "legend": {
            "orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom",
            "bgcolor": "rgba(0,0,0,0)", "itemsizing": "constant",
        },
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": line, "activecolor": ink},
        "hoverlabel": {"font": {"family": FONT, "size": 12}},
        "margin": {"l": 56, "r": 16, "t": 36, "b": 48},
        "annotationdefaults": {"font": {"size": 13, "color": ink}, "showarrow": False},
    }  # fmt: skip
    return go.layout.Template(layout=layout)


def finish(figure: Any, *, height: int, title: str | None = None, **layout: Any) -> Any:
    """Give a figure the template, its height and an optional title; returns it."""
    figure.update_layout(template=template(), height=height, uirevision="keep", **layout)
    if title:
        figure.update_layout(title={"text": label(title, 120), "font": {"size": 16}})
        figure.update_layout(margin={"t": 72})
    return figure

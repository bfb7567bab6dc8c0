"""Figures on the page: the picture as data, drawn by one script with one template."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from dsr.plots.theme import DARK, template
from dsr.report.markup import Html, html, join, tag


def as_json(document: Any) -> Html:
    """Write JSON that can stand in a script element: no character of it can end the element."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=True)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Html(text)


def themes() -> dict[str, Any]:
    """Both templates, and which colour of a figure becomes which on a dark page."""
    modes = {mode: template(mode).to_plotly_json() for mode in ("light", "dark")}
    return {**modes, "swap": DARK}


@dataclass
class Figures:
    """Numbers figures and keeps their data until the end of the page."""

    specifications: list[dict[str, Any]] = field(default_factory=list)
    captions: int = 0

    def plot(self, figure: Any, label: str, *, narrow: Any = None, group: str = "") -> Html:
        """Place a picture.

        Parameters
        ----------
        figure : plotly.graph_objects.Figure
        label : str
            What there is to be seen, for those who do not see it.
        narrow : plotly.graph_objects.Figure, optional
            The same traces with a layout for a narrow screen.
        group : str
            Three-dimensional pictures of one group turn together.
        """
        document = json.loads(figure.to_json())
        layout = document["layout"]
        height = int(layout.get("height", 400))
        layout.pop("template", None)
        specification = {"data": document["data"], "layout": layout, "group": group}
        if narrow is not None:
            other = json.loads(narrow.to_json())["layout"]
            other.pop("template", None)
            specification["narrow"] = other
        identity = f"plot-{len(self.specifications)}"
        self.specifications.append({"id": identity, **specification})
        # The height stands in the page, so that nothing moves while the pictures are drawn.
        return tag(
            "div", id=identity, class_="plot", role="img", aria_label=label,
            style=f"height:{height}px",
        )  # fmt: skip

    def figure(self, *pictures: Any, caption: Any, class_: str | None = None) -> Html:
        """Frame pictures with a numbered caption."""
        self.captions += 1
        number = tag("b", f"Figure {self.captions}.")
        return tag("figure", *pictures, tag("figcaption", number, " ", caption), class_=class_)

    def data(self) -> Html:
        """All pictures as script elements that hold data only."""
        return join(
            tag("script", as_json(document), type="application/json", class_="figure-data")
            for document in self.specifications
        )


def panel(title: str, picture: Any) -> Html:
    """Put a small heading over a picture that shares its figure with others."""
    return tag("div", tag("p", html(title), class_="panel-title"), picture, class_="panel")

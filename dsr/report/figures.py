"""Figures on the page: the picture as data, drawn by one script with one template."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from dsr.plots.theme import DARK, template
from dsr.report.markup import Markup, part


def themes() -> dict[str, Any]:
    """Both templates, and which colour of a figure becomes which on a dark page."""
    modes = {mode: template(mode).to_plotly_json() for mode in ("light", "dark")}
    return {**modes, "swap": DARK}


@dataclass
class Figures:
    """Numbers figures and keeps their data until the end of the page."""

    specifications: list[dict[str, Any]] = field(default_factory=list)
    captions: int = 0

    def plot(self, figure: Any, label: str, *, narrow: Any = None, group: str = "") -> Markup:
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
        document, identity = _document(figure), f"plot-{len(self.specifications)}"
        if narrow is not None:
            document["narrow"] = _document(narrow)["layout"]
        self.specifications.append({"id": identity, "group": group, **document})
        return part("plot", identity, label, int(document["layout"].get("height", 400)))

    def figure(self, pictures: Any, *, caption: Any, class_: str = "") -> Markup:
        """Frame pictures with a numbered caption."""
        self.captions += 1
        return part("figure", self.captions, pictures, caption, class_)

    def state(self) -> tuple[int, int]:
        """How much there is, for `forget`."""
        return len(self.specifications), self.captions

    def forget(self, state: tuple[int, int]) -> None:
        """Go back to an earlier `state`: what was placed since is not on the page."""
        del self.specifications[state[0] :]
        self.captions = state[1]


def _document(figure: Any) -> dict[str, Any]:
    """Traces, layout and frames of a figure; the template is the page's."""
    document: dict[str, Any] = json.loads(figure.to_json())
    document["layout"].pop("template", None)
    return document

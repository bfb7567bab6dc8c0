"""Plotly figures in the gallery and on pages, without network and without a browser.

As an image scraper of sphinx-gallery, `plotly_scraper` finds the figures an example has made,
draws a thumbnail of each, and places the figure itself as data. As an extension it puts plotly's
script, the two colour schemes and the few lines that draw into the output, and names them on pages
that hold a figure.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import thumbnail
from plotly.graph_objects import Figure
from plotly.offline import get_plotlyjs
from sphinx.application import Sphinx

from dsr.plots.theme import DARK, template

_FRAGMENT = """\
.. raw:: html

    <div class="plotly-figure" id="{identity}" style="height: {height}px"></div>
    <script type="application/json" data-figure="{identity}">{document}</script>

"""
_seen: dict[str, list[Any]] = {}


def plotly_scraper(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """Give the reST of every figure that the last block has made."""
    del block, gallery_conf
    source = block_vars["src_file"]
    if source not in _seen:
        _seen.clear()
    known = _seen.setdefault(source, [])
    parts = []
    for value in list(block_vars["example_globals"].values()):
        if isinstance(value, Figure) and not any(value is figure for figure in known):
            known.append(value)
            path = Path(next(block_vars["image_path_iterator"]))
            thumbnail.draw(value).save(path)
            parts.append(fragment(value, path.stem))
    return "".join(parts)


def fragment(figure: Any, identity: str) -> str:
    """Write a figure as reST: a place for it, and its data in a form that no browser executes."""
    document = json.loads(figure.to_json())
    document["layout"].pop("template", None)
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=True)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    height = int(document["layout"].get("height", 400))
    return _FRAGMENT.format(identity=identity, height=height, document=text)


def _write_scripts(app: Sphinx) -> None:
    if app.builder.format != "html":
        return
    folder = Path(app.outdir) / "_static"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plotly.min.js").write_text(get_plotlyjs(), encoding="utf-8")
    themes = {mode: template(mode).to_plotly_json() for mode in ("light", "dark")}
    script = f"window.plotlyThemes = {json.dumps({**themes, 'swap': DARK})};\n"
    (folder / "plotly-themes.js").write_text(script, encoding="utf-8")


def _name_scripts(
    app: Sphinx, page: str, template_name: str, context: dict[str, Any], doctree: Any
) -> None:
    del page, template_name, doctree
    if "data-figure=" in context.get("body", ""):
        for name in ("plotly.min.js", "plotly-themes.js", "plotly-figures.js"):
            app.add_js_file(name, loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what puts the scripts in place."""
    app.connect("builder-inited", _write_scripts)
    app.connect("html-page-context", _name_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

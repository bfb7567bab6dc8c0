"""Write formulas as MathML, which browsers draw themselves, without script or network."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging

_log = logging.getLogger(__name__)


def _write(translator: Any, node: nodes.Element, as_block: bool) -> None:
    try:
        # The converter knows rows and columns only inside an environment.
        text = node.astext()
        if as_block and (r"\\" in text or "&" in text) and r"\begin" not in text:
            text = rf"\begin{{aligned}}{text}\end{{aligned}}"
        html = tex2mathml(text, as_block=as_block)
    except MathError as error:
        _log.warning("formula cannot be written as MathML: %s", error, location=node)
        html = f"<code>{translator.encode(node.astext())}</code>"
    translator.body.append(f'<div class="formula">{html}</div>' if as_block else html)
    raise nodes.SkipNode


def _inline(translator: Any, node: nodes.math) -> None:
    _write(translator, node, as_block=False)


def _block(translator: Any, node: nodes.math_block) -> None:
    _write(translator, node, as_block=True)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer; ``html_math_renderer = "mathml"`` chooses it."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Write formulas as MathML, which browsers draw themselves, without script or network."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging

_log = logging.getLogger(__name__)

_ACCENTS = set("~^ˆ˜ˉ˙¨→⃗_")
_OVERLINE = "¯"


def to_mathml(tex: str, as_block: bool) -> str:
    """Convert a formula, mending what docutils' converter does badly."""
    text = re.sub(r"\\[bB]igg?(?![a-zA-Z])", "", tex.replace(r"\dots", r"\ldots"))
    # The converter knows rows and columns only inside an environment.
    if as_block and (r"\\" in text or "&" in text) and r"\begin" not in text:
        text = rf"\begin{{aligned}}{text}\end{{aligned}}"
    html = tex2mathml(text, as_block=as_block).replace("&ApplyFunction;", "\u2061")
    ElementTree.register_namespace("", "http://www.w3.org/1998/Math/MathML")
    root = ElementTree.fromstring(html)
    for element in root.iter():
        _mend_accent(element)
    return ElementTree.tostring(root, encoding="unicode")


def _mend_accent(element: ElementTree.Element) -> None:
    """Set an index after an accented letter, where the converter sets it below the accent."""
    name = element.tag.rpartition("}")
    accent = element[-1] if len(element) else None
    if accent is None or accent.text not in _ACCENTS:
        return
    if accent.text == "_":
        accent.text = _OVERLINE
    if name[2] == "munderover":
        letter, index, _ = list(element)
        over = ElementTree.Element(f"{name[0]}{name[1]}mover", {"accent": "true"})
        over.extend([letter, accent])
        for child in list(element):
            element.remove(child)
        element.tag = f"{name[0]}{name[1]}msub"
        element.attrib.clear()
        element.extend([over, index])


def _write(translator: Any, node: nodes.Element, as_block: bool) -> None:
    try:
        html = to_mathml(node.astext(), as_block)
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

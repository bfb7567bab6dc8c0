"""HTML that escapes itself: text becomes safe on its way in, markup stays what it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

_VOID = {"meta", "link", "br", "hr"}


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def html(value: Any) -> Html:
    """Make markup of anything: escaped, unless it is markup already.

    Examples
    --------
    >>> html("a < b")
    'a &lt; b'
    """
    if isinstance(value, Html):
        return value
    return Html("" if value is None else escape(str(value)))


def join(parts: Iterable[Any], between: str = "") -> Html:
    """Put pieces together."""
    return Html(html(between).join(html(part) for part in parts))


def tag(name: str, /, *children: Any, **attributes: Any) -> Html:
    """Make an element; ``class_`` stands for class, ``_`` for ``-``, None leaves one out.

    Examples
    --------
    >>> tag("p", "1 < 2", class_="note")
    '<p class="note">1 &lt; 2</p>'
    """
    pieces = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        attribute = key.rstrip("_").replace("_", "-")
        pieces.append(attribute if value is True else f'{attribute}="{html(value)}"')
    opening = f"<{' '.join(pieces)}>"
    return Html(opening if name in _VOID else f"{opening}{join(children)}</{name}>")


def table(
    caption: Any,
    head: Sequence[Any],
    rows: Sequence[Sequence[Any]],
    *,
    numeric: Sequence[int] = (),
    class_: str | None = None,
) -> Html:
    """Make a table in a frame that scrolls by itself when the screen is narrow.

    Parameters
    ----------
    caption : text or Html
    head : list
        Titles of the columns; empty for none.
    rows : list of lists
        The first cell of each heads its row.
    numeric : list of int
        Columns set flush right.
    """

    def align(index: int) -> str | None:
        return "number" if index in numeric else None

    titles = [tag("th", cell, scope="col", class_=align(i)) for i, cell in enumerate(head)]
    lines = []
    for row in rows:
        cells = [
            tag("td", cell, class_=align(i), data_label=head[i] if head else None)
            if i
            else tag("th", cell, scope="row")
            for i, cell in enumerate(row)
        ]
        lines.append(tag("tr", *cells))
    body = tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", *titles)) if head else Html(""),
        tag("tbody", *lines),
        class_=class_,
    )
    return tag("div", body, class_="scroll", tabindex="0", role="region", aria_label="table")

"""Markup: templates that escape whatever they are given, and the few pieces made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from markupsafe import Markup as Markup
from markupsafe import escape as escape


@lru_cache(maxsize=1)
def templates() -> Any:
    """Environment of the templates in ``assets``: everything is escaped, nothing may be missing."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("dsr.report", "assets"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    return environment


def asset(name: str) -> Markup:
    """Style or script as it stands."""
    return Markup(templates().loader.get_source(templates(), name)[0])


def part(name: str, *values: Any, **options: Any) -> Markup:
    """Fill one macro of ``parts.html``.

    Examples
    --------
    >>> part("paragraph", "1 < 2", class_="note")
    Markup('<p class="note">1 &lt; 2</p>')
    """
    macro = getattr(templates().get_template("parts.html").module, name)
    return Markup(str(macro(*values, **options)).strip())


def join(parts: Iterable[Any]) -> Markup:
    """Put pieces together."""
    return Markup("").join(parts)


def paragraph(text: Any, class_: str = "") -> Markup:
    """Make a paragraph."""
    return part("paragraph", text, class_=class_)


def symbol(base: str, index: str = "") -> Markup:
    """Write a mathematical symbol with an index.

    Examples
    --------
    >>> str(symbol("D", "H"))
    '<i>D</i><sub>H</sub>'
    """
    below = Markup("<sub>{}</sub>").format(index) if index else ""
    return Markup("<i>{}</i>{}").format(base, below)


def table(
    caption: Any,
    head: Sequence[Any],
    rows: Sequence[Sequence[Any]],
    *,
    numeric: Sequence[int] = (),
    class_: str = "",
) -> Markup:
    """Make a table in a frame that scrolls by itself when the screen is narrow.

    Parameters
    ----------
    caption : text or Markup
    head : list
        Titles of the columns; empty for none.
    rows : list of lists
        The first cell of each heads its row; None is an empty cell.
    numeric : list of int
        Columns set flush right.
    class_ : str
        ``cards`` becomes a card a row on a narrow screen.
    """
    return part("table", caption, head, rows, numeric, class_)

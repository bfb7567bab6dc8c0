"""A section for results that no other section knows: tables, curves, maps, from the data alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from dsr.plots.dataset import MOST_CURVES, MOST_MAPS, complex_plane, curves, heat_maps
from dsr.plots.theme import shorten
from dsr.report.evidence import Evidence
from dsr.report.figures import Figures
from dsr.report.markup import Markup, join, paragraph, table
from dsr.report.numbers import MISSING, as_float, number

_MOST_ROWS, _MOST_COLUMNS, _MOST_FIGURES = 24, 8, 8
_SENTENCES = ("title", "long_name", "description", "warning")


def other_section(evidence: Evidence, figures: Figures, name: str) -> Markup:
    """Everything a group of results holds, bounded in size.

    Scalars and text become tables, numbers over one dimension tables where they are few and curves
    where they are many, complex numbers points of their plane, the rest maps.
    """
    dataset = evidence.others[name]
    said = [shorten(dataset.attrs.get(key) or "", 400) for key in _SENTENCES]
    parts: list[Markup] = [paragraph(f"{s[0].upper()}{s[1:].rstrip('.')}.") for s in said if s]
    flat: dict[str, list[Any]] = {}
    small, maps = [], []
    for variable in dataset.data_vars.values():
        if variable.ndim == 1:
            flat.setdefault(str(variable.dims[0]), []).append(variable)
        elif variable.ndim == 2 and _is_small(variable):
            small.append(variable)
        elif variable.ndim > 1 and variable.size and variable.dtype.kind in "iufbc":
            maps.append(variable)
    scalars = [(str(n), v.values[()], v.attrs) for n, v in dataset.data_vars.items() if not v.ndim]
    scalars += [
        (str(n), v, {}) for n, v in dataset.attrs.items()
        if n not in _SENTENCES and np.ndim(v) == 0
    ]  # fmt: skip
    rows = [[shorten(n, 60), _with_unit(v, attrs)] for n, v, attrs in scalars[:_MOST_ROWS]]
    for dim, variables in flat.items():
        parts += _over(dataset, dim, variables, figures)
    if rows:
        parts.append(table("Single values", ["name", "value"], rows))
    parts += [_matrix(variable) for variable in small[:_MOST_FIGURES]]
    parts += [heat_maps_of(variable, figures) for variable in maps[:_MOST_FIGURES]]
    return join(parts) or paragraph("Nothing in this group can be shown.")


def _is_small(variable: Any) -> bool:
    """Whether a variable of two dimensions can be read as a table."""
    return bool(max(variable.shape) <= _MOST_ROWS and 0 < min(variable.shape) <= _MOST_COLUMNS)


def _matrix(variable: Any) -> Markup:
    """A small variable of two dimensions as a table, the longer of them downwards."""
    down, across = variable.dims if variable.shape[0] >= variable.shape[1] else variable.dims[::-1]
    values = variable.transpose(down, across).values
    if values.dtype.kind == "c":
        values = [[_with_unit(value, {}) for value in row] for row in values]
    head = [shorten(down, 40), *(shorten(v, 40) for v in variable[across].values)]
    rows = [
        [shorten(name), *_cells(row)]
        for name, row in zip(variable[down].values, values, strict=True)
    ]
    caption = f"{_title(variable)} by {shorten(down, 40)} and {shorten(across, 40)}"
    numeric = range(1, len(head))
    return table(caption[:1].upper() + caption[1:], head, rows, numeric=numeric)


def heat_maps_of(variable: Any, figures: Figures) -> Markup:
    """Maps of one variable."""
    what = "Modulus of " if variable.dtype.kind == "c" else ""
    caption = f"{what}{_title(variable)} over {', '.join(shorten(d) for d in variable.dims)}."
    if variable.ndim > 2:
        caption += f" The first {MOST_MAPS} slices at most."
    return _figure(figures, caption, heat_maps(variable), heat_maps(variable, columns=1))


def _figure(figures: Figures, caption: str, picture: Any, narrow: Any = None) -> Markup:
    caption = caption[:1].upper() + caption[1:]
    return figures.figure(figures.plot(picture, caption, narrow=narrow), caption=caption)


def _over(dataset: Any, dim: str, variables: list[Any], figures: Figures) -> list[Markup]:
    """Table and figures of variables over one dimension."""
    length = dataset.sizes[dim]
    numeric = [v for v in variables if v.dtype.kind in "iufbc"]
    words = [v for v in variables if v.dtype.kind not in "iufbc"]
    parts = []
    if words or length <= _MOST_ROWS:
        parts.append(_table(dataset, dim, variables))
    plane = [(str(v.name), v.values) for v in numeric if v.dtype.kind == "c"] + _pairs(numeric)
    for title, values in plane[:2]:
        caption = f"{shorten(title, 60)} in the complex plane; the dotted line is the unit circle."
        parts.append(_figure(figures, caption, complex_plane(title, values)))
    if numeric and length > 2 and (length > _MOST_ROWS or not plane):
        names = ", ".join(_title(v) for v in numeric[:MOST_CURVES])
        caption = f"{names} over {shorten(dim, 40)}."
        parts.append(_figure(figures, caption, curves(numeric)))
    return parts


def _pairs(variables: list[Any]) -> list[tuple[str, Any]]:
    """Complex numbers that are kept as two variables, NAME_real and NAME_imag."""
    by_name = {str(v.name): v.values for v in variables}
    return [
        (name.removesuffix("_real").replace("_", " "), by_name[name] + 1j * by_name[other])
        for name in by_name
        if name.endswith("_real") and (other := f"{name.removesuffix('real')}imag") in by_name
    ]


def _table(dataset: Any, dim: str, variables: list[Any]) -> Markup:
    head, columns, numeric = [shorten(dim, 40)], [_cells(dataset[dim].values)], []
    for variable in variables:
        values, title = np.asarray(variable.values), _title(variable)
        pieces = [(title, values)]
        if values.dtype.kind == "c":
            pieces = [(f"{title}, real", values.real), (f"{title}, imaginary", values.imag)]
        for words, piece in pieces[: _MOST_COLUMNS - len(columns) + 1]:
            if piece.dtype.kind in "iuf":
                numeric.append(len(head))
            head.append(words)
            columns.append(_cells(piece))
    length = dataset.sizes[dim]
    what = f"The first {_MOST_ROWS} of {length:,}" if length > _MOST_ROWS else "For each"
    caption = f"{what} {shorten(dim, 40)}"
    class_ = "" if len(numeric) == len(head) - 1 else "cards"
    return table(caption, head, list(zip(*columns, strict=True)), numeric=numeric, class_=class_)


def _cells(values: Any) -> list[Any]:
    values = np.asarray(values)[:_MOST_ROWS]
    if values.dtype.kind in "iu":
        return [str(v) for v in values]
    if values.dtype.kind == "f":
        return [number(v, 4) for v in values]
    return [_text(v) for v in values]


def _text(value: Any) -> Any:
    """Text as it is; what looks like a formula in letters of one width."""
    text = shorten(value, 600)
    return Markup("<code>{}</code>").format(text) if "=" in text else text or MISSING


def _with_unit(value: Any, attrs: Any) -> Any:
    unit = shorten(attrs.get("units", ""), 20)
    kind = np.asarray(value).dtype.kind
    if kind == "c":
        shown = f"{number(value.real, 4)} + {number(value.imag, 4)} i"
    else:
        shown = number(as_float(value), 4) if kind == "f" else _text(value)
    return f"{shown} {unit}" if unit not in ("", "1") and isinstance(shown, str) else shown


def _title(variable: Any) -> str:
    """Name of a variable with its unit."""
    unit = shorten(variable.attrs.get("units", ""), 20)
    name = shorten(str(variable.attrs.get("long_name") or variable.name).replace("_", " "), 40)
    return f"{name} ({unit})" if unit not in ("", "1") else name

"""Text tables: delimiter, decimal comma, header, dates and index columns are found out."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dsr.data.raw import LoadOptions, RawTable, nearest, pick
from dsr.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_SNIFFED = 65_536
_TIME_NAMES = (
    "time",
    "t",
    "date",
    "datetime",
    "timestamp",
    "seconds",
    "sec",
    "time (s)",
    "time[s]",
)
_MISSING = ("", "na", "nan", "null", "none", "-", "n/a", "#n/a")


def read_csv_table(path: Path, options: LoadOptions) -> RawTable:
    """Read comma, semicolon, tab or space separated text.

    A column called ``time`` (or ``options.time``), or the only column of ISO dates, is the axis; a
    leading column that counts rows is an index and is left out; so are columns of text.
    """
    text = _decoded(path)
    if _binary(text):
        raise InputError(f"{path} is neither a table of text nor any other file that dsr reads")
    delimiter, decimal = _dialect(text, path)
    frame = _frame(text, path, delimiter, decimal)
    notes: list[str] = []
    groups = _groups(frame, options, path)
    time, unit, used = _time(frame, options)
    frame = frame.drop(columns=[c for c in (used, options.trajectory) if c in frame])
    frame = _without_index(frame, notes)
    columns = _numbers(frame, path, options, notes, decimal)
    if not columns:
        raise InputError(f"{path} holds no column of numbers beside its time axis")
    names = pick(list(columns), options.variables)
    whole = np.stack([columns[name] for name in names], axis=1)
    units = [_unit(name) for name in names]
    if groups is None:
        return RawTable([whole], names, time, unit, units, notes=notes)
    labels = list(dict.fromkeys(groups))
    rows = [np.flatnonzero(groups == label) for label in labels]
    if time is not None:
        time = time[max(rows, key=len)]
    return RawTable([whole[r] for r in rows], names, time, unit, units, labels, notes=notes)


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    encoding = next((name for mark, name in marks.items() if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        # Latin-1 reads any byte; whether it is a table is decided by what follows.
        return content.decode("latin-1")


def _binary(text: str) -> bool:
    head = text[:_SNIFFED]
    odd = sum(1 for c in head if ord(c) < 32 and c not in "\t\n\r\f")
    return "\x00" in head or odd > 0.01 * len(head)


def _lines(text: str) -> list[str]:
    head = text[:_SNIFFED].splitlines()
    return [line for line in head if line.strip() and not line.lstrip().startswith(("#", "%"))][
        :200
    ]


def _dialect(text: str, path: Path) -> tuple[str, str]:
    """Delimiter that cuts the lines into the same number of fields, and the decimal mark."""
    lines = _lines(text)
    if len(text) > _SNIFFED and len(lines) > 1:
        lines = lines[:-1]
    if not lines:
        raise InputError(f"{path} holds no lines of data")
    best, most = "", 1
    for delimiter in (";", "\t", ",", "|"):
        counts = [len(next(csv.reader([line], delimiter=delimiter))) for line in lines]
        usual = max(set(counts), key=counts.count)
        if counts.count(usual) >= 0.9 * len(counts) and usual > most:
            best, most = delimiter, usual
        if best == ";":
            break
    if not best:
        counts = [len(line.split()) for line in lines]
        best = r"\s+" if max(set(counts), key=counts.count) > 1 else ","
    body = " ".join(lines[1:] or lines)
    if best != "," and re.search(r"\d,\d", body) and not re.search(r"\d\.\d", body):
        return best, ","
    return best, "."


def _frame(text: str, path: Path, delimiter: str, decimal: str) -> pd.DataFrame:
    import pandas as pd

    lines = _lines(text)
    header = _has_header(lines[0], delimiter, decimal)
    kept = "\n".join(
        line for line in text.splitlines()
        if line.strip() and not line.lstrip().startswith(("#", "%"))
    )  # fmt: skip
    settings: dict[str, Any] = {
        "sep": delimiter,
        "header": 0 if header else None,
        "dtype": str,
        "keep_default_na": False,
        "skipinitialspace": True,
        "engine": "c",
    }
    try:
        frame = pd.read_csv(io.StringIO(kept), **settings)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError, OverflowError) as error:
        detail = " ".join(str(error).split())[:160]
        raise InputError(f"{path} is not a regular table: {detail}") from None
    except MemoryError:
        raise InputError(f"{path} needs more memory than there is") from None
    if header:
        names = [str(c).strip() or f"column {k + 1}" for k, c in enumerate(frame.columns)]
        frame.columns = [n if not n.startswith("Unnamed:") else "index" for n in names]
    else:
        frame.columns = [f"x{k}" for k in range(frame.shape[1])]
    if frame.columns.duplicated().any():
        twice = frame.columns[frame.columns.duplicated()][0]
        raise InputError(f"{path} has two columns called {twice!r}; rename one of them")
    if len(frame) == 0:
        raise InputError(f"{path} has a header and no rows")
    return frame


def _has_header(line: str, delimiter: str, decimal: str) -> bool:
    fields = line.split() if delimiter == r"\s+" else next(csv.reader([line], delimiter=delimiter))
    return not any(_is_number(f, decimal) or _is_date(f) for f in fields if f.strip())


def _is_number(text: str, decimal: str) -> bool:
    try:
        float(text.strip().replace(decimal, "."))
    except ValueError:
        return text.strip().lower() in _MISSING[1:]
    return True


def _is_date(text: str) -> bool:
    return bool(re.match(r"\s*\d{4}-\d{1,2}(-\d{1,2})?([T ]\d{1,2}:\d{2}.*)?\s*$", text))


def _groups(frame: pd.DataFrame, options: LoadOptions, path: Path) -> Any:
    if options.trajectory is None:
        return None
    del path
    if options.trajectory not in frame:
        raise nearest(options.trajectory, frame.columns, "trajectory column")
    return frame[options.trajectory].to_numpy(dtype=object)


def _time(frame: pd.DataFrame, options: LoadOptions) -> tuple[Any, str, str | None]:
    """Time axis, its unit, and the column it came from."""
    if options.time is not None:
        if options.time not in frame:
            raise nearest(options.time, frame.columns, "time column")
        return (*_axis_values(frame[options.time], options.time), options.time)
    for name in frame.columns:
        bare = re.sub(r"\s*[\[(].*[\])]\s*$", "", str(name)).strip().lower()
        if bare in _TIME_NAMES:
            return (*_axis_values(frame[name], str(name)), str(name))
    dated = [c for c in frame.columns if frame[c].head(50).map(_is_date).all()]
    if len(dated) == 1:
        return (*_axis_values(frame[dated[0]], str(dated[0])), str(dated[0]))
    return None, "", None


def _axis_values(column: pd.Series[str], name: str) -> tuple[Any, str]:
    texts = column.str.strip()
    if texts.map(_is_date).all():
        try:
            return texts.to_numpy(dtype="datetime64[ns]"), ""
        except ValueError:
            pass
    try:
        return texts.str.replace(",", ".").to_numpy(dtype=np.float64), _unit(name)
    except ValueError:
        bad = next((t for t in texts if not (_is_date(t) or _is_number(t, "."))), texts.iloc[0])
        raise InputError(
            f"the time column {name!r} holds {str(bad)[:40]!r}, which is neither a number nor an "
            "ISO date such as 2021-03-02T12:00:00"
        ) from None


def _unit(name: str) -> str:
    found = re.search(r"[\[(]\s*([^\])]{1,20}?)\s*[\])]\s*$", str(name))
    return found.group(1) if found else ""


def _without_index(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Leave out a first column that only counts rows."""
    if frame.shape[1] < 2:
        return frame
    first = frame.columns[0]
    try:
        values = frame[first].to_numpy(dtype=np.float64)
    except ValueError:
        return frame
    counts = len(values) > 2 and (np.diff(values) == 1.0).all() and values[0] in (0.0, 1.0)
    named = str(first).strip().lower() in ("index", "id", "row", "n", "#", "x0")
    if counts and named:
        notes.append(f"left out column {first!r}, which only counts rows")
        return frame.drop(columns=[first])
    return frame


def _numbers(
    frame: pd.DataFrame, path: Path, options: LoadOptions, notes: list[str], decimal: str
) -> dict[str, Any]:
    """Columns of numbers; one that is mostly text is left out, a stray text is an error."""
    wanted = options.variables
    asked = [] if wanted is None else (wanted.split(",") if isinstance(wanted, str) else wanted)
    result: dict[str, Any] = {}
    for name in frame.columns:
        texts = frame[name].str.strip()
        if decimal == ",":
            texts = texts.str.replace(",", ".")
        plain = texts.where(~texts.str.lower().isin(_MISSING), "nan")
        try:
            result[str(name)] = plain.to_numpy(dtype=np.float64)
            continue
        except ValueError:
            bad = [k for k, t in enumerate(plain) if not _is_number(t, ".")]
        if len(bad) > 0.5 * len(plain) and name not in [str(a).strip() for a in asked]:
            notes.append(f"left out column {name!r}, which holds text")
            continue
        raise InputError(
            f"{path.name}: row {bad[0] + 1} of column {name!r} holds "
            f"{str(frame[name].iloc[bad[0]])[:40]!r}, which is no number; correct or remove it"
        )
    return result

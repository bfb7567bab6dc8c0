"""Text tables and data frames: which column is time, which count rows, which cell is no number."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dsr.data.files import reason
from dsr.data.labelled.clues import (
    TRAJECTORY_NAMES,
    counts_rows,
    find_ramp,
    is_nameless,
    is_time_name,
    without_row_numbers,
)
from dsr.data.labelled.picks import Picks, listed, no_such, pick
from dsr.data.readers.dialect import ISO_DATE, Sheet, read_sheet
from dsr.data.table import Table
from dsr.data.time.axis import decode_time
from dsr.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_MISSING = {"", "na", "nan", "null", "none", "-", "--", "n/a", "#n/a", "?"}
# A column with more text than this is a label, not a measurement with a slip in it.
_TEXT_SHARE = 0.5


def read_csv(path: Path, picks: Picks, *, time_unit: str | None = None) -> Table:
    """Read comma, semicolon, tab, bar or space separated text.

    A column called ``time`` (or ``picks.time``), the only column of ISO dates, or else a first
    column that increases evenly is the axis; row numbers and columns of text are left out.
    """
    import pandas as pd

    sheet = read_sheet(path)
    settings: dict[str, Any] = {
        "sep": sheet.delimiter,
        "decimal": sheet.decimal,
        "header": None,
        "names": list(range(len(sheet.names))),
        "index_col": False,
        "keep_default_na": False,
        "na_values": sorted({*_MISSING, *(m.upper() for m in _MISSING), "NaN", "None", "Null"}),
        "skipinitialspace": True,
        "float_precision": "round_trip",
        "low_memory": False,
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame = pd.read_csv(sheet.stream(), **settings)
    except MemoryError as error:
        raise InputError(f"{path} needs more memory than there is; cut it in parts") from error
    except Exception as error:  # ParserError, ValueError, OverflowError, ...
        raise InputError(
            f"{path} is not a regular table: {sheet.located(error)}; give all lines equal columns"
        ) from error
    frame.columns = pd.Index(sheet.names)
    table = frame_table(frame, picks, time_unit=time_unit, source=path.name, sheet=sheet)
    return replace(table, notes=(*sheet.notes, *table.notes))


def frame_table(
    frame: pd.DataFrame,
    picks: Picks | None = None,
    *,
    time_unit: str | None = None,
    source: str = "",
    sheet: Sheet | None = None,
) -> Table:
    """Take the columns of a data frame; groups of rows are trajectories where a column says so."""
    picks = picks or Picks()
    if not frame.columns.is_unique:
        twice = str(frame.columns[frame.columns.duplicated()][0])
        raise InputError(f"two columns are called {twice[:60]!r}; rename one of them")
    notes: list[str] = []
    frame = frame.rename(columns=str)
    group, frame = _group_column(frame, picks, notes)
    rows: list[NDArray[np.int64]] = [np.arange(len(frame))]
    labels: list[Any] | None = None
    if group is not None:
        rows, labels = _rows_of(group)
    time_name, times = _time_column(frame, rows, picks, sheet, notes)
    frame = frame.drop(columns=[time_name] if time_name in frame else [])
    columns = _number_columns(frame, picks, sheet, notes)
    timed = times is not None
    if picks.names is None:
        kept = without_row_numbers(columns, notes, timed=timed, anywhere=timed, rows=rows)
        columns = {name: columns[name] for name in kept}
    names = pick(list(columns), picks.names)
    if not names:
        raise InputError(f"{source or 'the table'} has no column of numbers beside its time axis")
    whole = np.stack([columns[name] for name in names], axis=1)
    axes = None
    if times is not None:
        attrs = {"units": _unit(str(time_name))} if times.dtype.kind in "iuf" else {}
        axes = [
            decode_time(times[row], attrs, name=str(time_name), time_unit=time_unit) for row in rows
        ]
    return Table(
        values=[np.ascontiguousarray(whole[row]) for row in rows],
        axes=axes,
        names=names,
        units=[_unit(name) for name in names],
        labels=labels,
        notes=tuple(notes),
        source=source,
    )


def _group_column(
    frame: pd.DataFrame, picks: Picks, notes: list[str]
) -> tuple[pd.Series[Any] | None, pd.DataFrame]:
    """Column that tells trajectories apart, taken out of the frame."""
    name = picks.trajectory
    if name is None:
        if picks.names is not None and any(n in TRAJECTORY_NAMES for n in picks.names):
            return None, frame
        name = next((c for c in frame.columns if c.lower() in TRAJECTORY_NAMES), None)
        if name is None or frame[name].nunique() > len(frame) // 2:
            return None, frame
        notes.append(f"column {name!r} tells trajectories apart")
    elif name not in frame:
        raise no_such(name, frame.columns, "trajectory column")
    return frame[name], frame.drop(columns=[name])


def _rows_of(group: pd.Series[Any]) -> tuple[list[NDArray[np.int64]], list[Any]]:
    codes, labels = group.factorize()
    if (codes < 0).any():
        row = int(np.argmax(codes < 0)) + 1
        raise InputError(f"the trajectory column {str(group.name)[:60]!r} is empty in row {row}")
    plain = [label.item() if isinstance(label, np.generic) else label for label in labels]
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes))
    return [np.sort(part) for part in np.split(order, ends[:-1])], plain


def _time_column(
    frame: pd.DataFrame,
    rows: list[NDArray[np.int64]],
    picks: Picks,
    sheet: Sheet | None,
    notes: list[str],
) -> tuple[str | None, NDArray[Any] | None]:
    """Name and values of the time axis: by its name, by its dates, or by its even increase."""
    wanted = picks.names or []
    if picks.time is not None and picks.time in frame:
        return picks.time, _times(frame[picks.time], sheet)
    if picks.untimed:
        return None, None
    if picks.time is not None:
        raise no_such(picks.time, frame.columns, "time column")
    for name in frame.columns:
        if is_time_name(name) and name not in wanted:
            return name, _times(frame[name], sheet)
    if sheet is None and not counts_rows(np.asarray(frame.index)):
        index = np.asarray(frame.index)
        if index.dtype.kind in "Mmiuf":
            return str(frame.index.name or "index"), index
    dated = [c for c in frame.columns if _is_dated(frame[c])]
    if len(dated) == 1:
        return dated[0], _times(frame[dated[0]], sheet)
    columns = {c: frame[c].to_numpy() for c in frame.columns if frame[c].dtype.kind in "iuf"}
    units = {name: _unit(name) for name in columns}
    found = find_ramp(columns, notes, wanted=picks.names, units=units, rows=rows, first=True)
    head = next(iter(columns), "")
    if found is None and len(columns) > 1 and is_nameless(head) and head not in wanted:
        # The index of another program: if it increases, its gaps must not be lost.
        rises = all((np.diff(columns[head][row]) > 0).all() for row in rows)
        found = head if rises and not counts_rows(columns[head]) else None
    return found, None if found is None else columns[found]


def _is_dated(column: pd.Series[Any]) -> bool:
    if column.dtype.kind == "M":
        return True
    return column.dtype.kind not in "iufb" and bool(
        column.head(50).astype(str).str.fullmatch(ISO_DATE).all()
    )


def _is_basic_date(column: pd.Series[Any]) -> bool:
    """Whether numbers such as 20210302 are dates in ISO's basic form, as their column says."""
    if column.dtype.kind not in "iuf" or "date" not in str(column.name).lower() or not len(column):
        return False
    values = column.to_numpy(dtype=np.float64)
    day, month, year = values % 100, values // 100 % 100, values // 10_000
    whole = (values % 1 == 0) & (day >= 1) & (day <= 31) & (month >= 1) & (month <= 12)
    return bool((whole & (year >= 1000) & (year <= 9999)).all())


def _times(column: pd.Series[Any], sheet: Sheet | None) -> NDArray[Any]:
    """Values of a time column: numbers, or ISO dates."""
    import pandas as pd

    if _is_basic_date(column):
        column = column.astype(np.int64).astype(str)
        column = column.str[:4] + "-" + column.str[4:6] + "-" + column.str[6:]
    if column.dtype.kind in "iufMm":
        return np.asarray(column.to_numpy())
    texts = column.astype(str)
    dated = texts.str.fullmatch(ISO_DATE)
    if dated.all():
        try:
            stamps = pd.to_datetime(texts, format="ISO8601", utc=True)
            return np.asarray(stamps.dt.tz_localize(None).to_numpy())
        except (ValueError, OverflowError) as error:
            raise InputError(
                f"the time column {str(column.name)[:60]!r} holds what is no date "
                f"({reason(error)}); correct it"
            ) from error
    numeric = pd.to_numeric(texts, errors="coerce").notna()
    bad = ~(dated if dated.mean() > numeric.mean() else numeric)
    row = int(np.argmax(bad.to_numpy()))
    raise InputError(
        f"the time column {str(column.name)[:60]!r} holds {texts.iloc[row][:40]!r} in "
        f"{_place(row, sheet)}, which is neither a number nor an ISO date such as "
        '2021-03-02T12:00:00; rewrite it so, or pass time="none" if it holds no times'
    )


def _number_columns(
    frame: pd.DataFrame, picks: Picks, sheet: Sheet | None, notes: list[str]
) -> dict[str, NDArray[np.float64]]:
    """Columns of numbers; one that is mostly text is left out, a stray text is an error."""
    import pandas as pd

    wanted = picks.names
    for name in wanted or []:
        if name not in frame:
            raise no_such(name, frame.columns, "variable")
    result: dict[str, NDArray[np.float64]] = {}
    left = []
    for name in frame.columns:
        if wanted is not None and name not in wanted:
            continue
        column = frame[name]
        if column.isna().all() and wanted is None and frame.shape[1] > 1:
            left.append(name)
            continue
        if column.dtype.kind in "iuf":
            result[name] = column.to_numpy(dtype=np.float64)
            continue
        texts = column.astype(object)
        missing = texts.isna().to_numpy()
        numeric = pd.to_numeric(texts.where(~missing, "nan").astype(str), errors="coerce")
        bad = np.array(numeric.isna() & ~column.isna()) | (column.dtype.kind in "bMm")
        if not bad.any():
            result[name] = numeric.to_numpy(dtype=np.float64)
        elif bad.mean() > _TEXT_SHARE and (wanted is None or name not in wanted):
            left.append(name)
        else:
            row = int(np.argmax(bad))
            raise InputError(
                f"column {name[:60]!r} holds {str(texts.iloc[row])[:40]!r} in {_place(row, sheet)},"
                " which is no number; correct it, leave the cell empty, or leave the column out"
            )
    if left:
        notes.append(f"left out, columns of text or empty: {listed(left)}")
    return result


def _place(row: int, sheet: Sheet | None) -> str:
    return f"row {row + 1}" if sheet is None else f"row {row + 1} (line {sheet.numbers[row]})"


def _unit(name: str) -> str:
    """Unit in brackets at the end of a name; that of a column of years is the year."""
    found = re.search(r"[\[(]\s*([^\])]{1,20}?)\s*[\])]\s*$", name)
    if found:
        return found.group(1)
    return {"year": "year", "years": "year", "seconds": "s", "sec": "s"}.get(name.lower(), "")

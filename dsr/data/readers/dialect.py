"""What kind of text table a file is: encoding, comments, delimiter, decimal mark, header."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from dsr.data.files import read_bytes
from dsr.errors import InputError

ISO_DATE = r"\s*\d{4}-\d{1,2}(-\d{1,2})?([T ]\d{1,2}:\d{2}.*)?\s*"
_SNIFFED_LINES = 200
_SPACES = r"\s+"
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_COMMENTS = ("#", "%", "//", "!")


@dataclass(frozen=True)
class Sheet:
    """Lines of data of a text table, and how they are to be read."""

    lines: list[str]  # data only: no comments, no header
    numbers: list[int]  # line in the file of each, counted from 1
    names: list[str]  # of the columns
    delimiter: str
    decimal: str
    notes: tuple[str, ...] = ()

    def stream(self) -> io.StringIO:
        """Text of the data lines, for a parser."""
        return io.StringIO("\n".join(self.lines) + "\n")

    def located(self, error: Exception) -> str:
        """What a parser said, with the line counted in the file."""
        text = " ".join(str(error).split())
        found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", text)
        if found:
            expected, line, saw = (int(g) for g in found.groups())
            where = self.numbers[min(line, len(self.numbers)) - 1]
            return f"line {where} has {saw} fields and the others have {expected}"
        return text[:160]


def read_sheet(path: Path) -> Sheet:
    """Look at a text file and cut it into lines of data."""
    text = _decoded(path)
    kept = [
        (number, line)
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.lstrip().startswith(_COMMENTS)
    ]
    if not kept:
        raise InputError(f"{path} holds no lines of data")
    sample = [line for _, line in kept[:_SNIFFED_LINES]]
    delimiter, width = _delimiter(sample)
    skipped = 0
    while skipped < len(sample) - 1 and _count(sample[skipped], delimiter) < width - 1:
        skipped += 1
    before = "one line" if skipped == 1 else f"{skipped} lines"
    notes = [f"skipped {before} of text before the table"] if skipped else []
    kept, sample = kept[skipped:], sample[skipped:]
    decimal = _decimal(sample, delimiter)
    first = _fields(sample[0], delimiter)
    headed = not any(is_number(f, decimal) or is_date(f) for f in first)
    if headed and len(kept) == 1:
        raise InputError(f"{path} has a header and no rows")
    names = _names([_fields(line, delimiter) for line in sample], width, headed=headed, notes=notes)
    if headed:
        kept = kept[1:]
    _refuse_prose(path, [line for _, line in kept[:_SNIFFED_LINES]], delimiter, decimal)
    if len(set(names)) < len(names):
        twice = Counter(names).most_common(1)[0][0]
        raise InputError(f"{path} has two columns called {twice[:60]!r}; rename one of them")
    return Sheet(
        [line for _, line in kept], [n for n, _ in kept], names, delimiter, decimal, tuple(notes)
    )


def is_number(text: str, decimal: str = ".") -> bool:
    """Whether a field is a number; words such as nan count, an empty field does not.

    Examples
    --------
    >>> is_number("1,5", ","), is_number("1.5e3"), is_number("x")
    (True, True, False)
    """
    try:
        float(text.strip().strip('"').replace(decimal, "."))
    except ValueError:
        return False
    return "_" not in text


def is_date(text: str) -> bool:
    """Whether a field begins as an ISO date.

    Examples
    --------
    >>> is_date("2021-03-02T12:00"), is_date("2021-03"), is_date("02/03/2021")
    (True, True, False)
    """
    return re.fullmatch(ISO_DATE, text.strip().strip('"')) is not None


def _decoded(path: Path) -> str:
    content = read_bytes(path)
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise InputError(f"{path} is damaged: it is not the {encoding} text it says") from error
        # Latin-1 reads any byte; whether that is a table is decided by what follows.
        text = content.decode("latin-1")
    head = text[:65_536]
    odd = sum(1 for c in head if (ord(c) < 32 and c not in "\t\n\r\f") or c == "\x7f")
    if "\x00" in head or odd > 0.01 * len(head):
        raise InputError(
            f"{path} is neither NetCDF, Zarr, NumPy nor a table of text; convert it to one of these"
        )
    return text


def _delimiter(lines: list[str]) -> tuple[str, int]:
    """Delimiter that cuts most lines into the same number of fields, and that number."""
    best, width, agreement = ",", 1, 0.0
    for delimiter in (";", "\t", ",", "|", _SPACES):
        counts = Counter(_count(line, delimiter) for line in lines)
        usual, share = counts.most_common(1)[0][0], counts.most_common(1)[0][1] / len(lines)
        if usual < 2:
            continue
        # Earlier delimiters win ties: a comma beside semicolons is a decimal mark.
        if share > agreement + 0.05:
            best, width, agreement = delimiter, usual, share
    return best, width


def _fields(line: str, delimiter: str) -> list[str]:
    if delimiter == _SPACES:
        return re.findall(r"\"[^\"]*\"|'[^']*'|\S+", line)
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))
    except (csv.Error, StopIteration):
        return line.split(delimiter)


def _count(line: str, delimiter: str) -> int:
    return len(_fields(line, delimiter))


def _decimal(lines: list[str], delimiter: str) -> str:
    """Comma, where the delimiter is another and the numbers have commas and no points."""
    fields = [f for line in lines[1:] or lines for f in _fields(line, delimiter)]
    body = " ".join(f for f in fields if not is_date(f))  # fractions of seconds have points
    comma = re.search(r"\d,\d", body) is not None and re.search(r"\d\.\d", body) is None
    return "," if delimiter != "," and comma else "."


def _names(rows: list[list[str]], width: int, *, headed: bool, notes: list[str]) -> list[str]:
    """Names of the columns; a header that does not fit names none, rather than the wrong ones."""
    if not headed:
        return [f"x{k}" for k in range(width)]
    names = [f.strip().strip("\"'").strip() for f in rows[0]]
    while len(names) > width and not names[-1]:
        names.pop()
    if len(names) > width:
        # A unit in brackets after a space belongs to the name before it.
        names = re.sub(r"\0(?=[\[(])", " ", "\0".join(names)).split("\0")
    if len(names) == width - 1:
        body = [row for row in rows[1:] if len(row) == width]
        if all(not row[-1].strip() for row in body):
            names.append("")  # every line ends with the delimiter
        elif _label_rows([row[0] for row in body]):
            names.insert(0, "")  # written by R: the names of the rows have no name
    if len(names) != width:
        notes.append(
            f"the header has {len(names)} names for {width} columns, so they were called "
            f"x0 to x{width - 1}"
        )
        return [f"x{k}" for k in range(width)]
    first = next(word for word in ("Unnamed: 0", "index", "rownames") if word not in names[1:])
    return [name or (f"column {k + 1}" if k else first) for k, name in enumerate(names)]


def _label_rows(fields: list[str]) -> bool:
    """Whether the first fields of the lines are labels: text, or whole numbers all different."""
    texts = [field.strip().strip("\"'") for field in fields]
    whole = [re.fullmatch(r"\d+", text) is not None for text in texts]
    return not any(is_number(text) for text in texts) or (
        all(whole) and len(set(texts)) == len(texts)
    )


def _refuse_prose(path: Path, lines: list[str], delimiter: str, decimal: str) -> None:
    fields = [f for line in lines for f in _fields(line, delimiter)]
    if not any(is_number(f, decimal) for f in fields):
        raise InputError(
            f"{path} is text without numbers, neither a table nor any file that dsr reads"
        )

"""A workbook or a CSV file as rows of cells; what is in them is for others to say.

Only for a file that has passed the gate, and only inside the limited child process.
"""

from __future__ import annotations

import csv
from codecs import IncrementalDecoder, getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import Any

from climatebudget.core.field import clean
from climatebudget.core.findings import Cell
from climatebudget.core.text import N_
from climatebudget.sheets.refusals import Refused

Row = list[Any]
DELIMITERS = ",;\t"
SAMPLE = 50  # lines that show how a CSV file is cut
CHUNK = 2**20
UNQUOTED = N_("et anførselstegn mangler, eller en celle er for lang")
NOT_TEXT = N_("den inneholder tegn som ikke hører hjemme i en tekstfil")
OTHER_ENCODING = N_("tegnsettet er verken UTF-8 eller Windows-1252")


@dataclass(frozen=True)
class Merge:
    """Cells that were merged into one; the value stands in the first. All as in `Grid.rows`."""

    top: int  # row 1 is the first
    left: int  # index in the row
    bottom: int
    right: int

    def covers(self, row: int, index: int) -> bool:
        return self.top <= row <= self.bottom and self.left <= index <= self.right


class Rows:
    """A sheet's rows, read anew each time they are asked for: they need not fit in memory."""

    def __init__(self, read: Callable[[], Iterator[Row]]) -> None:
        self.read = read

    def __iter__(self) -> Iterator[Row]:
        return self.read()

    def start(self, count: int) -> list[Row]:
        return list(islice(self, count))


@dataclass(frozen=True)
class Grid:
    """One sheet: the first of ``rows`` is row 1, its first cell stands in ``first_column``."""

    name: str  # "" for a CSV file
    rows: Rows
    first_column: int = 0
    merges: tuple[Merge, ...] = ()

    def numbered(self) -> Iterator[tuple[int, Row]]:
        """The rows that are not blank, with their numbers as a person sees them."""
        return ((at, row) for at, row in enumerate(self.rows, start=1) if any(map(filled, row)))

    def cell(self, row: int, index: int) -> Cell:
        return Cell(self.name, row, letters(self.first_column + index))


@dataclass(frozen=True)
class Book:
    """The sheets of a file in their order; a sheet is read only when it is asked for."""

    sheets: tuple[str, ...]
    hidden: tuple[str, ...]
    grid: Callable[[str], Grid]

    def sheet(self, name: str) -> str | None:
        """The sheet of that name as this file spells it, if it has one."""
        return next((s for s in self.sheets if clean(s).casefold() == name.casefold()), None)


def open_workbook(path: Path) -> Book:
    """An .xlsx workbook; raises `Refused` where its XML does not hold together."""
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    book = _refusing(lambda: CalamineWorkbook.from_path(path))
    return Book(
        tuple(book.sheet_names),
        tuple(s.name for s in book.sheets_metadata if s.visible != SheetVisibleEnum.Visible),
        lambda name: _refusing(lambda: _grid(book, name)),
    )


def _grid(book: Any, name: str) -> Grid:
    sheet = book.get_sheet_by_name(name)
    first = sheet.start[1] if sheet.start else 0
    merges = tuple(
        Merge(top + 1, left - first, bottom + 1, right - first)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    )
    return Grid(name, Rows(sheet.iter_rows), first, merges)


def _refusing(read: Callable[[], Any]) -> Any:
    """What the reader gives, with its complaints as refusals."""
    from python_calamine import CalamineError, PasswordError, XmlError, ZipError

    codes = {XmlError: "E_XML_BROKEN", ZipError: "E_ZIP_BROKEN", PasswordError: "E_ENCRYPTED"}
    try:
        return read()
    except CalamineError as error:
        raise Refused(codes.get(type(error), "E_XML_SHAPE"), str(error)) from error


def open_csv(path: Path, fits: Callable[[Grid], int]) -> Book:
    """A CSV file in UTF-8 or Windows-1252; of the usual delimiters the one that ``fits`` best."""
    encoding = _encoding(path)
    cut = [Grid("", Rows(lambda d=d: _csv(path, encoding, d))) for d in DELIMITERS]  # type: ignore[misc]
    best = cut[DELIMITERS.index(max(DELIMITERS, key=lambda d: fits(_sample(path, encoding, d))))]
    return Book(("",), (), lambda name: best)


def _sample(path: Path, encoding: str, delimiter: str) -> Grid:
    """The first lines cut by this delimiter, whatever is wrong with them."""
    with path.open(encoding=encoding, newline="") as file:
        lines = list(islice(file, SAMPLE))
    return Grid("", Rows(lambda: csv.reader(lines, delimiter=delimiter)))


def _csv(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    try:
        with path.open(encoding=encoding, newline="") as file:
            yield from csv.reader(file, delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise Refused("E_CSV", UNQUOTED) from error


def _encoding(path: Path) -> str:
    """Raises `Refused` for a file that is no text."""
    if not _holds(path, bytes.strip):
        raise Refused("E_EMPTY")
    if _holds(path, lambda chunk: b"\0" in chunk):
        raise Refused("E_CSV", NOT_TEXT)
    for encoding in ("utf-8-sig", "cp1252"):
        decoder = getincrementaldecoder(encoding)()
        try:
            _holds(path, partial(_decodes, decoder))
            decoder.decode(b"", True)
            return encoding
        except UnicodeDecodeError:
            continue
    raise Refused("E_CSV", OTHER_ENCODING)


def _decodes(decoder: IncrementalDecoder, chunk: bytes) -> bool:
    """False, so that every chunk is met; raises UnicodeDecodeError."""
    decoder.decode(chunk)
    return False


def _holds(path: Path, what: Callable[[bytes], object]) -> bool:
    """Whether any part of the file is so."""
    with path.open("rb") as file:
        return any(map(what, iter(lambda: file.read(CHUNK), b"")))


def filled(value: Any) -> bool:
    return value is not None and (not isinstance(value, str) or bool(value.strip()))


def written(value: Any) -> str:
    """The cell as text, as it was written: 301.0 is 301, and stray spaces are kept."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def label(value: Any) -> str:
    """The cell as a name or a heading."""
    return _cleaned(written(value))


_cleaned = lru_cache(maxsize=10_000)(clean)  # a national workbook repeats a hundred names


def letters(index: int) -> str:
    """0 → A, 26 → AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def joined(names: Iterable[str]) -> str:
    """«Info», «Oversikt»: names as a sentence lists them."""
    return ", ".join(f"«{name}»" for name in names)

"""A workbook or a CSV file as rows of cells; what is in them is for others to say.

Only for a file that has passed the gate, and only inside the limited child process.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from climatebudget.core.field import clean
from climatebudget.core.findings import Cell
from climatebudget.sheets.refusals import Refused

Row = list[Any]
DELIMITERS = ",;\t"
SAMPLE = 50  # lines that show how a CSV file is cut


@dataclass(frozen=True)
class Grid:
    """One sheet: ``rows[0]`` is row 1 of the file, its first cell stands in ``first_column``."""

    name: str  # "" for a CSV file
    rows: list[Row]
    first_column: int = 0

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
    return Grid(name, list(sheet.iter_rows()), sheet.start[1] if sheet.start else 0)


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
    text = _text(path.read_bytes())
    start = "\n".join(text.splitlines()[:SAMPLE])
    best = max(DELIMITERS, key=lambda delimiter: fits(Grid("", _rows(start, delimiter))))
    try:
        grid = Grid("", _rows(text, best, strict=True))
    except csv.Error as error:
        raise Refused("E_CSV", "et anførselstegn mangler, eller en celle er for lang") from error
    return Book(("",), (), lambda name: grid)


def _text(data: bytes) -> str:
    if not data.strip():
        raise Refused("E_EMPTY")
    if b"\0" in data:
        raise Refused("E_CSV", "den inneholder tegn som ikke hører hjemme i en tekstfil")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("E_CSV", "tegnsettet er verken UTF-8 eller Windows-1252")


def _rows(text: str, delimiter: str, strict: bool = False) -> list[Row]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict))


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

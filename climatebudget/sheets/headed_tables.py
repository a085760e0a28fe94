"""A table with headings in a workbook or a CSV file: where it begins, and its cells as they stand.

Only for a file that has passed the gate, and only inside the limited child process.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from hashlib import file_digest
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

from climatebudget.core.field import clean
from climatebudget.core.findings import Cell, Finding, Level
from climatebudget.core.table import Column, Row, Table
from climatebudget.core.text import N_
from climatebudget.sheets.accounting import Counts, refuse_lost, sheet_part
from climatebudget.sheets.grids import (
    Book,
    Grid,
    filled,
    joined,
    label,
    letters,
    open_csv,
    open_workbook,
)
from climatebudget.sheets.inventories import is_csv
from climatebudget.sheets.refusals import Refused

SEARCHED = 30  # rows in which the headings may stand
MOST_ROWS = 5000  # ten times the longest klimabudsjett we know of
NAMED = 10  # rows or columns listed in one sentence
HIDDEN = re.compile(rb"""\shidden\s*=\s*["'](?:1|true)["']""")
ROW_TAG = re.compile(rb"""<(?:\w+:)?row\s[^<>]*>""")
ROW_NUMBER = re.compile(rb"""\sr\s*=\s*["'](\d+)["']""")


@dataclass(frozen=True)
class Sought:
    """The kind of table that is looked for."""

    known: Callable[[Iterable[str]], int]  # how much of a row of headings we know
    missing: str  # the code of the refusal where there is no such table
    too_long: str  # … and where it has too many rows
    belongs_elsewhere: Callable[[Sequence[str]], str] = lambda headings: ""  # … or is another kind


def open_book(path: Path, file_name: str, sought: Sought) -> Book:
    """Raises `Refused` where there is no workbook and no text to read."""
    if not is_csv(file_name):
        return open_workbook(path)
    return open_csv(path, lambda grid: _fit(grid, sought))


def read(
    book: Book,
    path: Path,
    file_name: str,
    sheet: str | None,
    sought: Sought,
    counted: Counts | None = None,
) -> Table:
    """The table on the sheet that was chosen, or on the one whose headings we know most of.

    ``counted`` is what the gate counted. Raises `Refused` where there is none, or rows are lost.
    """
    grid = _grid(book, sheet, sought)
    at, head = _heading_row(grid, sought)
    if code := sought.belongs_elsewhere([label(cell) for cell in head]):
        raise Refused(code)
    below = [(n, row) for n, row in islice(grid.numbered(), at + MOST_ROWS) if n > at]
    if not below:
        raise Refused(sought.missing)
    if len(below) >= MOST_ROWS:
        raise Refused(sought.too_long)
    above = sum(1 for _ in takewhile(lambda found: found[0] <= at, grid.numbered()))
    refuse_lost(path, grid, above + len(below), counted)
    width = max(len(row) for row in (head, *(row for _, row in below)))
    used = [i for i in range(width) if _has(head, i) or any(_has(row, i) for _, row in below)]
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return Table(
        file_name,
        digest,
        grid.name,
        tuple(name for name in book.sheets if name),
        tuple(_column(grid, head, below, i) for i in used),
        tuple(Row(n, _cells(grid, row)) for n, row in below),
        tuple(_remarks(book, grid, path, at)),
        tuple(label(cell) for n, row in _start(grid) if n < at for cell in row if filled(cell)),
    )


def _has(row: list[Any], index: int) -> bool:
    return index < len(row) and filled(row[index])


# ---- where it begins -----------------------------------------------------------------------------


def _fit(grid: Grid, sought: Sought) -> int:
    """How well a CSV file was cut into columns: by the headings that are known, then by width."""
    rows = [row for _, row in islice(grid.numbered(), SEARCHED)]
    known = max((sought.known(map(label, row)) for row in rows), default=0)
    return known * 1000 + min(max(map(len, rows), default=0), 999)


def _grid(book: Book, wanted: str | None, sought: Sought) -> Grid:
    if wanted is not None:
        if wanted not in book.sheets:
            raise Refused("E_SHEET_MISSING", joined([wanted]))
        return book.grid(wanted)
    shown = [book.grid(name) for name in book.sheets if name not in book.hidden]
    if not shown:
        raise Refused(sought.missing)
    return max(shown, key=lambda grid: _known(grid, sought))


def _known(grid: Grid, sought: Sought) -> tuple[int, int]:
    """How many headings a sheet has that we know; then how many cells stand in one of its rows."""
    rows = [row for _, row in _start(grid)]
    return max((_weight(row, sought) for row in rows), default=(0, 0))


def _start(grid: Grid) -> Iterator[tuple[int, list[Any]]]:
    return ((n, row) for n, row in islice(grid.numbered(), SEARCHED) if n <= SEARCHED)


def _weight(row: list[Any], sought: Sought) -> tuple[int, int]:
    return sought.known(map(label, row)), sum(map(filled, row))


def _heading_row(grid: Grid, sought: Sought) -> tuple[int, list[Any]]:
    """The row with most headings that we know, the first of equals; a title has only one cell.

    One cell that we know, with nothing before it, is a heading over the second column.
    """
    rows = [(n, row) for n, row in _start(grid) if sum(map(filled, row)) > 1]
    if not rows:
        raise Refused(sought.missing)
    open_corner = [(n, row) for n, row in _start(grid) if not filled(row[0])]
    known = [(n, row) for n, row in (*rows, *open_corner) if sought.known(map(label, row))]
    return max(known, key=lambda found: _weight(found[1], sought)) if known else rows[0]


# ---- its cells -----------------------------------------------------------------------------------


def _column(grid: Grid, head: list[Any], below: list[tuple[int, list[Any]]], index: int) -> Column:
    cells = (_cell(row[index]) for _, row in below if _has(row, index))
    example = next((cell for cell in cells if cell != ""), "")
    shown = example if isinstance(example, str) else f"{example:f}"
    heading = label(head[index]) if index < len(head) else ""
    return Column(letters(grid.first_column + index), heading, clean(shown))


def _cells(grid: Grid, row: list[Any]) -> dict[str, str | Decimal]:
    found = {letters(grid.first_column + i): _cell(value) for i, value in enumerate(row)}
    return {letter: value for letter, value in found.items() if value != ""}


def _cell(value: Any) -> str | Decimal:
    """The cell as a number or as text, each of its lines clean; "" for a blank one."""
    if value is None or (isinstance(value, str) and not value):
        return ""
    if isinstance(value, bool):
        return "SANN" if value else "USANN"
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(int(value)) if value.is_integer() else Decimal(repr(value))
    if isinstance(value, (date, datetime, time, timedelta)):
        return str(value).removesuffix(" 00:00:00")
    return "\n".join(clean(line) for line in str(value).splitlines()).strip()


# ---- what its reader should know -----------------------------------------------------------------


def _remarks(book: Book, grid: Grid, path: Path, at: int) -> Iterator[Finding]:
    above = [n for n, _ in _start(grid) if n < at]
    if above:
        text = N_("Overskriftene står i rad %(row)s. Rader over den er ikke lest, i alt %(count)s.")
        values = {"row": at, "count": len(above)}
        yield Finding("rows-above", text, values, Level.INFO, Cell(grid.name, at))
    if book.hidden:
        text = N_("Arbeidsboken har skjulte ark: %(hidden)s. De er ikke lest.")
        if grid.name in book.hidden:
            text = N_("Arbeidsboken har skjulte ark: %(hidden)s. Dette arket er ett av dem.")
        yield Finding("hidden-sheets", text, {"hidden": joined(book.hidden)}, Level.EXPLAIN)
    if grid.name:
        yield from _hidden_rows(grid, path, at)
    yield from _merged(grid, at)


def _hidden_rows(grid: Grid, path: Path, at: int) -> Iterator[Finding]:
    have = {n for n, _ in grid.numbered() if n > at}
    rows = [n for n in hidden_rows(path, grid.name) if n in have]
    if rows:
        text = N_(
            "Arket har skjulte rader, i alt %(count)s. De er lest som de andre: rad %(rows)s."
        )
        values = {"count": len(rows), "rows": _listed(rows)}
        yield Finding("hidden-rows", text, values, Level.EXPLAIN, Cell(grid.name, rows[0]))


def _merged(grid: Grid, at: int) -> Iterator[Finding]:
    """Cells merged over several rows: only the first of them has the value."""
    down = [m for m in grid.merges if m.top > at and m.bottom > m.top]
    if down:
        text = N_(
            "Tabellen har celler som er slått sammen over flere rader, i alt %(count)s. Teksten "
            "gjelder bare den øverste raden. Del dem opp hvis den gjelder alle."
        )
        where = grid.cell(down[0].top, down[0].left)
        yield Finding("merged-cells", text, {"count": len(down)}, Level.EXPLAIN, where)


def _listed(numbers: Iterable[int]) -> str:
    every = [str(number) for number in numbers]
    return ", ".join(every[:NAMED]) + (" …" if len(every) > NAMED else "")


def hidden_rows(path: Path, sheet: str) -> list[int]:
    """The numbers of the rows a person does not see; the reader of the cells shows them all."""
    with zipfile.ZipFile(path) as archive:
        part = sheet_part(archive, sheet)
        if part is None:
            return []
        tags = ROW_TAG.findall(archive.read(part))
    numbers = (ROW_NUMBER.search(tag) for tag in tags if HIDDEN.search(tag))
    return [int(number[1]) for number in numbers if number]

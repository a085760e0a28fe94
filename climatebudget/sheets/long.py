"""Tables with one figure to a row, read as a stream."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from operator import itemgetter
from typing import Any

from climatebudget.catalogue import normalised
from climatebudget.core.emissions import Columns
from climatebudget.core.field import (
    LIMIT,
    Ambiguous,
    Unreadable,
    clean,
    decimal_mark,
    is_missing,
    read_year,
)
from climatebudget.core.findings import Finding
from climatebudget.core.quantity import grams
from climatebudget.core.reading import Skipped
from climatebudget.core.text import Text
from climatebudget.sheets.grids import Grid, Row, filled, label, written
from climatebudget.sheets.lines import Place, Wording
from climatebudget.sheets.tables import (
    NEITHER,
    NO_NUMBER,
    SUBTOTAL,
    TOO_WIDE,
    TOTALS,
    WAITS,
    Column,
    Header,
    Sum,
    Table,
    lacks,
    read_tonnes,
    require,
    stop,
)

GRAMS_IN_A_TONNE = 1_000_000
MOST = float(LIMIT)
EXACT = 2.0**42  # grams; up to here a float tells a thousandth of one
# A number in a CSV file that can only mean one thing, as `field.WRITTEN` has it.
PLAIN = re.compile(r"(?:\d{1,15}|(?:\d{4,15}|0)([.,])\d{1,20}|\d{1,3}([.,])(?:\d\d?|\d{4,20}))")
DAY = re.compile(r"(?:\d{1,2}[./]\d{1,2}[./]((?:19|20|21)\d\d)|((?:19|20|21)\d\d)-\d\d-\d\d)")
SERIALS = range(30_000, 73_051)  # days since 1899, as Excel counts: from 1982 to 2099
DAY_ZERO = date(1899, 12, 30)


@dataclass(frozen=True)
class Figure:
    """What a row says."""

    place: Place
    wording: Wording
    tonnes: Decimal
    by_date: bool  # its year was read from a day


@dataclass
class Marks:
    """Which decimal mark the figures have; ``chosen`` is what a person has said."""

    chosen: str | None = None
    seen: set[str] = field(default_factory=set)

    @property
    def settled(self) -> str | None:
        """None as long as nothing, or both, can be seen."""
        return self.chosen or (next(iter(self.seen)) if len(self.seen) == 1 else None)


def read_long(grid: Grid, header: Header, mark: str | None = None) -> Table:
    """A table with one figure to a row; ``mark`` is the decimal mark a person has chosen."""
    require(header, Column.YEAR, Column.SECTOR, Column.TONNES)
    return _Reader(Table(grid, header), Marks(mark)).read()


class _Reader:
    """A row whose names have been met before is only looked up: most of half a million are so."""

    def __init__(self, table: Table, marks: Marks) -> None:
        self.table, self.marks = table, marks
        self.columns = table.header.columns
        self.merged = merged_names(table.grid, table.header)
        self.words = _picked(self.columns, Column.SECTOR, Column.SOURCE, Column.GAS, Column.YEAR)
        self.where = _picked(self.columns, Column.NUMBER, Column.AREA)
        self.wordings: dict[Any, int] = {}
        self.places: dict[Any, Columns] = {}
        self.is_text = not table.grid.name

    def read(self) -> Table:
        table, width, tonnes = self.table, self.table.header.width, self.columns[Column.TONNES]
        wordings, places, words, where = self.wordings, self.places, self.words, self.where
        waiting: list[tuple[int, Row]] = []
        plain = self._plain_text if self.is_text else _plain_number
        count = 0
        for at, row in enumerate(table.grid.rows, start=1):
            if not table.blank and len(row) == width:
                try:
                    wording, columns = wordings[words(row)], places[where(row)]
                except (KeyError, TypeError):
                    pass
                else:
                    value = plain(row[tonnes])
                    if value is not None:
                        columns.kind.append(wording)
                        columns.row.append(at)
                        columns.grams.append(value)
                        count += 1
                        continue
            if table.begin(at, not any(map(filled, row))):
                self._take(at, self._filled_in(at, row), waiting)
        table.rows += count
        self._take_waiting(waiting)
        table.skipped.sort(key=lambda skipped: skipped.row)
        return table

    def _plain_text(self, value: Any) -> int | None:
        """Grams, where the text can only mean one number."""
        found = PLAIN.fullmatch(value)
        if not found:
            return None
        mark = found[1] or found[2]
        if mark:
            if self.marks.chosen not in (None, mark):
                return None
            self.marks.seen.add(mark)
            value = value.replace(",", ".")
        return _whole(Decimal(value))

    def _take(self, at: int, row: Row, waiting: list[tuple[int, Row]]) -> None:
        """Read a row with care; one that can mean two things waits for the rest of the column."""
        table = self.table
        try:
            said = _read_row(table.grid, table.header, at, row, self.marks.chosen)
        except Ambiguous:
            waiting.append((at, row))
            return
        self._note_mark(row)
        self._put(at, row, said)

    def _take_waiting(self, waiting: Iterable[tuple[int, Row]]) -> None:
        table, mark = self.table, self.marks.settled
        for at, row in waiting:
            try:
                self._put(at, row, _read_row(table.grid, table.header, at, row, mark))
            except Ambiguous:
                table.ambiguous.see(table.cell(at, Column.TONNES))
                table.skipped.append(Skipped(at, WAITS))

    def _put(self, at: int, row: Row, said: Figure | Sum | Skipped | Finding) -> None:
        table, cell = self.table, self.table.cell(at, Column.TONNES)
        match said:
            case Finding():
                table.refuse(at, said)
            case Skipped():
                table.skipped.append(said)
                if said.reason == NO_NUMBER:
                    table.missing.see(cell)
            case Sum():
                table.sums.append(said)
                table.skipped.append(Skipped(at, SUBTOTAL))
            case Figure():
                table.add(at, said.place, said.wording, grams(said.tonnes), cell)
                table.text_numbers += bool(table.grid.name) and isinstance(
                    row[self.columns[Column.TONNES]], str
                )
                if said.by_date:
                    table.dates.see(table.cell(at, Column.YEAR))
                elif not self.merged:
                    self.wordings[self.words(row)] = table.lines.wording(said.wording, at)
                    self.places[self.where(row)] = table.lines.place(said.place, at)

    def _note_mark(self, row: Row) -> None:
        index = self.columns[Column.TONNES]
        mark = decimal_mark(row[index : index + 1])
        if mark:
            self.marks.seen.add(mark)

    def _filled_in(self, at: int, row: Row) -> Row:
        """The row with the names of the cells it is merged with."""
        for index, name in self.merged.get(at, {}).items():
            if index < len(row) and not filled(row[index]):
                row = [*row[:index], name, *row[index + 1 :]]
                self.table.filled_in.see(self.table.grid.cell(at, index))
        return row


def _picked(columns: Mapping[Column, int], *wanted: Column) -> Callable[[Row], Any]:
    indices = [columns[column] for column in wanted if column in columns]
    return itemgetter(*indices) if indices else lambda row: None


def merged_names(grid: Grid, header: Header) -> dict[int, dict[int, Any]]:
    """Row → column → the name of the merged cells that it is part of, below the first of them."""
    named = {i for c, i in header.columns.items() if c is not Column.TONNES}
    merges = [m for m in grid.merges if m.top > header.row and m.left in named]
    if not merges:
        return {}
    found: dict[int, dict[int, Any]] = {}
    for at, row in enumerate(grid.rows, start=1):
        for merge in merges:
            if merge.top == at and merge.left < len(row):
                for below in range(at + 1, merge.bottom + 1):
                    found.setdefault(below, {})[merge.left] = row[merge.left]
    return found


def _plain_number(value: Any) -> int | None:
    """Grams of a number that is neither negative nor out of bounds."""
    if type(value) is not float or not 0 <= value < MOST:
        return None
    scaled = value * GRAMS_IN_A_TONNE
    whole = int(scaled)
    rest = scaled - whole
    # A float's own error moves the rest by less than a hundredth; only near a half can it matter.
    if scaled < EXACT and not 0.49 < rest < 0.51:
        return whole + (rest > 0.5)
    return _whole(Decimal(repr(value)))


def _whole(tonnes: Decimal) -> int:
    return int((tonnes * GRAMS_IN_A_TONNE).to_integral_value(ROUND_HALF_UP))


def _read_row(
    grid: Grid, header: Header, at: int, row: Row, mark: str | None
) -> Figure | Sum | Skipped | Finding:
    """What the row says: a figure, a sum, nothing, or something a person must put right.

    Raises `Ambiguous` for a figure that could be two.
    """
    if not grid.name and any(map(filled, row[header.width :])):
        return stop("E_ROW", Text(TOO_WIDE), grid.cell(at, header.width))
    cell = {column: row[i] if i < len(row) else None for column, i in header.columns.items()}
    if not label(cell[Column.SECTOR]) and not label(cell[Column.YEAR]):
        return Skipped(at, NEITHER)
    for column in (Column.SECTOR, Column.YEAR):
        if not label(cell[column]):
            return lacks(column, grid.cell(at, header.columns[column]))
    place = written(cell.get(Column.NUMBER)), written(cell.get(Column.AREA))
    named = [column for column in (Column.NUMBER, Column.AREA) if column in cell]
    if named and not any(map(label, place)):
        return lacks(Column.AREA, grid.cell(at, header.columns[named[0]]))
    if is_missing(cell[Column.TONNES]):
        return Skipped(at, NO_NUMBER)
    column = Column.YEAR
    try:
        year, by_date = _year(cell[Column.YEAR])
        column = Column.TONNES
        tonnes = read_tonnes(cell[Column.TONNES], mark)
    except Ambiguous:
        raise
    except Unreadable as error:
        code = "E_YEAR" if column is Column.YEAR else "E_NUMBER"
        return stop(code, error.said, grid.cell(at, header.columns[column]))
    wording = Wording(
        written(cell[Column.SECTOR]),
        written(cell.get(Column.SOURCE)),
        normalised(label(cell.get(Column.GAS))).upper(),
        year,
    )
    total = total_of(wording)
    if total is not None:
        return Sum(total, year, tonnes, grid.cell(at, header.columns[Column.TONNES]), place)
    return Figure(place, wording, tonnes, by_date)


def total_of(wording: Wording) -> str | None:
    """The sector a row sums up, "" for all of them; None for a row that is no sum."""
    if normalised(wording.sector) in TOTALS:
        return ""
    return wording.sector if normalised(wording.source) in TOTALS else None


def _year(value: Any) -> tuple[int, bool]:
    """The year, and whether it was a day's; raises `Unreadable`."""
    if isinstance(value, date):
        return value.year, True
    if isinstance(value, float) and value.is_integer() and int(value) in SERIALS:
        return (DAY_ZERO + timedelta(days=int(value))).year, True
    if found := DAY.fullmatch(clean(value)) if isinstance(value, str) else None:
        return int(found[1] or found[2]), True
    return read_year(written(value)), False

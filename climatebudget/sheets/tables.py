"""Tables found by their headings: which column is what, and what each row says."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

from climatebudget.catalogue import normalised
from climatebudget.core.field import Unreadable, decimal_mark, is_missing, read_number, read_year
from climatebudget.core.findings import Cell, Finding, Level
from climatebudget.core.quantity import GRAM, rounded
from climatebudget.core.reading import Skipped
from climatebudget.core.text import N_
from climatebudget.sheets.grids import Grid, Row, filled, label, written
from climatebudget.sheets.refusals import Refused

Key = TypeVar("Key", bound=Hashable)

SEARCHED = 30  # rows in which a table may begin
ENOUGH = 3  # headings that make a row a header


class Column(Enum):
    """What a column holds; the value is how a person would ask for it."""

    NUMBER = "kommunenummer"
    AREA = "kommune"
    YEAR = "år"
    SECTOR = "utslippssektor"
    SOURCE = "utslippskilde"
    GAS = "klimagass"
    TONNES = "utslipp i tonn"


HEADINGS = {
    "kommunenr": Column.NUMBER,
    "kommunenummer": Column.NUMBER,
    "kommune": Column.AREA,
    "kommunenavn": Column.AREA,
    "år": Column.YEAR,
    "ar": Column.YEAR,
    "sektor": Column.SECTOR,
    "utslippssektor": Column.SECTOR,
    "utslippskilde": Column.SOURCE,
    "klimagass": Column.GAS,
    "gass": Column.GAS,
    "utslipp": Column.TONNES,
    "utslipp_tonn": Column.TONNES,
    "utslipp (tonn co2-ekvivalenter)": Column.TONNES,
}


@dataclass(frozen=True)
class Header:
    """The row of headings, and where each known column stands in it."""

    row: int
    columns: Mapping[Column, int]
    width: int


@dataclass(frozen=True)
class Line:
    """What one cell of emissions says, with the names as they were written."""

    row: int
    area: tuple[str, str]  # number and name; empty where the file does not say it per row
    sector: str
    source: str
    gas: str | None
    year: int
    tonnes: Decimal


@dataclass(frozen=True)
class Spelling:
    """How often a name is written so, and where first."""

    count: int
    first: Cell | None


@dataclass(frozen=True)
class Sum:
    """A total that the file states; sector "" is the whole."""

    sector: str
    year: int
    tonnes: Decimal
    where: Cell


@dataclass(frozen=True)
class Table:
    """What a table says, before any name in it has been looked up.

    Every row that is not blank, the headings apart, gives lines or sums or is among ``skipped``.
    """

    grid: Grid
    header: Header
    rows: int
    lines: tuple[Line, ...]
    skipped: tuple[Skipped, ...] = ()
    sums: tuple[Sum, ...] = ()
    problems: tuple[Finding, ...] = ()
    missing: tuple[Cell, ...] = ()  # cells that say there is no number
    text_numbers: int = 0

    def cell(self, row: int, *columns: Column) -> Cell:
        """The row's cell in the first of these columns that the table has."""
        known = (self.header.columns[c] for c in columns if c in self.header.columns)
        return self.grid.cell(row, next(known, 0))

    def spellings(self, name: Callable[[Line], Key], *columns: Column) -> dict[Key, Spelling]:
        """Each name as it is written, in the order of the rows."""
        rows: dict[Key, list[int]] = {}
        for line in self.lines:
            rows.setdefault(name(line), []).append(line.row)
        return {key: Spelling(len(at), self.cell(at[0], *columns)) for key, at in rows.items()}


def known_headings(row: Row) -> list[Column]:
    found = (HEADINGS.get(normalised(label(cell))) for cell in row)
    return [column for column in found if column]


def find_header(grid: Grid) -> Header | None:
    """The first row with enough known headings; raises `Refused` where two mean the same."""
    for at, row in grid.numbered():
        if at > SEARCHED:
            return None
        found = known_headings(row)
        if len(set(found)) >= ENOUGH:
            twice = [column.value for column in Column if found.count(column) > 1]
            if twice:
                raise Refused("E_COLUMN_DUPLICATE", twice[0])
            names = [HEADINGS.get(normalised(label(cell))) for cell in row]
            return Header(at, {name: i for i, name in enumerate(names) if name}, len(row))
    return None


def require(header: Header, *columns: Column) -> None:
    for column in columns:
        if column not in header.columns:
            raise Refused("E_COLUMN_MISSING", column.value)


def read_long(grid: Grid, header: Header) -> Table:
    """A table with one figure to a row."""
    require(header, Column.YEAR, Column.SECTOR, Column.TONNES)
    tonnes = header.columns[Column.TONNES]
    mark = decimal_mark(row[tonnes] for row in grid.rows[header.row :] if tonnes < len(row))
    rows = [(at, row) for at, row in grid.numbered() if at != header.row]
    read = [(at, row, _read_row(grid, header, at, row, mark)) for at, row in rows]
    return Table(
        grid,
        header,
        len(rows),
        lines=tuple(said for _, _, said in read if isinstance(said, Line)),
        skipped=tuple(
            said if isinstance(said, Skipped) else Skipped(at, said.message)
            for at, _, said in read
            if not isinstance(said, Line)
        ),
        problems=tuple(said for _, _, said in read if isinstance(said, Finding)),
        missing=tuple(
            grid.cell(at, tonnes) for at, _, said in read if said == Skipped(at, NO_NUMBER)
        ),
        text_numbers=sum(
            bool(grid.name) and isinstance(said, Line) and isinstance(row[tonnes], str)
            for _, row, said in read
        ),
    )


ABOVE = N_("Raden står over tabellen.")
NEITHER = N_("Raden har verken år eller utslippssektor.")
NO_NUMBER = N_("Raden har ikke noe tall.")
TOO_WIDE = N_("Raden har flere felt enn overskriften. Sjekk om et skilletegn er for mye.")


def _read_row(
    grid: Grid, header: Header, at: int, row: Row, mark: str | None
) -> Line | Skipped | Finding:
    """What the row says: a figure, nothing, or something a person must put right."""
    if at < header.row:
        return Skipped(at, ABOVE)
    if not grid.name and any(map(filled, row[header.width :])):
        return stop("E_ROW", TOO_WIDE, grid.cell(at, header.width))
    cell = {column: row[i] if i < len(row) else None for column, i in header.columns.items()}
    if not label(cell[Column.SECTOR]) and not label(cell[Column.YEAR]):
        return Skipped(at, NEITHER)
    for column in (Column.SECTOR, Column.YEAR):
        if not label(cell[column]):
            return lacks(column, grid.cell(at, header.columns[column]))
    area = written(cell.get(Column.NUMBER)), written(cell.get(Column.AREA))
    named = [column for column in (Column.NUMBER, Column.AREA) if column in cell]
    if named and not any(map(label, area)):
        return lacks(Column.AREA, grid.cell(at, header.columns[named[0]]))
    if is_missing(cell[Column.TONNES]):
        return Skipped(at, NO_NUMBER)
    column = Column.YEAR
    try:
        year = read_year(written(cell[Column.YEAR]))
        column = Column.TONNES
        tonnes = read_tonnes(cell[Column.TONNES], mark)
    except Unreadable as error:
        code = "E_YEAR" if column is Column.YEAR else "E_NUMBER"
        return stop(code, str(error), grid.cell(at, header.columns[column]))
    return Line(
        at,
        area,
        written(cell[Column.SECTOR]),
        written(cell.get(Column.SOURCE)),
        normalised(label(cell.get(Column.GAS))).upper() or None,
        year,
        tonnes,
    )


def read_tonnes(value: Any, mark: str | None) -> Decimal:
    """Tonnes to the gram; raises `Unreadable`."""
    return rounded(read_number(value, mark), GRAM)


def lacks(column: Column, where: Cell) -> Finding:
    text = N_("Raden mangler %(column)s. Skriv det inn, eller slett raden.")
    return Finding("E_ROW", text, {"column": column.value}, Level.STOPS, where)


def stop(code: str, problem: str, where: Cell) -> Finding:
    """A cell that must be put right; ``problem`` says how."""
    return Finding(code, "%(problem)s", {"problem": problem}, Level.STOPS, where)

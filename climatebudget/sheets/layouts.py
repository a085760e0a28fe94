"""Which layout a file has: recognised by its headings, never by where its columns stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from climatebudget.catalogue import Alias, normalised
from climatebudget.core.findings import Cell
from climatebudget.core.inventory import UNALLOCATED
from climatebudget.core.quantity import from_grams
from climatebudget.sheets import names
from climatebudget.sheets.english import find_english, read_english
from climatebudget.sheets.grids import Book, Grid, joined, label
from climatebudget.sheets.long import read_long
from climatebudget.sheets.refusals import Refused
from climatebudget.sheets.tables import (
    NAMES_AREA,
    SEARCHED,
    Column,
    Header,
    Sum,
    Table,
    find_header,
    known_headings,
    require,
)
from climatebudget.sheets.wide import read_wide

DETAILS, OVERVIEW, INFO = "Oversikt - detaljert", "Oversikt", "Info"
DATA_SET = "datasett:"


class Layout(Enum):
    """The layouts we read; the value is what is stored with the edition."""

    AREA_WORKBOOK = "area-workbook"  # Miljødirektoratet's, for one area, with its own totals
    NATIONAL_WORKBOOK = "national-workbook"  # Miljødirektoratet's, for all municipalities
    MUNICIPAL_TABLE = "municipal-table"  # sources for each municipality
    PLAIN_SHEET = "plain-sheet"  # sectors for each municipality
    AREA_TABLE = "area-table"  # one area that the table does not name
    ENGLISH_TABLE = "english-table"  # Oslo's, wide, with subtotals between the sources


@dataclass(frozen=True)
class Found:
    """A table and its layout; ``area_name`` is None where each row names its own area."""

    layout: Layout
    table: Table
    area_name: str | None = None
    area_at: Cell | None = None

    def source(self, sector: str, source: str) -> Alias | None:
        if not sector and not source:  # a table that does not divide what an area emits
            return Alias(UNALLOCATED, certain=True, note="")
        english = self.layout is Layout.ENGLISH_TABLE
        return (names.english if english else names.norwegian)(sector, source)

    def sector(self, sector: str) -> str | None:
        """The code of a sector as this layout names it."""
        english = self.layout is Layout.ENGLISH_TABLE
        return (names.english_sector if english else names.norwegian_sector)(sector)


def fit(grid: Grid) -> int:
    """How well a CSV file was cut into columns: the headings that are known."""
    start = grid.rows.start(SEARCHED)
    if find_english(grid) or any(_years_across(row) for row in start):
        return max(map(len, start))
    return max((len(list(filter(None, known_headings(row)))) for row in start), default=0)


def _years_across(row: list[str]) -> bool:
    return bool(any(known_headings(row))) and sum(cell.strip().isdigit() for cell in row) > 1


def find_table(book: Book, mark: str | None = None) -> Found:
    """The one table of emissions in the file; raises `Refused` where there is none, or several.

    ``mark`` is the decimal mark a person has chosen.
    """
    details = book.sheet(DETAILS)
    if details:
        return _details(book, book.grid(details), mark)
    if book.sheet(OVERVIEW) and book.sheet(INFO):
        raise Refused("E_SHEET_MISSING", joined([DETAILS]))
    grids = [book.grid(name) for name in book.sheets if name not in book.hidden]
    tables = [grid for grid in grids if find_english(grid) or find_header(grid)]
    if not tables:
        raise _unknown(grids)
    if len(tables) > 1:
        raise Refused("E_SHEETS_ALIKE", joined(grid.name for grid in tables))
    english = find_english(tables[0])
    if english:
        return _for_one_area(Layout.ENGLISH_TABLE, read_english(tables[0], english, mark))
    return _by_headings(tables[0], _header(tables[0]), mark)


def _details(book: Book, grid: Grid, mark: str | None) -> Found:
    """Miljødirektoratet's own workbook, for one area or for many."""
    header = _header(grid)
    require(header, Column.SOURCE)
    table = read_long(grid, header, mark)
    if header.columns.keys() & NAMES_AREA:
        return Found(Layout.NATIONAL_WORKBOOK, table)
    overview = book.sheet(OVERVIEW)
    if not overview:
        raise Refused("E_SHEET_MISSING", joined([OVERVIEW]))
    stated = book.grid(overview)
    sums = read_long(stated, _header(stated), mark)
    table.problems += sums.problems
    table.sums += _sums(sums)
    return _for_one_area(Layout.AREA_WORKBOOK, table, *_area_name(book))


def _sums(table: Table) -> list[Sum]:
    """A sheet of sums as such."""
    wordings = list(table.lines.wordings)
    return [
        Sum(wordings[k].sector, wordings[k].year, from_grams(g), table.cell(row, Column.TONNES))
        for columns in table.lines.places.values()
        for k, row, g in zip(columns.kind, columns.row, columns.grams, strict=True)
    ]


def _header(grid: Grid) -> Header:
    header = find_header(grid)
    if header is None:
        raise _unknown([grid])
    return header


def _area_name(book: Book) -> tuple[str, Cell | None]:
    """What «Info» calls the data set: a name and no number."""
    sheet = book.sheet(INFO)
    if sheet:
        grid = book.grid(sheet)
        for at, row in grid.numbered():
            if normalised(label(row[0])) == DATA_SET and len(row) > 1:
                return label(row[1]), grid.cell(at, 1)
    return "", None


def _by_headings(grid: Grid, header: Header, mark: str | None) -> Found:
    table = (read_wide if header.years else read_long)(grid, header, mark)
    if not header.columns.keys() & NAMES_AREA:
        return _for_one_area(Layout.AREA_TABLE, table)
    has_sources = Column.SOURCE in header.columns
    return Found(Layout.MUNICIPAL_TABLE if has_sources else Layout.PLAIN_SHEET, table)


def _for_one_area(layout: Layout, table: Table, name: str = "", at: Cell | None = None) -> Found:
    table.lines.stand_in(("", name))
    return Found(layout, table, name, at)


def _unknown(grids: Iterable[Grid]) -> Refused:
    """The refusal of a table that is none of ours, with its first headings."""
    for grid in grids:
        for _, row in grid.numbered():
            return Refused("E_LAYOUT", joined(label(cell)[:40] for cell in row[:8] if label(cell)))
    return Refused("E_NO_DATA")

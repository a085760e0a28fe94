"""The wide table in English that Oslo published: a sector's line stands above its sources'."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from climatebudget.catalogue import english_sectors, english_sources, normalised
from climatebudget.core.field import Ambiguous, Unreadable, decimal_mark, is_missing, read_year
from climatebudget.core.findings import Cell
from climatebudget.core.quantity import grams
from climatebudget.core.reading import Skipped
from climatebudget.sheets.grids import Grid, Row, filled, label, written
from climatebudget.sheets.lines import NOWHERE, Wording
from climatebudget.sheets.refusals import Refused
from climatebudget.sheets.tables import (
    NO_NUMBER,
    SEARCHED,
    SUBTOTAL,
    WAITS,
    Column,
    Header,
    Sum,
    Table,
    read_tonnes,
    stop,
)

HEADING = "emission sector / emission source"
TOTAL = "total"


@dataclass(frozen=True)
class WideRow:
    """One row of figures: year → tonnes; ``waits`` when one of them can mean two things."""

    at: int
    name: str
    tonnes: Mapping[int, tuple[Decimal, Cell]]
    waits: bool


def find_english(grid: Grid) -> Header | None:
    """The row «Emission sector / emission source | 2009 | 2011 | …», if there is one."""
    for at, row in enumerate(grid.rows.start(SEARCHED), start=1):
        if row and normalised(label(row[0])) == HEADING:
            return Header(at, {Column.SECTOR: 0, Column.SOURCE: 0}, len(row), _years(row))
    return None


def read_english(grid: Grid, header: Header, mark: str | None = None) -> Table:
    """The sources' lines and the sums above them; raises `Refused` if a heading is no year."""
    table = Table(grid, header)
    mark = mark or decimal_mark(cell for _, row in grid.numbered() for cell in row[1:])
    rows = [
        _wide_row(table, at, row, mark)
        for at, row in enumerate(grid.rows, start=1)
        if table.begin(at, not any(map(filled, row)))
    ]
    for row, sector, is_sum in _placed(rows):
        if is_sum:
            table.skipped.append(Skipped(row.at, SUBTOTAL))
            table.sums += [Sum(sector, year, *said) for year, said in row.tonnes.items()]
            continue
        for year, (tonnes, where) in row.tonnes.items():
            wording = Wording(sector, row.name, "", year)
            table.add(row.at, NOWHERE, wording, grams(tonnes), where)
        if not row.tonnes:
            table.skipped.append(Skipped(row.at, WAITS if row.waits else NO_NUMBER))
    table.skipped.sort(key=lambda skipped: skipped.row)
    return table


def _placed(rows: Iterable[WideRow]) -> Iterator[tuple[WideRow, str, bool]]:
    """Each row with the sector it stands under, and whether it is that sector's sum.

    «Industry, oil, and gas» is both: a source the first time within its own sector, and else the
    beginning of a sector. A name that is neither is taken for a source, and asked about later.
    """
    sector, code, seen = "", "", set[str]()
    for row in rows:
        name = normalised(row.name)
        if name == TOTAL:
            yield row, "", True
        elif name in english_sectors() and ((code, name) not in english_sources() or name in seen):
            sector, code, seen = row.name, english_sectors()[name].code, set()
            yield row, sector, True
        else:
            seen.add(name)
            yield row, sector, False


def _wide_row(table: Table, at: int, row: Row, mark: str | None) -> WideRow:
    tonnes: dict[int, tuple[Decimal, Cell]] = {}
    waits = False
    for index, year in table.header.years.items():
        value, where = row[index] if index < len(row) else None, table.grid.cell(at, index)
        if is_missing(value):
            table.missing.see(where)
            continue
        try:
            tonnes[year] = read_tonnes(value, mark), where
        except Ambiguous:
            table.ambiguous.see(where)
            waits = True
        except Unreadable as error:
            table.problems.append(stop("E_NUMBER", error.said, where))
    return WideRow(at, written(row[0]), tonnes, waits)


def _years(headings: Row) -> Mapping[int, int]:
    """Column → year."""
    years: dict[int, int] = {}
    for index, heading in enumerate(headings[1:], start=1):
        if not label(heading):
            continue
        try:
            year = read_year(written(heading))
        except Unreadable as error:
            raise Refused("E_YEAR", label(heading)[:40]) from error
        if year in years.values():
            raise Refused("E_COLUMN_DUPLICATE", str(year))
        years[index] = year
    return years

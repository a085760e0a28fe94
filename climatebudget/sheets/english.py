"""The wide table in English that Oslo published: a sector's line stands above its sources'."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from climatebudget.catalogue import english_sectors, english_sources, normalised
from climatebudget.core.field import Unreadable, decimal_mark, is_missing, read_year
from climatebudget.core.findings import Cell, Finding
from climatebudget.core.reading import Skipped
from climatebudget.core.text import N_
from climatebudget.sheets.grids import Grid, Row, label, written
from climatebudget.sheets.refusals import Refused
from climatebudget.sheets.tables import (
    ABOVE,
    NO_NUMBER,
    SEARCHED,
    Column,
    Header,
    Line,
    Sum,
    Table,
    read_tonnes,
    stop,
)

HEADING = "emission sector / emission source"
TOTAL = "total"
SUBTOTAL = N_("Raden er en sum i filen. Den er brukt til kontroll.")


@dataclass(frozen=True)
class WideRow:
    """One row of figures: year → tonnes, and the cells that gave none."""

    at: int
    name: str
    tonnes: Mapping[int, tuple[Decimal, Cell]]
    missing: tuple[Cell, ...]
    problems: tuple[Finding, ...]


def find_english(grid: Grid) -> Header | None:
    """The row «Emission sector / emission source | 2009 | 2011 | …», if there is one."""
    for at, row in grid.numbered():
        if at > SEARCHED:
            return None
        if normalised(label(row[0])) == HEADING:
            return Header(at, {Column.SECTOR: 0, Column.SOURCE: 0}, len(row))
    return None


def read_english(grid: Grid, header: Header) -> Table:
    """The sources' lines and the sums above them; raises `Refused` if a heading is no year."""
    years = _years(grid.rows[header.row - 1])
    numbered = list(grid.numbered())
    above = [Skipped(at, ABOVE) for at, _ in numbered if at < header.row]
    below = [(at, row) for at, row in numbered if at > header.row]
    mark = decimal_mark(cell for _, row in below for cell in row[1:])
    rows = [_wide_row(grid, at, row, years, mark) for at, row in below]
    placed = list(_placed(rows))
    return Table(
        grid,
        header,
        len(above) + len(rows),
        lines=tuple(
            Line(row.at, ("", ""), sector, row.name, None, year, tonnes)
            for row, sector, is_sum in placed
            if not is_sum
            for year, (tonnes, _) in row.tonnes.items()
        ),
        skipped=(
            *above,
            *(Skipped(row.at, SUBTOTAL) for row, _, is_sum in placed if is_sum),
            *(
                Skipped(row.at, NO_NUMBER)
                for row, _, is_sum in placed
                if not (is_sum or row.tonnes)
            ),
        ),
        sums=tuple(
            Sum(sector, year, tonnes, where)
            for row, sector, is_sum in placed
            if is_sum
            for year, (tonnes, where) in row.tonnes.items()
        ),
        problems=tuple(problem for row in rows for problem in row.problems),
        missing=tuple(cell for row in rows for cell in row.missing),
    )


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


def _wide_row(grid: Grid, at: int, row: Row, years: Mapping[int, int], mark: str | None) -> WideRow:
    tonnes: dict[int, tuple[Decimal, Cell]] = {}
    missing, problems = [], []
    for index, year in years.items():
        value, where = row[index] if index < len(row) else None, grid.cell(at, index)
        if is_missing(value):
            missing.append(where)
            continue
        try:
            tonnes[year] = read_tonnes(value, mark), where
        except Unreadable as error:
            problems.append(stop("E_NUMBER", str(error), where))
    return WideRow(at, written(row[0]), tonnes, tuple(missing), tuple(problems))


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

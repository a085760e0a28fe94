"""Readers of published emission inventories: a file in, a `Reading` out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import file_digest
from pathlib import Path

from climatebudget.catalogue import areas as known_areas
from climatebudget.core.emissions import Columns, Emissions, Kind, pack
from climatebudget.core.reading import Reading
from climatebudget.sheets import remarks
from climatebudget.sheets.accounting import Counts, refuse_lost
from climatebudget.sheets.crosscheck import cross_check
from climatebudget.sheets.grids import Book, open_csv, open_workbook
from climatebudget.sheets.layouts import Found, find_table, fit
from climatebudget.sheets.names import Resolved, resolve_areas, resolve_sources
from climatebudget.sheets.refusals import Refused
from climatebudget.sheets.tables import Column, Spelling, Table


def is_csv(file_name: str) -> bool:
    return file_name.lower().endswith((".csv", ".txt"))


def read(
    path: Path,
    file_name: str,
    *,
    warnings: Sequence[str] = (),
    aliases: Mapping[tuple[str, str], str] | None = None,
    area: str | None = None,
    mark: str | None = None,
    checks_sheets: bool = False,
    today: date | None = None,
    counted: Counts | None = None,
) -> Reading:
    """Read a file that has passed the gate; ``warnings`` are what the gate said.

    ``aliases`` are a person's own names, (sector, source) → code, ``area`` the number that was
    chosen, ``mark`` the decimal mark that was chosen; ``checks_sheets`` holds the sheet of each
    sector against the rows; ``counted`` is what the gate counted. Raises `Refused` where there is
    no table to read, or rows of it are lost. What is wrong within the table is a finding that
    stops, and what only a person can know is a question.
    """
    if area is not None and area not in known_areas():
        raise Refused("E_AREA", area)
    book = open_csv(path, fit) if is_csv(file_name) else open_workbook(path)
    found = find_table(book, mark)
    table = found.table
    _refuse_lost(path, book, table, counted)
    if not table.says_something:
        raise Refused("E_NO_DATA")
    sources = resolve_sources(_source_names(table), found.source, found.sector, aliases or {})
    areas = resolve_areas(_area_names(found), area)
    emissions = _emissions(table, sources, areas)
    return Reading(
        file_name=file_name,
        sha256=_digest(path),
        layout=found.layout.value,
        sheets=tuple(filter(None, book.sheets)),
        rows=table.rows,
        emissions=emissions,
        skipped=tuple(table.skipped),
        stated=remarks.stated(found, areas),
        area_name=found.area_name or "",
        suggested_name=f"{emissions.years[-1]}-tall" if emissions else "",
        findings=(
            *remarks.problems(table.problems),
            *remarks.sums(found, areas),
            *(cross_check(book, found) if checks_sheets else ()),
            *remarks.area(found, areas, area),
            *sources.findings,
            *remarks.mended(table),
            *remarks.facts(found, emissions, sources, today or datetime.now(UTC).date()),
            *remarks.from_gate(warnings),
        ),
        questions=tuple(remarks.decimal_mark(table))
        or (
            *areas.questions,
            *sources.questions,
            *remarks.to_accept(book, table, warnings),
        ),
    )


def _refuse_lost(path: Path, book: Book, table: Table, counted: Counts | None) -> None:
    """The table's rows, and those of a sheet of sums that it is held against."""
    refuse_lost(path, table.grid, table.filled_rows, counted)
    for name in {total.where.sheet for total in table.sums} - {table.grid.name}:
        grid = book.grid(name)
        refuse_lost(path, grid, sum(1 for _ in grid.numbered()), counted)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _source_names(table: Table) -> Mapping[tuple[str, str], Spelling]:
    column = Column.SOURCE if Column.SOURCE in table.header.columns else Column.SECTOR
    return table.spellings(lambda w: (w.sector, w.source), column)


def _area_names(found: Found) -> Mapping[tuple[str, str], Spelling]:
    """Names of areas as the rows have them, or the file's one name, also when it has no row."""
    if found.area_name is None:
        return found.table.places(lambda place: place, Column.AREA, Column.NUMBER)
    return {("", found.area_name): Spelling(len(found.table.lines), found.area_at)}


def _emissions(table: Table, sources: Resolved, areas: Resolved) -> Emissions:
    kinds = [Kind(w.year, sources.codes[w.sector, w.source], w.gas) for w in table.lines.wordings]
    columns: dict[str, Columns] = {}
    for place, own in table.lines.places.items():
        columns.setdefault(areas.codes[place], Columns()).extend(own)
    return pack(kinds, columns)

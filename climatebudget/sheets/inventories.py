"""Readers of published emission inventories: a file in, a `Reading` out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import file_digest
from pathlib import Path

from climatebudget.catalogue import areas as known_areas
from climatebudget.core.inventory import Emission
from climatebudget.core.reading import Reading
from climatebudget.sheets import remarks
from climatebudget.sheets.grids import open_csv, open_workbook
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
    today: date | None = None,
) -> Reading:
    """Read a file that has passed the gate; ``warnings`` are what the gate said.

    ``aliases`` are a person's own names, (sector, source) → code, and ``area`` the number that was
    chosen. Raises `Refused` where there is no table to read. What is wrong within the table is a
    finding that stops, and what only a person can know is a question.
    """
    if area is not None and area not in known_areas():
        raise Refused("E_AREA", area)
    book = open_csv(path, fit) if is_csv(file_name) else open_workbook(path)
    found = find_table(book)
    table = found.table
    if not (table.lines or table.problems or table.missing):
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
        skipped=table.skipped,
        stated=remarks.stated(found, next(iter(areas.codes.values()), "")),
        area_name=found.area_name or "",
        suggested_name=f"{max(e.year for e in emissions)}-tall" if emissions else "",
        findings=(
            *remarks.problems(table.problems),
            *remarks.sums(found),
            *remarks.area(found, areas, area),
            *sources.findings,
            *remarks.mended(table),
            *remarks.facts(found, emissions, today or date.today()),
            *remarks.from_gate(warnings),
        ),
        questions=(
            *areas.questions,
            *sources.questions,
            *remarks.to_accept(book, table, warnings),
        ),
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _source_names(table: Table) -> Mapping[tuple[str, str], Spelling]:
    column = Column.SOURCE if Column.SOURCE in table.header.columns else Column.SECTOR
    return table.spellings(lambda line: (line.sector, line.source), column)


def _area_names(found: Found) -> Mapping[tuple[str, str], Spelling]:
    """Names of areas as the rows have them, or the file's one name, also when it has no row."""
    if found.area_name is None:
        return found.table.spellings(lambda line: line.area, Column.AREA, Column.NUMBER)
    return {("", found.area_name): Spelling(len(found.table.lines), found.area_at)}


def _emissions(table: Table, sources: Resolved, areas: Resolved) -> tuple[Emission, ...]:
    return tuple(
        Emission(
            areas.codes[line.area],
            sources.codes[line.sector, line.source],
            line.gas,
            line.year,
            line.tonnes,
            line.row,
        )
        for line in table.lines
    )

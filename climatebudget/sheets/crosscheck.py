"""The sectors' own sheets of a workbook, held against «Oversikt - detaljert», which they repeat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from climatebudget.catalogue import normalised
from climatebudget.core.field import Unreadable, is_missing, read_year, show_number
from climatebudget.core.findings import Finding, Level
from climatebudget.core.inventory import TENTH
from climatebudget.core.quantity import from_grams, grams
from climatebudget.core.text import N_
from climatebudget.sheets.grids import Book, Grid, joined, label, written
from climatebudget.sheets.layouts import DETAILS, OVERVIEW, Found
from climatebudget.sheets.lines import Place
from climatebudget.sheets.tables import Column, Header, find_header, read_tonnes

SHOWN = 20  # differences told one by one
Key = tuple[str, str, int]  # the place, the sector's code and the year


def cross_check(book: Book, found: Found) -> Iterator[Finding]:
    """A finding for each place, sector and year where a sheet says something else."""
    rows = _in_rows(found)
    checked, total, differing = [], 0, 0
    for name in book.sheets:
        grid = book.grid(name)
        header = find_header(grid) if _is_other(name) else None
        if header is None or not {Column.YEAR, Column.TONNES} <= header.columns.keys():
            continue
        sector = found.sector(name)
        if sector is None and Column.SECTOR not in header.columns:
            continue
        sums, count = _in_sheet(found, grid, header, sector or "")
        checked.append(name)
        total += count
        sectors = {key[1] for key in sums}
        for key in sorted(sums.keys() | {key for key in rows if key[1] in sectors}):
            if sums[key] != rows[key]:
                differing += 1
                if differing <= SHOWN:
                    yield _differs(name, key, sums[key], rows[key])
    yield Finding(
        "sheets-checked",
        N_(
            "Arkene %(sheets)s er holdt opp mot «Oversikt - detaljert»: %(rows)s rader, "
            "én forskjell."
        )
        if checked and differing == 1
        else N_(
            "Arkene %(sheets)s er holdt opp mot «Oversikt - detaljert»: %(rows)s rader, "
            "%(count)s forskjeller."
        )
        if checked
        else N_("Arbeidsboken har ingen ark for utslippssektorene å kontrollere mot."),
        {"sheets": joined(checked), "rows": show_number(total), "count": differing}
        if checked
        else {},
        Level.EXPLAIN if differing else Level.INFO,
    )


def _is_other(name: str) -> bool:
    return normalised(name) not in (normalised(DETAILS), normalised(OVERVIEW))


def _in_rows(found: Found) -> Counter[Key]:
    sums: Counter[Key] = Counter()
    codes = {w.sector: found.sector(w.sector) or "" for w in found.table.lines.wordings}
    by_sector = found.table.lines.sums(lambda w: (codes[w.sector], w.year))
    for (place, (code, year)), value in by_sector.items():
        sums[_place(place), code, year] += value
    return sums


def _in_sheet(found: Found, grid: Grid, header: Header, sector: str) -> tuple[Counter[Key], int]:
    """Grams in the sheet, and how many rows they were in; what is no figure has none."""
    sums: Counter[Key] = Counter()
    count = 0
    sectors: dict[str, str] = {}
    for row in grid.rows:
        cell = {column: row[i] if i < len(row) else None for column, i in header.columns.items()}
        try:
            year, value = read_year(written(cell[Column.YEAR])), _grams(cell[Column.TONNES])
        except Unreadable:
            continue
        count += 1
        named = label(cell.get(Column.SECTOR))
        if named and named not in sectors:
            sectors[named] = found.sector(named) or ""
        place = (written(cell.get(Column.NUMBER)), written(cell.get(Column.AREA)))
        if found.area_name is not None:
            place = ("", found.area_name)
        sums[_place(place), sectors.get(named, sector), year] += value
    return sums, count


def _grams(value: object) -> int:
    return 0 if is_missing(value) else grams(read_tonnes(value, None))


def _place(place: Place) -> str:
    return normalised(place[0]) or normalised(place[1])


def _differs(sheet: str, key: Key, here: int, rows: int) -> Finding:
    place, _, year = key
    return Finding(
        "sheet-differs",
        N_(
            "Arket «%(sheet)s» gir %(here)s tonn for «%(place)s» i %(year)s, "
            "«Oversikt - detaljert» gir %(rows)s."
        ),
        {
            "sheet": sheet,
            "place": place,
            "year": year,
            "here": show_number(from_grams(here), TENTH),
            "rows": show_number(from_grams(rows), TENTH),
        },
    )

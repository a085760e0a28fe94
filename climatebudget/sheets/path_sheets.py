"""A table of a reference path in a workbook or a CSV file.

Only for a file that has passed the gate, and only inside the limited child process.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from climatebudget.core.findings import Finding, Level
from climatebudget.core.path_table import recognised
from climatebudget.core.table import Row, Table
from climatebudget.core.text import N_
from climatebudget.sheets import headed_tables
from climatebudget.sheets.accounting import Counts, sheet_part
from climatebudget.sheets.gate import CELL_FORMAT, CELL_FORMATS, STYLES
from climatebudget.sheets.headed_tables import Sought
from climatebudget.sheets.measure_sheets import DETAILS
from climatebudget.sheets.refusals import Refused

PERCENT_FORMATS = {b"9", b"10"}  # 0 % and 0,00 %, which every workbook has
OWN_FORMAT = re.compile(
    rb"""<(?:\w+:)?numFmt\b(?=[^<>]*\bnumFmtId="(\d+)")[^<>]*\bformatCode="[^"<>]*%[^"<>]*\""""
)
CELL = re.compile(rb"""<(?:\w+:)?c\b([^<>]*)>""")
AT, STYLE = re.compile(rb"""\br="([A-Z]{1,3})(\d+)\""""), re.compile(rb"""\bs="(\d+)\"""")


def read(
    path: Path,
    file_name: str,
    sheet: str | None,
    warnings: Sequence[str] = (),
    counted: Counts | None = None,
) -> Table:
    """The table on the sheet that was chosen, or on the one with most years in its headings.

    A cell that Excel shows in percent is the text that a person sees. Raises `Refused` where
    there is no table with years, and for an inventory, which belongs elsewhere.
    """
    book = headed_tables.open_book(path, file_name, SOUGHT)
    if book.sheet(DETAILS):
        raise Refused("E_INVENTORY_NOT_PATH")
    table = headed_tables.read(book, path, file_name, sheet, SOUGHT, counted)
    if table.sheet:
        table = _with_percent(table, shown_in_percent(path, table.sheet))
    return replace(table, findings=(*table.findings, *_units(warnings)))


def _without_years(headings: Sequence[str]) -> str:
    return "" if recognised(headings) else "E_NO_PATH"


SOUGHT = Sought(recognised, "E_NO_PATH", "E_PATH_TOO_LONG", _without_years)


def _units(warnings: Collection[str]) -> Iterator[Finding]:
    if "W_UNIT_SUSPECT" in warnings:
        text = N_(
            "Celler i arbeidsboken vises med en annen enhet enn tonn, for eksempel kt. Sjekk at "
            "tallene er tonn."
        )
        yield Finding("unit-suspect", text, level=Level.EXPLAIN)


# ---- percent -------------------------------------------------------------------------------------


def shown_in_percent(path: Path, sheet: str) -> set[tuple[int, str]]:
    """Row and column letter of each cell whose number format is of percent: 0.28 shows as 28 %."""
    with zipfile.ZipFile(path) as archive:
        part = sheet_part(archive, sheet)
        styles = next((n for n in archive.namelist() if n.lower() == STYLES), None)
        if part is None or styles is None:
            return set()
        percent = _percent_styles(archive.read(styles))
        cells = CELL.findall(archive.read(part)) if percent else []
    found: set[tuple[int, str]] = set()
    for attributes in cells:
        at, style = AT.search(attributes), STYLE.search(attributes)
        if at and style and int(style[1]) in percent:
            found.add((int(at[2]), at[1].decode()))
    return found


def _percent_styles(styles: bytes) -> set[int]:
    formats = PERCENT_FORMATS | set(OWN_FORMAT.findall(styles))
    cells = CELL_FORMATS.search(styles)
    used = CELL_FORMAT.findall(cells[0]) if cells else []
    return {n for n, number in enumerate(used) if number in formats}


def _with_percent(table: Table, shown: Collection[tuple[int, str]]) -> Table:
    rows = (
        Row(
            row.number,
            {
                letter: _percent(cell) if (row.number, letter) in shown else cell
                for letter, cell in row.cells.items()
            },
        )
        for row in table.rows
    )
    return replace(table, rows=tuple(rows))


def _percent(cell: str | Decimal) -> str | Decimal:
    """«28 %» for 0.28, so written that its comma can mean one thing only."""
    if not isinstance(cell, Decimal):
        return cell
    text = f"{(cell * 100).normalize():f}"
    decimals = len(text.partition(".")[2])
    return f"{text.replace('.', ',')}{'0' if decimals == 3 else ''} %"

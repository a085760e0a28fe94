"""No row is lost: what was read of a sheet is held against what the gate counted in its part.

The gate looks at the bytes and the reader at the cells, so that they do not err alike.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from defusedxml import ElementTree

from climatebudget.sheets.grids import Grid, filled
from climatebudget.sheets.refusals import Refused

Counts = Mapping[str, int]  # part of the workbook → rows with something in them, from the gate
BLANK = ("", None)


def refuse_lost(path: Path, grid: Grid, rows: int, counted: Counts | None) -> None:
    """Raise `Refused` when fewer rows were accounted for than the gate counted in the sheet.

    ``rows`` are those that are not blank, the headings too; ``counted`` is None for a CSV file. A
    sheet that the gate has not looked through is refused as well.
    """
    if counted is None:
        return
    with zipfile.ZipFile(path) as archive:
        part = sheet_part(archive, grid.name)
    if part is None or part not in counted:
        raise Refused("E_XML_SHAPE", grid.name[:40])
    least = counted[part]
    if rows < least:
        rows += sum(map(_only_spaces, grid.rows))  # blank to us, and something to the gate
    if rows < least:
        raise Refused("E_ROWS_LOST", f"{rows} av {least}")


def _only_spaces(row: list[object]) -> bool:
    return any(cell not in BLANK for cell in row) and not any(map(filled, row))


def sheet_part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Where in the archive a sheet lies."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    wanted = {
        value
        for found in book.findall(".//{*}sheet")
        if found.get("name") == sheet
        for name, value in found.items()
        if name.endswith("}id")
    }
    targets = (link.get("Target", "") for link in links if link.get("Id") in wanted)
    names = {name.lower(): name for name in archive.namelist()}
    return next((names.get(f"xl/{t.removeprefix('/xl/')}".lower()) for t in targets), None)

"""A table of measures in a workbook or a CSV file.

Only for a file that has passed the gate, and only inside the limited child process.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from climatebudget.core.measure_table import key_of, recognised
from climatebudget.core.table import Table, normal
from climatebudget.sheets import headed_tables
from climatebudget.sheets.accounting import Counts
from climatebudget.sheets.headed_tables import Sought
from climatebudget.sheets.refusals import Refused

DETAILS = "Oversikt - detaljert"
YEAR_HEADINGS = {"år", "ar", "year"}


def read(
    path: Path, file_name: str, sheet: str | None = None, counted: Counts | None = None
) -> Table:
    """The table on the sheet that was chosen, or on the one whose headings we know most of.

    ``counted`` is what the gate counted. Raises `Refused` where there is no table, where rows of it
    are lost, and for an inventory, which belongs elsewhere.
    """
    book = headed_tables.open_book(path, file_name, SOUGHT)
    if book.sheet(DETAILS):
        raise Refused("E_IS_INVENTORY")
    return headed_tables.read(book, path, file_name, sheet, SOUGHT, counted)


def _inventory(headings: Sequence[str]) -> str:
    """Year, sector and source in columns of their own, and nothing that names a measure."""
    texts = {normal(heading) for heading in headings}
    keys = {key_of(heading) for heading in headings}
    about = keys & {"place"} or texts & {"sektor", "sector"}
    return "E_IS_INVENTORY" if texts & YEAR_HEADINGS and about and "name" not in keys else ""


SOUGHT = Sought(recognised, "E_NO_MEASURES", "E_TOO_MANY_ROWS", _inventory)

"""A stored edition as a file of ours: the same rows, and headings that our own reader knows."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from climatebudget.catalogue import areas, sources
from climatebudget.core.inventory import Edition, Emission
from climatebudget.sheets.lists import BOM, as_text

HEAD = (
    "Kommunenummer",
    "Kommune",
    "År",
    "Sektor",
    "Utslippskilde",
    "Klimagass",
    "Utslipp (tonn CO₂-ekvivalenter)",
)
SHEET, ABOUT = "Oversikt - detaljert", "Om utgaven"
TONNES = len(HEAD) - 1
WIDTHS = (16, 20, 8, 28, 36, 12, 30)
LICENCE = "Contains data from Miljødirektoratet (NLOD) and Statistisk sentralbyrå (CC BY 4.0)."


def write(path: Path, suffix: str, edition: Edition, emissions: Iterable[Emission]) -> None:
    """Write the rows as "csv" or "xlsx", without ever holding them all."""
    if suffix == "csv":
        _write_csv(path, emissions)
    else:
        _write_workbook(path, edition, emissions)


def _write_csv(path: Path, emissions: Iterable[Emission]) -> None:
    """Semicolons, decimal comma, CRLF and a BOM: opens rightly in a Norwegian Excel."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(BOM)
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(HEAD)
        for *words, tonnes in _rows(emissions):
            writer.writerow([*map(as_text, map(str, words)), _with_comma(tonnes)])


def _with_comma(tonnes: Decimal) -> str:
    """Every gram there is, and no trailing zeros.

    >>> _with_comma(Decimal("1250.500000")), _with_comma(Decimal("300.000000"))
    ('1250,5', '300')
    """
    text = f"{tonnes:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def _write_workbook(path: Path, edition: Edition, emissions: Iterable[Emission]) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        heading = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
        number = book.add_format({"num_format": "#,##0.0"})
        sheet = book.add_worksheet(SHEET)
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width, number if column == TONNES else None)
            sheet.write_string(0, column, HEAD[column], heading)
        sheet.freeze_panes(1, 0)
        at = 0
        for at, row in enumerate(_rows(emissions), start=1):
            _write_row(sheet, at, row)
        sheet.autofilter(0, 0, max(at, 1), TONNES)
        _write_about(book, edition)


def _write_row(sheet: Any, at: int, row: tuple[str | int | Decimal, ...]) -> None:
    for column, value in enumerate(row):
        if isinstance(value, str):
            sheet.write_string(at, column, value)
        else:
            sheet.write_number(at, column, float(value))


def _write_about(book: Any, edition: Edition) -> None:
    sheet = book.add_worksheet(ABOUT)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 70)
    for at, (label, text) in enumerate(_about(edition)):
        sheet.write_string(at, 0, label)
        sheet.write_string(at, 1, text)


def _about(edition: Edition) -> Iterator[tuple[str, str]]:
    yield "Utgave", edition.name
    yield "Utgiver", edition.publisher
    yield "Publisert", edition.published.isoformat() if edition.published else "ukjent"
    yield "GWP-verdier", edition.gwp or "ukjent"
    yield "Lest inn fra", edition.file_name
    yield "Filens sha256", edition.sha256
    yield "Radenes sha256", edition.content_sha256
    yield "Lisens", LICENCE


def _rows(emissions: Iterable[Emission]) -> Iterator[tuple[Any, ...]]:
    places, known = areas(), sources()
    for e in emissions:
        source = known[e.code]
        yield (
            e.area,
            places[e.area].name,
            e.year,
            source.sector_name,
            source.name,
            e.gas or "",
            e.tonnes,
        )

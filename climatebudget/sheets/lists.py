"""What a list shows, as a file: every row that fits, exact figures, unknown as an empty cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from climatebudget.core.listing import Column, Found, Kind, Row, Value
from climatebudget.core.quantity import rounded
from climatebudget.sheets.writer import (
    BODY,
    BOLD,
    PLAIN,
    PROSE,
    QUIET,
    RIGHT,
    SIGNS,
    STAMP,
    TEXT,
    TITLE,
    Book,
    Margins,
    Page,
    style,
)
from climatebudget.sheets.writer import Column as SheetColumn
from climatebudget.sheets.writer import Value as CellValue

BOM = "\ufeff"  # so that Excel reads the file as UTF-8
NARROWEST, WIDEST = 12.0, 40.0  # columns, characters
FINEST_PERCENT = Decimal("0.000001")  # a quotient need not end


@dataclass(frozen=True)
class About:
    """What a file says of itself, in the reader's language; ``facts`` fill its second sheet."""

    title: str  # of the list, and of its sheet
    which: str  # municipality, budget year and version
    stamp: str  # INTERNT UTKAST, or ""
    narrowed: str  # how many of how many, and by what
    facts: Sequence[tuple[str, CellValue]]
    sheet: str  # the second sheet's title
    pages: str  # «Side %(page)s av %(pages)s»
    now: datetime


def in_a_file(columns: Iterable[Column[Row]]) -> list[Column[Row]]:
    """The columns with what stands small below their values as columns of their own."""
    return [one for c in columns for one in (c, c.note) if one is not None]


def heading(column: Column[Row]) -> str:
    return column.heading or column.label


def as_csv(found: Found[Row]) -> bytes:
    """Semicolons, decimal comma, CRLF and a BOM: opens rightly in a Norwegian Excel."""
    columns = in_a_file(found.columns)
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow([as_text(heading(c)) for c in columns])
    writer.writerows([_plain(c.of(row), c.kind) for c in columns] for row in found.rows)
    return (BOM + file.getvalue()).encode()


def _plain(value: Value, kind: Kind) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return as_text(value)
    return f"{_exact(value, kind):f}".replace(".", ",")


def as_text(text: str) -> str:
    """Text that no spreadsheet takes for a formula: one that looks like it gets an apostrophe."""
    return f"'{text}" if text.lstrip(" \n\u00a0").startswith(SIGNS) else text


def _exact(value: int | Decimal, kind: Kind) -> Decimal:
    if kind is Kind.PERCENT:
        value = rounded(Decimal(value), FINEST_PERCENT)
    value = Decimal(value).normalize()
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value


def as_workbook(found: Found[Row], about: About) -> bytes:
    """The list on one sheet, and on the next what it is a list of."""
    book = Book(
        about.now,
        unknown="",
        bounds={},
        properties={
            "title": about.title,
            "subject": " · ".join(filter(None, [about.stamp, about.which])),
        },
    )
    margins = Margins((about.which, about.stamp), (about.narrowed, about.pages))
    columns = [_column(c, found.rows) for c in in_a_file(found.columns)]
    page = book.page(about.title, [c.width for c in columns], margins, True)
    row = page.head(_opening(page, about), columns)
    page.steady(row, sum(c.fixed for c in found.columns))
    last = page.lines(row, columns, found.rows)
    page.sheet.autofilter(row - 1, 0, max(last - 1, row), len(columns) - 1)
    _write_facts(book.page(about.sheet, [28.0, 60.0], margins, False), about)
    return book.close()


def _column(column: Column[Row], rows: Sequence[Row]) -> SheetColumn[Row]:
    """Wide enough to read, and with as many decimals as its most exact number has."""
    cells = [_cell(column.of(row), column.kind) for row in rows]
    decimals = [-int(c.as_tuple().exponent) for c in cells if isinstance(c, Decimal)]
    longest = max((len(str(c)) for c in cells if c is not None), default=0)
    look = TEXT
    if column.number:
        grouped = "0" if column.kind is Kind.WHOLE else "#,##0"
        tail = "." + "0" * max(decimals) if max(decimals, default=0) > 0 else ""
        look = BODY | RIGHT | style(num_format=grouped + tail)
    return SheetColumn(
        heading(column),
        lambda row: _cell(column.of(row), column.kind),
        width=min(WIDEST, max(NARROWEST, float(longest + 2))),
        style=look,
    )


def _cell(value: Value, kind: Kind) -> str | Decimal | None:
    if value is None or isinstance(value, str):
        return value or None
    return _exact(value, kind)


def _opening(page: Page, about: About) -> int:
    """Which list it is, of what: above everything else; the row after, and one for air."""
    which = " · ".join(filter(None, [about.stamp, about.which]))
    page.put(0, 0, about.title, TITLE)
    page.put(1, 0, which, STAMP if about.stamp else PLAIN | BOLD)
    page.put(2, 0, about.narrowed, PLAIN | QUIET)
    return 4


def _write_facts(page: Page, about: About) -> None:
    for row, (label, value) in enumerate(about.facts, start=_opening(page, about)):
        page.put(row, 0, label, PLAIN | QUIET)
        page.put(row, 1, value, PROSE | style(align="left"))

"""Writing a workbook: text stays text, numbers stay numbers, a formula comes with our value.

What a table holds is described by `Column`s; `Page.put` writes a cell and `live` the
one way to a formula.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from typing import Any, Generic, LiteralString, NamedTuple, TypeVar

import xlsxwriter
from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell

from climatebudget.core.quantity import Bound, Figure, exactly

LONGEST = 32_767  # characters in a cell
WORDS = 1.05  # a line is not filled, for words do not break
LINE, ROW = 13.0, 16.0  # points, of ten-point text and the row it stands in
LONGEST_MARGIN = 255  # characters in a header or footer
SIGNS = tuple("=+-@\t\r＝＋－＠")  # what a careless reader could take for a formula

INK, QUIET_INK, PETROL, HAIRLINE, RED, AMBER = (
    "#1d2227",
    "#5b6269",
    "#0b6480",
    "#c9ced3",
    "#a3162a",
    "#8a5a00",
)


@dataclass(frozen=True)
class Style:
    """How a cell looks, in XlsxWriter's words; ``a | b`` is a with what b changes."""

    props: tuple[tuple[str, str | int | float | bool], ...] = ()

    def __or__(self, other: Style) -> Style:
        return _both(self, other)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:  # every cell looks its style up
        return hash(self.props)


@cache
def _both(one: Style, other: Style) -> Style:
    return Style(tuple({**dict(one.props), **dict(other.props)}.items()))


def style(**props: str | int | float | bool) -> Style:
    return Style(tuple(props.items()))


PLAIN = style(font_name="Calibri", font_size=10, font_color=INK, valign="vcenter")
BODY = PLAIN | style(bottom=1, bottom_color=HAIRLINE)
TEXT = BODY | style(text_wrap=True)
PROSE = PLAIN | style(text_wrap=True)
QUIET = style(font_color=QUIET_INK)
BOLD = style(bold=True)
RIGHT = style(align="right")
TONNES = BODY | RIGHT | style(num_format="#,##0")
HISTORY = TONNES | style(num_format="#,##0.0")
PERCENT = TONNES | style(num_format="0 %")
COUNT = TONNES | style(num_format="0")
YEAR = BODY | style(num_format="0", align="left")
HEAD = PLAIN | BOLD | style(text_wrap=True, valign="bottom", bottom=1, bottom_color=INK)
TITLE = PLAIN | BOLD | style(font_size=16, font_color=PETROL)
SECTION = PLAIN | BOLD | style(font_size=12, font_color=PETROL)
SUM = BOLD | style(top=1, top_color=INK)
TOTAL = SUM | style(bottom=1, bottom_color=INK)
AFTER_NUMBER = style(indent=1)
QUOTED = style(quote_prefix=True)
STAMP = PLAIN | BOLD | style(font_color=AMBER)


class Ref(NamedTuple):
    """Where a cell is; ``absolute`` for one that a copied formula should keep."""

    sheet: str
    row: int
    column: int
    absolute: bool = False

    def seen_from(self, sheet: str) -> str:
        fixed = self.absolute
        cell: str = xl_rowcol_to_cell(self.row, self.column, row_abs=fixed, col_abs=fixed)
        return cell if sheet == self.sheet else f"{quote_sheetname(self.sheet)}!{cell}"


@dataclass(frozen=True)
class Formula:
    """Made by `live` alone: a template of ours with places for cells, and what it comes to."""

    template: str
    cells: tuple[Ref, ...]
    figure: Figure

    def text(self, sheet: str) -> str:
        return self.template.format(*(cell.seen_from(sheet) for cell in self.cells))


Number = int | Decimal | Fraction
Value = str | Number | Figure | Formula | None


def live(
    template: LiteralString, *cells: Ref | None, value: Figure | Number | None
) -> Formula | Figure:
    """A formula over cells with our own value beside it; what is unknown stays a word.

    The text of a formula comes from the program and from cell references, never from a person.
    """
    figure = value if isinstance(value, Figure) else exactly(as_decimal(value))
    places = tuple(cell for cell in cells if cell is not None)
    if figure.value is None or len(places) < len(cells):
        return figure
    if not all(isinstance(place, Ref) for place in places):
        raise TypeError("a formula is made of cell references")
    return Formula(template, places, figure)


def as_decimal(value: Number | None) -> Decimal | None:
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    return None if value is None else Decimal(value)


def added(cells: Sequence[Ref], value: Figure) -> Formula | Figure:
    """The cells added one by one; unknown when there are none."""
    return live("=" + "+".join(["{}"] * len(cells)), *cells, value=value if cells else Figure(None))


Row = TypeVar("Row")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column of a table: its heading, what it shows of a row, and how."""

    label: str
    of: Callable[[Row], Value]
    width: float = 12
    style: Style = TEXT


@dataclass(frozen=True)
class Margins:
    """What every printed page says, left and right, above and below the table."""

    header: tuple[str, str]
    footer: tuple[str, str]


class Book:
    """A workbook in the making; ``words`` says what is unknown, and what a figure can promise."""

    def __init__(
        self,
        now: datetime,
        unknown: str,
        bounds: Mapping[Bound, str],
        properties: Mapping[str, str],
    ) -> None:
        self.unknown = unknown
        self.bounds = bounds
        self.bytes = io.BytesIO()
        self.workbook = xlsxwriter.Workbook(
            self.bytes,
            {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        created = now.astimezone(UTC).replace(tzinfo=None) if now.tzinfo else now
        self.workbook.set_properties({**properties, "created": created})
        self._formats: dict[Style, Any] = {}

    def format(self, style: Style) -> Any:
        found = self._formats.get(style)
        if found is None:
            found = self._formats[style] = self.workbook.add_format(dict(style.props))
        return found

    def page(self, title: str, widths: Sequence[float], margins: Margins, wide: bool) -> Page:
        return Page(self, title, widths, margins, wide)

    def close(self) -> bytes:
        self.workbook.close()
        return self.bytes.getvalue()


class Page:
    """One sheet, set up for A4."""

    def __init__(
        self, book: Book, title: str, widths: Sequence[float], margins: Margins, wide: bool
    ) -> None:
        self.book = book
        self.title = title
        self.widths = widths
        self.sheet = book.workbook.add_worksheet(title)
        self.sheet.hide_gridlines(2)
        self.sheet.set_default_row(ROW)
        self.sheet.set_paper(9)  # A4
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.8)
        self.sheet.set_header(_margin(*margins.header))
        self.sheet.set_footer(_margin(*margins.footer))
        if wide:
            self.sheet.set_landscape()
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)

    def ref(self, row: int, column: int, absolute: bool = False) -> Ref:
        return Ref(self.title, row, column, absolute)

    def put(self, row: int, column: int, value: Value, style: Style = TEXT) -> Ref:
        """Write one cell, and say where it is."""
        self._cell(row, column, value, style)
        return self.ref(row, column)

    def _cell(self, row: int, column: int, value: Value, style: Style) -> None:
        """The one way into a cell: each value is written as what it is."""
        if isinstance(value, str):
            self._text(row, column, value, style)
        elif isinstance(value, Formula):
            look = self._look(value.figure, style)
            text, number = value.text(self.title), value.figure.value
            self.sheet.write_formula(row, column, text, look, float(number or 0))
        elif isinstance(value, Figure):
            if value.value is None:
                self._text(row, column, self.book.unknown, style | RIGHT | QUIET)
            else:
                self.sheet.write_number(row, column, float(value.value), self._look(value, style))
        elif value is None:
            self.sheet.write_blank(row, column, None, self.book.format(style))
        else:
            self.sheet.write_number(row, column, float(value), self.book.format(style))

    def _look(self, figure: Figure, style: Style) -> Any:
        """The number's format, with «minst» or «høyst» before it where it lacks parts."""
        if figure.bound is Bound.EXACT:
            return self.book.format(style)
        word = self.book.bounds[figure.bound].replace('"', "")
        number = dict(style.props).get("num_format", "#,##0")
        # Shrunk rather than shown as ####: the word makes the cell longer than its neighbours.
        return self.book.format(
            style | Style((("num_format", f'"{word} "{number}'), ("shrink", True)))
        )

    def _text(self, row: int, column: int, text: str, style: Style) -> None:
        if text.startswith(SIGNS):
            style |= QUOTED
        look = self.book.format(style)
        if len(text) > LONGEST // 2:  # Excel counts UTF-16
            text = text[: LONGEST // 2 - 1] + "…"
        if text.startswith("<r>") and text.endswith("</r>"):
            # XlsxWriter takes such a text for finished XML; in three pieces it is escaped.
            self.sheet.write_rich_string(row, column, text[0], text[1], text[2:], look)
        else:
            self.sheet.write_string(row, column, text, look)

    def across(
        self,
        row: int,
        first: int,
        last: int,
        text: str,
        style: Style,
        characters: int,
        least: int = 1,
    ) -> None:
        """A paragraph over several columns, as high as its text at so many characters a line."""
        # Merged cells do not grow by themselves; ``least`` leaves room for a neighbour.
        lines = max(least, lines_of(text, characters))
        size = float(dict(style.props).get("font_size", 10))
        self.sheet.set_row(row, lines * LINE * size / 10 + 3)
        self.sheet.merge_range(row, first, row, last, "", self.book.format(style))
        self._text(row, first, text, style)

    def red_unless_zero(self, row: int, column: int, last_row: int, last_column: int) -> None:
        cell = self.ref(row, column)
        test = live("=AND(ISNUMBER({}),{}<>0)", cell, cell, value=0)
        assert isinstance(test, Formula)
        red = self.book.format(style(font_color="#ffffff", bg_color=RED, bold=True))
        rule = {"type": "formula", "criteria": test.text(self.title), "format": red}
        self.sheet.conditional_format(row, column, last_row, last_column, rule)

    def head(self, row: int, columns: Iterable[Column[Row]], first: int = 0) -> int:
        for at, column in enumerate(columns, first):
            look = dict(column.style.props)
            aligned = style(align=look.get("align", "left"), indent=look.get("indent", 0))
            self.put(row, at, column.label, HEAD | aligned)
        return row + 1

    def lines(
        self,
        row: int,
        columns: Sequence[Column[Row]],
        rows: Iterable[Row],
        look: Style | None = None,
        first: int = 0,
    ) -> int:
        """One line per row, each cell as its column says; the row after the last one.

        ``first`` is where the first of the columns stands.
        """
        styles = [column.style | look if look else column.style for column in columns]
        for one in rows:
            height = 1
            for at, column in enumerate(columns):
                value = column.of(one)
                self._cell(row, first + at, value, styles[at])
                if isinstance(value, str):
                    height = max(height, lines_of(value, self.widths[first + at]))
            if height > 1:  # not every reader makes room by itself
                self.sheet.set_row(row, height * LINE + 3)
            row += 1
        return row

    def steady(self, row: int, columns: int = 0) -> None:
        """Keep the rows above in sight, and print the last of them, a heading, on every page."""
        self.sheet.set_row(row - 1, 2 * LINE + 5)
        self.sheet.freeze_panes(row, columns)
        self.sheet.repeat_rows(row - 1)


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes."""
    if len(text) * WORDS <= width and "\n" not in text:
        return 1
    return sum(max(1, math.ceil(len(part) * WORDS / width)) for part in text.split("\n"))


def _margin(left: str, right: str) -> str:
    """A header or footer; ``%(page)s`` and ``%(pages)s`` in the right half become the numbers."""
    # A space first: digits straight after a code would be read as part of it.
    end = "&R" + right.replace("&", "&&").replace("%(page)s", "&P ").replace("%(pages)s", "&N ")
    start = "&L" + " ".join(left.replace("&", "&&").split())
    room = LONGEST_MARGIN - len(end)
    if len(start) > room:
        start = start[: room - 1].rstrip("&") + "…"
    return start + end

"""Tables found by their headings: which column is what, and what is gathered from the rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any, TypeVar

from climatebudget.catalogue import normalised
from climatebudget.core.field import Unreadable, read_number, read_year
from climatebudget.core.findings import Cell, Finding, Level
from climatebudget.core.quantity import GRAM, rounded
from climatebudget.core.reading import Skipped
from climatebudget.core.text import N_, Text
from climatebudget.sheets.grids import Grid, Row, label, written
from climatebudget.sheets.lines import NOWHERE, Lines, Place, Spelled, Wording
from climatebudget.sheets.refusals import Refused

Key = TypeVar("Key", bound=Hashable)

SEARCHED = 30  # rows in which a table may begin
ENOUGH = 3  # headings that make a row a header
ACROSS = 2  # years that make a table wide
LONG_BLANK = 1000  # empty rows after which a filled one is no longer part of the table
TOTALS = {"sum", "totalt", "total", "i alt", "sum utslipp", "samlet", "alle sektorer"}


class Column(Enum):
    """What a column holds; the value is how a person would ask for it."""

    NUMBER = N_("kommunenummer")
    AREA = N_("kommune")
    YEAR = N_("år")
    SECTOR = N_("utslippssektor")
    SOURCE = N_("utslippskilde")
    GAS = N_("klimagass")
    TONNES = N_("utslipp i tonn")


HEADINGS = {
    "kommunenr": Column.NUMBER,
    "kommunenummer": Column.NUMBER,
    "kommune nr": Column.NUMBER,
    "kommune": Column.AREA,
    "kommunenavn": Column.AREA,
    "kommune navn": Column.AREA,
    "år": Column.YEAR,
    "ar": Column.YEAR,
    "sektor": Column.SECTOR,
    "utslippssektor": Column.SECTOR,
    "utslippskilde": Column.SOURCE,
    "klimagass": Column.GAS,
    "gass": Column.GAS,
    "utslipp": Column.TONNES,
    "utslipp_tonn": Column.TONNES,
    "utslipp (tonn co2-ekvivalenter)": Column.TONNES,
    "utslipp (tonn co2-ekv.)": Column.TONNES,
}
# Only where no column names a municipality: the national workbook has both.
COUNTIES = {
    "fylke": Column.AREA,
    "fylkesnavn": Column.AREA,
    "fylkesnr": Column.NUMBER,
    "fylkesnummer": Column.NUMBER,
}
NAMES_AREA = {Column.NUMBER, Column.AREA}


@dataclass(frozen=True)
class Header:
    """The row of headings, and where each known column stands in it.

    ``years`` is for a table with the years across. ``composed`` says that a heading was understood
    together with the one above it.
    """

    row: int
    columns: Mapping[Column, int]
    width: int
    years: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    composed: bool = False


@dataclass(frozen=True)
class Spelling:
    """How often a name is written so, and where first."""

    count: int
    first: Cell | None


@dataclass(frozen=True)
class Sum:
    """A total that the file states; sector "" is the whole."""

    sector: str
    year: int
    tonnes: Decimal
    where: Cell
    place: Place = NOWHERE


@dataclass
class Seen:
    """How many cells were of a kind, and where the first stands."""

    count: int = 0
    first: Cell | None = None

    def see(self, cell: Cell) -> None:
        self.count += 1
        self.first = self.first or cell


@dataclass
class Table:
    """What a table says, before any name in it has been looked up; gathered row by row.

    Every row that is not blank, the headings apart, gives lines or sums or is among ``skipped``,
    and so is a blank row between the headings and the last that is not.
    """

    grid: Grid
    header: Header
    lines: Lines = field(default_factory=Lines)
    rows: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)
    missing: Seen = field(default_factory=Seen)  # cells that say there is no number
    negative: Seen = field(default_factory=Seen)
    ambiguous: Seen = field(default_factory=Seen)  # figures whose mark can mean two things
    dates: Seen = field(default_factory=Seen)  # days that were read as their year
    filled_in: Seen = field(default_factory=Seen)  # names taken from the cell they are merged with
    text_numbers: int = 0
    blank: list[int] = field(default_factory=list)  # rows since the last that is not

    @property
    def says_something(self) -> bool:
        seen = self.missing.count + self.ambiguous.count
        return bool(self.lines.places or self.problems or self.sums or seen)

    @property
    def filled_rows(self) -> int:
        """The rows of the sheet that are not blank, the headings too."""
        return self.rows - sum(s.reason == EMPTY for s in self.skipped) + 1

    def cell(self, row: int, *columns: Column) -> Cell:
        """The row's cell in the first of these columns that the table has."""
        known = (self.header.columns[c] for c in columns if c in self.header.columns)
        return self.grid.cell(row, next(known, 0))

    def spellings(self, name: Callable[[Wording], Key], *columns: Column) -> dict[Key, Spelling]:
        """Each name of a sector or source as it is written, in the order of the rows."""
        return self._spellings(self.lines.spelled(name), columns)

    def places(self, name: Callable[[Place], Key], *columns: Column) -> dict[Key, Spelling]:
        """Each name of an area as it is written, in the order of the rows."""
        return self._spellings(self.lines.placed(name), columns)

    def _spellings(
        self, found: Mapping[Key, Spelled], columns: Sequence[Column]
    ) -> dict[Key, Spelling]:
        return {k: Spelling(s.figures, self.cell(s.row, *columns)) for k, s in found.items()}

    def begin(self, at: int, blank: bool) -> bool:
        """Count the row; whether there is anything to read in it."""
        if at == self.header.row or (blank and at < self.header.row):
            return False
        if blank:
            self.blank.append(at)
            return False
        if len(self.blank) <= LONG_BLANK:
            self.rows += len(self.blank)
            self.skipped += [Skipped(row, EMPTY) for row in self.blank]
        self.blank.clear()
        self.rows += 1
        if at < self.header.row:
            self.skipped.append(Skipped(at, ABOVE))
        return at > self.header.row

    def refuse(self, at: int, problem: Finding) -> None:
        """A row that must be put right first."""
        self.problems.append(problem)
        self.skipped.append(Skipped(at, problem.text, problem.values))

    def add(self, at: int, place: Place, wording: Wording, grams: int, cell: Cell) -> None:
        self.lines.place(place, at).add(self.lines.wording(wording, at), at, grams)
        if grams < 0:
            self.negative.see(cell)


ABOVE = N_("Raden står over tabellen.")
EMPTY = N_("Raden er tom.")
NEITHER = N_("Raden har verken år eller utslippssektor.")
NO_NUMBER = N_("Raden har ikke noe tall.")
SUBTOTAL = N_("Raden er en sum i filen. Den er brukt til kontroll.")
TOO_WIDE = N_("Raden har flere felt enn overskriften. Sjekk om et skilletegn er for mye.")
WAITS = N_("Tallet kan bety to ting.")


def known_headings(row: Row, above: Sequence[str] = ()) -> list[Column | None]:
    """What each column holds, as far as its heading says so, with or without the one above it."""
    found: list[Column | None] = []
    for index, cell in enumerate(row):
        own = normalised(label(cell))
        group = above[index] if index < len(above) else ""
        found.append(HEADINGS.get(own) or (HEADINGS.get(f"{group} {own}") if own else None))
    if NAMES_AREA.intersection(filter(None, found)):
        return found
    return [c or COUNTIES.get(normalised(label(v))) for c, v in zip(found, row, strict=True)]


def find_header(grid: Grid) -> Header | None:
    """The first row with enough known headings; raises `Refused` where two mean the same."""
    above: list[str] = []
    for at, row in enumerate(grid.rows.start(SEARCHED), start=1):
        found = known_headings(row, above)
        known = [column for column in found if column]
        years = _years(row)
        if len(set(known)) >= ENOUGH or (known and len(years) >= ACROSS):
            twice = [column.value for column in Column if known.count(column) > 1]
            if twice:
                raise Refused("E_COLUMN_DUPLICATE", twice[0])
            composed = found != known_headings(row)
            columns = {name: i for i, name in enumerate(found) if name}
            if Column.YEAR in columns or Column.TONNES in columns:
                years = {}
            if years and not _in_tonnes(years, above):
                return None
            return Header(at, columns, len(row), years, composed)
        above = _groups(grid, at, row)
    return None


def _groups(grid: Grid, at: int, row: Row) -> list[str]:
    """The row's headings, where cells are merged over every column they cover."""
    names = [normalised(label(cell)) for cell in row]
    for merge in grid.merges:
        if merge.top <= at <= merge.bottom and 0 <= merge.left < len(names):
            for index in range(merge.left, min(merge.right + 1, len(names))):
                names[index] = names[merge.left]
    return names


def _in_tonnes(years: Mapping[int, int], above: Sequence[str]) -> bool:
    """Whether what stands above the years, if anything, says that the figures are tonnes."""
    said = {above[index] for index in years if index < len(above) and above[index]}
    return all(HEADINGS.get(text) is Column.TONNES for text in said)


def _years(row: Row) -> dict[int, int]:
    """Column → year; raises `Refused` where a year stands twice."""
    years: dict[int, int] = {}
    for index, cell in enumerate(row):
        try:
            year = read_year(written(cell)) if label(cell) else None
        except Unreadable:
            continue
        if year is not None:
            years[index] = year
    if len(years) >= ACROSS and len(set(years.values())) < len(years):
        twice = next(y for y in years.values() if list(years.values()).count(y) > 1)
        raise Refused("E_COLUMN_DUPLICATE", str(twice))
    return years


def require(header: Header, *columns: Column) -> None:
    for column in columns:
        if column not in header.columns:
            raise Refused("E_COLUMN_MISSING", column.value)


def read_tonnes(value: Any, mark: str | None) -> Decimal:
    """Tonnes to the gram; raises `Unreadable`."""
    return rounded(read_number(value, mark), GRAM)


def lacks(column: Column, where: Cell) -> Finding:
    text = N_("Raden mangler %(column)s. Skriv det inn, eller slett raden.")
    return Finding("E_ROW", text, {"column": Text(column.value)}, Level.STOPS, where)


def stop(code: str, problem: Text, where: Cell) -> Finding:
    """A cell that must be put right; ``problem`` says how."""
    return Finding(code, problem.text, problem.values, Level.STOPS, where)

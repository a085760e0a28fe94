"""A table of a reference path, as people write it: years across, years down, or a row a figure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from climatebudget.core.budget import Municipality
from climatebudget.core.checks import words
from climatebudget.core.field import LAST_YEAR, Unreadable, clean, is_missing, read_year
from climatebudget.core.findings import Cell, Choice, Finding, Level, Question
from climatebudget.core.path_cells import Counted, look, names_a_unit, units_said
from climatebudget.core.table import ANOTHER, Column, Row, Table, is_of, normal
from climatebudget.core.text import N_

FIRST = 2009  # the first year that the municipal statistics have
COLUMN = "column"  # the code of the question which column has the figures
NAMED = 10  # rows or columns listed in one sentence
MOST_WORDS = 6  # a heading with a year in it; a longer text is a title or a note
PARENTHESIS = re.compile(r"\([^()]*\)")
HEADING_YEAR = re.compile(r"(?<![\d.,])(?:19|20|21)\d\d(?!\d|[.,]\d)")
YEARS = {"år", "ar", "year", "årstall"}
SECTORS = {"sektor", "utslippssektor", "utsleppssektor", "sector", "emission sector"}
SOURCES = {"kilde", "utslippskilde", "kjelde", "utsleppskjelde", "source", "emission source"}
UNITS = {"enhet", "eining", "unit", "måleenhet"}
MUNICIPALITIES = {"kommune", "kommunenr", "kommunenummer", "kommunenavn", "municipality"}
VALUES = re.compile(r"\b(?:utslipp|utslepp|referansebanen?|bane|verdi|tall|value|emissions?)\b")


@dataclass(frozen=True)
class Spot:
    """The cell that has the figure of a year, or should have it."""

    year: int
    row: Row
    letter: str


@dataclass(frozen=True)
class Series:
    """What a table says of one place through the years."""

    sector: str  # as it is written; "" where it is blank
    source: str
    spots: tuple[Spot, ...]
    said: tuple[str, ...]  # its name and headings, which may say what its figures count
    where: Cell  # its name

    @property
    def name(self) -> str:
        return ": ".join(filter(None, (self.sector, self.source)))


@dataclass(frozen=True)
class Shape:
    series: tuple[Series, ...] = ()
    said: tuple[str, ...] = ()  # texts that are about every figure
    findings: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()


def bare(text: str) -> str:
    """A heading or a name as it is compared: without parentheses and marks of a footnote."""
    return normal(PARENTHESIS.sub(" ", text))


def year_of(heading: str) -> int | None:
    """The one year a heading is about.

    >>> year_of("2009 (baseline year)"), year_of("Tonn 2030"), year_of("Endring 2024–2030")
    (2009, 2030, None)
    """
    found = HEADING_YEAR.findall(normal(heading))
    return int(found[0]) if len(found) == 1 and len(heading.split()) <= MOST_WORDS else None


def recognised(headings: Iterable[str]) -> int:
    """How much of a row of headings we know; a column of years makes it more than any row of them.

    A row of figures may look like years: «2100» is also what a small municipality emits.
    """
    texts = list(headings)
    plain = {bare(text) for text in texts}
    known = len({year_of(text) for text in texts} - {None})
    known += sum(bool(plain & names) for names in (SECTORS, SOURCES, UNITS))
    return known + 100 * bool(plain & YEARS)


def shape(table: Table, answers: Mapping[str, str], own: Municipality) -> Shape:
    """The table's series, however it is laid; what is not read is told among the findings."""
    columns = _Columns(table)
    found = _rows(table, columns, answers) if columns.years_down else _wide(table, columns)
    told = (*found.findings, *_others(table, columns, own), *table.findings)
    return replace(found, said=(*table.above, *found.said), findings=told)


class _Columns:
    """What each column is, by its heading."""

    def __init__(self, table: Table) -> None:
        self.all = table.columns
        self.years_down = self._one(YEARS)
        # «Prosent mot 2009» over the names is no year of the path.
        named = self.all[:1] if not _has_figures(table, self.all[0]) else ()
        across = {} if self.years_down else {c: year_of(c.heading) for c in self.all}
        self.years = {c: year for c, year in across.items() if year and c not in named}
        self.sector, self.source, self.unit = map(self._one, (SECTORS, SOURCES, UNITS))
        self.municipality = self._one(MUNICIPALITIES)

    def _one(self, names: set[str]) -> Column | None:
        return next((c for c in self.all if bare(c.heading) in names), None)

    @property
    def places(self) -> bool:
        return bool(self.sector or self.source)

    @property
    def others(self) -> list[Column]:
        """Columns that nothing is known of yet."""
        known = (self.years_down, self.sector, self.source, self.unit, self.municipality)
        return [c for c in self.all if c not in known and c not in self.years]


# ---- years across --------------------------------------------------------------------------------


def _wide(table: Table, columns: _Columns) -> Shape:
    name = None if columns.places else _name_column(table, columns)
    groups: dict[frozenset[Counted], list[tuple[Column, int]]] = {}
    for column, year in columns.years.items():
        groups.setdefault(units_said([column.heading]), []).append((column, year))
    series: list[Series] = []
    said: list[str] = [name.heading] if name else []
    skipped: list[Row] = []
    for row in table.rows:
        own = [_across(table, row, columns, name, group) for group in groups.values()]
        own = [one for one in own if _says_something(one)]
        if not own:
            skipped.append(row)
            said += [text for text in map(row.text, row.cells) if names_a_unit(text)]
        series += own
    read = {*columns.years, name}
    findings = (
        *_years_outside(table, columns.years),
        *_year_twice(table, groups.values()),
        *_not_read(table, [c for c in columns.others if c not in read], skipped),
    )
    return Shape(tuple(series), tuple(said), findings)


def _name_column(table: Table, columns: _Columns) -> Column | None:
    """The first column that has text and is nothing else that we know."""
    others = columns.others
    return next((c for c in others if any(_is_text(row, c) for row in table.rows)), None)


def _is_text(row: Row, column: Column) -> bool:
    return any(letter.isalpha() for letter in row.text(column.letter))


def _written(row: Row, column: Column | None) -> str:
    return row.text(column.letter) if column else ""


def _across(
    table: Table, row: Row, columns: _Columns, name: Column | None, years: list[tuple[Column, int]]
) -> Series:
    sector, source = _written(row, name or columns.sector), _written(row, columns.source)
    spots = tuple(Spot(year, row, column.letter) for column, year in years)
    headings = (column.heading for column, _ in years)
    said = (sector, source, _written(row, columns.unit), *headings)
    its = name or columns.sector or columns.source or table.columns[0]
    return Series(sector, source, spots, said, table.cell(row, its.letter))


def _says_something(series: Series) -> bool:
    """A row with a figure; or with a name, and something where its figures should stand."""
    cells = [spot.row.cells.get(spot.letter) for spot in series.spots]
    if any(look(value).is_figure for value in cells):
        return True
    return bool(series.name) and any(value is not None for value in cells)


def _years_outside(table: Table, years: Mapping[Column, int]) -> Iterator[Finding]:
    for column, year in years.items():
        filled = next((row for row in table.rows if column.letter in row.cells), None)
        if filled is not None and not FIRST <= year <= LAST_YEAR:
            yield outside(year, table.cell(filled, column.letter))


def outside(year: int, where: Cell) -> Finding:
    text = N_(
        "%(year)s er utenfor årene fra %(first)s til %(last)s. Rett året, eller ta det ut av filen."
    )
    values = {"year": year, "first": FIRST, "last": LAST_YEAR}
    return Finding("year-outside", text, values, Level.STOPS, where)


def _year_twice(table: Table, groups: Iterable[list[tuple[Column, int]]]) -> Iterator[Finding]:
    for group in groups:
        seen: dict[int, str] = {}
        for column, year in group:
            if year in seen:
                text = N_(
                    "Året %(year)s står i kolonne %(first)s og %(second)s. La bare én av dem stå."
                )
                values = {"year": year, "first": seen[year], "second": column.letter}
                where = table.cell(table.rows[0], column.letter)
                yield Finding("year-twice", text, values, Level.STOPS, where)
            seen.setdefault(year, column.letter)


# ---- a column of years ---------------------------------------------------------------------------


def _rows(table: Table, columns: _Columns, answers: Mapping[str, str]) -> Shape:
    """Places in columns of their own and a figure in each row; or a column for each place."""
    values, questions = _value_columns(table, columns)
    asked = {choice.value for question in questions for choice in question.choices}
    chosen = [c for c in values if not asked or c.letter == answers.get(COLUMN)]
    series: dict[tuple[str, str, str], Series] = {}
    findings: list[Finding] = []
    skipped: list[Row] = []
    for row in table.rows:
        filled = [c for c in chosen if c.letter in row.cells]
        year = _year(table, row, columns, findings) if filled else None
        if not filled:
            skipped.append(row)
        elif year is not None:
            for column in filled:
                _add(series, table, columns, row, column, Spot(year, row, column.letter))
    unread = [c for c in columns.others if c not in values]
    told = (*findings, *_not_read(table, unread, [] if asked and not chosen else skipped))
    return Shape(tuple(series.values()), (), told, questions)


def _value_columns(table: Table, columns: _Columns) -> tuple[list[Column], tuple[Question, ...]]:
    """The columns of figures; where several may be the one with the path, a question."""
    numeric = [c for c in columns.others if _has_figures(table, c)]
    known = [c for c in numeric if _says_value(c)]
    if not columns.places or known or len(numeric) < 2:
        return (known or numeric) if columns.places else numeric, ()
    return numeric, (_which_column(table, numeric),)


def _has_figures(table: Table, column: Column) -> bool:
    return any(look(row.cells.get(column.letter)).is_figure for row in table.rows)


def _says_value(column: Column) -> bool:
    text = normal(column.heading)
    return bool(units_said([text]) or VALUES.search(text))


def _called(column: Column) -> str:
    return f"{column.letter}: {column.heading or column.example}"


def _which_column(table: Table, columns: list[Column]) -> Question:
    choices = tuple(Choice(c.letter, _called(c)) for c in columns)
    text = N_("Flere kolonner har tall. I hvilken står banen?")
    return Question(COLUMN, text, choices, {}, table.cell(table.rows[0], columns[0].letter))


def _year(table: Table, row: Row, columns: _Columns, findings: list[Finding]) -> int | None:
    """The row's year; None where it has none we can use, which is told."""
    letter = columns.years_down.letter if columns.years_down else ""
    where, text = table.cell(row, letter), row.text(letter)
    if not text:
        sentence = N_("Raden har tall, men ikke årstall. Skriv året, eller slett raden.")
        findings.append(Finding("no-year", sentence, {}, Level.STOPS, where))
        return None
    try:
        year = read_year(text)
    except Unreadable as error:
        said = error.said
        findings.append(Finding("year", said.text, said.values, Level.STOPS, where))
        return None
    if not FIRST <= year <= LAST_YEAR:
        findings.append(outside(year, where))
        return None
    return year


def _add(
    series: dict[tuple[str, str, str], Series],
    table: Table,
    columns: _Columns,
    row: Row,
    column: Column,
    spot: Spot,
) -> None:
    """One figure more for its place; a place is known by how it is written, and by its column."""
    if columns.places:
        sector, source = _written(row, columns.sector), _written(row, columns.source)
        where = table.cell(row, (columns.sector or columns.source or column).letter)
    else:
        sector, source, where = column.heading, "", table.cell(row, column.letter)
    key = (normal(sector), normal(source), column.letter)
    said = (sector, source, column.heading, _written(row, columns.unit))
    before = series.get(key) or Series(sector, source, (), said, where)
    more = () if is_missing(said[3]) or said[3] in before.said else (said[3],)
    series[key] = replace(before, spots=(*before.spots, spot), said=(*before.said, *more))


# ---- what is told --------------------------------------------------------------------------------


def _not_read(table: Table, columns: list[Column], rows: list[Row]) -> Iterator[Finding]:
    if columns:
        text = N_("Disse kolonnene er ikke lest: %(columns)s.")
        named = [f"{c.letter} «{clean(c.heading)[:40]}»" for c in columns]
        yield Finding("columns-not-read", text, {"columns": listed(named)}, Level.INFO)
    if rows:
        text = N_("Rader som ikke har tall, er ikke lest: rad %(rows)s.")
        where = Cell(table.sheet, rows[0].number)
        values = {"rows": listed(str(row.number) for row in rows)}
        yield Finding("rows-not-read", text, values, Level.INFO, where)


def listed(names: Iterable[str]) -> str:
    """«a, b og c»; of very many only the first."""
    every = list(names)
    return ", ".join(every[:NAMED]) + " …" if len(every) > NAMED else words.listed(every)


def _others(table: Table, columns: _Columns, own: Municipality) -> Iterator[Finding]:
    """A table that says it is about another municipality, which is told once."""
    if columns.municipality is None:
        return
    letter = columns.municipality.letter
    row = next((r for r in table.rows if not is_of(r.text(letter) or own.number, own)), None)
    if row is not None:
        values = {"other": row.text(letter)[:40], "own": own.name}
        yield Finding("municipality", ANOTHER, values, Level.STOPS, table.cell(row, letter))

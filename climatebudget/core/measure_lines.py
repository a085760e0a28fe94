"""What the rows of a mapped table say: a measure, a sum, or nothing; and what is wrong in a row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import TypeVar

from climatebudget.core.field import (
    LONGEST_NAME,
    LONGEST_TEXT,
    Ambiguous,
    Unreadable,
    decimal_mark,
    is_missing,
    read_near_year,
    read_number,
    show_number,
)
from climatebudget.core.findings import Finding, Level
from climatebudget.core.measure_table import EFFECT, INVESTMENT, OPERATING
from climatebudget.core.quantity import GRAM, ORE, rounded
from climatebudget.core.reading import Skipped
from climatebudget.core.table import Row, Table, texts_of
from climatebudget.core.text import N_, Text

YEARLY = (EFFECT, OPERATING, INVESTMENT)
STEP = {EFFECT: GRAM, OPERATING: ORE, INVESTMENT: ORE}
LONGEST = dict.fromkeys(("name", "department", "position", "group", "place"), LONGEST_NAME)
SEVERAL_LINES = {"change", "method"}
NUMBER = re.compile(r"0*[1-9][0-9]{0,4}\.?")
SUM = re.compile(
    r"(?:(?:del|total)?sum|summert|totalt?|totals?|i alt|til sammen|samlet|aggregated|samla)"
    r"(?: (?:effe[ck]ts?|kutt|utslippskutt|utsleppskutt|reduksjon|reduction|impact|av|of|for|alle"
    r"|all|klimatiltak|tiltak|measures?)\b.*|)[ :]*",
    re.IGNORECASE,
)
SUM_NUMBER = re.compile(r"(?:sum|total|i alt|til sammen)\b.*", re.IGNORECASE)
E = TypeVar("E", bound=Enum)


@dataclass(frozen=True)
class Figures:
    """The figures of a kind in one row: known years, words in place of a number, and the rest."""

    years: tuple[int, ...]  # that the table has a column for
    known: Mapping[int, Decimal]
    words: tuple[str, ...]  # as they stand, in the order of the years
    open: bool  # whether some cell waits for what its comma means


@dataclass(frozen=True)
class Mapped:
    """A table with its mapping turned round, and what the marks in each of its columns mean."""

    table: Table
    letters: Mapping[str, str]  # key → letter
    marks: Mapping[str, str | None]  # letter of a column of numbers → its decimal mark

    def has(self, key: str) -> bool:
        return key in self.letters

    def text(self, row: Row, key: str) -> str:
        letter = self.letters.get(key, "")
        return row.lines(letter) if key in SEVERAL_LINES else row.text(letter)

    def yearly(self, kind: str) -> Iterator[tuple[int, str]]:
        """Year and letter of each column of a kind."""
        for key, letter in self.letters.items():
            if key.startswith(f"{kind}-"):
                yield int(key.rpartition("-")[2]), letter

    @property
    def numbers(self) -> list[str]:
        """The letters of every column of numbers, in the order of the table."""
        found = {letter for kind in YEARLY for _, letter in self.yearly(kind)}
        return [c.letter for c in self.table.columns if c.letter in found]

    def has_figures(self, row: Row) -> bool:
        return any(_is_figure(row.cells.get(letter)) for letter in self.numbers)

    def ambiguous(self, letter: str) -> list[Row]:
        """The rows where the column's numbers could mean two things."""
        if self.marks[letter] is not None:
            return []
        return [row for row in self.table.rows if _is_ambiguous(row.cells.get(letter))]

    def wrong(self, code: str, row: Row, key: str, text: str, /, **values: object) -> Finding:
        """A cell that must be put right before anything is stored."""
        where = self.table.cell(row, self.letters.get(key, ""))
        return Finding(code, text, values, Level.STOPS, where)


def mapped(table: Table, mapping: Mapping[str, str], answers: Mapping[str, str]) -> Mapped:
    letters = {key: letter for letter, key in mapping.items() if key}
    plain = Mapped(table, letters, {})
    marks = {letter: _mark(table, letter, answers) for letter in plain.numbers}
    return Mapped(table, letters, marks)


def mark_code(letter: str) -> str:
    """The code of the question what the marks of a column mean."""
    return f"mark-{letter}"


def _mark(table: Table, letter: str, answers: Mapping[str, str]) -> str | None:
    shown = decimal_mark(texts_of(table, letter))
    answer = answers.get(mark_code(letter))
    return shown or (answer if answer in (",", ".") else None)


def _is_ambiguous(value: str | Decimal | None) -> bool:
    if not isinstance(value, str):
        return False
    try:
        read_number(value)
    except Ambiguous:
        return True
    except Unreadable:
        return False
    return False


def _is_figure(value: str | Decimal | None) -> bool:
    if value is None or is_missing(value):
        return False
    try:
        read_number(value)
    except Ambiguous:
        return True
    except Unreadable:
        return False
    return True


# ---- rows ----------------------------------------------------------------------------------------

NOTHING_READ = N_("Raden har ikke noe i kolonnene som leses inn.")
NO_NUMBER = N_("Raden har verken nummer eller tall, og er ikke et klimatiltak for seg selv.")
PART_OF = N_("Raden har verken nummer eller tall. Den hører til klimatiltak %(number)s over.")


@dataclass(frozen=True)
class Sorted:
    """The rows of a table: every one of them is in one of the three."""

    lines: tuple[Row, ...]
    sums: tuple[Row, ...]
    skipped: tuple[Skipped, ...]


def sort_rows(found: Mapped) -> Sorted:
    lines: list[Row] = []
    sums: list[Row] = []
    skipped: list[Skipped] = []
    for row in found.table.rows:
        if _is_sum(found, row):
            sums.append(row)
        elif why := _nothing(found, row, lines):
            skipped.append(Skipped(row.number, why.text, why.values))
        else:
            lines.append(row)
    return Sorted(tuple(lines), tuple(sums), tuple(skipped))


def _is_sum(found: Mapped, row: Row) -> bool:
    """A row without a measure's number that says it is a sum, where its first text stands."""
    number = found.text(row, "number")
    if number:
        return bool(SUM_NUMBER.fullmatch(number))
    texts = (found.text(row, key) for key in ("name", "place", "group"))
    return any(SUM.fullmatch(text) for text in texts if text) and found.has_figures(row)


def _nothing(found: Mapped, row: Row, above: list[Row]) -> Text | None:
    """Why a row is no measure; None where it is one, or ought to be."""
    if not any(found.text(row, key) for key in found.letters):
        return Text(NOTHING_READ)
    number, name = found.text(row, "number"), found.text(row, "name")
    if number or found.has_figures(row) or (name and not found.has("number")):
        return None
    if found.has("number") and above:
        return Text(PART_OF, {"number": found.text(above[-1], "number")})
    return Text(NO_NUMBER)


# ---- the cells of one row ------------------------------------------------------------------------


@dataclass
class Line:
    """One row that is a measure. What is wrong with it gathers in ``problems`` as it is read."""

    found: Mapped
    row: Row
    problems: list[Finding] = field(default_factory=list)

    def wrong(self, code: str, key: str, text: str, /, **values: object) -> None:
        problem = self.found.wrong(code, self.row, key, text, **values)
        if problem not in self.problems:  # a cell may be looked at twice
            self.problems.append(problem)

    def text(self, key: str) -> str:
        """The cell; "" where it is blank, too long, or the table has no such column."""
        text = self.found.text(self.row, key)
        most = LONGEST.get(key, LONGEST_NAME if "-" in key else LONGEST_TEXT)
        if len(text) > most:
            self.too_long(key, text, most)
            return ""
        return text

    def too_long(self, key: str, text: str, most: int) -> None:
        sentence = N_("Teksten er %(length)s tegn. Skriv høyst %(most)s.")
        values = {"length": show_number(len(text)), "most": show_number(most)}
        self.wrong("too-long", key, sentence, **values)

    @property
    def number(self) -> int:
        """The measure's number; 0 where the row has none."""
        text = self.found.text(self.row, "number")
        return int(text.rstrip(".")) if NUMBER.fullmatch(text) else 0

    def check_number(self) -> None:
        text = self.found.text(self.row, "number")
        if self.number or not self.found.has("number"):
            return
        sentence = N_("«%(typed)s» er ikke et nummer. Skriv et helt tall, for eksempel 7.")
        if not text:
            sentence = N_("Raden har tall, men ikke nummer. Skriv nummeret, eller slett raden.")
        self.wrong("number", "number", sentence, typed=text[:40])

    def year(self, key: str) -> int | None:
        text = self.text(key)
        try:
            return read_near_year(text) if text else None
        except Unreadable as error:
            self.wrong("year", key, error.said.text, **error.said.values)
            return None

    def choice(self, key: str, kind: type[E]) -> E | None:
        text = self.text(key)
        found = next((m for m in kind if m.value.casefold() == text.casefold()), None)
        if text and found is None:
            sentence = N_("«%(typed)s» kjenner vi ikke. Skriv en av: %(known)s.")
            known = ", ".join(m.value for m in kind)
            self.wrong("unknown-word", key, sentence, typed=text[:40], known=known)
        return found

    def figures(self, kind: str) -> Figures:
        columns = sorted(self.found.yearly(kind))
        known: dict[int, Decimal] = {}
        words: list[str] = []
        waits = False
        for year, letter in columns:
            value = self.row.cells.get(letter)
            if value is None or is_missing(value):
                continue
            try:
                number = read_number(value, self.found.marks[letter])
                known[year] = rounded(number, STEP[kind])
            except Ambiguous:
                waits = True
            except Unreadable as error:
                text = self.text(f"{kind}-{year}")
                if any(c.isalpha() for c in text):
                    words.append(text)
                else:
                    said = error.said
                    self.wrong("not-a-number", f"{kind}-{year}", said.text, **said.values)
        return Figures(tuple(y for y, _ in columns), known, tuple(words), waits)

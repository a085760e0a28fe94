"""What a table of measures leaves open for a person: marks, places and departments."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from climatebudget.core.budget import Budget
from climatebudget.core.field import clean, read_number, show_exact
from climatebudget.core.findings import Choice, Finding, Level, Question
from climatebudget.core.measure import Measure
from climatebudget.core.measure_lines import Line, Mapped, mapped, mark_code, sort_rows
from climatebudget.core.measure_table import NOTHING, Names
from climatebudget.core.table import Row, Table, normal
from climatebudget.core.text import N_

DEPARTMENT = "department-"  # begins the code of every question of a unit
ADD, NOBODY = "+", "-"  # answers to which department: a new one, none
EVERYBODY = {"all", "alle", "alle enheter", "alle sektorer", "alle virksomheter"}
UNITS = re.compile(r"[,;\n]")


@dataclass(frozen=True)
class Draft:
    """What the rows are held against: the budget, the names, and what a person has answered."""

    budget: Budget
    names: Names
    answers: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)  # question code → the unit as written

    def stored(self, line: Line) -> tuple[Measure, ...]:
        """The draft's measures that a row may be: by number where the table has them, else by name.

        More than one only where the draft has several of the name.
        """
        if line.found.has("number"):
            measure = self._by_number.get(line.number)
            return (measure,) if measure else ()
        return self._by_name.get(normal(line.found.text(line.row, "name")), ())

    @cached_property
    def _by_number(self) -> Mapping[int, Measure]:
        return {m.number: m for m in self.budget.measures}

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[Measure, ...]]:
        found: dict[str, tuple[Measure, ...]] = {}
        for measure in self.budget.measures:
            name = normal(measure.name)
            found[name] = (*found.get(name, ()), measure)
        return found

    def known_department(self, unit: str) -> str | None:
        wanted = normal(unit)
        return next((d for d in self.budget.departments if normal(d) == wanted), None)


def questions(
    table: Table,
    mapping: Mapping[str, str],
    budget: Budget,
    names: Names,
    remembered: Mapping[str, str] = NOTHING,
) -> tuple[Question, ...]:
    """Everything the table leaves open, answered or not; ``remembered`` answers are ``chosen``."""
    if of_mapping(table, mapping):
        return ()
    found = mapped(table, mapping, NOTHING)
    draft = Draft(budget, names)
    lines = [Line(found, row) for row in sort_rows(found).lines]
    asked = (*_marks(found), *_places(found, lines, draft), *_departments(found, lines, draft))
    return tuple(_chosen(question, remembered.get(question.code, "")) for question in asked)


def of_mapping(table: Table, mapping: Mapping[str, str]) -> list[Finding]:
    """What is wrong with the columns themselves; raises ValueError for a column there is not."""
    unknown = mapping.keys() - {column.letter for column in table.columns}
    if unknown:
        raise ValueError(f"no column {min(unknown)}")
    found = []
    letters: dict[str, list[str]] = {}
    for letter, key in mapping.items():
        letters.setdefault(key, []).append(letter)
    for key, its in letters.items():
        if key and len(its) > 1:
            text = N_("Kolonne %(letters)s er valgt til det samme. La bare én av dem være det.")
            where = table.cell(table.rows[0], its[1])
            values = {"letters": " og ".join(its)}
            found.append(Finding("two-columns", text, values, Level.STOPS, where))
    if "name" not in letters:
        text = N_("Velg hvilken kolonne som har navnet på klimatiltaket.")
        found.append(Finding("no-name", text, level=Level.STOPS))
    return found


def _chosen(question: Question, value: str) -> Question:
    known = {choice.value for choice in question.choices}
    return replace(question, chosen=value) if value in known else question


def _marks(found: Mapped) -> Iterator[Question]:
    """One question for each column whose numbers could mean two things."""
    for letter in found.numbers:
        rows = found.ambiguous(letter)
        if not rows:
            continue
        example = rows[0].text(letter)
        yield Question(
            mark_code(letter),
            N_(
                "I kolonne %(letter)s, «%(heading)s», står det tall som «%(example)s», i alt "
                "%(count)s. Hvilket tall er det?"
            ),
            tuple(Choice(mark, show_exact(read_number(example, mark))) for mark in ".,"),
            {
                "letter": letter,
                "heading": found.table.column(letter).heading,
                "example": example,
                "count": len(rows),
            },
            found.table.cell(rows[0], letter),
        )


def _places(found: Mapped, lines: Iterable[Line], draft: Draft) -> Iterator[Question]:
    """One question for each name of a place that the catalogue does not have."""
    named = [(line.row, line.text("place")) for line in lines]
    for row, text, count in _distinct(named):
        if draft.names.place(text) is None:
            yield Question(
                place_code(text),
                N_(
                    "Vi kjenner ikke utslippssektoren «%(name)s», som står på %(count)s "
                    "klimatiltak. Hvilken er det?"
                ),
                draft.names.places,
                {"name": text, "count": count},
                found.table.cell(row, found.letters["place"]),
            )


def _departments(found: Mapped, lines: Iterable[Line], draft: Draft) -> Iterator[Question]:
    """One question for each unit that is to answer for a measure and is no department yet."""
    key = "department" if found.has("department") else "responsible"
    units = [(line.row, unit_of(line, draft) or "") for line in lines]
    choices = (
        Choice(ADD, N_("Legg til som ny enhet")),
        *(Choice(name, name) for name in draft.budget.departments),
        Choice(NOBODY, N_("Ingen enhet")),
    )
    for row, unit, count in _distinct(units):
        if draft.known_department(unit) is None:
            yield Question(
                department_code(unit),
                N_(
                    "«%(unit)s» er ikke en enhet i kommunen ennå, og er ansvarlig for %(count)s "
                    "klimatiltak. Hvilken enhet er det?"
                ),
                choices,
                {"unit": unit, "count": count},
                found.table.cell(row, found.letters[key]),
            )


def _distinct(named: list[tuple[Row, str]]) -> Iterator[tuple[Row, str, int]]:
    """Each name where it stands first, and how many rows have it; blank is no name."""
    count = Counter(normal(text) for _, text in named)
    seen = {""}
    for row, text in named:
        if normal(text) not in seen:
            seen.add(normal(text))
            yield row, text, count[normal(text)]


def place_code(name: str) -> str:
    return f"place-{normal(name)}"


def department_code(unit: str) -> str:
    return f"{DEPARTMENT}{normal(unit)}"


def unit_of(line: Line, draft: Draft) -> str | None:
    """The unit that answers for a measure; None where the row does not say.

    Of several responsible it is the first with a star, which reports, else the first; everybody
    is nobody. What somebody has decided for a measure whose responsible are as before, stands.
    """
    if line.found.has("department"):
        return line.text("department") or None
    responsible = line.text("responsible")
    stored = next(iter(draft.stored(line)), None)
    if not responsible or (stored and stored.responsible == responsible):
        return None
    if draft.known_department(responsible):
        return responsible
    units = map(clean, UNITS.split(line.row.lines(line.found.letters["responsible"])))
    named = [unit for unit in units if normal(unit) not in {"", *EVERYBODY}]
    starred = (unit for unit in named if unit.endswith("*"))
    return next(starred, next(iter(named), "")).rstrip("* ") or None

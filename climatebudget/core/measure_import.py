"""What a table of measures does to a draft: decided first, looked at, and then stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from climatebudget.core.budget import Budget, Control
from climatebudget.core.field import show_exact
from climatebudget.core.findings import Finding, Level, Question, may_go_on
from climatebudget.core.measure import Measure
from climatebudget.core.measure_lines import Line, Mapped, mapped, sort_rows
from climatebudget.core.measure_questions import Draft, of_mapping, questions
from climatebudget.core.measure_rows import BLANK, OTHER, Read, read_rows
from climatebudget.core.measure_table import EFFECT, Names
from climatebudget.core.quantity import ZERO
from climatebudget.core.reading import Skipped
from climatebudget.core.table import Row, Table, normal, words_told
from climatebudget.core.text import N_

__all__ = ["Change", "Import", "Sum", "imported", "questions"]

WORD = re.compile(r"[^\W\d_]{4,}")  # shorter ones, as «og» and «for», are in any name


@dataclass(frozen=True)
class Change:
    before: Measure
    after: Measure


@dataclass(frozen=True)
class Sum:
    """The cuts of the rows in a year, beside what the table's own sum says of it."""

    year: int
    tonnes: Decimal
    stated: Decimal | None  # None where the table has no sum for the year
    cites: str = ""

    @property
    def agrees(self) -> bool:
        return self.stated is None or self.stated == self.tonnes


@dataclass(frozen=True)
class Import:
    """Every row of the table is a measure, one of ``total_rows``, or among ``skipped``.

    While a question is open its cells are unknown here, so this is what would be stored only
    when it `may_store`.
    """

    added: tuple[Measure, ...] = ()
    changed: tuple[Change, ...] = ()
    gone: tuple[Measure, ...] = ()  # in the draft and not in the table; they stay unless removed
    untouched: tuple[Measure, ...] = ()
    waits: frozenset[int] = frozenset()  # numbers of those with a cut that an answer decides
    departments: tuple[str, ...] = ()  # new ones
    controls: tuple[Control, ...] = ()
    sums: tuple[Sum, ...] = ()
    total_rows: tuple[int, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    findings: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()  # still open

    @property
    def may_store(self) -> bool:
        return not self.questions and may_go_on(self.findings)


def imported(
    table: Table,
    mapping: Mapping[str, str],
    answers: Mapping[str, str],
    budget: Budget,
    names: Names,
) -> Import:
    """What storing the table would do; what is wrong with it is among the findings."""
    if wrong := of_mapping(table, mapping):
        return Import(findings=(*wrong, *table.findings))
    asked = questions(table, mapping, budget, names)
    known = {q.code: {c.value for c in q.choices} for q in asked}
    given = {code: value for code, value in answers.items() if value in known.get(code, ())}
    found = mapped(table, mapping, given)
    rows = sort_rows(found)
    draft = Draft(budget, names, given, {q.code: str(q.values.get("unit", "")) for q in asked})
    read = _numbered(read_rows(rows.lines, found, draft), budget)
    fine = [r for r in read if not r.line.problems]
    stopped = [r for r in read if r.line.problems]
    total = Line(found, rows.sums[0]) if len(rows.sums) == 1 else None
    sums = _sums(found, read, total)
    return Import(
        added=tuple(r.after for r in fine if r.before is None),
        changed=tuple(Change(r.before, r.after) for r in fine if r.before and r.before != r.after),
        gone=_gone(budget, read),
        untouched=tuple(r.after for r in fine if r.before == r.after),
        waits=frozenset(r.after.number for r in fine if r.figures[0].open),
        departments=_new_departments(budget, fine),
        controls=_controls(sums, budget),
        sums=sums,
        total_rows=tuple(row.number for row in rows.sums),
        skipped=(*rows.skipped, *map(_why, stopped)),
        findings=(
            *_two_sums(found, rows.sums),
            *_told_once(p for r in stopped for p in r.line.problems),
            *(total.problems if total else ()),
            *_no_measures(read),
            *_other_names(fine),
            *_sums_that_differ(found, sums, total),
            *words_told(w for r in read for figures in r.figures for w in figures.words),
            *_blanks(fine),
            *table.findings,
        ),
        questions=tuple(q for q in asked if q.code not in given),
    )


def _numbered(read: list[Read], budget: Budget) -> list[Read]:
    """New measures of a table without numbers get the next ones, in the order of its rows."""
    last = max((m.number for m in budget.measures), default=0)
    found = []
    for one in read:
        if one.before is None and not one.line.found.has("number") and not one.line.problems:
            last += 1
            one = replace(one, after=replace(one.after, number=last))
        found.append(one)
    return found


def _gone(budget: Budget, read: Iterable[Read]) -> tuple[Measure, ...]:
    there = {r.before.id for r in read if r.before}
    return tuple(m for m in budget.measures if m.id not in there)


def _new_departments(budget: Budget, fine: Iterable[Read]) -> tuple[str, ...]:
    named = (r.after.department for r in fine if not r.before or r.before != r.after)
    return tuple(dict.fromkeys(d for d in named if d and d not in budget.departments))


# ---- the table's own sums ------------------------------------------------------------------------


def _sums(found: Mapped, read: Iterable[Read], total: Line | None) -> tuple[Sum, ...]:
    """For each year whose column can be read whole: the rows' cuts, and what the table says."""
    stated = total.figures(EFFECT).known if total else {}
    rows = [r.figures[0].known for r in read]
    return tuple(
        Sum(
            year,
            sum((known[year] for known in rows if year in known), ZERO),
            stated.get(year),
            found.table.cites(total.row, letter) if total and year in stated else "",
        )
        for year, letter in sorted(found.yearly(EFFECT))
        if not found.ambiguous(letter)
    )


def _controls(sums: Iterable[Sum], budget: Budget) -> tuple[Control, ...]:
    """What the table states, for the version to keep; one that is kept already, as it is."""
    kept = {(c.year, c.tonnes): c for c in budget.controls}
    return tuple(
        kept.get((s.year, s.stated)) or Control(s.year, s.stated, s.cites)
        for s in sums
        if s.stated is not None
    )


def _two_sums(found: Mapped, rows: tuple[Row, ...]) -> Iterator[Finding]:
    if len(rows) > 1:
        text = N_("Tabellen har flere sumrader: rad %(rows)s. La bare én av dem stå.")
        where = found.table.cell(rows[1], found.letters["name"])
        values = {"rows": " og ".join(str(row.number) for row in rows)}
        yield Finding("two-sums", text, values, Level.STOPS, where)


def _sums_that_differ(found: Mapped, sums: Iterable[Sum], total: Line | None) -> Iterator[Finding]:
    letters = dict(found.yearly(EFFECT))
    for each in sums:
        if total is None or each.stated is None or each.agrees:
            continue
        yield Finding(
            "stated-sum",
            N_(
                "Radene gir %(found)s tonn for %(year)s. Tabellens egen sum er %(stated)s. "
                "Forskjellen er %(difference)s tonn."
            ),
            {
                "found": show_exact(each.tonnes),
                "year": each.year,
                "stated": show_exact(each.stated),
                "difference": show_exact(abs(each.tonnes - each.stated)),
            },
            Level.EXPLAIN,
            found.table.cell(total.row, letters[each.year]),
        )


# ---- what is told of the rows --------------------------------------------------------------------


def _why(stopped: Read) -> Skipped:
    first = stopped.line.problems[0]
    return Skipped(stopped.line.row.number, first.text, first.values)


def _told_once(problems: Iterable[Finding]) -> Iterator[Finding]:
    """Another municipality is told of once, however many rows are of it."""
    seen: set[object] = set()
    for problem in problems:
        other = problem.values.get("other") if problem.code == OTHER else None
        if other is None or other not in seen:
            yield problem
        seen.add(other)


def _no_measures(read: list[Read]) -> Iterator[Finding]:
    if not read:
        text = N_(
            "Tabellen har ingen rader med klimatiltak. Sjekk kolonnene, og at filen er riktig."
        )
        yield Finding("no-measures", text, level=Level.STOPS)


def _other_names(fine: Iterable[Read]) -> Iterator[Finding]:
    """A number that another measure has in the draft: the rows may be numbered anew."""
    for one in fine:
        line, before = one.line, one.before
        if not before or not line.found.has("number") or _alike(before.name, one.after.name):
            continue
        text = N_(
            "Nummer %(number)s har et helt annet navn i filen: «%(before)s» her, «%(after)s» i "
            "filen. Kontroller at det er samme klimatiltak."
        )
        values = {"number": before.number, "before": before.name, "after": one.after.name}
        where = line.found.table.cell(line.row, line.found.letters["name"])
        yield Finding("other-name", text, values, Level.EXPLAIN, where)


def _alike(one: str, other: str) -> bool:
    """Whether two names may be of the same measure: equal, or with a word of some length in both.

    >>> _alike("Elektriske busser", "Bytte busser"), _alike("Nye busser", "Nye biler")
    (True, False)
    """
    words = [set(WORD.findall(name.casefold())) for name in (one, other)]
    return not one or normal(one) == normal(other) or bool(words[0] & words[1])


def _blanks(fine: Iterable[Read]) -> Iterator[Finding]:
    blank = sum(not r.after.quantified and r.after.why == BLANK for r in fine)
    if blank:
        one = N_("Ett klimatiltak har tomme celler for tall. Det er ikke tallfestet.")
        many = N_("%(count)s klimatiltak har tomme celler for tall. De er ikke tallfestet.")
        yield Finding("blank", one if blank == 1 else many, {"count": blank}, Level.INFO)

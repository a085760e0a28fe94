"""What a table of a reference path makes of it: decided first, looked at, and then stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from climatebudget.core import path_checks as checks
from climatebudget.core.budget import Budget
from climatebudget.core.findings import Finding, Question, may_go_on
from climatebudget.core.path_cells import Counted, Meaning
from climatebudget.core.path_questions import Asking, Draft, Names, numbers, placed, units
from climatebudget.core.path_reckoned import Reckoned, counted
from climatebudget.core.path_rule import Level
from climatebudget.core.path_table import shape
from climatebudget.core.paths import ReferencePath, first_year, level_of
from climatebudget.core.quantity import Yearly, tonnes
from climatebudget.core.table import Table


@dataclass(frozen=True)
class PathImport:
    """The path of a table. While a question is open it is not whole, and may not be stored."""

    figures: Mapping[str, Yearly] = field(default_factory=dict)
    cites: Mapping[tuple[str, int], str] = field(default_factory=dict)
    unit: Counted | None = None
    meaning: Meaning | None = None  # of percentages
    rows: int = 0  # of the table, that have figures of the path
    sums: tuple[checks.Sum, ...] = ()
    findings: tuple[Finding, ...] = ()
    asked: tuple[Question, ...] = ()  # answered or not
    questions: tuple[Question, ...] = ()  # still open

    @property
    def level(self) -> Level:
        return level_of(self.figures)

    @property
    def may_store(self) -> bool:
        return bool(self.figures) and not self.questions and may_go_on(self.findings)

    def path(self, policy: str, cut_off: date | None, author: str) -> ReferencePath:
        return ReferencePath(self.figures, policy, cut_off, author, self.cites)


def imported(table: Table, answers: Mapping[str, str], budget: Budget, names: Names) -> PathImport:
    """The path that storing the table would give; what is wrong with it is among the findings."""
    ask = Asking(answers)
    laid = shape(table, answers, budget.municipality)
    for question in laid.questions:
        ask(question)
    draft = Draft(table, budget, names, ask, laid.said)
    found, of_places = placed(laid.series, draft)
    unit, kept, of_units = units(found, draft)
    figures, rest = numbers(kept, draft)
    reckoned, meant, lacking = counted(unit, figures, kept, draft)
    first = first_year(budget.budget_year.year, budget.inventory)
    ahead = [r for r in reckoned if r.figure.spot.year >= first]
    parts = [r for r in ahead if r.figure.code] or ahead
    path, sums = _path(parts), checks.sums(ahead, draft)
    return PathImport(
        path,
        {(r.figure.code, r.figure.spot.year): r.cites for r in parts},
        unit,
        meant,
        len({r.figure.spot.row.number for r in parts}),
        sums,
        (
            *laid.findings,
            *of_places,
            *of_units,
            *lacking,
            *checks.twice(figures, draft),
            *checks.two_levels(kept, draft),
            *checks.outside(kept, draft),
            *checks.negative(ahead, draft),
            *([] if path or ask.open or lacking else checks.nothing(first)),
            *checks.history(figures, first),
            *checks.words_and_blanks(rest, first),
            *checks.sums_told(sums),
            *checks.against_the_edition(path, draft),
        ),
        tuple(ask.asked),
        ask.open,
    )


def _path(parts: Sequence[Reckoned]) -> dict[str, Yearly]:
    """Tonnes by year for each place, in the order of the table."""
    by_code: dict[str, dict[int, Decimal]] = {}
    for r in parts:
        by_code.setdefault(r.figure.code, {})[r.figure.spot.year] = r.tonnes
    return {code: tonnes(dict(sorted(by_year.items()))) for code, by_year in by_code.items()}

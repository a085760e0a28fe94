"""A budget held against one national report: what a page, a file and the top sentence rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from climatebudget.core.budget import Budget
from climatebudget.core.measure import Measure
from climatebudget.core.national import (
    NAMES,
    YEARS,
    Answer,
    asked,
    cut,
    unanswered,
    uncoupled,
    unknown,
)
from climatebudget.core.quantity import Figure
from climatebudget.core.text import N_
from climatebudget.core.unit_cost import Terms, UnitCost, unit_cost
from climatebudget.web.boundary_form import called, is_whole
from climatebudget.web.forms import say


@dataclass(frozen=True)
class Against:
    """A budget held against one report, for a page and a file."""

    report: str
    budget: Budget
    answers: tuple[Answer, ...]
    terms: Terms
    shares: bool = False

    @property
    def name(self) -> str:
        return NAMES[self.report]

    @property
    def years(self) -> tuple[int, ...]:
        """Of the report's years, those the budget has columns for."""
        return tuple(y for y in self.budget.budget_year.columns if y in YEARS[self.report])

    @property
    def period(self) -> str:
        """«2021–2030», or «2035»."""
        years = YEARS[self.report]
        return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"

    @property
    def in_budget(self) -> str:
        """«4 av 10 år»: a part is never taken for the whole."""
        all_ = len(YEARS[self.report])
        if all_ == 1:
            return "" if self.years else say(N_("ikke i budsjettet"))
        return say(N_("%(some)s av %(all)s år"), some=len(self.years), all=all_)

    @cached_property
    def unit_costs(self) -> Mapping[str, UnitCost]:
        """By the measure's id."""
        return {m.id: unit_cost(m, self.budget, self.terms) for m in asked(self.budget)}

    def cut_of(self, measure: Measure) -> Figure:
        return cut([measure], self.years, self.budget.book)

    @property
    def unanswered(self) -> tuple[Answer, ...]:
        return unanswered(self.answers)

    @property
    def uncoupled(self) -> tuple[Measure, ...]:
        return uncoupled(self.budget)

    @property
    def unknown(self) -> tuple[Measure, ...]:
        return unknown(self.budget, self.budget.categories or frozenset())

    @property
    def here(self) -> int:
        return sum(len(a.measures) for a in self.answers)

    @property
    def elsewhere(self) -> int:
        """Measures coupled to another report that we have."""
        others = len(self.uncoupled) + len(self.unknown) + self.here
        return len(asked(self.budget)) - others

    @property
    def sectors(self) -> list[str]:
        return list(dict.fromkeys(a.national.sector for a in self.answers))

    def under_sectors(self, rows: Iterable[Answer]) -> list[tuple[str, list[Answer]]]:
        found: dict[str, list[Answer]] = {}
        for row in rows:
            found.setdefault(row.national.sector, []).append(row)
        return list(found.items())

    def places(self, answer: Answer) -> str:
        """What the municipality emits from, by name; only what the edition has, where it has some.

        The ship types were replaced: a report's ships stand under old and new names.
        """
        codes, own = answer.places, self.budget.inventory
        used = [c for c in codes if own and (c in own.sources or is_whole(c))]
        by_sector: dict[str, list[str]] = {}
        for code in used or codes:
            sector, _, name = called(self.budget, code).partition(": ")
            by_sector.setdefault(sector, []).append(name)
        return "; ".join(map(_sources, by_sector.items()))


def _sources(of: tuple[str, list[str]]) -> str:
    """«Veitrafikk: Personbiler, Busser»; a sector that is one source is said once."""
    sector, names = of
    return sector if names == [sector] else f"{sector}: {', '.join(names)}"

"""Against the national reports: what is registered for each of their measures, and what is not.

Klimakur 2030 states sums of 2021–2030; Klimatiltak i Norge (2025) states the single year 2035. The
two are never added or compared, so each report is held against its own years.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from climatebudget.core.budget import Budget
from climatebudget.core.inventory import UNALLOCATED, Inventory, sector_of
from climatebudget.core.measure import Measure
from climatebudget.core.quantity import GRAM, ZERO, Bound, Figure, rounded, total

KLIMAKUR, KLIMATILTAK = "klimakur2030", "klimatiltak2025"
YEARS: Mapping[str, range] = {KLIMAKUR: range(2021, 2031), KLIMATILTAK: range(2035, 2036)}


@dataclass(frozen=True)
class NationalMeasure:
    """A measure of a national report; its code means nothing outside that report."""

    report: str
    code: str
    name: str
    sector: str
    kt: Decimal  # over the years of the report
    cost: str  # kroner per tonne to society, as the report prints it; never budget kroner
    note: str
    places: tuple[str, ...] = ()  # sources of the municipal statistics; none where there is no such
    certain: bool = False  # whether the places follow from the name; our reading, not the report's
    reason: str = ""


@dataclass(frozen=True)
class Answer:
    """What a municipality has registered for one measure of a report."""

    national: NationalMeasure
    measures: tuple[Measure, ...]
    emitted: Decimal | None  # at its places in the last inventory year; None without a place
    years: tuple[int, ...]  # of the report's years, those the budget has columns for
    cut: Figure  # the counted measures' stand-alone effects over these years, tonnes
    share: Decimal | None = None  # a worked example, never a target: tonnes over the report's years

    @property
    def unanswered(self) -> bool:
        """There is something to cut in, and nothing is registered."""
        return not self.measures and bool(self.emitted)


def against(
    report: Iterable[NationalMeasure], budget: Budget, country: Inventory | None = None
) -> tuple[Answer, ...]:
    """Every measure of a report with what answers it.

    With the ``country``'s inventory each answer carries the municipality's proportional share of
    the potential: the report's tonnes times our part of what the country emits at the same places.
    """
    by_category: dict[tuple[str, str], list[Measure]] = {}
    for measure in budget.measures:
        if measure.category:
            key = measure.category.report, measure.category.code
            by_category.setdefault(key, []).append(measure)
    return tuple(
        _answer(national, by_category.get((national.report, national.code), []), budget, country)
        for national in report
    )


def _answer(
    national: NationalMeasure, measures: list[Measure], budget: Budget, country: Inventory | None
) -> Answer:
    years = tuple(y for y in budget.budget_year.columns if y in YEARS[national.report])
    counted = [m for m in measures if m.counted]
    figure = total([m.effect(y, budget.book) for m in counted for y in years])
    if figure.bound is Bound.AT_LEAST and any(m.may_increase for m in counted):
        figure = Figure(figure.value, figure.lacks, Bound.OPEN)
    own = emitted(budget.inventory, national.places)
    return Answer(
        national,
        tuple(measures),
        own,
        years,
        figure,
        _share(national, own, emitted(country, national.places)),
    )


def emitted(inventory: Inventory | None, places: tuple[str, ...]) -> Decimal | None:
    """Tonnes at these places in the last inventory year; ``sector/ufordelt`` is the whole sector.

    None where there is no place, so that «no municipal source» is not mistaken for nothing emitted.
    """
    if inventory is None or not places:
        return None
    whole = {sector_of(p) for p in places if p.endswith(f"/{UNALLOCATED}")}
    return sum(
        (
            inventory.cells.get((code, inventory.last_year), ZERO)
            for code in inventory.sources
            if code in places or sector_of(code) in whole
        ),
        ZERO,
    )


def _share(
    national: NationalMeasure, own: Decimal | None, country: Decimal | None
) -> Decimal | None:
    if own is None or not country:
        return None
    exact = Fraction(own) / Fraction(country) * Fraction(national.kt) * 1000
    return rounded(Decimal(exact.numerator) / Decimal(exact.denominator), GRAM)

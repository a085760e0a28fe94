"""Against the national reports: what is registered for each of their measures, and what is not.

Klimakur 2030 states sums of 2021–2030; Klimatiltak i Norge (2025) states the single year 2035. The
two are never added or compared, so each report is held against its own years.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from climatebudget.core.budget import Budget
from climatebudget.core.inventory import UNALLOCATED, Inventory, sector_of
from climatebudget.core.measure import Book, Category, Decision, Measure
from climatebudget.core.quantity import GRAM, ZERO, Bound, Figure, rounded, total

KLIMAKUR, KLIMATILTAK = "klimakur2030", "klimatiltak2025"
NAMES = {KLIMAKUR: "Klimakur 2030", KLIMATILTAK: "Klimatiltak i Norge 2025"}
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
    note: str  # why the code or the name is uncertain; "" where it is not
    places: tuple[str, ...] = ()  # sources of the municipal statistics; none where there is no such
    certain: bool = False  # whether the places follow from the name; our reading, not the report's
    reasons: tuple[str, str] = ("", "")  # for the places, or for there being none; bokmål, nynorsk
    area: str = ""  # kommunenummer of the one plant it is about; "" where it is about them all

    def reason(self, language: str) -> str:
        return self.reasons[language == "nn"]

    def places_in(self, area: str) -> tuple[str, ...]:
        """Where a municipality emits what the measure cuts in; none where another has the plant."""
        return self.places if self.area in ("", area) else ()

    @property
    def key(self) -> str:
        """As a statement's ``categories`` are keyed."""
        return f"{self.report}/{self.code}"


@dataclass(frozen=True)
class Answer:
    """What a municipality has registered for one measure of a report."""

    national: NationalMeasure
    places: tuple[str, ...]  # of the municipality
    measures: tuple[Measure, ...]
    emitted: Decimal | None  # at its places in the last inventory year; None without a place
    years: tuple[int, ...]  # of the report's years, those the budget has columns for
    cut: Figure  # the counted measures' stand-alone effects over these years, tonnes
    share: Decimal | None = None  # a worked example, never a target: tonnes over the report's years

    @property
    def unanswered(self) -> bool:
        """There is something to cut in, and nothing is registered."""
        return not self.measures and bool(self.emitted)


@dataclass(frozen=True)
class Coverage:
    """How much of what a municipality could answer in a report it has answered."""

    emitting: int  # measures of the report with emissions in the municipality
    answered: int  # of those
    elsewhere: int  # answered too, but nothing is emitted at their places, or that is unknown

    @property
    def all_answered(self) -> int:
        return self.answered + self.elsewhere


def against(
    report: Iterable[NationalMeasure], budget: Budget, country: Inventory | None = None
) -> tuple[Answer, ...]:
    """Every measure of a report with what answers it; what was not prioritised answers nothing.

    With the ``country``'s inventory each answer carries the municipality's proportional share of
    the potential: the report's tonnes times our part of what the country emits at the same places.
    """
    by_category: dict[tuple[str, str], list[Measure]] = {}
    for measure in asked(budget):
        if measure.category:
            key = measure.category.report, measure.category.code
            by_category.setdefault(key, []).append(measure)
    return tuple(
        _answer(national, by_category.get((national.report, national.code), []), budget, country)
        for national in report
    )


def asked(budget: Budget) -> tuple[Measure, ...]:
    """All but the measures that were not prioritised: those are internal, and in no sum."""
    return tuple(m for m in budget.measures if m.decision is not Decision.NOT_PRIORITISED)


def coverage(answers: Iterable[Answer]) -> Coverage:
    answers = list(answers)
    emitting = [a for a in answers if a.emitted]
    answered = sum(bool(a.measures) for a in emitting)
    return Coverage(len(emitting), answered, sum(bool(a.measures) for a in answers) - answered)


def unanswered(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """Where something is emitted and nothing is registered, the most emissions first."""
    return tuple(sorted((a for a in answers if a.unanswered), key=lambda a: -(a.emitted or ZERO)))


def uncoupled(budget: Budget) -> tuple[Measure, ...]:
    """Measures that answer no measure of any report."""
    return tuple(m for m in asked(budget) if m.category is None)


def unknown(budget: Budget, known: Container[Category]) -> tuple[Measure, ...]:
    """Measures that point to a measure which no report we have has."""
    return tuple(m for m in asked(budget) if m.category and m.category not in known)


def _answer(
    national: NationalMeasure, measures: list[Measure], budget: Budget, country: Inventory | None
) -> Answer:
    years = tuple(y for y in budget.budget_year.columns if y in YEARS[national.report])
    places = national.places_in(budget.municipality.number)
    own = emitted(budget.inventory, places)
    share = None if national.area else _share(national, own, emitted(country, places))
    return Answer(
        national, places, tuple(measures), own, years, cut(measures, years, budget.book), share
    )


def cut(measures: Iterable[Measure], years: Iterable[int], book: Book) -> Figure:
    """What the counted ones among the measures cut over the years together, tonnes."""
    counted, years = [m for m in measures if m.counted], list(years)
    figure = total([m.effect(y, book) for m in counted for y in years])
    if figure.bound is Bound.AT_LEAST and any(m.may_increase for m in counted):
        return Figure(figure.value, figure.lacks, Bound.OPEN)
    return figure


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

"""Kroner per tonne: what a measure costs the municipality a year, over what it cuts that year.

Budget kroner (merutgift net of innsparing, without what others pay or gain); never to be ranked
against a report's samfunnsøkonomiske cost class, which counts everybody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import lru_cache

from climatebudget.core.budget import Budget
from climatebudget.core.measure import CostKind, Measure
from climatebudget.core.paths import HUNDRED
from climatebudget.core.quantity import ZERO
from climatebudget.core.text import N_

# Finansdepartementet, rundskriv R-109: 4 percent. The circular itself was not read here.
USUAL_RATE = Decimal(4)
LONGEST_LIFE = 100  # years
HIGHEST_RATE = Decimal(20)  # percent


@dataclass(frozen=True)
class Terms:
    """What a reader states, for a measure has no lifetime of its own."""

    life: int | None = None  # whole years
    rate: Decimal = USUAL_RATE  # percent a year


class Lacks(Enum):
    """Why there is no figure, in the words of what would give one."""

    COST = N_("merutgift er ikke oppgitt")
    FULL = N_("oppgi år for full virkning")
    TONNES = N_("utslippskuttet er ukjent")
    CUT = N_("kutter ikke utslipp")
    OPERATING = N_("driften er ukjent")
    LIFE = N_("oppgi levetid")


@dataclass(frozen=True)
class UnitCost:
    """A figure with what it is made of, or what it lacks."""

    kroner: Fraction | None = None  # per tonne; below zero where the measure saves money
    lacks: Lacks | None = None
    year: int | None = None  # whose tonnes these are: the first column with full effect
    tonnes: Decimal | None = None
    operating: Decimal = ZERO  # 1 000 kr in `operating_year`
    operating_year: int | None = None  # the økonomiplan's last, where the tonnes lie after it
    investment: Decimal = ZERO  # 1 000 kr, all of it
    at_least: bool = False  # a year of the økonomiplan does not say what is invested


def unit_cost(measure: Measure, budget: Budget, terms: Terms) -> UnitCost:
    """Annualised merutgift over the full-effect year's tonnes: exact, to be rounded when shown.

    A kind of cost that nothing is said of is none, when the other kind is stated.
    """
    operating = measure.cost(CostKind.OPERATING).by_year
    invested = measure.cost(CostKind.INVESTMENT).by_year
    if not operating and not invested:
        return UnitCost(lacks=Lacks.COST)
    year = _full_effect(measure, budget)
    if year is None:
        return UnitCost(lacks=Lacks.FULL if measure.full is None else Lacks.TONNES)
    tonnes = measure.effect(year, budget.book)
    if tonnes is None or tonnes <= 0:
        return UnitCost(lacks=Lacks.TONNES if tonnes is None else Lacks.CUT, year=year)
    plan = budget.budget_year.plan
    at = min(year, plan[-1])
    if operating and at not in operating:
        return UnitCost(lacks=Lacks.OPERATING, year=year, tonnes=tonnes, operating_year=at)
    investment = sum(invested.values(), ZERO)
    if investment and terms.life is None:
        return UnitCost(lacks=Lacks.LIFE, year=year, tonnes=tonnes, investment=investment)
    each_year = Fraction(operating.get(at, ZERO)) + _a_year(investment, terms)
    return UnitCost(
        each_year * 1000 / Fraction(tonnes),
        None,
        year,
        tonnes,
        operating.get(at, ZERO),
        at if operating else None,
        investment,
        _unsaid(invested, plan),
    )


def _full_effect(measure: Measure, budget: Budget) -> int | None:
    """The budget's first column in which the measure works in full."""
    full = measure.full
    return next((y for y in budget.budget_year.columns if full is not None and y >= full), None)


def _a_year(investment: Decimal, terms: Terms) -> Fraction:
    if not investment or terms.life is None:
        return Fraction(0)
    return Fraction(investment) * annuity(terms.life, terms.rate)


def _unsaid(invested: Mapping[int, Decimal], plan: range) -> bool:
    return bool(invested) and any(year not in invested for year in plan)


@lru_cache(maxsize=64)
def annuity(life: int, rate: Decimal) -> Fraction:
    """The part of an investment that falls on each year of its life, at so many percent.

    >>> annuity(2, Decimal(10)), annuity(20, Decimal(0))
    (Fraction(121, 210), Fraction(1, 20))
    """
    if not rate:
        return Fraction(1, life)
    r = Fraction(rate) / Fraction(HUNDRED)
    return r / (1 - 1 / (1 + r) ** life)

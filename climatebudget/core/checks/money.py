"""Checks against the kroner: amounts, their financing and their signs."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from climatebudget.core.budget import Budget
from climatebudget.core.checks.words import listed
from climatebudget.core.field import show_number
from climatebudget.core.findings import About, Finding
from climatebudget.core.measure import CostKind, Decision, Financing, Measure
from climatebudget.core.statement import Statement
from climatebudget.core.text import N_

BILLION = Decimal(1_000_000)  # in 1 000 kr: more than one measure costs in a year


def what_is_budgeted_has_amounts(budget: Budget, statement: Statement) -> list[Finding]:
    text = N_(
        "Klimatiltak %(numbers)s er koblet til budsjettet, men har ingen beløp. Før merutgiften, "
        "eller velg en annen finansiering."
    )
    return _told(
        budget,
        "budget-without-amount",
        text,
        lambda m: m.financing is Financing.IN_BUDGET and not _has_amounts(m),
    )


def amounts_have_financing(budget: Budget, statement: Statement) -> list[Finding]:
    text = N_("Klimatiltak %(numbers)s har beløp, men ingen finansiering. Velg hvem som betaler.")
    return _told(
        budget,
        "amount-without-financing",
        text,
        lambda m: m.financing is Financing.UNSTATED and _has_amounts(m),
    )


def what_others_pay_has_no_amounts(budget: Budget, statement: Statement) -> list[Finding]:
    text = N_(
        "Klimatiltak %(numbers)s er utenfor kommunens budsjett, men har beløp. Kontroller hvem som "
        "betaler."
    )
    return _told(
        budget,
        "amount-outside",
        text,
        lambda m: m.financing is Financing.OUTSIDE and _has_amounts(m),
    )


def what_is_adopted_is_financed(budget: Budget, statement: Statement) -> list[Finding]:
    text = N_(
        "Klimatiltak %(numbers)s er vedtatt, men ikke finansiert. Finn dekning, eller forklar "
        "hvordan det skal gjennomføres."
    )
    return _told(
        budget,
        "adopted-unfunded",
        text,
        lambda m: m.financing is Financing.UNFUNDED and m.decision is Decision.ADOPTED,
    )


def savings_are_operating(budget: Budget, statement: Statement) -> list[Finding]:
    """An innsparing is a negative operating cost; a negative investment is a wrong sign."""
    text = N_(
        "Klimatiltak %(numbers)s har negativ investering. Kontroller fortegnet: en innsparing "
        "føres under drift, med minus."
    )
    return _told(
        budget,
        "investment-below-zero",
        text,
        lambda m: any(v < 0 for v in m.cost(CostKind.INVESTMENT).by_year.values()),
    )


def amounts_are_in_thousands(budget: Budget, statement: Statement) -> list[Finding]:
    """Kroner typed as thousands of kroner make a measure a thousand times too dear."""
    text = N_(
        "Klimatiltak %(number)s koster %(amount)s millioner kroner i %(year)s. Kontroller at "
        "beløpet er ført i 1 000 kr og ikke i kroner."
    )
    found = []
    for measure in budget.measures:
        amounts = {
            year: abs(value)
            for cost in measure.costs
            for year, value in cost.yearly.by_year.items()
            if abs(value) >= BILLION
        }
        if amounts:
            year = max(amounts, key=amounts.__getitem__)
            values = {
                "number": measure.number,
                "amount": show_number(amounts[year] / 1000),
                "year": year,
            }
            where = About("measure", str(measure.number))
            found.append(Finding("amount-in-kroner", text, values, where=where))
    return found


def _has_amounts(measure: Measure) -> bool:
    return any(value for cost in measure.costs for value in cost.yearly.by_year.values())


def _told(budget: Budget, code: str, text: str, is_so: Callable[[Measure], bool]) -> list[Finding]:
    """One finding for all the measures of which it is so."""
    numbers = [m.number for m in budget.measures if is_so(m)]
    if not numbers:
        return []
    where = About("measure", str(numbers[0]))
    return [Finding(code, text, {"numbers": listed(numbers)}, where=where)]

"""Checks against the national reports: what a measure is coupled to must be there."""

from __future__ import annotations

from climatebudget.core.budget import Budget
from climatebudget.core.checks.words import listed
from climatebudget.core.findings import About, Finding
from climatebudget.core.national import unknown
from climatebudget.core.statement import Statement
from climatebudget.core.text import N_


def categories_are_known(budget: Budget, statement: Statement) -> list[Finding]:
    """Says nothing where nobody has told which categories there are."""
    lost = unknown(budget, budget.categories) if budget.categories is not None else ()
    if not lost:
        return []
    codes = dict.fromkeys(f"{m.category.report}/{m.category.code}" for m in lost if m.category)
    text = N_(
        "Klimatiltak %(numbers)s er koblet til %(codes)s, som ikke står i rapportene vi har. "
        "Velg Klimakur-tiltak på nytt, eller fjern koblingen."
    )
    values = {"numbers": listed(m.number for m in lost), "codes": listed(codes)}
    return [Finding("unknown-category", text, values, where=About("measure", str(lost[0].number)))]

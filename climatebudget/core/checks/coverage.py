"""Checks of coverage: large emissions that nothing is done about."""

from __future__ import annotations

from decimal import Decimal

from climatebudget.core.budget import Budget
from climatebudget.core.checks.words import sector_name
from climatebudget.core.field import show_number
from climatebudget.core.findings import About, Finding, Level
from climatebudget.core.inventory import UNALLOCATED, sector_of
from climatebudget.core.quantity import ZERO
from climatebudget.core.statement import Statement
from climatebudget.core.text import N_

ONE_PERCENT, FIVE_PERCENT = Decimal("0.01"), Decimal("0.05")


def sectors_without_measures(budget: Budget, statement: Statement) -> list[Finding]:
    """Sectors with at least a hundredth of the emissions and nothing registered."""
    inventory = budget.inventory
    if inventory is None or not budget.measures:
        return []
    whole = inventory.total[inventory.last_year] or ZERO
    return [
        Finding(
            "sector-without-measures",
            N_("%(sector)s slapp ut %(tonnes)s tonn i %(year)s og har ingen klimatiltak."),
            {
                "sector": sector_name(budget, code),
                "tonnes": show_number(last),
                "year": inventory.last_year,
            },
            Level.INFO,
            About("source", code, inventory.last_year),
        )
        for code, line in statement.sectors.items()
        if not line.cut.measures
        and (last := line.inventory[inventory.last_year] or ZERO) > whole * ONE_PERCENT
    ]


def large_sources_have_measures(budget: Budget, statement: Statement) -> list[Finding]:
    """Sources with a twentieth of the emissions in a sector that has measures, but none there."""
    inventory = budget.inventory
    if inventory is None or not inventory.years:
        return []
    last = inventory.last_year
    whole = inventory.total[last] or ZERO
    used = {code for m in budget.measures for code in (m.code, *(e.code for e in m.effects))}
    busy = {sector for sector, line in statement.sectors.items() if line.cut.measures}
    spread = {sector_of(code) for code in used if code.endswith(f"/{UNALLOCATED}")}
    text = N_("%(source)s slapp ut %(tonnes)s tonn i %(year)s og har ingen klimatiltak.")
    return [
        Finding(
            "source-without-measures",
            text,
            {"source": source.name, "tonnes": show_number(value), "year": last},
            Level.INFO,
            About("source", code, last),
        )
        for code, source in inventory.sources.items()
        if code not in used
        and source.sector in busy - spread
        and (value := inventory.cells.get((code, last), ZERO)) >= whole * FIVE_PERCENT
        and value > 0
    ]

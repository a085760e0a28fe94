"""Checks of size: no cut is larger than what there is to cut in."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from climatebudget.core.budget import Budget
from climatebudget.core.field import show_number
from climatebudget.core.findings import About, Finding, Level
from climatebudget.core.inventory import UNALLOCATED, sector_of
from climatebudget.core.quantity import ZERO
from climatebudget.core.statement import Statement
from climatebudget.core.text import N_

FIVE_PERCENT = Decimal("0.05")


def no_cut_is_larger_than_its_source(budget: Budget, statement: Statement) -> list[Finding]:
    """A single measure that cuts more than its source emitted: often kilograms typed as tonnes."""
    inventory = budget.inventory
    if inventory is None or not inventory.years:
        return []
    found = []
    for measure in budget.measures:
        for effect in measure.effects:
            left = emitted_at(budget, effect.code)
            year = max(effect.yearly.by_year, key=effect.yearly.by_year.__getitem__, default=None)
            if effect.book is not budget.book or left is None or year is None:
                continue
            cut = effect.yearly.by_year[year]
            if cut > left:
                found.append(_larger(budget, measure.number, year, effect.code, cut, left))
    return found


def emitted_at(budget: Budget, code: str) -> Decimal | None:
    """Tonnes in the last inventory year at a source or in a whole sector; None for no place."""
    inventory = budget.inventory
    if inventory is None or not inventory.years or code == UNALLOCATED:
        return None
    if code.endswith(f"/{UNALLOCATED}") and code not in inventory.sources:
        sector = inventory.sectors.get(sector_of(code))
        return sector[inventory.last_year] if sector else ZERO
    return inventory.cells.get((code, inventory.last_year), ZERO)


def _larger(
    budget: Budget, number: int, year: int, code: str, cut: Decimal, left: Decimal
) -> Finding:
    text = N_(
        "Klimatiltak %(number)s kutter %(cut)s tonn i %(year)s, men utslippskilden slapp ut "
        "%(left)s tonn i %(last)s. Kontroller at tallet er i tonn og ikke i kilo."
    )
    values = {
        "number": number,
        "cut": show_number(cut),
        "year": year,
        "left": show_number(left),
        "last": budget.inventory.last_year if budget.inventory else "",
    }
    return Finding("larger-than-source", text, values, where=About("measure", str(number), year))


def no_source_goes_below_zero(budget: Budget, statement: Statement) -> list[Finding]:
    """Measures that cut in one source, together and less their overlap, against its path."""
    found = []
    for code, by_year in _cuts_by_source(budget, statement).items():
        for year, cut in by_year.items():
            path = budget.path.figures.get(code) if budget.path else None
            left = path[year] if path is not None else emitted_at(budget, code)
            alone = sum(any(e.code == code for e in m.effects) for m in budget.measures) < 2
            if left is None or cut <= left or alone:
                continue
            text = N_(
                "Klimatiltakene i %(source)s kutter til sammen %(cut)s tonn i %(year)s, men det "
                "er bare %(left)s tonn å kutte i. Før overlapp, eller kontroller tallene."
            )
            sources = budget.inventory.sources if budget.inventory else {}
            values = {
                "source": sources[code].name if code in sources else code,
                "cut": show_number(cut),
                "year": year,
                "left": show_number(left),
            }
            where = About("source", code, year)
            found.append(Finding("source-below-zero", text, values, where=where))
    return found


def _cuts_by_source(budget: Budget, statement: Statement) -> Mapping[str, Mapping[int, Decimal]]:
    """Counted cuts by source and year, less the overlap of groups within the one source."""
    cuts: dict[str, dict[int, Decimal]] = {}
    for measure in budget.measures:
        for effect in measure.effects:
            own = effect.code.endswith(f"/{UNALLOCATED}") or effect.code == UNALLOCATED
            if not measure.counted or effect.book is not budget.book or own:
                continue
            by_year = cuts.setdefault(effect.code, {})
            for year, value in effect.yearly.by_year.items():
                by_year[year] = by_year.get(year, ZERO) + value
    for deduction in statement.deductions:
        codes = {member.code for member in deduction.parts}
        if len(codes) == 1 and deduction.year in cuts.get(code := codes.pop(), {}):
            cuts[code][deduction.year] += deduction.value
    return cuts


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

"""Checks of size: no cut is larger than what there is to cut in."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from climatebudget.core.budget import Budget
from climatebudget.core.checks.words import listed, place_name, sector_name
from climatebudget.core.field import show_number
from climatebudget.core.findings import About, Finding
from climatebudget.core.inventory import UNALLOCATED, sector_of
from climatebudget.core.quantity import ZERO
from climatebudget.core.statement import Statement
from climatebudget.core.text import N_

NEARLY_ALL = Decimal("0.9")


def emitted_at(budget: Budget, code: str) -> Decimal | None:
    """Tonnes in the last inventory year at a source or in a whole sector; None for no place."""
    inventory = budget.inventory
    if inventory is None or not inventory.years or code == UNALLOCATED:
        return None
    if code.endswith(f"/{UNALLOCATED}") and code not in inventory.sources:
        sector = inventory.sectors.get(sector_of(code))
        return sector[inventory.last_year] if sector else ZERO
    return inventory.cells.get((code, inventory.last_year), ZERO)


def no_source_goes_below_zero(budget: Budget, statement: Statement) -> list[Finding]:
    """Measures that cut in one source, together and less their overlap, against its path."""
    found = []
    for code, by_year in _cuts_by_source(budget, statement).items():
        for year, cut in by_year.items():
            left = _left(budget, statement, code, year)
            if left is None or cut <= left:
                continue
            if sum(any(e.code == code for e in m.effects) for m in budget.measures) < 2:
                continue  # one that is too large alone is told by another check
            text = N_(
                "Klimatiltakene i %(source)s kutter til sammen %(cut)s tonn i %(year)s, men det "
                "er bare %(left)s tonn å kutte i. Før overlapp, eller kontroller tallene."
            )
            values = {
                "source": place_name(budget, code),
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


def no_sector_goes_below_zero(budget: Budget, statement: Statement) -> list[Finding]:
    """Measures cannot cut more than there is: the path if known, else the last inventory year."""
    found = []
    for code, line in statement.sectors.items():
        if budget.inventory is None or not budget.inventory.years or code == UNALLOCATED:
            continue
        for year in statement.years:
            cut = line.effect[year].value
            left = _left(budget, statement, code, year)
            if cut is not None and left is not None and cut > left:
                found.append(_too_much(budget, code, year, cut, left))
    return found


def _too_much(budget: Budget, code: str, year: int, cut: Decimal, left: Decimal) -> Finding:
    text = N_(
        "Klimatiltakene i %(sector)s kutter %(cut)s tonn i %(year)s, men det er bare "
        "%(left)s tonn å kutte i. Kontroller tallene, og om klimatiltakene overlapper."
    )
    values = {
        "sector": sector_name(budget, code),
        "cut": show_number(cut),
        "year": year,
        "left": show_number(left),
    }
    return Finding("below-zero", text, values, where=About("source", code, year))


def _left(budget: Budget, statement: Statement, code: str, year: int) -> Decimal | None:
    """What there is to cut in at a source or in a sector: its path, else the last year known."""
    line = statement.sectors.get(code)
    if line is None:
        path = budget.path.figures.get(code) if budget.path else None
        return path[year] if path is not None else emitted_at(budget, code)
    if line.path[year] is not None or budget.inventory is None:
        return line.path[year]
    return line.inventory[budget.inventory.last_year] or ZERO


def no_place_loses_nearly_all(budget: Budget, statement: Statement) -> list[Finding]:
    """The effect as a share of the source: nine tenths of what there is asks for a second look."""
    if budget.inventory is None or not budget.inventory.years:
        return []
    cuts = _cuts_by_source(budget, statement)
    looked_at = {sector_of(code) for code in cuts}
    whole = {s: c for s, c in _cuts_by_sector(statement).items() if s not in looked_at}
    found = []
    for code, by_year in {**cuts, **whole}.items():
        shares = {
            year: cut / left
            for year, cut in by_year.items()
            if (left := _left(budget, statement, code, year))
        }
        year = max(shares, key=shares.__getitem__, default=None)
        if year is not None and NEARLY_ALL <= shares[year] <= 1:
            found.append(_nearly_all(budget, code, year, by_year[year], shares[year]))
    return found


def _cuts_by_sector(statement: Statement) -> Mapping[str, Mapping[int, Decimal]]:
    return {
        code: {year: value for year in statement.years if (value := line.effect[year].value)}
        for code, line in statement.sectors.items()
        if code != UNALLOCATED
    }


def _nearly_all(budget: Budget, code: str, year: int, cut: Decimal, share: Decimal) -> Finding:
    text = N_(
        "Klimatiltak %(numbers)s kutter %(cut)s tonn i %(place)s i %(year)s. Det er %(percent)s "
        "prosent av utslippene der. Kontroller at ikke noe er regnet med to ganger."
    )
    cutting = [
        m.number
        for m in budget.measures
        for e in m.effects
        if m.counted and e.book is budget.book and code in (e.code, sector_of(e.code))
    ]
    values = {
        "numbers": listed(dict.fromkeys(cutting)),
        "cut": show_number(cut),
        "place": place_name(budget, code),
        "year": year,
        "percent": show_number(share * 100),
    }
    return Finding("nearly-all", text, values, where=About("source", code, year))

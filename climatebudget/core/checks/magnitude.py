"""Checks of magnitude: kilograms typed as tonnes, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from climatebudget.core.budget import Budget
from climatebudget.core.checks.limits import emitted_at
from climatebudget.core.field import show_exact, show_number
from climatebudget.core.findings import About, Finding, Level
from climatebudget.core.measure import Measure
from climatebudget.core.statement import Statement
from climatebudget.core.text import N_

KILOGRAMS = 1000  # to a tonne


def no_cut_is_larger_than_all_there_is(budget: Budget, statement: Statement) -> list[Finding]:
    text = N_(
        "Klimatiltak %(number)s kutter %(cut)s tonn i %(year)s. Det er mer enn alle utslippene i "
        "klimabudsjettet, som på det meste er %(most)s tonn. Rett tallet. Er det ført i kilo?"
    )
    most = _most(budget, statement)
    found = {}
    for measure, _, year, cut in _largest(budget):
        if most is not None and cut > most:
            values = {
                "number": measure.number,
                "cut": show_number(cut),
                "year": year,
                "most": show_number(most),
            }
            where = About("measure", str(measure.number), year)
            found[where] = Finding("larger-than-all", text, values, Level.STOPS, where)
    return list(found.values())


def _most(budget: Budget, statement: Statement) -> Decimal | None:
    """The largest emissions of any year, in the inventory or on the path."""
    inventory = budget.inventory
    if inventory is None or not inventory.years:
        return None
    return max([*inventory.total.by_year.values(), *statement.total.path.by_year.values()])


def _largest(budget: Budget) -> Iterator[tuple[Measure, str, int, Decimal]]:
    """Each cut of the book in its largest year: measure, place, year, tonnes."""
    for measure in budget.measures:
        for effect in measure.effects:
            figures = effect.yearly.by_year
            if effect.book is budget.book and figures:
                year = max(figures, key=figures.__getitem__)
                yield measure, effect.code, year, figures[year]


def no_cut_is_larger_than_its_source(budget: Budget, statement: Statement) -> list[Finding]:
    """A single measure that cuts more than its source emitted: often kilograms typed as tonnes."""
    most = _most(budget, statement)
    found: dict[About, Finding] = {}
    for measure, code, year, cut in _largest(budget):
        left = emitted_at(budget, code)
        if left is not None and most is not None and left < cut <= most:
            where = About("measure", str(measure.number), year)
            found.setdefault(where, _larger(budget, where, cut, left))
    return list(found.values())


def _larger(budget: Budget, where: About, cut: Decimal, left: Decimal) -> Finding:
    text = N_(
        "Klimatiltak %(number)s kutter %(cut)s tonn i %(year)s, men utslippskilden slapp ut "
        "%(left)s tonn i %(last)s. Kontroller at tallet er i tonn og ikke i kilo."
    )
    values = {
        "number": where.key,
        "cut": show_number(cut),
        "year": where.year,
        "left": show_number(left),
        "last": budget.inventory.last_year if budget.inventory else "",
    }
    return Finding("larger-than-source", text, values, where=where)


def figures_stay_in_one_unit(budget: Budget, statement: Statement) -> list[Finding]:
    """A figure a thousand times the one beside it: one of the two is in kilograms."""
    text = N_(
        "Klimatiltak %(number)s går fra %(before)s tonn i %(first)s til %(after)s tonn i "
        "%(year)s. Kontroller at begge tallene er i tonn og ikke i kilo."
    )
    found = {}
    for measure in budget.measures:
        for effect in measure.effects:
            sizes = [abs(v) for v in effect.yearly.by_year.values() if v]
            if not sizes or max(sizes) < KILOGRAMS * min(sizes):
                continue
            known = [(y, v) for y, v in sorted(effect.yearly.by_year.items()) if v]
            for (first, before), (year, after) in pairwise(known):
                small, large = sorted((abs(before), abs(after)))
                if large >= KILOGRAMS * small:
                    values = {
                        "number": measure.number,
                        "before": show_exact(before),
                        "first": first,
                        "after": show_exact(after),
                        "year": year,
                    }
                    where = About("measure", str(measure.number), year)
                    found[where] = Finding("figures-jump", text, values, where=where)
    return list(found.values())

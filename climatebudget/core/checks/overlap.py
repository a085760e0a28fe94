"""Checks of overlap: what may be counted twice, and groups that no longer hold."""

from __future__ import annotations

from itertools import combinations

from climatebudget.core.budget import Budget
from climatebudget.core.checks.words import listed
from climatebudget.core.findings import About, Finding, Level
from climatebudget.core.inventory import UNALLOCATED, sector_of
from climatebudget.core.overlap import Member, OverlapGroup, Rule
from climatebudget.core.quantity import Bound
from climatebudget.core.statement import Statement
from climatebudget.core.text import N_


def overlap_is_considered(budget: Budget, statement: Statement) -> list[Finding]:
    """Two counted measures that cut in one source may count the same tonnes."""
    considered = {
        frozenset(pair) for g in budget.overlaps for pair in combinations(_cutting(budget, g), 2)
    }
    by_code: dict[str, list[tuple[int, Member]]] = {}
    for measure in budget.measures:
        if measure.counted and not measure.adjusted:
            for effect in measure.effects:
                if effect.book is budget.book and effect.yearly:
                    own = measure.number, Member(measure.id, effect.code)
                    by_code.setdefault(effect.code, []).append(own)
    found = []
    for code, its in by_code.items():
        pairs = combinations((member for _, member in its), 2)
        if all(frozenset(pair) in considered for pair in pairs) or code == UNALLOCATED:
            continue
        text = N_(
            "Klimatiltak %(numbers)s kutter i samme utslippskilde. Før dem i en overlappgruppe, "
            "også når kuttene kan legges sammen."
        )
        values = {"numbers": listed(number for number, _ in its)}
        found.append(Finding("overlap-open", text, values, where=About("overlap", code)))
    return found


def _cutting(budget: Budget, group: OverlapGroup) -> list[Member]:
    """The group's members that still cut in their source."""
    effects = {
        Member(m.id, e.code) for m in budget.measures for e in m.effects if e.book is budget.book
    }
    return [member for member in group.members if member in effects]


def overlap_groups_hold(budget: Budget, statement: Statement) -> list[Finding]:
    """A group of one, or across emission sectors, deducts nothing that it should."""
    found = []
    for group in budget.overlaps:
        its = _cutting(budget, group)
        where = About("overlap", group.id)
        values = {"group": group.name}
        if len(its) < 2:
            text = N_(
                "Overlappgruppen «%(group)s» har færre enn to klimatiltak som kutter. Slett "
                "gruppen, eller legg til klimatiltak."
            )
            found.append(Finding("overlap-alone", text, values, where=where))
        elif len({sector_of(member.code) for member in its}) > 1:
            text = N_(
                "Overlappgruppen «%(group)s» har klimatiltak i flere utslippssektorer. Overlapp "
                "regnes bare innenfor én. Del gruppen."
            )
            found.append(Finding("overlap-sectors", text, values, where=where))
        if not group.reason:
            text = N_("Overlappgruppen «%(group)s» mangler begrunnelse.")
            found.append(Finding("overlap-reason", text, values, Level.INFO, where))
    return found


def in_sequence_needs_a_path(budget: Budget, statement: Statement) -> list[Finding]:
    """Without the source's path the largest cut is all that is certain."""
    floors = dict.fromkeys(
        d.group
        for d in statement.deductions
        if d.group.rule is Rule.SEQUENCE and d.figure.bound in (Bound.AT_LEAST, Bound.OPEN)
    )
    text = N_(
        "Overlappgruppen «%(group)s» regner etter hverandre, men referansebanen er ukjent for "
        "utslippskilden. Bare det største kuttet er regnet med."
    )
    return [
        Finding("overlap-no-path", text, {"group": g.name}, where=About("overlap", g.id))
        for g in floors
    ]

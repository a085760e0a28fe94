"""Checks of overlap: what may be counted twice, and groups that no longer hold."""

from __future__ import annotations

from climatebudget.core.budget import Budget
from climatebudget.core.checks.words import listed
from climatebudget.core.findings import About, Finding, Level
from climatebudget.core.inventory import sector_of
from climatebudget.core.overlap import Rule
from climatebudget.core.overlap_groups import effects_of, open_places, shared
from climatebudget.core.quantity import Bound
from climatebudget.core.statement import Statement
from climatebudget.core.text import N_


def overlap_is_considered(budget: Budget, statement: Statement) -> list[Finding]:
    """Two counted measures that cut in one source may count the same tonnes."""
    text = N_(
        "Klimatiltak %(numbers)s kutter i samme utslippskilde. Før dem i en overlappgruppe, "
        "også når kuttene kan legges sammen."
    )
    return [
        Finding(
            "overlap-open",
            text,
            {"numbers": listed(m.number for m in place.measures)},
            where=About("overlap", place.code),
        )
        for place in open_places(budget)
    ]


def overlap_groups_hold(budget: Budget, statement: Statement) -> list[Finding]:
    """A group of one measure, or across emission sectors, deducts nothing that it should."""
    found = []
    effects = effects_of(budget)
    for group in budget.overlaps:
        its = [member for member in group.members if member in effects]
        where = About("overlap", group.id)
        values = {"group": group.name}
        if len({member.measure for member in its}) < 2:
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


def no_overlap_is_deducted_twice(budget: Budget, statement: Statement) -> list[Finding]:
    """The forms refuse it; a file may bring it."""
    text = N_(
        "Klimatiltak %(numbers)s står sammen både i overlappgruppen «%(group)s» og i «%(other)s». "
        "Da kan det samme kuttet bli trukket fra to ganger. Ta dem ut av den ene gruppen."
    )
    numbers = {m.id: m.number for m in budget.measures}
    found = []
    for n, group in enumerate(budget.overlaps):
        for other in budget.overlaps[:n]:
            both = {m.measure for m in shared(group, other) if m.measure in numbers}
            if len(both) > 1:
                its = listed(sorted(numbers[measure] for measure in both))
                values = {"numbers": its, "group": group.name, "other": other.name}
                where = About("overlap", group.id)
                found.append(Finding("overlap-twice", text, values, where=where))
                break  # one at a time: what is mended may mend the next
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


CHECKS = (
    overlap_groups_hold,
    no_overlap_is_deducted_twice,
    in_sequence_needs_a_path,
    overlap_is_considered,
)

"""Overlap groups in words and figures, as the pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from climatebudget import catalogue
from climatebudget.core.budget import Budget
from climatebudget.core.checks.overlap import CHECKS
from climatebudget.core.checks.words import listed
from climatebudget.core.field import show_exact
from climatebudget.core.findings import About, Finding
from climatebudget.core.inventory import UNALLOCATED
from climatebudget.core.measure import Measure
from climatebudget.core.overlap import Member, OverlapGroup, Rule, together
from climatebudget.core.overlap_groups import (
    Effects,
    OpenPlace,
    effects_of,
    extendable,
    open_places,
    suggested,
    why_idle,
)
from climatebudget.core.quantity import ZERO, Bound, Figure, minus
from climatebudget.core.statement import Statement
from climatebudget.core.text import N_, Text
from climatebudget.web.forms import capitalised, say
from climatebudget.web.measure_form import code_label
from climatebudget.web.show import tonnes

RULES = {
    Rule.SUM: N_("Kuttene legges sammen. De er vurdert, og ingenting trekkes fra."),
    Rule.LARGEST: N_("Bare det største kuttet regnes."),
    Rule.SEQUENCE: N_("Hvert klimatiltak kutter sin andel av det de andre har latt være igjen."),
    Rule.SHARE: N_("%(percent)s prosent av summen trekkes fra."),
}


@dataclass(frozen=True)
class Part:
    """A member: where it cuts, how much each year, and why it stands aside if it does."""

    measure: Measure | None  # None where the version no longer shows it
    place: str
    why: str
    cuts: Mapping[int, Figure]


@dataclass(frozen=True)
class Told:
    """A group with what it is reckoned from, and what it takes off each year."""

    group: OverlapGroup
    rule: Text
    parts: Sequence[Part]
    taken: Mapping[int, Figure]  # as `taken_off`; empty where no member takes part
    findings: Sequence[Finding]


@dataclass(frozen=True)
class Open:
    """A place to look at: those who cut there, and the groups that could take them in."""

    code: str
    label: str
    measures: Sequence[Measure]
    suggested: str  # the numbers of those that a new group can hold
    groups: Sequence[OverlapGroup]  # that can take all of them in


def told(budget: Budget, statement: Statement) -> list[Told]:
    """Every group of the budget, in its order."""
    found = [finding for check in CHECKS for finding in check(budget, statement)]
    return [one(group, budget, statement, found) for group in budget.overlaps]


def one(
    group: OverlapGroup, budget: Budget, statement: Statement, found: Iterable[Finding]
) -> Told:
    effects = effects_of(budget)
    own = [d for d in statement.deductions if d.group.id == group.id]
    years = statement.columns if own else ()
    return Told(
        group,
        rule_in_words(group),
        [_part(member, effects, budget, statement) for member in group.members],
        {year: taken_off(together(d for d in own if d.year == year)) for year in years},
        [f for f in found if isinstance(f.where, About) and f.where.key == group.id],
    )


def taken_off(overlap: Figure) -> Figure:
    """A deduction as tonnes that are taken off: what is «minst −40» takes off 40 at most."""
    return minus(Figure(ZERO), overlap)


def total(statement: Statement) -> Mapping[int, Figure]:
    """What all the groups take off together, in the years that a table shows."""
    return {year: taken_off(statement.total.overlap[year]) for year in statement.columns}


def _part(member: Member, effects: Effects, budget: Budget, statement: Statement) -> Part:
    measure = next((m for m in budget.measures if m.id == member.measure), None)
    effect = effects[member][1] if member in effects else None
    cuts = {year: Figure(effect.yearly[year]) for year in statement.columns} if effect else {}
    why = why_idle(member, effects, budget)
    return Part(measure, place_label(budget, member.code), why, cuts)


def rule_in_words(group: OverlapGroup) -> Text:
    if group.rule is not Rule.SHARE:
        return Text(RULES[group.rule])
    percent = Text(show_exact(group.percent) if group.percent is not None else N_("ukjent"))
    return Text(RULES[group.rule], {"percent": percent})


def to_look_at(budget: Budget) -> list[Open]:
    """Where measures cut in one source and no group says how, as the edition orders sources."""
    found = {place.code: place for place in open_places(budget)}
    return [_open(found[code], budget) for code in in_order(budget, found)]


def _open(place: OpenPlace, budget: Budget) -> Open:
    own = {member.measure for member in suggested(place, budget)}
    numbers = listed(m.number for m in place.measures if m.id in own)
    label = place_label(budget, place.code)
    return Open(place.code, label, place.measures, numbers, extendable(place, budget))


def lead(budget: Budget, statement: Statement) -> Text:
    """What overlap does to the last year's cuts, in a sentence."""
    year = budget.budget_year.horizon
    taken = total(statement)[year]
    if not budget.overlaps:
        return Text(N_("Ingen klimatiltak er ført som overlappende."))
    if taken.value is None:
        return Text(N_("Hvor mye overlapp trekker fra i %(year)s, er ukjent."), {"year": year})
    if not taken.value and taken.bound is Bound.EXACT:
        return Text(N_("Overlapp trekker ikke noe fra utslippskuttene i %(year)s."), {"year": year})
    return Text(LEADS[taken.bound], {"tonnes": tonnes(taken.value, 10), "year": year})


LEADS = {
    Bound.EXACT: N_("Overlapp trekker %(tonnes)s tonn fra utslippskuttene i %(year)s."),
    Bound.AT_LEAST: N_("Overlapp trekker minst %(tonnes)s tonn fra utslippskuttene i %(year)s."),
    Bound.AT_MOST: N_("Overlapp trekker høyst %(tonnes)s tonn fra utslippskuttene i %(year)s."),
    Bound.OPEN: N_(
        "Overlapp trekker omtrent %(tonnes)s tonn fra utslippskuttene i %(year)s, men tallet er "
        "usikkert."
    ),
}


def lines(budget: Budget, group: OverlapGroup) -> list[tuple[str, str]]:
    """A group in words: (what, how it stands)."""
    return list(_lines(budget, group))


def _lines(budget: Budget, group: OverlapGroup) -> Iterator[tuple[str, str]]:
    yield say(N_("Navn på gruppen")), group.name
    yield say(N_("Klimatiltak som overlapper")), "\n".join(_names(budget, group))
    yield say(N_("Slik regnes kuttene sammen")), capitalised(say(str(group.rule.value)))
    if group.rule is Rule.SHARE:
        percent = show_exact(group.percent) if group.percent is not None else ""
        yield say(N_("Prosent av summen som trekkes fra")), percent
    yield say(N_("Begrunnelse")), group.reason


def _names(budget: Budget, group: OverlapGroup) -> list[str]:
    numbers = {m.id: m for m in budget.measures}
    return [
        f"{numbers[m.measure].number} {numbers[m.measure].name}, {place_label(budget, m.code)}"
        for m in sorted(group.members, key=lambda m: (numbers[m.measure].number, m.code))
        if m.measure in numbers
    ]


def place_label(budget: Budget, code: str) -> str:
    if code == UNALLOCATED:
        return say(N_("Ikke fordelt på kilde"))
    return code_label(budget, code)


def in_order(budget: Budget, codes: Iterable[str]) -> list[str]:
    """Places as the edition and the catalogue order sources; those nobody knows last."""
    known = [*(budget.inventory.sources if budget.inventory else ()), *catalogue.sources()]
    order = {code: n for n, code in reversed(list(enumerate(known)))}
    return sorted(codes, key=lambda code: order.get(code, len(known)))

"""Which measures of a budget may be counted twice, and which groups say something of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from climatebudget.core.budget import Budget
from climatebudget.core.inventory import UNALLOCATED
from climatebudget.core.measure import Effect, Measure
from climatebudget.core.overlap import Member, OverlapGroup
from climatebudget.core.text import N_

Effects = Mapping[Member, tuple[Measure, Effect]]
NOT_HERE = N_("kutter ikke her lenger")
OUTSIDE = N_("utenfor avgrensningen")
NOT_COUNTED = N_("ikke regnet med")
ADJUSTED = N_("justert for overlapp fra før")


@dataclass(frozen=True)
class OpenPlace:
    """A source where counted measures cut, and no group says of each pair how they overlap."""

    code: str
    measures: tuple[Measure, ...]

    @property
    def members(self) -> tuple[Member, ...]:
        return tuple(Member(m.id, self.code) for m in self.measures)


def effects_of(budget: Budget) -> Effects:
    """Every place that a measure of the budget's book cuts in, counted or not."""
    return {
        Member(m.id, e.code): (m, e)
        for m in budget.measures
        for e in m.effects
        if e.book is budget.book
    }


def why_idle(member: Member, effects: Effects, budget: Budget) -> str:
    """Why nothing is deducted for a member of a group; "" for one that takes part."""
    if member not in effects:
        shown = any(m.id == member.measure for m in budget.measures)
        return NOT_HERE if shown else NOT_COUNTED
    measure, _ = effects[member]
    if not budget.boundary.holds(member.code):
        return OUTSIDE
    if not measure.counted:
        return NOT_COUNTED
    return ADJUSTED if measure.adjusted else ""


def open_places(budget: Budget) -> tuple[OpenPlace, ...]:
    """Where two or more measures may count the same tonnes, and it is not said whether they do."""
    effects = effects_of(budget)
    by_code: dict[str, list[Measure]] = {}
    for member, (measure, effect) in effects.items():
        if effect.yearly and not why_idle(member, effects, budget):
            by_code.setdefault(member.code, []).append(measure)
    beside = stands_beside(budget)
    return tuple(
        OpenPlace(code, tuple(its))
        for code, its in by_code.items()
        if code != UNALLOCATED and not _all_considered([Member(m.id, code) for m in its], beside)
    )


def stands_beside(budget: Budget) -> Mapping[Member, set[Member]]:
    """With whom each member of a group stands in some group: a pair that is considered."""
    beside: dict[Member, set[Member]] = {}
    for group in budget.overlaps:
        its = set(group.members)
        for member in its:
            beside[member] = beside[member] | its if member in beside else its
    return beside


def _all_considered(members: list[Member], beside: Mapping[Member, set[Member]]) -> bool:
    together = set(members)
    return len(together) < 2 or all(together <= beside.get(m, set()) for m in members)


def suggested(place: OpenPlace, budget: Budget) -> tuple[Member, ...]:
    """Whom a new group can take, such that no pair comes in two: those most is open for, first."""
    beside, members = stands_beside(budget), place.members
    here = set(members)
    chosen: set[Member] = set()
    for member in sorted(members, key=lambda m: len(here & beside.get(m, set()))):
        if not chosen & beside.get(member, set()):
            chosen.add(member)
    return tuple(member for member in members if member in chosen)


def extendable(place: OpenPlace, budget: Budget) -> tuple[OverlapGroup, ...]:
    """The groups that hold some of the measures here, and can hold all: no pair comes in two."""
    members = place.members
    found = []
    for group in budget.overlaps:
        wider = replace(group, members=tuple(dict.fromkeys([*group.members, *members])))
        others = (other for other in budget.overlaps if other.id != group.id)
        if set(group.members) & set(members) and not any(shared(wider, o) for o in others):
            found.append(group)
    return tuple(found)


def shared(group: OverlapGroup, other: OverlapGroup) -> tuple[Member, ...]:
    """The members of a group that stand together in the other too: their cuts overlap once only.

    One measure alone may stand in two groups, for it may overlap with different ones.
    """
    both = tuple(member for member in group.members if member in other.members)
    return both if len({member.measure for member in both}) > 1 else ()


def adjusted(budget: Budget) -> tuple[Measure, ...]:
    """The counted measures whose figures are adjusted for overlap where they come from."""
    return tuple(
        m
        for m in budget.measures
        if m.counted and m.adjusted and any(e.book is budget.book for e in m.effects)
    )

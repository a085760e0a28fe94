"""Which measures of a budget may be counted twice, and which groups say something of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

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
    groups: tuple[OverlapGroup, ...]  # that hold some of the measures here, and can take them all
    suggested: tuple[Member, ...]  # for a new group, such that no pair comes in two

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
        return NOT_HERE
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
    considered = {
        frozenset(pair)
        for group in budget.overlaps
        for pair in combinations([m for m in group.members if m in effects], 2)
    }
    found = []
    for code, its in by_code.items():
        members = [Member(m.id, code) for m in its]
        open_pairs = [
            pair for pair in combinations(members, 2) if frozenset(pair) not in considered
        ]
        if open_pairs and code != UNALLOCATED:
            groups = tuple(g for g in budget.overlaps if _takes_in(g, members, budget.overlaps))
            suggested = _suggested(members, open_pairs)
            found.append(OpenPlace(code, tuple(its), groups, suggested))
    return tuple(found)


def _suggested(
    members: Iterable[Member], open_pairs: Iterable[tuple[Member, Member]]
) -> tuple[Member, ...]:
    """As many as can stand together: those that most is open for first, none with one it knows."""
    open_for = [frozenset(pair) for pair in open_pairs]
    order = sorted(members, key=lambda m: -sum(m in pair for pair in open_for))
    chosen: list[Member] = []
    for member in order:
        if all(frozenset((member, other)) in open_for for other in chosen):
            chosen.append(member)
    return tuple(m for m in members if m in chosen)


def _takes_in(
    group: OverlapGroup, members: Iterable[Member], groups: Iterable[OverlapGroup]
) -> bool:
    """Whether a group that holds some of these can hold all, and no pair comes in two groups."""
    wider = replace(group, members=tuple(dict.fromkeys([*group.members, *members])))
    others = (other for other in groups if other.id != group.id)
    return bool(set(group.members) & set(members)) and not any(shared(wider, o) for o in others)


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

"""Overlap: measures that cut in the same place cut less together than each of them alone.

The deduction is a line of its own. No measure's figure changes, and no department carries it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from climatebudget.core.inventory import sector_of
from climatebudget.core.measure import Book, Measure
from climatebudget.core.quantity import GRAM, ZERO, Bound, Figure, rounded


class Rule(Enum):
    """What the members of a group cut together."""

    SUM = "legges sammen"  # looked at, and found not to overlap
    LARGEST = "bare det største regnes"
    SEQUENCE = "etter hverandre"  # each cuts its share of what the others have left
    SHARE = "en oppgitt andel trekkes fra"


@dataclass(frozen=True)
class Member:
    """A measure's cut in one place: a measure may overlap in one source and not in another."""

    measure: str  # public id
    code: str


@dataclass(frozen=True)
class OverlapGroup:
    id: str  # public, the same across versions
    name: str
    rule: Rule
    members: tuple[Member, ...]
    reason: str = ""
    percent: Decimal | None = None  # of the members' sum, deducted; for Rule.SHARE only


@dataclass(frozen=True)
class Deduction:
    """What one group takes off in one emission sector and year, tonnes: never above zero."""

    group: OverlapGroup
    sector: str
    year: int
    parts: Mapping[Member, Decimal]  # the cuts it was reckoned from
    left: Decimal | None  # what there is to cut in, where the rule asks
    figure: Figure

    @property
    def value(self) -> Decimal:
        return self.figure.value or ZERO


def deducted(
    rule: Rule, cuts: Sequence[Decimal], left: Decimal | None, percent: Decimal | None
) -> tuple[Decimal, bool]:
    """What to take off the sum of these cuts (none below zero), and whether that is exact.

    ``left`` is what there is to cut in. In sequence each measure cuts its own share of what the
    ones before it left, so the order does not matter: together ``left · (1 − Π(1 − cut / left))``.
    Where ``left`` is unknown the largest cut is all that is certain.

    >>> deducted(Rule.SEQUENCE, [Decimal(50), Decimal(50)], Decimal(100), None)
    (Decimal('-25.000000'), True)
    """
    whole = sum(cuts, ZERO)
    largest = max(cuts, default=ZERO) - whole
    match rule:
        case Rule.SUM:
            return ZERO, True
        case Rule.LARGEST:
            return largest, True
        case Rule.SHARE:
            return -rounded(whole * (percent or ZERO) / 100, GRAM), True
        case Rule.SEQUENCE if len([cut for cut in cuts if cut]) < 2:
            return ZERO, True
        case Rule.SEQUENCE if left is None or left <= 0:
            return largest, False
        case Rule.SEQUENCE:
            return min(ZERO, _in_sequence(cuts, left) - whole), True
    raise AssertionError(rule)


def _in_sequence(cuts: Sequence[Decimal], left: Decimal) -> Decimal:
    there_is = Fraction(max(left, *cuts))  # a cut of more than there is, is told by a check
    remains = Fraction(1)
    for cut in cuts:
        remains *= 1 - Fraction(cut) / there_is
    together = there_is * (1 - remains)
    return rounded(Decimal(together.numerator) / Decimal(together.denominator), GRAM)


def deductions(
    groups: Iterable[OverlapGroup],
    measures: Iterable[Measure],
    years: Iterable[int],
    left: Mapping[str, Mapping[int, Decimal]],
    book: Book = Book.DIRECT,
) -> tuple[Deduction, ...]:
    """Every group's deduction per emission sector and year.

    Only what is counted can be counted twice. A measure whose figure is adjusted already is left
    out, so that nothing is deducted twice; so is an increase. ``left`` is the reference path by
    place, tonnes; a group that spans places of one sector is held against the sector's.
    """
    years = tuple(years)
    found = []
    effects = {
        Member(m.id, e.code): e.yearly
        for m in measures
        if m.counted and not m.adjusted
        for e in m.effects
        if e.book is book
    }
    for group in groups:
        by_sector: dict[str, list[Member]] = {}
        for member in group.members:
            if member in effects:
                by_sector.setdefault(sector_of(member.code), []).append(member)
        for sector, members in by_sector.items():
            codes = {member.code for member in members}
            place = codes.pop() if len(codes) == 1 else sector
            for year in years:
                cuts = {m: effects[m].by_year.get(year) for m in members}
                found.append(_deduction(group, sector, year, cuts, left.get(place, {}).get(year)))
    return tuple(found)


def together(parts: Iterable[Deduction]) -> Figure:
    """Several deductions in one figure, tonnes; unknown where none of them is known.

    One that is unknown can only take off more: the figure is then «høyst».
    """
    parts = tuple(parts)
    known = [d.figure for d in parts if d.figure.known]
    lacks = sum(d.figure.lacks for d in parts)
    if not known:
        return Figure(None, lacks)
    bounds = {f.bound for f in known if f.bound is not Bound.EXACT}
    bounds |= {Bound.AT_MOST} if len(known) < len(parts) else set()
    bound = Bound.OPEN if len(bounds) > 1 else next(iter(bounds), Bound.EXACT)
    return Figure(sum((f.value for f in known if f.value is not None), ZERO), lacks, bound)


def _deduction(
    group: OverlapGroup,
    sector: str,
    year: int,
    cuts: Mapping[Member, Decimal | None],
    left: Decimal | None,
) -> Deduction:
    known = {member: cut for member, cut in cuts.items() if cut is not None}
    parts = {member: max(cut, ZERO) for member, cut in known.items()}
    lacks = len(cuts) - len(known)
    if not known:
        return Deduction(group, sector, year, {}, left, Figure(None, lacks))
    value, exact = deducted(group.rule, list(parts.values()), left, group.percent)
    # A missing cut can only deepen the deduction, and add at least as much to the sum.
    bound = Bound.AT_MOST if lacks else Bound.EXACT if exact else Bound.AT_LEAST
    bound = Bound.OPEN if lacks and not exact else bound
    return Deduction(group, sector, year, parts, left, Figure(value, lacks, bound))

"""The reference path, the targets and the allowance: the lines a budget is held against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from itertools import pairwise

from climatebudget.core.inventory import Inventory
from climatebudget.core.path_rule import Level, PathRule
from climatebudget.core.quantity import GRAM, Yearly, rounded, tonnes

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Target:
    """Emissions so many percent lower in a year than in the reference year: 55 means −55 %."""

    percent: Decimal
    year: int
    reference_year: int
    decision: str = ""  # case number, date and body
    cites: str = ""


@dataclass(frozen=True)
class ReferencePath:
    """Referansebane: tonnes by year, for the whole (code "") or per sector or source.

    ``rule`` is what the figures were reckoned by; without one they are given.
    """

    figures: Mapping[str, Yearly]
    policy: str = ""  # which adopted policy is inside it
    cut_off: date | None = None
    author: str = ""
    cites: Mapping[tuple[str, int], str] = field(default_factory=dict)
    rule: PathRule | None = None

    @property
    def level(self) -> Level:
        """What the figures are given per: the whole, each sector or each source."""
        return self.rule.level if self.rule else level_of(self.figures)

    @property
    def whole(self) -> Yearly:
        """The path for the total, tonnes: as given, or the sum of its parts where all are known."""
        if "" in self.figures:
            return self.figures[""]
        parts = list(self.figures.values())
        years = set.intersection(*(set(p.by_year) for p in parts)) if parts else set()
        return tonnes({y: sum((p.by_year[y] for p in parts), Decimal(0)) for y in sorted(years)})


def level_of(codes: Iterable[str]) -> Level:
    """The one level that these places are at; a source's code has its sector before it."""
    found = list(codes)
    if any("/" in code for code in found):
        return Level.SOURCE
    return Level.SECTOR if any(found) else Level.WHOLE


class Start(Enum):
    """Where the allowance begins, before it goes straight to each target in turn."""

    REFERENCE = "rett linje fra referanseåret"
    LAST = "rett linje fra siste år i utslippsregnskapet"
    STATED = "oppgitt år for år"


@dataclass(frozen=True)
class Allowance:
    """Utslippsramme: percent of the reference year per year, where −52 means 52 percent lower.

    ``stated`` restates single years of the line, with a reason; from Start.STATED there is no line.
    ``whole_percent`` rounds the percentages before they become tonnes, as published tables do.
    """

    stated: Mapping[int, Decimal] = field(default_factory=dict)
    cites: Mapping[int, str] = field(default_factory=dict)
    start: Start = Start.REFERENCE
    whole_percent: bool = False
    reasons: Mapping[int, str] = field(default_factory=dict)


def percentages(
    allowance: Allowance, targets: Iterable[Target], inventory: Inventory | None = None
) -> Mapping[int, Decimal | Fraction]:
    """The allowance in percent against the reference year; empty without stated year or target.

    The line from the last inventory year is unknown without an inventory with the reference year.
    """
    line = _line(allowance.start, targets, inventory)
    percent: dict[int, Decimal | Fraction] = {**line, **allowance.stated}
    if allowance.whole_percent:
        percent = {year: whole_percent(Fraction(p)) for year, p in percent.items()}
    return dict(sorted(percent.items()))


def _line(
    start: Start, targets: Iterable[Target], inventory: Inventory | None
) -> Mapping[int, Fraction]:
    return {
        year: low + (high - low) * Fraction(year - first, last - first)
        for (first, low), (last, high) in pairwise(corners(start, targets, inventory))
        for year in range(first, last + 1)
    }


def corners(
    start: Start, targets: Iterable[Target], inventory: Inventory | None
) -> Sequence[tuple[int, Fraction]]:
    """(year, percent against the reference year) where the line begins and at each target.

    Nothing where there is no line: it is stated year by year, or lacks a target or an inventory.
    """
    targets = sorted(targets, key=lambda t: t.year)
    if not targets or start is Start.STATED:
        return []
    points = [(targets[0].reference_year, Fraction(0))]
    if start is Start.LAST:
        if inventory is None:
            return []
        now = _change(inventory, targets[0].reference_year)
        if now is None:
            return []
        points = [(inventory.last_year, now)]
    return points + [(t.year, -Fraction(t.percent)) for t in targets if t.year > points[0][0]]


def _change(inventory: Inventory, reference_year: int) -> Fraction | None:
    """The last inventory year against the reference year, in percent."""
    reference, now = (inventory.total[y] for y in (reference_year, inventory.last_year))
    return (
        (Fraction(now) / Fraction(reference) - 1) * 100 if reference and now is not None else None
    )


def whole_percent(percent: Fraction) -> Decimal:
    """Whole percent, halves away from zero, as printed tables have them."""
    return rounded(Decimal(percent.numerator) / Decimal(percent.denominator))


def in_tonnes(percent: Mapping[int, Decimal | Fraction], reference: Decimal) -> Yearly:
    """Tonnes allowed each year, to the gram, from percentages of the reference year's emissions."""
    return tonnes({y: share_of(reference, 100 + Fraction(p)) for y, p in percent.items()})


def share_of(reference: Decimal, percent: Fraction) -> Decimal:
    exact = Fraction(reference) * percent / 100
    return rounded(Decimal(exact.numerator) / Decimal(exact.denominator), GRAM)


def stand_in(inventory: Inventory, last: int) -> Yearly:
    """Without a reference path the last inventory year stands in for every year after it."""
    value = inventory.total[inventory.last_year]
    assert value is not None
    return tonnes(dict.fromkeys(range(inventory.last_year + 1, last + 1), value))


def first_year(budget_year: int, inventory: Inventory | None) -> int:
    """Where a path begins: after the inventory, and never later than the budget year."""
    return min(budget_year, inventory.last_year + 1) if inventory else budget_year

"""The reference path, the targets and the allowance: the lines a budget is held against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from climatebudget.core.inventory import Inventory
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
    """Referansebane as given figures: tonnes by year, for the whole (code "") or per code."""

    figures: Mapping[str, Yearly]
    policy: str = ""  # which adopted policy is inside it
    cut_off: date | None = None
    author: str = ""
    cites: Mapping[tuple[str, int], str] = field(default_factory=dict)

    @property
    def whole(self) -> Yearly:
        """The path for the total, tonnes: as given, or the sum of its parts where all are known."""
        if "" in self.figures:
            return self.figures[""]
        parts = list(self.figures.values())
        years = set.intersection(*(set(p.by_year) for p in parts)) if parts else set()
        return tonnes({y: sum((p.by_year[y] for p in parts), Decimal(0)) for y in sorted(years)})


@dataclass(frozen=True)
class Allowance:
    """Utslippsramme: percent of the reference year per year, where −52 means 52 percent lower.

    Without stated percentages it is a straight line from the reference year through each target.
    """

    stated: Mapping[int, Decimal] = field(default_factory=dict)
    cites: Mapping[int, str] = field(default_factory=dict)


def percentages(
    allowance: Allowance, targets: Iterable[Target]
) -> Mapping[int, Decimal | Fraction]:
    """The allowance in percent against the reference year; empty without stated year or target."""
    if allowance.stated:
        return dict(sorted(allowance.stated.items()))
    ordered = sorted(targets, key=lambda t: t.year)
    if not ordered:
        return {}
    points = [(ordered[0].reference_year, Fraction(0))]
    points += [(t.year, -Fraction(t.percent)) for t in ordered]
    return {
        year: low + (high - low) * Fraction(year - start, end - start)
        for (start, low), (end, high) in pairwise(points)
        for year in range(start, end + 1)
    }


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

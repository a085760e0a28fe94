"""A reference path by rule: what the emissions would be if the past went on in a stated way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from climatebudget.core.inventory import Inventory
from climatebudget.core.quantity import GRAM, Yearly, rounded, tonnes


class Rule(Enum):
    HELD = "holdt på siste år"
    MEAN = "gjennomsnittet av de siste årene"
    TREND = "rett linje gjennom de siste årene"
    PERCENT = "en fast prosent i året"


LOOKS_BACK = (Rule.MEAN, Rule.TREND)  # at more than the inventory's last year


class Level(Enum):
    """The one level a path is given at; what is finer is unknown."""

    WHOLE = "kommunen samlet"
    SECTOR = "per utslippssektor"
    SOURCE = "per utslippskilde"


@dataclass(frozen=True)
class PathRule:
    rule: Rule
    level: Level = Level.WHOLE
    years: int = 3  # how many of the inventory's last years MEAN and TREND look at
    percent: Decimal = Decimal(0)  # a year; −2 means 2 percent less each year


def by_rule(rule: PathRule, inventory: Inventory, last: int) -> Mapping[str, Yearly]:
    """Tonnes by year, after the inventory and to ``last``, per place of the rule's level.

    The years looked at are those the inventory has: 2010, 2012 and 2014 were never published.
    Never below zero. Mean and trend (least squares) are reckoned exactly and rounded to the gram.
    """
    ahead = range(inventory.last_year + 1, last + 1)
    return {
        code: tonnes({year: in_year(rule, history, year) for year in ahead})
        for code, history in _histories(rule.level, inventory).items()
    }


def _histories(level: Level, inventory: Inventory) -> Mapping[str, Yearly]:
    match level:
        case Level.WHOLE:
            return {"": inventory.total}
        case Level.SECTOR:
            return inventory.sectors
        case Level.SOURCE:
            return {code: inventory.source(code) for code in inventory.sources}
    raise AssertionError(level)


def in_year(rule: PathRule, history: Yearly, year: int) -> Decimal:
    """What the rule makes of one place's history, tonnes in a year after it."""
    points = [(y, Fraction(history.by_year[y])) for y in history]
    first, now = points[-1]
    points = points[-rule.years :]
    match rule.rule:
        case Rule.HELD:
            value = now
        case Rule.MEAN:
            value = sum((v for _, v in points), Fraction(0)) / len(points)
        case Rule.TREND:
            value = _trend(points, year)
        case Rule.PERCENT:
            value = now * (1 + Fraction(rule.percent) / 100) ** (year - first)
    value = max(value, Fraction(0))
    return rounded(Decimal(value.numerator) / Decimal(value.denominator), GRAM)


def _trend(points: Sequence[tuple[int, Fraction]], year: int) -> Fraction:
    middle, mean, slope = trend(points)
    return mean + slope * (year - middle)


def trend(points: Sequence[tuple[int, Fraction]]) -> tuple[Fraction, Fraction, Fraction]:
    """Least squares: the middle of the years, the mean there, and the slope, tonnes a year.

    With one point there is no slope.
    """
    middle = Fraction(sum(y for y, _ in points), len(points))
    mean = sum((v for _, v in points), Fraction(0)) / len(points)
    spread = sum(((y - middle) ** 2 for y, _ in points), Fraction(0))
    if not spread:
        return middle, mean, Fraction(0)
    slope = sum(((y - middle) * (v - mean) for y, v in points), Fraction(0)) / spread
    return middle, mean, slope

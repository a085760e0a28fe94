"""Quantities: a Decimal per year, in one unit; unknown is not zero."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

GRAM = Decimal("0.000001")  # of a tonne
ORE = Decimal("0.00001")  # of 1 000 kr
ZERO = Decimal(0)


class Unit(Enum):
    TONNES = "tonn CO₂e"
    KNOK = "1 000 kr"

    @property
    def step(self) -> Decimal:
        """The smallest part that is kept: a gram, an øre."""
        return GRAM if self is Unit.TONNES else ORE


class UnitMismatch(TypeError):
    """Two quantities in different units met."""


def rounded(value: Decimal, step: Decimal | int = 1) -> Decimal:
    """The nearest multiple of the step; halves go away from zero, as in Excel.

    >>> rounded(Decimal("12.5")), rounded(Decimal("-0.05"), Decimal("0.1"))
    (Decimal('13'), Decimal('-0.1'))
    """
    step = Decimal(step)
    return (value / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def grams(tonnes: Decimal) -> int:
    """Whole grams, halves away from zero: what the database keeps."""
    return int(rounded(tonnes, GRAM).scaleb(6))


def from_grams(value: int) -> Decimal:
    """Tonnes, exactly."""
    return Decimal(value).scaleb(-6)


@dataclass(frozen=True)
class Yearly:
    """A quantity for each year it is known. A missing year is unknown, not zero."""

    unit: Unit
    by_year: Mapping[int, Decimal]

    def __getitem__(self, year: int) -> Decimal | None:
        return self.by_year.get(year)

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self.by_year))

    def __bool__(self) -> bool:
        return bool(self.by_year)

    def __add__(self, other: Yearly) -> Yearly:
        return self._where_both_known(operator.add, other)

    def __sub__(self, other: Yearly) -> Yearly:
        return self._where_both_known(operator.sub, other)

    def _where_both_known(self, op: Callable[[Decimal, Decimal], Decimal], other: Yearly) -> Yearly:
        if self.unit is not other.unit:
            raise UnitMismatch(f"{self.unit.value} / {other.unit.value}")
        years = sorted(self.by_year.keys() & other.by_year.keys())
        return Yearly(self.unit, {y: op(self.by_year[y], other.by_year[y]) for y in years})


def tonnes(by_year: Mapping[int, Decimal] | None = None) -> Yearly:
    """Tonnes CO₂e for the years known."""
    return Yearly(Unit.TONNES, dict(by_year or {}))


class Bound(Enum):
    """What a figure that lacks parts can promise."""

    EXACT = ""
    AT_LEAST = "minst"
    AT_MOST = "høyst"
    OPEN = "usikkert"  # a missing part may be negative: neither a floor nor a ceiling


@dataclass(frozen=True)
class Figure:
    """One number of a statement: a value or unknown, and how many parts it lacks."""

    value: Decimal | None
    lacks: int = 0
    bound: Bound = Bound.EXACT

    @property
    def known(self) -> bool:
        return self.value is not None


UNKNOWN = Figure(None)


def exactly(value: Decimal | None) -> Figure:
    return UNKNOWN if value is None else Figure(value)


def total(parts: Iterable[Decimal | None], may_be_negative: bool = False) -> Figure:
    """The sum of what is known, marked «minst» when parts are missing.

    Unknown when no part is known. ``may_be_negative`` says that a missing part could
    pull the sum down, so that it is no floor.
    """
    parts = list(parts)
    known = [part for part in parts if part is not None]
    lacks = len(parts) - len(known)
    if not known:
        return Figure(None, lacks)
    if not lacks:
        return Figure(sum(known, ZERO))
    return Figure(sum(known, ZERO), lacks, Bound.OPEN if may_be_negative else Bound.AT_LEAST)


OPPOSITE = {Bound.AT_LEAST: Bound.AT_MOST, Bound.AT_MOST: Bound.AT_LEAST}


def minus(whole: Figure, part: Figure) -> Figure:
    """``whole − part``: unknown if either is; a floor under the part is a ceiling over the rest."""
    if whole.value is None or part.value is None:
        return Figure(None, whole.lacks + part.lacks)
    turned = OPPOSITE.get(part.bound, part.bound)
    bounds = {b for b in (whole.bound, turned) if b is not Bound.EXACT}
    bound = Bound.OPEN if len(bounds) > 1 else next(iter(bounds), Bound.EXACT)
    return Figure(whole.value - part.value, whole.lacks + part.lacks, bound)

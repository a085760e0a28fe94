"""One line of an inventory through the years, and the same line in a larger area."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from climatebudget.core.compare import change_since
from climatebudget.core.inventory import Inventory
from climatebudget.core.paths import HUNDRED
from climatebudget.core.quantity import ZERO, Yearly

KILO = 1000


@dataclass(frozen=True)
class Year:
    """A sector or a source in one year; None where there is nothing to reckon with."""

    year: int
    tonnes: Decimal
    share: Decimal | None  # percent of the area's emissions
    change: Decimal | None  # percent since the reference year
    per_head: Decimal | None  # kg for each inhabitant on 1 January


def history(
    line: Yearly, whole: Yearly, reference: int, inhabitants: Mapping[int, int]
) -> tuple[Year, ...]:
    """Every year of the inventory, in order."""
    return tuple(
        Year(
            year,
            line[year] or ZERO,
            _share(line[year] or ZERO, whole[year] or ZERO),
            change_since(line, reference, year),
            per_head(line[year], inhabitants.get(year)),
        )
        for year in whole
    )


def per_head(tonnes: Decimal | None, inhabitants: int | None) -> Decimal | None:
    """Kilograms for each inhabitant."""
    return tonnes * KILO / inhabitants if tonnes is not None and inhabitants else None


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    return part / whole * HUNDRED if whole > 0 else None


def line_of(inventory: Inventory, code: str) -> Yearly | None:
    """A source, a sector, or with "" the whole; None for what the inventory lacks."""
    if not code:
        return inventory.total
    if "/" in code:
        return inventory.source(code) if code in inventory.sources else None
    return inventory.sectors.get(code)


def added(parts: Iterable[Yearly], years: Iterable[int]) -> Mapping[int, Decimal]:
    """Areas together, in the years that every one of them has."""
    lines = list(parts)
    return {
        year: sum((line.by_year[year] for line in lines), ZERO)
        for year in years
        if lines and all(year in line.by_year for line in lines)
    }

"""The boundary (avgrensning): which emissions the budget is about.

A sector or a source may be left out, with a reason; the municipality's share of a facility beyond
its borders may be added. What is left out is left out of everything: reference year, path, cuts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from climatebudget.core.adjustments import adjustment_of
from climatebudget.core.inventory import UNALLOCATED, Inventory, Source, sector_of
from climatebudget.core.quantity import ZERO, Yearly, tonnes


@dataclass(frozen=True)
class Facility:
    """A facility elsewhere: the municipality's share of its emissions, tonnes CO₂e a year."""

    name: str
    code: str  # where in the inventory it is counted
    yearly: Yearly = field(default_factory=tonnes)
    reason: str = ""  # how large the share is, and why


@dataclass(frozen=True)
class Boundary:
    left_out: Mapping[str, str] = field(default_factory=dict)  # source or sector/ufordelt → reason
    facilities: tuple[Facility, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.left_out or self.facilities)

    def holds(self, code: str) -> bool:
        """Whether emissions with this code are inside."""
        whole = f"{sector_of(code)}/{UNALLOCATED}"
        return code not in self.left_out and whole not in self.left_out

    def lacking(self, years: Iterable[int]) -> Mapping[str, tuple[int, ...]]:
        """Facilities without a figure in some of these years: their name and the years."""
        years = tuple(years)
        missing = {f.name: tuple(y for y in years if f.yearly[y] is None) for f in self.facilities}
        return {name: found for name, found in missing.items() if found}


def within(
    inventory: Inventory, boundary: Boundary, sources: Mapping[str, Source] | None = None
) -> Inventory:
    """The inventory as the boundary cuts it.

    A year that a facility lacks a figure for is not in it: a sum without the part would be too low.
    ``sources`` name places that the area itself has no emissions at.
    """
    if not boundary:
        return inventory
    names = {**(sources or {}), **inventory.sources}
    years = [
        y for y in inventory.years if all(f.yearly[y] is not None for f in boundary.facilities)
    ]
    cells: dict[tuple[str, int], Decimal] = {
        (code, year): value
        for (code, year), value in inventory.cells.items()
        if boundary.holds(code) and year in years
    }
    for facility in boundary.facilities:
        for year in years:
            key = facility.code, year
            cells[key] = cells.get(key, ZERO) + facility.yearly.by_year[year]
    used = {code for code, _ in cells} | {f.code for f in boundary.facilities}
    kept = {code: names[code] for code in [*inventory.sources, *sorted(used)] if code in used}
    added = {
        (code, year): value
        for (code, year), value in inventory.adjustments.items()
        if boundary.holds(code) and year in years
    }
    return replace(inventory, years=tuple(years), cells=cells, sources=kept, adjustments=added)


def inside(
    published: Inventory | None, boundary: Boundary, sources: Mapping[str, Source]
) -> Inventory | None:
    """What there is to budget for; None without an inventory, and when no year is known whole."""
    found = published and within(published, boundary, sources)
    return found if found and found.years else None


@dataclass(frozen=True)
class Part:
    """What the boundary does to a sector's emissions in one year, tonnes."""

    sector: str  # its code; "" is the whole
    name: str
    published: Decimal
    adjusted: Decimal  # what the municipality's own adjustments add to it
    left_out: Decimal  # of the two together
    added: Decimal | None  # None where a facility lacks the year's figure

    @property
    def inside(self) -> Decimal | None:
        if self.added is None:
            return None
        return self.published + self.adjusted - self.left_out + self.added


def parts(
    inventory: Inventory, boundary: Boundary, year: int, sources: Mapping[str, Source]
) -> tuple[Part, ...]:
    """Each sector before the boundary and as the boundary cuts it, and last the whole."""
    known = {**sources, **inventory.sources}
    codes = [*inventory.sources, *(f.code for f in boundary.facilities)]
    names = {sector_of(code): known[code].sector_name for code in codes}
    found = [_part(inventory, boundary, year, *sector) for sector in names.items()]
    return *found, _whole(found)


def _part(inventory: Inventory, boundary: Boundary, year: int, sector: str, name: str) -> Part:
    cells = {
        code: value
        for (code, y), value in inventory.cells.items()
        if y == year and sector_of(code) == sector
    }
    adjusted = adjustment_of(inventory, sector).get(year, ZERO)
    left_out = (value for code, value in cells.items() if not boundary.holds(code))
    added = [f.yearly[year] for f in boundary.facilities if sector_of(f.code) == sector]
    published = sum(cells.values(), ZERO) - adjusted
    return Part(sector, name, published, adjusted, sum(left_out, ZERO), _sum(added))


def _whole(found: list[Part]) -> Part:
    published, adjusted, left_out = (
        sum((getattr(part, name) for part in found), ZERO)
        for name in ("published", "adjusted", "left_out")
    )
    return Part("", "", published, adjusted, left_out, _sum(part.added for part in found))


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    values = list(values)
    known = [value for value in values if value is not None]
    return sum(known, ZERO) if len(known) == len(values) else None

"""The list of emission sources: each with its history, its share and how it has changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from itertools import groupby

from climatebudget.core.adjustments import adjustment_of
from climatebudget.core.field import NBSP
from climatebudget.core.inventory import Inventory, sector_of
from climatebudget.core.listing import Column, Filter, Kind, Listing, Value
from climatebudget.core.paths import HUNDRED
from climatebudget.core.quantity import ZERO, Yearly
from climatebudget.core.text import N_
from climatebudget.web.forms import say
from climatebudget.web.show import added, percent, tenth, tonnes


@dataclass(frozen=True)
class Line:
    """A sector or a source through the years; share and change are percentages, None if unknown."""

    name: str
    sector: str  # its code
    sector_name: str
    history: Yearly
    reference: Decimal
    last: Decimal
    share: Decimal | None
    change: Decimal | None
    code: str = ""  # of the sector or the source; "" is the whole
    added: Mapping[int, Decimal] = field(default_factory=dict)  # what we adjust it by, and when


Table = list[tuple[Line, list[Line]]]


def sector_name(inventory: Inventory, sector: str) -> str:
    return next(s.sector_name for s in inventory.sources.values() if s.sector == sector)


def per_sector(inventory: Inventory, reference: int) -> Table:
    """Each sector with its sources, the one with most in the last year first."""
    found = []
    for sector, history in inventory.sectors.items():
        name = sector_name(inventory, sector)
        sources = (
            replace(
                line(source.name, sector, name, inventory.source(code), inventory, reference),
                code=code,
                added=adjustment_of(inventory, code),
            )
            for code, source in inventory.sources.items()
            if sector_of(code) == sector
        )
        whole = line(name, sector, name, history, inventory, reference)
        whole = replace(whole, code=sector, added=adjustment_of(inventory, sector))
        found.append((whole, _largest_first(sources)))
    return sorted(found, key=lambda one: -one[0].last)


def whole(inventory: Inventory, reference: int) -> Line:
    found = line("", "", "", inventory.total, inventory, reference)
    return replace(found, added=adjustment_of(inventory))


def _largest_first(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda one: -one.last)


def line(
    name: str,
    sector: str,
    sector_name: str,
    history: Yearly,
    inventory: Inventory,
    reference: int,
) -> Line:
    then, now = history[reference] or ZERO, history[inventory.last_year] or ZERO
    all = inventory.total[inventory.last_year] or ZERO
    return Line(
        name,
        sector,
        sector_name,
        history,
        then,
        now,
        share=now / all * HUNDRED if all > 0 else None,
        change=(now / then - 1) * HUNDRED if then > 0 else None,
    )


def listing(inventory: Inventory, table: Table, reference: int) -> Listing[Line]:
    return Listing(
        tuple(_columns(inventory, reference)),
        (
            Filter(
                "sector",
                say(N_("Utslippssektor")),
                {sector.sector: sector.name for sector, _ in table},
                lambda one: {one.sector},
            ),
        ),
    )


def _columns(inventory: Inventory, reference: int) -> Iterator[Column[Line]]:
    last, group = inventory.last_year, say(N_("Kolonner"))
    yield Column("sector", say(N_("Utslippssektor")), lambda one: one.sector_name, fixed=True)
    yield Column("name", say(N_("Utslippskilde")), lambda one: one.name, fixed=True)
    adjusted = adjustment_of(inventory)
    for year in inventory.years:
        if year in adjusted:
            yield from _before(year, group, usual=year in (reference, last))
        yield Column(
            str(year),
            str(year),
            partial(_tonnes, year=year),
            Kind.TONNES,
            tonnes,
            say(N_("Utslipp %(year)s (tonn CO₂e)"), year=year),
            group,
            usual=year in (reference, last),
        )
    yield Column(
        "share",
        say(N_("Andel av %(year)s"), year=last),
        lambda one: one.share,
        Kind.PERCENT,
        lambda value: f"{tenth(value)}{NBSP}%",
        say(N_("Andel av %(year)s (prosent)"), year=last),
        group,
    )
    if reference == last:
        return
    yield Column(
        "change",
        say(N_("Endring fra %(year)s"), year=reference),
        lambda one: one.change,
        Kind.PERCENT,
        percent,
        say(N_("Endring fra %(reference)s til %(last)s (prosent)"), reference=reference, last=last),
        group,
    )


def _before(year: int, group: str, usual: bool) -> Iterator[Column[Line]]:
    """What a year is before the municipality's adjustments, and the adjustments."""
    yield Column(
        f"before-{year}",
        say(N_("%(year)s før justering"), year=year),
        partial(_unadjusted, year=year),
        Kind.TONNES,
        tonnes,
        say(N_("Utslipp %(year)s før justering (tonn CO₂e)"), year=year),
        group,
        usual=usual,
    )
    yield Column(
        f"adjustment-{year}",
        say(N_("Justering %(year)s"), year=year),
        partial(_added, year=year),
        Kind.TONNES,
        lambda value: added(value) if value else "–",
        say(N_("Kommunens justering %(year)s (tonn CO₂e)"), year=year),
        group,
        usual=usual,
    )


def _tonnes(one: Line, year: int) -> Value:
    return one.history[year]


def _added(one: Line, year: int) -> Value:
    return one.added.get(year, ZERO)


def _unadjusted(one: Line, year: int) -> Value:
    return (one.history[year] or ZERO) - one.added.get(year, ZERO)


def under_sectors(table: Table, rows: Sequence[Line]) -> list[tuple[Line, list[Line]]]:
    """The rows in sight under their sectors, as they come."""
    sectors = {sector.sector: sector for sector, _ in table}
    return [(sectors[code], list(own)) for code, own in groupby(rows, lambda one: one.sector)]

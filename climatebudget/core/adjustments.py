"""The municipality's own adjustments (kommunens justeringer), on top of one edition.

An edition stays as it was published. An adjustment lies beside it and says how much, why, and who
approved it; it is in the sums, and always told apart from what is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from climatebudget.core.inventory import Edition, Inventory, Source, sector_of
from climatebudget.core.quantity import ZERO


@dataclass(frozen=True)
class Adjustment:
    """Tonnes CO₂e added to one source in one year of one edition; below zero takes away."""

    code: str
    year: int
    tonnes: Decimal  # never zero
    reason: str
    approved_by: str  # a position or a body, never a personal name
    edition: str  # the slug of the edition it lies on
    own: bool = False  # whether that edition is the municipality's, not the installation's

    @property
    def lies_on(self) -> tuple[str, bool]:
        return self.edition, self.own


def key_of(edition: Edition) -> tuple[str, bool]:
    """What an adjustment says of the edition it lies on: its slug, and whether it is our own."""
    return edition.slug, edition.owner is not None


def holding(adjustments: Iterable[Adjustment], edition: Edition | None) -> tuple[Adjustment, ...]:
    """Those that lie on this edition; figures of another edition may have been mended there."""
    wanted = key_of(edition) if edition else None
    return tuple(a for a in adjustments if a.lies_on == wanted)


def adjusted(
    published: Inventory, adjustments: Iterable[Adjustment], sources: Mapping[str, Source]
) -> Inventory:
    """What is published and what the municipality adds to it; each stays known apart.

    A year the edition lacks stays unknown, whatever is added to it. ``sources`` name places that
    the edition has no emissions at; a place that nobody knows is called by its code.
    """
    parts: dict[tuple[str, int], Decimal] = {}
    for one in adjustments:
        if one.year in published.years:
            key = one.code, one.year
            parts[key] = parts.get(key, ZERO) + one.tonnes
    if not parts:
        return published
    cells = dict(published.cells)
    for key, value in parts.items():
        cells[key] = cells.get(key, ZERO) + value
    known = {**sources, **published.sources}
    new = [code for code, _ in parts if code not in published.sources]
    added = {code: known.get(code) or _nameless(code, known.values()) for code in new}
    order = {code: n for n, code in enumerate(sources)}
    every = {**published.sources, **added}
    named = sorted(every, key=lambda code: order.get(code, len(order))) if added else every
    return replace(
        published, cells=cells, sources={code: every[code] for code in named}, adjustments=parts
    )


def _nameless(code: str, known: Iterable[Source]) -> Source:
    sector = sector_of(code)
    name = next((s.sector_name for s in known if s.sector == sector), sector)
    return Source(code, sector, code, name)


def without(inventory: Inventory) -> Inventory:
    """The same inventory as it is before the municipality's adjustments."""
    cells = {
        key: value - inventory.adjustments.get(key, ZERO) for key, value in inventory.cells.items()
    }
    return replace(inventory, cells=cells, adjustments={})


def adjustment_of(inventory: Inventory, code: str = "") -> Mapping[int, Decimal]:
    """What is added to a source, a sector, or with "" the whole; only years with an adjustment."""
    found: dict[int, Decimal] = {}
    for (source, year), value in inventory.adjustments.items():
        if code in ("", source, sector_of(source)):
            found[year] = found.get(year, ZERO) + value
    return dict(sorted(found.items()))


def below_zero(inventory: Inventory) -> tuple[tuple[str, int], ...]:
    """Where an adjustment takes away more than there is: (source, year)."""
    return tuple(
        key
        for key, added in sorted(inventory.adjustments.items())
        if added < 0 and inventory.cells[key] < 0
    )

"""Two editions of one area's inventory held against each other: what changed, and where.

Only years that both editions have are compared; a year that one of them lacks is told apart, for
there its figures are unknown and not zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from climatebudget.core.inventory import Edition, Inventory, Source, sector_of
from climatebudget.core.paths import HUNDRED
from climatebudget.core.quantity import ZERO, Yearly


def oldest_first(editions: Sequence[Edition]) -> tuple[Edition, ...]:
    """Editions that are given newest first, in the order they were made.

    The last year with figures goes before the rest: an old release may be read in late, to have
    something to compare with.
    """
    return tuple(sorted(reversed(editions), key=lambda edition: max(edition.years, default=0)))


@dataclass(frozen=True)
class Cell:
    """One source in one year, tonnes in each edition."""

    code: str
    year: int
    before: Decimal
    after: Decimal

    @property
    def change(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True)
class Part:
    """Cells put together: a sector, a source, a year or the whole."""

    key: str | int
    before: Decimal
    after: Decimal
    absolute: Decimal  # the sum of the cells' differences without sign
    cells: int  # how many of them differ

    @property
    def net(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True)
class Comparison:
    """What one edition says of an area against another; differences are largest first."""

    before: Inventory
    after: Inventory
    renamed: Mapping[str, str]  # code in ``before`` → code in ``after``
    cells: tuple[Cell, ...]  # those that differ

    @cached_property
    def years(self) -> tuple[int, ...]:
        return tuple(y for y in self.before.years if y in self.after.years)

    @property
    def new_years(self) -> tuple[int, ...]:
        return tuple(y for y in self.after.years if y not in self.before.years)

    @property
    def gone_years(self) -> tuple[int, ...]:
        return tuple(y for y in self.before.years if y not in self.after.years)

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Every source of either, those of ``after`` first."""
        return {**self.after.sources, **self.before.sources}

    def had(self, code: str) -> bool:
        """Whether ``before`` has the source, under this name or an older one."""
        return code in self.before.sources or code in self.renamed.values()

    def has(self, code: str) -> bool:
        return code in self.after.sources

    @property
    def new(self) -> tuple[Source, ...]:
        """Sources that only ``after`` has, under any name."""
        known = {*self.before.sources, *self.renamed.values()}
        return tuple(s for code, s in self.after.sources.items() if code not in known)

    @property
    def gone(self) -> tuple[Source, ...]:
        known = {*self.after.sources, *self.renamed}
        return tuple(s for code, s in self.before.sources.items() if code not in known)

    @property
    def replaced(self) -> tuple[tuple[str, tuple[Source, ...], tuple[Source, ...]], ...]:
        """(sector, gone, new) where a sector has both: it is divided in another way."""
        gone, new = _by_sector(self.gone), _by_sector(self.new)
        return tuple((s, gone[s], new[s]) for s in gone if s in new)

    @property
    def same(self) -> bool:
        """Nothing that both have years for is different."""
        return not (self.cells or self.new_years or self.gone_years or self.new or self.gone)

    @cached_property
    def whole(self) -> Part:
        return _whole(self, self.cells, self.years)

    @cached_property
    def by_sector(self) -> tuple[Part, ...]:
        return self._parts(lambda cell: sector_of(cell.code))

    @cached_property
    def by_source(self) -> tuple[Part, ...]:
        return self._parts(lambda cell: cell.code)

    @cached_property
    def by_year(self) -> tuple[Part, ...]:
        """Each year both have, in order, also one where nothing differs."""
        return tuple(self.in_year(year) for year in self.years)

    def in_year(self, year: int) -> Part:
        return _whole(self, (c for c in self.cells if c.year == year), (year,), year)

    def sectors_in(self, year: int) -> tuple[Part, ...]:
        """Each sector of either edition in a year that both have."""
        before, after = self.before.sectors, self.after.sectors
        return _largest_first(
            Part(
                sector,
                (before[sector][year] or ZERO) if sector in before else ZERO,
                (after[sector][year] or ZERO) if sector in after else ZERO,
                sum((abs(c.change) for c in own), ZERO),
                len(own),
            )
            for sector in dict.fromkeys([*after, *before])
            for own in [[c for c in self.cells if c.year == year and sector_of(c.code) == sector]]
        )

    def _parts(self, key: Callable[[Cell], str]) -> tuple[Part, ...]:
        own: dict[str, list[Cell]] = {}
        for cell in self.cells:
            own.setdefault(key(cell), []).append(cell)
        return _largest_first(_part(k, cells) for k, cells in own.items())


def compare(before: Inventory, after: Inventory) -> Comparison:
    """Every cell that differs, a renamed source taken for one and the same."""
    renamed = _renamed(before, after)
    was = {(renamed.get(code, code), year): v for (code, year), v in before.cells.items()}
    years = set(before.years) & set(after.years)
    keys = [key for key in dict.fromkeys([*after.cells, *was]) if key[1] in years]
    pairs = (
        Cell(code, year, was.get((code, year), ZERO), after.cells.get((code, year), ZERO))
        for code, year in keys
    )
    found = sorted((c for c in pairs if c.change), key=lambda c: (-abs(c.change), c.code, c.year))
    return Comparison(before, after, renamed, tuple(found))


def _renamed(before: Inventory, after: Inventory) -> dict[str, str]:
    """A source that went and one that came in its sector with the very same figures.

    Names we know are put together before they are stored; this is for those we do not.
    """
    years = [y for y in before.years if y in after.years]
    gone, new = _histories(before, after, years), _histories(after, before, years)
    matches = {
        code: [n for n, figures in new.items() if figures == own and _same_sector(code, n)]
        for code, own in gone.items()
    }
    taken = [n for found in matches.values() for n in found]
    return {
        code: found[0]
        for code, found in matches.items()
        if len(found) == 1 and taken.count(found[0]) == 1
    }


def _histories(
    one: Inventory, other: Inventory, years: list[int]
) -> dict[str, tuple[Decimal, ...]]:
    """The figures of the sources only one edition has; none that are nothing but zero."""
    own = {
        code: tuple(one.cells.get((code, year), ZERO) for year in years)
        for code in one.sources
        if code not in other.sources
    }
    return {code: figures for code, figures in own.items() if any(figures)}


def _same_sector(one: str, other: str) -> bool:
    return sector_of(one) == sector_of(other)


def _by_sector(sources: Iterable[Source]) -> dict[str, tuple[Source, ...]]:
    found: dict[str, tuple[Source, ...]] = {}
    for source in sources:
        found[source.sector] = (*found.get(source.sector, ()), source)
    return found


def _part(key: str, cells: list[Cell]) -> Part:
    """The cells that differ and no others: what is alike in both is left out of either side."""
    return Part(
        key,
        sum((c.before for c in cells), ZERO),
        sum((c.after for c in cells), ZERO),
        sum((abs(c.change) for c in cells), ZERO),
        len(cells),
    )


def _whole(
    of: Comparison, cells: Iterable[Cell], years: Iterable[int], key: str | int = ""
) -> Part:
    """The totals of the years, with every cell in them."""
    own, years = list(cells), list(years)
    before, after = of.before.total, of.after.total
    return Part(
        key,
        sum((before[y] or ZERO for y in years), ZERO),
        sum((after[y] or ZERO for y in years), ZERO),
        sum((abs(c.change) for c in own), ZERO),
        len(own),
    )


def _largest_first(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(sorted(parts, key=lambda p: (-abs(p.net), -p.absolute, str(p.key))))


def change_since(history: Yearly, first: int, last: int) -> Decimal | None:
    """Percent from one year to another: −32 is 32 percent lower; None where it cannot be said."""
    then, now = history[first], history[last]
    if now is None or not then or then < 0:
        return None
    return (now / then - 1) * HUNDRED


@dataclass(frozen=True)
class Shift:
    """An area's change from one year to another, percent, in each of two editions."""

    area: str
    first: tuple[Decimal | None, Decimal | None]  # tonnes in the first year, before and after
    before: Decimal | None
    after: Decimal | None
    latest: Decimal | None  # to the newest year of the later edition

    @property
    def points(self) -> Decimal | None:
        """Percentage points that the later edition moved it."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


def shifts(
    before: Mapping[str, Yearly], after: Mapping[str, Yearly], first: int, last: int, latest: int
) -> tuple[Shift, ...]:
    """Each area that both editions have, the one that moved most first.

    ``last`` is a year both have; ``latest`` is the newest of the later edition.
    """
    found = [
        Shift(
            area,
            (before[area][first], after[area][first]),
            change_since(before[area], first, last),
            change_since(after[area], first, last),
            change_since(after[area], first, latest),
        )
        for area in after
        if area in before
    ]
    return tuple(sorted(found, key=lambda s: (-abs(s.points or ZERO), s.area)))

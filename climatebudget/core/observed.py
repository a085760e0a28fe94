"""Years gone by: what was planned for a year beside what a later edition says was emitted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from climatebudget.core.boundary import inside
from climatebudget.core.budget import Budget
from climatebudget.core.compare import compare
from climatebudget.core.inventory import UNALLOCATED, Edition, Inventory, Source, sector_of
from climatebudget.core.measure import Measure
from climatebudget.core.overlap import Deduction
from climatebudget.core.path_rule import Level
from climatebudget.core.quantity import (
    UNKNOWN,
    ZERO,
    Bound,
    Figure,
    Yearly,
    exactly,
    minus,
    tonnes,
    total,
)
from climatebudget.core.statement import Statement, in_sight, less_overlap


@dataclass(frozen=True)
class Observed:
    """A source, an emission sector or the whole in a year that has gone by; tonnes.

    ``difference = recast + rest``: what the new edition moved in the year the plan was made from,
    and what it does not explain. A place that one of the editions lacks is nothing there, so that
    sources make their sector and sectors the whole.
    """

    planned: Figure  # emissions after the measures; «høyst» where unplaced cuts may fall here
    cut: Figure | None  # what the measures were to cut that year; None where there are none
    observed: Decimal
    before: Decimal  # the year the plan was made from, in the plan's edition
    now: Decimal  # that year in the new edition
    had: bool = True  # whether the plan's edition has the place at all
    has: bool = True  # whether the new one has

    @property
    def difference(self) -> Figure:
        return minus(exactly(self.observed), self.planned)

    @property
    def recast(self) -> Decimal:
        return self.now - self.before

    @property
    def rest(self) -> Figure:
        """What neither the plan nor the change of edition explains; unknown without a plan."""
        return minus(self.difference, exactly(self.recast))

    @property
    def changed(self) -> Decimal:
        """From the year the plan was made from, both in the new edition."""
        return self.observed - self.now

    @property
    def something(self) -> bool:
        """Whether either edition has emissions here, or somebody planned for it."""
        return bool(
            self.observed or self.before or self.now or self.planned.value or self.cut is not None
        )


@dataclass(frozen=True)
class SectorGone:
    whole: Observed
    sources: Mapping[str, Observed]
    unplaced: Figure | None  # what is to be cut in the sector at no named source; None is nothing


@dataclass(frozen=True)
class YearGone:
    year: int
    base: int  # the last inventory year the plan was made from
    total: Observed
    sectors: Mapping[str, SectorGone]  # in the order of the plan's edition, the new ones last
    unplaced: Figure | None  # what is to be cut in no named sector; None is nothing

    @property
    def absolute(self) -> Decimal:
        """What the new edition moved without sign, source by source."""
        sources = (source for s in self.sectors.values() for source in s.sources.values())
        return sum((abs(source.recast) for source in sources), ZERO)


def newer(
    budget: Budget, editions: Iterable[Edition], numbers: Collection[str]
) -> tuple[Edition, ...]:
    """Editions with a budget year that the plan's own lacks, the newest statistics first.

    ``numbers`` are the municipality's own, of today and before. What is published before the
    plan's edition is not newer, whatever it holds.
    """
    own, history = budget.edition, budget.inventory
    if own is None or history is None:
        return ()
    wanted = {year for year in budget.budget_year.columns if year > history.last_year}
    found = [
        edition
        for edition in editions
        if wanted & {*edition.years}
        and {*numbers} & {*edition.areas}
        and not (edition.published and own.published and edition.published < own.published)
    ]
    return tuple(sorted(found, key=lambda edition: -max(edition.years)))


def as_planned(budget: Budget, later: Inventory, sources: Mapping[str, Source]) -> Inventory | None:
    """A later inventory as the plan sees it: inside its boundary, sources under the plan's codes.

    A source with a new code and the very same history is the same one. A year that a facility of
    the boundary lacks a figure for is left out.
    """
    if budget.published is None:
        return None
    known = {new: old for old, new in compare(budget.published, later).renamed.items()}
    return inside(
        replace(
            later,
            cells={(known.get(code, code), year): v for (code, year), v in later.cells.items()},
            sources={
                known.get(code, code): replace(source, code=known.get(code, code))
                for code, source in later.sources.items()
            },
        ),
        budget.boundary,
        sources,
    )


def gone(budget: Budget, statement: Statement, later: Inventory) -> tuple[YearGone, ...]:
    """Every budget year that the version's own inventory lacks and the later has, oldest first.

    ``later`` is as `as_planned` makes it. Without the year the plan was made from it says nothing.
    """
    old = budget.inventory
    if old is None or old.last_year not in later.years:
        return ()
    years = [y for y in budget.budget_year.columns if y > old.last_year and y in later.years]
    plan, now = _Plan(budget, statement, old), _lines(later)
    return tuple(_year(plan, now, year) for year in years)


Lines = Mapping[str, Yearly]


def _lines(inventory: Inventory) -> Lines:
    """The history of the whole (""), of each sector and of each source."""
    sources = {code: inventory.source(code) for code in inventory.sources}
    return {"": inventory.total, **inventory.sectors, **sources}


def _year(plan: _Plan, now: Lines, year: int) -> YearGone:
    whole = plan.statement.total
    touched = bool(whole.cut.measures)
    planned = plan.after(whole.path[year], whole.effect[year], touched)
    names = dict.fromkeys(sector_of(c) for c in [*plan.lines, *plan.statement.sectors, *now] if c)
    return YearGone(
        year,
        plan.inventory.last_year,
        _observed(plan, now, year, "", (planned, whole.effect[year] if touched else None)),
        {code: _sector(plan, now, year, code) for code in names if code != UNALLOCATED},
        plan.unplaced(UNALLOCATED, year),
    )


def _sector(plan: _Plan, now: Lines, year: int, code: str) -> SectorGone:
    sources = [c for c in [*plan.lines, *now] if "/" in c and sector_of(c) == code]
    return SectorGone(
        _observed(plan, now, year, code, plan.sector(code, year)),
        {c: _observed(plan, now, year, c, plan.source(c, year)) for c in dict.fromkeys(sources)},
        plan.unplaced(f"{code}/{UNALLOCATED}", year),
    )


def _observed(
    plan: _Plan, now: Lines, year: int, code: str, planned: tuple[Figure, Figure | None]
) -> Observed:
    old, new, base = plan.lines.get(code), now.get(code), plan.inventory.last_year
    return Observed(
        planned=planned[0],
        cut=planned[1],
        observed=(new[year] if new else None) or ZERO,
        before=(old[base] if old else None) or ZERO,
        now=(new[base] if new else None) or ZERO,
        had=old is not None,
        has=new is not None,
    )


# ---- what the version planned, place by place ----------------------------------------------------


class _Plan:
    """What a version expects of a sector and of a source, as far as its figures go.

    A place that no measure concerns is planned at its path. Where cuts are planned without a
    source, or an overlap is shared between sources, the source's own figure is a limit.
    """

    def __init__(self, budget: Budget, statement: Statement, inventory: Inventory) -> None:
        self.budget, self.statement, self.inventory = budget, statement, inventory
        self.lines = _lines(inventory)
        self.touched: set[str] = set()
        self.parts: dict[str, list[tuple[Measure, Yearly]]] = defaultdict(list)
        self.deductions: dict[str, list[Deduction]] = defaultdict(list)
        for measure in in_sight(budget):
            self._place(measure)
        for deduction in statement.deductions:
            self.deductions[_place_of(deduction)] += [deduction] if deduction.value else []

    def _place(self, measure: Measure) -> None:
        own = {e.code: e.yearly for e in measure.effects if e.book is self.budget.book}
        for code, yearly in (own or {measure.code: tonnes()}).items():
            self.touched.add(code)
            if measure.counted:
                self.parts[code].append((measure, yearly))

    def after(self, path: Decimal | None, effect: Figure, touched: bool) -> Figure:
        """Emissions after the measures; unknown where there is neither path nor measure at all."""
        if self.budget.path is None and not self.statement.total.cut.measures:
            return UNKNOWN
        return minus(exactly(path), effect) if touched else exactly(path)

    def sector(self, code: str, year: int) -> tuple[Figure, Figure | None]:
        """The plan of an emission sector, and what is cut of it: None without measures."""
        line = self.statement.sectors.get(code)
        if line is None:  # only the later edition has it
            return self.after(self._new(Level.SECTOR), UNKNOWN, False), None
        touched = bool(line.cut.measures)
        planned = self.after(line.path[year], line.effect[year], touched)
        limit = self._limit([UNALLOCATED], year)
        return minus(planned, Figure(ZERO, 0, limit)), line.effect[year] if touched else None

    def source(self, code: str, year: int) -> tuple[Figure, Figure | None]:
        touched = code in self.touched
        cut = self._effect(code, year) if touched else None
        planned = self.after(self._path(code, year, touched), cut or UNKNOWN, touched)
        limit = self._limit([f"{sector_of(code)}/{UNALLOCATED}", UNALLOCATED], year, code)
        return minus(planned, Figure(ZERO, 0, limit)), cut

    def unplaced(self, code: str, year: int) -> Figure | None:
        """What is cut at ``<sector>/ufordelt`` or ``ufordelt``; None where nothing is."""
        if not self.parts[code] and not self._taken(code, year):
            return None
        return self._effect(code, year)

    def _new(self, level: Level) -> Decimal | None:
        """The plan of a place its edition lacks: nothing, where it plans as finely as this."""
        path = self.budget.path
        levels = list(Level)
        return ZERO if path is None or levels.index(path.level) >= levels.index(level) else None

    def _path(self, code: str, year: int, touched: bool) -> Decimal | None:
        path, last = self.budget.path, self.inventory.last_year
        if path is not None and code in path.figures:
            return path.figures[code][year]
        if code not in self.inventory.sources:
            return None if touched else self._new(Level.SOURCE)
        return self.lines[code][last] if path is None else None

    def _effect(self, code: str, year: int) -> Figure:
        parts = [(measure, yearly[year]) for measure, yearly in self.parts[code]]
        negative = any(m.may_increase for m, value in parts if value is None)
        net = total([value for _, value in parts], negative)
        if not parts and code not in self.touched:
            net = exactly(ZERO)  # nothing but overlap that no source carries
        return less_overlap(net, self._taken(code, year))

    def _taken(self, code: str, year: int) -> list[Deduction]:
        return [d for d in self.deductions[code] if d.year == year]

    def _limit(self, unplaced: Iterable[str], year: int, code: str = "") -> Bound:
        """What the cut of a place can promise, when these cuts may fall in it too."""
        found = {
            _bound(measure, yearly[year]) for u in unplaced for measure, yearly in self.parts[u]
        }
        shared = self._taken(f"{sector_of(code)}/{UNALLOCATED}", year) if code else []
        if any(code in {m.code for m in d.parts} for d in shared):
            found.add(Bound.AT_MOST)
        found.discard(Bound.EXACT)
        return Bound.OPEN if len(found) > 1 else next(iter(found), Bound.EXACT)


def _bound(measure: Measure, value: Decimal | None) -> Bound:
    if value is None:
        return Bound.OPEN if measure.may_increase else Bound.AT_LEAST
    return Bound.AT_LEAST if value > 0 else Bound.AT_MOST if value < 0 else Bound.EXACT


def _place_of(deduction: Deduction) -> str:
    """The source that an overlap is within, else its sector's unplaced line."""
    codes = {member.code for member in deduction.parts}
    return codes.pop() if len(codes) == 1 else f"{deduction.sector}/{UNALLOCATED}"

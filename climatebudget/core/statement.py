"""The statement: from the inventory by way of reference path and measures to the gap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from climatebudget.core.budget import Budget
from climatebudget.core.inventory import UNALLOCATED, sector_of
from climatebudget.core.measure import Book, Effect, Measure
from climatebudget.core.overlap import Deduction, deductions
from climatebudget.core.paths import in_tonnes, percentages, stand_in
from climatebudget.core.quantity import (
    UNKNOWN,
    ZERO,
    Bound,
    Figure,
    Yearly,
    exactly,
    minus,
    tonnes,
)

Figures = Mapping[int, Figure]


@dataclass(frozen=True)
class Cut:
    """What counted measures cut each year, tonnes; increases apart, so that neither hides."""

    gross: Figures
    increase: Figures  # of measures that add emissions, as positive tonnes
    net: Figures
    measures: int = 0  # all of them, counted or not
    counted: int = 0


@dataclass(frozen=True)
class Line:
    """One emission sector, or the whole, through the years."""

    inventory: Yearly
    path: Yearly
    cut: Cut
    overlap: Figures  # a deduction from the cut, never above zero
    effect: Figures  # what the measures cut together: net cut and overlap
    after: Figures


@dataclass(frozen=True)
class Counts:
    """How many measures are in the sums, and why the others are not."""

    all: int
    quantified: int
    counted: int
    unquantified: int
    in_path: int
    undecided: int  # not prioritised, or identified but not adopted


@dataclass(frozen=True)
class Statement:
    """What every page and annex prints of a version; each figure derived from the one Budget."""

    book: Book
    years: tuple[int, ...]  # after the inventory, to the horizon
    columns: tuple[int, ...]  # the økonomiplan's years and the horizon
    sectors: Mapping[str, Line]  # by sector code, in the inventory's order
    total: Line
    departments: Mapping[str, Cut]  # gross effect only is shown; "" where nobody is named
    categories: Mapping[str, Cut]  # by "report/code"; "" without
    has_path: bool
    reference: Decimal | None
    allowance: Yearly
    allowance_percent: Mapping[int, Decimal | Fraction]
    gap: Figures
    counts: Counts
    deductions: tuple[Deduction, ...] = ()
    low: Figures = field(default_factory=dict)  # the total effect, if every cut is at its lowest
    high: Figures = field(default_factory=dict)  # both are empty where no measure gives a range

    def change(self, value: Decimal | None) -> Decimal | None:
        """Percent against the reference year: −62 means 62 percent lower."""
        if value is None or not self.reference:
            return None
        return (value / self.reference - 1) * 100

    def points(self, value: Decimal | None) -> Decimal | None:
        """Percentage points of the reference year."""
        return None if value is None or not self.reference else value / self.reference * 100


def statement(budget: Budget) -> Statement:
    """Reckon the whole statement of a version: pure, linear in measures × years."""
    inventory = budget.inventory
    years = _years(budget)
    own = in_sight(budget)
    cuts = _cuts(own, years, budget.book)
    left = _left(budget, years)
    taken = deductions(budget.overlaps, own, years, left, budget.book)
    history = dict(inventory.sectors) if inventory else {}
    sectors = {
        code: _line(
            history.get(code, tonnes()),
            _sector_path(budget, code, years),
            cuts.sectors[code],
            [d for d in taken if d.sector == code],
            years,
        )
        for code in [*history, *(c for c in cuts.sectors if c not in history)]
    }
    total = _line(
        inventory.total if inventory else tonnes(), _whole_path(budget), cuts.total, taken, years
    )
    low, high = _range(budget, own, years, left)
    percent = percentages(budget.allowance, budget.targets, inventory)
    allowance = in_tonnes(percent, budget.reference) if budget.reference is not None else tonnes()
    return Statement(
        book=budget.book,
        years=years,
        columns=budget.budget_year.columns,
        sectors=sectors,
        total=total,
        departments=_in_order(budget.departments, cuts.departments),
        categories=dict(sorted(cuts.categories.items())),
        has_path=budget.path is not None,
        reference=budget.reference,
        allowance=allowance,
        allowance_percent=percent,
        gap={y: minus(total.after[y], exactly(allowance[y])) for y in years},
        counts=_counts(own),
        deductions=taken,
        low=low,
        high=high,
    )


def _years(budget: Budget) -> tuple[int, ...]:
    first = budget.inventory.last_year + 1 if budget.inventory else budget.budget_year.year
    first = min(first, budget.budget_year.year)
    return tuple(range(first, max(budget.budget_year.columns) + 1))


def in_sight(budget: Budget) -> list[Measure]:
    """The measures of the book, without what they cut outside the boundary."""
    own = [m for m in budget.measures if _in_book(m, budget)]
    if not budget.boundary:
        return own
    return [
        replace(m, effects=tuple(e for e in m.effects if budget.boundary.holds(e.code)))
        for m in own
    ]


def _in_book(measure: Measure, budget: Budget) -> bool:
    return not measure.effects or any(
        e.book is budget.book and budget.boundary.holds(e.code) for e in measure.effects
    )


def _line(
    history: Yearly, path: Yearly, cut: Cut, taken: Sequence[Deduction], years: Iterable[int]
) -> Line:
    overlap = {y: _taken(cut.net[y], [d for d in taken if d.year == y]) for y in years}
    effect = {y: _together(cut.net[y], overlap[y]) for y in years}
    after = {y: minus(exactly(path[y]), effect[y]) for y in years}
    return Line(history, path, cut, overlap, effect, after)


def _taken(net: Figure, taken: list[Deduction]) -> Figure:
    """The year's deductions in one figure; unknown where nothing is known to deduct from."""
    if not net.known:
        return UNKNOWN
    bounds = {d.figure.bound for d in taken if d.figure.bound is not Bound.EXACT}
    bound = Bound.OPEN if len(bounds) > 1 else next(iter(bounds), Bound.EXACT)
    lacks = sum(d.figure.lacks for d in taken)
    return Figure(sum((d.value for d in taken), ZERO), lacks, bound)


def _together(net: Figure, overlap: Figure) -> Figure:
    """Net cut less overlap. What lacks a part is a floor: a further cut never makes it smaller."""
    if net.value is None or overlap.value is None:
        return net
    uncertain = net.bound is Bound.EXACT and overlap.bound is not Bound.EXACT
    bound = Bound.AT_LEAST if uncertain else net.bound
    return Figure(net.value + overlap.value, net.lacks, bound)


def _left(budget: Budget, years: Iterable[int]) -> Mapping[str, Mapping[int, Decimal]]:
    """What there is to cut in, by sector and by source: the reference path, where it is known."""
    years = tuple(years)
    sectors = {sector_of(m.code) for g in budget.overlaps for m in g.members}
    left = {sector: _sector_path(budget, sector, years).by_year for sector in sectors}
    if budget.path is not None:
        return {**left, **{c: p.by_year for c, p in budget.path.figures.items() if c}}
    if budget.inventory is None:
        return left
    last = budget.inventory.last_year
    sources = {code: budget.inventory.source(code)[last] for code in budget.inventory.sources}
    return {**left, **{c: dict.fromkeys(years, v) for c, v in sources.items() if v is not None}}


def _range(
    budget: Budget,
    measures: Iterable[Measure],
    years: tuple[int, ...],
    left: Mapping[str, Mapping[int, Decimal]],
) -> tuple[Figures, Figures]:
    """The total effect with every cut at its low, and at its high, where a measure gives one."""
    measures = [m for m in measures if m.counted]
    if not any(e.low or e.high for m in measures for e in m.effects if e.book is budget.book):
        return {}, {}
    low, high = (
        _total_effect(
            budget,
            [
                replace(m, effects=tuple(replace(e, yearly=_at(e, which)) for e in m.effects))
                for m in measures
            ],
            years,
            left,
        )
        for which in ("low", "high")
    )
    return low, high


def _at(effect: Effect, which: str) -> Yearly:
    end: Yearly = getattr(effect, which)
    return tonnes({**effect.yearly.by_year, **end.by_year})


def _total_effect(
    budget: Budget,
    measures: list[Measure],
    years: tuple[int, ...],
    left: Mapping[str, Mapping[int, Decimal]],
) -> Figures:
    cut = _cuts(measures, years, budget.book).total
    taken = deductions(budget.overlaps, measures, years, left, budget.book)
    return _line(tonnes(), tonnes(), cut, taken, years).effect


def _whole_path(budget: Budget) -> Yearly:
    if budget.path is not None:
        return budget.path.whole
    if budget.inventory is None:
        return tonnes()
    return stand_in(budget.inventory, max(budget.budget_year.columns))


def _sector_path(budget: Budget, sector: str, years: Iterable[int]) -> Yearly:
    """A sector's reference path; unknown where the path is given for the whole only."""
    if budget.path is None:
        inventory = budget.inventory
        last = (
            inventory.sectors[sector][inventory.last_year]
            if inventory and sector in inventory.sectors
            else None
        )
        return tonnes(
            {}
            if last is None or inventory is None
            else {y: last for y in years if y > inventory.last_year}
        )
    parts = [p for code, p in budget.path.figures.items() if code and sector_of(code) == sector]
    return tonnes(
        {
            y: sum((p.by_year[y] for p in parts), ZERO)
            for y in years
            if parts and all(p[y] is not None for p in parts)
        }
    )


@dataclass(frozen=True)
class _Year:
    """What one measure gives to one year of a sum."""

    gross: Decimal
    increase: Decimal
    known: bool  # some part has a figure
    lacks: bool  # some part has none


def _years_of(parts: list[Yearly], years: tuple[int, ...]) -> list[_Year]:
    return [_year([part.by_year.get(year) for part in parts]) for year in years]


def _year(values: list[Decimal | None]) -> _Year:
    known = [value for value in values if value is not None]
    return _Year(
        gross=sum((v for v in known if v > 0), ZERO),
        increase=-sum((v for v in known if v < 0), ZERO),
        known=bool(known),
        lacks=not values or len(known) < len(values),
    )


class _Tally:
    """Adds measures up, year by year, remembering how many lack a figure."""

    def __init__(self, years: tuple[int, ...]) -> None:
        self.years = years
        self.gross = [ZERO] * len(years)
        self.increase = [ZERO] * len(years)
        self.known = [False] * len(years)
        self.lacks = [0] * len(years)
        self.open = [False] * len(years)  # a missing figure may be an increase
        self.measures = self.counted = 0

    def add(self, measure: Measure, given: list[_Year]) -> None:
        self.measures += 1
        if not measure.counted:
            return
        self.counted += 1
        for n, year in enumerate(given):
            if year.known:
                self.known[n] = True
                self.gross[n] += year.gross
                self.increase[n] += year.increase
            if year.lacks:
                self.lacks[n] += 1
                self.open[n] = self.open[n] or measure.may_increase

    def cut(self) -> Cut:
        net = [gross - increase for gross, increase in zip(self.gross, self.increase, strict=True)]
        return Cut(
            gross=self._figures(self.gross),
            increase=self._figures(self.increase),
            net=self._figures(net),
            measures=self.measures,
            counted=self.counted,
        )

    def _figures(self, values: list[Decimal]) -> Figures:
        return {year: self._figure(n, values[n]) for n, year in enumerate(self.years)}

    def _figure(self, n: int, value: Decimal) -> Figure:
        lacks = self.lacks[n]
        if not self.known[n]:
            return Figure(None, lacks)
        if not lacks:
            return Figure(value)
        return Figure(value, lacks, Bound.OPEN if self.open[n] else Bound.AT_LEAST)


@dataclass(frozen=True)
class _Cuts:
    total: Cut
    sectors: Mapping[str, Cut]
    departments: Mapping[str, Cut]
    categories: Mapping[str, Cut]


def _cuts(measures: Iterable[Measure], years: tuple[int, ...], book: Book) -> _Cuts:
    """One pass over the measures: the total, and the same tonnes divided three ways."""
    total = _Tally(years)
    by_sector, by_department, by_category = (_Tallies(years) for _ in range(3))
    for measure in measures:
        sectors = _by_sector(measure, book)
        given = _years_of([part for own in sectors.values() for part in own], years)
        total.add(measure, given)
        by_department[measure.department].add(measure, given)
        by_category[_category(measure)].add(measure, given)
        for sector, own in sectors.items():
            share = given if len(sectors) == 1 else _years_of(own, years)
            by_sector[sector].add(measure, share)
    none = _Tally(years).cut()
    return _Cuts(
        total.cut(),
        defaultdict(lambda: none, {k: t.cut() for k, t in by_sector.items()}),
        {k: t.cut() for k, t in by_department.items()},
        {k: t.cut() for k, t in by_category.items()},
    )


class _Tallies(dict[str, _Tally]):
    def __init__(self, years: tuple[int, ...]) -> None:
        super().__init__()
        self.years = years

    def __missing__(self, key: str) -> _Tally:
        self[key] = _Tally(self.years)
        return self[key]


def _by_sector(measure: Measure, book: Book) -> Mapping[str, list[Yearly]]:
    sectors: dict[str, list[Yearly]] = {}
    for effect in measure.effects:
        if effect.book is book:
            sectors.setdefault(sector_of(effect.code), []).append(effect.yearly)
    return sectors or {sector_of(measure.code or UNALLOCATED): []}


def _category(measure: Measure) -> str:
    return f"{measure.category.report}/{measure.category.code}" if measure.category else ""


def _in_order(departments: Iterable[str], cuts: Mapping[str, Cut]) -> Mapping[str, Cut]:
    named = [d for d in departments if d in cuts]
    return {name: cuts[name] for name in [*named, *(n for n in cuts if n not in named)]}


def _counts(measures: list[Measure]) -> Counts:
    quantified = [m for m in measures if m.quantified]
    counted = [m for m in quantified if m.counted]
    in_path = [m for m in quantified if not m.counted and m.in_path.name != "ADDITIONAL"]
    return Counts(
        all=len(measures),
        quantified=len(quantified),
        counted=len(counted),
        unquantified=len(measures) - len(quantified),
        in_path=len(in_path),
        undecided=len(quantified) - len(counted) - len(in_path),
    )


def at(figures: Figures, year: int) -> Figure:
    """The figure of a year, unknown outside the statement's years."""
    return figures.get(year, UNKNOWN)

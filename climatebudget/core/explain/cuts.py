"""What the measures cut: together, each for itself, what they add, and what they share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from climatebudget.core.budget import Budget
from climatebudget.core.explain.figure import (
    Column,
    Explanation,
    Key,
    Part,
    Scope,
    cited,
    lacking,
    named,
    part,
    place_name,
    place_of,
    said,
    title,
)
from climatebudget.core.field import show_exact
from climatebudget.core.findings import About
from climatebudget.core.inventory import UNALLOCATED, sector_of
from climatebudget.core.measure import Effect, Measure
from climatebudget.core.overlap import Deduction, Rule
from climatebudget.core.quantity import ZERO, Figure, total
from climatebudget.core.statement import Line, Statement, in_sight
from climatebudget.core.text import N_, Text

Side = Callable[[Decimal], Decimal]
Behind = tuple[Measure, Sequence[Effect]]  # a figure: a measure, and the places of it


def effect(budget: Budget, statement: Statement, line: Line, key: Key) -> Explanation:
    year = key.year
    parts = [part(key, Column.CUT, line.cut.gross)]
    if line.cut.increase[year].value:
        parts.append(part(key, Column.INCREASE, line.cut.increase, "−"))
    parts.append(part(key, Column.OVERLAP, line.overlap))
    figure = line.effect[year]
    notes = (*lacking(figure), *_range(statement, key))
    text = N_("Kuttene hvert for seg, minus økte utslipp, og fratrekket for overlapp.")
    return Explanation(key, title(key, place_of(budget, key)), figure, said(text), (*parts,), notes)


def _range(statement: Statement, key: Key) -> Iterator[Text]:
    """What the measures cut together at the least and the most, where some say so themselves."""
    low, high = (ends.get(key.year) for ends in (statement.low, statement.high))
    if key.scope is Scope.WHOLE and low and high and low.value is not None:
        text = N_("Med alle klimatiltak på det laveste de oppgir: %(low)s tonn. Høyeste: %(high)s.")
        yield said(text, low=show_exact(low.value), high=show_exact(high.value or ZERO))


def cut(budget: Budget, statement: Statement, line: Line, key: Key) -> Explanation:
    text = N_(
        "Summen av det hvert klimatiltak kutter det året, sammenlignet med å la være. Bare "
        "klimatiltak som er tallfestet, foreslått eller vedtatt, og som kommer i tillegg til "
        "referansebanen, er regnet med."
    )
    return _cuts(budget, line.cut.gross[key.year], key, text)


def of_department(budget: Budget, statement: Statement, key: Key) -> Explanation:
    figure = statement.departments[key.name].gross[key.year]
    text = N_("Summen av det hvert av sektorens klimatiltak kutter, hvert for seg.")
    return _cuts(budget, figure, key, text)


def _cuts(budget: Budget, figure: Figure, key: Key, text: str) -> Explanation:
    behind = tuple(_behind(budget, key))
    own = tuple(_own_parts(behind, key.year, _lowered))
    notes = (*lacking(figure), *_not_counted(behind))
    return Explanation(key, title(key, place_of(budget, key)), figure, said(text), own, notes)


def increase(budget: Budget, statement: Statement, line: Line, key: Key) -> Explanation:
    parts = _own_parts(_behind(budget, key), key.year, _raised)
    own = tuple(p for p in parts if p.figure and p.figure.value != 0)
    text = N_("Summen av det klimatiltak øker utslippene med. Økningen er en egen linje.")
    figure = line.cut.increase[key.year]
    notes = lacking(figure)
    return Explanation(key, title(key, place_of(budget, key)), figure, said(text), own, notes)


def _lowered(value: Decimal) -> Decimal:
    return max(value, ZERO)


def _raised(value: Decimal) -> Decimal:
    return max(-value, ZERO)


def _own_parts(behind: Iterable[Behind], year: int, side: Side) -> Iterator[Part]:
    """What each counted measure gives, from its places in the sector or in all of them."""
    for measure, places in behind:
        if measure.counted:
            values = [e.yearly[year] for e in places] or [None]
            sides = [None if v is None else side(v) for v in values]
            cites = [e.cites[year] for e in places if e.cites.get(year)]
            yield Part(
                _named(measure),
                total(sides, None in sides and measure.may_increase),
                about=_about(measure, year),
                cites=cited("; ".join(dict.fromkeys(cites))),
                details=tuple(_told(places, year)),
            )


def _behind(budget: Budget, key: Key) -> Iterator[Behind]:
    """The measures behind a figure, counted or not, with the places of theirs that it is of."""
    sector = key.name if key.scope is Scope.SECTOR else None
    for measure in in_sight(budget):
        if key.scope is Scope.DEPARTMENT and measure.department != key.name:
            continue
        places = [e for e in measure.effects if e.book is budget.book]
        if sector is None:
            yield measure, places
            continue
        own = [e for e in places if sector_of(e.code) == sector]
        if own or (not places and sector_of(measure.code or UNALLOCATED) == sector):
            yield measure, own


def _told(places: Iterable[Effect], year: int) -> Iterator[Text]:
    """The range of each figure that has one."""
    for place in places:
        low, high = place.low[year], place.high[year]
        if low is not None and high is not None:
            text = N_("Oppgitt fra %(low)s til %(high)s tonn.")
            yield said(text, low=show_exact(low), high=show_exact(high))
        elif low is not None:
            yield said(N_("Oppgitt som minst %(low)s tonn."), low=show_exact(low))
        elif high is not None:
            yield said(N_("Oppgitt som høyst %(high)s tonn."), high=show_exact(high))


def _not_counted(behind: Iterable[Behind]) -> Iterator[Text]:
    left = sum(not measure.counted for measure, _ in behind)
    if left:
        one = N_("1 klimatiltak er ikke med, fordi det ikke regnes med i noen sum.")
        many = N_("%(count)s klimatiltak er ikke med, fordi de ikke regnes med i noen sum.")
        yield Text(one if left == 1 else many, {"count": left})


def _named(measure: Measure) -> Text:
    return Text(N_("%(number)s %(name)s"), {"number": measure.number, "name": measure.name})


def _about(measure: Measure, year: int) -> About:
    return About("measure", str(measure.number), year)


def overlap(budget: Budget, statement: Statement, line: Line, key: Key) -> Explanation:
    own = [
        d
        for d in statement.deductions
        if d.year == key.year and key.name in ("", d.sector) and d.parts
    ]
    text = N_(
        "Klimatiltak som kutter i samme kilde, kutter mindre til sammen enn hver for seg. "
        "Hver gruppe trekkes fra etter sin regel."
    )
    none = N_("Ingen klimatiltak er ført som overlappende.")
    figure = line.overlap[key.year]
    return Explanation(
        key,
        title(key, place_of(budget, key)),
        figure,
        said(text if own else none),
        tuple(_groups(budget, own, key.year)),
        lacking(figure),
    )


def _groups(budget: Budget, deductions: Sequence[Deduction], year: int) -> Iterator[Part]:
    """Each group's deduction, and under it the cuts it was reckoned from."""
    measures = {m.id: m for m in budget.measures}
    sectors = Counter(d.group.id for d in deductions)
    for deduction in deductions:
        group = deduction.group
        values = {"group": group.name, "rule": Text(str(group.rule.value))}
        place = place_name(budget, deduction.sector) if sectors[group.id] > 1 else ""
        yield Part(
            Text(N_("%(group)s: %(rule)s"), values),
            deduction.figure,
            about=About("overlap", group.id),
            cites=cited(group.reason),
            details=tuple(_by_rule(deduction, place)),
        )
        for member, found in deduction.parts.items():
            measure = measures[member.measure]
            yield Part(_named(measure), Figure(found), "", about=_about(measure, year))


def _by_rule(deduction: Deduction, place: str) -> Iterator[Text]:
    """How the deduction follows from the cuts."""
    apart = sum(deduction.parts.values(), ZERO)
    group, left = deduction.group, deduction.left
    if place:
        yield named(place)
    yield said(
        N_("Hvert for seg %(apart)s tonn, til sammen %(together)s tonn."),
        apart=show_exact(apart),
        together=show_exact(apart + deduction.value),
    )
    if group.rule is Rule.SHARE and group.percent is not None:
        yield said(N_("%(percent)s prosent trekkes fra."), percent=show_exact(group.percent))
    if group.rule is Rule.SEQUENCE and left is not None:
        yield said(N_("Det er %(left)s tonn å kutte i."), left=show_exact(left))
    if group.rule is Rule.SEQUENCE and left is None:
        yield said(N_("Det er ukjent hvor mye det er å kutte i, så bare det største er sikkert."))

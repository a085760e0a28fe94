"""Checks of arithmetic: the same tonnes divided several ways, and the sums others state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from climatebudget.core.boundary import Boundary, within
from climatebudget.core.budget import Budget
from climatebudget.core.field import show_number
from climatebudget.core.findings import About, Finding, Level
from climatebudget.core.inventory import TENTH, Inventory
from climatebudget.core.measure import Book
from climatebudget.core.quantity import ZERO, Yearly
from climatebudget.core.rebase import places
from climatebudget.core.statement import Cut, Statement, at
from climatebudget.core.statement import statement as reckoned
from climatebudget.core.text import N_, Text


@dataclass(frozen=True)
class Sum:
    """A check of one sum in one year, tonnes: what the parts make beside what they should make."""

    name: str
    year: int
    parts: Decimal
    whole: Decimal
    stated: bool = False  # by the source of the measures, not made by us

    @property
    def difference(self) -> Decimal:
        return self.parts - self.whole


@dataclass(frozen=True)
class Sums:
    """All the sums checked; net and absolute apart, so that errors cannot cancel in silence."""

    checks: tuple[Sum, ...]

    @property
    def agreeing(self) -> int:
        return len(self.same)

    @property
    def same(self) -> tuple[Sum, ...]:
        return tuple(check for check in self.checks if not check.difference)

    @property
    def differing(self) -> tuple[Sum, ...]:
        return tuple(check for check in self.checks if check.difference)

    @property
    def net(self) -> Decimal:
        return sum((check.difference for check in self.checks), ZERO)

    @property
    def absolute(self) -> Decimal:
        return sum((abs(check.difference) for check in self.checks), ZERO)


def sums(budget: Budget, statement: Statement) -> Sums:
    """Every sum of the budget's book that can be held against another, for years that are known."""
    inventory = [
        Sum(name, year, parts[year], whole[year])
        for name, parts, whole in _histories(budget)
        for year in sorted(whole)
    ]
    divided = [
        Sum(name, year, parts(year), whole)
        for name, parts in _ways(budget, statement).items()
        for year in statement.columns
        if (whole := statement.total.cut.net[year].value) is not None
    ]
    together = [
        Sum(TOGETHER, year, parts, whole)
        for year in statement.columns
        if (whole := statement.total.effect[year].value) is not None
        and (parts := _together(statement, year)) is not None
    ]
    stated = [
        Sum(N_("Klimatiltakene = summen kilden oppgir"), c.year, ours, c.tonnes, stated=True)
        for c in budget.controls
        if (ours := at(statement.total.cut.net, c.year).value) is not None
    ]
    return Sums((*inventory, *divided, *together, *stated))


def sums_by_book(budget: Budget, statement: Statement) -> Mapping[Book, Sums]:
    """The sums of the version's own book, and of others its measures cut in: never added up."""
    used = {e.book for m in budget.measures for e in m.effects} - {budget.book}
    found = {budget.book: sums(budget, statement)}
    for book in Book:
        if book in used:
            other = _in_book(budget, book)
            found[book] = sums(other, reckoned(other))
    return found


def _in_book(budget: Budget, book: Book) -> Budget:
    """What the version says of another book: its cuts alone; the rest is about its own book."""
    return replace(
        budget,
        book=book,
        inventory=None,
        published=None,
        boundary=Boundary(),
        targets=(),
        path=None,
        controls=(),
    )


History = Mapping[int, Decimal]
Division = Callable[[int], Decimal]
TOGETHER = N_("Sektorene i kommunen − økninger + overlapp = utslippskutt til sammen")


def _histories(budget: Budget) -> list[tuple[str, History, History]]:
    """What the inventory's sources make, and its sectors, beside what they should make."""
    inventory = budget.inventory
    if inventory is None:
        return []
    sectors, sources = inventory.sectors.values(), map(inventory.source, inventory.sources)
    by_source, by_sector = _added(sources, inventory.years), _added(sectors, inventory.years)
    return [
        (N_("Utslippskildene = utslippssektorene"), by_source, by_sector),
        (N_("Utslippssektorene = kommunen samlet"), by_sector, inventory.total.by_year),
        *_with_adjustments(budget, inventory),
    ]


def _with_adjustments(
    budget: Budget, inventory: Inventory
) -> Iterator[tuple[str, History, History]]:
    """Reckoned here anew, from the edition and from each adjustment inside the boundary."""
    if not inventory.adjustments or budget.published is None:
        return
    sums = dict(within(budget.published, budget.boundary, places(budget)).total.by_year)
    for one in budget.adjusting:
        if one.year in sums and budget.boundary.holds(one.code):
            sums[one.year] += one.tonnes
    years = {year for _, year in inventory.adjustments}
    whole = {year: value for year, value in inventory.total.by_year.items() if year in years}
    yield N_("Publisert + kommunens justeringer = kommunen samlet"), sums, whole


def _added(parts: Iterable[Yearly], years: Iterable[int]) -> History:
    parts = list(parts)
    return {year: sum((part.by_year[year] for part in parts), ZERO) for year in years}


def _ways(budget: Budget, statement: Statement) -> Mapping[str, Division]:
    """The same cuts divided four ways; each must make the total."""
    by_place = _cut_by_place(budget)
    return {
        N_("Utslippskildene = utslippskutt"): lambda y: by_place.get(y, ZERO),
        N_("Utslippssektorene = utslippskutt"): _adding(s.cut for s in statement.sectors.values()),
        N_("Sektorene i kommunen = utslippskutt"): _adding(statement.departments.values()),
        N_("Klimakur-tiltak + uten kobling = utslippskutt"): _adding(statement.categories.values()),
    }


def _cut_by_place(budget: Budget) -> History:
    """Counted here anew, figure by figure, from the measures themselves."""
    cuts: dict[int, Decimal] = {}
    for measure in budget.measures:
        for effect in measure.effects if measure.counted else ():
            if effect.book is budget.book and budget.boundary.holds(effect.code):
                for year, value in effect.yearly.by_year.items():
                    cuts[year] = cuts.get(year, ZERO) + value
    return cuts


def _adding(cuts: Iterable[Cut]) -> Division:
    cuts = list(cuts)
    return lambda year: sum((cut.net[year].value or ZERO for cut in cuts), ZERO)


def _together(statement: Statement, year: int) -> Decimal | None:
    """Departments' gross cuts less their increases and the overlap; None where neither is."""
    own = statement.departments.values()
    gross, increase = (
        sum((figures[year].value or ZERO for figures in which), ZERO)
        for which in ([c.gross for c in own], [c.increase for c in own])
    )
    overlap = statement.total.overlap[year].value or ZERO
    return gross - increase + overlap if increase or overlap else None


def the_parts_make_the_total(budget: Budget, statement: Statement) -> list[Finding]:
    """Sources, sectors, departments and Klimakur-tiltak must each make the total."""
    net, effect = statement.total.cut.net, statement.total.effect
    wrong = [
        (name, year, parts(year) - (net[year].value or ZERO))
        for name, parts in _ways(budget, statement).items()
        for year in statement.years
    ]
    wrong += [
        (TOGETHER, year, parts - (effect[year].value or ZERO))
        for year in statement.years
        if (parts := _together(statement, year)) is not None
    ]
    return [_parted(*one) for one in wrong if one[2]]


def _parted(name: str, year: int, difference: Decimal) -> Finding:
    text = N_(
        "%(name)s stemmer ikke i %(year)s. Forskjellen er %(difference)s tonn. "
        "Meld fra til den som drifter programmet."
    )
    said = show_number(difference, TENTH)
    values = {"name": Text(name), "year": year, "difference": said}
    return Finding("sum-of-parts", text, values, Level.STOPS, About("version", year=year))


def the_inventory_adds_up(budget: Budget, statement: Statement) -> list[Finding]:
    text = N_(
        "%(name)s stemmer ikke i utslippsregnskapet for %(year)s. Meld fra til den som drifter "
        "programmet."
    )
    return [
        Finding(
            "inventory-sum",
            text,
            {"name": Text(name), "year": year},
            Level.STOPS,
            About("edition", year=year),
        )
        for name, parts, whole in _histories(budget)
        for year in whole
        if parts[year] != whole[year]
    ]


def stated_sums_agree(budget: Budget, statement: Statement) -> list[Finding]:
    """The measures' source states sums of its own: rows that do not make them are pointed out."""
    found = []
    for control in budget.controls:
        ours = statement.total.cut.net.get(control.year)
        if ours is None or ours.value is None or ours.value == control.tonnes:
            continue
        values = {
            "stated": show_number(control.tonnes),
            "year": control.year,
            "found": show_number(ours.value),
            "difference": show_number(abs(ours.value - control.tonnes)),
            "cites": control.cites,
        }
        text = N_(
            "Tabellen oppgir %(stated)s tonn for %(year)s. Radene gir %(found)s. Forskjellen "
            "er %(difference)s tonn. Kilde: %(cites)s."
        )
        found.append(Finding("stated-sum", text, values, where=About("version", year=control.year)))
    return found


def the_edition_closes(budget: Budget, statement: Statement) -> list[Finding]:
    """A file whose rows do not make its own totals was accepted; the budget says so."""
    if budget.edition is None:
        return []
    open_sums = [f for f in budget.edition.findings if f.code == "stated-total"]
    if not open_sums:
        return []
    text = N_(
        "Kildene i statistikkutgaven %(edition)s gir ikke filens egne summer %(count)s "
        "steder. Klimabudsjettet bruker kildene."
    )
    values = {"edition": budget.edition.name, "count": len(open_sums)}
    return [Finding("edition-totals", text, values, where=About("edition", budget.edition.slug))]


def lead(found: Sums) -> tuple[Text, ...]:
    """The top of Avstemming: the largest difference first, then how the others stand."""
    off = sorted(found.differing, key=lambda c: -abs(c.difference))
    count = {"all": len(found.checks), "off": len(off), "rest": len(found.checks) - len(off)}
    if not found.checks:
        return (Text(N_("Det er ingen summer å avstemme ennå.")),)
    if not off:
        return (Text(N_("Alle %(all)s summer stemmer."), count),)
    if len(off) == 1:
        after = Text(N_("De %(rest)s andre summene stemmer."), count)
    else:
        text = N_("Det er den største forskjellen. %(off)s av %(all)s summer stemmer ikke.")
        after = Text(text, count)
    return _difference(off[0]), after


def _difference(check: Sum) -> Text:
    text = N_(
        "Det er %(difference)s tonn forskjell i %(year)s: delene gir %(parts)s tonn, men summen "
        "er %(whole)s."
    )
    if check.stated:
        text = N_(
            "Det er %(difference)s tonn forskjell i %(year)s: klimatiltakene gir %(parts)s tonn, "
            "men kilden oppgir %(whole)s."
        )
    step = 1 if abs(check.difference) >= 1 else TENTH
    values = {
        "difference": show_number(abs(check.difference), step),
        "year": check.year,
        "parts": show_number(check.parts, step),
        "whole": show_number(check.whole, step),
    }
    return Text(text, values, strong=True)

"""What was emitted: sectors, sources, and the rows of the published file."""

from __future__ import annotations

from collections.abc import Iterator

from climatebudget.core import boundary
from climatebudget.core.budget import Budget
from climatebudget.core.checks.words import runs
from climatebudget.core.explain.figure import (
    Column,
    Explanation,
    Key,
    Part,
    Scope,
    named,
    place_name,
    place_of,
    said,
    title,
)
from climatebudget.core.field import show_day
from climatebudget.core.findings import About
from climatebudget.core.inventory import Inventory, sector_of
from climatebudget.core.quantity import ZERO, exactly
from climatebudget.core.statement import Line, Statement
from climatebudget.core.text import N_, Text


def inventory(budget: Budget, statement: Statement, line: Line, key: Key) -> Explanation:
    """Of the whole by its sectors, of a sector by its sources."""
    assert budget.inventory is not None
    whole = key.scope is Scope.WHOLE
    parts = _sectors(budget, budget.inventory, key) if whole else _sources(budget, key)
    return Explanation(
        key,
        title(key, place_of(budget, key)),
        exactly(line.inventory[key.year]),
        said(N_("Summen av utslippssektorene.") if whole else N_("Summen av utslippskildene.")),
        tuple(parts),
        edition(budget),
    )


def _sectors(budget: Budget, own: Inventory, key: Key) -> Iterator[Part]:
    for sector, history in own.sectors.items():
        yield Part(
            named(place_name(budget, sector)),
            exactly(history[key.year]),
            opens=Key(Column.INVENTORY, key.year, Scope.SECTOR, sector),
            about=_edition(budget),
            cites=_file(budget),
        )
    yield from _outside(budget, own, key.year)


def _outside(budget: Budget, own: Inventory, year: int) -> Iterator[Part]:
    """What the boundary keeps out, and what it has added to the sectors, in all."""
    published = budget.published
    if not budget.boundary or published is None or year not in published.years:
        return
    names = {**own.sources, **published.sources}
    whole = boundary.parts(published, budget.boundary, year, names)[-1]
    if budget.boundary.left_out:
        text = N_("Holdt utenfor avgrensningen, ikke med i summen")
        yield Part(said(text), exactly(whole.left_out), "", about=About("boundary"))
    if budget.boundary.facilities:
        text = N_("Anlegg utenfor kommunen, med i tallene over")
        yield Part(said(text), exactly(whole.added), "", about=About("boundary"))


def _sources(budget: Budget, key: Key) -> Iterator[Part]:
    assert budget.inventory is not None
    for code, source in budget.inventory.sources.items():
        if source.sector == key.name:
            yield Part(
                named(source.name),
                exactly(budget.inventory.source(code)[key.year]),
                opens=Key(Column.INVENTORY, key.year, Scope.SOURCE, code),
                about=_edition(budget),
                cites=_file(budget),
            )
    published = budget.published or budget.inventory
    for code, source in published.sources.items():
        if source.sector == key.name and not budget.boundary.holds(code):
            out = budget.boundary.left_out
            whole = next(c for c in (code, *out) if c in out and sector_of(c) == key.name)
            yield Part(
                said(N_("Holdt utenfor: %(what)s"), what=source.name),
                exactly(published.source(code)[key.year]),
                "",
                about=About("boundary", whole),
                details=(named(out[whole]),) if out[whole] else (),
            )


def source(budget: Budget, key: Key) -> Explanation:
    """Of one source: the file's rows, and the facilities that the boundary counts there."""
    assert budget.inventory is not None
    published = budget.published or budget.inventory
    holds = budget.boundary.holds(key.name)
    rows = published.rows.get((key.name, key.year), ())
    where = (
        said(N_("Rad %(rows)s i filen."), rows=runs(rows))
        if rows
        else said(N_("Filen har ingen rad for kilden dette året. Da er utslippet null."))
    )
    inside = Part(
        said(
            N_("Utslipp i statistikkutgaven")
            if holds
            else N_("Utslipp i statistikkutgaven, holdt utenfor avgrensningen")
        ),
        exactly(published.cells.get((key.name, key.year), ZERO)),
        "+" if holds else "",
        about=_edition(budget),
        cites=_file(budget),
        details=(where,),
    )
    added = [f for f in budget.boundary.facilities if f.code == key.name]
    facilities = tuple(
        Part(
            said(N_("Lagt til: %(facility)s"), facility=facility.name),
            exactly(facility.yearly[key.year]),
            about=About("facility", facility.name, key.year),
            details=(named(facility.reason),) if facility.reason else (),
        )
        for facility in added
    )
    changed = tuple(_adjusted(budget, key, holds))
    return Explanation(
        key,
        title(key, place_of(budget, key)),
        exactly(budget.inventory.source(key.name)[key.year]),
        said(_formula(bool(changed), bool(added))),
        (inside, *changed, *facilities),
        edition(budget),
    )


def _adjusted(budget: Budget, key: Key, holds: bool) -> Iterator[Part]:
    """Each of the municipality's own adjustments of the source that year."""
    for one in budget.adjusting:
        if (one.code, one.year) == (key.name, key.year):
            yield Part(
                said(N_("Kommunens justering, godkjent av %(by)s"), by=one.approved_by),
                exactly(one.tonnes),
                "+" if holds else "",
                about=About("adjustment", one.code, one.year),
                details=(named(one.reason),),
            )


def _formula(adjusted: bool, added: bool) -> str:
    if adjusted and added:
        return N_(
            "Utslippet i statistikkutgaven, kommunens justeringer og det avgrensningen legger til."
        )
    if adjusted:
        return N_("Utslippet i statistikkutgaven og kommunens justeringer.")
    if added:
        return N_("Utslippet i statistikkutgaven, og det avgrensningen legger til.")
    return N_("Summen av radene i statistikkutgaven.")


def edition(budget: Budget) -> tuple[Text, ...]:
    """Which file the figures are from."""
    own = budget.edition
    if own is None:
        return ()
    values = {"name": own.name, "publisher": own.publisher, "file": own.file_name}
    if own.published is None:
        text = N_("Statistikkutgaven %(name)s fra %(publisher)s, filen %(file)s.")
        return (Text(text, values),)
    text = N_("Statistikkutgaven %(name)s fra %(publisher)s, publisert %(day)s, filen %(file)s.")
    return (Text(text, {**values, "day": show_day(own.published)}),)


def _edition(budget: Budget) -> About | None:
    return About("edition", budget.edition.slug) if budget.edition else None


def _file(budget: Budget) -> Text | None:
    return named(budget.edition.file_name) if budget.edition else None

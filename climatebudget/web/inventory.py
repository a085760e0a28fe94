"""Utslipp: the edition a version stands on, what it says, and the other editions there are."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, abort, redirect, render_template
from werkzeug import Response

from climatebudget.core.access import Action
from climatebudget.core.adjustments import adjustment_of, without
from climatebudget.core.budget import Budget
from climatebudget.core.compare import oldest_first
from climatebudget.core.field import show_number
from climatebudget.core.inventory import Edition, Inventory
from climatebudget.core.paths import HUNDRED
from climatebudget.core.quantity import ZERO
from climatebudget.core.sums import SectorSum, edition_sums
from climatebudget.core.text import N_, Text
from climatebudget.db import read
from climatebudget.web import inventory_list
from climatebudget.web.access import needs
from climatebudget.web.charts_stacked import by_size, stacked
from climatebudget.web.context import budget_in_sight, g, place
from climatebudget.web.editions import MOST_IN_A_WORKBOOK, edition_at
from climatebudget.web.forms import say
from climatebudget.web.import_preview import sector_lead
from climatebudget.web.inventory_list import Line, per_sector, sector_name, under_sectors, whole
from climatebudget.web.listing import Shown, asked, download
from climatebudget.web.show import adjusted, day

pages = Blueprint("inventory", __name__, url_prefix="/<number>/<int:year>/<slug>/inventory")


@pages.get("/")
@needs(Action.READ)
def page(number: str, year: int, slug: str) -> str | Response:
    here = place()
    budget = budget_in_sight()
    shown = _list(budget.inventory, reference_year(budget)) if budget.inventory else None
    if shown and shown.elsewhere:
        return redirect(shown.elsewhere)
    return render_template(
        "inventory/page.html",
        budget=budget,
        emissions=emissions(budget) if budget.inventory else None,
        list=shown,
        importer=importer(budget.edition),
        editions=read.editions(g.session, here.municipality_id),
    )


@pages.get("/utslipp.xlsx")
@needs(Action.READ)
def workbook(number: str, year: int, slug: str) -> Response:
    return _file("xlsx")


@pages.get("/utslipp.csv")
@needs(Action.READ)
def table(number: str, year: int, slug: str) -> Response:
    return _file("csv")


def _list(inventory: Inventory, reference: int) -> Shown[Line]:
    table = per_sector(inventory, reference)
    rows = [source for _, sources in table for source in sources]
    noun = say(N_("utslippskilder"))
    return asked(inventory_list.listing(inventory, table, reference), rows, noun, anchor="kilder")


def _file(suffix: str) -> Response:
    """The sources the list shows; there is no file where there is no inventory."""
    budget = budget_in_sight()
    if budget.inventory is None or budget.edition is None:
        abort(404)
    edition = budget.edition
    published = day(edition.published) if edition.published else say(N_("ukjent"))
    facts = [
        (say(N_("Statistikkutgave")), edition.name),
        (say(N_("Utgiver")), edition.publisher),
        (say(N_("Publisert")), published),
        *((say(N_("Kommunens justeringer")), sentence) for sentence in adjusted(budget)),
    ]
    shown = _list(budget.inventory, reference_year(budget))
    return download(shown, suffix, "utslipp", say(N_("Utslipp per kilde")), facts)


@pages.get("/editions/<owner>/<edition_slug>")
@needs(Action.READ)
def edition(number: str, year: int, slug: str, owner: str, edition_slug: str) -> str:
    """One edition; the owner is in the address, since slugs are only unique for each owner."""
    here = place()
    found = edition_at(owner, edition_slug)
    mine = None if found.owner is None else here.municipality_id
    findings = read.edition_findings(g.session, edition_slug, mine)
    budget, inventory = budget_in_sight(), read.inventory_in(g.session, found, here)
    names = _sector_names(inventory)
    sums = _sector_sums(inventory, found, names)
    return render_template(
        "inventory/edition.html",
        edition=found,
        importer=importer(found),
        findings=findings,
        accepted_by={f.position: person(f.by) for f in findings if f.at},
        inventory=inventory,
        sector_sums=sums,
        sector_lead=sector_lead(sums, complete=False),
        sector_names=names,
        rows_in_a_workbook=MOST_IN_A_WORKBOOK,
        pair=_pair(found, budget),
        budget=budget,
    )


def _sector_names(inventory: Inventory | None) -> dict[str, str]:
    sources = inventory.sources.values() if inventory else ()
    return {source.sector: source.sector_name for source in sources}


def _sector_sums(
    inventory: Inventory | None, edition: Edition, names: dict[str, str]
) -> tuple[SectorSum, ...]:
    """The findings of an edition with several areas do not say whose sum differed."""
    if inventory is None:
        return ()
    sums = {(s, y): v for s, yearly in inventory.sectors.items() for y, v in yearly.by_year.items()}
    return edition_sums(sums, edition.findings if len(edition.areas) == 1 else (), names)


def _pair(edition: Edition, budget: Budget) -> list[Edition] | None:
    """The edition and the one the version stands on, the older first; None where there are not two
    with the municipality."""
    two = (edition, budget.edition)
    known = oldest_first(read.editions_with(g.session, place()))
    pair = [one for one in known if one in two]
    return pair if len(pair) == 2 else None


def importer(edition: Edition | None) -> str:
    return person(edition.imported_by) if edition else ""


def person(actor: str) -> str:
    """«Siri Aas, klimarådgiver» for the number of a person; another actor stands as it is."""
    if not actor.isdecimal():
        return actor
    known = read.user(g.session, int(actor))
    if known is None:
        return ""
    roles = sorted(role.value for role in known.roles(place().municipality.number))
    roles += [N_("operatør")] if known.operator else []
    return ", ".join([known.name, *map(g.translate, roles)])


def emissions(budget: Budget) -> dict[str, object]:
    """What the page says of an inventory: a sentence, two charts and their table."""
    inventory = budget.inventory
    assert inventory is not None
    reference = reference_year(budget)
    table = per_sector(inventory, reference)
    return {
        "headline": headline(budget.municipality.name, inventory, reference),
        "story": story(inventory),
        "reference": reference,
        "last": inventory.last_year,
        "missing_years": missing_years(inventory),
        "wide": stacked(inventory, budget.targets, False, g.translate),
        "narrow": stacked(inventory, budget.targets, True, g.translate),
        "sectors": [(sector_name(inventory, s), y) for s, y in by_size(inventory)],
        "below_zero": any(v < 0 for y in inventory.sectors.values() for v in y.by_year.values()),
        "whole": whole(inventory, reference),
        "added": adjustment_of(inventory),
        "before": without(inventory).total,
        "under_sectors": partial(under_sectors, table),
    }


def reference_year(budget: Budget) -> int:
    """The targets' reference year where the inventory has it, else its first."""
    assert budget.inventory is not None
    stated, years = budget.reference_year, budget.inventory.years
    return stated if stated in years and stated else years[0]


def missing_years(inventory: Inventory) -> Text | None:
    """«Utgaven har ikke tall for 2010, 2012 og 2014.»"""
    absent = sorted({*range(inventory.years[0], inventory.last_year)} - {*inventory.years})
    if not absent:
        return None
    *first, last = map(str, absent)
    if not first:
        return Text(N_("Utgaven har ikke tall for %(last)s."), {"last": last})
    return Text(
        N_("Utgaven har ikke tall for %(first)s og %(last)s."),
        {"first": ", ".join(first), "last": last},
    )


def headline(name: str, inventory: Inventory, reference: int) -> Text:
    """«Oslo slapp ut 944 853 tonn i 2024, 32 prosent mindre enn i 2009.»"""
    last = inventory.last_year
    now, then = inventory.total[last] or ZERO, inventory.total[reference] or ZERO
    values = {"name": name, "tonnes": show_number(now), "year": last, "reference": reference}
    if last == reference or not then:
        return Text(N_("%(name)s slapp ut %(tonnes)s tonn i %(year)s."), values)
    change = show_number(abs(now / then - 1) * HUNDRED)
    values["percent"] = change
    if change == "0":
        return Text(
            N_("%(name)s slapp ut %(tonnes)s tonn i %(year)s, like mye som i %(reference)s."),
            values,
        )
    if now < then:
        return Text(
            N_(
                "%(name)s slapp ut %(tonnes)s tonn i %(year)s, "
                "%(percent)s prosent mindre enn i %(reference)s."
            ),
            values,
        )
    return Text(
        N_(
            "%(name)s slapp ut %(tonnes)s tonn i %(year)s, "
            "%(percent)s prosent mer enn i %(reference)s."
        ),
        values,
    )


def story(inventory: Inventory) -> Text:
    """The chart told in numbers: the largest sector, and the one that has changed most."""
    first, last = inventory.years[0], inventory.last_year
    sectors = by_size(inventory)
    if not sectors:
        return Text(N_("Alle tallene er 0."))
    largest = sectors[0]
    moved = max(sectors, key=lambda item: abs((item[1][last] or ZERO) - (item[1][first] or ZERO)))
    return Text(
        N_(
            "I %(last)s var %(largest)s størst med %(largest_tonnes)s tonn av %(total)s. "
            "%(moved)s gikk fra %(before)s tonn i %(first)s til %(after)s tonn i %(last)s. "
            "Tallene står i tabellen under."
        ),
        {
            "last": last,
            "first": first,
            "largest": sector_name(inventory, largest[0]).lower(),
            "largest_tonnes": show_number(largest[1][last] or ZERO),
            "total": show_number(inventory.total[last] or ZERO),
            "moved": sector_name(inventory, moved[0]),
            "before": show_number(moved[1][first] or ZERO),
            "after": show_number(moved[1][last] or ZERO),
        },
    )

"""Utslipp: the edition a version stands on, what it says, and the other editions there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from flask import Blueprint, abort, render_template

from climatebudget.core.access import Action
from climatebudget.core.budget import Budget
from climatebudget.core.field import show_number
from climatebudget.core.inventory import Edition, Inventory, sector_of
from climatebudget.core.paths import HUNDRED
from climatebudget.core.quantity import ZERO, Yearly
from climatebudget.core.text import N_, Text
from climatebudget.db import read
from climatebudget.web.access import needs
from climatebudget.web.charts_stacked import by_size, stacked
from climatebudget.web.context import budget_in_sight, g, place

pages = Blueprint("inventory", __name__, url_prefix="/<number>/<int:year>/<slug>/inventory")
INSTALLATION = "installation"


@dataclass(frozen=True)
class Line:
    """A sector or a source in two years; shares and changes are percentages, None where unknown."""

    name: str
    reference: Decimal
    last: Decimal
    share: Decimal | None
    change: Decimal | None


@pages.get("/")
@needs(Action.READ)
def page(number: str, year: int, slug: str) -> str:
    here = place()
    budget = budget_in_sight()
    return render_template(
        "inventory/page.html",
        budget=budget,
        emissions=emissions(budget) if budget.inventory else None,
        importer=importer(budget.edition),
        editions=read.editions(g.session, here.municipality_id),
    )


@pages.get("/editions/<owner>/<edition_slug>")
@needs(Action.READ)
def edition(number: str, year: int, slug: str, owner: str, edition_slug: str) -> str:
    """One edition; the owner is in the address, since slugs are only unique for each owner."""
    here = place()
    found, mine = _edition(owner, edition_slug)
    area = here.municipality.number
    findings = read.edition_findings(g.session, edition_slug, mine)
    return render_template(
        "inventory/edition.html",
        edition=found,
        importer=importer(found),
        findings=findings,
        accepted_by={f.position: person(f.by) for f in findings if f.at},
        inventory=read.inventory(g.session, edition_slug, area, mine),
        budget=budget_in_sight(),
    )


def _edition(owner: str, edition_slug: str) -> tuple[Edition, int | None]:
    """The owner's edition of that slug; another municipality's is not found."""
    here = place()
    if owner not in {INSTALLATION, here.municipality.number}:
        abort(404)
    mine = None if owner == INSTALLATION else here.municipality_id
    found = read.edition_by_slug(g.session, edition_slug, mine)
    if found is None or (found.owner is None) != (mine is None):
        abort(404)
    return found, mine


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
    reference = reference_year(budget, inventory)
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
        "table": per_sector(inventory, reference),
        "whole": line("", inventory.total, inventory, reference),
    }


def reference_year(budget: Budget, inventory: Inventory) -> int:
    """The targets' reference year where the inventory has it, else its first."""
    stated = budget.reference_year
    return stated if stated in inventory.years and stated else inventory.years[0]


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


def sector_name(inventory: Inventory, sector: str) -> str:
    return next(s.sector_name for s in inventory.sources.values() if s.sector == sector)


def per_sector(inventory: Inventory, reference: int) -> list[tuple[Line, list[Line]]]:
    """Each sector with its sources, the one with most in the last year first."""
    found = [
        (
            line(sector_name(inventory, sector), history, inventory, reference),
            _largest_first(
                line(source.name, inventory.source(code), inventory, reference)
                for code, source in inventory.sources.items()
                if sector_of(code) == sector
            ),
        )
        for sector, history in inventory.sectors.items()
    ]
    return sorted(found, key=lambda one: -one[0].last)


def _largest_first(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda one: -one.last)


def line(name: str, history: Yearly, inventory: Inventory, reference: int) -> Line:
    then, now = history[reference] or ZERO, history[inventory.last_year] or ZERO
    whole = inventory.total[inventory.last_year] or ZERO
    return Line(
        name,
        then,
        now,
        share=now / whole * HUNDRED if whole > 0 else None,
        change=(now / then - 1) * HUNDRED if then > 0 else None,
    )

"""The first page: the municipalities and budget years a person belongs to."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, redirect, render_template, url_for
from werkzeug import Response

from climatebudget.core.access import Action, may
from climatebudget.core.budget import BudgetYear, Municipality, Version
from climatebudget.db import read
from climatebudget.web.access import needs
from climatebudget.web.context import g, user

pages = Blueprint("home", __name__)


@pages.get("/")
@needs(Action.SIGNED_IN)
def start() -> str | Response:
    """Straight to the open draft where there is only one place to go."""
    numbers = sorted({m.municipality for m in user().memberships})
    found: list[tuple[Municipality, BudgetYear, list[Version]]] = []
    for number in numbers:
        found += _readable(number)
    if len(found) == 1:
        municipality, budget_year, versions = found[0]
        number, year, slug = municipality.number, budget_year.year, versions[0].slug
        return redirect(url_for("overview.page", number=number, year=year, slug=slug))
    return render_template("home/start.html", found=found)


def _readable(number: str) -> list[tuple[Municipality, BudgetYear, list[Version]]]:
    """The municipality's budget years, each with the versions the person may read."""
    known = read.municipality(g.session, number)
    if known is None:
        return []
    key, municipality = known
    years = [
        (municipality, year, seen(number, year, read.versions(g.session, key, year.year)))
        for year in read.budget_years(g.session, key)
    ]
    return [found for found in years if found[2]]


def seen(number: str, year: BudgetYear, versions: Iterable[Version]) -> list[Version]:
    return [v for v in versions if may(g.user, Action.READ, number, year.stage, v)]


@pages.get("/accessibility")
@needs(Action.OPEN)
def accessibility() -> str:
    return render_template("home/accessibility.html")

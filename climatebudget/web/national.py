"""Klimakur-tiltak: the measures held against the national reports, and what nobody answers."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug import Response

from climatebudget import catalogue
from climatebudget.catalogue import COUNTRY
from climatebudget.core.access import Action
from climatebudget.core.budget import Budget
from climatebudget.core.field import show_exact
from climatebudget.core.inventory import Edition, Inventory
from climatebudget.core.listing import Query
from climatebudget.core.national import KLIMAKUR, NAMES, Answer, against
from climatebudget.core.text import N_
from climatebudget.db import read
from climatebudget.web import national_list
from climatebudget.web.access import needs
from climatebudget.web.context import budget_in_sight, g, place
from climatebudget.web.forms import say
from climatebudget.web.listing import Link, Shown, asked, download
from climatebudget.web.national_form import TermsForm, terms_form
from climatebudget.web.national_held import Against

pages = Blueprint("national", __name__, url_prefix="/<number>/<int:year>/<slug>/national")

REPORT = "report"  # its name in an address
FIRST = 10  # of those that nobody answers; the list has them all
UNANSWERED = Query(chosen={"answer": "unanswered"}, sort="emitted", falling=True)

Answered = str | Response | tuple[str, int]


@pages.get("/")
@needs(Action.READ)
def page(number: str, year: int, slug: str) -> Answered:
    budget = budget_in_sight()
    country = _country_edition(budget)
    form = terms_form(may_share=country is not None)
    held, shown = _held(budget, form, country)
    problems = form.problems()
    if shown.elsewhere and not problems:
        return redirect(shown.elsewhere)
    html = render_template(
        "national/page.html",
        budget=budget,
        held=held,
        lead=national_list.lead(held),
        list=shown,
        form=form,
        problems=problems,
        country=country,
        reports=[Link(name, _to(report, form)) for report, name in NAMES.items()],
        all_unanswered=shown.to(UNANSWERED),
        first=FIRST,
        words=national_list,
    )
    return (html, 400) if problems else html


@pages.get("/klimakur-tiltak.xlsx")
@needs(Action.READ)
def workbook(number: str, year: int, slug: str) -> Response:
    return _file("xlsx")


@pages.get("/klimakur-tiltak.csv")
@needs(Action.READ)
def table(number: str, year: int, slug: str) -> Response:
    return _file("csv")


def _file(suffix: str) -> Response:
    budget = budget_in_sight()
    country = _country_edition(budget)
    form = terms_form(may_share=country is not None)
    if form.problems():
        abort(404)
    held, shown = _held(budget, form, country)
    life = held.terms.life
    facts = [
        (say(N_("Rapport")), held.name),
        (
            say(N_("Levetid for investeringene, år")),
            say(N_("ikke oppgitt")) if life is None else str(life),
        ),
        (say(N_("Kalkulasjonsrente, prosent")), show_exact(held.terms.rate)),
    ]
    return download(shown, suffix, "klimakur-tiltak", held.name, facts)


def _held(
    budget: Budget, form: TermsForm, country: Edition | None
) -> tuple[Against, Shown[Answer]]:
    """The budget against the report that the address names, and the list of it."""
    report = request.args.get(REPORT, KLIMAKUR)
    if report not in NAMES:
        abort(404)
    whole = _country(budget, country) if country and form.share.data else None
    measures = [m for m in catalogue.klimakur() if m.report == report]
    answers = against(measures, budget, whole)
    held = Against(report, budget, answers, form.terms, shares=whole is not None)
    also = _address(report, form)
    rows = asked(
        national_list.listing(held), answers, say(N_("Klimakur-tiltak")), "tiltakene", also
    )
    return held, rows


def _address(report: str, form: TermsForm) -> list[tuple[str, str]]:
    """What stands in the address beside what is asked of the list, in one order."""
    return [*([] if report == KLIMAKUR else [(REPORT, report)]), *form.address()]


def _to(report: str, form: TermsForm) -> str:
    """The page of a report, with what the reader has stated."""
    stated = dict(_address(report, form))
    # url_for's own options have names of their own; what an address holds is text to mypy.
    return url_for("national.page", **(request.view_args or {}), **stated)  # type: ignore[arg-type]


def _country_edition(budget: Budget) -> Edition | None:
    """The edition that has the whole country in our last year: our own first, else the newest."""
    if budget.edition is None or budget.inventory is None:
        return None
    editions = [budget.edition, *read.editions(g.session, place().municipality_id)]
    last = budget.inventory.last_year
    return next((e for e in editions if e.years[-1] == last and _areas(e)), None)


def _areas(edition: Edition) -> tuple[str, ...]:
    """What to add up to have the country; nothing where a municipality is missing."""
    if COUNTRY in edition.areas:
        return (COUNTRY,)
    members = catalogue.municipalities_of(COUNTRY)
    return members if set(members) <= set(edition.areas) else ()


def _country(budget: Budget, edition: Edition) -> Inventory:
    mine, last = place().municipality_id, edition.years[-1]
    return read.together(g.session, edition, last, _areas(edition), COUNTRY, mine)

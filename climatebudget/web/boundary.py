"""Avgrensning: which emissions the budget is about, and what stands outside it."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug import Response

from climatebudget import catalogue
from climatebudget.core.access import Action
from climatebudget.core.adjustments import adjusted
from climatebudget.core.boundary import Boundary, Facility, Part, parts
from climatebudget.core.budget import Budget
from climatebudget.core.checks.boundary import CHECKS, cutting_outside
from climatebudget.core.field import show_exact
from climatebudget.core.findings import Finding
from climatebudget.core.measure import Book
from climatebudget.core.quantity import ZERO
from climatebudget.core.statement import statement
from climatebudget.core.text import N_, Text
from climatebudget.db import read, write
from climatebudget.web.access import needs
from climatebudget.web.boundary_form import BoundaryForm, boundary_form, called
from climatebudget.web.context import allowed, budget_in_sight, g, place
from climatebudget.web.forms import capitalised, differing, say, typed_lock
from climatebudget.web.show import tonnes

pages = Blueprint("boundary", __name__, url_prefix="/<number>/<int:year>/<slug>/boundary")

Answer = str | Response | tuple[str, int]
Lines = list[tuple[str, str]]


@pages.get("/")
@needs(Action.READ)
def page(number: str, year: int, slug: str) -> str:
    budget = budget_in_sight()
    form = boundary_form(budget, _lock()) if allowed(Action.EDIT_FRAME) else None
    return _page(budget, form)


@pages.post("/")
@needs(Action.EDIT_FRAME)
def save(number: str, year: int, slug: str) -> Answer:
    budget = budget_in_sight()
    form = boundary_form(budget, _lock())
    if not form.validate():
        return _page(budget, form), 400
    typed, book = form.boundary, form["book"].data
    try:
        write.set_boundary(g.session, place(), typed, typed_lock(), book=book)
        g.session.commit()
    except write.Stale:
        g.session.rollback()
        form.lock.data = _lock()
        stored = lines(budget, budget.book, budget.boundary)
        return _page(budget, form, differing(stored, lines(budget, book, typed))), 409
    same = (book, typed) == (budget.book, budget.boundary)
    flash(say(N_("Ingenting var endret.") if same else N_("Avgrensningen er lagret.")))
    return redirect(url_for("boundary.page", number=number, year=year, slug=slug), 303)


def _page(
    budget: Budget,
    form: BoundaryForm | None,
    conflict: list[tuple[str, str, str]] | None = None,
) -> str:
    return render_template(
        "boundary/page.html",
        budget=budget,
        form=form,
        conflict=conflict or [],
        lead=lead(budget),
        lines=lines(budget, budget.book, budget.boundary),
        effects=effects(budget),
        findings=findings(budget),
        outside=cutting_outside(budget),
        elsewhere=in_other_books(budget),
    )


def lead(budget: Budget) -> list[Text]:
    """What the budget is about, in a sentence or two."""
    book = Text(str(budget.book.value))
    said = [Text(N_("Klimabudsjettet gjelder %(book)s."), {"book": book})]
    if budget.published is None:
        return said
    if not budget.boundary:
        return [*said, Text(N_("Alle utslipp i statistikkutgaven er med."))]
    whole = parts_in(budget, budget.published.last_year)[-1]
    values = {
        "year": budget.published.last_year,
        "published": tonnes(whole.published + whole.adjusted),
        "left_out": tonnes(whole.left_out),
        "added": tonnes(whole.added or ZERO),
    }
    text = N_("Av %(published)s tonn i %(year)s er %(left_out)s tonn holdt utenfor.")
    said.append(Text(text, values))
    if budget.boundary.facilities and whole.added is not None:
        text = N_("%(added)s tonn fra anlegg utenfor kommunen er lagt til.")
        said.append(Text(text, values))
    return said


def effects(budget: Budget) -> list[tuple[int, tuple[Part, ...]]]:
    """What the boundary does in the reference year and in the last year of the edition."""
    if budget.published is None or not budget.boundary:
        return []
    years = dict.fromkeys([budget.reference_year, budget.published.last_year])
    return [(y, parts_in(budget, y)) for y in years if y in budget.published.years and y]


def parts_in(budget: Budget, year: int) -> tuple[Part, ...]:
    assert budget.published is not None
    whole = adjusted(budget.published, budget.adjusting, catalogue.sources())
    return parts(whole, budget.boundary, year, catalogue.sources())


def findings(budget: Budget) -> list[Finding]:
    """What the checks of the boundary say; the whole list stands under Avstemming."""
    reckoned = statement(budget)
    return [finding for check in CHECKS for finding in check(budget, reckoned)]


def in_other_books(budget: Budget) -> int:
    """How many measures have cuts in other books only: none of them is in this budget's sums."""
    return sum(
        bool(m.effects) and all(e.book is not budget.book for e in m.effects)
        for m in budget.measures
    )


def lines(budget: Budget, book: Book, boundary: Boundary) -> Lines:
    """The boundary in words: (what, how it stands)."""
    return list(_lines(budget, book, boundary))


def _lines(budget: Budget, book: Book, boundary: Boundary) -> Iterator[tuple[str, str]]:
    yield say(N_("Regnskap")), capitalised(say(str(book.value)))
    for code, reason in boundary.left_out.items():
        yield say(N_("Holdt utenfor: %(what)s"), what=called(budget, code)), reason
    for facility in boundary.facilities:
        label = say(N_("Lagt til: %(facility)s"), facility=facility.name)
        yield label, "\n".join(_of_facility(budget, facility))


def _of_facility(budget: Budget, facility: Facility) -> Iterator[str]:
    yield called(budget, facility.code)
    figures = sorted(facility.yearly.by_year.items())
    told = (f"{year}: {show_exact(value)}" for year, value in figures)
    yield say(N_("Tonn: %(figures)s"), figures="; ".join(told))
    yield facility.reason


def _lock() -> str:
    return str(read.frame_lock(g.session, place()) or "")

"""Kommunens justeringer: what the municipality adds to the published figures, and what it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from climatebudget.core.access import Action
from climatebudget.core.adjustments import Adjustment
from climatebudget.core.budget import Budget
from climatebudget.core.checks.adjustments import CHECKS, called
from climatebudget.core.field import show_exact
from climatebudget.core.findings import Finding
from climatebudget.core.quantity import ZERO
from climatebudget.core.rebase import Moved, readjusted
from climatebudget.core.statement import statement
from climatebudget.core.text import N_
from climatebudget.db import read, write
from climatebudget.web.access import needs
from climatebudget.web.adjustments_form import AdjustmentsForm, adjustments_form
from climatebudget.web.boundary_form import called as source_called
from climatebudget.web.context import allowed, budget_in_sight, g, place
from climatebudget.web.forms import differing, say, typed_lock
from climatebudget.web.show import said

pages = Blueprint("adjustments", __name__, url_prefix="/<number>/<int:year>/<slug>/adjustments")

Answer = str | Response | tuple[str, int]


@pages.get("/")
@needs(Action.READ)
def page(number: str, year: int, slug: str) -> str:
    budget = budget_in_sight()
    form = adjustments_form(budget, _lock()) if allowed(Action.EDIT_FRAME) else None
    return _page(budget, form)


@pages.post("/")
@needs(Action.EDIT_FRAME)
def save(number: str, year: int, slug: str) -> Answer:
    budget = budget_in_sight()
    form = adjustments_form(budget, _lock())
    if not form.validate():
        return _page(budget, form), 400
    typed = form.filled()
    if "show" in request.form:
        return _page(budget, form, typed=readjusted(budget, typed))
    try:
        write.set_adjustments(g.session, place(), typed, typed_lock())
        g.session.commit()
    except write.Stale:
        g.session.rollback()
        form.lock.data = _lock()
        stored = lines(budget, budget.adjustments)
        return _page(budget, form, differing(stored, lines(budget, typed))), 409
    same = typed == budget.adjustments
    flash(say(N_("Ingenting var endret.") if same else N_("Justeringene er lagret.")))
    return redirect(url_for("adjustments.page", number=number, year=year, slug=slug), 303)


def _page(
    budget: Budget,
    form: AdjustmentsForm | None,
    conflict: list[tuple[str, str, str]] | None = None,
    typed: Moved | None = None,
) -> str:
    return render_template(
        "adjustments/page.html",
        budget=budget,
        form=form,
        conflict=conflict or [],
        typed=typed,
        effect=effect(budget),
        table=table(budget),
        resting=lines(budget, budget.resting),
        findings=findings(budget),
    )


@dataclass(frozen=True)
class Line:
    """One adjustment beside what is published, tonnes."""

    adjustment: Adjustment
    source: str
    published: Decimal | None  # None: the edition lacks the year, and the adjustment is in no sum
    inside: bool  # the boundary

    @property
    def sum(self) -> Decimal | None:
        return None if self.published is None else self.published + self.adjustment.tonnes


def table(budget: Budget) -> list[Line]:
    """What lies on the edition in use, source by source."""
    published = budget.published
    return [
        Line(
            one,
            source_called(budget, one.code),
            published.cells.get((one.code, one.year), ZERO)
            if published and one.year in published.years
            else None,
            budget.boundary.holds(one.code),
        )
        for one in budget.adjusting
    ]


def effect(budget: Budget) -> Moved | None:
    """The budget without its adjustments, and as it is; None where nothing is adjusted."""
    if budget.inventory is None or not budget.inventory.adjustments:
        return None
    return Moved(readjusted(budget, budget.resting).after, budget)


def findings(budget: Budget) -> list[Finding]:
    """What the checks of the adjustments say; the whole list stands under Avstemming."""
    reckoned = statement(budget)
    return [finding for check in CHECKS for finding in check(budget, reckoned)]


def lines(budget: Budget, adjustments: Iterable[Adjustment]) -> list[tuple[str, str]]:
    """Adjustments in words: (which, how much, why and by whom)."""
    return [(_which(budget, one), "\n".join(_told(one))) for one in adjustments]


def _which(budget: Budget, one: Adjustment) -> str:
    values = {"source": source_called(budget, one.code), "year": one.year}
    if one in budget.resting:
        text = N_("%(source)s i %(year)s, utgaven %(edition)s")
        return say(text, **values, edition=said(called(*one.lies_on)))
    return say(N_("%(source)s i %(year)s"), **values)


def _told(one: Adjustment) -> Iterator[str]:
    sign = "+" if one.tonnes > 0 else ""
    yield say(N_("%(tonnes)s tonn"), tonnes=sign + show_exact(one.tonnes))
    yield one.reason
    yield say(N_("Godkjent av: %(approved_by)s"), approved_by=one.approved_by)


def _lock() -> str:
    return str(read.frame_lock(g.session, place()) or "")
